"""Reading the archive again with today's extractors: no network, and no change where nothing is read differently."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from itertools import islice
from urllib.parse import unquote, urlsplit

from kb.errors import DamagedError, ExtractionError, KBError
from kb.knowledge_base import KnowledgeBase
from kb.models import Extraction
from kb.refresh.job import Silent, Watcher
from kb.refresh.readers import Readers
from kb.refresh.report import RefreshReport, Tally
from kb.store import progress
from kb.store.archive import Archive, ArchivedPage
from kb.store.progress import ReadPage

COMMAND = "kb reparse"
_AHEAD = 32  # pages being read while the oldest of them is stored
BY_HAND = "added by hand"


def reparse(
    kb: KnowledgeBase,
    *,
    sources: Sequence[str] = (),
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> RefreshReport:
    """Extract every archived page again (of these sources) and store what is now read differently.

    A source that was removed from the catalogue but has pages counts as well. `stop` ends it after the page it is at.
    """
    began, stored = time.perf_counter(), 0.0
    watching, stopping = watcher or Silent(), stop or threading.Event()
    tallies: dict[str, Tally] = {}
    with kb.store.job(COMMAND), Archive(kb.store.home.pages) as archive:
        run_id = kb.store.begin_run(COMMAND)
        readers = Readers(bulk=True)
        try:
            pages = _pages(kb, archive, sources)
            ahead: deque[tuple[ArchivedPage, ReadPage, Future[Extraction] | KBError]] = deque()
            while not stopping.is_set():
                ahead.extend(_submitted(archive, readers, islice(pages, _AHEAD - len(ahead))))
                if not ahead:
                    break
                page, read, reading = ahead.popleft()
                name = page.source or BY_HAND
                if name not in tallies:
                    tallies[name] = Tally(name)
                    watching.began(name)
                outcome = _outcome(reading, page)  # waits
                storing = time.perf_counter()
                _store(kb, tallies[name], page, read, outcome, run_id)
                stored += time.perf_counter() - storing
                watching.moved(name, pages=tallies[name].pages)
        finally:
            readers.close()
        kb.store.link_changed()
        indexing = time.perf_counter()
        synced = kb.sync(progress=watching.indexing)
        indexed = time.perf_counter() - indexing
        reports = tuple(tallies[name].frozen() for name in sorted(tallies))
        for one in reports:
            watching.ended(one)
        took = time.perf_counter() - began
        timings = (("wait", took - stored - indexed), ("store", stored), ("index", indexed))
        report = RefreshReport(
            reports, took_s=took, timings=timings, embedded=synced.embedded, interrupted=stopping.is_set()
        )
        kb.store.finish_run(run_id, report.to_dict())
    return report


def _pages(kb: KnowledgeBase, archive: Archive, sources: Sequence[str]) -> Iterator[tuple[ArchivedPage, ReadPage]]:
    """The archived pages that facts are read from, each with what was made of it before."""
    for source in sources or (None,):
        for page in archive.pages(source=source):
            read = progress.read_page(kb.store, page.url)
            if read is None and page.source is None:
                read = ReadPage(page.url, page.url, None, page.body_hash)
            if page.body_hash is None or read is None or read.facts_url is None:
                continue  # gone; an answer of an API, which its own reader reads; or a repeat of another page
            yield page, read


def _submitted(
    archive: Archive, readers: Readers, pages: Iterator[tuple[ArchivedPage, ReadPage]]
) -> Iterator[tuple[ArchivedPage, ReadPage, Future[Extraction] | KBError]]:
    for page, read in pages:
        assert page.body_hash is not None  # `_pages` saw to it
        try:
            body = archive.body(page.body_hash)
        except DamagedError as why:
            yield page, read, why
        else:
            local = page.final_url.startswith("file:")  # a file of the user's: where it was published is not known
            name = "/".join(unquote(urlsplit(page.final_url).path).split("/")[-2:]) if local else None
            url = "" if local else page.final_url
            yield page, read, readers.submit(body, url, page.content_type, filename=name)


def _outcome(reading: Future[Extraction] | KBError, page: ArchivedPage) -> Extraction | KBError:
    if isinstance(reading, KBError):
        return reading
    try:
        return Readers.result(reading, page.final_url)
    except KBError as why:
        return why


def _store(
    kb: KnowledgeBase, tally: Tally, page: ArchivedPage, read: ReadPage, outcome: Extraction | KBError, run_id: int
) -> None:
    if isinstance(outcome, KBError):
        tally.failed += 1
        tally.status = "partial"
        tally.errors.append(f"{page.url}: {outcome.line()}")
        if not isinstance(outcome, ExtractionError):
            return  # the archive or an installed reader is broken: that says nothing about the page
        outcome = Extraction(page.final_url)
    else:
        tally.pages += 1
    again = ReadPage(read.url, read.facts_url, read.source, page.body_hash, outcome.links)
    changes = progress.store_page(kb.store, again, outcome, fetched_at=page.fetched_at, run_id=run_id)
    tally.unchanged += not changes
    tally.note_changes(changes)
