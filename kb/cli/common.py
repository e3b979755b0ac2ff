"""What commands share: opening the knowledge base, printing records as inert text, saying things on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from kb.cli.main import Context, say
from kb.text import clean, inert

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.models import Record

__all__ = ["contract_hit", "echo", "echo_json", "first_steps", "open_for", "people_of", "progress", "say", "url_of"]

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def open_for(ctx: click.Context, *, model: str | None = None) -> KnowledgeBase:
    """The knowledge base of this invocation, closed when the command ends."""
    from kb.wiring import open_kb

    context: Context = ctx.find_object(Context) or Context()
    kb = open_kb(context.home, model=model)
    ctx.call_on_close(kb.close)
    return kb


def first_steps(kb: KnowledgeBase) -> bool:
    """True, after saying what to do next, when the knowledge base holds nothing yet."""
    if any(kb.store.counts().values()):
        return False
    say(f"The knowledge base in {kb.store.home.path} is empty. Try `kb demo`, `kb add URL`, or `kb refresh`.")
    return True


def echo(text: str) -> None:
    """A line of data on stdout, without anything that could steer a terminal."""
    click.echo(inert(text))


def echo_json(data: Any) -> None:
    """One JSON object on stdout. ASCII escapes when the terminal cannot print the text."""
    encoding = (sys.stdout.encoding or "utf-8").lower()
    click.echo(json.dumps(data, ensure_ascii=not encoding.startswith("utf"), indent=1 if sys.stdout.isatty() else None))


def people_of(record: Record) -> list[str]:
    """Display names of speakers or authors; of an event, nobody."""
    if record.kind in ("talk", "paper"):
        return [clean(p.name) for p in record.people]  # type: ignore[union-attr]  # the two kinds that have people
    return []


def url_of(record: Record) -> str | None:
    """The page to open for a record."""
    if record.kind == "paper":
        return record.url or record.pdf  # type: ignore[union-attr]  # only papers get here
    if record.kind == "talk":
        return next((link.url for link in record.links), None)  # type: ignore[union-attr]
    if record.kind == "person":
        return record.homepage  # type: ignore[union-attr]
    return record.url  # type: ignore[union-attr]


def contract_hit(hit: Any) -> dict[str, Any]:
    """A hit in the shape of `kb search --json`."""
    record = hit.record
    return {
        "id": hit.id, "kind": record.kind, "title": record.title, "score": round(hit.score, 4), "snippet": hit.snippet,
        "venue": getattr(record, "venue", None), "year": getattr(record, "year", None), "people": people_of(record),
        "url": url_of(record), "why": asdict(hit.why), **({"folded": list(hit.folded)} if hit.folded else {}),
        **({"source_id": record.source_id} if getattr(record, "source_id", None) else {}),
    }  # fmt: skip


def rows_as_text(rows: Sequence[Sequence[str]]) -> str:
    """Columns padded with spaces; the last one runs free."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)] if rows else []
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on stderr when it is a terminal, nothing otherwise; yields `advance(done, total)`."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    bar = Progress(
        TextColumn(label, markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
