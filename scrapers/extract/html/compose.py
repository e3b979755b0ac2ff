"""Readings of many extractors become one extraction: the best reading of each stretch of lines, without repetition."""

from __future__ import annotations

from collections.abc import Sequence

from kb.models import Extraction
from scrapers.extract.html.page import Page
from scrapers.extract.html.reading import Reading


def compose(page: Page, readings: Sequence[Reading]) -> Extraction:
    """The extraction of `page`: of overlapping readings the better one is kept."""
    kept = choose(readings)
    event = next((r.event for r in kept if r.event), None)
    return Extraction(
        url=page.url,
        event=event,
        talks=tuple(t for r in kept for t in r.talks),
        people=tuple(p for r in kept for p in r.people),
        papers=tuple(p for r in kept for p in r.papers),
        title=page.title or None,
        text=page.text,
        notes=tuple(dict.fromkeys((*page.notes, *(n for r in kept for n in r.notes)))),
        links=page.links,
    )


def choose(readings: Sequence[Reading]) -> list[Reading]:
    """Of readings that overlap the one with the higher score, in page order."""
    taken: list[Reading] = []
    for reading in sorted(readings, key=lambda r: (-r.score, r.start)):
        if not reading.exclusive or not any(
            t.exclusive and t.start < reading.stop and reading.start < t.stop for t in taken
        ):
            taken.append(reading)
    return sorted(taken, key=lambda r: r.start)
