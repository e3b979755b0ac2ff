"""`kb config`: settings."""

from __future__ import annotations

from dataclasses import fields

import click

from kb.cli.common import echo, echo_json, rows_as_text, say
from kb.cli.main import Context
from kb.home import Home, Settings, default_home, load_settings, save_setting


def _home(ctx: click.Context) -> Home:
    context: Context = ctx.find_object(Context) or Context()
    return Home(context.home or default_home())


@click.group(
    epilog="\b\nExamples:\n  kb config show\n  kb config set contact you@example.org\n  kb config set min_interval 2"
)
def config() -> None:
    """Show or change settings (kept in settings.toml in the home folder)."""


@config.command(name="show", epilog="\b\nExample:\n  kb config show --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """Print every setting with its value and meaning."""
    home = _home(ctx)
    settings = load_settings(home)
    if as_json:
        echo_json({spec.name: getattr(settings, spec.name) for spec in fields(Settings)})
        return
    rows = [[spec.name, repr(getattr(settings, spec.name)), spec.metadata["help"]] for spec in fields(Settings)]
    echo(rows_as_text(rows))
    say(f"Settings file: {home.settings}")


@config.command(
    name="set",
    epilog="\b\nExample:\n  kb config set contact you@example.org",
    context_settings={"ignore_unknown_options": True},  # "-1" is a value here, to be refused by its name
)
@click.argument("name")
@click.argument("value")
@click.pass_context
def set_(ctx: click.Context, name: str, value: str) -> None:
    """Change one setting; everything else in the file, comments included, stays as it is."""
    say(f"{name} = {save_setting(_home(ctx), name, value)!r}")
