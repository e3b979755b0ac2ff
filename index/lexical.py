"""Words: a tantivy index, and queries built by hand for it (its parser raises on `SE(3)-equivariant`).

Title and text are one field, `body`, as BM25 ranks best that way (nDCG@10 .787 against .745 for two fields on
AI-for-science queries); the title alone adds a fifth of its own score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tantivy as tv

from index.columns import FACETS, MULTI, Rows, hash64
from kb.models import Document
from kb.names import name_key, name_words
from kb.query import Query
from kb.text import fold

Clause = tuple[tv.Occur, tv.Query]
MUST, SHOULD, MUST_NOT = tv.Occur.Must, tv.Occur.Should, tv.Occur.MustNot

# Chosen on ai4sci dev, SciFact, CSFCube and Cranfield (mean nDCG@10 .558 at 0, .568 at .2, .567 at .5)
TITLE_BOOST = 0.2
PEOPLE_BOOST = 0.6
# A misspelt word's matches all score alike: about what a rare word is worth
FUZZY_SCORE = 5.0
PREFIX_DISCOUNT = 0.8
# The rarest words of a paragraph; nDCG@10 on CSFCube is .393, .395 and .394 with 48, 64 and 96 of them
MAX_WORDS = 64
_MAX_SCANNED = 5_000
_MAX_EXPANSIONS = 16
_MAX_NAME_WORDS = 16
# tantivy's own limit for one posting; longer "words" are base64 or worse
_LONGEST_WORD = 60
_WRITER_HEAP = 200_000_000


def analyzer(*, english: bool) -> tv.TextAnalyzer:
    """Words of a text, lowercased, without accents; in `english` stemmed and without stop words."""
    filters = [tv.Filter.remove_long(_LONGEST_WORD), tv.Filter.lowercase(), tv.Filter.ascii_fold()]
    if english:
        filters += [tv.Filter.stopword("english"), tv.Filter.stemmer("english")]
    builder = tv.TextAnalyzerBuilder(tv.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def _schema() -> tv.Schema:
    build = tv.SchemaBuilder()
    build.add_unsigned_field("row", indexed=True, fast=True)
    build.add_text_field("body", tokenizer_name="kb_english")
    build.add_text_field("title", tokenizer_name="kb_english", index_option="freq")
    build.add_text_field("name", tokenizer_name="kb_plain", index_option="freq")
    build.add_text_field("people", tokenizer_name="kb_plain")
    build.add_text_field("person", tokenizer_name="raw", index_option="basic")
    build.add_text_field("alias", tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("title_hash", indexed=True)
    build.add_unsigned_field("fold", indexed=True)
    build.add_integer_field("year", indexed=True, fast=True)
    for name in ("kind", "venue", *MULTI):
        build.add_unsigned_field(name, indexed=True, fast=name in FACETS)
    return build.build()


def _open(folder: Path) -> tv.Index:
    index = tv.Index.open(str(folder))
    index.register_tokenizer("kb_english", analyzer(english=True))
    index.register_tokenizer("kb_plain", analyzer(english=False))
    return index


class LexicalWriter:
    """Adds and deletes rows in a snapshot's tantivy folder; nothing is seen before `commit`."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        if not tv.Index.exists(str(folder)) if folder.exists() else True:
            folder.mkdir(parents=True, exist_ok=True)
            tv.Index(_schema(), path=str(folder))
        self._index = _open(folder)
        self._writer = self._index.writer(max(_WRITER_HEAP, 20_000_000 * threads), threads)

    def add(self, document: Document, row: int, codes: dict[str, Sequence[int]], fold_hash: int) -> None:
        """Index one row. `codes` are the filter values of each field; `year` is the number itself."""
        doc = tv.Document()
        doc.add_unsigned("row", row)
        doc.add_text("body", "\n".join((document.title, document.text, ", ".join(document.keywords))))
        doc.add_text("title", document.title)
        # An event is often named by its venue: "the ICML 2024 workshop on ..."
        event = document.kind == "event"
        doc.add_text("name", f"{document.title} {document.venue or ''}" if event else document.title)
        for person in document.people:
            doc.add_text("people", person)
        for key in {key for person in document.people for key in person_keys(person)}:
            doc.add_text("person", key)
        for alias in aliases(document):
            doc.add_text("alias", alias)
        doc.add_unsigned("title_hash", hash64(fold(document.title)))
        if fold_hash:
            doc.add_unsigned("fold", fold_hash)
        for name, values in codes.items():
            for value in values:
                if name == "year":
                    doc.add_integer(name, value)
                else:
                    doc.add_unsigned(name, value)
        self._writer.add_document(doc)

    def delete(self, row: int) -> None:
        # By query: `delete_documents_by_term` takes a Python int for a signed term and deletes nothing
        self._writer.delete_documents_by_query(tv.Query.term_query(self._index.schema, "row", row))

    def commit(self) -> None:
        """Make all changes durable, and wait for merges: a snapshot's files must not change afterwards."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()


@lru_cache(maxsize=100_000)  # most authors wrote more than one paper
def person_keys(name: str) -> frozenset[str]:
    """Keys under which a person filter finds a name: first and last word, and the same with the first's initial."""
    key = name_key(name)
    last, _, first = key.partition(" ")
    return frozenset((key, f"{last} {first[0]}") if first else (key,) if key else ())


