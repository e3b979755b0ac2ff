"""A list's bytes, whatever holds them: a path, an open file, standard input; plain or compressed; any encoding."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import sys
import zlib
from pathlib import Path
from typing import IO, cast

from kb.errors import ExtractionError, UsageError

HEAD = 1 << 16  # bytes looked at to tell format and encoding

# What broken compressed data raises while it is read
DAMAGED = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile, OSError)

_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ARCHIVES = {
    b"PK\x03\x04": "a ZIP archive",
    b"%PDF": "a PDF",
    b"SQLite f": "an SQLite database",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file",
}


def open_bytes(source: str | Path | IO[bytes]) -> tuple[io.BufferedReader, str]:
    """The list's bytes, decompressed, and its name ("" for a stream). UsageError where there is no such file."""
    if isinstance(source, (str, Path)):
        if str(source) == "-":
            raw, name = cast(IO[bytes], sys.stdin.buffer), ""
        else:
            raw, name = _opened(Path(source)), str(source)
    else:
        raw, name = source, str(getattr(source, "name", "") or "")
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, raw), HEAD)
    return _unpacked(buffered), name


def _opened(path: Path) -> IO[bytes]:
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder", hint="Name the files in it")
        return path.open("rb", buffering=HEAD)
    except OSError as why:
        raise UsageError(f"{path} cannot be read: {why.strerror}") from why


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader:
    magic = raw.peek(8)[:8]
    opened: IO[bytes]
    if magic.startswith(b"\x1f\x8b"):
        opened = cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    elif magic.startswith(b"\xfd7zXZ\x00"):
        opened = lzma.LZMAFile(raw)  # noqa: SIM115 (closed with the reader that is returned)
    elif magic.startswith(b"BZh"):
        opened = cast(IO[bytes], bz2.open(raw))  # noqa: SIM115 (likewise)
    elif magic.startswith(b"\x28\xb5\x2f\xfd"):
        import zstandard  # 10 ms, and only for this compression

        opened = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    else:
        return raw
    return io.BufferedReader(cast(io.RawIOBase, opened), HEAD)


def head_of(raw: io.BufferedReader, name: str) -> bytes:
    """The first bytes without consuming them. ExtractionError for what is no text at all."""
    label = name or "the list"
    try:
        head = raw.peek(HEAD)[:HEAD]
    except DAMAGED as why:
        raise ExtractionError(f"{label} is damaged: {why}", hint="Fetch or pack it again") from why
    if not head.strip():
        raise ExtractionError(f"{label} is empty")
    for magic, what in _ARCHIVES.items():
        if head.startswith(magic):
            raise ExtractionError(f"{label} is {what}", hint="Unpack it, or export it as JSON, CSV or BibTeX")
    if b"\x00" in head and encoding_of(head) != "utf-16":
        raise ExtractionError(f"{label} is not a text file", hint="Export it as JSON, CSV, BibTeX or RIS")
    return head


def encoding_of(head: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else Windows-1252, which spreadsheets still write."""
    for mark, encoding in _UTF16:
        if head.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character cut at the end is no error here
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def as_text(raw: io.BufferedReader, head: bytes, *, newline: str | None = None) -> io.TextIOWrapper:
    """Text of the bytes; a stray byte becomes U+FFFD rather than the end of the import."""
    return io.TextIOWrapper(raw, encoding=encoding_of(head), errors="replace", newline=newline)
