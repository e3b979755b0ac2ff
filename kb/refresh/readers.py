"""Extraction off the main thread: in place for a few pages, on two processes for many."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

from kb.errors import ExtractionError, KBError
from kb.models import Extraction

# Two worker processes take 0.5 s to start (lxml, the extractors); this many pages take as long in place
IN_PLACE = 12
WORKERS = 2


def extract_page(body: bytes, url: str, content_type: str | None, filename: str | None = None) -> Extraction:
    """One page's facts. Raises `ExtractionError`."""
    from scrapers.extract import extract  # 0.3 s (lxml, bs4), and not for a run in which nothing changed

    return extract(body, url=url, content_type=content_type, filename=filename)


class Readers:
    """Extracts pages. With `bulk` (a replay, `kb reparse`) many come at once and worker processes are worth it."""

    def __init__(self, *, bulk: bool) -> None:
        self._bulk = bulk and (os.cpu_count() or 1) > 1
        self._done = 0
        self._pool: ProcessPoolExecutor | None = None
        self.busy_s = 0.0  # seconds of this thread spent on extraction in place

    def submit(
        self, body: bytes, url: str, content_type: str | None, *, filename: str | None = None
    ) -> Future[Extraction]:
        """The page's facts, now or later; the future ends with an `ExtractionError` for a page that is none."""
        if not self._bulk or self._done < IN_PLACE:
            self._done += 1
            return self._in_place(body, url, content_type, filename)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(WORKERS, mp_context=_context(), initializer=_start_worker)
        try:
            return self._pool.submit(extract_page, body, url, content_type, filename)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = None
            return self.submit(body, url, content_type, filename=filename)

    def _in_place(self, body: bytes, url: str, content_type: str | None, filename: str | None) -> Future[Extraction]:
        future: Future[Extraction] = Future()
        began = time.perf_counter()
        try:
            future.set_result(extract_page(body, url, content_type, filename))
        except KBError as why:
            future.set_exception(why)
        self.busy_s += time.perf_counter() - began
        return future

    @staticmethod
    def result(future: Future[Extraction], url: str) -> Extraction:
        """The facts; a page that brought its worker down is an `ExtractionError` like any other."""
        try:
            return future.result()
        except BrokenProcessPool as why:
            raise ExtractionError(f"{url} brought its reader down", hint="Leave it out, or report it") from why

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


def _context() -> BaseContext:
    """How workers are made: never by forking this process, whose other threads could hold a lock.

    A fork server imports the extractors once for both workers (0.6 s of processor time saved) and ends with us.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from scrapers.extract.registry import entries

    context = multiprocessing.get_context("forkserver")
    modules = {entry.module for kind in ("document", "page") for entry in entries(kind).values()}
    context.set_forkserver_preload(["scrapers.extract", *sorted(modules)])
    return context


def _start_worker() -> None:
    """Ctrl-C is the parent's business; without a parent a worker has none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # this runs in a worker
    parent.join()  # also after SIGKILL, when the parent can tell nobody
    os._exit(1)
