"""One mapping of data, by the words of its keys, whatever its author called them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.text import clean
from scrapers.extract.documents.bylines import bare_name, is_name
from scrapers.extract.documents.words import key_words

MAX_TEXT = 20_000  # characters of one value

_EMPTY = frozenset(
    {"", "~", "null", "none", "nan", "n/a", "na", "tba", "tbd", "tbc", "tbn", "to be announced", "-", "--", "?"}
)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)[^()]*\)")
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|small|span|strong|sub|sup|u)\b[^<>]{0,2000}>", re.I)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_HREF = re.compile(r"<a\b[^<>]{0,500}?href\s*=\s*[\"']?([^\"'\s<>]+)", re.I)


class Row:
    """A mapping by the words of its keys, values as plain text."""

    __slots__ = ("_data",)

    def __init__(self, data: dict[Any, Any]) -> None:
        self._data: dict[str, Any] = {}
        for key, value in data.items():
            if isinstance(value, dict) and set(value) == {"value"}:  # OpenReview's {"title": {"value": ...}}
                value = value["value"]
            self._data.setdefault(key_words(str(key)[:80]), value)

    def raw(self, *keys: str) -> Any:
        return next((self._data[key] for key in keys if self._data.get(key)), None)

    def has(self, *keys: str) -> bool:
        return any(not is_empty(self._data.get(key)) for key in keys)

    def text(self, *keys: str) -> str | None:
        """The first of these keys that holds text, without markup; lists are joined."""
        for key in keys:
            value = self._data.get(key)
            if isinstance(value, list) and value and isinstance(value[0], dict):
                value = Row(value[0]).text("name", "title")  # organisations: [{name, url}]
            elif isinstance(value, list) and all(isinstance(item, str) for item in value):
                value = ", ".join(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, str) and not is_empty(value):
                return plain(value) or None
        return None

    def items(self, *keys: str) -> tuple[str, ...]:
        value = self.raw(*keys)
        parts = re.split(r"[,;]", plain(value)) if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(clean(part) for part in parts[:50] if isinstance(part, str) and not is_empty(part))

    def values(self, *keys: str) -> Iterator[str | Row]:
        for key in keys:
            value = self._data.get(key)
            for item in (value if isinstance(value, list) else [value])[:500]:
                if isinstance(item, dict):
                    yield Row(item)
                elif isinstance(item, str) and not is_empty(item):
                    yield item

    def link(self, *keys: str) -> str | None:
        return next((t for key in keys for t, _ in self.targets(key) if looks_linked(t)), None)

    def targets(self, key: str) -> Iterator[tuple[str, str]]:
        """(address, label) of every link under a key: a text, a list, or mappings with url and name."""
        value = self._data.get(key)
        for item in (value if isinstance(value, list) else [value])[:50]:
            if isinstance(item, str) and not is_empty(item):
                yield (first_link(item) or item.strip(), "")
            elif isinstance(item, dict):
                row = Row(item)
                target = row.raw("url", "href", "link")
                if isinstance(target, str):
                    yield (target.strip(), row.text("name", "title", "label", "type", "text") or "")

    def summary(self) -> str:
        """The mapping as its own words, for evidence."""
        shown = (f"{key}: {value}" for key, value in self._data.items() if isinstance(value, str) and value)
        return clean("; ".join(shown))[:300]


def plain(value: Any) -> str:
    """A value as text without HTML and Markdown, on one line."""
    text = str(value)[:MAX_TEXT]
    if "<" in text:
        text = _TAG.sub(" ", _INLINE.sub("", _COMMENT.sub(" ", text)))
    if "](" in text:
        text = _MARKDOWN_LINK.sub(r"\1", text)
    return (
        clean(re.sub(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text))
        if "*" in text or "_" in text
        else clean(text)
    )


def is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and value.strip().casefold() in _EMPTY)


def looks_linked(text: str) -> bool:
    """An address or a path, not the words "yes" or "Coming soon"."""
    return bool(
        re.match(
            r"(?:https?:)?//|www\.|\.{0,2}/[\w.]|[\w./-]+\.(?:html?|pdf|pptx?|key|mp4)\b|[\w-]+(?:\.[\w-]+)+/",
            text.strip(),
        )
    )


def first_link(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    match = _MARKDOWN_LINK.search(value)
    if match:
        return match.group(2)
    found = _HREF.search(value)
    return found.group(1) if found else None


def name_and_affiliation(text: str) -> tuple[str, str | None]:
    """ "Jane Doe (MIT)", "Jane Doe, MIT" and "Jane Doe - MIT" in two."""
    text = re.sub(r"\(\s*(?:moderator|chair|virtual|remote|online|tba|tbc|confirmed)\s*\)", "", text, flags=re.I)
    match = re.fullmatch(r"\s*([^(),|]{3,60}?)\s*(?:\(([^()]{2,120})\)|(?:,|\||\s[-–—@]\s)\s*(.{2,120}?))?\s*", text)
    if not match:
        return bare_name(text), None
    affiliation = match.group(2) or match.group(3)
    if affiliation and is_name(affiliation) and match.group(3):  # two people, or a surname first
        return bare_name(text), None
    return bare_name(match.group(1)), clean(affiliation) if affiliation else None


def year_in(text: str | None) -> int | None:
    match = re.search(r"\b(?:19|20)\d\d\b", text or "")
    return int(match.group()) if match else None
