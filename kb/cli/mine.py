"""The user's own layer: `kb star`, `kb tag`, `kb note`, `kb read`, `kb list`."""

from __future__ import annotations

import sys

import click

from kb.cli.common import echo, open_for, say
from kb.cli.search import FORMATS, show
from kb.models import Hit, SearchResult, Why
from kb.store.layer import READING_STATES


@click.command(epilog="\b\nExamples:\n  kb star paper/kzGuiRXZrQ\n  kb star --off paper/kzGuiRXZrQ")
@click.argument("record_id", metavar="ID")
@click.option("--off", is_flag=True, help="Take the star away.")
@click.pass_context
def star(ctx: click.Context, record_id: str, off: bool) -> None:
    """Star a record."""
    open_for(ctx).star(record_id, not off)


@click.command(epilog="\b\nExamples:\n  kb tag paper/kzGuiRXZrQ to-read\n  kb tag --off paper/kzGuiRXZrQ to-read")
@click.argument("record_id", metavar="ID")
@click.argument("name")
@click.option("--off", is_flag=True, help="Take the tag off.")
@click.pass_context
def tag(ctx: click.Context, record_id: str, name: str, off: bool) -> None:
    """Tag a record; `kb search tag:NAME` and `kb list --tag NAME` find it again."""
    open_for(ctx).tag(record_id, name, not off)


@click.command(
    epilog="""\b
Examples:
  kb note paper/kzGuiRXZrQ 'compare with SaProt'
  kb note paper/kzGuiRXZrQ -      (from standard input)"""
)
@click.argument("record_id", metavar="ID")
@click.argument("text", required=False)
@click.pass_context
def note(ctx: click.Context, record_id: str, text: str | None) -> None:
    """Keep a note on a record; without TEXT it opens in your editor, an empty text removes it."""
    kb = open_for(ctx)
    before = kb.user_state(kb.get(record_id).id).note or ""
    if text == "-":
        text = sys.stdin.read()
    elif text is None:
        text = click.edit(before, extension=".md")
        if text is None:
            say("Unchanged.")
            return
    kb.note(record_id, text)


@click.command(
    epilog="""\b
Examples:
  kb read paper/kzGuiRXZrQ
  kb read paper/kzGuiRXZrQ to-read
  kb read --off paper/kzGuiRXZrQ"""
)
@click.argument("record_id", metavar="ID")
@click.argument("state", type=click.Choice(READING_STATES), default="read")
@click.option("--off", is_flag=True, help="Take it off the reading list.")
@click.pass_context
def read(ctx: click.Context, record_id: str, state: str, off: bool) -> None:
    """Put a record on the reading list, or say that you read it."""
    open_for(ctx).set_reading(record_id, None if off else state)


@click.command(
    name="list",
    epilog="""\b
Examples:
  kb list talks --limit 10
  kb list --tag to-read
  kb list --reading to-read --format bibtex
  kb list papers --venue 'ICLR 2024' --format jsonl""",
)
@click.argument("kind", required=False, type=click.Choice(["talks", "people", "papers", "events"]))
@click.option("--tag", help="Records with this tag.")
@click.option("--starred", is_flag=True, help="Starred records.")
@click.option("--reading", type=click.Choice(["all", *READING_STATES]), help="The reading list.")
@click.option("--venue", help="Only this venue, such as 'ICML 2024'.")
@click.option("--year", type=int, help="Only this year.")
@click.option("--event", "event_id", help="Only this event (an id).")
@click.option("--limit", type=click.IntRange(0), help="How many.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Skip this many.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="How to print them.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
def list_(
    ctx: click.Context,
    kind: str | None,
    tag: str | None,
    starred: bool,
    reading: str | None,
    venue: str | None,
    year: int | None,
    event_id: str | None,
    limit: int | None,
    offset: int,
    form: str,
    as_json: bool,
) -> None:
    """List records of a kind, or your starred, tagged or reading-list records."""
    kb = open_for(ctx)
    if tag or starred or reading:
        records = list(kb.listed(tag=tag, starred=starred, reading=None if reading == "all" else reading))
        if kind:
            records = [r for r in records if r.kind == {"people": "person"}.get(kind, kind.rstrip("s"))]
        records = records[offset : offset + limit if limit is not None else None]
    else:
        chosen = kind or "events"
        records = list(getattr(kb, chosen)(event_id=event_id, venue=venue, year=year, limit=limit, offset=offset))
    if not records:
        say("Nothing to list.")
    if form == "table" and not as_json:
        for record in records:
            where = getattr(record, "venue", None) or getattr(record, "year", None) or ""
            echo(f"{record.id}\t{' '.join((record.title or 'Untitled').split())}\t{where}".rstrip())
        return
    hits = tuple(Hit(r.id, r, 0.0, "", Why()) for r in records)
    show(SearchResult("", hits, len(hits), 0.0), "json" if as_json else form)
