"""`kb resolve`: look up the papers that pages link to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, echo_json, json_option, open_for, progress, rows_as_text, say

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase


@click.command(
    epilog="""\b
Examples:
  kb resolve
  kb resolve --budget 20
  kb resolve --status
  kb resolve --replay saved-answers/"""
)
@click.option("--budget", type=click.IntRange(min=0), default=200, show_default=True, help="Most requests to make.")
@click.option(
    "--replay",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve URLs from this `wget -r` tree instead of the network.",
)
@click.option("--status", is_flag=True, help="Only say how the queue stands.")
@json_option
@click.pass_context
def resolve(ctx: click.Context, budget: int, replay: Path | None, status: bool, as_json: bool) -> int:
    """Look up title, authors and abstract of papers that pages only link to: at arXiv, OpenReview, their publishers.

    What is not found, or not reached within the budget, stays in a queue for the next run.
    """
    kb = open_for(ctx)
    if status:
        return _status(kb, as_json)
    from kb.resolving import resolve as run  # the network's 0.4 s of imports are for those who use it

    with kb.store.job("kb resolve"), progress("resolving") as advance:
        report = run(kb, replay=replay, budget=budget, progress=advance)
    if report.resolved:
        with progress("indexing") as advance:
            kb.sync(progress=advance)
    if as_json:
        echo_json(report.to_dict())
    else:
        echo(
            f"{report.resolved} resolved, {report.unknown} unknown, {report.refused} refused, {report.waiting} waiting"
            f" ({report.requests} requests, {report.took_s:.1f} s)"
        )
    for note in report.notes:
        say(note)
    for error in report.errors:
        say(f"kb: {error}")
    return 1 if report.errors else 0


def _status(kb: KnowledgeBase, as_json: bool) -> int:
    from kb.store import resolution

    counted = resolution.counts(kb.store)
    if as_json:
        echo_json(counted)
    elif counted:
        states = ("waiting", "done", "unknown", "refused", "failed")
        rows = [(kind, *(str(by_state.get(state, 0)) for state in states)) for kind, by_state in counted.items()]
        echo(rows_as_text([("links", *states), *rows]))
    else:
        echo("The queue is empty.")
    return 0
