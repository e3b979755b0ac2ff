"""What the search index asks of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """A model that turns texts into vectors whose dot product is their likeness.

    Rows are float32 of length `dim` and unit length, or all zero for a text that says nothing to the model; never NaN.
    Vectors of two models are comparable only if their `name` is the same.
    """

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) vectors of the texts that are searched."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) vectors of what people type."""
        ...


def unit_rows(vectors: Vectors) -> Vectors:
    """`vectors` as float32 with rows of unit length; a row that is zero or not finite becomes zero."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > 0)
    unit: Vectors = np.where(usable, rows / np.where(usable, lengths, 1.0), np.float32(0.0)).astype(np.float32)
    return unit
