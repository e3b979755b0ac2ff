"""Posts: is a page one, and who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from kb.models import PersonFact
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.outline import root_section
from scrapers.extract.html.page import Page
from scrapers.extract.html.reading import Reading
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.times import DATE
from scrapers.extract.lang.venues import venues_in

_DATED_PATH = re.compile(r"/(?:19|20)\d\d/\d{1,2}/|/(?:blog|posts?|articles?)/.+", re.I)
_REVIEW = re.compile(
    r"\b(?:highlights?|review|recap|trip report|report|takeaways|notes|impressions|roundup|round-up|"
    r"summary|trends|lessons|recollections|thoughts|overview|wrap-?up|reflections|diary|"
    r"what (?:i|we) (?:saw|learned|liked)|my favou?rite\w*|notes from)\b",
    re.I,
)
_REPORT = re.compile(r"\b(?:trip|conference|travel|workshop) (?:report|diary|notes)\b", re.I)
_TAGLINE = re.compile(r"^(?:by|written by|posted by)\s+[^\W\d_]", re.I)
_BYLINE = re.compile(
    r"(?:^|[•|·,]\s*|\b(?:by|author:?|posted by|written by)\s+)(?P<name>[^\W\d_][^•|·,]{3,40})(?=$|\s*[•|·,])", re.I
)
_NAMED_AUTHOR = ("author", "article:author", "twitter:data1", "citation_author", "dc.creator", "parsely-author")


def is_post(page: Page) -> bool:
    """True for a blog post or article about a meeting, rather than the meeting's own site."""
    if page.hints.author and page.hints.date:
        return True
    if root_section(page) is not None:
        return False  # "/schedule/" in a theme that calls every page an article
    signals = 0
    signals += "article:published_time" in page.meta or "datepublished" in page.meta
    signals += "article" in (value.lower() for value in page.meta.get("og:type", ()))
    signals += any("Posting" in str(item.get("@type")) or item.get("@type") == "Article" for item in page.json_ld)
    signals += 2 * bool(_DATED_PATH.search(urlsplit(page.url).path))
    title = page.hints.title or page.title
    signals += 2 * bool(_REVIEW.search(title) and venues_in(title))
    signals += bool(_REPORT.search(title))
    signals += any(_TAGLINE.match(line.text) and DATE.search(line.text) for line in page.lines[:8])
    signals += any(re.search(r"\bmin(?:ute)?s? read\b", line.text) for line in page.lines[:20])
    return signals >= 2


class BylineExtractor:
    """The author of a post."""

    name = "byline"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.5 if is_post(page) else 0.0

    def read(self, page: Page) -> Sequence[Reading]:
        for candidate, line in _candidates(page):
            name = clean_name(candidate)
            if name_score(name) >= 0.6 and len(name.split()) >= 2:
                person = PersonFact(
                    name=name,
                    role="author",
                    url=_link(page, name),
                    evidence=evidence(page, line, line + 1, "byline/1", 0.8),
                )
                return (Reading(line, line + 1, 0.5, people=(person,), exclusive=False),)
        return ()


def _candidates(page: Page) -> Iterator[tuple[str, int]]:
    """Possible author names with the line each stands on, most trusted first."""
    if page.hints.author:
        yield page.hints.author, 0
    for line in page.lines[:25]:
        for text, href in line.linked():
            if re.search(r"/authors?/", href):
                yield text, line.index
        if len(line.text) < 160 and (
            DATE.search(line.text) or re.match(r"(?:posted |written |published )?by\b|author", line.text, re.I)
        ):
            for match in _BYLINE.finditer(DATE.sub("•", line.text)):
                yield match.group("name"), line.index
    for key in _NAMED_AUTHOR:
        for value in page.meta.get(key, ())[:1]:
            yield value, 0
    parts = re.split(r"\s+[|–—·-]\s+", page.title)
    if len(parts) > 1:
        yield parts[-1], 0


def _link(page: Page, name: str) -> str | None:
    for line in page.lines[:60]:
        for href, title in zip(line.hrefs, line.titles, strict=True):
            if clean_name(title).lower() == name.lower():
                return href
    return None
