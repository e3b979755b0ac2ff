"""`kb tui`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from kb.cli.main import Context
from kb.errors import UsageError
from kb.home import Home, default_home, load_settings, read_toml

if TYPE_CHECKING:
    from kb.knowledge_base import KnowledgeBase
    from tui.ports import SourceLine


@click.command(
    epilog="""\b
Examples:
  kb tui                       browse the knowledge base
  kb tui --demo                the sample, made first if need be
  kb tui protein design        begin with a search
  kb tui --web                 the same in a browser on this machine
\b
Keys are listed by `?` in the program; Ctrl+Q leaves it. The settings `theme` and the table [keys] of
settings.toml change colours and keys."""
)
@click.argument("query", nargs=-1)
@click.option("--demo", is_flag=True, help="Open the sample that `kb demo` makes.")
@click.option("--web", is_flag=True, help="Serve it to a browser on this machine (extra `web`).")
@click.option("--theme", default="", help="dark, light, contrast, or the name of another theme.")
@click.pass_context
def tui(ctx: click.Context, query: tuple[str, ...], demo: bool, web: bool, theme: str) -> int:
    """Browse and search in the terminal: type, follow names, open papers, slides and videos.

    Exits with 0 after Ctrl+Q, and with 2 where there is no terminal.
    """
    context: Context = ctx.find_object(Context) or Context()
    home = Home(context.home.expanduser() if context.home is not None else default_home())
    if demo:
        from kb.demo import demo_home

        home = Home(context.home or demo_home())
    if web:
        try:
            from tui.web import serve
        except ModuleNotFoundError as error:
            raise UsageError("kb tui --web needs the extra `web`", hint="pip install 'conference-kb[web]'") from error
        options = [*(["--demo"] if demo else []), *(["--theme", theme] if theme else [])]
        serve(["--home", str(home.path), "tui", *options, "--", *query])
        return 0
    if not os.environ.get("NO_COLOR", "x"):
        del os.environ["NO_COLOR"]  # set but empty means colour (no-color.org); Textual asks only whether it is set
    # A browser's program has no terminal of its own: textual-serve draws for it.
    if "TEXTUAL_DRIVER" not in os.environ and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("kb tui needs a terminal to draw on", hint="`kb search QUERY` prints results anywhere")

    def open_library() -> KnowledgeBase:
        from kb.wiring import open_kb  # with what it imports 0.2 s: after the first frame is on the screen

        opened = open_kb(home.path)
        if demo and not any(opened.counts().values()):
            from kb.cli.demo import fill

            fill(opened)
        return opened

    from tui.app import KBApp
    from tui.themes import theme_name

    settings = load_settings(home)
    keys = read_toml(home.settings).get("keys", {})
    app = KBApp(
        open_library,
        memory_file=home.path / "tui.json",
        theme=theme or settings.theme,
        keys={name: str(key) for name, key in keys.items()} if isinstance(keys, dict) else {},
        query=" ".join(query),
        list_sources=_catalogue,
    )
    if theme and app.theme != theme_name(theme):
        raise UsageError(f"No theme is named '{theme}'", hint=f"Themes: {', '.join(sorted(app.available_themes))}")
    app.run()
    return app.return_code or 0


def _catalogue(kb: KnowledgeBase) -> tuple[SourceLine, ...]:
    """The sources of this knowledge base's catalogue, with what the store knows of their last runs."""
    from kb.refresh.job import COMMAND, is_due
    from kb.store.progress import past_runs, source_states
    from scrapers.catalogue import load_catalogue
    from tui.ports import SourceLine

    states = source_states(kb.store)
    errors: dict[str, tuple[str, ...]] = {}
    for run in past_runs(kb.store, command=COMMAND):
        for source in run.report.get("sources", ()):
            errors.setdefault(source["name"], tuple(source.get("errors", ())))
    lines = []
    for source in load_catalogue(kb.store.home):
        state = states.get(source.name)
        lines.append(
            SourceLine(
                source.name, source.title, source.url, source.every, source.enabled, is_due(source, state),
                state.last_run_at if state else None, state.last_status if state else None,
                errors.get(source.name, ()),
            )
        )  # fmt: skip
    return tuple(lines)
