"""Which module holds which command. A row here is all a new command needs; the module is imported when it is run."""

from __future__ import annotations

# name -> "module:attribute", one-line help (shown by `kb --help` without importing the module)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("kb.cli.demo:demo", "Build a small sample knowledge base and search it."),
    "add": ("kb.cli.add:add", "Add pages, posts, slide decks or data files."),
    "extract": ("kb.cli.extract:extract", "Print the facts of a page, deck or data file as JSON."),
    "search": ("kb.cli.search:search", "Search talks, people, papers and events."),
    "tui": ("kb.cli.tui:tui", "Browse and search in the terminal."),
    "show": ("kb.cli.show:show", "Print a record, its links, and which page gave it."),
    "open": ("kb.cli.show:open_", "Open a record in the browser."),
    "list": ("kb.cli.mine:list_", "List records, or your starred, tagged and reading-list ones."),
    "star": ("kb.cli.mine:star", "Star a record."),
    "tag": ("kb.cli.mine:tag", "Tag a record."),
    "note": ("kb.cli.mine:note", "Keep a note on a record."),
    "read": ("kb.cli.mine:read", "Put a record on the reading list."),
    "forget": ("kb.cli.show:forget", "Remove a record, or all that a page said, for good."),
    "edit": ("kb.cli.graph:edit", "Correct a record; corrections outlive every refresh."),
    "merge": ("kb.cli.graph:merge", "Make one record part of another."),
    "split": ("kb.cli.graph:split", "Undo a merge, or take what some pages said out of a record."),
    "link": ("kb.cli.graph:link", "Link two records."),
    "unlink": ("kb.cli.graph:unlink", "Take the links between two records away."),
    "export": ("kb.cli.export:export", "Write records as BibTeX, CSL-JSON, RIS, CSV, JSON lines or Markdown."),
    "import": ("kb.cli.import_:import_", "Import lists of papers: JSON, CSV, BibTeX, RIS, OpenReview exports."),
    "stats": ("kb.cli.stats:stats", "Count what the knowledge base holds."),
    "doctor": ("kb.cli.doctor:doctor", "Check the knowledge base and mend what can be rebuilt."),
    "model": ("kb.cli.model:model", "Choose the embedding model."),
    "scrapers": ("kb.cli.scrapers:scrapers", "List the installed readers of pages and documents."),
    "resolve": ("kb.cli.resolve:resolve", "Look up the papers that pages link to."),
    "login": ("kb.cli.login:login", "Log in to OpenReview with your own account."),
    "config": ("kb.cli.config:config", "Show or change settings."),
    "completion": ("kb.cli.completion:completion", "Print the completion script of your shell."),
}
