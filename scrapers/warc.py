"""WARC files: the archive as other tools read it, and other tools' archives as documents."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kb.errors import DamagedError, ExtractionError, UsageError
from kb.store.archive import Archive, ArchivedPage
from scrapers.fetch.client import user_agent
from scrapers.fetch.urls import canonical, is_url

MAX_BODY = 50_000_000  # bytes of one record, decompressed; larger ones are left out with an error
_SUFFIXES = (".warc", ".warc.gz")
# Bodies are kept decompressed and whole: what the server said about the transfer no longer holds
_OF_THE_TRANSFER = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class WarcPage:
    """One page of a WARC file. `fetched_at` is ISO 8601 UTC, "" where the record has no date."""

    url: str
    body: bytes
    content_type: str | None
    fetched_at: str


def is_warc(path: Path) -> bool:
    """True for a file that is named like a WARC file."""
    return path.name.lower().endswith(_SUFFIXES)


def read_warc(path: Path) -> Iterator[WarcPage | ExtractionError]:
    """The pages in a WARC file, one by one; an error in place of each that cannot be read.

    Responses with status 200 and resources count; requests, metadata and revisits do not. `UsageError` when the file
    cannot be opened; a file that breaks off in the middle ends with an error.
    """
    from warcio.archiveiterator import ArchiveIterator  # 0.2 s (requests), and only for WARC files

    try:
        file = path.open("rb")
    except OSError as why:
        raise UsageError(f"{path} cannot be read: {why.strerror}", hint="Check the path and its permissions") from why
    with file:
        if not file.read(1):
            yield ExtractionError(f"{path.name} is empty", hint="Export or download it again")
            return
        file.seek(0)
        try:
            for record in ArchiveIterator(file):
                if (page := _page(record, path.name)) is not None:
                    yield page
        except Exception as why:  # warcio raises whatever the bytes made it stumble over
            yield ExtractionError(
                f"{path.name} is damaged at byte {file.tell():,}: {why}", hint="What came before it was read"
            )


def _page(record: Any, name: str) -> WarcPage | ExtractionError | None:
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    if record.rec_type not in ("response", "resource") or not is_url(url):
        return None
    kind = record.rec_headers.get_header("Content-Type") if record.rec_type == "resource" else None
    if record.http_headers is not None:
        if record.http_headers.get_statuscode() != "200":
            return None
        kind = record.http_headers.get_header("Content-Type")
    body = _bounded(record.content_stream())
    if body is None:
        return ExtractionError(f"{url} in {name} is larger than {MAX_BODY:,} bytes", hint="It was left out")
    return WarcPage(canonical(url), body, kind, record.rec_headers.get_header("WARC-Date") or "")


def _bounded(stream: IO[bytes]) -> bytes | None:
    body = bytearray()
    while chunk := stream.read(262_144):
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return bytes(body)


def write_warc(archive: Archive, path: Path, *, source: str | None = None) -> tuple[int, int]:
    """Write the pages of an archive (of one source) as WARC 1.1, gzipped where the name ends in `.gz`.

    Whole or not at all: the file appears when it is complete. Returns the number of pages written, and of pages
    left out because they are gone, are files of the user's, or their body is damaged.
    """
    from warcio.warcwriter import WARCWriter  # as above

    if not is_warc(path):
        raise UsageError(f"{path.name} is not named like a WARC file", hint="End it in .warc.gz or .warc")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    written = left_out = 0
    try:
        with os.fdopen(handle, "wb") as file:
            writer = WARCWriter(file, gzip=path.name.lower().endswith(".gz"), warc_version="1.1")
            about = {"software": user_agent(), "format": "WARC File Format 1.1"}
            writer.write_record(writer.create_warcinfo_record(path.name, about))
            for page in archive.pages(source=source):
                if page.body_hash is None or not is_url(page.final_url):
                    left_out += 1
                    continue
                try:
                    body = archive.body(page.body_hash)
                except DamagedError:
                    left_out += 1
                    continue
                writer.write_record(_record(writer, page, body))
                written += 1
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return written, left_out


def _record(writer: Any, page: ArchivedPage, body: bytes) -> Any:
    from warcio.statusandheaders import StatusAndHeaders  # as above

    headers = [
        (name, value)
        for name, value in page.headers.items()
        if name not in _OF_THE_TRANSFER and value.isascii() and value.isprintable()
    ]
    headers.append(("content-length", str(len(body))))
    return writer.create_warc_record(
        page.final_url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(f"{page.status} OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": page.fetched_at},
    )
