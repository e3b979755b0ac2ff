"""Sources become records: what `kb add` does with a file, a folder, a glob, a URL or standard input."""

from __future__ import annotations

import glob
import hashlib
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import KBError, UsageError
from kb.home import Home
from kb.knowledge_base import KnowledgeBase
from kb.models import Extraction
from kb.reports import AddReport
from kb.store.apply import PageInfo
from kb.store.store import utc_now

if TYPE_CHECKING:
    from kb.store.archive import Archive

_GLOB = frozenset("*?[")
_LARGEST_FILE = 200_000_000  # bytes; decks full of pictures reach 100 MB


@dataclass(frozen=True, slots=True)
class Loaded:
    """Raw bytes of one document. `url` is where it was published, or its file URI."""

    body: bytes
    url: str
    label: str
    content_type: str | None = None
    filename: str | None = None
    fetched_at: str = ""  # ISO 8601 UTC where it is known; "" means now


class Collecting:
    """The collector a knowledge base is given: reads sources, extracts, stores, keeps the raw bytes."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def add(
        self,
        kb: KnowledgeBase,
        source: str,
        *,
        url: str | None = None,
        replay: Path | None = None,
        preview: bool = False,
    ) -> AddReport:
        """Add one source. A document that cannot be read is one error; the others are added all the same.

        With `preview` nothing is written: the report says what would be.
        """
        documents = self.documents(source, url=url, replay=replay)
        first = next(documents, None)  # a source that cannot be read at all raises before anything is written
        if first is None:
            raise UsageError(f"Nothing to read in {source}", hint="Give a file, a folder, a glob, a URL, or '-'")
        report = AddReport(source)
        if preview:
            for document in itertools.chain([first], documents):
                report = _one(kb, report, document, archive=None, run_id=None)
            return report
        from kb.store.archive import Archive

        with kb.store.job(f"kb add {source}"), Archive(self._home.pages) as archive:
            run_id = kb.store.begin_run(f"add {source}")
            try:
                for document in itertools.chain([first], documents):
                    report = _one(kb, report, document, archive=archive, run_id=run_id)
                kb.store.link_changed()
            finally:
                done = {"pages": report.pages, "changes": len(report.changes), "errors": list(report.errors)}
                kb.store.finish_run(run_id, done)
        return report

    def refresh(self, kb: KnowledgeBase, **options: Any) -> Any:
        """Run the periodic job once."""
        from kb.refresh import refresh

        return refresh(kb, **options)

    def documents(
        self, source: str, *, url: str | None, replay: Path | None
    ) -> Iterator[Loaded | Extraction | KBError]:
        """The documents of a source, one by one; an error in place of each that cannot be read."""
        if source == "-":
            body = sys.stdin.buffer.read(_LARGEST_FILE)
            # Another document is another page: its facts join those of the one before, they do not replace them
            yield Loaded(body, url or f"stdin:{hashlib.sha256(body).hexdigest()[:16]}", "standard input")
        elif (service := service_source(source)) is not None:
            yield from self._asked(service, replay)
        elif "://" in source:
            yield self._fetched(source, replay)
        else:
            paths = list(self._paths(source))
            from scrapers.warc import is_warc

            if url is not None:
                from scrapers.fetch.urls import canonical

                url = canonical(url)
            if url and len(paths) > 1:
                raise UsageError(
                    f"--url names one page, but {source} holds {len(paths)} files", hint="Add them one by one"
                )
            for path in paths:
                try:
                    if is_warc(path):
                        yield from self._archived(path)
                    else:
                        yield load_file(path, url=url)
                except UsageError as why:
                    if len(paths) == 1:
                        raise
                    yield why

    @staticmethod
    def _paths(source: str) -> Iterator[Path]:
        path = Path(source).expanduser()
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                inside = (Path(folder, name) for name in sorted(names) if not name.startswith("."))
                yield from (path for path in inside if path.is_file())  # a FIFO would be waited for
        elif _GLOB & set(source) and not path.exists():
            found = sorted(Path(name) for name in glob.glob(str(path), recursive=True))
            if not found:
                raise UsageError(f"No file matches {source}", hint="Quote the pattern, and check the folder")
            yield from (name for name in found if name.is_file())
        else:
            yield path

    def _asked(self, source: str, replay: Path | None) -> Iterator[Extraction | KBError]:
        """What a service says about `openreview:VENUE`, `arxiv:ID` and other kinds of source."""
        from scrapers.catalogue import Source
        from scrapers.fetch import open_fetcher  # httpx, as below
        from scrapers.kinds import kind_of

        named = Source(source, source)
        with open_fetcher(self._home, replay=replay) as fetcher:
            yield from kind_of(named).collect(named, fetcher=fetcher, home=self._home)

    @staticmethod
    def _archived(path: Path) -> Iterator[Loaded | KBError]:
        """The pages in a WARC file, as if each had been fetched."""
        from scrapers.warc import WarcPage, read_warc

        for page in read_warc(path):
            if isinstance(page, WarcPage):
                yield Loaded(page.body, page.url, page.url, page.content_type, fetched_at=page.fetched_at)
            else:
                yield page

    def _fetched(self, url: str, replay: Path | None) -> Loaded:
        from scrapers.fetch import open_fetcher  # httpx takes 90 ms to import, and only URLs need it
        from scrapers.fetch.urls import canonical

        with open_fetcher(self._home, start_urls=(url,), replay=replay) as fetcher:
            page = fetcher.get(url)
        return Loaded(page.body, canonical(page.final_url), url, page.content_type)


def load_file(path: Path, *, url: str | None = None) -> Loaded:
    """A file's bytes; UsageError naming it when it is missing, no file, too large, or may not be read."""
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder", hint="`kb add` takes folders; this command takes one file")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is no plain file", hint="Give a file, a folder, a glob, a URL, or '-'")
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"{path} is larger than {_LARGEST_FILE // 1_000_000} MB", hint="Split it, or add a part")
        body = path.read_bytes()
    except FileNotFoundError as why:
        raise UsageError(f"No file at {path}", hint="Check the path; a URL starts with https://") from why
    except OSError as why:
        raise UsageError(f"{path} cannot be read: {why.strerror}", hint="Check its permissions") from why
    return Loaded(body, url or path.resolve().as_uri(), str(path), filename="/".join(path.resolve().parts[-2:]))


