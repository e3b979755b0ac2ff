"""A refresh that runs beside the screen: in a thread and with a knowledge base of its own, told to stop at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.errors import KBError
from tui.ports import Library
from tui.text import clean


@dataclass(frozen=True, slots=True)
class RefreshState:
    """How far a refresh has come. `lines` is what to say of each source that was begun, `summary` of the whole."""

    lines: dict[str, str] = field(default_factory=dict)
    summary: str = "Refresh begins"
    ended: bool = False
    failed: bool = False


class Refresh:
    """One run over the named sources, or over all that are due.

    `tell` is called with each new state, on the refresh's own thread. It also is the watcher that
    `KnowledgeBase.refresh` reports to.
    """

    def __init__(
        self, open_library: Callable[[], Library], sources: Sequence[str], tell: Callable[[RefreshState], None]
    ) -> None:
        self._open, self._sources, self._tell = open_library, tuple(sources), tell
        self._lines: dict[str, str] = {}
        self._stop = threading.Event()
        # A daemon: every page is stored in one transaction, so a run that is cut off loses none of what it has done.
        self._thread = threading.Thread(target=self._run, name="kb-refresh", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the page under way; the next run takes up from there."""
        self._stop.set()

    def wait(self, timeout: float) -> bool:
        """Wait for the end at most `timeout` seconds; True when it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            library = self._open()
            try:
                # Without names only what is due: a key pressed by mistake must not read a hundred sites again.
                report = library.refresh(sources=self._sources, due=not self._sources, watcher=self, stop=self._stop)
            finally:
                library.close()
        except KBError as error:
            self._say(error.line(), ended=True, failed=True)
        except Exception as error:
            self._say(
                f"{type(error).__name__}: {error}. This is a bug; `kb refresh` says more", ended=True, failed=True
            )
        else:
            self._say(_summary(report), ended=True)

    def _say(self, summary: str, *, ended: bool = False, failed: bool = False) -> None:
        self._tell(RefreshState(dict(self._lines), clean(summary), ended, failed))

    # --- the watcher's part ---

    def began(self, source: str) -> None:
        """A source is about to be read."""
        self._lines[source] = "reading"
        self._say(f"Refresh: {source}")

    def moved(self, source: str, *, pages: int) -> None:
        """So many pages of a source have been read."""
        self._lines[source] = f"reading, {pages} pages"
        self._say(f"Refresh: {source}, {pages} pages")

    def ended(self, report: Any) -> None:
        """A source has been read."""
        self._lines[report.name] = f"{report.status}, {report.pages} pages, {report.added} new"
        self._say(f"Refresh: {report.name} {report.status}")

    def indexing(self, done: int, total: int | None) -> None:
        """The index is being brought in step."""
        self._say(f"Refresh: indexing {done:,}" + (f" of {total:,}" if total else ""))


def _summary(report: Any) -> str:
    if report.already_running:
        return f"Another refresh is running: {report.already_running}"
    failed = sum(source.status in ("failed", "partial") for source in report.sources)
    counts = f"{report.total('added')} added, {report.total('changed')} changed, {report.total('vanished')} vanished"
    count = f"{len(report.sources)} source{'' if len(report.sources) == 1 else 's'}"
    said = f"Refresh of {count} in {report.took_s:.0f} s: {counts}"
    if failed:
        said += f"; {failed} failed, see the Sources tab"
    return f"{said}; stopped before its end" if report.interrupted else said
