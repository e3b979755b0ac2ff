"""Nearest neighbours: faiss over 8-bit codes, then exact cosines from the half-precision vectors.

The rows of a snapshot are covered by parts, each an immutable faiss file: one large part and a small tail that grows
with each sync until it is worth merging. Rows are never removed from a file (faiss ends the process on `remove_ids` of
a memory-mapped IVF index): dead and filtered rows are skipped by a bitmap.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.cache import Half, Vectors
from index.columns import Mask, Rows

# One query over 256 dimensions, one thread: flat 0.3 ms at 10,000 rows, 1.5 ms at 50,000, 7-10 ms at 200,000; IVF
# about 1 ms at any of them but 1-10 s to train
FLAT_LIMIT = 50_000
# Recall@10 against exact search, 190,000 papers in 872 lists: .915 with 24 probed, .961 with 64, .981 with 128 (1 ms),
# .992 with 256 (1.9 ms). With more lists at least a tenth of them is probed.
PROBES = 128
PROBE_SHARE = 0.1
# k-means sees this many vectors a list: more gave no better recall and trained longer
TRAIN_PER_LIST = 48
TRAIN_ROUNDS = 6
# The tail is searched flat; past this share of the whole (or FLAT_LIMIT) all is merged into one part again
TAIL_SHARE = 0.2
# Below this many admitted rows exact cosines of all of them are cheaper than a search with a bitmap
EXACT_LIMIT = 1_000
# Codes are coarse: so many more than asked for are fetched, and exact cosines decide (recall@10 .908 to .915)
_SLACK = 40
_BATCH = 20_000

_PART = re.compile(r"vectors-(\d+)-(\d+)\.faiss")


@dataclass(frozen=True)
class _Part:
    first: int
    count: int
    index: Any


class VectorIndex:
    """Searches the vectors of one snapshot. `vectors` are all of a model's, `slots` says which belongs to which row."""

    def __init__(self, folder: Path, vectors: Half, slots: npt.NDArray[np.int32], alive: Mask, *, dead: int) -> None:
        self._vectors, self._slots, self._alive, self._dead = vectors, slots, alive, dead
        self._parts = [_open(path) for path in part_files(folder)]

    def nearest(self, query: npt.NDArray[np.float32], limit: int, *, mask: Mask | None = None) -> tuple[Rows, Vectors]:
        """Rows closest to a query vector (length `dim`) and their cosines, best first; only those above zero.

        `mask` admits rows. A zero query is close to nothing.
        """
        nothing = np.empty(0, np.int64), np.empty(0, np.float32)
        if not len(self._slots) or not np.any(query):
            return nothing
        admitted = self._alive if mask is None else mask & self._alive
        if mask is not None or len(self._slots) <= EXACT_LIMIT:
            count = int(np.count_nonzero(admitted))
            if count <= EXACT_LIMIT:
                rows = np.flatnonzero(admitted)
                return _best(rows, self.cosines(query, rows), limit)
            share = count / len(self._slots)
        else:
            share = 1.0
        selector = self._selector(admitted) if mask is not None or self._dead else None
        wide = limit + _SLACK
        found = [self._search(part, query, wide, selector, share) for part in self._parts]
        rows = np.concatenate(found) if found else nothing[0]
        return _best(rows, self.cosines(query, rows), limit)

    def cosines(self, query: npt.NDArray[np.float32], rows: Rows) -> Vectors:
        """Exact cosines of these rows with a query vector."""
        # einsum, not @: the BLAS threads of a product this small (0.1 ms) wait for each other for milliseconds
        cosines: Vectors = np.einsum("ij,j->i", self.vectors(rows), query)
        return cosines

    @property
    def rows(self) -> int:
        """How many rows the faiss files cover."""
        return sum(part.count for part in self._parts)

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of these rows, one each."""
        found: Vectors = np.asarray(self._vectors[self._slots[rows]], dtype=np.float32)
        return found

    def vector(self, row: int) -> Vectors:
        """The vector of one row."""
        found: Vectors = self.vectors(np.array([row]))[0]
        return found

    def _selector(self, admitted: Mask) -> npt.NDArray[np.uint8]:
        return np.packbits(admitted, bitorder="little")

    def _search(
        self, part: _Part, query: npt.NDArray[np.float32], limit: int, bits: npt.NDArray[np.uint8] | None, share: float
    ) -> Rows:
        faiss = _faiss()
        # Set per thread: a parallel region for one query of 1 ms costs up to 20 ms on a busy machine
        faiss.omp_set_num_threads(1)
        selector = None
        if bits is not None:
            # Row numbers inside a part start at zero; parts start at multiples of eight, so the bitmap is cut in bytes
            piece = np.ascontiguousarray(bits[part.first // 8 : (part.first + part.count + 7) // 8])
            selector = faiss.IDSelectorBitmap(piece)
        if isinstance(part.index, faiss.IndexIVF):
            lists = part.index.nlist
            # A filter that admits one row in ten leaves a tenth of each list: probe more of them
            probes = min(lists, int(max(PROBES, PROBE_SHARE * lists) / max(share, 0.01)))
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        else:
            parameters = faiss.SearchParameters(sel=selector) if selector is not None else None
        _, found = part.index.search(query[None, :], min(limit, part.count), params=parameters)
        rows: Rows = found[0][found[0] >= 0].astype(np.int64) + part.first
        return rows


def _best(rows: Rows, cosines: Vectors, limit: int) -> tuple[Rows, Vectors]:
    order = np.lexsort((rows, -cosines))[:limit]
    order = order[cosines[order] > 0]
    return rows[order], cosines[order]


def part_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("vectors-*.faiss"))


def _open(path: Path) -> _Part:
    match = _PART.fullmatch(path.name)
    assert match is not None
    # Mapped, not read: 0.1-3 ms instead of 70 ms for 200,000 rows
    faiss = _faiss()
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as why:
        raise ValueError(f"{path.name} is no faiss index") from why
    return _Part(int(match[1]), int(match[2]), index)


def write_parts(folder: Path, vectors: Half, slots: npt.NDArray[np.int32]) -> None:
    """Bring the faiss files in `folder` (those of the snapshot before) to cover all rows."""
    existing = [
        (path, int(match[1]), int(match[2])) for path in part_files(folder) if (match := _PART.fullmatch(path.name))
    ]
    base = existing[0] if existing else None
    covered = base[2] if base else 0
    total = len(slots)
    if covered and total == sum(count for _, _, count in existing):
        return
    for path, _, _ in existing[1:]:
        path.unlink()
    # A part starts at a multiple of eight rows so that bitmaps are cut at bytes
    if base and total - covered <= max(1_000, TAIL_SHARE * total) and covered % 8 == 0:
        _write(folder, vectors, slots, covered, total)
        return
    if base:
        base[0].unlink()
    whole = total - total % 8
    if whole:
        _write(folder, vectors, slots, 0, whole)
    if total > whole:
        _write(folder, vectors, slots, whole, total)


def _write(folder: Path, vectors: Half, slots: npt.NDArray[np.int32], first: int, last: int) -> None:
    faiss = _faiss()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    dim, count = vectors.shape[1], last - first
    metric, bits = faiss.METRIC_INNER_PRODUCT, faiss.ScalarQuantizer.QT_8bit
    if count <= FLAT_LIMIT:
        index = faiss.IndexScalarQuantizer(dim, bits, metric)
        sample = min(count, FLAT_LIMIT)
    else:
        lists = int(2 * count**0.5)
        index = faiss.IndexIVFScalarQuantizer(faiss.IndexFlatIP(dim), dim, lists, bits, metric)
        index.cp.niter = TRAIN_ROUNDS
        index.cp.max_points_per_centroid = TRAIN_PER_LIST
        sample = min(count, lists * TRAIN_PER_LIST)
    # A fixed seed: the same records give the same index
    chosen = np.sort(np.random.default_rng(0).choice(count, sample, replace=False)) + first
    index.train(np.asarray(vectors[slots[chosen]], dtype=np.float32))
    for start in range(first, last, _BATCH):
        index.add(np.asarray(vectors[slots[start : min(start + _BATCH, last)]], dtype=np.float32))
    faiss.write_index(index, str(folder / f"vectors-{first:010d}-{count}.faiss"))


def _faiss() -> Any:
    import faiss  # 50 ms, and a lexical query needs none of it

    return faiss
