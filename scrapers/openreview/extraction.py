"""OpenReview's answers as extractions: a venue with its accepted papers, or single papers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from kb.models import EventFact, Evidence, Extraction, PaperFact
from scrapers.openreview.client import Venue
from scrapers.openreview.parse import is_accepted, paper_of_note, ratings_of, venue_of_id
from scrapers.paper_links import OPENREVIEW, forum_url
from scrapers.plain import plain

EXTRACTOR = "openreview/1"


def event_of(venue: Venue) -> EventFact:
    """The meeting a venue stands for. Its name is the group's title, else its id made readable."""
    year = re.search(r"/((?:19|20)\d\d)(?:/|$)", venue.id)
    host = (venue_of_id(venue.id) or "").split(" ", 1)[0]
    name = plain(venue.title) or plain(venue.subtitle) or venue_of_id(venue.id) or venue.id
    return EventFact(
        name=name,
        year=int(year[1]) if year else None,
        venue=f"{host} {year[1]}" if year and host else plain(venue.subtitle) or None,
        dates=plain(venue.start_date) or None,
        url=venue.website if venue.website.startswith(("http://", "https://")) else None,
        evidence=Evidence(venue.id, "group", EXTRACTOR),
    )


def venue_extraction(
    venue: Venue, notes: Iterable[Mapping[str, Any]], *, everything: bool = False, reviews: bool = False
) -> Extraction:
    """A venue's papers: the accepted ones, or `everything` public. Says so when some were left out."""
    papers, undecided, declined = [], 0, 0
    for note in notes:
        paper = fact_of(note, reviews=reviews)
        if paper is None:
            continue
        accepted = is_accepted(note)
        if accepted is False and not everything:
            declined += 1
            continue
        undecided += accepted is None
        papers.append(paper)
    said = []
    if not papers:
        said.append(f"OpenReview lists no accepted public paper of {venue.id}")
    if declined:
        said.append(f"{declined} rejected, withdrawn or undecided submissions of {venue.id} were left out")
    if undecided:
        said.append(f"no decision is public for {undecided} papers of {venue.id}")
    event = event_of(venue)
    return Extraction(url=venue_url(venue.id), event=event, papers=tuple(papers), title=event.name, notes=tuple(said))


def note_extraction(note: Mapping[str, Any], *, reviews: bool = False) -> Extraction | None:
    """One paper; None when the note is none."""
    paper = fact_of(note, reviews=reviews)
    if paper is None or paper.openreview_id is None:
        return None
    return Extraction(url=forum_url(paper.openreview_id), papers=(paper,), title=paper.title)


def fact_of(note: Mapping[str, Any], *, reviews: bool = False) -> PaperFact | None:
    """The note's paper, with where it came from; its ratings are in the evidence when asked for."""
    paper = paper_of_note(note)
    if paper is None:
        return None
    ratings = ratings_of(note) if reviews else ()
    said = f"reviews: ratings {', '.join(ratings)}" if ratings else ""
    # `source_id` is the id in a list the user imported: what a service says must not take its place
    return replace(paper, source_id=None, evidence=Evidence(said, f"note {paper.openreview_id}", EXTRACTOR))


def venue_url(venue_id: str) -> str:
    return f"{OPENREVIEW}/group?id={quote(venue_id, safe='/')}"
