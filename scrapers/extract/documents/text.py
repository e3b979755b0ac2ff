"""Plain text: the text of a slide deck, or any other text, whose cited works and ids are read."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

from kb.errors import ExtractionError
from kb.models import Evidence, Extraction
from kb.text import inert
from scrapers.extract.decode import decode
from scrapers.extract.documents.citations import Block
from scrapers.extract.documents.deck import Slide, read_deck
from scrapers.extract.documents.sniff import sniff
from scrapers.extract.documents.title_page import Line, TitlePage, read_title_page
from scrapers.extract.html.reader import read_html
from scrapers.extract.registry import RawDocument

MAX_CHARACTERS = 2_000_000  # 2 s
TITLE_LINES = 12
MAX_TITLE = 250
MAX_LINE = 2000
MAX_PAGE = 300_000  # characters read as a page where a text is no deck

_BREAK = re.compile(
    r"\f|\n[ \t]*(?:-{3,}|={5,}|\*{3,})[ \t]*\n|\n(?=[ \t]*(?:slide|page)[ ]\d{1,4}(?:[ ]of[ ]\d{1,4})?[ \t]*\n)", re.I
)
_PARAGRAPH = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*)+")


class TextReader:
    """Reads plain text. Whatever is text and nothing else comes here."""

    name = "text"
    version = "1"

    def score(self, document: RawDocument) -> float:
        return {"text": 0.2, "xml": 0.2, "html": 0.05}.get(sniff(document), 0.0)

    def read(self, document: RawDocument) -> Extraction:
        text = decode(document.body, document.content_type)
        if not text.strip():
            raise ExtractionError(
                f"{document.label} holds no text", hint="Nothing was read; fetch it again or leave it out"
            )
        if sniff(document) == "xml":
            return Extraction(
                document.url, notes=("An XML feed or site map: it lists pages, it holds no facts itself",)
            )
        notes = (f"Only the first {MAX_CHARACTERS:,} characters were read",) if len(text) > MAX_CHARACTERS else ()
        return read_text(text[:MAX_CHARACTERS], document, notes=notes)


def read_text(text: str, document: RawDocument, *, notes: tuple[str, ...] = ()) -> Extraction:
    """The facts of a text of slides; a text that does not begin with a title page has no talk."""
    parts = [inert(part) for part in _BREAK.split(text) if part.strip()]
    slides = [Slide(number, _lines(part)) for number, part in enumerate(parts, start=1)]
    blocks = [
        Block(paragraph, f"slide {number}" if len(parts) > 1 else f"paragraph {index}")
        for number, part in enumerate(parts, start=1)
        for index, paragraph in enumerate(_PARAGRAPH.split(part), start=1)
        if paragraph.strip()
    ]
    head, lines = _head(slides[0].lines if slides else ())
    evidence = Evidence(text=" / ".join(lines)[:400], place=blocks[0].place if blocks else "", extractor="text/1")
    if head.title is None and (page := _as_page(text, document)):
        return replace(page, notes=notes)
    several = len(slides) > 1
    extraction = read_deck(
        head,
        slides if several else (),
        blocks,
        url=document.url,
        filename=document.filename,
        evidence=evidence,
        notes=notes,
    )
    return extraction if several else replace(extraction, text=normalised(text))


def _as_page(text: str, document: RawDocument) -> Extraction | None:
    """Text that is no deck read as a page, line by line: an announcement, a schedule in a mail. None without facts."""
    paragraphs = (html.escape(part.strip()).replace("\n", "<br>") for part in _PARAGRAPH.split(inert(text[:MAX_PAGE])))
    page = read_html("".join(f"<p>{part}</p>" for part in paragraphs if part), document.url)
    return page if page.talks or page.people else None


def _head(lines: Sequence[Line]) -> tuple[TitlePage, list[str]]:
    """The title page at the beginning of a text, and its lines; prose and lists of people begin otherwise."""
    first = lines[:TITLE_LINES]
    page = read_title_page(first)
    if page.title is None or not page.people or len(page.title) > MAX_TITLE or len(first[0].text) > MAX_TITLE:
        return TitlePage(), []
    return page, [line.text.strip() for line in first]


def _lines(part: str) -> tuple[Line, ...]:
    return tuple(
        Line(line[:MAX_LINE], paragraph=number)
        for number, paragraph in enumerate(_PARAGRAPH.split(part))
        for line in paragraph.splitlines()
        if line.strip()
    )


def normalised(text: str) -> str:
    """Paragraphs kept, other whitespace as one blank."""
    paragraphs = (" ".join(part.split()) for part in _PARAGRAPH.split(inert(text[:MAX_PAGE])))
    return "\n".join(part for part in paragraphs if part)
