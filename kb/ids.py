"""Readable, URL-safe ids. An id is made once, when a record is first stored, and never computed again."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from kb.models import EventFact, PaperFact, RecordKind
from kb.names import name_words
from kb.text import fold, slug

_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z0-9+&.-]{1,14})\)")
_EDITION = re.compile(
    r"\b(?:the\s+)?(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|annual|"
    r"international|workshops?|symposium|at|on|in|of|the|and|for)\b",
    re.IGNORECASE,
)


def unique(base: str, taken: Callable[[str], bool]) -> str:
    """`base`, or `base-2`, `base-3` ... : the first that is not taken."""
    if not taken(base):
        return base
    number = 2
    while taken(f"{base}-{number}"):
        number += 1
    return f"{base}-{number}"


def split_kind(record_id: str) -> tuple[RecordKind | None, str]:
    """("talk", "iclr-2024-mldd/...") of an id; (None, id) when it does not start with a kind."""
    kind, _, rest = record_id.partition("/")
    if rest and kind in ("talk", "person", "paper", "event"):
        return kind, rest  # type: ignore[return-value]  # narrowed by the tuple above
    return None, record_id


def paper_base(fact: PaperFact) -> str:
    """`paper/<OpenReview id>`, `paper/arxiv-<id>`, `paper/doi-<doi>`, else title words and year."""
    if fact.openreview_id:
        return f"paper/{_UNSAFE.sub('-', fact.openreview_id)}"
    if fact.arxiv_id:
        return f"paper/arxiv-{_UNSAFE.sub('-', fact.arxiv_id)}"
    if fact.doi:
        return f"paper/doi-{_UNSAFE.sub('-', fact.doi.lower())}"
    words = slug(fact.title or "", limit=50)
    if not words and fact.url:
        parts = urlsplit(fact.url)
        words = slug(f"{parts.hostname or ''} {parts.path}", limit=50)
    return "paper/" + "-".join(part for part in (words or "untitled", str(fact.year or "")) if part)


def person_base(name: str) -> str:
    """`person/david-baker`; a name in a script without ASCII letters keeps its own letters."""
    words = slug(" ".join(name_words(name)))
    return f"person/{words or 'unnamed'}"


def event_base(fact: EventFact) -> str:
    """`event/icml-2024-ai-for-science`: venue, then the series or an acronym in brackets, else the name."""
    venue = slug(fact.venue or "", limit=24)
    acronym = _ACRONYM.search(fact.name or "")
    # "AI for Science: Scaling in AI for Scientific Discovery" is known by what stands before the colon
    label = (fact.series or (acronym[1] if acronym else fact.name) or "").partition(": ")[0]
    known = {*venue.split("-"), str(fact.year or "")}
    short = [word for word in fold(label).split() if word not in known]
    if len(short) > 5:
        short = [word for word in fold(_EDITION.sub(" ", label)).split() if word not in known] or short
    parts = [venue, slug(" ".join(short), limit=40)]
    if fact.year and str(fact.year) not in venue:
        parts.append(str(fact.year))
    return "event/" + ("-".join(part for part in parts if part) or "unnamed")


def talk_base(title: str | None, speakers: tuple[str, ...], event_id: str | None) -> str:
    """`talk/<event>/<title words>`; a talk without a title takes its speaker's name."""
    event = split_kind(event_id)[1] if event_id else "no-event"
    words = slug(title or "") or slug(speakers[0] if speakers else "") or "untitled"
    return f"talk/{event}/{words}"
