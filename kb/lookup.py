"""How each kind of unresolved link is looked up: arXiv, OpenReview, Crossref, Semantic Scholar, publishers' pages.

Pure asking: nothing here writes a record or the queue.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kb.errors import KBError
from kb.home import load_settings
from kb.models import Extraction, PaperFact
from kb.store.resolution import Kind, Wanted
from kb.store.store import Store
from kb.text import fold
from scrapers.arxiv import Arxiv, ArxivError, checked, extraction_of
from scrapers.fetch import Fetcher, HttpStatus
from scrapers.openreview import errors
from scrapers.openreview.client import OpenReview
from scrapers.openreview.extraction import note_extraction
from scrapers.paper_links import as_doi
from scrapers.scholarly import ScholarlyError, crossref, semantic_scholar

S2_KEY = "SEMANTIC_SCHOLAR_API_KEY"  # the environment variable: a key does not belong into settings that are shared
NEEDS_LOGIN = "OpenReview shows it to logged-in users only; `kb login openreview` uses your own account"
_PAGES: dict[Kind, str] = {"arxiv": "https://arxiv.org/abs/", "openreview": "https://openreview.net/forum?id="}


class RefusedError(Exception):
    """The service will not be asked again in this run."""

    def __init__(self, line: str, *, until: datetime | None = None, login: bool = False) -> None:
        super().__init__(line)
        self.until, self.login = until, login


class Counted:
    """A fetcher that counts what is asked of it; `left` is what remains of the budget."""

    def __init__(self, fetcher: Fetcher, budget: int) -> None:
        self._fetcher, self._budget = fetcher, budget
        self.made = 0

    @property
    def left(self) -> int:
        return self._budget - self.made

    def get(self, url: str, **options: Any) -> Any:
        self.made += 1
        return self._fetcher.get(url, **options)

    def submit(self, url: str, **options: Any) -> Any:
        self.made += 1
        return self._fetcher.submit(url, **options)

    def request(self, method: str, url: str, **options: Any) -> Any:
        self.made += 1
        return self._fetcher.request(method, url, **options)

    def close(self) -> None:
        return None  # whoever opened it closes it

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class Services:
    """How each kind of row is looked up: a batch in, the extractions of those that were found out."""

    def __init__(
        self,
        fetcher: Counted,
        store: Store,
        *,
        replayed: bool = False,
        openreview: OpenReview | None = None,
        arxiv: Arxiv | None = None,
    ) -> None:
        self._fetcher, self._store, self.replayed = fetcher, store, replayed
        self.openreview = openreview or OpenReview(fetcher, store.home.path)
        self.arxiv = arxiv or Arxiv(fetcher, store.home.path)

    def ask(self, kind: Kind, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        """By key: the extraction, or why there is none; keys left out are unknown. RefusedError for the service."""
        ask = {"arxiv": self._arxiv, "openreview": self._openreview, "doi": self._doi, "page": self._page}[kind]
        found = ask(rows)
        if self.replayed and kind in _PAGES:  # a saved page says as much as the service would
            for row in rows:
                if row.key not in found and (read := self._read(_PAGES[kind] + row.key, row)) is not None:
                    found[row.key] = read
        return found

    def _arxiv(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        ids: dict[str, str] = {}
        for row in rows:
            try:
                ids[row.key] = checked(row.key)
            except KBError:
                continue  # one malformed id would spoil the whole list; it is unknown
        # A folder holds answers to single ids, if any: which hundred were asked for together nobody remembers
        lists = [[one] for one in ids.values()] if self.replayed else [list(ids.values())] if ids else []
        found: dict[str, PaperFact] = {}
        for some in lists:
            try:
                found |= self.arxiv.papers(some)
            except ArxivError as why:
                if not self.replayed:
                    raise RefusedError(why.line()) from why
        return {key: extraction_of(found[one]) for key, one in ids.items() if one in found}

    def _openreview(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        in_full = self.replayed or self.openreview.token() is not None
        try:
            if self.replayed:
                notes = {k: note for row in rows for k, note in self.openreview.notes_by_id([row.key]).items()}
            else:
                notes = self.openreview.notes_by_id([row.key for row in rows]) if in_full else self._searched(rows)
        except (errors.ChallengeRequired, errors.TokenExpired, errors.Forbidden) as why:
            raise RefusedError(why.line(), login=True) from why
        except errors.RateLimited as why:
            until = datetime.fromtimestamp(why.reset_at, UTC) if why.reset_at else None
            raise RefusedError(why.line(), until=until) from why
        except errors.OpenReviewError as why:
            raise RefusedError(why.line()) from why
        read = {key: note_extraction(note) for key, note in notes.items()}
        found: dict[str, Extraction | str] = {key: one for key, one in read.items() if one is not None}
        if not in_full:
            found |= {row.key: NEEDS_LOGIN for row in rows if row.key not in found}
        return found

    def _searched(self, rows: Sequence[Wanted]) -> dict[str, dict[str, Any]]:
        """Notes found by their papers' titles: the one look-up OpenReview leaves open to everybody."""
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            title = self._title(row)
            if len(title.split()) < 2 or self._fetcher.left <= 0:
                continue
            for note in self.openreview.search(title):
                if row.key in (note.get("id"), note.get("forum")):
                    found[row.key] = note
        return found

    def _title(self, row: Wanted) -> str:
        """The title the record has so far; "" where its address stands in for it."""
        known = self._store.get(row.paper_id)
        title = (known.title if known else None) or ""
        return "" if "://" in title else title

    def _doi(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        out = self._semantic_scholar(rows)
        contact = load_settings(self._store.home).contact
        for row in rows:
            if row.key in out:
                continue
            paper = None
            if "@" in contact:  # Crossref's polite pool wants an address
                try:
                    paper = crossref(self._fetcher, row.key, contact=contact)
                except ScholarlyError as why:
                    raise RefusedError(why.line()) from why
            if paper is not None and paper.abstract:
                out[row.key] = Extraction(url=paper.url or "", papers=(paper,), title=paper.title)
            elif (read := self._read(f"https://doi.org/{row.key}", row)) is not None:
                out[row.key] = read
        return out

    def _semantic_scholar(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        """Papers by DOI where the user has a key; its answers have TL;DRs. Nothing without a key."""
        key = os.environ.get(S2_KEY)
        if not key or self.replayed:
            return {}
        try:
            papers = semantic_scholar(self._fetcher, [f"DOI:{row.key}" for row in rows], key=key)
        except ScholarlyError:
            return {}  # Crossref and the publisher's page say as much
        return {
            row.key: Extraction(url=f"https://doi.org/{row.key}", papers=(replace(paper, doi=row.key),))
            for row, paper in zip(rows, papers, strict=False)
            if paper is not None and paper.abstract
        }

    def _page(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        return {row.key: read for row in rows if (read := self._read(row.key, row)) is not None}

    def _read(self, url: str, row: Wanted) -> Extraction | str | None:
        """The one paper a publisher's page is about, by its `citation_*` tags; None where the page is not there."""
        from scrapers.extract import extract

        try:
            page = self._fetcher.get(url)
        except HttpStatus as why:
            return None if why.status in (401, 403, 404, 410) else why.line()
        except KBError as why:
            return why.line()
        try:
            papers = extract(page.body, url=page.final_url, content_type=page.content_type).papers
        except KBError as why:
            return why.line()
        paper = _the_paper(papers, fold(self._title(row)), row)
        if paper is None:
            return "the page names no paper in its citation tags"
        # What the row was queued under stays an id of the paper, whatever the page calls itself
        column = {"doi": "doi", "arxiv": "arxiv_id", "openreview": "openreview_id", "page": "url"}[row.kind]
        paper = replace(paper, **{column: row.key})  # type: ignore[arg-type]  # four text fields
        return Extraction(url=page.final_url, papers=(paper,), title=paper.title)


def _the_paper(papers: Sequence[PaperFact], title: str, row: Wanted) -> PaperFact | None:
    """The paper with an abstract that has this DOI or title, or that the page's own tags describe."""
    full = [paper for paper in papers if paper.title and paper.abstract]
    for paper in full:
        if (row.kind == "doi" and paper.doi == as_doi(row.key)) or (title and fold(paper.title or "") == title):
            return paper
    return next((paper for paper in full if "citation_" in paper.evidence.place), None)
