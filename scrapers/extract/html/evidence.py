"""Evidence for facts read from lines of a page."""

from __future__ import annotations

from lxml.etree import _Element

from kb.models import Evidence
from scrapers.extract.html.page import Page

_LONGEST = 300


def evidence(page: Page, start: int, stop: int, extractor: str, confidence: float) -> Evidence:
    """The text of the lines `start` to `stop`, their place in the tree, and who read them how surely."""
    text = " | ".join(line.text for line in page.lines[start:stop] if line.text)
    place = _place(page.lines[start].element) if start < len(page.lines) else ""
    return Evidence(
        text=text[:_LONGEST], place=place, extractor=extractor, confidence=round(max(0.0, min(1.0, confidence)), 2)
    )


def _place(element: _Element) -> str:
    """A short path: the element and up to four around it, counted among siblings of their kind."""
    steps: list[str] = []
    node: _Element | None = element
    while node is not None and len(steps) < 5 and node.tag not in ("body", "html"):
        name = node.get("id")
        if name:
            steps.append(f"{node.tag}#{name[:40]}")
            break
        count = 1
        for sibling in node.itersiblings(node.tag, preceding=True):
            count += 1
            if count > 199 or sibling is None:
                break
        steps.append(f"{node.tag}:{count}")
        node = node.getparent()
    return " > ".join(reversed(steps)) or "body"
