"""What is known of each row besides its words and its vector: ids, filter values, sort keys, liveness.

A row is a version of a document. Rows are only ever appended; a changed document gets a new row and its old one is
marked dead. All columns are numpy arrays in row order, memory-mapped, so opening costs a few file handles.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb.models import RECORD_KINDS, Document
from kb.text import fold

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SINGLE = ("venue",)
MULTI = ("topic", "tag", "source", "has")
FACETS = ("kind", "venue", "year", "topic", "source")

# name -> type; row order
_ARRAYS: dict[str, str] = {
    "alive": "?", "kind": "u1", "year": "i2", "date": "i4", "venue": "i4", "title": "S24", "fold": "u8",
    "id_hash": "u8", "doc_hash": "u8", "slot": "i4", "name_words": "u1", "id_end": "u8",
}  # fmt: skip
_MAX_YEAR = 9999


def hash64(text: str) -> int:
    """A stable 63-bit hash, never 0: tantivy's and numpy's integers both hold it, and 0 is left to mean none."""
    return (int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1) or 1


def document_hash(document: Document) -> int:
    """Equal for equal documents: a record touched without change is not indexed again."""
    d = document
    lists = (d.people, d.keywords, d.topics, d.tags, d.sources, d.has)
    # Joined by hand: `repr` of the dataclass takes four times as long
    fields = (d.id, d.kind, d.title, d.text, d.venue, str(d.year), d.date, d.fold_key, *map("\x1f".join, lists))
    return hash64("\x1e".join(field or "" for field in fields))


@dataclass(frozen=True)
class Multi:
    """A field with several values a row, as pairs (row, code) in row order."""

    rows: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]

    def of(self, rows: Rows) -> npt.NDArray[np.int32]:
        """The codes of these rows, one after the other."""
        first, last = np.searchsorted(self.rows, rows, "left"), np.searchsorted(self.rows, rows, "right")
        counts = last - first
        # Place 0, 1, 2... within each row's run of codes
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        codes: npt.NDArray[np.int32] = self.codes[np.repeat(first, counts) + within]
        return codes


@dataclass(frozen=True)
class Columns:
    """All columns of one snapshot. `values[field][code]` is the value a code stands for."""

    arrays: dict[str, npt.NDArray[Any]]
    multi: dict[str, Multi]
    values: dict[str, list[str]]
    id_bytes: npt.NDArray[np.uint8]
    dead: int = field(default=0)

    def __len__(self) -> int:
        return len(self.arrays["alive"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.arrays[name]

    def id(self, row: int) -> str:
        ends = self.arrays["id_end"]
        start = int(ends[row - 1]) if row else 0
        return self.id_bytes[start : int(ends[row])].tobytes().decode("utf-8", "replace")

    def row_of(self, record_id: str) -> int | None:
        """The live row of a record, None when it has none. One pass over a column: 0.5 ms for a million rows."""
        for row in np.flatnonzero(self.arrays["id_hash"] == hash64(record_id)):
            if self.arrays["alive"][row] and self.id(int(row)) == record_id:
                return int(row)
        return None

    def facet_counts(self, rows: Rows) -> dict[str, dict[int, int]]:
        """For each facet the number of these rows with each code (for year the year itself)."""
        counts: dict[str, dict[int, int]] = {}
        for name in FACETS:
            codes = self.multi[name].of(rows) if name in MULTI else self.arrays[name][rows]
            counts[name] = tally(codes)
        counts["venue"].pop(-1, None)
        counts["year"].pop(0, None)
        return counts

    def facet_counts_of(self, mask: Mask) -> dict[str, dict[int, int]]:
        """The same for a mask over all rows, in passes over whole columns."""
        counts: dict[str, dict[int, int]] = {}
        for name in FACETS:
            if name in MULTI:
                multi = self.multi[name]
                counts[name] = tally(multi.codes[mask[multi.rows]])
            else:
                counts[name] = tally(self.arrays[name][mask])
        counts["venue"].pop(-1, None)
        counts["year"].pop(0, None)
        return counts

    def label(self, name: str, code: int) -> str:
        """A facet's code as people write it."""
        if name == "kind":
            return RECORD_KINDS[code]
        return str(code) if name == "year" else self.values[name][code]

    @classmethod
    def load(cls, folder: Path) -> Columns:
        """Columns of a snapshot, memory-mapped. OSError or ValueError when files are missing or damaged."""
        arrays = {name: _load(folder, name) for name in _ARRAYS}
        multi = {name: Multi(_load(folder, f"{name}_rows"), _load(folder, f"{name}_codes")) for name in MULTI}
        values = json.loads((folder / "values.json").read_bytes())
        alive = arrays["alive"]
        return cls(arrays, multi, values, _load(folder, "ids"), len(alive) - int(np.count_nonzero(alive)))


