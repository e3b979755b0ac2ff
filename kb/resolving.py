"""The queue of unresolved links, drained within a budget: by `kb resolve`, and at the end of `kb refresh`.

Each service is asked in batches as large as it allows. A refusal (a login is wanted, the hour's budget is spent, the
host is down) ends that service's part of the run with one line; the rows keep waiting and the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kb.errors import KBError
from kb.home import load_settings
from kb.knowledge_base import KnowledgeBase
from kb.models import Extraction, PaperFact
from kb.store import resolution
from kb.store.apply import PageInfo
from kb.store.resolution import Kind, Wanted
from kb.store.store import Store, utc_now
from kb.text import fold
from scrapers.arxiv import Arxiv, ArxivError, checked, extraction_of
from scrapers.fetch import Fetcher, HttpStatus, open_fetcher
from scrapers.openreview import errors
from scrapers.openreview.client import OpenReview
from scrapers.openreview.extraction import note_extraction
from scrapers.paper_links import as_doi
from scrapers.scholarly import ScholarlyError, crossref

DEFAULT_BUDGET = 200  # requests in one run: a fifth of what OpenReview and Crossref grant an hour, 10 minutes of arXiv
NEEDS_LOGIN = "OpenReview shows it to logged-in users only; `kb login openreview` uses your own account"
_PAGES: dict[Kind, str] = {"arxiv": "https://arxiv.org/abs/", "openreview": "https://openreview.net/forum?id="}
BATCH: dict[Kind, int] = {"arxiv": 100, "openreview": 100, "doi": 1, "page": 1}


@dataclass(slots=True)
class ResolveReport:
    """What a run did. `requests` were made; `resolved` rows got their paper, `unknown` ones are not known there,
    `refused` ones need a login, `waiting` ones are left for later. `errors` has one line for each service or page
    that failed, `notes` what the person can do; times are in seconds."""

    queued: int = 0
    requests: int = 0
    resolved: int = 0
    unknown: int = 0
    refused: int = 0
    waiting: int = 0
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    took_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The object of `kb resolve --json`."""
        return {
            "queued": self.queued, "requests": self.requests, "resolved": self.resolved, "unknown": self.unknown,
            "refused": self.refused, "waiting": self.waiting, "errors": list(self.errors),
            "notes": list(self.notes), "took_s": round(self.took_s, 3),
        }  # fmt: skip


class _RefusedError(Exception):
    """The service will not be asked again in this run."""

    def __init__(self, line: str, *, until: datetime | None = None, login: bool = False) -> None:
        super().__init__(line)
        self.until, self.login = until, login


