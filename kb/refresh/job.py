"""The periodic job: plan, fetch, extract, resolve, store, index, report."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from kb.errors import KBError, LockedError
from kb.home import Home
from kb.knowledge_base import KnowledgeBase
from kb.models import SyncReport
from kb.refresh.keep import Keeper
from kb.refresh.other import KindRun
from kb.refresh.readers import Readers
from kb.refresh.report import RefreshReport, SourceReport
from kb.refresh.site import SiteRun
from kb.store import progress
from kb.store.archive import Archive
from kb.store.lock import owner
from kb.store.progress import SourceState
from kb.store.store import utc_now
from scrapers.catalogue import Catalogue, Source, load_catalogue
from scrapers.fetch import Fetcher, open_fetcher
from scrapers.replay import ReplayFetcher

COMMAND = "kb refresh"
RESUMED_WITHIN = timedelta(hours=24)  # older unfinished work starts afresh: its pages may have changed since
# Pages of one site read ahead. From the network one waits while one is under way; a replay keeps two processes busy
_AHEAD_LIVE, _AHEAD_REPLAY = 2, 24
_SITES_AT_ONCE_REPLAY = 4
# Requests of one run for papers that pages link to; `kb resolve` makes more. OpenReview grants 500 an hour
LINK_BUDGET = 40
_PATIENCE_S = 0.2  # between two looks at whether the run shall stop


class Watcher(Protocol):
    """Who wants to know how a run goes. Called from the thread that runs it."""

    def began(self, source: str) -> None: ...
    def moved(self, source: str, *, pages: int) -> None: ...
    def ended(self, report: SourceReport) -> None: ...
    def indexing(self, done: int, total: int | None) -> None: ...


class Silent:
    """Nobody wants to know."""

    def began(self, source: str) -> None:
        return

    def moved(self, source: str, *, pages: int) -> None:
        return

    def ended(self, report: SourceReport) -> None:
        return

    def indexing(self, done: int, total: int | None) -> None:
        return


def refresh(
    kb: KnowledgeBase,
    *,
    sources: Sequence[str] = (),
    due: bool = False,
    replay: str | Path | None = None,
    dry_run: bool = False,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
    link_budget: int = LINK_BUDGET,
) -> RefreshReport:
    """Read the catalogue's sources once and bring records and index up to date.

    `sources` are names; without them all enabled ones. `due` leaves out those whose interval has not passed. `replay`
    serves every URL from a folder instead of the network. `dry_run` only says what would be read. `stop` ends the run
    after the page it is at; the next run takes up from there. At most `link_budget` requests go to arXiv, OpenReview
    and publishers for papers that pages only link to. While another refresh runs, nothing is done and the
    report says so; any other writer raises `LockedError`.
    """
    home, watching = kb.store.home, watcher or Silent()
    catalogue = load_catalogue(home)
    folder = Path(replay) if replay is not None else None
    planned = plan(catalogue, progress.source_states(kb.store), names=sources, due=due)
    problems = (
        [] if sources else [SourceReport(p.name, "failed", failed=1, errors=(p.error,)) for p in catalogue.problems]
    )
    if dry_run:
        rows = [SourceReport(s.name, "planned", pages=len(progress.pages_of(kb.store, s.name))) for s in planned]
        return RefreshReport((*problems, *rows), dry_run=True)
    began = time.perf_counter()
    with ExitStack() as held:
        try:
            held.enter_context(kb.store.job(COMMAND))
        except LockedError:
            holder = owner(home.lock)
            if holder is None or not holder[0].startswith(COMMAND):
                raise
            return RefreshReport(already_running=holder[0])
        run = _Run(kb, home, folder, watching, stop or threading.Event(), held)
        return run.go(planned, problems, began, link_budget)


def plan(
    catalogue: Catalogue, states: dict[str, SourceState], *, names: Sequence[str] = (), due: bool = False
) -> tuple[Source, ...]:
    """The sources a run reads, in the catalogue's order."""
    chosen = catalogue.select(names)
    return tuple(source for source in chosen if not due or is_due(source, states.get(source.name)))


def is_due(source: Source, state: SourceState | None, *, now: datetime | None = None) -> bool:
    """True when a source has never been read, or not within its interval. A failed read is due again at once."""
    if state is None or state.last_run_at is None or state.last_status in ("failed", "partial"):
        return True
    # A timer that fires daily must find a daily source due although the last run ended minutes after it had begun
    slack = min(source.interval / 10, timedelta(hours=1))
    return (now or datetime.now(UTC)) - parse_time(state.last_run_at) >= source.interval - slack


