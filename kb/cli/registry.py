"""Which module holds which command. A row here is all a new command needs; the module is imported when it is run."""

from __future__ import annotations

# name -> "module:attribute", one-line help (shown by `kb --help` without importing the module)
COMMANDS: dict[str, tuple[str, str]] = {
    "search": ("kb.cli.search:search", "Search talks, people, papers and events."),
}
