"""What a process that is going to be killed runs: importable, so that a fork server can start it in milliseconds."""

from __future__ import annotations

PRELOAD = [
    "kb.wiring",
    "kb.refresh",
    "kb.resolving",
    "scrapers.extract.html.reader",
    "scrapers.fetch.engine",
    "index.opening",
    "index.engine",
    "killable",
]


def refresh_home(home: str) -> None:
    """One run of the job over the source `quiet`."""
    from kb.refresh import refresh
    from kb.wiring import open_kb

    with open_kb(home) as kb:
        refresh(kb, sources=("quiet",))
