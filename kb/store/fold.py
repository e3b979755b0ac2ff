"""A record is a fold over its mentions: pure functions from what each page said to the fields of the record.

Scalars come from the mention that is surest, then newest; long texts from the one that says most; lists are united.
What a person corrected (`edits`) is laid over the result last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.names import name_key
from kb.store.rows import dump
from kb.text import fold

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What one page said about a record: the fields, how sure the reader was, and when it was fetched."""

    fields: Fields
    confidence: float
    fetched_at: str
    page_url: str


def _when(said: Said) -> tuple[str, str]:
    """Day, then page: which page of one run came first is chance, and must not decide what a record says."""
    return said.fetched_at[:10], said.page_url


def _ordered(said: Iterable[Said]) -> list[Said]:
    newest_first = sorted(said, key=_when, reverse=True)
    return sorted(newest_first, key=lambda s: -s.confidence)


def _first(said: Sequence[Said], name: str) -> Any:
    return next((s.fields[name] for s in said if s.fields.get(name)), None)


def _longest(said: Sequence[Said], name: str) -> str | None:
    texts = [s.fields[name] for s in said if s.fields.get(name)]
    return max(texts, key=len) if texts else None


def _united(said: Sequence[Said], name: str) -> list[Any]:
    out: list[Any] = []
    for value in (value for s in said for value in s.fields.get(name) or ()):
        if value not in out:
            out.append(value)
    return out


def fold_event(said: Sequence[Said]) -> Fields:
    """Columns of `events`."""
    said = _ordered(said)
    # The workshop's own name is the one most pages agree on; a crawler's fallback name is read once
    names = Counter(s.fields["name"] for s in said if s.fields.get("name"))
    out: Fields = {name: _first(said, name) for name in ("series", "venue", "year", "dates", "place", "url")}
    out["name"] = names.most_common(1)[0][0] if names else out["series"] or out["venue"] or "Unnamed event"
    out["series_key"] = fold(out["series"] or "") or None
    out["venue_key"] = fold(out["venue"] or "") or None
    return out


def fold_talk(said: Sequence[Said]) -> Fields:
    """Columns of `talks`, and `speakers`: [[person id, affiliation], ...]."""
    said = _ordered(said)
    out: Fields = {name: _first(said, name) for name in ("title", "talk_kind", "start")}
    # A talk stays with the event it was first seen at: a review post that tells of it later is no new home
    oldest_first = sorted(said, key=_when)
    out["event_id"] = _first(oldest_first, "event_id")
    out["summary"] = _longest(said, "summary")
    out["links"] = dump(_united(said, "links"))
    out["title_key"] = fold(out["title"] or "") or None
    speakers: dict[str, str | None] = {}
    for person_id, affiliation in _united(said, "speakers"):
        speakers[person_id] = speakers.get(person_id) or affiliation
    out["speakers"] = [[person_id, affiliation] for person_id, affiliation in speakers.items()]
    return out


def fold_person(said: Sequence[Said]) -> Fields:
    """Columns of `people`. Affiliations are (organisation, year), newest first, one row for each pair."""
    said = _ordered(said)
    names = Counter(s.fields["name"] for s in said if s.fields.get("name"))
    # Most frequent spelling; among equals the fullest one ("Michael W. Mahoney" before "Michael Mahoney")
    name = max(names, key=lambda n: (names[n], len(n))) if names else "Unnamed"
    seen: dict[tuple[str, int | None], str] = {}
    for s in said:
        if organisation := s.fields.get("affiliation"):
            seen.setdefault((fold(organisation), s.fields.get("year")), organisation)
    # An affiliation without a year adds nothing where the same one is known with a year
    dated = {key for key, year in seen if year is not None}
    affiliations: list[list[Any]] = [
        [org, year] for (key, year), org in seen.items() if year is not None or key not in dated
    ]
    affiliations.sort(key=lambda pair: -(pair[1] or 0))
    out: Fields = {n: _first(said, n) for n in ("homepage", "openreview_profile", "scholar_id", "orcid")}
    return out | {
        "name": name,
        "name_key": name_key(name),
        "affiliations": dump(affiliations),
        "interests": dump(_united(said, "interests")),
        "bio": _longest(said, "bio"),
    }


PAPER_SCALARS = ("venue", "year", "decision", "openreview_id", "arxiv_id", "doi", "url", "pdf", "source_id", "tldr")


def fold_paper(said: Sequence[Said]) -> Fields:
    """Columns of `papers`. The fullest author list wins: a post says "Le et al"."""
    said = _ordered(said)
    out: Fields = {name: _first(said, name) for name in PAPER_SCALARS}
    out["title"] = _first(said, "title") or out["url"] or "Untitled"
    out["abstract"] = _longest(said, "abstract")
    out["keywords"] = dump(_united(said, "keywords"))
    out["links"] = dump(_united(said, "links"))
    authors = max((s.fields.get("authors") or [] for s in said), key=len, default=[])
    out["authors"] = dump(list(authors))
    out["title_key"] = fold(out["title"]) or None
    return out


FOLDS = {"event": fold_event, "talk": fold_talk, "person": fold_person, "paper": fold_paper}
