"""What a heading announces: people in a role, talks of a kind, papers, a bibliography, or nothing of interest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from kb.models import Role, TalkKind
from kb.text import fold

Topic = Literal["people", "schedule", "talks", "papers", "bibliography", "ignore"]


@dataclass(frozen=True, slots=True)
class Section:
    """What is to be expected under a heading. `role` is set for people, `talk_kind` where talks are of one kind."""

    topic: Topic
    role: Role | None = None
    talk_kind: TalkKind | None = None


# (pattern over folded words, section): the first that matches wins, so the particular stands before the general.
_RULES: tuple[tuple[re.Pattern[str], Section], ...] = tuple(
    (re.compile(pattern), section)
    for pattern, section in (
        (r"\bchallenge (?:co )?organi[sz]ers?\b", Section("people", "organizer")),
        (r"^(?:\w+ ){0,2}speakers?\b.*\borgani[sz]", Section("people", "speaker", "invited")),
        (r"\b(call for|submit|submission (?:instructions?|guidelines?|details|site|portal|deadlines?|"
            r"format|track|information|process|link)|^submissions?$|"
         r"how to (?:submit|apply|participate|attend|register)|submissions? (?:open|close|due|topics)|"
         r"nominat\w+|for authors|for reviewers|"
         r"instructions|become a|volunteer with|important dates|key dates|deadlines?|registration|"
         r"register|camera ready|review process|"
         r"feedback|forms?|code of conduct|faqs?|frequently asked|travel|accommodation|hotels?|visa|"
         r"getting there|how to get|"
         r"sponsor\w*|supporters|supported by|exhibitors|donors|endorsed|related posts|share this|"
         r"subscribe|newsletter|mailing list|follow us|social media|"
         r"(?:previous|past|earlier|other) (?:workshops?|editions?|years?|events?|iterations?)|"
         r"privacy|copyright|job board|prizes|tickets|financial (?:support|aid)|childcare)\b", Section("ignore")),
        (r"\b(references|bibliography|further reading|related work|citations?|recommended (?:reading|"
            r"papers)|reading list|suggested reading|literature|works cited|footnotes)\b", Section("bibliography")),
        (r"\b(steering|advisory|advisors?|adviser|advisers|program(?:me)? committee|programm?e? comm|"
            r"reviewers?|review committee|technical committee|scientific committee|"
         r"senior (?:committee|area)|area chairs?|meta reviewers?|pc members?|committee members|"
         r"scientific board|advisory board|board members|honorary|ethics)\b", Section("people", "committee")),
        (r"\b(web ?(?:site)? (?:chairs?|masters?|team)|volunteers?|student (?:helpers?|volunteers)|"
            r"staff|core team|our team|team members?|the team|contributors|developers|community (?:team|"
            r"members)|team)\b", Section("people", "team")),
        (r"\b(moderators?|session chairs?|moderated by|panel chairs?|panel moderators?|discussants?|"
            r"facil\w*ators?)\b", Section("people", "moderator")),
        (r"\b(organi[sz]\w+|general chairs?|program(?:me)? chairs?|workshop chairs?|"
            r"publication chairs?|local chairs?|chairs?|co chairs|conference chairs|hosts?|editors|"
            r"coordinators|leadership|founders)\b(?!.*\bspeakers?\b)",
         Section("people", "organizer")),
        (r"\b(?:speakers?|presenters?)\b.*\bpanell?ists?\b", Section("people", "speaker", "invited")),
        (r"\bpanell?ists?\b", Section("people", "panelist")),
        (r"\b(?:keynote|plenary) (?:speakers?|lecturers?)\b", Section("people", "speaker", "keynote")),
        (r"\b(?:spotlight|oral|contributed|lightning) (?:speakers?|presenters?)\b",
         Section("people", "speaker", "contributed")),
        (r"\b(?:tutorial|tutorials) (?:speakers?|presenters?|instructors|lecturers)\b",
         Section("people", "speaker", "tutorial")),
        (r"\b(speakers?|presenters?|lecturers?|instructors|mentors?)\b", Section("people", "speaker", "invited")),
        (r"\b(accepted|best) (?:\w+ )*(?:papers?|posters?|abstracts?|submissions?|contributions?|"
            r"works?|extended abstracts)\b|\bpaper awards?\b|\b(?:outstanding|award winning|selected|"
            r"notable|highlighted|featured|oral|spotlight|poster|workshop|conference|"
         r"full|short|long|regular|proceedings|invited|other|more|our|tiny|position) (?:papers?|"
         r"publications)\b|^(?:list of |all |the )*(?:papers?|publications?|proceedings|posters?|"
         r"submissions?|accepted|preprints?|abstracts)(?: list| track| and abstracts| \d+)*$|"
         r"\b(?:list of papers|papers and posters|papers? (?:list|presented|track)|accepted (?:oral|"
         r"spotlight)s?|poster (?:list|presentations?)|published (?:papers|work)|publications)\b|"
         r"^awards?$|\bpaper highlights\b|\bother papers\b", Section("papers")),
        (r"\b(schedule|agenda|timetable|programm?e?|itinerary|timeline|at a glance|running order)\b",
         Section("schedule")),
        (r"\bpanels?\b(?: discussions?| sessions?)?", Section("people", "panelist", "panel")),
        (r"\b(?:keynotes?|plenar(?:y|ies))\b", Section("talks", "speaker", "keynote")),
        (r"\b(?:invited|featured|distinguished) (?:\w+ )?(?:talks?|lectures?|presentations?|"
            r"seminars?)\b", Section("talks", "speaker", "invited")),
        (r"^(?:case stud(?:y|ies)|demos?|demonstrations?|lightning rounds?)$",
         Section("talks", "speaker", "contributed")),
        (r"\b(?:contributed|spotlights?|orals?|lightning|flash|short|selected|"
            r"accepted) ?(?:\w+ )?(?:talks?|presentations?|sessions?)?$|\b(?:oral|spotlight|contributed|"
            r"lightning) (?:talks?|presentations?)\b", Section("talks", "speaker", "contributed")),
        (r"\btutorials?\b", Section("talks", "speaker", "tutorial")),
        (r"^(?:all |the |past |recorded |upcoming |previous |list of |recent |plenary |research |"
            r"talk )*(?:talks?|presentations?|lectures?|seminars?|videos?|recordings?|sessions?|"
            r"talks and \w+)$|\btalk abstracts?\b|\btalks\b", Section("talks", "speaker")),
        (r"^(?:authors?|about the authors?)$", Section("people", "author")),
        (r"^(?:the |our )?committees?$", Section("people", "committee")),
        (r"^(?:people|persons?|participants?|attendees)$", Section("people")),
        (r"\b(dates$|contact|location|venue|partners|funding|hosted by|comments?|acknowledg\w+|"
            r"diversity|inclusion|mentorship program|overview|about|scope|topics|description|"
         r"summary|introduction|motivation|goals?|aims?|objectives|background|mission|news|"
         r"announcements?|tags|categories|archives?|search|menu|navigation|table of contents|"
         r"contents|blog|press|gallery|photos|resources|datasets?|challenge|rules|evaluation|attend|"
         r"contribut(?:e|ing)|get involved|format|logistics|join us|community|statistics)\b", Section("ignore")),
    )
)  # fmt: skip

_FILLER = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "our",
        "the",
        "this",
        "to",
        "us",
        "with",
        "workshop",
        "workshops",
        "conference",
        "symposium",
        "meeting",
        "icml",
        "iclr",
        "neurips",
        "nips",
    ]
)


@lru_cache(maxsize=20_000)
def classify(heading: str) -> Section | None:
    """The section a heading opens, None for headings that are names, titles or days. Case and accents do not matter."""
    words = fold(heading)
    if not words or len(words) > 90:
        return None
    count = len(words.split())
    for pattern, section in _RULES:
        match = pattern.search(words)
        if match is None:
            continue
        # The matched words must carry the heading: "Panel" in "A panel data model of growth" does not.
        rest = [
            w
            for w in (words[: match.start()] + " " + words[match.end() :]).split()
            if w not in _FILLER and not w.isdigit()
        ]
        matched = len(match.group().split())
        if count <= 3 or len(rest) <= max(2, matched + 1):
            return section
    return None


def classify_path(path: str) -> Section | None:
    """The section a URL path or file name announces: ".../accepted_papers.html"."""
    last = [p for p in path.split("/") if p and not re.fullmatch(r"(?:index|default)\.\w+", p)]
    if not last:
        return None
    word = re.sub(r"\.\w{1,5}$", "", last[-1])
    word = re.sub(r"[_\-+%\d]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word)).strip()
    word = {
        "pcom": "program committee",
        "accept": "accepted papers",
        "award": "awards",
        "orals": "orals",
        "organization": "organizers",
    }.get(word.lower(), word)
    return classify(word)
