"""Answers of one Milvus collection: the same result as the built-in index gives, from Milvus' own searches.

The head is the fusion of Milvus' BM25 and vector search, the tail the other documents with all the words. Totals and
facets count rows that Milvus returns; beyond its window of 16,384 rows they are lower bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from index import milvus_rows as rows
from index.columns import hash64
from index.embedding.rescoring import SEMANTIC_WEIGHT
from index.fusion import DEPTH, Side, fuse
from index.lexical import MAX_WORDS
from index.ranking import EVENT_COVERAGE, EVENT_NAME_WORDS, NAME_BOOST, SEMANTIC_DEPTH, Mode, Sort
from kb.models import Ranking, Scored, Why
from kb.names import name_words
from kb.query import Query
from kb.text import fold

# Milvus answers at most so many rows at once
WINDOW = 16_384
WORDS = "kb_words"
_MAX_NAME_WORDS = 16
_EXPANSIONS = 16

Row = dict[str, Any]


@dataclass
class Found:
    """A candidate: its row, and each side's score."""

    row: Row
    lexical: float | None = None
    semantic: float | None = None
    score: float = 0.0


@dataclass(frozen=True)
class Words:
    """The words of a query as typed, and for each the stems any of which counts as the word."""

    typed: tuple[str, ...] = ()
    stems: tuple[tuple[str, ...], ...] = ()
    uses: tuple[int, ...] = ()
    plain: tuple[str, ...] = ()  # stop words, where there is nothing else

    @property
    def text(self) -> str:
        """What BM25 is asked: the stems, as often as they were said."""
        return " ".join(s for stems, uses in zip(self.stems, self.uses, strict=True) for s in stems * uses)

    def every(self) -> list[str]:
        """The condition that all words occur."""
        found = [rows.any_of([rows.has_stem(stem) for stem in stems]) for stems in self.stems]
        return found + [f"ARRAY_CONTAINS(names, {rows.quoted(word)})" for word in self.plain]

    def __bool__(self) -> bool:
        return bool(self.stems or self.plain)


