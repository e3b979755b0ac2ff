"""What is installed behind the entry-point group `kb.scrapers`, ours and other distributions', without importing it.

A distribution adds a reader by declaring it (see `scrapers.extract.registry` for what each kind must offer):

    [project.entry-points."kb.scrapers"]
    "page.posters" = "my_package.posters:PosterExtractor"
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from kb.errors import UsageError
from scrapers.extract.registry import GROUP, load


@dataclass(frozen=True, slots=True)
class Plugin:
    """One declared scraper. `kind` is "page", "document" or "source"; `target` is "module:attribute"."""

    kind: str
    name: str
    target: str
    distribution: str
    version: str


def installed() -> tuple[Plugin, ...]:
    """Every scraper that any installed distribution declares, by kind and name. Imports none of them."""
    found = {(plugin.kind, plugin.name): plugin for plugin in map(_plugin, entry_points(group=GROUP))}
    return tuple(found[key] for key in sorted(found))


def find(name: str) -> Plugin:
    """The scraper of that name, with its kind ("page.cards") or without ("cards"). Raises `UsageError`."""
    plugins = installed()
    for plugin in plugins:
        if name in (plugin.name, f"{plugin.kind}.{plugin.name}"):
            return plugin
    names = sorted({plugin.name for plugin in plugins})
    close = difflib.get_close_matches(name.rpartition(".")[2], names, n=1)
    hint = f"Installed: {', '.join(names)}." if names else "None is installed; install conference-kb again."
    raise UsageError(f"No scraper is named {name!r}", hint=f"{hint} Did you mean {close[0]!r}?" if close else hint)


def load_scraper(name: str) -> Any:
    """Import exactly one scraper and make it. Raises `UsageError` for an unknown name or one that does not import."""
    plugin = find(name)
    return load(plugin.kind, plugin.name)


def _plugin(entry: EntryPoint) -> Plugin:
    kind, dot, name = entry.name.partition(".")
    distribution = entry.dist
    return Plugin(
        kind=kind if dot else "",
        name=name if dot else entry.name,
        target=entry.value,
        distribution=distribution.name if distribution else "",
        version=distribution.version if distribution else "",
    )
