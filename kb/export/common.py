"""What the formats share: keys, names in parts, and the work a record is cited as."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.models import Event, Paper, Person, Record, Talk
from kb.names import name_words
from kb.text import clean, fold

_CONFERENCE = re.compile(r"\b(19|20)\d\d\b")
_STOP = frozenset(["a", "an", "the", "on", "of", "for", "in", "and", "to", "with", "from", "by", "via", "at"])


@dataclass(frozen=True, slots=True)
class Work:
    """A record as something to cite. `type` is article, proceedings, speech, event or person."""

    record: Record
    type: str
    title: str
    people: tuple[str, ...]
    container: str | None = None
    year: int | None = None
    url: str | None = None
    doi: str | None = None
    eprint: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    note: str | None = None


def work_of(record: Record) -> Work:
    """How a record of any kind is cited."""
    if isinstance(record, Paper):
        proceedings = bool(record.venue) and "arxiv" not in fold(record.venue or "")
        return Work(
            record,
            "proceedings" if proceedings else "article",
            clean(record.title),
            tuple(clean(a.name) for a in record.authors),
            record.venue,
            record.year,
            _web(record.url or record.pdf),
            record.doi,
            record.arxiv_id,
            clean(record.abstract or "") or None,
            tuple(clean(keyword) for keyword in record.keywords),
            record.decision,
        )
    if isinstance(record, Talk):
        names = tuple(clean(s.name) for s in record.speakers)
        title = clean(record.title or f"Talk by {', '.join(names)}")
        container = ", ".join(dict.fromkeys(filter(None, (record.event_name, record.venue))))
        url = next(filter(None, (_web(link.url) for link in record.links)), None)
        return Work(
            record,
            "speech",
            title,
            names,
            container or None,
            record.year,
            url,
            abstract=clean(record.summary or "") or None,
        )
    if isinstance(record, Event):
        return Work(record, "event", clean(record.name), (), record.venue, record.year, _web(record.url))
    assert isinstance(record, Person)
    return Work(record, "person", clean(record.name), (), url=_web(record.homepage))


def _web(url: str | None) -> str | None:
    """The URL when a reader may follow it: nothing but http and https leaves the knowledge base."""
    return url if url and url.lower().startswith(("http://", "https://")) else None


def citation_key(work: Work) -> str:
    """`baker2024denovo` and the record's own id: stable, ASCII, and different for different records."""
    words = name_words(work.people[0]) if work.people else []
    family = words[-1] if words else work.type
    telling = next((word for word in fold(work.title).split() if word not in _STOP), "untitled")
    tail = work.record.id.rpartition("/")[2]
    return re.sub(r"[^a-z0-9]+", "", f"{family}{work.year or ''}{telling}".encode("ascii", "ignore").decode()) + (
        "_" + re.sub(r"[^A-Za-z0-9]+", "", tail)[-24:]
    )


def family_given(name: str) -> tuple[str, str]:
    """("van der Berg", "Rianne") of a display name; ("Aristotle", "") of one word."""
    words = clean(name).split()
    if "," in name:
        family, _, given = clean(name).partition(",")
        return family.strip(), given.strip()
    if len(words) < 2:
        return clean(name), ""
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in {
        "van",
        "von",
        "der",
        "den",
        "de",
        "di",
        "da",
        "la",
        "le",
        "del",
        "dos",
    }:
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])
