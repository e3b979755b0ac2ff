"""A source that is no site, in a run: its kind reads it on a thread, the run stores what comes."""

from __future__ import annotations

import hashlib
import queue
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace

from kb.errors import KBError
from kb.home import Home
from kb.models import Extraction
from kb.refresh.keep import KindFetcher
from kb.refresh.report import Tally
from kb.store import progress
from kb.store.progress import ReadPage
from kb.store.store import Store, utc_now
from scrapers.catalogue import Source, SourceSkipped
from scrapers.extract import to_json

_AHEAD = 16  # things read ahead of the store: a venue's papers are one thing of up to 10 MB


class _Stop(Exception):
    """Ends a kind's thread."""


class KindRun:
    """The state of one such source; the same three verbs as a `SiteRun`."""

    def __init__(
        self, source: Source, store: Store, home: Home, fetcher: KindFetcher, threads: Executor, *, run_id: int,
        replayed: bool,
    ) -> None:  # fmt: skip
        self.source = source
        self.tally = Tally(source.name)
        self.finished = False
        self._store, self._home, self._fetcher, self._run_id, self._replayed = store, home, fetcher, run_id, replayed
        self._things: queue.Queue[Extraction | KBError] = queue.Queue(_AHEAD)
        self._stopped = False
        self._seen: set[str] = set()
        self._threads = threads
        self._reading: Future[None] | None = None

    def step(self) -> bool:
        """Start reading; True when anything moved."""
        if self._reading is None:
            self._reading = self._threads.submit(self._read)
            return True
        if self._reading.done() and self._things.empty() and not self.finished:
            self.finished = True
            return True
        return False

    def waiting(self) -> Iterator[Future[None]]:
        """The future that would move this source on."""
        if self._reading is not None and not self._reading.done():
            yield self._reading

    def _read(self) -> None:
        from scrapers.kinds import kind_of  # entry points are listed in 20 ms, and not for runs of sites alone

        for thing in kind_of(self.source).collect(self.source, fetcher=self._fetcher, home=self._home):
            while True:
                if self._stopped:
                    raise _Stop
                try:
                    self._things.put(thing, timeout=0.2)
                    break
                except queue.Full:
                    continue

    def store_next(self) -> bool:
        """Store one thing that was read; False when none is waiting."""
        try:
            thing = self._things.get_nowait()
        except queue.Empty:
            return False
        if isinstance(thing, KBError):
            self._error(thing)
            return True
        self.tally.pages += 1
        self._seen.add(thing.url)
        read = ReadPage(thing.url, thing.url, self.source.name, fingerprint(thing))
        known = progress.read_page(self._store, thing.url)
        if known is not None and known.body_hash == read.body_hash:
            self.tally.unchanged += 1
        else:
            self.tally.note_changes(
                progress.store_page(self._store, read, thing, fetched_at=utc_now(), run_id=self._run_id)
            )
        return True

    def _error(self, error: KBError) -> None:
        self.tally.failed += 1
        self.tally.status = "partial"
        self.tally.errors.append(f"{self.source.name}: {error.line()}")

    def end(self) -> None:
        """Settle the status; what the source no longer has is no longer listed."""
        assert self._reading is not None
        why = self._reading.exception()
        if isinstance(why, SourceSkipped):
            self.tally.status = "skipped"
            self.tally.notes.append(f"{self.source.name}: {why.line()}")
        elif self._replayed and not self._fetcher.answers and not self.tally.pages:
            self.tally = Tally(self.source.name, status="skipped", notes=["none of its pages are in the folder"])
        elif isinstance(why, KBError):
            self._error(why)
            if not self.tally.pages:
                self.tally.status = "failed"
        elif isinstance(why, Exception):
            # A service that changed its answers, or a reader of another distribution with a bug: this source failed,
            # the others go on
            error = KBError(f"{type(why).__name__}: {why}", hint="`KB_DEBUG=1 kb add` of this source shows where")
            self._error(error)
            self.tally.status = "failed"
        elif why is not None:
            raise why
        elif not self.tally.failed:
            for url in sorted(progress.pages_of(self._store, self.source.name).keys() - self._seen):
                changes = progress.drop_page(self._store, url, fetched_at=utc_now(), run_id=self._run_id)
                self.tally.note_changes(changes)

    def give_up(self) -> None:
        """Forget what is under way: the run was asked to stop."""
        self._stopped = True
        self.finished = True

    @property
    def fetched_bytes(self) -> int:
        return self._fetcher.fetched_bytes


def fingerprint(extraction: Extraction) -> str:
    """Equal for extractions with the same facts."""
    return hashlib.sha256(to_json(replace(extraction, text="", pages=()), indent=None).encode()).hexdigest()
