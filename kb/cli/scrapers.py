"""`kb scrapers`: what reads which pages."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli.common import echo, echo_json, json_option, rows_as_text


@click.group(epilog="\b\nExamples:\n  kb scrapers list\n  kb scrapers show html")
def scrapers() -> None:
    """The readers that are installed, ours and those of other distributions."""


@scrapers.command("list", epilog="\b\nExample:\n  kb scrapers list --json")
@json_option
def list_(as_json: bool) -> None:
    """List readers: kind, name, distribution and where they are declared to be. Nothing is imported."""
    from scrapers.plugins import installed

    plugins = installed()
    if as_json:
        echo_json([asdict(plugin) for plugin in plugins])
    elif plugins:
        echo(rows_as_text([(p.kind, p.name, f"{p.distribution} {p.version}".strip(), p.target) for p in plugins]))


@scrapers.command("show", epilog="\b\nExample:\n  kb scrapers show html")
@click.argument("name")
def show(name: str) -> None:
    """Load one reader and say what it is."""
    from scrapers.plugins import find, load_scraper

    plugin = find(name)
    reader = load_scraper(name)
    about = (type(reader).__doc__ or "").strip().splitlines()
    echo(f"{plugin.kind}.{plugin.name} {getattr(reader, 'version', '')}: {about[0] if about else plugin.target}")
