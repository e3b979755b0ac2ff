"""Tables as grids: which column a cell stands in once rowspans and colspans are counted, and what heads it."""

from __future__ import annotations

import re

from lxml.etree import _Element

from scrapers.extract.html.page import Page

_HEADS = (
    ("time", r"\b(?:time|start|end|begin|hour|when|duration|slot|from|to|utc|pst|est|cet|gmt)\b"),
    ("date", r"\b(?:date|day)\b"),
    ("speaker", r"\b(?:speakers?|presenters?|names?|who|panell?ists?|instructors?|lecturers?|keynotes)\b"),
    ("author", r"\bauthors?\b"),
    ("chair", r"\b(?:chairs?|hosts?|moderators?)\b"),
    ("title", r"\b(?:titles?|topics?|talks?|presentation|subject|what|lectures?|lessons?|tutorials?)\b"),
    ("paper", r"\bpapers?\b"),
    ("affiliation", r"\b(?:affiliations?|institutions?|organi[sz]ations?|universit\w+|company)\b"),
    ("kind", r"\b(?:types?|kind|category|format|track)\b"),
    ("abstract", r"\b(?:abstract|summary|description|details)\b"),
    ("slides", r"^slides?$"),
    ("link", r"\b(?:links?|slides|videos?|recordings?|pdf|url|materials?|openreview|poster)\b"),
    ("event", r"\b(?:events?|activity|sessions?|program|agenda|item)\b"),
)  # fmt: skip
_SPAN_LIMIT = 100


def column_head(page: Page, element: _Element) -> str:
    """The kind of the column that a cell (or an element inside one) stands in: "speaker", "title", ... or ""."""
    heads: dict[_Element, str] | None = page.memo.get("heads")
    if heads is None:
        heads = page.memo["heads"] = _heads(page)
    if not heads:
        return ""
    node: _Element | None = element
    for _ in range(6):
        if node is None:
            return ""
        if node.tag in ("td", "th"):
            return heads.get(node, "")
        node = node.getparent()
    return ""


def _heads(page: Page) -> dict[_Element, str]:
    out: dict[_Element, str] = {}
    for table in page.body.iter("table"):
        _read(page, table, out)
    return out


def _read(page: Page, table: _Element, out: dict[_Element, str]) -> None:
    names: dict[int, str] = {}
    waiting: dict[int, int] = {}  # column -> rows it is still covered by a cell from above
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not cells:
            continue
        places: list[tuple[int, _Element]] = []
        column = 0
        for cell in cells:
            while waiting.get(column, 0) > 0:
                column += 1
            places.append((column, cell))
            width, height = _number(cell.get("colspan")), _number(cell.get("rowspan"))
            for covered in range(column, column + width):
                waiting[covered] = height
            column += width
        header = [_head_name(_text(page, cell)) for cell in cells]
        known = sum(bool(name) for name in header)
        if not names and known >= 2 and known >= 0.5 * len(cells) and len({n for n in header if n}) >= 2:
            names = {place: name for (place, _), name in zip(places, header, strict=True)}
            for _, cell in places:
                out[cell] = "head"
        else:
            for place, cell in places:
                if name := names.get(place, ""):
                    out[cell] = name
        waiting = {place: rows - 1 for place, rows in waiting.items() if rows > 1}


def _number(value: str | None) -> int:
    return max(1, min(_SPAN_LIMIT, int(value))) if value and value.strip().isascii() and value.strip().isdigit() else 1


def _text(page: Page, cell: _Element) -> str:
    start, stop = page.span(cell)
    return " ".join(line.text for line in page.lines[start:stop])


def _head_name(text: str) -> str:
    if not text or len(text) > 40 or re.search(r"\d", text):
        return ""
    low = text.lower()
    if len(low.split()) > 5:
        return ""
    return next((name for name, pattern in _HEADS if re.search(pattern, low)), "")
