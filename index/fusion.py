"""Two scores of each candidate become one: z-scores over each side's best, added with a weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.embedding.embedder import Vectors
from index.embedding.rescoring import SEMANTIC_WEIGHT
from index.embedding.tokens import TokenIds

Scores = npt.NDArray[np.float32]

# How deep each side is asked, and the population over which a side's scores are normalised
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Side:
    """One side's view: the scores of its own best documents, and of all candidates (NaN where it has none).

    `population` is how many it could have found: a side that ran out earlier gave the others a score of zero.
    """

    best: Scores
    candidates: Scores
    population: int = 0


def standardise(side: Side) -> Scores:
    """z-scores of the candidates by the mean and deviation of the side's best; what it did not find ties its last.

    Padding with zeros lets the one document with a rare word stand out, instead of a lone score without deviation.
    """
    missing = min(DEPTH, side.population) - len(side.best)
    best = np.concatenate([side.best, np.zeros(missing, np.float32)]) if missing > 0 else side.best
    if not len(best) or (spread := float(best.std())) < 1e-9:
        return np.zeros(len(side.candidates), np.float32)
    known = np.where(np.isnan(side.candidates), best.min(), side.candidates)
    scores: Scores = ((known - best.mean()) / spread).astype(np.float32)
    return scores


def fuse(lexical: Side, semantic: Side, *, weight: float) -> Scores:
    """One score for each candidate: `weight` of the semantic side, the rest of the lexical one."""
    return ((1.0 - weight) * standardise(lexical) + weight * standardise(semantic)).astype(np.float32)


@runtime_checkable
class TokenEmbedder(Protocol):
    """An embedder that reads token by token, as the static models do: its tokens can be compared one by one."""

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]: ...

    def token_vectors(self, ids: TokenIds) -> Vectors: ...


def semantic_weight(model: object) -> float:
    """How much meaning counts against words: more where a large model reads the texts.

    A third for static models and .7 for sentence-transformers were best on the mean of ai4sci dev, SciFact, CSFCube and
    Cranfield.
    """
    return SEMANTIC_WEIGHT if isinstance(model, TokenEmbedder) else 0.7
