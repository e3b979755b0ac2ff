"""`read_papers`: any bulk list of papers as a stream of facts, its bad rows reported and stepped over."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from kb.errors import ExtractionError, UsageError
from kb.models import PaperFact
from scrapers.importers.bad_row import BadRow
from scrapers.importers.bibtex import read_bibtex
from scrapers.importers.front_matter import read_front_matter
from scrapers.importers.json_stream import BrokenRow, stream_values
from scrapers.importers.ris import read_ris
from scrapers.importers.rows import ListInfo, RowError, list_info, papers_of_row
from scrapers.importers.source import DAMAGED, as_text, head_of, open_bytes
from scrapers.importers.tabular import read_table

FORMATS = ("json", "jsonl", "csv", "tsv", "bibtex", "ris", "csl", "openreview", "markdown")
_BY_NAME = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".bib": "bibtex",
    ".bibtex": "bibtex", ".ris": "ris", ".md": "markdown",
}  # fmt: skip
_PACKED = (".gz", ".xz", ".bz2", ".zst")
MAX_LINE = 64 << 20  # characters in one JSONL row


def read_papers(source: str | Path | IO[bytes], format: str | None = None) -> Iterator[PaperFact | BadRow]:
    """Papers of a list in any of `FORMATS`, in order, with a `BadRow` for each row that is none.

    `source` is a path, "-" for standard input, or a binary stream; gzip, xz, bzip2 and zstd are unpacked. Without
    `format` it is told from the content, then from the name. Rows are read as they are asked for, so a list of any size
    fits in memory. OpenReview replies (reviews, decisions) are passed over: they are no papers.

    Raises UsageError for a missing file or unknown format name, ExtractionError for what is no list of papers.
    """
    if format is not None and format not in FORMATS:
        raise UsageError(f"No format is named '{format}'", hint=f"Formats: {', '.join(FORMATS)}")
    raw, name = open_bytes(source)
    try:
        yield from _read(raw, name, format)
    finally:
        if isinstance(source, (str, Path)) and str(source) != "-":
            raw.close()


def _read(raw: io.BufferedReader, name: str, format: str | None) -> Iterator[PaperFact | BadRow]:
    head = head_of(raw, name)
    info = list_info(name)
    text_head = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace").lstrip("\ufeff")
    format = format or sniff(text_head, name)
    stream = as_text(raw, head, newline="" if format in ("csv", "tsv") else None)
    counter = _Lines(stream)
    try:
        if format in ("json", "csl", "openreview"):
            yield from _json(stream, info)
        elif format == "jsonl":
            yield from _jsonl(counter, info)
        elif format in ("csv", "tsv"):
            yield from read_table(cast(IO[str], counter), text_head, info, tabs=format == "tsv")
        elif format == "bibtex":
            yield from read_bibtex(cast(IO[str], counter), info)
        elif format == "ris":
            yield from read_ris(cast(IO[str], counter), info)
        else:
            yield from read_front_matter(stream, info)
    except DAMAGED as why:
        yield BadRow(counter.line + 1, f"the file is damaged or ends early, what follows is lost: {why}")
    finally:
        if not stream.closed:
            stream.detach()


class _Lines:
    """Lines of a stream, counted; a line too long to be a row is cut into pieces that fail on their own."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.line = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(MAX_LINE):
            self.line += 1
            yield line


def _json(stream: IO[str], info: ListInfo) -> Iterator[PaperFact | BadRow]:
    for row in stream_values(stream):
        if isinstance(row, BrokenRow):
            yield BadRow(row.line, row.error)
            continue
        try:
            yield from papers_of_row(row.value, info, row.key)
        except RowError as why:
            yield BadRow(row.line, str(why))


def _jsonl(lines: _Lines, info: ListInfo) -> Iterator[PaperFact | BadRow]:
    loads = json.JSONDecoder(strict=False).decode
    for text in lines:
        if text.isspace():
            continue
        try:
            yield from papers_of_row(loads(text.lstrip("\ufeff")), info)
        except json.JSONDecodeError as why:
            yield BadRow(lines.line, f"broken JSON: {why.msg} (column {why.colno})")
        except RecursionError:
            yield BadRow(lines.line, "broken JSON: nested too deeply")
        except RowError as why:
            yield BadRow(lines.line, str(why))


def sniff(head: str, name: str = "") -> str:
    """The format of a list by its first characters, then by its file name. ExtractionError when nothing fits."""
    path = Path(name.lower())
    suffix = Path(path.stem).suffix if path.suffix in _PACKED else path.suffix
    text = head.lstrip()
    named = _BY_NAME.get(suffix)
    if text[:1] in "[{" and named not in ("csv", "tsv"):
        return "jsonl" if named == "jsonl" or _is_jsonl(text) else "json"
    if text.startswith("---") and named in (None, "markdown"):
        return "markdown"
    if re.match(r"TY  ?-", text):
        return "ris"
    if named in ("csv", "tsv", "bibtex", "ris", "jsonl"):
        return named
    if re.search(r"^\s*@\w+\s*[{(]", text, re.MULTILINE):
        return "bibtex"
    if re.search(r"^TY  ?- ", text, re.MULTILINE):
        return "ris"
    header = text.split("\n", 1)[0]
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        raise ExtractionError(
            f"{name or 'The list'} is a web page or XML", hint="`kb add` reads pages; import takes lists"
        )
    if re.search(r"title", header, re.IGNORECASE):
        return "tsv" if "\t" in header else "csv"
    raise ExtractionError(
        f"{name or 'The list'} is no list of papers that can be told by its content",
        hint=f"Say what it is with --format: {', '.join(FORMATS)}",
    )


def _is_jsonl(text: str) -> bool:
    first, _, rest = text.partition("\n")
    if not first.startswith("{") or first.rstrip() in ("{", "{}"):
        return False
    try:
        json.loads(first)
    except ValueError:
        # A broken first row, or a long one: the second line tells
        return rest.lstrip().startswith('{"') and not first.rstrip().endswith((",", "{", "["))
    return rest.lstrip().startswith("{")
