"""Bytes become text, in one place: byte order marks, declared and undeclared encodings, doubly encoded UTF-8."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Encodings whose bytes are also valid ASCII or UTF-8: only the declaration tells.
_STATEFUL = frozenset({"iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_kr", "hz", "utf_7"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.I
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

_SNIFFED_BYTES = 4096


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of `body`, without byte order mark and control characters, line ends as "\\n".

    `content_type` is the HTTP header, where there was one. Never raises: bytes that fit no encoding become U+FFFD.
    Valid UTF-8 wins over a declared one-byte encoding, because servers send `charset=iso-8859-1` for everything.
    """
    text = _decode_bytes(body, content_type or "").removeprefix("\ufeff")
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return undouble(text)


def _decode_bytes(body: bytes, content_type: str) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    if name := _utf16_without_mark(body):
        return body.decode(name, "replace")
    declared = _declared(body, content_type)
    if declared in _STATEFUL:
        return body.decode(declared, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if declared and declared != "utf_8":
        return _one_byte(body) if declared in ("iso8859_1", "cp1252") else body.decode(declared, "replace")
    # A UTF-8 page cut in the middle, or with one pasted foreign byte, still is one.
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") * 2 <= sum(1 for char in text[:200_000] if char > "\x7f"):
        return text
    return _one_byte(body)


def _utf16_without_mark(body: bytes) -> str | None:
    """The byte order of UTF-16 text that has no mark: Western text has a zero in every second byte."""
    sample = body[:_SNIFFED_BYTES]
    half = len(sample) // 2
    if half < 2:
        return None
    if sample[1::2].count(0) > 0.4 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.4 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _declared(body: bytes, content_type: str) -> str | None:
    """The canonical codec name from the header or the page's own declaration; None where there is none we know."""
    names = [match.group(1)] if (match := _HEADER_CHARSET.search(content_type)) else []
    if meta := _META_CHARSET.search(body[:_SNIFFED_BYTES]):
        names.append(meta.group(1).decode("ascii"))
    for name in names:
        try:
            codec = codecs.lookup(name)
            b"".decode(name)  # refuses codecs between bytes and bytes ("hex", "zlib") and text and text ("rot13")
        except (LookupError, ValueError):
            continue
        canonical = codec.name.replace("-", "_")
        if not canonical.startswith(("utf_16", "utf_32", "idna", "punycode", "unicode_escape", "raw_unicode")):
            return canonical
    return None


# --- Windows-1252, and UTF-8 read as if it were ---------------------------------------------------------------


def _sloppy_table() -> str:
    """Windows-1252 with its five holes filled from Latin-1, as browsers read it: 256 characters."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in range(256)
    )


_SLOPPY = _sloppy_table()
_TO_BYTE = {char: byte for byte, char in enumerate(_SLOPPY)}
_CONTINUATION = "[" + re.escape("".join(_SLOPPY[0x80:0xC0]) + "".join(map(chr, range(0x80, 0xA0)))) + "]"
_DOUBLED = re.compile(
    f"[\u00c2-\u00df]{_CONTINUATION}|[\u00e0-\u00ef]{_CONTINUATION}{{2}}|[\u00f0-\u00f4]{_CONTINUATION}{{3}}"
)
# What may follow a capital letter in honest text too ("IRMÃ”", "Ö“"): on its own no sign of double encoding.
_HONEST = frozenset("\u00a0‘’“”‚„‹›«»–—…•™®°·²³¹")


def _one_byte(body: bytes) -> str:
    return codecs.charmap_decode(body, "strict", _SLOPPY)[0]


def undouble(text: str) -> str:
    """Text whose UTF-8 was once read as Windows-1252 ("ZÃ¼rich", "itâ€™s") put right; other text unchanged.

    Nothing is touched unless one match cannot be honest text, so a Portuguese capital before a quotation mark stays.
    """
    if not any(
        not _HONEST.issuperset(match.group()[1:]) and _undoubled(match.group()) for match in _DOUBLED.finditer(text)
    ):
        return text
    return _DOUBLED.sub(lambda match: _undoubled(match.group()) or match.group(), text)


@lru_cache(maxsize=4096)  # a 20 MB page of it: 2.9 s without, 1.5 s with
def _undoubled(run: str) -> str:
    """The character that `run` spells in UTF-8, or "" when it is none, or none anybody would print."""
    try:
        char = bytes(_TO_BYTE.get(c, ord(c) & 0xFF) for c in run).decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "" if "\x80" <= char < "\xa0" else char
