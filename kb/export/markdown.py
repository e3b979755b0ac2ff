"""Markdown: a list of linked titles. Page text is escaped: it can neither format nor script."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO
from urllib.parse import quote

from kb.export.common import work_of
from kb.models import Record
from kb.text import clean

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~])")


def escape(text: str) -> str:
    """Text as Markdown text: no emphasis, no link, no HTML."""
    return _SPECIAL.sub(r"\\\1", clean(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(title: str, url: str | None) -> str:
    """A title linked to an http(s) URL; plain text for any other scheme."""
    if not url or not url.lower().startswith(("http://", "https://")):
        return escape(title)
    return f"[{escape(title)}]({quote(clean(url), safe=':/?#@!$&*+,;=%~-._')})"


def line(record: Record) -> str:
    """One list item."""
    work = work_of(record)
    where = ", ".join(filter(None, (work.container, str(work.year) if work.year else None)))
    if work.year and work.container and str(work.year) in work.container:
        where = work.container
    about = ". ".join(filter(None, (escape(", ".join(work.people)), escape(where))))
    return f"- {link(work.title, work.url)}" + (f". {about}" if about else "") + "\n"


def write(records: Iterable[Record], stream: TextIO) -> None:
    """One item a record."""
    for record in records:
        stream.write(line(record))
