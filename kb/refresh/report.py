"""What a run did, as it is printed, stored and handed to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from kb.models import Change

Status = Literal["ok", "partial", "failed", "skipped", "planned"]


@dataclass(slots=True)
class Tally:
    """A source's counts while it is being read."""

    name: str
    status: Status = "ok"
    pages: int = 0
    unchanged: int = 0
    failed: int = 0
    missing: int = 0
    left_out: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note_changes(self, changes: Iterable[Change]) -> None:
        self.changes.update("changed" if c.what in ("returned", "merged") else c.what for c in changes)

    def frozen(self) -> SourceReport:
        return SourceReport(
            self.name, self.status, self.pages, self.unchanged, self.failed, self.changes["added"],
            self.changes["changed"], self.changes["vanished"], tuple(self.errors), tuple(self.notes), self.missing,
            self.left_out,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What happened to one source.

    `pages` were read, of them `unchanged` were as the last time; `failed` could not be read, each with a line in
    `errors`; `missing` are links that lead nowhere; `left_out` are pages beyond the source's limit. `added`, `changed`
    and `vanished` count records; vanished ones stay, marked as no longer listed.
    """

    name: str
    status: Status
    pages: int = 0
    unchanged: int = 0
    failed: int = 0
    added: int = 0
    changed: int = 0
    vanished: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: int = 0
    left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The row of `kb refresh --json`."""
        return {
            "name": self.name, "status": self.status, "pages": self.pages, "unchanged": self.unchanged,
            "failed": self.failed, "added": self.added, "changed": self.changed, "vanished": self.vanished,
            "errors": list(self.errors), "notes": list(self.notes), "missing": self.missing, "left_out": self.left_out,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a run did. `fetched_bytes` are bodies that were received; times are in seconds.

    `timings` splits the time of the main thread: waiting for pages and readers, extracting in place, storing, looking
    up linked papers, linking talks to papers, indexing (which embeds).
    `interrupted` runs stopped before their end and are taken up by the next one; `already_running` names another run
    that was at work, and nothing was done.
    """

    sources: tuple[SourceReport, ...] = ()
    fetched_bytes: int = 0
    took_s: float = 0.0
    timings: tuple[tuple[str, float], ...] = ()
    embedded: int = 0
    interrupted: bool = False
    resumed: bool = False
    already_running: str | None = None
    dry_run: bool = False
    index_error: str = ""  # why the index could not be brought in step; the records are stored all the same
    links: dict[str, Any] = field(default_factory=dict)  # what became of unresolved links, as `kb resolve --json` says

    def total(self, what: str) -> int:
        """The sum of one count over all sources."""
        return sum(int(getattr(source, what)) for source in self.sources)

    @property
    def exit_code(self) -> int:
        """0 done; 1 done in part."""
        return int(
            self.interrupted or bool(self.index_error) or any(s.status in ("failed", "partial") for s in self.sources)
        )

    def to_dict(self) -> dict[str, Any]:
        """The object of `kb refresh --json`."""
        out: dict[str, Any] = {
            "sources": [source.to_dict() for source in self.sources],
            "fetched_bytes": self.fetched_bytes,
            "took_s": round(self.took_s, 3),
            "timings": {name: round(seconds, 3) for name, seconds in self.timings},
            "embedded": self.embedded,
            "links": self.links,
        }
        for name in ("interrupted", "resumed", "dry_run"):
            if getattr(self, name):
                out[name] = True
        if self.index_error:
            out["index_error"] = self.index_error
        if self.already_running:
            out["already_running"] = self.already_running
        return out
