"""`kb export`."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import open_for, say
from kb.errors import UsageError

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from kb.models import Record


@click.command(
    epilog="""\b
Examples:
  kb export "protein design kind:paper year:2024" --format bibtex -o design.bib
  kb export --tag to-read --format csl
  kb export --reading to-read --format ris -o reading.ris
  kb export --all --format jsonl | gzip > all.jsonl.gz"""
)
@click.argument("query", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything, in order of id.")
@click.option("--tag", help="Records with this tag.")
@click.option("--starred", is_flag=True, help="Starred records.")
@click.option("--reading", type=click.Choice(["all", "to-read", "reading", "read"]), help="The reading list.")
@click.option(
    "--limit", type=click.IntRange(1), default=1000, show_default=True, help="At most this many of a query's hits."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["bibtex", "csl", "ris", "csv", "jsonl", "markdown"]),
    default="bibtex",
    show_default=True,
    help="Format.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
@click.pass_context
def export(
    ctx: click.Context,
    query: tuple[str, ...],
    everything: bool,
    tag: str | None,
    starred: bool,
    reading: str | None,
    limit: int,
    form: str,
    output: Path | None,
) -> None:
    """Write records as BibTeX, CSL-JSON, RIS, CSV, JSON lines or Markdown: a query's hits, a tag, or everything."""
    from kb.export import write
    from kb.home import write_atomically

    kb = open_for(ctx)
    if not (query or everything or tag or starred or reading):
        raise UsageError("Nothing to export", hint="Give a query, --tag, --starred, --reading or --all")
    if tag or starred or reading:
        records: Iterable[Record] = kb.listed(tag=tag, starred=starred, reading=None if reading == "all" else reading)
    elif everything:
        records = _everything(kb)
    else:
        result = kb.search(" ".join(query), limit=limit)
        if result.total > len(result.hits):
            say(f"Exporting the first {len(result.hits)} of {result.total} hits; --limit takes more.")
        records = [hit.record for hit in result.hits]
    if output is None:
        write(records, form, sys.stdout)
        return
    buffer = io.StringIO(newline="")
    write(records, form, buffer)
    write_atomically(output, buffer.getvalue())
    say(f"Wrote {output}")


def _everything(kb: KnowledgeBase) -> Iterable[Record]:
    yield from kb.events()
    yield from kb.talks()
    yield from kb.people()
    yield from kb.papers()
