"""PDF: slide decks and papers, read by PDFium in a process of its own (see `pdf_worker`)."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.errors import ExtractionError
from kb.models import Evidence, Extraction, PaperFact
from kb.text import clean, inert
from scrapers.extract.documents.bylines import is_name
from scrapers.extract.documents.citations import Block
from scrapers.extract.documents.deck import Slide, read_deck
from scrapers.extract.documents.identifiers import find_ids, identified
from scrapers.extract.documents.sniff import sniff
from scrapers.extract.documents.title_page import Line, TitlePage, read_title_page
from scrapers.extract.registry import RawDocument

MAX_BYTES = 200_000_000
READ_SECONDS = 4.0  # 100 slides take 0.3 s; what is not read then is left out, with a note
KILL_SECONDS = 8.0  # when one single page keeps PDFium busy
TITLE_SLIDES = 3  # a picture may come before the title

_WORKER = Path(__file__).with_name("pdf_worker.py")
_FILE_NAME = (".key", ".ppt", ".pptx", ".pdf", ".odp", ".dvi", ".tex", ".doc", ".docx", ".indd")


class PdfReader:
    """Reads the text of PDFs; a scan without text gives a note."""

    name = "pdf"
    version = "1"

    def score(self, document: RawDocument) -> float:
        return 1.0 if sniff(document) == "pdf" else 0.0

    def read(self, document: RawDocument) -> Extraction:
        rows, notes = _pages(document)
        about, pages = rows[0], rows[1:]
        slides = [Slide(number, _lines(page)) for number, page in enumerate(pages, start=1)]
        blocks = [block for slide in slides for block in _blocks(slide)]
        if len(pages) < about["pages"]:
            notes = (*notes, f"Only the first {len(pages)} of {about['pages']} pages were read")
        extractor = f"{self.name}/{self.version}"
        if _is_paper(pages):
            return _paper(slides, blocks, url=document.url, extractor=extractor, notes=notes)
        head, evidence = _head(slides, about, extractor)
        return read_deck(
            head,
            slides if any(slide.lines for slide in slides) else [],
            blocks,
            url=document.url,
            filename=document.filename,
            evidence=evidence,
            notes=notes,
        )


def _head(slides: list[Slide], about: dict[str, Any], extractor: str) -> tuple[TitlePage, Evidence]:
    """The title page among the first slides, completed by what the file says about itself."""
    named = _named(about)
    for slide in slides[:TITLE_SLIDES]:
        page = read_title_page(slide.lines)
        if page.title:
            text = clean(" / ".join(line.text for line in slide.lines))[:400]
            evidence = Evidence(text=text, place=f"slide {slide.number}", extractor=extractor)
            return replace(page, people=page.people or named.people), evidence
    return named, Evidence(text=named.title or "", place="file properties", extractor=extractor)


def _pages(document: RawDocument) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The worker's answer: the row about the file and one row a page. Raises `ExtractionError`."""
    if len(document.body) > MAX_BYTES:
        raise ExtractionError(f"{document.label} is larger than {MAX_BYTES // 1_000_000} MB", hint="Split it first")
    command = [sys.executable, "-I", str(_WORKER), str(READ_SECONDS)]
    with subprocess.Popen(  # noqa: S603 -- our own interpreter and file, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as worker:
        try:
            answer, _ = worker.communicate(document.body, timeout=KILL_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
            answer, _ = worker.communicate()
    rows = []
    for line in answer.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:  # cut off when the worker was ended
            break
    if not rows or "error" in rows[0]:
        why = rows[0]["error"] if rows else "PDFium gave up on it"
        hint = "Save a copy without the password" if "password" in why else "Open it in a viewer and save it again"
        raise ExtractionError(f"{document.label} is a PDF that cannot be read: {why}", hint=hint)
    # A worker that crashed on a page has told the pages before it
    return rows, (("The PDF is damaged; the pages before the damage were read",) if worker.returncode > 0 else ())


def _lines(page: dict[str, Any]) -> tuple[Line, ...]:
    return tuple(
        Line(inert(text).replace("\ufffe", "-"), size=size, top=top, bottom=bottom)
        for text, size, _, bottom, _, top in page["lines"]
    )


def _blocks(slide: Slide) -> list[Block]:
    """Lines of one size close under one another are a paragraph."""
    groups: list[list[Line]] = []
    for line in slide.lines:
        last = groups[-1][-1] if groups else None
        if (
            last
            and 0.8 < (line.size or 1) / (last.size or 1) < 1.25
            and -0.5 * last.size < last.bottom - line.top < line.size
        ):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Block("\n".join(line.text for line in group), f"slide {slide.number}") for group in groups]


def _named(about: dict[str, Any]) -> TitlePage:
    """Title and author from the file's properties, where they are not the name of a file."""
    title, author = clean(about.get("title") or ""), clean(about.get("author") or "")
    usable = len(title.split()) > 2 and not title.lower().endswith(_FILE_NAME) and not title.startswith("Microsoft")
    people = read_title_page([Line("-- title --"), Line(author, paragraph=1)]).people if is_name(author) else ()
    return TitlePage(title=title if usable else None, people=people)


# --- papers ---------------------------------------------------------------------------------------------------


def _is_paper(pages: list[dict[str, Any]]) -> bool:
    """Upright pages full of text: a paper, not slides."""
    full = [sum(len(row[0]) for row in page["lines"]) for page in pages[:5] if page["height"] > 1.1 * page["width"]]
    return len(full) >= min(len(pages), 3) and bool(full) and sum(full) / len(full) > 1500


def _paper(slides: list[Slide], blocks: list[Block], *, url: str, extractor: str, notes: tuple[str, ...]) -> Extraction:
    """A paper lists itself; the works it cites are in its bibliography, which is its publisher's to tell."""
    page = read_title_page(slides[0].lines)
    first = slides[0].text
    ids = find_ids(first[:3000]) or find_ids(url)
    evidence = Evidence(text=first[:300], place="page 1", extractor=extractor, confidence=0.6)
    papers: tuple[PaperFact, ...] = ()
    if page.title:
        paper = PaperFact(
            title=page.title,
            url=url or None,
            authors=tuple(person.name for person in page.people),
            pdf=url or None,
            evidence=evidence,
        )
        papers = (identified(paper, [one for one in ids if one[0] != "doi"][:1]),)
    return Extraction(
        url=url,
        papers=papers,
        title=page.title,
        text="\n\n".join(slide.text for slide in slides),
        pages=tuple(slide.text for slide in slides),
        notes=(*notes, "A paper, not slides: its own title and authors were read, not its references"),
    )
