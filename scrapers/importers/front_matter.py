"""One paper in the YAML head of a Markdown file, as PMLR keeps its volumes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import yaml

from kb.errors import ExtractionError
from kb.models import PaperFact
from scrapers.importers.bad_row import BadRow
from scrapers.importers.rows import ListInfo, RowError, paper_of_row

MAX_FILE = 4 << 20


def read_front_matter(stream: IO[str], info: ListInfo) -> Iterator[PaperFact | BadRow]:
    """The paper between the two `---` lines. ExtractionError when that is not YAML."""
    text = stream.read(MAX_FILE)
    head = text.removeprefix("---").split("\n---", 1)[0]
    try:
        row = yaml.load(head, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (both are safe loaders)
    except (yaml.YAMLError, RecursionError) as why:
        raise ExtractionError(f"The front matter is not valid YAML: {' '.join(str(why).split())[:200]}") from why
    if not isinstance(row, dict):
        yield BadRow(1, "the front matter is not a set of names and values")
        return
    row = {str(name): value for name, value in row.items()}
    # PMLR: `openreview` is the note's id, `date` a date object, `volume` stands for the series
    for name in ("date", "published"):
        if name in row:
            row[name] = str(row[name])
    try:
        yield paper_of_row(row, info)
    except RowError as why:
        yield BadRow(1, str(why))
