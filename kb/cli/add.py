"""`kb add`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from kb.cli.common import echo, echo_json, open_for, progress, say
from kb.errors import KBError


@click.command(
    epilog="""\b
Examples:
  kb add https://schwabpatrick.com/2024/05/11/iclr2024.html
  kb add slides.pdf notes/ 'saved/*.html'
  kb add --preview https://example.org/workshop/
  kb add page.html --url https://example.org/workshop/
  curl -s https://example.org/workshop/ | kb add - --url https://example.org/workshop/"""
)
@click.argument("sources", nargs=-1, required=True)
@click.option("--url", help="Where a file was published: its links are resolved against it.")
@click.option(
    "--replay",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve URLs from this `wget -r` tree instead of the network.",
)
@click.option("--preview", is_flag=True, help="Say what would be added and changed; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON report.")
@click.pass_context
def add(
    ctx: click.Context, sources: tuple[str, ...], url: str | None, replay: Path | None, preview: bool, as_json: bool
) -> int:
    """Add pages, posts, slide decks or data files: their talks, people, papers and events."""
    if url and len(sources) > 1:
        raise click.UsageError("--url names one page; give one source with it")
    kb = open_for(ctx)
    reports, failures = [], []
    for source in sources:
        try:
            reports.append(kb.add(source, url=url, replay=replay, preview=preview))
        except KBError as why:
            if len(sources) == 1 or why.exit_code == 3:
                raise
            failures.append(why.line())
    if reports and not preview:
        with progress("indexing") as advance:
            kb.sync(progress=advance)
    errors = [error for report in reports for error in report.errors] + failures
    changes = [change for report in reports for change in report.changes]
    if as_json:
        echo_json(
            {
                "pages": sum(report.pages for report in reports),
                "changes": [{"id": c.record_id, "what": c.what, "fields": list(c.fields)} for c in changes],
                "notes": [note for report in reports for note in report.notes],
                "errors": errors,
            }
        )
    elif changes or any(report.pages > len(report.empty) for report in reports):
        for line in told(changes):
            echo(line)
    for report in reports:
        for note in report.notes:
            say(note)
        for label in report.empty:
            say(f"{label}: read, but no talks, people or papers were found in it.")
    for error in errors:
        say(f"kb: {error}")
    read = sum(report.pages for report in reports)
    if errors:
        return 1 if read else 2
    return 0


def told(changes: list[Any]) -> list[str]:
    """Changes as a person reads them: counts, then up to twelve of them by name."""
    if not changes:
        return ["Nothing new: everything was already there."]
    counts = Counter((change.what, change.record_id.partition("/")[0]) for change in changes)
    plural = {"person": "people"}
    lines = [
        f"{what} {number} {kind if number == 1 else plural.get(kind, kind + 's')}"
        for (what, kind), number in sorted(counts.items())
    ]
    shown = [c for c in changes if c.record_id.startswith(("event/", "talk/"))] or changes
    for change in shown[:12]:
        fields = f" ({', '.join(change.fields)})" if change.fields else ""
        lines.append(f"  {change.what:8} {change.record_id}{fields}")
    if len(shown) > 12:
        lines.append(f"  and {len(shown) - 12} more; `kb changes` lists them")
    return lines
