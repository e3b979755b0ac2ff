"""What a document is, by its bytes first; its name and content type only break ties."""

from __future__ import annotations

import json
import re
from typing import Literal

from scrapers.extract.decode import decode
from scrapers.extract.registry import RawDocument

Kind = Literal["pdf", "source", "yaml", "json", "bibtex", "html", "xml", "text", "binary"]

_HEAD_BYTES = 8192

_FRONT_MATTER = re.compile(r"\s*(?:---[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*[^\s#][^\n]*\n|\+\+\+[ \t]*\n)")
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|h[1-6]|table|ul|section|article|main)\b", re.I)
_XML = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<\?[^>]*>\s*)*<(?:rss|feed|urlset|sitemapindex|svg|opml)\b", re.I | re.S
)
_BIBTEX = re.compile(
    r"^(?:[^\S\n]*(?:%[^\n]*)?\n)*[^\S\n]*@(?:article|inproceedings|conference|misc|book|incollection|proceedings"
    r"|phdthesis|techreport|unpublished|online)[^\S\n]*[{(]",
    re.I | re.M,
)
_MARKDOWN = re.compile(r"^#{1,6} \S|\]\(\S+\)|^ {0,3}\[[^\]]+\]:\s*\S", re.M)
_YAML_LINE = re.compile(r"^(?:- )?[A-Za-z_][\w -]{0,40}:(?:\s|$)|^\s*- \S|^\s*#|^\s*$|^\s+\S")
_SUFFIXES: dict[str, Kind] = {
    ".md": "source",
    ".markdown": "source",
    ".mdown": "source",
    ".mdx": "source",
    ".qmd": "source",
    ".rmd": "source",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".bib": "bibtex",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
# Formats that begin with text or whose first kilobytes hold no zero byte.
_MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x7fELF",
    b"BZh",
    b"\xfd7zXZ",
    b"SQLite",
)


def sniff(document: RawDocument) -> Kind:
    """The kind of a document. Only looks at the first 8 KB, apart from JSON by its last character."""
    head = document.body[:_HEAD_BYTES]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_MAGIC) or _binary(head):
        return "binary"
    text = decode(head, document.content_type)
    if _FRONT_MATTER.match(text):
        return "source" if document.suffix not in (".yml", ".yaml") else "yaml"
    start = text.lstrip()
    by_name = _SUFFIXES.get(document.suffix)
    if start[:1] in ("{", "[") and _json(document, start):
        return "json"
    if _BIBTEX.match(text) or (by_name == "bibtex" and _BIBTEX.search(text)):
        return "bibtex"
    if _XML.match(start):
        return "xml"
    if start[:1] == "<" and _MARKUP.search(text[:4096]):
        return "html"
    if by_name is not None and by_name != "bibtex":
        return by_name
    if document.media_type in ("text/html", "application/xhtml+xml"):
        return "html"
    if len(_MARKUP.findall(text)) > 3:
        return "html"
    if len(_MARKDOWN.findall(text)) >= 3:
        return "source"
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    if len(lines) > 2 and re.match(r"(?:- )?[A-Za-z_][\w-]{0,40}:\s", text) and all(map(_YAML_LINE.match, lines[:-1])):
        return "yaml"
    return "text"


def _json(document: RawDocument, start: str) -> bool:
    """JSON by what follows its first bracket; `[1] Jones et al.` and `[link](x)` are none."""
    if document.suffix == ".json" or "json" in document.media_type:
        return True
    try:
        end = json.JSONDecoder().raw_decode(start)[1]
        return not start[end:].partition("\n")[0].strip()
    except (ValueError, RecursionError):
        return bool(re.match(r"(?:\[\s*)*\{\s*\"[^\"\n]{1,80}\"\s*:", start)) and document.body.rstrip()[-1:] in b"}]"


def _binary(head: bytes) -> bool:
    """Control characters where text has none. UTF-16 and UTF-32 hold zeros but decode to clean text."""
    if not head:
        return False
    text = decode(head, "")
    odd = sum(char == "\ufffd" or "\x80" <= char < "\xa0" for char in text)
    controls = sum(head.count(code) for code in (*range(1, 8), *range(14, 27), *range(28, 32)))
    zeros = head.count(0)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or (zeros and len(text) < 0.6 * len(head) and not odd)
    return (zeros > 0 and not wide) or (controls + odd) * 10 > len(head)
