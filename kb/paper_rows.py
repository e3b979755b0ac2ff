"""Papers as dictionaries with the contract's names become facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kb.errors import UsageError
from kb.models import PaperFact
from kb.text import inert


def paper_fact(row: Mapping[str, Any]) -> PaperFact:
    """A `PaperFact` of a dictionary with the contract's names; UsageError when it has no title."""
    if not isinstance(row, Mapping):
        raise UsageError(f"A paper is a dictionary, not {type(row).__name__}")
    title = row.get("title")
    if not isinstance(title, str) or not title.strip():
        raise UsageError("A paper needs a title")

    def text(name: str) -> str | None:
        value = row.get(name)
        return inert(str(value)).strip() or None if value is not None and not isinstance(value, (list, dict)) else None

    def several(name: str) -> tuple[str, ...]:
        value = row.get(name) or ()
        if isinstance(value, str):
            value = (
                value.split(";") if ";" in value else value.split(",") if name == "keywords" else value.split(" and ")
            )
        return tuple(str(v).strip() for v in value if str(v).strip())

    year = row.get("year")
    try:
        number = int(year) if year not in (None, "") else None
    except (TypeError, ValueError, OverflowError) as why:
        raise UsageError(f"'{year}' is no year") from why
    if number is not None and not 1000 <= number <= 2999:
        raise UsageError(f"'{year}' is no year")
    return PaperFact(
        title.strip(),
        url=text("url"),
        openreview_id=text("openreview_id"),
        arxiv_id=text("arxiv_id"),
        doi=text("doi"),
        authors=several("authors"),
        abstract=text("abstract"),
        tldr=text("tldr"),
        keywords=several("keywords"),
        venue=text("venue"),
        year=number,
        pdf=text("pdf"),
        decision=text("decision") or text("status"),
        source_id=text("id"),
    )
