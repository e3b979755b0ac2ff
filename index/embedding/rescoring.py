"""Second looks at the best candidates of a search: agreement with their neighbours, and word-by-word likeness.

Both take the fused scores of a query's candidates (z-scores of both sides, `SEMANTIC_WEIGHT` of meaning and the rest of
words) and return better ones. They cost one or two milliseconds for 400 candidates and need no further model:

    scores = fuse(lexical, semantic, weight=SEMANTIC_WEIGHT)
    smoothed = smooth(scores, vectors)                               # vectors of the candidates, one row each
    best = np.argsort(-scores, kind="stable")[:INTERACTION_DEPTH]    # by the scores before smoothing
    likeness = late_interaction(model, query_ids, [ids of each of best])
    final = add_interaction(smoothed, best, likeness, query_tokens=len(query_ids))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.embedding.embedder import Vectors, unit_rows
from index.embedding.tokens import TokenIds

Scores = npt.NDArray[np.float32]
Places = npt.NDArray[np.intp]

# All chosen together on the mean of four judged sets, see the model card.
SEMANTIC_WEIGHT = 1 / 3
# A paper whose nearest candidates score well is more likely to be right itself: more neighbours or a larger share
# helped broad questions and hurt those with one right answer.
NEIGHBOURS = 5
NEIGHBOUR_SHARE = 0.3
# Word-by-word likeness helps queries as people type them and hurts paragraphs, whose words are about everything.
INTERACTION_WEIGHT = 0.8
INTERACTION_DEPTH = 50
SHORT_QUERY = 25  # tokens


class TokenModel(Protocol):
    """What late interaction needs of a model: vectors of single tokens, as the static models have them."""

    def token_vectors(self, ids: TokenIds) -> Vectors: ...


def smooth(scores: Scores, vectors: Vectors, *, neighbours: int = NEIGHBOURS, share: float = NEIGHBOUR_SHARE) -> Scores:
    """Each score plus a share of the mean score of the candidate's nearest neighbours among the candidates.

    `vectors` holds one unit row for each score; a candidate with a zero row keeps its place by its own score alone,
    as if its neighbours scored like itself.
    """
    count = len(scores)
    if count <= neighbours:
        return scores.astype(np.float32)
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argpartition(-likeness, neighbours, axis=1)[:, :neighbours]
    around = scores[nearest].mean(axis=1)
    silent = ~vectors.any(axis=1)
    around[silent] = scores[silent]
    smoothed: Scores = (scores + share * around).astype(np.float32)
    return smoothed


def late_interaction(model: TokenModel, query: TokenIds, documents: Sequence[TokenIds]) -> Scores:
    """How well each document's tokens answer each of the query's: the mean of the best cosines, weighted.

    A query token weighs the square of its vector's length, which the model learnt: rare and telling words are long.
    Documents without known tokens, or all when the query has none, score 0.
    """
    result = np.zeros(len(documents), np.float32)
    query_vectors = model.token_vectors(np.unique(query))
    weights = (query_vectors**2).sum(axis=1)
    lengths = np.array([len(ids) for ids in documents], dtype=np.int64)
    filled = lengths > 0
    if not weights.any() or not filled.any():
        return result
    tokens, inverse = np.unique(np.concatenate([ids for ids in documents if len(ids)]), return_inverse=True)
    cosines = unit_rows(model.token_vectors(tokens.astype(np.int32))) @ unit_rows(query_vectors).T
    starts = np.cumsum(lengths[filled]) - lengths[filled]
    best = np.maximum.reduceat(cosines[inverse], starts, axis=0)
    result[filled] = best @ (weights / weights.sum())
    return result


def add_interaction(
    scores: Scores, best: Places, likeness: Scores, *, query_tokens: int, weight: float = INTERACTION_WEIGHT
) -> Scores:
    """`scores` with the z-scored `likeness` of the candidates at `best` added; the others take the least of it.

    A query of `SHORT_QUERY` tokens or more is left as it is.
    """
    if query_tokens >= SHORT_QUERY or not len(best) or (spread := float(likeness.std())) < 1e-9:
        return scores
    gains = (likeness - likeness.mean()) / spread
    raised = scores + weight * gains.min()
    raised[best] = scores[best] + weight * gains
    final: Scores = raised.astype(np.float32)
    return final
