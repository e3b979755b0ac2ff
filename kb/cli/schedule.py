"""`kb schedule`: the periodic job under systemd or cron."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, say
from kb.cli.main import Context
from kb.home import Home, default_home

if TYPE_CHECKING:
    from kb.schedule import Scheduled


def _home(ctx: click.Context) -> Home:
    context: Context = ctx.find_object(Context) or Context()
    return Home(context.home or default_home())


@click.group(epilog="\b\nExamples:\n  kb schedule install --every 1d\n  kb schedule show\n  kb schedule remove")
def schedule() -> None:
    """Run `kb refresh --due` from time to time, by systemd or cron."""


@schedule.command(epilog="\b\nExamples:\n  kb schedule install --every 1d\n  kb schedule install --every 6h --cron")
@click.option("--every", default="1d", show_default=True, help="How often: 30m, 6h, 1d, 7d.")
@click.option("--systemd", "way", flag_value="systemd", help="A systemd user timer.")
@click.option("--cron", "way", flag_value="cron", help="A line in your crontab.")
@click.pass_context
def install(ctx: click.Context, every: str, way: str | None) -> None:
    """Install the job; installing it again changes the interval. Prints what it wrote."""
    from kb.schedule import install as install_job
    from scrapers.catalogue import parse_every

    _print(install_job(_home(ctx), parse_every(every), way=way))  # type: ignore[arg-type]  # one of the two flags
    say("`kb schedule remove` takes it away again.")


@schedule.command(epilog="\b\nExample:\n  kb schedule show")
@click.pass_context
def show(ctx: click.Context) -> None:
    """Print what is installed for this home folder."""
    from kb.schedule import show as find

    found = find(_home(ctx))
    for one in found:
        _print(one)
    if not found:
        say("Nothing is scheduled. `kb schedule install --every 1d` does it.")


@schedule.command(epilog="\b\nExample:\n  kb schedule remove")
@click.pass_context
def remove(ctx: click.Context) -> None:
    """Take the job away; the knowledge base stays."""
    from kb.schedule import remove as take_away

    found = take_away(_home(ctx))
    for one in found:
        for where, _ in one.written:
            say(f"Removed from {where}")
    if not found:
        say("Nothing was scheduled.")


def _print(one: Scheduled) -> None:
    for where, text in one.written:
        echo(f"# {where}\n{text.rstrip()}")
    for note in one.notes:
        say(note)
