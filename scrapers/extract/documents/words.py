"""Keys of data read as the headings they stand for: "OtherStudentOrganizers", "invited-speakers_2024"."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.models import Role, TalkKind
from kb.text import fold
from scrapers.extract.lang import sections, titles


@lru_cache(maxsize=2048)
def key_words(key: str) -> str:
    """A key's words, folded: "talkTitle", "talk_title" and "Talk title" are "talk title"."""
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-/.]", " ", key))


def role_of(text: str) -> Role | None:
    """The role that a heading or key gives the people below it."""
    section = sections.classify(key_words(text))
    return section.role if section else None


def kind_of(text: str) -> TalkKind | None:
    """The kind of talk that a heading, key or type field announces."""
    section = sections.classify(key_words(text))
    return (section.talk_kind if section else None) or titles.kind_of(key_words(text))


def is_paper_list(text: str) -> bool:
    """Does the heading or key announce papers (and is no call for them)?"""
    section = sections.classify(key_words(text))
    return section is not None and section.topic in ("papers", "bibliography")


def is_no_talk(title: str) -> bool:
    """Breaks, meals, posters, openings: slots of a timetable that are no talks."""
    return titles.is_slot(title)