def parse_time(text: str) -> datetime:
    """An ISO 8601 time; UTC where it names no zone."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


class _Run:
    """One run, with everything it holds open."""

    def __init__(
        self, kb: KnowledgeBase, home: Home, folder: Path | None, watching: Watcher, stop: threading.Event,
        held: ExitStack,
    ) -> None:  # fmt: skip
        self._kb, self._store, self._home, self._folder = kb, kb.store, home, folder
        self._watching, self._stop, self._held = watching, stop, held
        self._command = f"{COMMAND} --replay {folder}" if folder else COMMAND
        self._waited = self._stored = 0.0

    def go(
        self, planned: Sequence[Source], problems: list[SourceReport], began: float, link_budget: int
    ) -> RefreshReport:
        """Read the planned sources, index, and keep the report."""
        since = progress.unfinished_since(self._store, self._command)
        if since is not None and datetime.now(UTC) - parse_time(since) > RESUMED_WITHIN:
            since = None
        archive = self._held.enter_context(Archive(self._home.pages))
        starts = [url for source in planned for url in source.starts]
        fetcher = self._held.enter_context(
            open_fetcher(self._home, replay=self._folder, start_urls=starts, robots=archive)
        )
        run_id = self._store.begin_run(self._command)
        keeper = Keeper(fetcher, archive, checked=archive.checked_since(since) if since else set())
        readers = Readers(bulk=self._folder is not None)
        self._held.callback(readers.close)
        threads = ThreadPoolExecutor(4, thread_name_prefix="kb-source")
        self._held.callback(threads.shutdown, wait=False, cancel_futures=True)

        reports: dict[str, SourceReport] = {}
        todo: list[SiteRun | KindRun] = []
        for source in planned:
            if source.kind != "site":
                todo.append(
                    KindRun(source, self._store, self._home, keeper.for_kind(source.name), threads, run_id=run_id,
                            replayed=self._folder is not None)
                )  # fmt: skip
            elif isinstance(fetcher, ReplayFetcher) and not self._replayable(source, fetcher):
                note = f"none of its pages are in {self._folder}"
                reports[source.name] = SourceReport(source.name, "skipped", notes=(note,))
                self._watching.ended(reports[source.name])
            else:
                todo.append(
                    SiteRun(source, self._store, keeper, readers, run_id=run_id,
                            ahead=_AHEAD_REPLAY if self._folder else _AHEAD_LIVE,
                            start_may_miss=self._folder is not None)
                )  # fmt: skip
        interrupted = self._read(todo, reports)
        resolving = time.perf_counter()
        links = {} if interrupted else self._links(keeper.for_kind("links"), link_budget)
        resolved = time.perf_counter() - resolving
        linking = time.perf_counter()
        self._store.link_changed()
        linked = time.perf_counter() - linking
        indexing = time.perf_counter()
        synced, index_error = SyncReport(), ""
        try:
            synced = self._kb.sync(progress=self._watching.indexing)
        except KBError as why:  # what was read is stored, and whoever searches next tries to index again
            index_error = why.line()
        indexed = time.perf_counter() - indexing
        kinds = sum(run.fetched_bytes for run in todo if isinstance(run, KindRun))
        report = RefreshReport(
            sources=(*problems, *(reports[source.name] for source in planned if source.name in reports)),
            fetched_bytes=keeper.fetched_bytes + kinds,
            took_s=time.perf_counter() - began,
            timings=(
                ("wait", self._waited), ("extract", readers.busy_s), ("store", self._stored), ("resolve", resolved),
                ("link", linked), ("index", indexed),
            ),
            embedded=synced.embedded,
            interrupted=interrupted,
            resumed=since is not None,
            links=links,
            index_error=index_error,
        )  # fmt: skip
        self._store.finish_run(run_id, report.to_dict())
        return report

    def _links(self, fetcher: Fetcher, budget: int) -> dict[str, Any]:
        """Look up papers that pages only link to, as far as the budget goes."""
        from kb.resolving import resolve  # arXiv, OpenReview and Crossref: 60 ms, and not for a dry run

        report = resolve(self._kb, replay=self._folder, fetcher=fetcher, budget=budget, stopped=self._stop.is_set)
        return report.to_dict()

    def _replayable(self, source: Source, fetcher: ReplayFetcher) -> bool:
        pages = progress.pages_of(self._store, source.name)
        return any(fetcher.has(url) for url in (*source.starts, *pages))

    def _read(self, todo: list[SiteRun | KindRun], reports: dict[str, SourceReport]) -> bool:
        """Read every source to its end, or until asked to stop; True in that case."""
        # In a replay sources are stored in the catalogue's order, so that two runs over one tree give the same ids
        at_once = _SITES_AT_ONCE_REPLAY if self._folder else len(todo)
        active: list[SiteRun | KindRun] = []
        left = iter(todo)
        while not self._stop.is_set():
            while len(active) < max(1, at_once) and (run := next(left, None)) is not None:
                active.append(run)
                self._watching.began(run.source.name)
            if not active:
                return False
            moved = False
            for run in active:
                moved = run.step() or moved
            for run in active[:1] if self._folder else active:
                moved = self._store_ready(run) or moved
            for run in [run for run in (active[:1] if self._folder else active) if run.finished]:
                active.remove(run)
                self._ended(run, reports, complete=True)
                moved = True
            if not moved:
                self._wait(active)
        for run in active:
            run.give_up()
            self._ended(run, reports, complete=False)
        return True

    def _store_ready(self, run: SiteRun | KindRun) -> bool:
        began, moved = time.perf_counter(), False
        while not self._stop.is_set() and run.store_next():
            moved = True
            self._watching.moved(run.source.name, pages=run.tally.pages)
        self._stored += time.perf_counter() - began
        return moved

    def _wait(self, active: Sequence[SiteRun | KindRun]) -> None:
        began = time.perf_counter()
        futures: list[Future[Any]] = [future for run in active for future in run.waiting()]
        if futures:
            # A kind's thread has no future for each thing it reads: look at its queue from time to time
            brief = any(isinstance(run, KindRun) for run in active)
            wait(futures, timeout=0.02 if brief else _PATIENCE_S, return_when=FIRST_COMPLETED)
        self._waited += time.perf_counter() - began

    def _ended(self, run: SiteRun | KindRun, reports: dict[str, SourceReport], *, complete: bool) -> None:
        if complete:
            run.end()
            progress.save_source_state(self._store, run.source.name, at=utc_now(), status=run.tally.status)
        else:
            run.tally.status = "partial"
            run.tally.notes.append("stopped before its end; the next run goes on from there")
        reports[run.source.name] = run.tally.frozen()
        self._watching.ended(reports[run.source.name])
