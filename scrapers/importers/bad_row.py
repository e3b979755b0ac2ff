"""What an importer says about a row it could not read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped: the line it begins on (from 1) and the reason in words."""

    line: int
    error: str