def service_source(source: str) -> str | None:
    """`KIND:TARGET` where a service is meant: written so, or as the address of a venue, forum or arXiv page."""
    from scrapers.paper_links import source_of_url

    if "://" in source:
        return source_of_url(source)
    kind, colon, target = source.partition(":")
    if not colon or not target or not kind.isidentifier() or Path(source).exists():
        return None
    from importlib.metadata import entry_points

    from scrapers.extract.registry import GROUP

    return source if entry_points(group=GROUP, name=f"source.{kind}") else None


def read(document: Loaded) -> Extraction:
    """Extract a loaded document; ExtractionError names it."""
    from scrapers.extract import extract

    published = document.url if "://" in document.url and not document.url.startswith("file:") else ""
    return extract(
        document.body, url=published, content_type=document.content_type, filename=document.filename or document.label
    )


def _one(
    kb: KnowledgeBase,
    report: AddReport,
    document: Loaded | Extraction | KBError,
    *,
    archive: Archive | None,
    run_id: int | None,
) -> AddReport:
    """Add one document to a report; without an archive nothing is written."""
    if isinstance(document, KBError):
        return replace(report, errors=(*report.errors, document.line()))
    try:
        extraction = document if isinstance(document, Extraction) else read(document)
    except KBError as why:
        return replace(report, errors=(*report.errors, why.line()))
    label = document.url if isinstance(document, Extraction) else document.label
    fetched_at = document.fetched_at if isinstance(document, Loaded) else ""
    page = PageInfo(document.url, fetched_at or utc_now(), None)
    if archive is not None and isinstance(
        document, Loaded
    ):  # the raw bytes first: what was extracted can be extracted again
        archive.put(
            page.url,
            final_url=page.url,
            status=200,
            headers={"content-type": document.content_type} if document.content_type else {},
            body=document.body,
            fetched_at=page.fetched_at,
            checked_at=page.fetched_at,
        )
    changes = kb.store.apply(extraction, page, run_id=run_id, preview=archive is None)
    return replace(
        report,
        pages=report.pages + 1,
        changes=(*report.changes, *changes),
        notes=(*report.notes, *(f"{label}: {note}" for note in extraction.notes)),
        empty=(*report.empty, label) if extraction.empty else report.empty,
    )
