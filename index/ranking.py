"""From a query to a page of hits: candidates from both sides, one order, folding, totals and facets.

The answer to a query with words is its *head*, the best of both sides fused (up to 200 by words and 200 by meaning),
followed by its *tail*: every other document that has all the words, best first. Totals and facets count both. The head
does not depend on the page asked for, so pages never overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from index import filters
from index.columns import Columns, Rows
from index.embedding.rescoring import (
    INTERACTION_DEPTH,
    SEMANTIC_WEIGHT,
    SHORT_QUERY,
    add_interaction,
    late_interaction,
    smooth,
)
from index.fusion import DEPTH, Scores, Side, TokenEmbedder, fuse
from index.lexical import Plan
from index.snapshot import Snapshot
from kb.models import RECORD_KINDS, Ranking, Scored, Why
from kb.query import Query

Mode = Literal["hybrid", "lexical", "semantic"]
Sort = Literal["relevance", "date", "title"]

# Above any sum of z-scores: a page that the query names comes first
NAME_BOOST = 20.0
# Two words of a longer query may be a person's name; an event's is taken for one from three words on
EVENT_NAME_WORDS = 3
# The query's words have to be this share of an event's title
EVENT_COVERAGE = 0.6
# How many neighbours a purely semantic answer lists; there is no natural end
SEMANTIC_DEPTH = 1_000
# Up to so many matching rows are fetched rather than counted by tantivy: 1 ms instead of 3
_FEW = 1_000
# More characters than a short query has
_MAX_READ = 1_000
_PERSON, _EVENT = RECORD_KINDS.index("person"), RECORD_KINDS.index("event")


@dataclass(frozen=True)
class Head:
    """The fused candidates, best first, with each side's own score (NaN where that side has none)."""

    rows: Rows
    scores: Scores
    lexical: Scores
    semantic: Scores


@dataclass(frozen=True)
class Request:
    """What is asked of one snapshot. `vector` is the query's, None for a lexical search; `model` made it."""

    query: Query
    mode: Mode
    vector: npt.NDArray[np.float32] | None
    weight: float = SEMANTIC_WEIGHT
    as_you_type: bool = False
    without: frozenset[int] = frozenset()
    model: object = None


