"""Crossref, Semantic Scholar and oEmbed: small look-ups by an id. Off until a contact or a key is set.

Crossref asks for a contact in each request and answers politely then; Semantic Scholar refuses most requests without
a key, and its data may not be used commercially. A video's title needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from kb.errors import FetchError
from kb.models import Evidence, PaperFact
from scrapers.fetch import Fetched, Fetcher
from scrapers.importers.rows import RowError, paper_of_row
from scrapers.plain import plain

CROSSREF = "https://api.crossref.org/works/"
SEMANTIC_SCHOLAR = "https://api.semanticscholar.org/graph/v1/paper/batch"
YOUTUBE = "https://www.youtube.com/oembed"
S2_FIELDS = "title,abstract,year,venue,authors,externalIds,tldr,openAccessPdf,url"
S2_IDS_A_CALL = 500


class ScholarlyError(FetchError):
    """The service answered with something other than what was asked for."""


@dataclass(frozen=True, slots=True)
class Video:
    """What oEmbed says about a video."""

    title: str
    author: str | None = None


def crossref_paper(work: Mapping[str, Any]) -> PaperFact:
    """A Crossref work (the `message` of its answer). RowError when it has no title."""
    paper = paper_of_row(work)
    row_type = work.get("type")
    # Crossref's `status`, `subject` and file links are not what our columns of those names mean
    return replace(
        paper,
        url=f"https://doi.org/{paper.doi}" if paper.doi else paper.url,
        decision=None,
        pdf=None,
        source_id=None,  # belongs to the user's own lists
        evidence=Evidence(str(row_type or ""), "works", "crossref/1"),
    )


def semantic_scholar_papers(answer: Any) -> list[PaperFact | None]:
    """The papers of a batch answer, in the order asked; None for each the service does not know."""
    if not isinstance(answer, list):
        raise ScholarlyError("Semantic Scholar's answer is no list", hint="Try again later")
    return [_s2_paper(item) if isinstance(item, Mapping) else None for item in answer]


def _s2_paper(item: Mapping[str, Any]) -> PaperFact | None:
    try:
        paper = paper_of_row(item)
    except RowError:
        return None
    return replace(paper, decision=None, source_id=None, evidence=Evidence("", "paper/batch", "semantic-scholar/1"))


def parse_oembed(data: Any) -> Video:
    """Title and author of an oEmbed answer. ScholarlyError when it has no title."""
    title = data.get("title") if isinstance(data, Mapping) else None
    if not isinstance(title, str) or not plain(title):
        raise ScholarlyError("The oEmbed answer holds no title")
    author = data.get("author_name")
    return Video(plain(title)[:500], plain(author)[:200] or None if isinstance(author, str) else None)


def crossref(fetcher: Fetcher, doi: str, *, contact: str, api: str = CROSSREF) -> PaperFact | None:
    """The paper of a DOI by Crossref's polite pool; None when Crossref does not know it."""
    answer = fetcher.request("GET", api + quote(doi, safe="/"), params={"mailto": contact}, min_interval=0.2)
    if answer.status == 404:
        return None
    data = _json(answer, "Crossref")
    work = data.get("message") if isinstance(data, Mapping) else None
    if not isinstance(work, Mapping):
        raise ScholarlyError("Crossref's answer holds no work", hint="Try again later")
    try:
        return crossref_paper(work)
    except RowError:
        return None


def semantic_scholar(
    fetcher: Fetcher, ids: Sequence[str], *, key: str, api: str = SEMANTIC_SCHOLAR
) -> list[PaperFact | None]:
    """Papers by `ARXIV:...` or `DOI:...` ids, 500 a call, in the order asked."""
    found: list[PaperFact | None] = []
    for start in range(0, len(ids), S2_IDS_A_CALL):
        some = list(ids[start : start + S2_IDS_A_CALL])
        answer = fetcher.request(
            "POST", api, params={"fields": S2_FIELDS}, headers={"x-api-key": key}, json={"ids": some}, min_interval=1.0
        )
        found += semantic_scholar_papers(_json(answer, "Semantic Scholar"))
    return found


def video(fetcher: Fetcher, url: str, *, api: str = YOUTUBE) -> Video | None:
    """Title and channel of a YouTube video; None when it is private or gone."""
    answer = fetcher.request("GET", api, params={"url": url, "format": "json"})
    if answer.status in (400, 401, 403, 404):
        return None
    return parse_oembed(_json(answer, "YouTube"))


def _json(answer: Fetched, service: str) -> Any:
    if answer.status != 200:
        raise ScholarlyError(f"{service} answered {answer.status}", hint="Try again later")
    try:
        return answer.json()
    except ValueError as why:
        raise ScholarlyError(f"{service} sent something that is not JSON", hint="Try again later") from why