def aliases(document: Document) -> set[str]:
    """The ways a query may name a person or an event in full."""
    if document.kind == "person":
        words = name_words(document.title)
        return {" ".join(words), f"{words[0]} {words[-1]}", f"{words[-1]} {words[0]}"} if words else set()
    if document.kind == "event":
        venue = fold(document.venue or "")
        # "AI for Science: Scaling in ..." is called by what stands before the colon
        titles = {fold(document.title), fold(document.title.partition(":")[0])} - {""}
        return {name for title in titles for name in (title, f"{venue} {title}".strip(), f"{title} {venue}".strip())}
    return set()


Option = tuple[tv.Query, float]


@dataclass(frozen=True)
class Plan:
    """A query as tantivy runs it. `words` are as typed; `options` has the places each may stand, with weights."""

    words: tuple[str, ...]
    options: tuple[tuple[Option, ...], ...]
    uses: tuple[float, ...]
    conditions: tuple[Clause, ...]

    @cached_property
    def clauses(self) -> tuple[tv.Query, ...]:
        """For each word the query for documents that have it anywhere."""
        return tuple(any_of([query for query, _ in options]) for options in self.options)

    def any_word(self) -> tv.Query:
        """What ranks: BM25 over the documents with at least one of the words."""
        # One flat union of terms: nested ones cannot skip blocks of postings, which takes twice as long
        ranked = [
            (SHOULD, query if weight * uses == 1.0 else tv.Query.boost_query(query, weight * uses))
            for options, uses in zip(self.options, self.uses, strict=True)
            for query, weight in options
        ]
        if not self.conditions:
            return tv.Query.boolean_query(ranked)
        return tv.Query.boolean_query([(MUST, tv.Query.boolean_query(ranked)), *self.conditions])

    def every_word(self) -> tv.Query:
        """What counts as a match by words: all of them occur, be it in the text or as a person's name."""
        return tv.Query.boolean_query([*((MUST, clause) for clause in self.clauses), *self.conditions])