class Ranker:
    """Answers one request on one snapshot."""

    def __init__(self, snapshot: Snapshot, request: Request) -> None:
        self._columns, self._lexical, self._request = snapshot.columns, snapshot.lexical, request
        self._snapshot = snapshot
        self._conditions = filters.read(request.query, self._columns, self._lexical)
        self.plan: Plan = self._lexical.plan(
            request.query, self._conditions.clauses, as_you_type=request.as_you_type and request.mode != "semantic"
        )
        self.head = self._head()

    # --- the head ------------------------------------------------------------------------------------------

    def _head(self) -> Head:
        request, empty = self._request, (np.empty(0, np.int64), np.empty(0, np.float32))
        by_words = empty
        if request.mode != "semantic" and self.plan.clauses:
            by_words = self._lexical.search(self.plan.any_word(), DEPTH)
        by_meaning = empty
        if request.vector is not None and np.any(request.vector):
            mask = filters.mask(self._conditions, self._columns, self._lexical)
            depth = SEMANTIC_DEPTH if request.mode == "semantic" else DEPTH
            by_meaning = self._snapshot.vectors.nearest(request.vector, depth, mask=mask)
        rows = np.union1d(by_words[0], by_meaning[0])
        # A snapshot's words and columns agree, but a row must never be shown twice or dead
        rows = rows[self._columns["alive"][rows]] if len(rows) else rows.astype(np.int64)
        if request.without:
            rows = rows[~np.isin(rows, list(request.without))]
        lexical, semantic = _placed(rows, *by_words), _placed(rows, *by_meaning)
        if request.mode == "lexical":
            scores = lexical
        elif request.mode == "semantic":
            scores = semantic
        else:
            unseen = np.isnan(semantic)
            if request.vector is not None and unseen.any() and len(by_meaning[0]):
                semantic[unseen] = self._snapshot.vectors.cosines(request.vector, rows[unseen])
            sides = Side(by_words[1], lexical, len(self._snapshot)), Side(by_meaning[1], semantic)
            scores = fuse(*sides, weight=request.weight)
            if request.vector is not None and len(by_meaning[0]):
                scores = self._second_look(rows, scores)
        if request.mode != "semantic":
            scores = scores + self._name_boosts(rows)
        order = np.lexsort((rows, -scores))
        return Head(rows[order], scores[order], lexical[order], semantic[order])

    def _second_look(self, rows: Rows, scores: Scores) -> Scores:
        """The fused scores after their neighbours were heard and, for a short query, the best read word by word."""
        final = smooth(scores, self._snapshot.vectors.vectors(rows))
        model, tokens = self._request.model, self._snapshot.tokens
        if not isinstance(model, TokenEmbedder) or tokens is None:
            return final
        asked = model.token_ids([self._request.query.text[:_MAX_READ]])[0]
        if len(asked) >= SHORT_QUERY:
            return final
        best = np.argsort(-scores, kind="stable")[:INTERACTION_DEPTH]
        likeness = late_interaction(model, asked, tokens.of(self._columns["slot"][rows[best]]))
        return add_interaction(final, best, likeness, query_tokens=len(asked))

    def _name_boosts(self, rows: Rows) -> Scores:
        boosts = np.zeros(len(rows), np.float32)
        text = self._request.query.text
        if not len(rows) or len(text) > 300 or self._request.without:
            return boosts
        kinds, named = self._columns["kind"], self._lexical.named(text)
        for row, (words, whole) in named.items():
            place = int(np.searchsorted(rows, row))
            if place >= len(rows) or rows[place] != row:
                continue
            fits = kinds[row] == _PERSON or (kinds[row] == _EVENT and words >= EVENT_NAME_WORDS)
            if whole or fits:
                boosts[place] = NAME_BOOST + words + (1.0 if fits or kinds[row] == _EVENT else 0.0)
        if not named:
            events = self._lexical.codes("kind", [_EVENT])
            asked = len(set(text.lower().split()))
            for row in self._lexical.named_by_all(text, events, 3).tolist():
                place = int(np.searchsorted(rows, row))
                if place < len(rows) and rows[place] == row:
                    covered = min(1.0, asked / max(int(self._columns["name_words"][row]), 1))
                    boosts[place] = NAME_BOOST * covered if covered >= EVENT_COVERAGE else 0.0
        return boosts

    # --- pages ---------------------------------------------------------------------------------------------

    def page(self, *, limit: int, offset: int, sort: Sort, fold: bool, facets: bool) -> Ranking:
        """Hits `offset` to `offset + limit` of the whole result."""
        if not self.plan.clauses and self._request.vector is None:
            return self._browse(limit=limit, offset=offset, sort=sort, fold=fold, facets=facets)
        total, counts = self._total(facets)
        if sort == "relevance":
            rows, folded = self._relevant(offset + limit, fold)
        else:
            rows = self.head.rows
            if self._has_tail:
                rows = np.union1d(rows, self._lexical.all_rows(self.plan.every_word()))
            rows, folded = _folded(sorted_rows(self._columns, rows, sort), self._columns, fold)
        return Ranking(
            self._hits(rows[offset : offset + limit], offset, folded), total,
            self._request.mode != "semantic" or len(self.head.rows) < SEMANTIC_DEPTH, counts,
        )  # fmt: skip

    @property
    def _has_tail(self) -> bool:
        return self._request.mode != "semantic" and bool(self.plan.clauses) and not self._request.without

    def _relevant(self, wanted: int, fold: bool) -> tuple[Rows, bool]:
        rows, folds = _folded(self.head.rows, self._columns, fold)
        depth = wanted + len(self.head.rows)
        while len(rows) < wanted and self._has_tail:
            tail, _ = self._lexical.search(self.plan.every_word(), depth)
            fresh = tail[~np.isin(tail, self.head.rows)]
            rows, folds = _folded(np.concatenate([self.head.rows, fresh]), self._columns, fold)
            if len(tail) < depth:
                break
            depth *= 4
        return rows, folds

    def _total(self, facets: bool) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
        head = self.head.rows
        if not self._has_tail:
            return len(head), self._labelled(self._columns.facet_counts(head)) if facets else {}
        strict = self.plan.every_word()
        all_words, _ = self._lexical.search(strict, _FEW)
        if len(all_words) < _FEW:
            # Few documents have all the words: counted by row, without asking tantivy which of them are in the head
            rows = np.union1d(head, all_words)
            return len(rows), self._labelled(self._columns.facet_counts(rows)) if facets else {}
        known, _ = self._lexical.among(strict, head)
        extra = np.setdiff1d(head, known)
        if not facets:
            return self._lexical.count(strict) + len(extra), {}
        counts = self._lexical.facet_counts(strict)
        for name, more in self._columns.facet_counts(extra).items():
            for code, number in more.items():
                counts[name][code] = counts[name].get(code, 0) + number
        return sum(counts["kind"].values()), self._labelled(counts)

    def _browse(self, *, limit: int, offset: int, sort: Sort, fold: bool, facets: bool) -> Ranking:
        """A query without words: everything that meets the conditions, newest first."""
        mask = filters.mask(self._conditions, self._columns, self._lexical)
        admitted = np.array(self._columns["alive"]) if mask is None else mask
        rows = sorted_rows(self._columns, np.flatnonzero(admitted), "date" if sort == "relevance" else sort)
        total = len(rows)
        counts = self._labelled(self._columns.facet_counts_of(admitted)) if facets else {}
        rows, folded = _folded(rows, self._columns, fold)
        return Ranking(self._hits(rows[offset : offset + limit], offset, folded), total, True, counts)

    def _labelled(self, counts: dict[str, dict[int, int]]) -> dict[str, tuple[tuple[str, int], ...]]:
        return {
            name: tuple(
                sorted(
                    ((self._columns.label(name, code), number) for code, number in found.items()),
                    key=lambda pair: (-pair[1], pair[0]),
                )
            )
            for name, found in counts.items()
        }

    def _hits(self, rows: Rows, offset: int, folded: bool) -> tuple[Scored, ...]:
        head = self.head
        places = {row: i for i, row in enumerate(head.rows.tolist())}
        matched = self._lexical.matched(self.plan, rows) if self._request.mode != "semantic" else {}
        others = self._others(rows) if folded else {}
        lowest = float(head.scores[-1]) if len(head.scores) else 0.0
        hits = []
        for i, row in enumerate(rows.tolist()):
            place = places.get(row)
            # The tail follows the head: its scores only say so
            score = float(head.scores[place]) if place is not None else lowest - 1e-3 * (offset + i + 1) * bool(places)
            why = Why(
                _number(head.lexical, place), _number(head.semantic, place), matched.get(row, ()),
            )  # fmt: skip
            hits.append(Scored(self._columns.id(row), round(score, 4), why, others.get(row, ())))
        return tuple(hits)

    def _others(self, rows: Rows) -> dict[int, tuple[str, ...]]:
        """For each row the ids of its near-duplicates, whether they match the query or not."""
        keys = self._columns["fold"]
        wanted = np.unique(keys[rows])
        twins: dict[int, list[int]] = {}
        for row in self._lexical.folded(wanted[wanted > 0].astype(np.int64)).tolist():
            twins.setdefault(int(keys[row]), []).append(row)
        return {
            row: tuple(self._columns.id(twin) for twin in twins.get(int(keys[row]), ()) if twin != row)
            for row in rows.tolist()
        }


