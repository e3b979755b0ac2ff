"""Near misses in one batch: texts of one cluster are drawn together, so that the student learns fine differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_SAMPLE = 20_000
_ROUNDS = 6
_BLOCK = 20_000  # rows compared at a time: bounds memory


def clusters(vectors: Floats, count: int, *, seed: int) -> Ints:
    """The number of the cluster of each row, by spherical k-means on a sample."""
    rng = np.random.default_rng(seed)
    sample = vectors[rng.permutation(len(vectors))[:_SAMPLE]]
    centres = sample[:count].copy()
    for _ in range(_ROUNDS):
        owner = _closest(sample, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, owner, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres).astype(np.float32)
    return _closest(vectors, centres)


def _closest(vectors: Floats, centres: Floats) -> Ints:
    blocks = [(vectors[start : start + _BLOCK] @ centres.T).argmax(axis=1) for start in range(0, len(vectors), _BLOCK)]
    return np.concatenate(blocks).astype(np.int64)


def order(count: int, cluster: Ints | None, run: int, rng: np.random.Generator) -> Ints:
    """All rows once, at random; with clusters, in runs of `run` rows that lie near each other."""
    mixed = rng.permutation(count)
    if cluster is None or not run:
        return mixed
    grouped = mixed[np.argsort(cluster[mixed], kind="stable")]
    runs = np.array_split(grouped, max(1, count // run))
    return np.concatenate([runs[i] for i in rng.permutation(len(runs))])
