"""BibTeX, read some hundred entries at a time so that a large file needs little memory."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import IO, Any

from kb.models import PaperFact
from scrapers.importers.bad_row import BadRow
from scrapers.importers.rows import ListInfo, RowError, paper_of_row

BATCH = 300  # entries parsed together: parsing one by one costs twice as much for rebuilding the middleware
MAX_BLOCK_LINES = 5_000  # an entry whose brace is never closed

_START = re.compile(r"\s*@(\w+)\s*[{(]")
# bibtexparser logs what it also returns as failed blocks; without a handler Python would print it
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


def read_bibtex(stream: IO[str], info: ListInfo) -> Iterator[PaperFact | BadRow]:
    """Papers of a BibTeX file; an entry that cannot be parsed is one bad row."""
    strings: list[str] = []  # @string definitions hold for the whole file
    batch: list[str] = []
    begin, entries = 1, 0
    line = 0
    for line, text in enumerate(stream, start=1):
        start = _START.match(text)
        if start and start[1].lower() == "string":
            strings.append(text)
        if start:
            entries += 1
        if (start and entries > BATCH) or (len(batch) > MAX_BLOCK_LINES * 10 and start):
            yield from _parse(batch, begin, strings, info)
            batch, begin, entries = [], line, 1
        batch.append(text)
    yield from _parse(batch, begin, strings, info)


def _parse(batch: list[str], begin: int, strings: list[str], info: ListInfo) -> Iterator[PaperFact | BadRow]:
    # Both take 60 ms to import, and only BibTeX needs them
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Block, DuplicateBlockKeyBlock, Entry, ParsingFailedBlock

    known = [text for text in strings if text not in batch]
    library = parse_string("".join([*known, *batch]))
    offset = begin - sum(text.count("\n") for text in known)
    block: Block | None
    for block in library.blocks:
        at = max(1, offset + ((block.start_line if block else 0) or 0))
        if isinstance(block, DuplicateBlockKeyBlock):  # a key used twice is no reason to lose a paper
            block = block.ignore_error_block
        if isinstance(block, Entry):
            try:
                yield paper_of_entry(
                    block.key, {name.lower(): field.value for name, field in block.fields_dict.items()}, info
                )
            except RowError as why:
                yield BadRow(at, f"@{block.entry_type}{{{block.key}: {why}")
        elif isinstance(block, ParsingFailedBlock):
            reason = str(block.error).split("\n", 1)[0] or type(block.error).__name__
            if _START.match((block.raw or "").lstrip()) and "string" not in (block.raw or "")[:12].lower():
                yield BadRow(at, f"broken BibTeX: {reason[:200]}")


def paper_of_entry(key: str, fields: dict[str, Any], info: ListInfo) -> PaperFact:
    """One entry as a paper. RowError when it has no title."""
    row: dict[str, Any] = {name: value for name, value in fields.items() if isinstance(value, str)}
    row["id"] = key
    if "arxiv" not in (row.get("archiveprefix") or row.get("eprinttype") or "arxiv").lower():
        row.pop("eprint", None)
    if author := row.pop("author", None):
        from bibtexparser.middlewares.names import split_multiple_persons_names

        row["authors"] = [_person(name) for name in split_multiple_persons_names(author)]
    if (book := row.get("booktitle") or row.get("journal") or row.get("journaltitle")) and "venue" not in row:
        row["venue"] = book
    return paper_of_row(row, info)


def _person(name: str) -> str:
    name = name.strip()
    if name.startswith("{") and name.endswith("}") and name.count("{") == 1:
        return name  # {The ATLAS Collaboration, CERN}: one name
    from scrapers.importers.rows import turned

    return turned(name) if name.lower() != "others" else ""
