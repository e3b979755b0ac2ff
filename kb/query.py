"""The query language: any string becomes a frozen `Query`, read the same way by every front end.

    protein design kind:talk year:2023..2024 person:"David Baker" -diffusion "binding affinity"

Words are ranked; a quoted phrase has to occur; `-` in front of a word, phrase or filter excludes it. Filters are
`kind: venue: year: person: topic: tag: has: source:`; commas separate alternatives (`kind:talk,paper`). Given twice, a
field that holds one value (kind, venue, year) takes either, any other field has to match both. What is no known field,
or no possible value of one, is text. A quote left open closes at the end.
In a text of more than 32 words quotes and minus signs are prose, so that an abstract can be pasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from kb.errors import UsageError
from kb.models import RECORD_KINDS
from kb.text import inert

Field = Literal["kind", "venue", "year", "person", "topic", "tag", "has", "source"]
FIELDS: tuple[Field, ...] = get_args(Field)

_ALIASES: dict[str, Field] = {
    **dict(zip(FIELDS, FIELDS, strict=True)),
    "type": "kind", "kinds": "kind", "venues": "venue", "conference": "venue", "years": "year", "people": "person",
    "speaker": "person", "author": "person", "topics": "topic", "tags": "tag", "sources": "source",
}  # fmt: skip
_KINDS: dict[str, str] = {
    **dict(zip(RECORD_KINDS, RECORD_KINDS, strict=True)),
    "talks": "talk", "people": "person", "persons": "person", "papers": "paper", "events": "event",
}  # fmt: skip
_ONE_VALUED: tuple[Field, ...] = ("kind", "venue", "year")

# A paragraph somebody pasted: its quotation marks and dashes are prose, and would exclude what it is about
PASTED_WORDS = 32

_QUOTES = '"“”„'
_VALUE = rf"(?:[{_QUOTES}][^{_QUOTES}]*(?:[{_QUOTES}]|$)|[^\s,{_QUOTES}]+)"
_TOKEN = re.compile(
    rf"(?P<minus>-(?=[^\s-]))?"
    rf"(?:(?P<field>[A-Za-z]+):(?P<values>{_VALUE}(?:,{_VALUE})*)(?=[\s{_QUOTES}]|$)"
    rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?:[{_QUOTES}]|$)"
    rf"|(?P<word>[^\s{_QUOTES}]+))"
)
_EACH_VALUE = re.compile(_VALUE)
_BARE = re.compile(rf"[^\s,{_QUOTES}]+")
_YEAR = re.compile(r"(?P<sign>[<>]=?)?(?P<low>\d{4})?(?P<range>\.\.|-)?(?P<high>\d{4})?")


@dataclass(frozen=True, slots=True)
class Part:
    """A word of the query, or a quoted phrase."""

    text: str
    quoted: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.excluded else ''}{_quote(self.text) if self.quoted else self.text}"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: the field has one of the values. Years are "2024", "2023..2024", "2023.." or "..2024"."""

    field: Field
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        values = (value if _BARE.fullmatch(value) else _quote(value) for value in self.values)
        return f"{'-' if self.negated else ''}{self.field}:{','.join(values)}"

    def year_ranges(self) -> tuple[tuple[int | None, int | None], ...]:
        """(first, last) of each alternative of a year filter, both included; None where it is open."""
        ranges = []
        for value in self.values:
            low, dots, high = value.partition("..")
            first = int(low) if low else None
            ranges.append((first, (int(high) if high else None) if dots else first))
        return tuple(ranges)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as read. `raw` is what was typed, without control characters; it takes no part in comparison."""

    parts: tuple[Part, ...] = ()
    filters: tuple[Filter, ...] = ()
    raw: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """What is ranked: words and phrases in the order typed, without exclusions and filters."""
        return " ".join(part.text for part in self.parts if not part.excluded)

    @property
    def phrases(self) -> tuple[str, ...]:
        """What has to occur word for word."""
        return tuple(part.text for part in self.parts if part.quoted and not part.excluded and _says(part.text))

    @property
    def excluded(self) -> tuple[Part, ...]:
        """Words and phrases that must not occur."""
        return tuple(part for part in self.parts if part.excluded and _says(part.text))

    def __bool__(self) -> bool:
        return bool(self.parts or self.filters)

    def __str__(self) -> str:
        """The query in the query language; `parse(str(query)) == query` for every query that was parsed."""
        return " ".join(str(item) for item in (*self.parts, *self.filters))

    def with_filters(
        self,
        *,
        kinds: Iterable[str] | None = None,
        venues: Iterable[str] | None = None,
        years: Iterable[int | str | tuple[int, int]] | None = None,
        people: Iterable[str] | None = None,
        topics: Iterable[str] | None = None,
        tags: Iterable[str] | None = None,
        has: Iterable[str] | None = None,
        sources: Iterable[str] | None = None,
    ) -> Query:
        """This query narrowed further. The values of one argument are alternatives; None and empty mean no condition.

        A year is a number, a pair (first, last) or text such as "2023..2024". UsageError for a kind or a year that
        cannot be.
        """
        spelled = None if years is None else [_spell_year(year) for year in _listed(years)]
        given: list[tuple[Field, Iterable[str] | None]] = [
            ("kind", kinds), ("venue", venues), ("year", spelled), ("person", people), ("topic", topics),
            ("tag", tags), ("has", has), ("source", sources),
        ]  # fmt: skip
        added = []
        for name, values in given:
            wanted = [] if values is None else [inert(str(value)).strip() for value in _listed(values)]
            if not wanted:
                continue
            readable = [_value(name, _unquoted(value)) for value in wanted]
            if bad := [value for value, good in zip(wanted, readable, strict=True) if good is None]:
                way_out = f"Kinds: {', '.join(RECORD_KINDS)}" if name == "kind" else ""
                raise UsageError(f"'{bad[0]}' is no possible {name}", hint=way_out)
            added.append(Filter(name, tuple(dict.fromkeys(value for value in readable if value))))
        # An argument narrows what the text says, so the two are not merged into alternatives
        return replace(self, filters=(*self.filters, *added))

    def without(self, *fields: Field) -> Query:
        """This query without its conditions on these fields."""
        return replace(self, filters=tuple(item for item in self.filters if item.field not in fields))

    def explain(self) -> str:
        """How the query was read, one line for each part."""
        lines = [f"words: {' '.join(part.text for part in self.parts if not part.quoted and not part.excluded)}"]
        lines += [f'has to occur: "{phrase}"' for phrase in self.phrases]
        lines += [f'must not occur: "{part.text}"' for part in self.excluded]
        for item in self.filters:
            verb = "is not" if item.negated else "is"
            lines.append(f"{item.field} {verb} {' or '.join(item.values)}")
        shown = [line for line in lines if line != "words: "]
        return "\n".join(shown) if shown else "everything, newest first"


def parse(text: str) -> Query:
    """Read a query. Every string is valid; the time taken is linear in its length."""
    raw = inert(text).strip()
    parts: list[Part] = []
    filters: list[Filter] = []
    for token in _TOKEN.finditer(raw):
        excluded = token["minus"] is not None
        if token["field"] is not None:
            if (condition := _condition(token["field"], token["values"], excluded)) is not None:
                filters.append(condition)
            else:
                parts += _as_text(f"{token['field']}:{token['values']}", excluded)
        elif token["phrase"] is not None:
            if phrase := " ".join(token["phrase"].split()):
                parts.append(Part(phrase, quoted=True, excluded=excluded))
        else:
            parts.append(Part(token["word"], excluded=excluded))
    if sum(len(part.text.split()) for part in parts) > PASTED_WORDS:
        # A colon is taken out of what was quoted, where it made no filter
        words = (word for part in parts for word in (part.text.replace(":", " ") if part.quoted else part.text).split())
        parts = [Part(word) for word in words]
    return Query(tuple(parts), _merged(filters), raw)


def _as_text(token: str, excluded: bool) -> list[Part]:
    """A field that is none ("https:...", "kind:banana") as the words and phrases it holds."""
    parts: list[Part] = []
    for piece in re.finditer(
        rf"[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?:[{_QUOTES}]|$)|(?P<word>[^\s{_QUOTES}]+)", token
    ):
        if piece["word"] is not None:
            parts.append(Part(piece["word"], excluded=excluded and not parts))
        elif phrase := " ".join(piece["phrase"].split()):
            parts.append(Part(phrase, quoted=True))
    return parts


def _condition(name: str, values: str, negated: bool) -> Filter | None:
    known = _ALIASES.get(name.lower())
    if known is None:
        return None
    readable = [_value(known, _unquoted(each)) for each in _EACH_VALUE.findall(values)]
    kept = tuple(dict.fromkeys(value for value in readable if value))
    return Filter(known, kept, negated) if kept and None not in readable else None


def _value(name: Field, value: str) -> str | None:
    """The value in its normal form; None when the field cannot hold it."""
    value = " ".join(value.split())
    if name == "kind":
        return _KINDS.get(value.lower())
    if name == "year":
        return _year(value)
    return value if _says(value) else None


def _year(value: str) -> str | None:
    match = _YEAR.fullmatch(value)
    if match is None or not (match["low"] or match["high"]):
        return None
    sign, low, high = match["sign"], match["low"], match["high"]
    if sign:
        if match["range"] or high:
            return None
        year = int(low) + {">": 1, "<": -1}.get(sign, 0)
        return f"{year}.." if sign.startswith(">") else f"..{year}"
    if not match["range"]:
        return None if low and high else low or high
    if match["range"] == "-" and not (low and high):
        return None
    if low and high:
        first, last = sorted((low, high))
        return first if first == last else f"{first}..{last}"
    return f"{low or ''}..{high or ''}"


def _merged(filters: list[Filter]) -> tuple[Filter, ...]:
    """`kind:talk kind:paper` is either; `has:slides has:video` is both."""
    merged: list[Filter] = []
    for item in filters:
        twin = next(
            (i for i, m in enumerate(merged) if m.field == item.field and not (m.negated or item.negated)), None
        )
        if twin is not None and item.field in _ONE_VALUED:
            merged[twin] = replace(merged[twin], values=tuple(dict.fromkeys(merged[twin].values + item.values)))
        elif item not in merged:
            merged.append(item)
    return tuple(merged)


def _listed(values: Iterable[int | str | tuple[int, int]]) -> list[int | str | tuple[int, int]]:
    """A lone text or number given where a list is expected counts as one value, not as its letters."""
    return [values] if isinstance(values, (str, int)) else list(values)


def _spell_year(year: int | str | tuple[int, int]) -> str:
    return f"{year[0]}..{year[1]}" if isinstance(year, tuple) else str(year)


def _unquoted(value: str) -> str:
    return value.strip(_QUOTES) if value[:1] in _QUOTES else value


def _says(text: str) -> bool:
    """A quoted "!!!" occurs nowhere and asks for nothing."""
    return any(c.isalnum() for c in text)


def _quote(text: str) -> str:
    return f'"{text}"'
