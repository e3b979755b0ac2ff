"""Sources such as `openreview:ICML.cc/2024/Workshop/AI4Science`: a venue's accepted papers, or one paper by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from kb.errors import UsageError
from kb.models import Extraction
from scrapers.catalogue import Source, SourceSkipped, builtin_sources, load_catalogue
from scrapers.fetch import Fetcher
from scrapers.openreview.client import OpenReview
from scrapers.openreview.errors import ChallengeRequired, NotFound, TokenExpired
from scrapers.openreview.extraction import note_extraction, venue_extraction
from scrapers.paper_links import paper_ids

if TYPE_CHECKING:
    from kb.home import Home

_OPTIONS = re.compile(r"^(.*?)(?:\?([\w&=]+))?$", re.DOTALL)


class OpenReviewSource:
    """A venue id, a note id, or a forum's address. `?reviews` adds the ratings, `?all` what was not accepted."""

    name = "openreview"
    version = "1"

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home) -> Iterable[Extraction]:
        """One extraction.

        Raises `SourceSkipped` when a login is wanted, OpenReviewError when there is no such id or the budget is spent.
        """
        client = OpenReview(fetcher, home.path, known_venues=_catalogued(home))
        try:
            yield collect(client, source.target)
        except (ChallengeRequired, TokenExpired) as why:
            raise SourceSkipped(str(why), hint=why.hint) from why


def _catalogued(home: Home) -> tuple[str, ...]:
    """Venue ids of the catalogue, to suggest from where OpenReview's own list cannot be had."""
    try:
        return tuple(source.target for source in load_catalogue(home) if source.kind == "openreview")
    except UsageError:  # a broken settings file is reported by who needs it
        return tuple(source.target for source in builtin_sources() if source.kind == "openreview")


def collect(client: OpenReview, target: str) -> Extraction:
    """The extraction of a venue or note."""
    what, options = target_of(target)
    reviews = "reviews" in options
    if "/" in what:
        venue = client.venue(what)
        notes = client.notes_of(venue, replies=reviews)
        return venue_extraction(venue, notes, everything="all" in options, reviews=reviews)
    note = client.notes_by_id([what], replies=reviews).get(what)
    extraction = note_extraction(note, reviews=reviews) if note else None
    if extraction is None:
        raise NotFound(f"OpenReview has no public paper '{what}'", hint="Check the id in its address: forum?id=...")
    return extraction


def target_of(text: str) -> tuple[str, frozenset[str]]:
    """("ICML.cc/2024/Workshop/AI4Science", {"reviews"}) of a target or address. UsageError when it names nothing."""
    text = text.strip()
    if "://" in text:
        query = parse_qs(urlsplit(text).query)
        what = paper_ids(text).openreview_id or (query.get("id") or query.get("venue") or [""])[0]
        options: frozenset[str] = frozenset()
    else:
        match = _OPTIONS.match(text)
        assert match is not None  # it matches any text
        what = match[1].strip().strip("/")
        options = frozenset(part.partition("=")[0] for part in (match[2] or "").split("&") if part)
    if not re.fullmatch(r"[\w.()~&' -]+(?:/[\w.()~&' -]+)*", what) or what.startswith("~") or ".." in what:
        raise UsageError(
            f"'{text[:120]}' names no OpenReview venue or paper",
            hint="Write openreview:ICML.cc/2024/Workshop/AI4Science or openreview:kzGuiRXZrQ",
        )
    return what, options
