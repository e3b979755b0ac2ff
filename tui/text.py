"""Text from pages made safe to draw, cut to cell widths, and marked where it matched.

Everything that was read from a page or a list passes `clean` (one line) or `clean_block` (paragraphs) before it is
drawn, copied or written to a terminal. What comes out holds no control characters, no escape sequences and no
characters that reorder or hide other characters. It is then drawn as plain text, never parsed as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from kb.text import fold

# ECMA-48: CSI, OSC/DCS/PM/APC/SOS strings with their terminator, and two-character escapes; in 7 and 8 bit form.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# Controls; bidi marks, embeddings, overrides and isolates; zero-width and other invisible format characters that are
# not part of a script or an emoji (U+200C and U+200D are, and stay); tags; lone surrogates; non-characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffc\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0300-\u036f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef"
    "\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"\s+")
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARK_RUN = re.compile(f"({_MARKS}{{4}}){_MARKS}+")
_WORD = re.compile(r"\w+", re.UNICODE)

BLOCK_LIMIT = 20_000
"""Characters of one abstract or summary that are drawn. The longest abstract of 190,000 has under 6,000."""


def _strip(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    text = _LINE_ENDS.sub("\n", _ESCAPES.sub("", text))
    # More than four marks on one letter is no writing system's spelling; it is text that climbs over its neighbours.
    return _MARK_RUN.sub(r"\1", _HIDDEN.sub("", text))


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """One line of safe text: controls, escapes and bidi controls are gone, runs of whitespace are one space."""
    return _SPACES.sub(" ", _strip(text[:BLOCK_LIMIT])).strip()


def clean_block(text: str) -> str:
    """Safe text in paragraphs: as `clean`, but a blank line still separates paragraphs. At most `BLOCK_LIMIT` long."""
    paragraphs = re.split(r"\n\s*\n", _strip(text[:BLOCK_LIMIT]))
    return "\n\n".join(joined for part in paragraphs if (joined := _SPACES.sub(" ", part).strip()))


def fit(text: str, width: int) -> str:
    """The text in exactly `width` terminal cells: padded with spaces, or cut with an ellipsis."""
    if width <= 0:
        return ""
    return set_cell_size(shorten(text, width), width)


def shorten(text: str, width: int) -> str:
    """The text in at most `width` terminal cells, cut with an ellipsis where it was longer."""
    if width <= 0:
        return ""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def marked(text: str, words: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Split text into (piece, matched) pairs. `words` match whole words or, from four letters on, their beginnings."""
    wanted = tuple({fold(part) for word in words for part in _WORD.findall(word)})
    if not wanted:
        yield text, False
        return
    at = 0
    for found in _WORD.finditer(text):
        word = fold(found.group())
        if any(word == want or (len(want) >= 4 and word.startswith(want)) for want in wanted):
            if found.start() > at:
                yield text[at : found.start()], False
            yield found.group(), True
            at = found.end()
    if at < len(text):
        yield text[at:], False


def names(people: Iterable[str], limit: int = 3) -> str:
    """People on one line: the first `limit`, then how many more there are."""
    cleaned = [clean(name) for name in people]
    shown = ", ".join(cleaned[:limit])
    return f"{shown} +{len(cleaned) - limit}" if len(cleaned) > limit else shown


def short_url(url: str, limit: int = 60) -> str:
    """A URL as it is shown: without scheme and `www.`, cut in the middle of nothing but its end."""
    text = clean(url).removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return text if len(text) <= limit else text[: limit - 1] + "…"
