"""The conditions of a query, for both sides: clauses for tantivy, a mask over rows for faiss."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tantivy as tv

from index.columns import MULTI, Columns, Mask
from index.lexical import MUST, MUST_NOT, SHOULD, Clause, LexicalIndex
from kb.models import RECORD_KINDS
from kb.query import Filter, Query
from kb.text import fold

_YEAR_WORD = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Conditions:
    """`clauses` go into every tantivy query; `mask` gives the rows they admit."""

    clauses: tuple[Clause, ...]
    query: Query

    def __bool__(self) -> bool:
        return bool(self.clauses or self.query.phrases or self.query.excluded)


def read(query: Query, columns: Columns, lexical: LexicalIndex) -> Conditions:
    """Conditions of a query against one snapshot. A value nobody has admits nothing."""
    clauses = []
    for item in query.filters:
        wanted = _clause(item, columns, lexical)
        clauses.append((MUST_NOT, wanted) if item.negated else (MUST, tv.Query.const_score_query(wanted, 0.0)))
    return Conditions(tuple(clauses), query)


def mask(conditions: Conditions, columns: Columns, lexical: LexicalIndex) -> Mask | None:
    """The live rows that meet all conditions; None when there are none to meet.

    Fields kept in columns are looked up there; names, phrases and excluded words are asked of tantivy.
    """
    if not conditions:
        return None
    result = np.array(columns["alive"])
    for item in conditions.query.filters:
        if item.field == "person":
            named = _rows(columns, lexical, _clause(item, columns, lexical))
        else:
            named = _column_mask(item, columns)
        result &= ~named if item.negated else named
    for phrase in conditions.query.phrases:
        result &= _rows(columns, lexical, lexical.phrase(phrase))
    for part in conditions.query.excluded:
        result &= ~_rows(columns, lexical, lexical.phrase(part.text))
    return result


def _rows(columns: Columns, lexical: LexicalIndex, query: tv.Query) -> Mask:
    result = np.zeros(len(columns), np.bool_)
    result[lexical.all_rows(query)] = True
    return result


def _clause(item: Filter, columns: Columns, lexical: LexicalIndex) -> tv.Query:
    if item.field == "person":
        options = [lexical.person(name) for name in item.values]
    elif item.field == "year":
        options = [lexical.years(first, last) for first, last in item.year_ranges()]
    elif item.field == "venue":
        options = []
        for value in item.values:
            codes, apart, years = _venue(value, columns)
            options.append(lexical.codes("venue", codes))
            for year in years:
                both = [(MUST, lexical.codes("venue", apart)), (MUST, lexical.years(year, year))]
                options.append(tv.Query.boolean_query(both))
    else:
        options = [lexical.codes(item.field, sorted(_codes(item, columns)))]
    return tv.Query.boolean_query([(SHOULD, option) for option in options])


def _column_mask(item: Filter, columns: Columns) -> Mask:
    result = np.zeros(len(columns), np.bool_)
    if item.field == "year":
        years = columns["year"]
        for first, last in item.year_ranges():
            result |= (years >= (first or 1)) & (years <= (last or 9999))
    elif item.field == "venue":
        for value in item.values:
            codes, apart, wanted = _venue(value, columns)
            result |= np.isin(columns["venue"], list(codes))
            for year in wanted:
                result |= np.isin(columns["venue"], list(apart)) & (columns["year"] == year)
    elif item.field in MULTI:
        multi = columns.multi[item.field]
        result[multi.rows[np.isin(multi.codes, list(_codes(item, columns)))]] = True
    else:
        result = np.isin(columns[item.field], list(_codes(item, columns)))
    return result


def _codes(item: Filter, columns: Columns) -> set[int]:
    """Codes of the values a filter means: a kind, tag or link kind by its name, a topic or source by its words."""
    if item.field == "kind":
        return {RECORD_KINDS.index(value) for value in RECORD_KINDS if value in item.values}
    values = columns.values[item.field]
    found: set[int] = set()
    for wanted in item.values:
        key = fold(wanted)
        if item.field in ("tag", "has"):
            found |= {code for code, value in enumerate(values) if _fold(value) == key}
        else:
            words = set(key.split())
            found |= {code for code, value in enumerate(values) if words <= set(_fold(value).split())}
    return found


def _venue(value: str, columns: Columns) -> tuple[set[int], set[int], list[int]]:
    """Codes whose words include the value's; and venues and years apart: "ICML 2024" may be kept as ICML and 2024."""
    words = set(fold(value).split())
    years = {word for word in words if _YEAR_WORD.fullmatch(word)}
    venues = [set(_fold(known).split()) for known in columns.values["venue"]]
    whole = {code for code, known in enumerate(venues) if words <= known}
    if not years or years == words:
        return whole, set(), []
    return whole, {code for code, known in enumerate(venues) if words - years <= known}, [int(year) for year in years]


@lru_cache(maxsize=20_000)
def _fold(value: str) -> str:
    return fold(value)
