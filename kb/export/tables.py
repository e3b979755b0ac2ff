"""CSV for spreadsheets and JSON lines for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TextIO

from kb.export.common import work_of
from kb.models import Record
from kb.text import clean

COLUMNS = (
    "id",
    "kind",
    "title",
    "people",
    "venue",
    "year",
    "url",
    "doi",
    "arxiv_id",
    "openreview_id",
    "keywords",
    "text",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(value: object) -> str:
    """A cell no spreadsheet runs as a formula."""
    text = clean(str(value)) if value is not None else ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(records: Iterable[Record], stream: TextIO) -> None:
    """One row a record, with a header; several people or keywords are joined by "; "."""
    out = csv.writer(stream, lineterminator="\n")
    out.writerow(COLUMNS)
    for record in records:
        work = work_of(record)
        out.writerow(
            _cell(value)
            for value in (
                record.id,
                record.kind,
                work.title,
                "; ".join(work.people),
                work.container,
                work.year,
                work.url,
                work.doi,
                work.eprint,
                getattr(record, "openreview_id", None),
                "; ".join(work.keywords),
                work.abstract,
            )
        )


def write_jsonl(records: Iterable[Record], stream: TextIO) -> None:
    """The record's own fields, one JSON object a line."""
    for record in records:
        stream.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
