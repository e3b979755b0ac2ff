"""Which formats there are, and writing records in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from kb.errors import UsageError
from kb.export import bibtex, csl, markdown, ris, tables
from kb.models import Record

Writer = Callable[[Iterable[Record], TextIO], None]

FORMATS: dict[str, Writer] = {
    "bibtex": bibtex.write,
    "csl": csl.write,
    "ris": ris.write,
    "csv": tables.write_csv,
    "jsonl": tables.write_jsonl,
    "markdown": markdown.write,
}


def write(records: Iterable[Record], form: str, stream: TextIO) -> None:
    """Write records as a stream of text in one of `FORMATS`."""
    if form not in FORMATS:
        raise UsageError(f"No export format is named '{form}'", hint=f"Formats: {', '.join(FORMATS)}")
    FORMATS[form](records, stream)