def tally(codes: npt.NDArray[Any]) -> dict[int, int]:
    """How often each code from -1 (none) up occurs."""
    counts = np.bincount(codes.astype(np.int64) + 1)
    present = np.flatnonzero(counts)
    return dict(zip((present - 1).tolist(), counts[present].tolist(), strict=True))


def _load(folder: Path, name: str) -> npt.NDArray[Any]:
    path = folder / f"{name}.npy"
    # A memory map of no bytes is an error on some platforms; empty arrays are read
    loaded: npt.NDArray[Any] = np.load(path, mmap_mode="r" if path.stat().st_size > 4096 else None, allow_pickle=False)
    # The same map as a plain array: indexing a `memmap` runs Python code each time, 7 microseconds
    return loaded.view(np.ndarray)


class ColumnsWriter:
    """Appends rows to the columns of the snapshot before, and writes the columns of the next."""

    def __init__(self, before: Columns | None) -> None:
        self._before = before
        self._rows: dict[str, list[Any]] = {name: [] for name in _ARRAYS}
        self._multi: dict[str, tuple[list[int], list[int]]] = {name: ([], []) for name in MULTI}
        self.values = {name: list(before.values[name]) if before else [] for name in (*SINGLE, *MULTI)}
        self._codes = {name: {value: i for i, value in enumerate(values)} for name, values in self.values.items()}
        self._ids = bytearray()
        self._first = len(before) if before else 0
        self._id_base = len(before.id_bytes) if before else 0
        self._killed: set[int] = set()

    def __len__(self) -> int:
        return self._first + len(self._rows["kind"])

    def code(self, name: str, value: str) -> int:
        """The code of a value, given out on first sight."""
        codes = self._codes[name]
        if value not in codes:
            codes[value] = len(self.values[name])
            self.values[name].append(value)
        return codes[value]

    def append(self, document: Document, *, doc_hash: int, slot: int) -> int:
        """Add a row; returns its number. `slot` is the place of its vector in the model's cache."""
        row = len(self)
        add = self._rows
        self._ids += document.id.encode("utf-8", "replace")
        folded = fold(document.title)
        year = document.year if document.year and 0 < document.year <= _MAX_YEAR else 0
        for name, value in (
            ("alive", True), ("kind", RECORD_KINDS.index(document.kind)), ("year", year),
            ("date", day_number(document.date, year)),
            ("venue", self.code("venue", document.venue) if document.venue else -1),
            ("title", folded.encode()[:24]), ("fold", hash64(document.fold_key) if document.fold_key else 0),
            ("id_hash", hash64(document.id)), ("doc_hash", doc_hash), ("slot", slot),
            ("name_words", min(len(set(folded.split())), 255)), ("id_end", self._id_base + len(self._ids)),
        ):  # fmt: skip
            add[name].append(value)
        for name in MULTI:
            for code in self.codes(name, document):
                self._multi[name][0].append(row)
                self._multi[name][1].append(code)
        return row

    def codes(self, name: str, document: Document) -> list[int]:
        """The codes of a document's values of one field, each once."""
        values: Sequence[str] = {
            "topic": document.topics, "tag": document.tags, "source": document.sources, "has": document.has,
        }[name]  # fmt: skip
        return sorted({self.code(name, value) for value in values})

    def kill(self, row: int) -> None:
        """Mark a row dead: its document changed or is gone."""
        self._killed.add(row)

    def finish(self, folder: Path) -> Columns:
        """Write all columns and return them as a reader sees them."""
        folder.mkdir(parents=True)
        for name, kind in _ARRAYS.items():
            fresh = np.array(self._rows[name], dtype=kind)
            whole = np.concatenate([self._before[name], fresh]) if self._before else fresh
            if name == "alive" and self._killed:
                whole[np.fromiter(self._killed, np.int64)] = False
            np.save(folder / f"{name}.npy", whole)
        for name, (rows, codes) in self._multi.items():
            for part, values in (("rows", rows), ("codes", codes)):
                fresh = np.array(values, dtype=np.int32)
                if self._before:
                    fresh = np.concatenate([getattr(self._before.multi[name], part), fresh])
                np.save(folder / f"{name}_{part}.npy", fresh)
        ids = np.frombuffer(bytes(self._ids), np.uint8)
        np.save(folder / "ids.npy", np.concatenate([self._before.id_bytes, ids]) if self._before else ids)
        (folder / "values.json").write_text(json.dumps(self.values), encoding="utf-8")
        return Columns.load(folder)


def day_number(date: str | None, year: int) -> int:
    """An ISO date as yyyymmdd, 0 where unknown: the year alone when the date does not say more."""
    digits = "".join(c for c in (date or "")[:10] if c in "0123456789")
    return int(digits) if len(digits) == 8 else year * 10_000