def _placed(rows: Rows, found: Rows, scores: Scores) -> Scores:
    """The scores of `rows` (ascending) by one side's result; NaN for those it did not find."""
    result = np.full(len(rows), np.nan, np.float32)
    places = np.searchsorted(rows, found)
    inside = places < len(rows)
    inside[inside] = rows[places[inside]] == found[inside]
    result[places[inside]] = scores[inside]
    return result


def _number(scores: Scores, place: int | None) -> float | None:
    if place is None or np.isnan(scores[place]):
        return None
    return round(float(scores[place]), 4)


def _folded(rows: Rows, columns: Columns, fold: bool) -> tuple[Rows, bool]:
    """The rows without those whose near-duplicate stands further up; whether folding is on."""
    if not fold or not len(rows):
        return rows, False
    keys = columns["fold"][rows].astype(np.int64)
    # Rows without a key never fold: each gets a key of its own
    unique = np.where(keys == 0, -1 - np.arange(len(rows)), keys)
    _, first = np.unique(unique, return_index=True)
    return rows[np.sort(first)], True


def sorted_rows(columns: Columns, rows: Rows, sort: Sort) -> Rows:
    """Rows by date, newest first, or by title; ties by row."""
    if sort == "title":
        return rows[np.lexsort((rows, columns["title"][rows]))]
    return rows[np.lexsort((rows, -columns["date"][rows].astype(np.int64)))]
