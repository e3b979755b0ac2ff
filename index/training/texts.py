"""Tokenised texts in one flat array, and batches gathered from it without a Python loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bags:
    """Rows of token ids: row i is ids[starts[i] : starts[i] + lengths[i]]."""

    ids: npt.NDArray[np.int32]
    starts: Ints
    lengths: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: Ints) -> Bags:
        """The rows asked for, packed."""
        return self.cut(self.starts[rows], self.lengths[rows])

    def cut(self, starts: Ints, lengths: Ints) -> Bags:
        """Arbitrary spans of the flat array, packed."""
        packed = np.cumsum(lengths) - lengths
        where = np.repeat(starts - packed, lengths) + np.arange(int(lengths.sum()))
        return Bags(self.ids[where], packed, lengths)


def join(parts: Sequence[Bags]) -> Bags:
    """The rows of several packed `Bags`, one after the other."""
    shifts = np.cumsum([0] + [len(part.ids) for part in parts[:-1]])
    return Bags(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.starts + shift for part, shift in zip(parts, shifts, strict=True)]),
        np.concatenate([part.lengths for part in parts]),
    )


def tokenise(tokenizer: Any, texts: Sequence[str], *, chunk: int = 20_000) -> Bags:
    """Every text as a row of token ids, without the unknown token (id 0)."""
    flat: list[npt.NDArray[np.int32]] = []
    lengths: list[int] = []
    for start in range(0, len(texts), chunk):
        for encoding in tokenizer.encode_batch_fast(list(texts[start : start + chunk]), add_special_tokens=False):
            ids = np.asarray(encoding.ids, dtype=np.int32)
            ids = ids[ids != 0]
            flat.append(ids)
            lengths.append(len(ids))
    sizes = np.asarray(lengths, dtype=np.int64)
    ids = np.concatenate(flat) if flat else np.zeros(0, np.int32)
    return Bags(ids, np.cumsum(sizes) - sizes, sizes)