class LexicalIndex:
    """Reads one snapshot. Rows are returned best first."""

    def __init__(self, folder: Path) -> None:
        self._index = _open(folder)
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._english, self._plain = analyzer(english=True), analyzer(english=False)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    # --- queries -------------------------------------------------------------------------------------------

    def plan(self, query: Query, conditions: Sequence[Clause] = (), *, as_you_type: bool = False) -> Plan:
        """Turn a query into clauses. With `as_you_type` its last word may be unfinished."""
        counts = Counter(self._plain.analyze(query.text))
        stems = {word: self._english.analyze(word) for word in list(counts)[:_MAX_SCANNED]}
        content = [word for word in stems if stems[word]]
        # A word said twice counts twice: long queries rank better so (CSFCube nDCG@10 .36 to .39)
        uses: Counter[tuple[str, ...]] = Counter()
        for word in content:
            uses[tuple(stems[word])] += counts[word]
        last = self._unfinished(query) if as_you_type else None
        # Two spellings of one stem are one word
        unique = list({tuple(stems[word]): word for word in reversed(content)}.values())[::-1]
        if last and last not in unique:
            unique.append(last)
        if not unique:
            # Stop words only ("to be or not to be"): names and titles still hold them
            unique = list(stems)[:MAX_WORDS]
        elif len(unique) > MAX_WORDS:
            rarity = {word: self._frequency(word, stems.get(word, [])) for word in unique}
            known = sorted((word for word in unique if rarity[word]), key=lambda word: rarity[word])
            unique = known[:MAX_WORDS] or unique[:MAX_WORDS]
        options = tuple(self._options(word, stems.get(word, []), prefix=word == last) for word in unique)
        weights = tuple(float(uses.get(tuple(stems.get(word, [])), 1)) for word in unique)
        required = [(MUST, _silent(self._phrase(phrase))) for phrase in query.phrases]
        excluded = [(MUST_NOT, self._phrase(part.text)) for part in query.excluded]
        return Plan(
            tuple(unique), options, weights, (*required, *excluded, *conditions),
        )  # fmt: skip

    def _unfinished(self, query: Query) -> str | None:
        part = query.parts[-1] if query.parts else None
        if part is None or part.quoted or part.excluded or not query.raw.endswith(part.text):
            return None
        words = self._plain.analyze(part.text)
        return words[-1] if words and len(words[-1]) > 1 else None

    def _frequency(self, word: str, stems: Sequence[str]) -> int:
        found = sum(self._searcher.doc_freq("body", stem) for stem in stems)
        return found or int(self._searcher.doc_freq("people", word) + self._searcher.doc_freq("name", word))

    def _term(self, field: str, value: Any) -> tv.Query:
        return tv.Query.term_query(self._schema, field, value)

    def _options(self, word: str, stems: Sequence[str], *, prefix: bool = False) -> tuple[Option, ...]:
        """The places where a word may stand; its neighbours by spelling where it stands nowhere."""
        if prefix:
            return self._prefix(word)
        if not self._frequency(word, stems):
            return self._misspelt(word)
        options = [(self._term("body", stem), 1.0) for stem in stems]
        options += [(self._term("title", stem), TITLE_BOOST) for stem in stems]
        if self._searcher.doc_freq("people", word):
            options.append((self._term("people", word), PEOPLE_BOOST))
        if not stems:
            options.append((self._term("name", word), 1.0))
        return tuple(options)

    def _prefix(self, start: str) -> tuple[Option, ...]:
        titles = self._searcher.terms_with_prefix("name", start, limit=_MAX_EXPANSIONS)
        people = self._searcher.terms_with_prefix("people", start, limit=_MAX_EXPANSIONS)
        terms = {("body", stem): 1.0 for stem in self._english.analyze(start)}
        for word, _ in titles:
            for stem in self._english.analyze(word):
                terms.setdefault(("body", stem), PREFIX_DISCOUNT)
        for word, _ in people:
            terms.setdefault(("people", word), PEOPLE_BOOST * PREFIX_DISCOUNT)
        clauses = [tv.Query.boost_query(self._term(field, word), boost) for (field, word), boost in terms.items()]
        # The best of the endings, not their sum: a paper is not better for saying "model", "models" and "modelling"
        return ((tv.Query.disjunction_max_query(clauses), 1.0),)

    def _misspelt(self, word: str) -> tuple[Option, ...]:
        if len(word) < 4 or not word.isalpha():
            return ((tv.Query.empty_query(), 1.0),)
        distance = 1 if len(word) < 8 else 2
        stem = (self._english.analyze(word) or [word])[0]
        near = [
            tv.Query.fuzzy_term_query(self._schema, "body", stem, distance),
            tv.Query.fuzzy_term_query(self._schema, "people", word, distance),
        ]
        return ((tv.Query.const_score_query(any_of(near), FUZZY_SCORE), 1.0),)

    def _phrase(self, text: str) -> tv.Query:
        """Words in this order and next to each other, in the text or in a name. Stop words keep their places."""
        tokens = [(token.position, token.text) for token in self._english.pre_tokenize(text).tokens]
        plain = self._plain.analyze(text)
        if not plain:
            return tv.Query.empty_query()
        options = []
        if len(tokens) == 1:
            options.append(self._term("body", tokens[0][1]))
        elif tokens:
            first = tokens[0][0]
            places: list[str | tuple[int, str]] = [(position - first, word) for position, word in tokens]
            options.append(tv.Query.phrase_query(self._schema, "body", places))
        if len(plain) == 1:
            options += [self._term("people", plain[0]), *([] if tokens else [self._term("name", plain[0])])]
        else:
            options.append(tv.Query.phrase_query(self._schema, "people", list(plain)))
            if not tokens:
                everywhere = [(MUST, self._term("name", word)) for word in dict.fromkeys(plain)]
                options.append(tv.Query.boolean_query(everywhere))
        return any_of(options)

    def phrase(self, text: str) -> tv.Query:
        """The query behind a quoted phrase or an excluded word."""
        return self._phrase(text)

    def person(self, name: str) -> tv.Query:
        """Documents with a person of this name: "David Baker" finds "David A. Baker", "Baker" every Baker."""
        words = self._plain.analyze(name)
        if len(words) == 1:
            return self._term("people", words[0])
        key = name_key(name)
        options = [(SHOULD, self._term("person", key))] if key else []
        if words:
            options.append((SHOULD, tv.Query.phrase_query(self._schema, "people", list(words))))
        return tv.Query.boolean_query(options) if options else tv.Query.empty_query()

    def codes(self, field: str, codes: Iterable[int]) -> tv.Query:
        """Documents whose field has one of these codes."""
        return any_of([self._term(field, code) for code in codes])

    def years(self, first: int | None, last: int | None) -> tv.Query:
        return tv.Query.range_query(self._schema, "year", tv.FieldType.Integer, first or 1, last or 9999)

    # --- answers -------------------------------------------------------------------------------------------

    def search(self, query: tv.Query, limit: int) -> tuple[Rows, npt.NDArray[np.float32]]:
        """The best rows and their scores, ties in tantivy's order: a longer answer begins with the shorter one."""
        if limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        hits = self._searcher.search(query, limit, count=False).hits
        rows = np.array(self._searcher.fast_field_values("row", [place for _, place in hits]), dtype=np.int64)
        scores = np.array([score for score, _ in hits], dtype=np.float32)
        return rows, scores

    def count(self, query: tv.Query) -> int:
        return int(self._searcher.search(query, 1, count=True).count)  # type: ignore[attr-defined]

    def all_rows(self, query: tv.Query) -> Rows:
        """Every matching row, ascending. About 0.2 microseconds a row."""
        rows, _ = self.search(tv.Query.const_score_query(query, 1.0), max(self._searcher.num_docs, 1))
        return np.sort(rows)

    def facet_counts(self, query: tv.Query) -> dict[str, dict[int, int]]:
        """For each facet how many matching documents have each code."""
        wanted = {name: {"terms": {"field": name, "size": 10_000}} for name in FACETS}
        answer = self._searcher.aggregate(query, wanted)
        return {name: {int(b["key"]): int(b["doc_count"]) for b in answer[name]["buckets"]} for name in FACETS}

    def among(self, query: tv.Query, rows: Rows) -> tuple[Rows, npt.NDArray[np.float32]]:
        """Which of these rows match, with their scores."""
        return self.search(tv.Query.boolean_query([(MUST, self._these(rows)), (MUST, query)]), len(rows))

    def _these(self, rows: Rows) -> tv.Query:
        # A boolean of terms, not a term set: the set's automaton walks all rows, 2.9 ms instead of 0.4 for 200 of them
        return _silent(tv.Query.boolean_query([(SHOULD, self._term("row", row)) for row in rows.tolist()]))

    def matched(self, plan: Plan, rows: Rows) -> dict[int, tuple[str, ...]]:
        """For each row the words of the query that it has, as typed: one query whose score is a set of bits."""
        result: dict[int, tuple[str, ...]] = dict.fromkeys(rows.tolist(), ())
        if not len(rows):
            return result
        # A float32 holds 24 bits exactly
        for start in range(0, len(plan.clauses), 20):
            words = plan.words[start : start + 20]
            bits: list[Clause] = [
                (SHOULD, tv.Query.const_score_query(clause, float(1 << i)))
                for i, clause in enumerate(plan.clauses[start : start + 20])
            ]
            found, scores = self.search(tv.Query.boolean_query([(MUST, self._these(rows)), *bits]), len(rows))
            for row, score in zip(found.tolist(), scores.tolist(), strict=True):
                result[row] += tuple(word for i, word in enumerate(words) if int(score) >> i & 1)
        return result

    def named(self, text: str) -> dict[int, tuple[int, bool]]:
        """Rows whose name stands in a query: how many words of it, and whether the name is all of the query."""
        words = fold(text).split()
        if not words or len(words) > _MAX_NAME_WORDS:
            return {}
        turned = " ".join(name_words(text))
        whole = any_of(
            [self._term("alias", " ".join(words)), self._term("alias", turned),
             self._term("title_hash", hash64(" ".join(words)))]
        )  # fmt: skip
        spans = [
            (length, " ".join(words[start : start + length]))
            for length in range(2, len(words))
            for start in range(len(words) - length + 1)
        ]
        inside = [tv.Query.const_score_query(self._term("alias", span), float(length)) for length, span in spans]
        everything = tv.Query.const_score_query(whole, 1000.0)
        rows, scores = self.search(tv.Query.disjunction_max_query([everything, *inside]), 50)
        found = {
            row: (len(words), True) if score >= 1000 else (int(score), False)
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
        }
        if not found and 2 <= len(words) <= 6 and len(" ".join(words)) >= 8:
            # Nobody is named exactly so: one letter off ("Max Weling")
            near = tv.Query.fuzzy_term_query(self._schema, "alias", " ".join(words), 1)
            found = {row: (len(words), True) for row in self.search(near, 5)[0].tolist()}
        return found

    def named_by_all(self, text: str, kinds: tv.Query, limit: int) -> Rows:
        """Rows of some kinds whose title (an event's: title and venue) holds every word of a query."""
        words = dict.fromkeys(self._plain.analyze(text))
        if not 2 <= len(words) <= _MAX_NAME_WORDS:
            return np.empty(0, np.int64)
        clauses = [(MUST, self._term("name", word)) for word in words]
        return self.search(tv.Query.boolean_query([*clauses, (MUST, _silent(kinds))]), limit)[0]

    def folded(self, keys: Rows) -> Rows:
        """All rows with one of these fold keys."""
        if not len(keys):
            return np.empty(0, np.int64)
        return self.all_rows(any_of([self._term("fold", key) for key in keys.tolist()]))


def _silent(query: tv.Query) -> tv.Query:
    """A condition: it decides, it does not score."""
    return tv.Query.const_score_query(query, 0.0)


def any_of(queries: Sequence[tv.Query]) -> tv.Query:
    """Documents that match one of the queries."""
    return queries[0] if len(queries) == 1 else tv.Query.boolean_query([(SHOULD, query) for query in queries])
