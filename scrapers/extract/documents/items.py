"""Pages that are one record: `_speakers/ann.md`, `_talks/chains.md`, `content/publication/x.md`."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from kb.models import Role
from scrapers.extract.documents import keys
from scrapers.extract.documents.bylines import bare_name, is_name
from scrapers.extract.documents.rows import Row
from scrapers.extract.documents.words import is_paper_list, kind_of, role_of
from scrapers.extract.registry import RawDocument

What = Literal["person", "talk", "paper"]

_PUBLISHED = ("publication", "publication types", "arxiv", "doi", "url pdf", "booktitle", "journal")
_TALKS = re.compile(
    r"^_?(?:talks?|events?|schedule|program(?:me)?|sessions?|seminars?|keynotes?|presentations?)$", re.I
)
_PEOPLE = re.compile(r"^_?(?:authors?|people|persons?|team|members?|staff|bios?|profiles?)$", re.I)


def is_draft(data: dict[str, Any]) -> bool:
    """Front matter that keeps its page off the site: `published: false`, `draft: true`."""
    row = Row(data)
    return row.text("published") in ("false", "False", "no") or row.text("draft") in ("true", "True", "yes")


def item_of(data: dict[str, Any], document: RawDocument) -> tuple[What, Role | None] | None:
    """What the page is about when it is about one person, talk or paper, and the role of that person."""
    row = Row(data)
    hints = [hint for hint in (row.text("layout", "type"), _folder(document)) if hint]
    role = next((role for hint in hints if (role := role_of(hint))), None)
    title = row.text(*keys.TITLE)
    if title and row.has("speaker", "presenter") and _is_about_one(row):
        return "talk", "speaker"
    if title and row.has(*keys.AUTHORS):
        if any(map(is_paper_list, hints)) or row.has(*_PUBLISHED):
            return "paper", None
        if row.has("event") and row.has("abstract", "location", "date end", "url slides", "url video"):
            return "talk", "speaker"
    name = row.text(*keys.NAME)
    if name and is_name(bare_name(name)) and (role or row.has(*keys.AFFILIATION)):
        return "person", role
    if (
        title
        and is_name(bare_name(title))
        and any(map(_PEOPLE.match, hints))
        and row.has(*keys.AFFILIATION, "role", "bio")
    ):
        return "person", role if role != "author" else None
    if title and row.has(*keys.SPEAKERS) and any(_TALKS.match(hint) or kind_of(hint) for hint in hints):
        return "talk", "speaker"
    return None


def _is_about_one(row: Row) -> bool:
    """One talk has one or a few speakers by name; an index page has a list of mappings."""
    return not any(isinstance(item, Row) for item in row.values("speaker", "presenter"))


def _folder(document: RawDocument) -> str | None:
    """The folder the file lies in: `_speakers` of "site/_speakers/ann.md"."""
    path = document.filename.replace("\\", "/") if "/" in document.filename or "\\" in document.filename else ""
    if not path or "://" in path:
        try:
            path = unquote(urlsplit(document.url).path)
        except ValueError:
            return None
    parts = [part for part in path.split("/") if part]
    return parts[-2] if len(parts) > 1 else None
