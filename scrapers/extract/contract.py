"""An `Extraction` as the JSON object that `kb extract` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from kb.models import EventFact, Evidence, Extraction, PaperFact, PersonFact, TalkFact


def to_contract(extraction: Extraction) -> dict[str, Any]:
    """Plain dicts and lists: `url`, `event`, `talks`, `people`, `papers`, `notes`, every fact with its `evidence`."""
    return {
        "url": extraction.url or None,
        "title": extraction.title,
        "event": _event(extraction.event or EventFact()),
        "talks": [_talk(talk) for talk in extraction.talks],
        "people": [_person(person) for person in extraction.people],
        "papers": [_paper(paper) for paper in extraction.papers],
        "notes": list(extraction.notes),
    }


def to_json(extraction: Extraction, *, indent: int | None = 1) -> str:
    """The contract as text; lone surrogates cannot occur in facts, so it always encodes."""
    return json.dumps(to_contract(extraction), ensure_ascii=False, indent=indent)


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return asdict(evidence)


def _event(event: EventFact) -> dict[str, Any]:
    return {
        "name": event.name,
        "year": event.year,
        "series": event.series,
        "venue": event.venue,
        "dates": event.dates,
        "place": event.place,
        "url": event.url,
        "evidence": _evidence(event.evidence),
    }


def _talk(talk: TalkFact) -> dict[str, Any]:
    row: dict[str, Any] = {
        "title": talk.title,
        "speakers": list(talk.speakers),
        "affiliation": talk.affiliation,
        "kind": talk.kind,
        "summary": talk.summary,
        "links": [asdict(link) for link in talk.links],
        "start": talk.start,
    }
    if talk.event is not None:
        row["event"] = _event(talk.event)
    row["evidence"] = _evidence(talk.evidence)
    return row


def _person(person: PersonFact) -> dict[str, Any]:
    return {
        "name": person.name,
        "affiliation": person.affiliation,
        "url": person.url,
        "role": person.role,
        "interests": list(person.interests),
        "bio": person.bio,
        "evidence": _evidence(person.evidence),
    }


def _paper(paper: PaperFact) -> dict[str, Any]:
    row = asdict(paper)
    row.update(
        authors=list(paper.authors),
        keywords=list(paper.keywords),
        links=[asdict(link) for link in paper.links],
        evidence=_evidence(paper.evidence),
    )
    return row
