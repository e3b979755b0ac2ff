"""A parsed HTML page: its visible text as lines in document order, each knowing its element, links and emphasis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lxml.etree import _Element

from scrapers.extract.html.urls import Resolver


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a line with one formatting. `start`/`stop` are offsets into the line's text."""

    start: int
    stop: int
    href: str | None = None  # absolute and followable, or None
    bold: bool = False
    italic: bool = False
    inline: int = 0  # differs for text in different inline elements: a <span> may set a name apart


@dataclass(frozen=True, slots=True)
class Line:
    """One line of visible text: what stands between two block boundaries or line breaks.

    `level` is 1..6 for heading elements, 0 otherwise. `element` is the innermost block element around the text.
    `image_href` is the link of an image shown on the line (the line's text may then be "" or the image's alt text).
    """

    index: int
    text: str
    element: _Element
    level: int = 0
    runs: tuple[Run, ...] = ()
    hrefs: tuple[str, ...] = ()  # of every link that ends on this line, icons and images included
    titles: tuple[str, ...] = ()  # for each of `hrefs`: its text, title, aria-label or icon class

    @property
    def bold(self) -> bool:
        """True when all of the text is bold or a heading."""
        if self.level:
            return True
        return bool(self.runs) and all(r.bold for r in self.runs if self.text[r.start : r.stop].strip(" :.,"))

    def linked(self) -> list[tuple[str, str]]:
        """(text, href) of the links with text, neighbouring runs of one link joined."""
        out: list[tuple[str, str, int]] = []
        for run in self.runs:
            if run.href is None:
                continue
            part = self.text[run.start : run.stop]
            if out and out[-1][1] == run.href and out[-1][2] == run.start:
                out[-1] = (out[-1][0] + part, run.href, run.stop)
            else:
                out.append((part, run.href, run.stop))
        return [(text.strip(), href) for text, href, _ in out if text.strip()]


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a page from outside its HTML, such as front matter. None or "" when unknown."""

    title: str | None = None
    event_name: str | None = None
    date: str | None = None
    author: str | None = None
    filename: str = ""


@dataclass(frozen=True, eq=False)
class Page:
    """A page ready to be read. `span(element)` gives the lines inside an element as (start, stop)."""

    url: str
    title: str
    lines: tuple[Line, ...]
    spans: Mapping[_Element, tuple[int, int]]
    body: _Element
    meta: Mapping[str, tuple[str, ...]]  # lower-case name or property -> contents
    json_ld: tuple[dict[str, Any], ...] = ()
    links: tuple[str, ...] = ()  # every followable link in page order, navigation included
    anchors: Mapping[str, _Element] = field(default_factory=dict)  # id -> element
    hints: Hints = Hints()
    notes: tuple[str, ...] = ()
    scripted: int = 0  # characters of inline script: tells a page drawn by JavaScript
    memo: dict[Any, Any] = field(default_factory=dict)  # what readers have worked out about the page, by key
    resolver: Resolver = field(default_factory=lambda: Resolver(""))

    def span(self, element: _Element) -> tuple[int, int]:
        return self.spans.get(element, (0, 0))

    @cached_property
    def text(self) -> str:
        """The visible text, one line each."""
        return "\n".join(line.text for line in self.lines if line.text)
