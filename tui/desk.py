"""The one thread that talks to the knowledge base.

The screen never waits for SQLite or the index: questions are handed to this thread and awaited. One thread, because
an SQLite connection belongs to the thread that opened it, and because a question that is still waiting can then be
withdrawn (cancelling the awaiting task takes it out of the queue), so fast typing never builds up a backlog.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

from tui.ports import Library

T = TypeVar("T")

_Job = tuple["Future[Any]", Callable[[Library], Any]]

CLOSE_WAIT_S = 2.0
"""How long quitting waits for a running question. The thread is a daemon: a longer one does not keep the program."""


class Desk:
    """Opens the knowledge base on first use, in its own thread, and answers questions there in order."""

    def __init__(self, open_library: Callable[[], Library]) -> None:
        self._open = open_library
        self._library: Library | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="kb-desk", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[Library], T]) -> T:
        """The answer of `question(library)`. Raises what it raises; cancelling withdraws a question not yet begun."""
        if self._closed:
            raise asyncio.CancelledError
        future: Future[T] = Future()
        self._jobs.put((future, question))
        return await asyncio.wrap_future(future)

    async def reopen(self) -> None:
        """Close the knowledge base; the next question opens it anew and so sees what another process did."""
        await self.ask(lambda library: self._shut())

    def close(self) -> None:
        """Close the knowledge base after the running question; questions still waiting are withdrawn."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join(CLOSE_WAIT_S)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, question = job
            if self._closed:
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if self._library is None:
                    self._library = self._open()
                answer = question(self._library)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(answer)
        self._shut()

    def _shut(self) -> None:
        library, self._library = self._library, None
        if library is not None:
            library.close()
