"""`kb sources`: the catalogue."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from kb.cli.common import echo, echo_json, json_option, open_for, rows_as_text, say
from kb.errors import UsageError
from kb.text import clean


@click.group(
    epilog="\b\nExamples:\n  kb sources list\n  kb sources add https://example.org/workshop/ --every 1d --tag biology"
)
def sources() -> None:
    """List, add and switch the sources that `kb refresh` reads."""


@sources.command(name="list", epilog="\b\nExamples:\n  kb sources list --tag biology\n  kb sources list --json")
@click.option("--tag", help="Only sources with this tag.")
@json_option
@click.pass_context
def list_(ctx: click.Context, tag: str | None, as_json: bool) -> None:
    """List every source: built-in ones and your own."""
    from kb.store.progress import source_states
    from scrapers.catalogue import load_catalogue

    store = open_for(ctx).store
    catalogue, states = load_catalogue(store.home), source_states(store)
    shown = [source for source in catalogue if tag is None or tag in source.tags]
    if as_json:
        echo_json(
            [
                asdict(source)
                | {
                    "kind": source.kind,
                    "last_run_at": state.last_run_at if (state := states.get(source.name)) else None,
                    "last_status": state.last_status if state else None,
                }
                for source in shown
            ]
        )
    else:
        rows = [["name", "every", "last read", "status", "tags", "where"]]
        for source in shown:
            state = states.get(source.name)
            status = (state.last_status if state else None) or "-"
            rows.append(
                [
                    source.name, source.every, ((state.last_run_at if state else None) or "never")[:10],
                    status if source.enabled else "off", clean(", ".join(source.tags)) or "-", clean(source.url),
                ]
            )  # fmt: skip
        echo(rows_as_text(rows))
    for problem in catalogue.problems:
        say(clean(problem.error))


@sources.command(epilog="\b\nExample:\n  kb sources show ai4science")
@click.argument("name")
@json_option
@click.pass_context
def show(ctx: click.Context, name: str, as_json: bool) -> None:
    """Print one source with its rules and its last run."""
    from kb.store.progress import pages_of, source_states
    from scrapers.catalogue import load_catalogue

    store = open_for(ctx).store
    source = load_catalogue(store.home).get(name)
    state, pages = source_states(store).get(name), len(pages_of(store, name))
    about: dict[str, Any] = asdict(source) | {
        "kind": source.kind,
        "last_run_at": state.last_run_at if state else None,
        "last_status": state.last_status if state else None,
        "pages": pages,
    }
    if as_json:
        echo_json(about)
        return
    rows = []
    for key, value in about.items():
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        rows.append([key, clean(text) or "-"])
    echo(rows_as_text(rows))


@sources.command(
    epilog="\b\nExamples:\n  kb sources add https://example.org/workshop/ --depth 1\n"
    "  kb sources add openreview:ICML.cc/2024/Workshop/AI4Science\n  kb sources add 'file:~/slides/**/*.pdf'"
)
@click.argument("url")
@click.option("--name", help="A name of its own (default: made from the URL).")
@click.option("--also", "urls", multiple=True, metavar="URL", help="A further start URL; may be repeated.")
@click.option("--depth", type=int, help="How many links away from the start to read (default 2).")
@click.option("--limit", type=int, help="Most pages in one run (default 200).")
@click.option("--every", help="How often `kb refresh --due` reads it, such as 12h, 1d, 2w (default 7d).")
@click.option("--follow", multiple=True, metavar="PATTERN", help="Follow only these paths, such as '/2024/*'.")
@click.option("--skip", multiple=True, metavar="PATTERN", help="Leave these paths out.")
@click.option("--tag", "tags", multiple=True, help="A tag; may be repeated.")
@click.pass_context
def add(ctx: click.Context, /, url: str, name: str | None, **options: Any) -> None:
    """Add a source of your own: a site, an OpenReview venue, or files.

    It is kept in settings.toml, where every key can be edited.
    """
    from scrapers.catalogue import Source, load_catalogue, name_for, parse_source, save_source

    home = open_for(ctx).store.home
    known = {source.name: source for source in load_catalogue(home)}
    entry: dict[str, Any] = {"name": name or "new", "url": url}
    entry |= {key: list(value) if isinstance(value, tuple) else value for key, value in options.items() if value}
    if options["depth"] == 0:
        entry["depth"] = 0
    parse_source(entry)
    same = next((source for source in known.values() if source.url == Source("x", url).url), None)
    if same is not None and name in (None, same.name):
        raise UsageError(f"{url} is a source already: '{same.name}'", hint=f"See `kb sources show {same.name}`")
    if name in known:
        raise UsageError(f"A source is named '{name}' already", hint="Choose another --name, or remove it first")
    entry["name"] = name or name_for(url, known)
    source = save_source(home, entry)
    say(f"Added the source '{source.name}'. `kb refresh --source {source.name}` reads it now.")


@sources.command(epilog="\b\nExamples:\n  kb sources remove mine\n  kb sources remove mine --forget")
@click.argument("name")
@click.option("--forget", is_flag=True, help="Also delete the records that only its pages gave, and the pages.")
@click.pass_context
def remove(ctx: click.Context, name: str, forget: bool) -> None:
    """Remove a source; its records stay unless you say --forget. A built-in source is switched off."""
    from scrapers.catalogue import builtin_sources, drop_source, load_catalogue, save_source

    kb = open_for(ctx)
    store, home = kb.store, kb.store.home
    catalogue = load_catalogue(home)
    builtin = any(source.name == name for source in builtin_sources())
    if not any(problem.name == name for problem in catalogue.problems):
        catalogue.get(name)  # an unknown name is answered with near ones
    dropped = drop_source(home, name)
    if builtin:
        save_source(home, {"name": name, "enabled": False})
        say(f"Switched off the built-in source '{name}'; `kb sources enable {name}` brings it back.")
    elif dropped:
        say(f"Removed the source '{name}'.")
    if forget:
        from kb.store.archive import Archive
        from kb.store.progress import forget_source

        with store.job(f"kb sources remove {name}"), Archive(home.pages) as archive:
            gone = forget_source(store, name)
            pages = [page.url for page in archive.pages(source=name)]
            for url in pages:
                archive.forget(url)
        kb.sync()
        say(f"Deleted {gone} records and {len(pages)} pages that only it had given.")
    else:
        say("Its records stay; --forget deletes them.")


@sources.command(epilog="\b\nExample:\n  kb sources enable ruder")
@click.argument("name")
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Let `kb refresh` read a source again."""
    _switch(ctx, name, on=True)


@sources.command(epilog="\b\nExample:\n  kb sources disable ruder")
@click.argument("name")
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Leave a source out of `kb refresh`; its records stay."""
    _switch(ctx, name, on=False)


def _switch(ctx: click.Context, name: str, *, on: bool) -> None:
    from scrapers.catalogue import load_catalogue, save_source

    home = open_for(ctx).store.home
    if load_catalogue(home).get(name).enabled != on:
        save_source(home, {"name": name, "enabled": on})
    say(f"The source '{name}' is {'on' if on else 'off'}.")
