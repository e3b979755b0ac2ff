"""Filters of a query, put in and taken out again: what facets and the narrowing keys do. Pure text to text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.models import Record
from kb.query import Filter, Query, parse

FACET_FIELDS = ("kind", "venue", "year", "topic")
"""Fields with a facet, in the order shown. Named as in the query language."""

Counts = dict[str, tuple[tuple[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a field: how many results have it (None where it was not counted), and whether the query asks
    for it."""

    field: str
    value: str
    count: int | None
    active: bool


def is_active(text: str, field: str, value: str) -> bool:
    """True when the query asks for this value."""
    return _has(parse(text), field, value)


def toggle(text: str, field: str, value: str) -> str:
    """The query with this value asked for, or no longer asked for. The words of the query stay as they are."""
    query = parse(text)
    if _has(query, field, value):
        filters = tuple(kept for item in query.filters if (kept := _without(item, field, value)) is not None)
        return str(replace(query, filters=filters))
    return str(parse(f"{query} {Filter(field, (value,))}"))  # type: ignore[arg-type]  # a facet field is a query field


def _has(query: Query, field: str, value: str) -> bool:
    folded = value.casefold()
    return any(
        item.field == field and not item.negated and folded in (each.casefold() for each in item.values)
        for item in query.filters
    )


def _without(item: Filter, field: str, value: str) -> Filter | None:
    if item.field != field or item.negated:
        return item
    values = tuple(each for each in item.values if each.casefold() != value.casefold())
    return replace(item, values=values) if values else None


def facets(text: str, counts: Counts, *, limit: int = 8) -> tuple[Facet, ...]:
    """What the facet panel lists: for each field the values asked for, then the most frequent ones."""
    query = parse(text)
    listed: list[Facet] = []
    for field in FACET_FIELDS:
        counted = dict(counts.get(field, ()))
        asked = [value for item in query.filters if item.field == field and not item.negated for value in item.values]
        known = {value.casefold(): value for value in counted}
        active = list(dict.fromkeys(known.get(value.casefold(), value) for value in asked))
        listed += [Facet(field, value, counted.get(value), True) for value in active]
        rest = [value for value in counted if value not in active]
        if field == "year":
            rest = sorted(rest, reverse=True)
        listed += [Facet(field, value, counted[value], False) for value in rest[: max(0, limit - len(active))]]
    return tuple(listed)


def value_of(record: Record, field: str) -> str | None:
    """The record's own value of a facet field; None where it has none."""
    if field == "kind":
        return record.kind
    value = getattr(record, field, None)
    return str(value) if value else None


FIELD_NAMES = ("kind", "venue", "year", "person", "topic", "tag", "has", "source")

FIXED_VALUES: dict[str, tuple[str, ...]] = {
    "kind": ("talk", "paper", "person", "event"),
    "has": ("slides", "video", "paper", "pdf", "code", "abstract"),
}
"""Values that do not depend on what the knowledge base holds."""


def being_typed(text: str) -> tuple[str, str, str] | None:
    """(text before, field, beginning of a value) when the query ends in `field:` and some of a value, else None."""
    before, quote, begun = text.rpartition('"') if text.count('"') % 2 else ("", "", "")
    if not quote:
        head, _, word = text.rpartition(" ")
        name, colon, begun = word.partition(":")
        before = f"{head} {name}{colon}" if head else f"{name}{colon}"
    field = before.rpartition(" ")[2].removeprefix("-").lower()
    if not field.endswith(":") or field[:-1] not in FIELD_NAMES or not begun:
        return None
    return before, field[:-1], begun


def complete(text: str, values: Sequence[str]) -> str | None:
    """The query with its last word completed, or None.

    The beginning of a field's name becomes `field:`; after `field:` the first of `values` that begins so is taken,
    in quotes where it has spaces. Words are not completed: they are the reader's own.
    """
    typed = being_typed(text)
    if typed is not None:
        before, _, begun = typed
        for value in values:
            if value.casefold().startswith(begun.casefold()) and value.casefold() != begun.casefold():
                return f'{before}"{value}"' if " " in value else f"{before}{value}"
        return None
    word = text.rpartition(" ")[2].removeprefix("-")
    if text.count('"') % 2 or len(word) < 2:
        return None
    name = next((name for name in FIELD_NAMES if name.startswith(word.lower())), None)
    return f"{text}{name[len(word) :]}:" if name else None
