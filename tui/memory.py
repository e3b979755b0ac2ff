"""What the UI remembers between two visits: a small file in the knowledge base's home, and nothing without one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kb.home import write_atomically

HISTORY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Memory:
    """Theme, layout, mode and order of search; past and saved searches, newest first; `visited` is when the program
    was last closed (ISO 8601, UTC)."""

    theme: str = ""
    facets_open: bool = True
    mode: str = "hybrid"
    sort: str = "relevance"
    searches: tuple[str, ...] = ()
    saved: tuple[str, ...] = ()
    visited: str = ""

    def searched(self, query: str) -> Memory:
        """With one more past search; each is kept once."""
        query = query.strip()
        if not query:
            return self
        return replace(self, searches=(query, *(q for q in self.searches if q != query))[:HISTORY_LIMIT])

    def with_saved(self, query: str) -> Memory:
        """With one more saved search."""
        return replace(self, saved=(query, *(q for q in self.saved if q != query)))


def load(path: Path | None) -> Memory:
    """What was remembered; a file that is missing, damaged or from another version costs its contents, no more."""
    if path is None:
        return Memory()
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Memory()
    if not isinstance(found, dict):
        return Memory()
    values: dict[str, Any] = {}
    for spec in fields(Memory):
        value, default = found.get(spec.name), spec.default
        if isinstance(default, tuple):
            if isinstance(value, list):
                values[spec.name] = tuple(item for item in value if isinstance(item, str))
        elif type(value) is type(default):
            values[spec.name] = value
    return Memory(**values)


def save(path: Path | None, memory: Memory) -> None:
    """Write it, whole or not at all. A home that cannot be written is no reason to fail on the way out."""
    if path is None:
        return
    try:
        write_atomically(path, json.dumps(asdict(memory), ensure_ascii=False, indent=1))
    except OSError:
        return
