"""Facts as the fields of a mention: what a page said, without what it left open."""

from __future__ import annotations

from typing import Any

from kb.models import EventFact, PaperFact
from kb.text import clean, inert


def pruned(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields that say something; text is made inert here, at the door, so that none of it can reach a screen raw."""
    out = {name: _inert(value) for name, value in fields.items()}
    return {name: value for name, value in out.items() if value not in (None, "", (), [])}


def _inert(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value).strip()
    return [_inert(part) for part in value] if isinstance(value, (list, tuple)) else value


def paper_fields(fact: PaperFact) -> dict[str, Any]:
    """A paper fact as the fields of a mention."""
    return {
        "title": fact.title and clean(fact.title),
        "url": fact.url,
        "openreview_id": fact.openreview_id,
        "arxiv_id": fact.arxiv_id,
        "doi": fact.doi and fact.doi.lower(),
        "authors": [clean(a) for a in fact.authors],
        "abstract": fact.abstract,
        "tldr": fact.tldr,
        "keywords": list(fact.keywords),
        "venue": fact.venue,
        "year": fact.year,
        "pdf": fact.pdf,
        "decision": fact.decision,
        "source_id": fact.source_id,
        "links": [[link.kind, link.url] for link in fact.links],
    }


def event_fields(fact: EventFact) -> dict[str, Any]:
    """An event fact as the fields of a mention."""
    return {
        "name": fact.name,
        "series": fact.series,
        "venue": fact.venue,
        "year": fact.year,
        "dates": fact.dates,
        "place": fact.place,
        "url": fact.url,
    }
