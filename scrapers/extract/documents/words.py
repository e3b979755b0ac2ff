"""The words of headings and keys: which role, kind of talk or list of papers they announce."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.models import Role, TalkKind
from kb.text import fold

# First match wins: an "organizing committee" organizes, a "panel of speakers" is a panel.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("moderator", re.compile(r"\b(?:moderat\w+|session chairs?|chaired by|hosts?)\b")),
    (
        "organizer",
        re.compile(r"\b(?:organi[sz]\w+|general chairs?|workshop chairs?|(?:program|programme) chairs?|chairs)\b"),
    ),
    ("panelist", re.compile(r"\b(?:panel|panels|panell?ists?)\b")),
    (
        "committee",
        re.compile(
            r"\b(?:committee|steering|advis\w+|reviewers?|area chairs?|scientific board|program(?:me)? members?|jury)\b"
        ),
    ),
    ("speaker", re.compile(r"\b(?:speakers?|keynotes?|invited|talks?|lecturers?|presenters?|tutorials?|lectures?)\b")),
    ("author", re.compile(r"\b(?:authors?|written by|editors?)\b")),
    ("team", re.compile(r"\b(?:team|people|members|staff|volunteers?|students?|alumni|contributors?|core group)\b")),
)
_KINDS: tuple[tuple[TalkKind, re.Pattern[str]], ...] = (
    ("panel", re.compile(r"\bpanel\b")),
    ("keynote", re.compile(r"\b(?:keynotes?|plenary)\b")),
    ("tutorial", re.compile(r"\btutorials?\b")),
    ("contributed", re.compile(r"\b(?:contributed|orals?|spotlights?|lightning|accepted|short talks?)\b")),
    ("invited", re.compile(r"\b(?:invited|speakers?|talks?)\b")),
)
_PAPERS = re.compile(r"\b(?:papers?|publications?|proceedings|bibliography|references|readings?|posters?|abstracts)\b")
_CALLS = re.compile(
    r"\b(?:call|submi\w+|dates|deadlines?|sponsors?|faq|venue|contact|award\w*|news|nav\w*|menu|social)\b"
)
_NO_TALK = re.compile(
    r"^(?:(?:coffee|lunch|tea|short|long|morning|afternoon|evening|social|dinner)\b.*|.*\b(?:break|lunch|dinner|reception|"
    r"registration|check in|poster sessions?|posters?|networking|social event|q a|doors open|end of workshop|"
    r"adjourn\w*|group photo|welcome|opening|closing|concluding)\b"
    r"(?: remarks| session| ceremony| note| words)?(?: .{0,20})?)$"
)


@lru_cache(maxsize=2048)
def key_words(key: str) -> str:
    """ "OtherStudentOrganizers" and "invited-speakers_2024" as folded words."""
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-/.]", " ", key))


@lru_cache(maxsize=2048)
def role_of(text: str) -> Role | None:
    """The role that a heading or key gives the people below it."""
    words = key_words(text)
    if _CALLS.search(words) and not re.search(r"speaker|organi|panel|committee", words):
        return None
    return next((role for role, pattern in _ROLES if pattern.search(words)), None)


@lru_cache(maxsize=2048)
def kind_of(text: str) -> TalkKind | None:
    """The kind of talk that a heading, key or type field announces."""
    words = key_words(text)
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), None)


def is_paper_list(text: str) -> bool:
    """Does the heading or key announce papers (and is no call for them)?"""
    words = key_words(text)
    return bool(_PAPERS.search(words)) and not _CALLS.search(words)


def is_no_talk(title: str) -> bool:
    """Breaks, meals, posters, openings: slots of a timetable that are no talks."""
    return bool(_NO_TALK.match(fold(title)))
