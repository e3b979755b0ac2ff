"""The sample: a few pages and a list of papers, written for trying everything without a network.

`kb/demo/pages` are pages as sites have them: a workshop's index, schedules and accepted papers in HTML, its list of
speakers and a review post as their Jekyll sources, the text of a slide deck; `papers.jsonl` is a list of papers.
Names, titles, venues and links are real, the sentences are this project's own. The pages hold what trips a careless
reader: people who are commented out or struck out, speakers without a title, a title without a speaker, "TBA",
relative links, markup that is only text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from kb.home import default_home

__all__ = ["PAPERS", "SEARCHES", "SITE", "SamplePage", "demo_home", "pages", "papers"]

# Reserved for examples (RFC 2606): what the sample says is never taken for what a real site says.
SITE = "https://example.org/kb-demo/"

PAPERS = "kb-demo"  # the name under which the list of papers is imported

SEARCHES = (
    "steered generation of molecules",
    "pathogenic mutations in proteins",
    "who works on weather forecasting kind:person",
)


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A page of the sample: its path below `pages`, the file it is read from, and where it is said to be published."""

    name: str
    path: Path
    url: str


def demo_home() -> Path:
    """Where the sample lives: `KB_HOME` when it is set, else a folder beside the default home."""
    home = default_home()
    return home if os.environ.get("KB_HOME") else home.with_name("kb-demo")


@contextmanager
def pages() -> Iterator[tuple[SamplePage, ...]]:
    """The sample's pages in a fixed order, as files that exist while the context is open."""
    with as_file(files(__name__) / "pages") as root:
        found = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix in (".html", ".md", ".txt"))
        names = [path.relative_to(root).as_posix() for path in found]
        yield tuple(SamplePage(name, path, SITE + name) for name, path in zip(names, found, strict=True))


def papers() -> Iterator[dict[str, Any]]:
    """The sample's papers as dictionaries that `KnowledgeBase.add_papers` takes."""
    text = (files(__name__) / "papers.jsonl").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip():
            yield json.loads(line)
