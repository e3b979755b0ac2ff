"""Data files of sites: `_data/*.yml`, JSON (JSON-LD included), BibTeX."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from kb.errors import ExtractionError
from kb.models import Evidence, Extraction, PaperFact
from kb.text import inert
from scrapers.extract.decode import decode
from scrapers.extract.documents.front_matter import load_yaml
from scrapers.extract.documents.merge import merged
from scrapers.extract.documents.records import Walker
from scrapers.extract.documents.sniff import sniff
from scrapers.extract.html.metadata import objects_in, read_json_ld
from scrapers.extract.html.urls import Resolver
from scrapers.extract.registry import RawDocument

MAX_BYTES = 20_000_000
MAX_BIBTEX = 1_000_000  # characters: 20,000 entries, 3 s; bibtexparser reads 7,000 a second
MAX_TEXT = 200_000  # characters of it kept searchable


class DataReader:
    """Reads lists of people, talks and papers in YAML and JSON."""

    name = "data"
    version = "1"

    def score(self, document: RawDocument) -> float:
        return 0.9 if sniff(document) in ("yaml", "json") else 0.0

    def read(self, document: RawDocument) -> Extraction:
        text = _text(document)
        resolve = Resolver(document.url)
        notes: tuple[str, ...] = ()
        if sniff(document) == "json":
            data = _json(text, document)
            linked = read_json_ld(objects_in(data), resolve)
        else:
            data, notes = load_yaml(text)
            linked = read_json_ld((), resolve)
        name = _name(document)
        walker = Walker(resolve, name)
        walker.read(data, name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        facts = walker.facts
        talks, people, papers = merged(
            (linked.talks, linked.people, linked.papers), (facts.talks, facts.people, facts.papers)
        )
        found = Extraction(
            document.url,
            event=linked.event,
            talks=talks,
            people=people,
            papers=papers,
            text="\n".join(line.strip() for line in inert(text[:MAX_TEXT]).splitlines() if line.strip()),
        )
        if found.empty:
            notes = (*notes, "No list of people, talks or papers in this data")
        return replace(found, notes=notes)


class BibtexReader:
    """Reads BibTeX: every entry is a paper."""

    name = "bibtex"
    version = "1"

    def score(self, document: RawDocument) -> float:
        return 0.95 if sniff(document) == "bibtex" else 0.0

    def read(self, document: RawDocument) -> Extraction:
        # With bibtexparser behind them 60 ms, needed by BibTeX only
        from scrapers.importers.bibtex import read_bibtex
        from scrapers.importers.rows import ListInfo

        text = _text(document)
        rows = list(read_bibtex(io.StringIO(text[:MAX_BIBTEX]), ListInfo()))
        papers = [row for row in rows if isinstance(row, PaperFact)]
        bad = len(rows) - len(papers)
        found = tuple(
            replace(paper, evidence=Evidence(paper.title or "", f"entry {number}", f"{self.name}/{self.version}", 0.95))
            for number, paper in enumerate(papers, start=1)
        )
        notes: tuple[str, ...] = (f"{bad} entries could not be read",) if bad else ()
        if len(text) > MAX_BIBTEX:
            notes = (*notes, f"Only the first {MAX_BIBTEX:,} characters were read; `kb import papers` reads them all")
        if not found:
            notes = (*notes, "No BibTeX entry could be read")
        return Extraction(document.url, papers=found, text=inert(text[:MAX_TEXT]), notes=notes)


def _text(document: RawDocument) -> str:
    if len(document.body) > MAX_BYTES:
        raise ExtractionError(
            f"{document.label} is larger than {MAX_BYTES // 1_000_000} MB", hint="Import it with `kb import papers`"
        )
    text = decode(document.body, document.content_type)
    if not text.strip():
        raise ExtractionError(f"{document.label} holds no text", hint="Fetch it again or leave it out")
    return text


def _json(text: str, document: RawDocument) -> Any:
    """One JSON value, or one on each line. Raises `ExtractionError`."""
    try:
        return json.loads(text)
    except RecursionError as why:
        raise ExtractionError(f"{document.label} is JSON nested too deeply", hint="Flatten it first") from why
    except ValueError as why:
        rows = []
        for line in text.splitlines():
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError):
                continue
        if rows:
            return rows
        raise ExtractionError(
            f"{document.label} is not valid JSON: {why}", hint="Fetch it again, or mend it at that place"
        ) from why


def _name(document: RawDocument) -> str:
    """The file's name: `speakers.yml` says who is in it."""
    if document.filename:
        return document.filename
    try:
        return unquote(urlsplit(document.url).path).rsplit("/", 1)[-1] or "data"
    except ValueError:
        return "data"
