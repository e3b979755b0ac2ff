"""What adding, importing and counting answer: frozen reports."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.models import Change, IndexStatus


@dataclass(frozen=True, slots=True)
class AddReport:
    """What adding a source did. `pages` counts documents read; `errors` are one line each, naming the document."""

    source: str
    pages: int = 0
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()  # documents that were read and hold no facts


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What importing papers did. `skipped` are (line, error); `took_s` is in seconds and includes the index."""

    read: int = 0
    added: int = 0
    updated: int = 0
    skipped: tuple[tuple[int, str], ...] = ()
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of everything. `records` has papers, talks, people and events."""

    records: dict[str, int]
    pages: int
    sources: int
    index: IndexStatus
    home: str
    bytes: int
    unresolved: int = 0
    years: dict[str, int] = field(default_factory=dict)
    venues: dict[str, int] = field(default_factory=dict)
