"""`kb refresh` and `kb reparse`: the periodic job, and reading the archive again."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from kb.cli.common import echo, echo_json, json_option, open_for, rows_as_text, say
from kb.text import clean

if TYPE_CHECKING:
    from kb.refresh import RefreshReport, SourceReport, Watcher

_SHOWN_ERRORS = 5  # of one source; the whole list is in `kb runs` and in --json


@click.command(
    epilog="\b\nExamples:\n  kb refresh --due\n  kb refresh --source ai4science\n  kb refresh --replay saved/ --json"
)
@click.option("--due", is_flag=True, help="Only sources whose interval has passed.")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Read a folder as `wget -r` leaves it instead of the network.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be read, and read nothing.")
@json_option
@click.pass_context
def refresh(
    ctx: click.Context, due: bool, sources: tuple[str, ...], replay: Path | None, dry_run: bool, as_json: bool
) -> int:
    """Read the catalogue's sources once, and store and index what is new.

    Polite, resumable and safe to start twice: it obeys robots.txt, never downloads what it has, and takes up where a
    stopped or killed run was. Exit code 1 when some sources failed; the report names them.
    """
    from kb.refresh import refresh as run

    kb = open_for(ctx)
    with _watching() as watcher, _stopping() as stop:
        report = run(kb, sources=sources, due=due, replay=replay, dry_run=dry_run, watcher=watcher, stop=stop)
    return _tell(report, as_json)


@click.command(epilog="\b\nExamples:\n  kb reparse\n  kb reparse --source ruder --json")
@click.option("--source", "sources", multiple=True, metavar="NAME", help="Only this source; may be repeated.")
@json_option
@click.pass_context
def reparse(ctx: click.Context, sources: tuple[str, ...], as_json: bool) -> int:
    """Extract every archived page again, without the network, and report what is now read differently."""
    from kb.refresh import reparse as run

    kb = open_for(ctx)
    with _watching() as watcher, _stopping() as stop:
        report = run(kb, sources=sources, watcher=watcher, stop=stop)
    return _tell(report, as_json)


def _tell(report: RefreshReport, as_json: bool) -> int:
    if report.already_running:
        say(f"Another run is at work: {report.already_running}. Nothing was done.")
    if as_json:
        echo_json(report.to_dict())
        return report.exit_code
    if report.already_running:
        return 0
    shown = [source for source in report.sources if source.status != "skipped"]
    skipped = [source for source in report.sources if source.status == "skipped"]
    if report.dry_run:
        rows = [["source", "pages known"], *([clean(source.name), str(source.pages)] for source in shown)]
        echo(rows_as_text(rows) if shown else "Nothing to read.")
        return 0
    if shown:
        head = ["source", "status", "pages", "unchanged", "failed", "added", "changed", "vanished"]
        echo(rows_as_text([head, *(_row(source) for source in shown)]))
    _say_notes(shown)
    _say_links(report)
    if skipped:
        say(f"Skipped {len(skipped)} sources: {_reasons(skipped)}")
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report.timings)
    say(f"{report.total('pages')} pages, {report.fetched_bytes:,} bytes received, {report.took_s:.1f} s ({spent}).")
    if report.index_error:
        say(f"The index is behind: {clean(report.index_error)}")
    if report.interrupted:
        say("Stopped before its end; the next run goes on from there.")
    return report.exit_code


def _say_links(report: RefreshReport) -> None:
    """What became of papers that pages only link to; nothing when there was none to look up."""
    links = report.links
    if links.get("requests") and not report.dry_run:
        say(f"Links: {links['resolved']} resolved, {links['unknown']} unknown, {links['waiting']} waiting.")
    for line in (*links.get("errors", ())[:_SHOWN_ERRORS], *links.get("notes", ())):
        say(clean(line))


def _row(source: SourceReport) -> list[str]:
    counts = (source.pages, source.unchanged, source.failed, source.added, source.changed, source.vanished)
    return [clean(source.name), source.status, *map(str, counts)]


def _say_notes(sources: list[SourceReport]) -> None:
    for source in sources:
        for line in (*source.errors[:_SHOWN_ERRORS], *source.notes):
            say(clean(line))
        if (more := len(source.errors) - _SHOWN_ERRORS) > 0:
            say(f"{clean(source.name)}: {more} more errors; `kb runs --json` has them all")


def _reasons(skipped: list[SourceReport]) -> str:
    """Why sources were skipped, each reason once with its count."""
    counted: dict[str, int] = {}
    for source in skipped:
        for note in source.notes or ("no reason given",):
            told = clean(note).removeprefix(f"{source.name}: ")
            counted[told] = counted.get(told, 0) + 1
    return "; ".join(f"{told} ({number})" for told, number in counted.items())


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM end the run after the page it is at; a second one ends it at once."""
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("Stopping after this page...")

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _watching() -> Iterator[Watcher]:
    """Progress bars when stderr is a terminal, plain lines otherwise."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.completed:.0f} pages", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(bars)


class _Lines:
    """One line for each source that has ended."""

    def began(self, source: str) -> None:
        return

    def moved(self, source: str, *, pages: int) -> None:
        return

    def ended(self, report: SourceReport) -> None:
        if report.status != "skipped":
            say(
                f"{clean(report.name)}: {report.status}, {report.pages} pages ({report.unchanged} unchanged), "
                f"{report.added} added, {report.changed} changed, {report.vanished} vanished, {report.failed} failed"
            )

    def indexing(self, done: int, total: int | None) -> None:
        return


class _Bars:
    """One bar for each source under way."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def began(self, source: str) -> None:
        self._tasks[source] = self._bars.add_task(clean(source), total=None)

    def moved(self, source: str, *, pages: int) -> None:
        self._bars.update(self._tasks[source], completed=pages)

    def ended(self, report: SourceReport) -> None:
        if (task := self._tasks.pop(report.name, None)) is not None:
            self._bars.remove_task(task)

    def indexing(self, done: int, total: int | None) -> None:
        if "index" not in self._tasks:
            self.began("index")
        self._bars.update(self._tasks["index"], completed=done, total=total)
