"""RIS, as Zotero, EndNote and Mendeley read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from kb.export.common import Work, citation_key, family_given, work_of
from kb.models import Record
from kb.text import clean

# Zotero: CONF is a conference paper, JOUR a journal article, HEAR and SLIDE map to presentations (SLIDE is one)
_TYPES = {"article": "JOUR", "proceedings": "CONF", "speech": "SLIDE", "event": "CONF", "person": "GEN"}


def lines(work: Work) -> list[str]:
    """The tagged lines of one record; a value never breaks a line."""
    pairs: list[tuple[str, str | None]] = [("TY", _TYPES[work.type]), ("ID", citation_key(work)), ("TI", work.title)]
    pairs += [("AU", ", ".join(filter(None, family_given(name)))) for name in work.people]
    pairs += [
        ("T2", work.container),
        ("PY", str(work.year) if work.year else None),
        ("DO", work.doi),
        ("UR", work.url),
        ("AN", f"arXiv:{work.eprint}" if work.eprint else None),
        ("AB", work.abstract),
        ("N1", work.note),
    ]
    pairs += [("KW", keyword) for keyword in work.keywords]
    return [*(f"{tag}  - {clean(value)}" for tag, value in pairs if value), "ER  - "]


def write(records: Iterable[Record], stream: TextIO) -> None:
    """Records one after another, CRLF as the format asks."""
    for record in records:
        stream.write("\r\n".join(lines(work_of(record))) + "\r\n")
