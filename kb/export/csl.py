"""CSL-JSON, as Zotero, pandoc and citeproc read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from kb.export.common import Work, citation_key, family_given, work_of
from kb.models import Record

_TYPES = {
    "article": "article",
    "proceedings": "paper-conference",
    "speech": "speech",
    "event": "event",
    "person": "document",
}


def item(work: Work) -> dict[str, Any]:
    """One CSL item."""
    out: dict[str, Any] = {"id": citation_key(work), "type": _TYPES[work.type], "title": work.title}
    if work.people:
        out["author"] = [
            {"family": family, "given": given} if given else {"literal": family}
            for family, given in map(family_given, work.people)
        ]
    if work.year:
        out["issued"] = {"date-parts": [[work.year]]}
    if work.container:
        out["event-title" if work.type == "speech" else "container-title"] = work.container
    for name, value in (("DOI", work.doi), ("URL", work.url), ("abstract", work.abstract), ("note", work.note)):
        if value:
            out[name] = value
    if work.eprint:
        out["archive"], out["archive_location"] = "arXiv", work.eprint
    if work.keywords:
        out["keyword"] = ", ".join(work.keywords)
    return out


def write(records: Iterable[Record], stream: TextIO) -> None:
    """A JSON array, streamed."""
    stream.write("[")
    for number, record in enumerate(records):
        stream.write((",\n" if number else "\n") + json.dumps(item(work_of(record)), ensure_ascii=False))
    stream.write("\n]\n")
