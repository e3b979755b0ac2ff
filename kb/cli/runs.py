"""`kb runs` and `kb changes`: what the job did, and what that changed."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from kb.cli.common import echo, echo_json, json_option, open_for, rows_as_text, say
from kb.errors import UsageError
from kb.text import clean

_AGO = re.compile(r"(\d{1,5})\s*([mhdw])", re.I)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@click.command(epilog="\b\nExamples:\n  kb runs\n  kb runs --limit 1 --json")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="How many, newest first.")
@json_option
@click.pass_context
def runs(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List past runs and what each did."""
    from kb.store.progress import past_runs

    found = list(past_runs(open_for(ctx).store, limit=limit))
    if as_json:
        echo_json([asdict(run) for run in found])
        return
    if not found:
        say("Nothing has been run yet. Try `kb refresh`.")
        return
    rows = [["run", "started", "ended", "did", "command"]]
    for run in found:
        sources = run.report.get("sources")
        did = "-"
        if isinstance(sources, list):
            totals = {key: sum(int(s.get(key, 0)) for s in sources) for key in ("pages", "added", "changed", "failed")}
            did = ", ".join(f"{number} {key}" for key, number in totals.items())
        elif run.report:
            did = ", ".join(f"{value} {key}" for key, value in run.report.items() if isinstance(value, int))
        ended = run.finished_at or "never"
        rows.append([str(run.id), run.started_at, ended, did or "-", clean(run.command)])
    echo(rows_as_text(rows))


@click.command(epilog="\b\nExamples:\n  kb changes --since 7d\n  kb changes --since 2026-11-01 --what vanished --json")
@click.option("--since", default="7d", show_default=True, help="7d, 12h, 2w, or a date such as 2026-11-01.")
@click.option("--what", type=click.Choice(["added", "changed", "vanished", "returned", "merged"]), help="Only these.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1), help="How many, newest first.")
@json_option
@click.pass_context
def changes(ctx: click.Context, since: str, what: str | None, limit: int, as_json: bool) -> None:
    """List records that were added, changed, or are no longer listed."""
    kb = open_for(ctx)
    every = kb.changes(since=moment(since))
    found = [change for change in every if what is None or change.what == what]
    shown = found[:limit]
    if as_json:
        records = kb.store.get_many([change.record_id for change in shown])
        echo_json(
            [
                asdict(change) | {"title": record.title if (record := records.get(change.record_id)) else None}
                for change in shown
            ]
        )
    elif not shown:
        say(f"Nothing has changed since {since}.")
    else:
        echo(rows_as_text([[c.at, c.what, clean(", ".join(c.fields)) or "-", c.record_id] for c in shown]))
    if len(found) > len(shown):
        say(f"{len(found) - len(shown)} more; `--limit {len(found)}` shows them all.")


def moment(text: str) -> str:
    """A time ago ("7d") or a date as ISO 8601 UTC; `UsageError` for anything else."""
    if match := _AGO.fullmatch(text.strip()):
        when = datetime.now(UTC) - int(match.group(1)) * _UNITS[match.group(2).lower()]
    else:
        try:
            when = datetime.fromisoformat(text.strip())
        except ValueError as why:
            raise UsageError(f"'{text}' is no time", hint="Write 7d, 12h, or a date such as 2026-11-01") from why
        when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
