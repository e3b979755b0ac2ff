"""`kb import`: lists of papers from files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.common import echo, echo_json, open_for, progress, say
from kb.errors import KBError

if TYPE_CHECKING:
    from kb.models import PaperFact


@click.group(name="import", epilog="\b\nExample:\n  kb import papers neurips2024.json more.bib")
def import_() -> None:
    """Import lists of papers."""


@import_.command(
    epilog="""\b
Examples:
  kb import papers iclr2024.json
  kb import papers references.bib library.ris export.csv.gz
  xzcat papers.jsonl.xz | kb import papers -"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(allow_dash=True))
@click.option(
    "--format", "format_", metavar="NAME", help="json, jsonl, csv, tsv, bibtex, ris, csl, openreview or markdown."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON report.")
@click.pass_context
def papers(ctx: click.Context, files: tuple[str, ...], format_: str | None, as_json: bool) -> int:
    """Import papers from lists: paperlists and OpenReview JSON, JSONL, CSV, TSV, BibTeX, RIS, CSL-JSON.

    The format is told from the content. Columns are found by their usual names (title, abstract, authors, year, venue,
    keywords, doi, url, pdf, openreview_id, arxiv_id, tldr, id); only title must be there. gzip, xz, bzip2 and zstd
    files are unpacked. A row that cannot be read is reported with its line and skipped.
    """
    kb = open_for(ctx)
    began = time.perf_counter()
    reader = _Reader(format_, several=len(files) > 1)
    read = added = updated = 0
    failures: list[str] = []
    for file in files:
        name = "-" if file == "-" else Path(file).name
        try:
            with progress(f"importing {name}") as advance:
                report = kb.add_papers(reader.papers(file, name), source=name, progress=advance, index=False)
        except KBError as why:
            if why.exit_code == 3 or len(files) == 1:
                raise
            failures.append(why.line())
            say(f"kb: {failures[-1]}")
            continue
        read, added, updated = read + report.read, added + report.added, updated + report.updated
        for line, error in report.skipped:  # numbers of rows: the reader knows no line for these
            reader.skip(name, line, error)
    if added or updated:
        with progress("indexing") as advance:
            kb.sync(progress=advance)
    took = round(time.perf_counter() - began, 3)
    if as_json:
        data = {
            "read": read + reader.bad,
            "added": added,
            "updated": updated,
            "skipped": reader.skipped,
            "took_s": took,
        }
        echo_json({**data, **({"errors": failures} if failures else {})})
    else:
        skipped = f", {len(reader.skipped)} skipped" if reader.skipped else ""
        echo(f"{read + reader.bad} papers read: {added} added, {updated} updated{skipped} ({took:.1f} s)")
    if failures and not read:
        return 2
    return 1 if reader.skipped or failures else 0


class _Reader:
    """Papers of the files, with each bad row said on stderr and kept for the report."""

    def __init__(self, format_: str | None, *, several: bool) -> None:
        self._format, self._several = format_, several
        self.bad = 0
        self.skipped: list[dict[str, object]] = []

    def papers(self, file: str, name: str) -> Iterator[PaperFact]:
        # 40 ms of imports (yaml, csv, the parsers) that no other command needs
        from scrapers.importers import BadRow, read_papers

        for row in read_papers(file, self._format):
            if isinstance(row, BadRow):
                self.bad += 1
                self.skip(name, row.line, row.error)
            else:
                yield row

    def skip(self, name: str, line: int, error: str) -> None:
        self.skipped.append({"line": line, "error": error, **({"file": name} if self._several else {})})
        say(f"{name}:{line}: {error}")
