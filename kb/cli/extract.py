"""`kb extract`: the facts of one document on stdout, without a knowledge base."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, say
from kb.cli.main import Context
from kb.errors import KBError, UsageError
from kb.text import clean

if TYPE_CHECKING:
    from kb.collect import Loaded
    from kb.models import Evidence, Extraction


@click.command(
    epilog="""\b
Examples:
  kb extract page.html --url https://example.org/workshop/
  kb extract slides.pdf --explain
  kb extract https://example.org/workshop/ --replay saved/
  curl -s https://example.org/workshop/ | kb extract - --url https://example.org/workshop/"""
)
@click.argument("source")
@click.option("--url", help="Where a file was published: its links are resolved against it.")
@click.option(
    "--replay",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve URLs from this `wget -r` tree instead of the network.",
)
@click.option("--explain", is_flag=True, help="Show each fact beside the text it was read from, instead of JSON.")
@click.option("--compact", is_flag=True, help="JSON on one line.")
@click.pass_context
def extract(ctx: click.Context, source: str, url: str | None, replay: Path | None, explain: bool, compact: bool) -> int:
    """Print the facts of a page, post, slide deck or data file as JSON. SOURCE is a file, a URL, or - for stdin."""
    document = _load(ctx, source, url, replay)
    from kb.collect import read
    from kb.models import Extraction

    # A service such as OpenReview answers with facts, not with a page
    extraction = document if isinstance(document, Extraction) else read(document)
    label = source if isinstance(document, Extraction) else document.label
    if explain:
        _explain(extraction)
    else:
        echo(_json(extraction, compact=compact))
    for note in extraction.notes:
        say(f"{label}: {note}")
    if extraction.empty:
        say(f"{label}: read, but no talks, people or papers were found in it.")
    return 0


def _load(ctx: click.Context, source: str, url: str | None, replay: Path | None) -> Loaded | Extraction:
    """The one document that SOURCE names."""
    from kb.collect import Collecting, load_file
    from kb.home import Home, default_home

    if source != "-" and "://" not in source:
        return load_file(Path(source).expanduser(), url=url)
    context = ctx.find_object(Context) or Context()
    collecting = Collecting(Home(context.home or default_home()))
    document = next(collecting.documents(source, url=url, replay=replay), None)
    if isinstance(document, KBError):
        raise document
    if document is None:
        raise UsageError(f"Nothing to read in {source}", hint="Give a file, a URL, or '-'")
    return document


def _json(extraction: Extraction, *, compact: bool) -> str:
    from scrapers.extract import to_contract

    escaped = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    return json.dumps(to_contract(extraction), ensure_ascii=escaped, indent=None if compact else 1)


# --- side by side -------------------------------------------------------------------------------------------------


def _explain(extraction: Extraction) -> None:
    """A table of facts with their evidence; page text is never read as markup."""
    from rich import box  # 60 ms, needed by --explain only
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Without a terminal there is no width to keep to: long texts then fold at a width that diffs well
    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else 180)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, ratio in (("fact", 5), ("read from", 5), ("place", 2), ("reader", 1), ("sure", 1)):
        table.add_column(title, ratio=ratio, overflow="fold")
    for what, evidence in _facts(extraction):
        sure = f"{evidence.confidence:.2f}"
        cells = (what, evidence.text, evidence.place, evidence.extractor, sure)
        table.add_row(*(Text(clean(cell)) for cell in cells))
    console.print(table)


def _facts(extraction: Extraction) -> Iterator[tuple[str, Evidence]]:
    """Each fact in words, with its evidence."""
    if event := extraction.event:
        parts = (event.name, event.venue, str(event.year or ""), event.dates, event.place)
        yield "event: " + " | ".join(part for part in parts if part), event.evidence
    for talk in extraction.talks:
        told = (talk.title or "(no title)", ", ".join(talk.speakers), talk.affiliation, talk.start)
        links = " ".join(f"[{link.kind}] {link.url}" for link in talk.links)
        shown = " | ".join(part for part in (*told, talk.summary and talk.summary[:80], links) if part)
        yield f"{talk.kind or 'talk'}: {shown}", talk.evidence
    for person in extraction.people:
        known = (person.name, person.affiliation, person.url, ", ".join(person.interests))
        yield f"{person.role or 'person'}: " + " | ".join(part for part in known if part), person.evidence
    for paper in extraction.papers:
        ids = (paper.openreview_id, paper.arxiv_id, paper.doi)
        name = next((one for one in ids if one), None) or paper.url
        cells = (paper.title or "(no title)", ", ".join(paper.authors), name, paper.venue)
        yield ("cites: " if paper.cited else "paper: ") + " | ".join(part for part in cells if part), paper.evidence
