"""RIS, the exchange format of reference managers and publishers: two letters, two spaces, a dash, the value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from kb.models import PaperFact
from scrapers.importers.bad_row import BadRow
from scrapers.importers.rows import ListInfo, RowError, paper_of_row

_TAG = re.compile(r"\ufeff?([A-Z][A-Z0-9])  ?-(?: (.*)|\s*)$")
_FIELDS = {
    "TI": "title", "T1": "title", "CT": "title", "AB": "abstract", "N2": "abstract", "AU": "authors", "A1": "authors",
    "PY": "year", "Y1": "year", "DA": "date", "KW": "keywords", "DO": "doi", "UR": "url", "L1": "pdf", "LK": "url",
    "T2": "venue", "JO": "venue", "JF": "venue", "BT": "venue", "C3": "venue", "ID": "id", "AN": "id",
}  # fmt: skip
_LISTS = ("authors", "keywords")


def read_ris(stream: IO[str], info: ListInfo) -> Iterator[PaperFact | BadRow]:
    """Papers of a RIS file, each from its TY to its ER."""
    row: dict[str, Any] = {}
    begin, last = 1, ""
    for line, text in enumerate(stream, start=1):
        match = _TAG.match(text.rstrip("\r\n"))
        if match is None:
            if last and text.strip():  # a long abstract goes on in the next line
                row[last] = f"{row[last]} {text.strip()}" if isinstance(row[last], str) else [*row[last], text.strip()]
            continue
        tag, value = match[1], (match[2] or "").strip()
        if tag in ("TY", "ER"):
            if row:
                yield _paper(row, begin, info)
            elif tag == "ER":
                yield BadRow(line, "a record without any field")
            row, begin, last = {}, line, ""
            continue
        last = _FIELDS.get(tag, "")
        if not last or not value:
            last = ""
        elif last in _LISTS:
            row.setdefault(last, []).append(value)
        elif last in row:
            last = ""  # the first of T2, JO, BT ... counts
        else:
            row[last] = value
    if row:
        yield _paper(row, begin, info)


def _paper(row: dict[str, Any], line: int, info: ListInfo) -> PaperFact | BadRow:
    try:
        return paper_of_row(row, info)
    except RowError as why:
        return BadRow(line, str(why))
