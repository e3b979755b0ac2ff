"""`kb backup` and `kb restore`."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.common import say
from kb.cli.main import Context
from kb.home import Home, default_home


def _home(ctx: click.Context) -> Home:
    context: Context = ctx.find_object(Context) or Context()
    return Home(context.home or default_home())


@click.command(epilog="\b\nExample:\n  kb backup ~/kb-2026-11-20.tar.gz")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Write everything but the search index to one file, consistent even while a refresh runs."""
    from kb.backup import backup as write

    size = write(_home(ctx), file)
    say(f"Wrote {file} ({size / 1e6:.1f} MB)")


@click.command(epilog="\b\nExamples:\n  kb restore ~/kb-2026-11-20.tar.gz\n  kb --home ./copy restore backup.tar.gz")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Overwrite the knowledge base that is there.")
@click.pass_context
def restore(ctx: click.Context, file: Path, replace: bool) -> None:
    """Put a backup into the home folder; the search index is built again at the next search."""
    from kb.backup import restore as put

    home = _home(ctx)
    put(home, file, replace=replace)
    say(f"Restored into {home.path}")
