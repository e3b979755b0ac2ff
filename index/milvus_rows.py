"""What a record is in Milvus: a row of plain values, and filters as expressions over them.

Text is analysed here, by the analyser of the built-in index, and stored as its stems. Milvus then needs no more than
its standard tokenizer, which milvus-lite and a cluster both have; words, phrases and exclusions mean the same in both
backends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from index.columns import day_number, document_hash, hash64
from index.lexical import aliases, analyzer, person_keys
from kb.models import Document
from kb.names import name_key
from kb.query import Filter, Query
from kb.text import fold

_LONGEST = 60_000  # bytes; Milvus holds 65,535 in a text field
LISTED = 1_000  # values kept of one list
_LONGEST_VALUE = 250
_YEAR_WORD = re.compile(r"(?:19|20)\d\d")
# Between title, text, keywords and names, so that no phrase runs across
_BREAK = "|"

# Fields that tell a hit's place in facets, sorting and folding
SHOWN = ("id", "kind", "venue", "year", "date", "title", "fold", "topics", "sources", "name_words")
LISTS = (
    "names", "aliases", "people", "venue_words", "topics", "topic_words", "sources", "source_words", "tags", "has",
)  # fmt: skip


@cache
def _analyzers() -> tuple[Any, Any]:
    return analyzer(english=True), analyzer(english=False)


def stems(text: str) -> list[str]:
    """The stems of a text without stop words, in order."""
    found: list[str] = _analyzers()[0].analyze(text)
    return found


def words(text: str) -> list[str]:
    """The words of a text, lowercased, stop words and all."""
    found: list[str] = _analyzers()[1].analyze(text)
    return found


def row(document: Document, vector: Sequence[float]) -> dict[str, Any]:
    """A document as Milvus stores it."""
    pieces = (document.title, document.text, *document.keywords, *document.people)
    venue = set(fold(document.venue or "").split())
    year = document.year if document.year and 0 < document.year <= 9999 else 0
    people = {key for name in document.people for key in (*person_keys(name), *words(name), " ".join(words(name)))}
    return {
        "id": document.id,
        "kind": document.kind,
        "venue": (document.venue or "")[:_LONGEST_VALUE],
        "year": year,
        "date": day_number(document.date, year),
        "title": fold(document.title)[:100],
        "title_hash": hash64(fold(document.title)),
        "fold": hash64(document.fold_key) if document.fold_key else 0,
        "doc_hash": document_hash(document),
        "name_words": len(set(fold(document.title).split())),
        "body": _body(pieces),
        "names": _values(
            words(f"{document.title} {document.venue or ''}" if document.kind == "event" else document.title)
        ),
        "aliases": _values(aliases(document)),
        "people": _values(people),
        "venue_words": _values(venue | ({str(year)} if venue and year else set())),
        "topics": _values(document.topics),
        "topic_words": _values(_each_word(document.topics)),
        "sources": _values(document.sources),
        "source_words": _values(_each_word(document.sources)),
        "tags": _values(map(fold, document.tags)),
        "has": _values(map(fold, document.has)),
        "dense": list(map(float, vector)),
    }


def _body(pieces: Iterable[str]) -> str:
    text = f" {_BREAK} ".join(" ".join(stems(piece)) for piece in pieces if piece)
    # Spaces at both ends, so that a phrase is found by ` stem stem ` wherever it stands
    return " " + text.encode()[:_LONGEST].decode("utf-8", "ignore") + " "


def _each_word(values: Iterable[str]) -> set[str]:
    return {word for value in values for word in fold(value).split()}


def _values(values: Iterable[str]) -> list[str]:
    kept = [value[:_LONGEST_VALUE] for value in dict.fromkeys(values) if value]
    return kept[:LISTED]


# --- expressions


def quoted(value: object) -> str:
    """A value as a literal of Milvus' expression language."""
    return json.dumps(value, ensure_ascii=False)


def has_stem(stem: str) -> str:
    return f"TEXT_MATCH(body, {quoted(stem)})"


def has_phrase(text: str) -> str:
    """Documents with these words in this order; a phrase of stop words alone is looked for in titles."""
    found = stems(text)
    if found:
        return has_stem(found[0]) if len(found) == 1 else f"body like {quoted('% ' + ' '.join(found) + ' %')}"
    return _all_of("names", words(text))


def _all_of(field: str, values: Iterable[str]) -> str:
    return " and ".join(f"ARRAY_CONTAINS({field}, {quoted(value)})" for value in dict.fromkeys(values)) or 'id == ""'


def any_of(expressions: Sequence[str]) -> str:
    return f"({' or '.join(f'({each})' for each in expressions)})" if expressions else 'id == ""'


def all_of(expressions: Sequence[str]) -> str:
    return " and ".join(f"({each})" for each in expressions)


def conditions(query: Query) -> list[str]:
    """Every condition of a query as an expression; all have to hold."""
    found = []
    for item in query.filters:
        wanted = any_of([_condition(item, value) for value in item.values])
        found.append(f"not {wanted}" if item.negated else wanted)
    found += [has_phrase(phrase) for phrase in query.phrases]
    found += [f"not ({has_phrase(part.text)})" for part in query.excluded]
    return found


def _condition(item: Filter, value: str) -> str:
    key = fold(value)
    if item.field == "kind":
        return f"kind == {quoted(value)}"
    if item.field == "year":
        first, last = Filter("year", (value,)).year_ranges()[0]
        return f"year >= {first or 1} and year <= {last or 9999}"
    if item.field == "venue":
        return _all_of("venue_words", key.split())
    if item.field in ("topic", "source"):
        return _all_of(f"{item.field}_words", key.split())
    if item.field == "person":
        plain = words(value)
        keys = [plain[0]] if len(plain) == 1 else [name_key(value), " ".join(plain)]
        return any_of([_all_of("people", [each]) for each in keys if each])
    return _all_of({"tag": "tags", "has": "has"}[item.field], [key])
