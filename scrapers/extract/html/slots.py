"""Where one talk ends and the next begins: a region cut into slots by its rows, times, headings, items or names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from lxml.etree import _Element

from scrapers.extract.html.page import Page
from scrapers.extract.html.people import person_anchors
from scrapers.extract.html.records import Shape, record_spans, shape
from scrapers.extract.lang.times import is_day, is_time, leading_time

Span = tuple[int, int]
_TABLE_ROWS = 4  # smaller tables are used to lay out one record


def candidates(page: Page, start: int, stop: int) -> Iterator[tuple[str, list[Span]]]:
    """Ways to cut the lines `start` to `stop` into slots, each with a name. Lines in no slot belong to none."""
    rows = _table_rows(page, start, stop)
    if rows:
        yield "rows", rows
        timed_rows = _continued(page, rows)
        if len(timed_rows) < len(rows):
            yield "rows", timed_rows
        if len(rows) >= _TABLE_ROWS and sum(b - a for a, b in rows) >= 0.6 * (stop - start):
            return  # a real table: its rows are its records
    timed = [line.index for line in page.lines[start:stop] if _starts_with_time(line.text)]
    if len(timed) >= 2:
        firsts = _first_of_pairs(page, timed)
        yield "times", record_spans(page, firsts, start, stop)
    days = [line.index for line in page.lines[start:stop] if is_day(line.text) and re.search(r"\d", line.text)]
    if len(days) >= 3:
        yield "days", record_spans(page, days, start, stop)
    by_level: dict[int, list[int]] = defaultdict(list)
    for line in page.lines[start:stop]:
        if line.level and line.text:
            by_level[line.level].append(line.index)
    for level in sorted(by_level):
        yield f"h{level}", _until_next(by_level[level], stop)
    items = _items(page, start, stop)
    if items:
        yield "items", items
    named = sorted(person_anchors(page, start, stop))
    if len(named) >= 2:
        yield "people", record_spans(page, named, start, stop)
    for name, anchors in _shapes(page, start, stop):
        yield name, record_spans(page, anchors, start, stop)


def _starts_with_time(text: str) -> bool:
    return bool(text) and text[0] in "0123456789([~MTWFSmtwfs" and (is_time(text) or leading_time(text)[0] is not None)


def _first_of_pairs(page: Page, timed: list[int]) -> list[int]:
    """Start and end time in two cells or lines are one time: of neighbours that are nothing but times the first."""
    out: list[int] = []
    before = -2
    for index in timed:
        if index != before + 1 or not (is_time(page.lines[index].text) and is_time(page.lines[before].text)):
            out.append(index)
        before = index
    return out


def _table_rows(page: Page, start: int, stop: int) -> list[Span]:
    """The innermost table rows of the region."""
    spans: list[Span] = []
    seen: set[_Element] = set()
    for line in page.lines[start:stop]:
        node: _Element | None = line.element
        while node is not None and node.tag != "tr":
            node = node.getparent()
        if node is None or node in seen:
            continue
        seen.add(node)
        low, high = page.span(node)
        if low >= start and high <= stop and high > low:
            if spans and low < spans[-1][1]:
                continue  # a table inside a cell belongs to the cell's row
            spans.append((low, high))
    return spans


def _continued(page: Page, rows: list[Span]) -> list[Span]:
    """Rows joined with the rows below that have no time of their own: one slot over several rows."""
    timed = [any(_starts_with_time(line.text) for line in page.lines[low:high]) for low, high in rows]
    if sum(timed) < 3:
        return rows
    out: list[Span] = []
    for (low, high), starts in zip(rows, timed, strict=True):
        if out and not starts and low == out[-1][1]:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def _until_next(anchors: list[int], stop: int) -> list[Span]:
    return [(a, anchors[i + 1] if i + 1 < len(anchors) else stop) for i, a in enumerate(anchors)]


def _items(page: Page, start: int, stop: int) -> list[Span]:
    """The outermost list items of the region."""
    spans: list[Span] = []
    for line in page.lines[start:stop]:
        if spans and line.index < spans[-1][1]:
            continue
        node: _Element | None = line.element
        outermost: Span | None = None
        while node is not None and node.tag != "body":
            if node.tag in ("li", "dt"):
                span = page.span(node)
                if node.tag == "dt":
                    for sibling in node.itersiblings():
                        if sibling.tag != "dd":
                            break
                        span = (span[0], max(span[1], page.span(sibling)[1]))
                if span[0] >= start and span[1] <= stop:
                    outermost = span
            node = node.getparent()
        if outermost is not None and outermost[1] > outermost[0]:
            spans.append(outermost)
    return spans


def _shapes(page: Page, start: int, stop: int) -> list[tuple[str, list[int]]]:
    """Emphasised lines of one shape that occur at least twice: each may open a record."""
    groups: dict[Shape, list[int]] = defaultdict(list)
    for line in page.lines[start:stop]:
        if line.text and not line.level and (line.bold or (line.runs and (line.runs[0].bold or line.runs[0].href))):
            groups[shape(line)].append(line.index)
    counted = Counter({key: len(found) for key, found in groups.items() if len(found) >= 2})
    return [(f"shape {key[0]}", groups[key]) for key, _ in counted.most_common(3)]
