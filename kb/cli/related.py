"""`kb related`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli.common import contract_hit, echo, echo_json, json_option, open_for, people_of, progress, say
from kb.text import clean

if TYPE_CHECKING:
    from kb.models import RecordKind


@click.command(
    epilog="""\b
Examples:
  kb related paper/kzGuiRXZrQ
  kb related paper/kzGuiRXZrQ --kind talk      # talks about this paper
  kb related talk/iclr-2024-mldd/de-novo-protein-design --kind person --json"""
)
@click.argument("record_id", metavar="ID")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["talk", "person", "paper", "event"]),
    help="Only this kind; may be given again.",
)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(0, 1_000), help="How many records.")
@json_option
@click.pass_context
def related(ctx: click.Context, record_id: str, kinds: tuple[RecordKind, ...], limit: int, as_json: bool) -> None:
    """List records close to one in words and meaning: papers, talks, people and events."""
    kb = open_for(ctx)
    kb.get(record_id)
    with progress("indexing") as advance:
        kb.sync(progress=advance)
    hits = kb.related(record_id, kinds=kinds or None, limit=limit)
    if as_json:
        echo_json({"id": record_id, "hits": [contract_hit(hit) for hit in hits]})
        return
    for hit in hits:
        people = ", ".join(people_of(hit.record)[:3])
        echo(f"{hit.record.kind:7}{clean(hit.record.title or people)}{f'  ({people})' if people else ''}")
        echo(f"       {hit.id}")
    if not hits:
        say("Nothing is close to it.")
