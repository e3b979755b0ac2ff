"""CSV and TSV with a header row, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

from kb.errors import ExtractionError
from kb.models import PaperFact
from scrapers.importers.bad_row import BadRow
from scrapers.importers.rows import ListInfo, RowError, columns_of, paper_of_row

# One cell: an abstract of some kilobytes. A lost closing quote swallows at most this much, then rows go on
MAX_CELL = 1 << 20


def read_table(stream: IO[str], head: str, info: ListInfo, *, tabs: bool) -> Iterator[PaperFact | BadRow]:
    """Papers of a table. ExtractionError when the header names no title column."""
    csv.field_size_limit(MAX_CELL)
    header_line = head.split("\n", 1)[0]
    delimiter = "\t" if tabs else max(",;|", key=header_line.count)
    # Tab-separated dumps mostly write quotes as they are; only pandas and spreadsheets wrap cells in them
    quoted = not tabs or any(
        len(cell) > 1 and cell[0] == cell[-1] == '"'
        for line in head.split("\n")
        for cell in line.rstrip("\r").split("\t")
    )
    reader = csv.reader(stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    header = [name.strip() for name in next(reader, [])]
    if "title" not in columns_of(header):
        shown = ", ".join(repr(name[:30]) for name in header[:12])
        raise ExtractionError(f"No column is named title; the columns are {shown}", hint="Name one of them 'title'")
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as why:
            yield BadRow(line, f"broken row: {why}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            yield BadRow(
                line, f"{len(cells)} cells under {len(header)} columns: is a {delimiter!r} in a cell not quoted?"
            )
            continue
        try:
            yield paper_of_row(dict(zip(header, cells, strict=False)), info)
        except RowError as why:
            yield BadRow(line, str(why))
