"""One site in a run: its pages are fetched and read ahead, and stored in the order the crawl found them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from kb.errors import ExtractionError, FetchError, KBError
from kb.models import Extraction
from kb.refresh.keep import Keeper, Kept, is_gone
from kb.refresh.readers import Readers
from kb.refresh.report import Tally
from kb.store import progress
from kb.store.progress import ReadPage
from kb.store.store import Store, utc_now
from scrapers.catalogue import Source
from scrapers.crawl import Crawl, Target
from scrapers.fetch.contract import Fetched
from scrapers.fetch.errors import CircuitOpen, PrivateAddress, RobotsDisallowed

MOST_ERRORS = 50  # lines kept of one source: the report is stored, and read by people
EMPTY = ""  # the body hash of a page without a body
# What a page's link may run into without the site having failed
_REFUSALS = (RobotsDisallowed, PrivateAddress)


@dataclass(slots=True)
class _Item:
    """A page on its way: asked for, arrived, being read, ready to be stored."""

    target: Target
    fetch: Future[Fetched]
    reading: Future[Extraction] | None = None
    kept: Kept | None = None
    known: ReadPage | None = None
    error: KBError | None = None
    unchanged: bool = False
    arrived: bool = False

    @property
    def waits_for(self) -> Future[Fetched] | Future[Extraction] | None:
        """What has to happen before this page can go on; None when it is ready."""
        if not self.arrived:
            return self.fetch
        return self.reading if self.reading is not None and not self.reading.done() else None


class SiteRun:
    """The state of one site. `step` moves pages on without waiting; `store_next` stores the one whose turn it is."""

    def __init__(
        self, source: Source, store: Store, keeper: Keeper, readers: Readers, *, ahead: int, run_id: int,
        start_may_miss: bool,
    ) -> None:  # fmt: skip
        self.source = source
        self.tally = Tally(source.name)
        self.finished = False
        self._store, self._keeper, self._readers = store, keeper, readers
        self._ahead, self._run_id, self._start_may_miss = ahead, run_id, start_may_miss
        self._crawl = Crawl(source)
        self._known = progress.pages_of(store, source.name)
        self._remembered = False
        self._items: deque[_Item] = deque()
        self._ready: deque[_Item] = deque()
        self._level = 0
        self._start_failed = False

    # --- moving on

    def step(self) -> bool:
        """Ask for pages, take in what arrived, follow links in order; True when anything moved."""
        moved = self._hand_out()
        for item in self._items:
            if not item.arrived and item.fetch.done():
                self._arrive(item)
                moved = True
        while self._items and self._items[0].waits_for is None:
            item = self._items.popleft()
            self._follow(item)
            self._ready.append(item)
            moved = True
        return moved

    def waiting(self) -> Iterator[Future[Fetched] | Future[Extraction]]:
        """The futures that would move this site on."""
        return (future for item in self._items if (future := item.waits_for) is not None)

    def _hand_out(self) -> bool:
        moved = False
        while len(self._items) < self._ahead:
            level = self._crawl.level
            if level is None and not self._items and not self._ready:
                if self._remembered or (self._start_failed and not self.tally.pages):
                    break
                self._remembered = True
                self._crawl.remember(sorted(self._known))
                continue
            # A level is read to its end first: the order of pages, and with it what a limit cuts off and which ids
            # records get, then does not depend on which answer came first
            if level is None or (level != self._level and self._items):
                break
            self._level = level
            target = self._crawl.next()
            if target is None:
                break
            self._items.append(_Item(target, self._keeper.submit(target.url, target.page)))
            moved = True
        if not self._items and not self._ready and self._crawl.level is None:
            self.finished = self._remembered or self._start_failed
        return moved

    def _arrive(self, item: _Item) -> None:
        item.arrived = True
        page = item.target.page
        item.known = self._known.get(page) or progress.read_page(self._store, page)
        try:
            answer = item.fetch.result()
            item.kept = kept = self._keeper.keep(page, answer, self.source.name)
        except KBError as why:
            item.error = why
            return
        known = item.known
        item.unchanged = (
            known is not None and known.body_hash == (kept.body_hash or EMPTY) and known.facts_url in (None, kept.final)
        )
        if not item.unchanged and kept.body_hash and self._ours(item):
            item.reading = self._readers.submit(self._keeper.body(kept), kept.final_url, kept.content_type)

    def _ours(self, item: _Item) -> bool:
        """False for a link that redirected out of the site."""
        assert item.kept is not None
        return item.target.depth == 0 or item.kept.final == item.target.page or self._crawl.inside(item.kept.final)

    def _follow(self, item: _Item) -> None:
        if isinstance(item.error, FetchError) and is_gone(item.error):
            self._crawl.missing(item.target)
        if item.unchanged and item.known is not None:
            self._crawl.found(item.known.links, depth=item.target.depth)
        elif item.reading is not None and item.reading.exception() is None:
            self._crawl.found(item.reading.result().links, depth=item.target.depth)

    # --- storing

    def store_next(self) -> bool:
        """Store one page that is ready; False when none is."""
        if not self._ready:
            return False
        item = self._ready.popleft()
        if item.error is not None:
            self._failed(item, item.error)
        else:
            self.tally.pages += 1
            if item.unchanged:
                self.tally.unchanged += 1
            else:
                self._store_page(item)
        return True

    def _store_page(self, item: _Item) -> None:
        assert item.kept is not None
        kept, page = item.kept, item.target.page
        extraction: Extraction | None = None
        links: tuple[str, ...] = ()
        facts_url: str | None = None
        if item.reading is not None:
            try:
                extraction = self._readers.result(item.reading, kept.final_url)
                links = extraction.links
            except ExtractionError as why:
                self._error(self._line(why, kept.final_url))
                extraction = Extraction(kept.final_url)  # what it said before no longer counts
            except KBError as why:  # a reader that is not installed properly says nothing about the page
                self._error(self._line(why, kept.final_url))
                return
            if not progress.twin_of(self._store, page, kept.body_hash or EMPTY):
                facts_url = kept.final
        read = ReadPage(page, facts_url, self.source.name, kept.body_hash or EMPTY, links)
        self._note(
            progress.store_page(
                self._store, read, extraction if facts_url else None, fetched_at=kept.fetched_at, run_id=self._run_id
            )
        )

    def _failed(self, item: _Item, error: KBError) -> None:
        start = item.target.depth == 0
        if isinstance(error, FetchError) and is_gone(error):
            answer = getattr(error, "answer", None)
            if isinstance(answer, Fetched) and item.known is not None:
                self._keeper.keep_gone(item.target.page, answer, self.source.name)
            at = utc_now()
            self._note(progress.drop_page(self._store, item.target.page, fetched_at=at, run_id=self._run_id))
            if not start or self._start_may_miss:
                self.tally.missing += 1
                return
        self._start_failed = self._start_failed or start
        self._error(self._line(error, item.target.url), refusal=isinstance(error, _REFUSALS) and not start,
                    quiet=isinstance(error, CircuitOpen) and bool(self.tally.errors))  # fmt: skip

    def _line(self, error: KBError, url: str) -> str:
        """The error with its source and page, each named once."""
        told = error.line() if url in str(error) else f"{url}: {error.line()}"
        return f"{self.source.name}: {told}"

    def _error(self, line: str, *, refusal: bool = False, quiet: bool = False) -> None:
        self.tally.failed += 1
        if not refusal:
            self.tally.status = "partial"
        if quiet:  # a host that is left alone fails each page in the same words
            return
        if len(self.tally.errors) < MOST_ERRORS:
            self.tally.errors.append(line)
        elif len(self.tally.errors) == MOST_ERRORS:
            self.tally.errors.append(f"{self.source.name}: more pages failed; only the first {MOST_ERRORS} are listed")

    def _note(self, changes: tuple[object, ...]) -> None:
        self.tally.note_changes(changes)  # type: ignore[arg-type]  # changes, as the store returned them

    # --- ending

    def end(self) -> None:
        """Settle the status, once nothing is left to do."""
        self.tally.left_out = self._crawl.left_out
        if self.tally.left_out:
            self.tally.notes.append(
                f"{self.tally.left_out} more pages were found than the limit of {self.source.limit} lets in"
            )
        if not self.tally.pages and self.tally.failed:
            self.tally.status = "failed"

    def give_up(self) -> None:
        """Forget what is under way: the run was asked to stop."""
        for item in self._items:
            item.fetch.cancel()
            if item.reading is not None:
                item.reading.cancel()
        self._items.clear()
        self._ready.clear()
        self.finished = True
