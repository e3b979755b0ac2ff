"""The HTML document reader: a page is parsed once, every page extractor reads it, and their readings are composed."""

from __future__ import annotations

import re

from kb.models import Extraction
from scrapers.extract import registry
from scrapers.extract.decode import decode
from scrapers.extract.html.compose import compose
from scrapers.extract.html.page import Hints
from scrapers.extract.html.parse import parse
from scrapers.extract.html.reading import Reading
from scrapers.extract.registry import RawDocument

_MARKUP = re.compile(
    rb"<(?:!doctype html|html|head|body|div|p|h[1-6]|table|ul|ol|section|article|main|span|a|meta|title)\b", re.I
)
_SNIFFED_BYTES = 4096


class HtmlReader:
    """Reads HTML of any vintage."""

    name = "html"
    version = "1"

    def score(self, document: RawDocument) -> float:
        head = document.body[:_SNIFFED_BYTES]
        if (
            b"\x00" in head.replace(b"\x00\x00", b"")[:200]
            and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
            and _binary(head)
        ):
            return 0.0
        head = head.replace(b"\x00", b"")
        start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:400].lower()
        if start.startswith(b"<?xml") and b"<html" not in start:
            return 0.1  # a feed or a site map, whatever the server calls it
        if start.startswith((b"<!doctype html", b"<html")):
            return 0.95
        found = len(_MARKUP.findall(head))
        if "html" in document.media_type or document.suffix in (".html", ".htm", ".xhtml"):
            return 0.8 if found else 0.0 if _controls(head) * 20 > len(head) else 0.4
        if start.startswith(b"<") and found:
            return 0.7
        return 0.3 if found > 3 else 0.0

    def read(self, document: RawDocument) -> Extraction:
        return read_html(decode(document.body, document.content_type), document.url)


def _controls(head: bytes) -> int:
    """Control bytes that no text has; random bytes are one in twelve of these."""
    return sum(head.count(code) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))


def _binary(head: bytes) -> bool:
    return head.count(b"\x00") < len(head) // 4


def read_html(html: str, url: str, *, hints: Hints | None = None) -> Extraction:
    """The facts of a page given as text. `url` resolves its links; `hints` is what is known from outside the page."""
    page = parse(html, url, hints=hints)
    readings: list[Reading] = []
    failures = []
    for extractor in registry.page_extractors():
        try:
            if extractor.score(page) > 0:
                readings.extend(extractor.read(page))
        except Exception as why:
            # what the other extractors read is worth keeping, also when a plug-in fails
            failures.append(f"the extractor {extractor.name!r} failed on this page: {type(why).__name__}: {why}")
    return compose(page, readings, notes=failures)
