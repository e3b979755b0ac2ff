"""Which readers exist: the entry-point group `kb.scrapers`, for our own readers and anybody else's.

An entry point's name says its kind before the first dot, so that a kind is listed without importing a thing:

    page.NAME      a `PageExtractor`: one pattern of HTML pages (card grids, timetables, ...)
    document.NAME  a `DocumentReader`: one kind of document (HTML, PDF, front matter, slide text, ...)
    source.NAME    a kind of source; `scrapers.catalogue` looks after those

The value names a class (called without arguments) or a ready object.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from kb.errors import UsageError
from kb.models import Extraction

if TYPE_CHECKING:
    from scrapers.extract.html.page import Page
    from scrapers.extract.html.reading import Reading

GROUP = "kb.scrapers"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """Bytes with what is known about where they come from; "" for what is not known."""

    body: bytes
    url: str = ""
    content_type: str = ""
    filename: str = ""

    @property
    def label(self) -> str:
        """How messages call it."""
        return self.filename or self.url or "the document"

    @property
    def suffix(self) -> str:
        """The lower-case file name extension with its dot ("" when there is none)."""
        name = (self.filename or urlsplit(self.url).path).rsplit("/", 1)[-1]
        return "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""

    @property
    def media_type(self) -> str:
        """The header's type without parameters: "text/html"."""
        return self.content_type.split(";", 1)[0].strip().lower()


class DocumentReader(Protocol):
    """Reads one kind of document."""

    name: str
    version: str

    def score(self, document: RawDocument) -> float:
        """0 when this reader cannot read it, 1 when nobody else should. Cheap: looks at the first kilobytes."""

    def read(self, document: RawDocument) -> Extraction:
        """The document's facts. Raises `ExtractionError` when it is not what it says it is."""


class PageExtractor(Protocol):
    """Reads one pattern of HTML pages."""

    name: str
    version: str

    def score(self, page: Page) -> float:
        """How likely the pattern occurs on the page: 0 means `read` need not be called."""

    def read(self, page: Page) -> Sequence[Reading]:
        """Readings of parts of the page. Where two extractors read the same lines the better score wins."""


def entries(kind: str) -> dict[str, EntryPoint]:
    """Entry points of a kind ("page", "document") by name without the kind. Imports nothing."""
    prefix = kind + "."
    return {e.name.removeprefix(prefix): e for e in entry_points(group=GROUP) if e.name.startswith(prefix)}


@cache
def load(kind: str, name: str) -> Any:
    """Import and return one reader. Raises `UsageError` for a name nobody declares, or one that does not import."""
    known = entries(kind)
    if name not in known:
        raise UsageError(
            f"No {kind} reader is named {name!r}",
            hint=f"Installed: {', '.join(sorted(known)) or 'none; install the package conference-kb again'}",
        )
    try:
        target = known[name].load()
    except Exception as why:
        raise UsageError(
            f"The {kind} reader {name!r} ({known[name].value}) does not load: {why}",
            hint="Update or uninstall the package that declares it",
        ) from why
    return target() if isinstance(target, type) else target


@cache
def _all(kind: str) -> tuple[Any, ...]:
    return tuple(reader for name in sorted(entries(kind)) if (reader := _loaded(kind, name)) is not None)


def _loaded(kind: str, name: str) -> Any | None:
    """A reader; None, with a warning, for one of another distribution that does not load: ours go on without it."""
    try:
        return load(kind, name)
    except UsageError as why:
        distribution = entries(kind)[name].dist
        if distribution is None or distribution.name == "conference-kb":
            raise
        logging.getLogger(__name__).warning("%s", why.line())
        return None


def page_extractors() -> tuple[PageExtractor, ...]:
    """Every installed page extractor, by name."""
    return _all("page")


def best_reader(document: RawDocument) -> DocumentReader | None:
    """The document reader that scores highest, None when all score 0."""
    readers: tuple[DocumentReader, ...] = _all("document")
    if not readers:
        raise UsageError(
            "No document reader is installed", hint="Install the package conference-kb again: pip install -e ."
        )
    best: tuple[float, DocumentReader | None] = (0.0, None)
    # Nearly all documents are HTML: asked first and sure of it, that reader spares the others a look (7 ms a page).
    for reader in sorted(readers, key=lambda r: r.name != "html"):
        score = reader.score(document)
        if score > best[0]:
            best = (score, reader)
        if score >= 0.95:
            break
    return best[1]
