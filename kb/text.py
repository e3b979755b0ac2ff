"""Plain-text helpers shared by names, ids and titles: folding, slugs, and making hostile text inert."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# C0/C1 controls (tab and newline aside), bidi embeddings/overrides/isolates, zero-width characters that hide text,
# and lone surrogates that cannot be encoded: none of them may reach a screen, a file name or a database.
_INERT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\ud800-\udfff]"
)
# Whole terminal sequences (CSI, OSC, two-character escapes), so that no "[31m" is left of them in a title
_ESCAPES = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\-_])")
_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w]+|_+")
# Letters that NFKD leaves alone but that people type as ASCII
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})


def inert(text: str) -> str:
    """Drop terminal sequences, control, bidi and zero-width characters: what is left cannot steer or hide."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    return _INERT.sub("", text)


def clean(text: str) -> str:
    """One line of inert text: whitespace runs become one space."""
    return _SPACE.sub(" ", inert(text)).strip()


def fold(text: str) -> str:
    """Casefolded words of letters and digits only, accents removed: how names and titles are compared."""
    if text.isascii():
        return " ".join(_NOT_WORD.sub(" ", text.lower()).split())
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFC", _combining().sub("", folded))
    return " ".join(_NOT_WORD.sub(" ", letters).split())


@cache
def _combining() -> re.Pattern[str]:
    """Every combining mark below U+3100 and the half marks: one pass of a pattern is ten times a loop over letters."""
    marks = (chr(code) for code in (*range(0x300, 0x3100), *range(0xFE20, 0xFE30)) if unicodedata.combining(chr(code)))
    return re.compile(f"[{''.join(marks)}]")


def slug(text: str, *, limit: int = 60) -> str:
    """Words joined by hyphens, cut at a word's end within `limit` characters; "" when no letter or digit is left."""
    out = ""
    for word in fold(text).split():
        if out and len(out) + 1 + len(word) > limit:
            break
        out = f"{out}-{word[:limit]}" if out else word[:limit]
    return out