@dataclass
class MilvusSearch:
    """One request to one collection. `vector` is the query's, None for a lexical search."""

    client: Any
    collection: str
    query: Query
    mode: Mode
    vector: npt.NDArray[np.float32] | None
    weight: float = SEMANTIC_WEIGHT
    as_you_type: bool = False
    without: frozenset[str] = frozenset()
    population: int = DEPTH
    _conditions: list[str] = field(init=False)
    _words: Words = field(init=False)

    def __post_init__(self) -> None:
        self._conditions = rows.conditions(self.query)
        if self.without:
            self._conditions.append(f"id not in {rows.quoted(sorted(self.without))}")
        self._words = self._read() if self.mode != "semantic" else Words()

    # --- Milvus

    def rows(self, conditions: Sequence[str], *, fields: Sequence[str] = rows.SHOWN, limit: int = WINDOW) -> list[Row]:
        found = self.client.query(
            self.collection, filter=rows.all_of(conditions), output_fields=list(fields), limit=limit
        )
        return [dict(row) for row in found]

    def _search(self, field_name: str, data: Any, limit: int, conditions: Sequence[str]) -> list[tuple[Row, float]]:
        answer = self.client.search(
            self.collection, data=[data], anns_field=field_name, limit=min(limit, WINDOW),
            filter=rows.all_of(conditions), output_fields=list(rows.SHOWN),
        )  # fmt: skip
        # milvus-lite gives BM25 as a negative distance, a server as a positive score
        return [(dict(hit["entity"]) | {"id": hit["id"]}, abs(float(hit["distance"]))) for hit in answer[0]]

    # --- words

    def _read(self) -> Words:
        counts = Counter(rows.words(self.query.text))
        found: dict[tuple[str, ...], str] = {}
        uses: Counter[tuple[str, ...]] = Counter()
        for word, count in list(counts.items())[:5_000]:
            if stem := tuple(rows.stems(word)):
                found.setdefault(stem, word)
                uses[stem] += count
        part = self.query.parts[-1] if self.query.parts else None
        last = ""
        if self.as_you_type and part and not part.quoted and not part.excluded and self.query.raw.endswith(part.text):
            last = (rows.words(part.text) or [""])[-1]
        if not found and not last:
            return Words(plain=tuple(counts)[:MAX_WORDS])
        typed, stems, times = [], [], []
        for stem, word in list(found.items())[:MAX_WORDS]:
            options = self._unfinished(word) if word == last and len(word) > 1 else self._spellings(word, stem)
            typed.append(word)
            stems.append(options)
            times.append(uses[stem])
        return Words(tuple(typed), tuple(stems), tuple(times))

    def _spellings(self, word: str, stem: tuple[str, ...]) -> tuple[str, ...]:
        """The word's stem; where no document has it, those of words spelt almost alike."""
        if len(word) < 4 or not word.isalpha() or self.rows([rows.has_stem(stem[0])], fields=["id"], limit=1):
            return stem
        most = 1 if len(word) < 8 else 2
        start, low, high = rows.quoted(f"{word[0]}%"), len(word) - most, len(word) + most
        near = self.client.query(
            WORDS,
            filter=f"id like {start} and letters >= {low} and letters <= {high}",
            output_fields=["id"],
            limit=WINDOW,
        )
        close = sorted((d, row["id"]) for row in near if (d := OSA.distance(word, row["id"])) <= most)
        return tuple(dict.fromkeys(s for _, other in close[:5] for s in rows.stems(other))) or stem

    def _unfinished(self, start: str) -> tuple[str, ...]:
        begun = self.client.query(WORDS, filter=f"id like {rows.quoted(start + '%')}", output_fields=["id"], limit=200)
        others = sorted((row["id"] for row in begun), key=lambda word: (len(word), word))[:_EXPANSIONS]
        return tuple(dict.fromkeys(stem for word in (start, *others) for stem in rows.stems(word)))

    # --- the head

    def head(self) -> list[Found]:
        """The candidates of both sides, best first."""
        found: dict[str, Found] = {}
        by_words: list[tuple[Row, float]] = []
        if self._words.stems:
            by_words = self._search("sparse", self._words.text, DEPTH, self._conditions)
        elif self._words.plain:
            by_words = [(row, 1.0) for row in self.rows([*self._words.every(), *self._conditions], limit=DEPTH)]
        for row, score in by_words:
            found.setdefault(row["id"], Found(row)).lexical = score
        depth = SEMANTIC_DEPTH if self.mode == "semantic" else DEPTH
        by_meaning = []
        if self.vector is not None and np.any(self.vector):
            nearest = self._search("dense", self.vector.tolist(), depth, self._conditions)
            by_meaning = [(row, score) for row, score in self._signed(nearest) if score > 0]
        for row, score in by_meaning:
            found.setdefault(row["id"], Found(row)).semantic = score
        candidates = list(found.values())
        if self.mode == "hybrid":
            self._fuse(candidates, [s for _, s in by_words], [s for _, s in by_meaning])
        else:
            for each in candidates:
                each.score = (each.lexical if self.mode == "lexical" else each.semantic) or 0.0
        if self.mode != "semantic" and not self.without:
            self._name_boosts(found)
        return sorted(candidates, key=lambda each: (-each.score, each.row["id"]))

    def _signed(self, nearest: list[tuple[Row, float]]) -> list[tuple[Row, float]]:
        """Cosines with their signs: results come best first, so the sign turns where they stop falling."""
        turned, last = False, float("inf")
        result = []
        for row, score in nearest:
            turned = turned or score > last + 1e-6
            last = score
            result.append((row, -score if turned else score))
        return result

    def _fuse(self, candidates: list[Found], lexical: list[float], semantic: list[float]) -> None:
        def side(best: list[float], name: str, population: int) -> Side:
            values = [getattr(each, name) for each in candidates]
            known = np.array([np.nan if value is None else value for value in values], np.float32)
            return Side(np.array(best, np.float32), known, population)

        scores = fuse(side(lexical, "lexical", self.population), side(semantic, "semantic", 0), weight=self.weight)
        for each, score in zip(candidates, scores.tolist(), strict=True):
            each.score = score

    def _name_boosts(self, found: dict[str, Found]) -> None:
        said = fold(self.query.text).split()
        if not said or len(said) > _MAX_NAME_WORDS:
            return
        whole, turned = " ".join(said), " ".join(name_words(self.query.text))
        spans = {
            " ".join(said[start : start + length]): length
            for length in range(2, len(said) + 1)
            for start in range(len(said) - length + 1)
        }
        wanted = rows.any_of(
            [f"ARRAY_CONTAINS_ANY(aliases, {rows.quoted([whole, turned, *spans])})", f"title_hash == {hash64(whole)}"]
        )
        named = self.rows([wanted, *self._conditions], fields=[*rows.SHOWN, "aliases", "title_hash"], limit=50)
        for row in named:
            names = set(row["aliases"])
            words = max((length for span, length in spans.items() if span in names), default=0)
            complete = bool({whole, turned} & names) or row["title_hash"] == hash64(whole)
            fits = row["kind"] == "person" or (row["kind"] == "event" and words >= EVENT_NAME_WORDS)
            if (complete or (fits and words)) and row["id"] in found:
                extra = 1.0 if row["kind"] in ("person", "event") else 0.0
                found[row["id"]].score += NAME_BOOST + (len(said) if complete else words) + extra
        if not named and len(said) > 1:
            self._events_by_words(found, said)

    def _events_by_words(self, found: dict[str, Found], said: list[str]) -> None:
        has_all = [f"ARRAY_CONTAINS(names, {rows.quoted(word)})" for word in dict.fromkeys(said)]
        for row in self.rows(['kind == "event"', *has_all, *self._conditions], limit=3):
            covered = min(1.0, len(set(said)) / max(int(row["name_words"]), 1))
            if row["id"] in found and covered >= EVENT_COVERAGE:
                found[row["id"]].score += NAME_BOOST * covered

    # --- pages

    def page(self, *, limit: int, offset: int, sort: Sort, fold_twins: bool, facets: bool) -> Ranking:
        """Hits `offset` to `offset + limit` of the whole result."""
        browsing = not self._words and self.vector is None
        head = [] if browsing else self.head()
        shown = {each.row["id"]: each for each in head}
        tail: list[Row] = []
        if browsing:
            tail = self.rows(self._conditions or ['id != ""'])
        elif self._words and not self.without:
            tail = [row for row in self._all_words() if row["id"] not in shown]
        result = [each.row for each in head] + tail
        order = "date" if browsing and sort == "relevance" else sort
        if order == "date":
            result.sort(key=lambda row: (-row["date"], row["id"]))
        elif order == "title":
            result.sort(key=lambda row: (row["title"], row["id"]))
        total, counts = len(result), _facets(result) if facets else {}
        exact = len(tail) < WINDOW and not (self.mode == "semantic" and len(head) >= SEMANTIC_DEPTH)
        if fold_twins:
            result = _folded(result)
        hits = self._hits(result[offset : offset + limit], offset, shown, fold_twins)
        return Ranking(hits, total, exact, counts)

    def _all_words(self) -> list[Row]:
        """Every document with all the words, best first."""
        everything = [*self._words.every(), *self._conditions]
        if self._words.stems:
            return [row for row, _ in self._search("sparse", self._words.text, WINDOW, everything)]
        return self.rows(everything)

    def _hits(self, page: list[Row], offset: int, shown: dict[str, Found], fold_twins: bool) -> tuple[Scored, ...]:
        bodies = self._bodies(page)
        twins = self._twins(page) if fold_twins else {}
        lowest = min((each.score for each in shown.values()), default=0.0)
        hits = []
        for place, row in enumerate(page):
            known = shown.get(row["id"])
            score = known.score if known else lowest - 1e-3 * (offset + place + 1) * bool(shown)
            has = bodies.get(row["id"], set())
            matched = tuple(
                word for word, options in zip(self._words.typed, self._words.stems, strict=True) if has & set(options)
            )
            sides = (known.lexical, known.semantic) if known else (None, None)
            why = Why(_rounded(sides[0]), _rounded(sides[1]), matched)
            folded = tuple(i for i in twins.get(row["fold"], ()) if i != row["id"]) if row["fold"] else ()
            hits.append(Scored(row["id"], round(score, 4), why, folded))
        return tuple(hits)

    def _bodies(self, page: list[Row]) -> dict[str, set[str]]:
        if not page or not self._words.stems:
            return {}
        found = self.rows([f"id in {rows.quoted([row['id'] for row in page])}"], fields=["id", "body"])
        return {row["id"]: set(row["body"].split()) for row in found}

    def _twins(self, page: list[Row]) -> dict[int, tuple[str, ...]]:
        keys = sorted({row["fold"] for row in page if row["fold"]})
        twins: dict[int, tuple[str, ...]] = {}
        if keys:
            for row in self.rows([f"fold in {keys}"], fields=["id", "fold"]):
                twins[row["fold"]] = (*twins.get(row["fold"], ()), row["id"])
        return twins


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _folded(result: list[Row]) -> list[Row]:
    """The rows without those whose near-duplicate stands further up."""
    seen: set[int] = set()
    kept = []
    for row in result:
        if row["fold"] and row["fold"] in seen:
            continue
        seen.add(row["fold"])
        kept.append(row)
    return kept


def _facets(result: list[Row]) -> dict[str, tuple[tuple[str, int], ...]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "venue", "year", "topic", "source")}
    for row in result:
        counts["kind"][row["kind"]] += 1
        counts["venue"].update([row["venue"]] if row["venue"] else [])
        counts["year"].update([str(row["year"])] if row["year"] else [])
        counts["topic"].update(row["topics"])
        counts["source"].update(row["sources"])
    return {name: tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))) for name, found in counts.items()}
