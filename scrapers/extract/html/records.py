"""Records: the stretch of lines that belongs to one anchor (a name, a title, a time), whatever markup holds it.

An anchor's record is the largest element around it that holds no other anchor: the card, the table row, the list
item. Where everything is laid out flat, the record runs on to the next anchor.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import _Element

from scrapers.extract.html.page import Line, Page

Shape = tuple[str, int, str, bool, bool, str]


def shape(line: Line) -> Shape:
    """What a line looks like: equal for the corresponding lines of repeated blocks."""
    element = line.element
    first = line.runs[0] if line.runs else None
    parent = element.getparent()
    return (
        element.tag,
        line.level,
        (element.get("class") or "").strip(),
        bool(first and first.bold),
        bool(first and first.href),
        parent.tag if parent is not None else "",
    )


def record_spans(page: Page, anchors: Sequence[int], start: int, stop: int) -> list[tuple[int, int]]:
    """For each anchor (line indexes, ascending) the lines of its record, all inside `start` to `stop`."""
    count = len(anchors)
    holders: list[tuple[int, int]] = []
    for position, anchor in enumerate(anchors):
        before = anchors[position - 1] if position else start - 1
        after = anchors[position + 1] if position + 1 < count else stop
        low, high = anchor, anchor + 1
        element: _Element | None = page.lines[anchor].element
        while element is not None:
            span = page.spans.get(element)
            if span is not None:
                if span[0] <= before or span[1] > after or span[0] < start or span[1] > stop:
                    break
                low, high = min(low, span[0]), max(high, span[1])
            element = element.getparent()
        holders.append((low, high))
    texts = [sum(1 for line in page.lines[low:high] if line.text) for low, high in holders]
    boxed = sum(count > 1 for count in texts) >= 0.5 * len(holders)
    out: list[tuple[int, int]] = []
    for position, (low, high) in enumerate(holders):
        if boxed and texts[position] > 1:
            out.append((low, high))  # records are boxes: what stands between two of them belongs to neither
            continue
        next_low = holders[position + 1][0] if position + 1 < count else stop
        level = page.lines[anchors[position]].level or 9
        reach = high
        # flat layout: what follows the holder up to the next record or a heading as high as the anchor
        while reach < next_low and not (0 < page.lines[reach].level <= level):
            reach += 1
        out.append((low, reach if reach > high else high))
    return out