def resolve(
    kb: KnowledgeBase,
    *,
    replay: Path | None = None,
    budget: int = DEFAULT_BUDGET,
    fetcher: Fetcher | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> ResolveReport:
    """Queue what is unresolved and look up as much of it as `budget` requests allow.

    The caller holds the writer lock (`kb.store.job`). Ctrl-C or a kill loses at most the batch that was being asked;
    `stopped` is looked at between two batches. What a replayed folder does not hold stays as it was.
    """
    began = time.perf_counter()
    now = datetime.now(UTC)
    report = ResolveReport(queued=resolution.enqueue(kb.store, now=now))
    resolution.settle(kb.store, now=now)
    if budget <= 0:
        report.waiting = _waiting(kb.store)
        return report
    opened = fetcher or open_fetcher(kb.store.home, replay=replay)
    try:
        counting = Counted(opened, budget)
        services = Services(counting, kb.store, replayed=replay is not None)
        drain(kb.store, services, report, counting, progress=progress, stopped=stopped)
    finally:
        if fetcher is None:
            opened.close()
    resolution.settle(kb.store, now=datetime.now(UTC))
    kb.store.link_changed()
    report.requests = counting.made
    report.waiting = _waiting(kb.store)
    report.took_s = time.perf_counter() - began
    return report


def _waiting(store: Store) -> int:
    return sum(states.get("waiting", 0) for states in resolution.counts(store).values())


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
        """By key: the extraction, or why there is none; keys left out are unknown. _RefusedError for the service."""
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
                    raise _RefusedError(why.line()) from why
        return {key: extraction_of(found[one]) for key, one in ids.items() if one in found}

    def _openreview(self, rows: Sequence[Wanted]) -> dict[str, Extraction | str]:
        in_full = self.replayed or self.openreview.token() is not None
        try:
            if self.replayed:
                notes = {k: note for row in rows for k, note in self.openreview.notes_by_id([row.key]).items()}
            else:
                notes = self.openreview.notes_by_id([row.key for row in rows]) if in_full else self._searched(rows)
        except (errors.ChallengeRequired, errors.TokenExpired, errors.Forbidden) as why:
            raise _RefusedError(why.line(), login=True) from why
        except errors.RateLimited as why:
            until = datetime.fromtimestamp(why.reset_at, UTC) if why.reset_at else None
            raise _RefusedError(why.line(), until=until) from why
        except errors.OpenReviewError as why:
            raise _RefusedError(why.line()) from why
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
        contact = load_settings(self._store.home).contact
        out: dict[str, Extraction | str] = {}
        for row in rows:
            paper = None
            if "@" in contact:  # Crossref's polite pool wants an address
                try:
                    paper = crossref(self._fetcher, row.key, contact=contact)
                except ScholarlyError as why:
                    raise _RefusedError(why.line()) from why
            if paper is not None and paper.abstract:
                out[row.key] = Extraction(url=paper.url or "", papers=(paper,), title=paper.title)
            elif (read := self._read(f"https://doi.org/{row.key}", row)) is not None:
                out[row.key] = read
        return out

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


def drain(
    store: Store,
    services: Services,
    report: ResolveReport,
    counting: Counted,
    *,
    progress: Callable[[int, int | None], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Look up what is due, service by service, until the budget is spent or the run is `stopped`."""
    if services.openreview.token() is not None:
        resolution.reopen(store, "openreview", now=datetime.now(UTC))
    asked = 0
    for kind in resolution.KINDS:
        for rows in _batches(store, kind, counting):
            if stopped():
                return
            try:
                _one(store, services, kind, rows, report)
            except _RefusedError as why:
                _refuse(store, kind, rows, why, report)
                break
            except KBError as why:  # the host cannot be reached, or is left alone for now
                now = datetime.now(UTC)
                resolution.finish(store, rows, "waiting", now=now, error=why.line())
                report.errors.append(f"{kind}: {why.line()}")
                break
            asked += len(rows)
            if progress:
                progress(asked, None)


def _batches(store: Store, kind: Kind, counting: Counted) -> Iterator[list[Wanted]]:
    seen: set[str] = set()
    while counting.left > 0:
        rows = [
            row
            for row in resolution.due(store, kind, now=datetime.now(UTC), limit=BATCH[kind] + len(seen))
            if row.key not in seen
        ][: BATCH[kind]]
        if not rows:
            return
        seen |= {row.key for row in rows}
        yield rows


def _one(store: Store, services: Services, kind: Kind, rows: Sequence[Wanted], report: ResolveReport) -> None:
    found = services.ask(kind, rows)
    now = datetime.now(UTC)
    refused = 0
    for row in rows:
        answer = found.get(row.key)
        if isinstance(answer, Extraction):
            store.apply(answer, PageInfo(answer.url, utc_now(), kind))
            if kind == "openreview":
                _join_reply(store, row, answer)
            resolution.finish(store, [row], "done", now=now)
            report.resolved += 1
        elif answer == NEEDS_LOGIN:
            resolution.finish(store, [row], "refused", now=now, error=answer)
            refused += 1
        elif answer is not None:
            resolution.finish(store, [row], "waiting", now=now, error=answer)
            report.errors.append(f"{row.key}: {answer}")
        elif not services.replayed:
            resolution.finish(store, [row], "unknown", now=now, error=f"{kind} does not know it, or it is not public")
            report.unknown += 1
    report.refused += refused
    if refused:
        report.notes.append(f"openreview: {refused} papers are waiting. {NEEDS_LOGIN}")


def _join_reply(store: Store, row: Wanted, answer: Extraction) -> None:
    """A page that linked to a reply meant its paper: the two records become one."""
    meant = answer.papers[0].openreview_id
    if meant is None or meant == row.key:
        return
    with store.transaction() as conn:
        found = conn.execute("SELECT id FROM papers WHERE openreview_id = ?", (meant,)).fetchone()
    if found and found[0] != row.paper_id and store.get(row.paper_id) is not None:
        store.edit(row.paper_id, {"openreview_id": meant})
        store.merge(found[0], row.paper_id)


def _refuse(store: Store, kind: Kind, rows: Sequence[Wanted], why: _RefusedError, report: ResolveReport) -> None:
    now = datetime.now(UTC)
    # What else is due of this kind meets the same refusal: it is not asked, and not due before the service is
    rows = [*rows, *(row for row in resolution.due(store, kind, now=now, limit=100_000) if row not in rows)]
    if why.login:
        resolution.finish(store, rows, "refused", now=now, error=str(why))
        report.refused += len(rows)
    else:
        resolution.postpone(store, rows, until=why.until or now + timedelta(hours=1), now=now, error=str(why))
    report.errors.append(f"{kind}: {why} ({len(rows)} waiting)")
