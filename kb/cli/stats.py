"""`kb stats`."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli.common import echo, echo_json, first_steps, open_for, rows_as_text
from kb.text import clean


@click.command(epilog="\b\nExamples:\n  kb stats\n  kb stats --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def stats(ctx: click.Context, as_json: bool) -> None:
    """Count what the knowledge base holds."""
    kb = open_for(ctx)
    counted = kb.stats()
    if as_json:
        echo_json(asdict(counted))
        return
    first_steps(kb)
    index = counted.index
    rows = [[name, f"{number:,}"] for name, number in counted.records.items()]
    rows += [["pages", f"{counted.pages:,}"], ["sources", f"{counted.sources:,}"]]
    rows += [["unresolved links", f"{counted.unresolved:,}"]]
    rows += [["index", f"{index.state}, {index.documents:,} documents, model {index.model or 'none yet'}"]]
    rows += [["size", f"{counted.bytes / 1e6:.1f} MB in {counted.home}"]]
    echo(rows_as_text(rows))
    if counted.years:
        echo(
            "\n"
            + rows_as_text(
                [
                    ["year", "papers and talks"],
                    *([y, f"{n:,}"] for y, n in sorted(counted.years.items(), reverse=True)[:12]),
                ]
            )
        )
    if counted.venues:
        echo(
            "\n"
            + rows_as_text(
                [["venue", "papers and talks"], *([clean(v), f"{n:,}"] for v, n in list(counted.venues.items())[:12])]
            )
        )
