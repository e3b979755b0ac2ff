"""Excerpts: the sentences of a text that show why it matched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

WIDTH = 240
# Only so much of a text is looked at: a book pasted as an abstract must not slow a page of results
_SCANNED = 20_000
_SENTENCE_END = re.compile(r"(?<=[.!?。？！])[\"”')\]]*\s+(?=[\"“'(\[]?[\w$\\])")
# Not the end of a sentence: "et al. [3]", "e.g. proteins", "J. Smith", "Fig. 2"
_ABBREVIATION = re.compile(r"(?:\b(?:al|e\.g|i\.e|cf|vs|etc|Fig|Eq|Dr|Prof|resp|approx|No|Sec)|\b[A-Z])\.$")
_SUFFIXES = (
    "ations", "ation", "ances", "ance", "ants", "ant", "ings", "ing", "ions", "ion", "ities", "ity", "ies", "ives",
    "ive", "ers", "er", "ed", "es", "al", "ly", "s", "e", "y",
)  # fmt: skip
_SHORTEST_STEM = 4
_LONGEST_ENDING = 5


def spans(text: str, matched: Sequence[str]) -> list[tuple[int, int]]:
    """(start, end) of each word of `text` that is one of the matched words or an inflection of it, in order."""
    lowered = text.lower()
    if len(lowered) != len(text):  # "İ" becomes two characters
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    found: set[tuple[int, int]] = set()
    # Plain searches, not a pattern: every hit has matched words of its own, and compiling a pattern costs 0.3 ms
    for stem in {_stem(word.lower()) for word in matched if word}:
        start = lowered.find(stem)
        while start >= 0:
            if end := _word_end(lowered, start, stem):
                found.add((start, end))
            start = lowered.find(stem, start + 1)
    return sorted(found)


def _word_end(text: str, start: int, stem: str) -> int:
    """Where the word that begins with a stem at `start` ends; 0 when it is another word that only looks so.

    What follows a stem is an ending: "protein" is in "proteins", "car" is not in "carbon".
    """
    if start and _in_word(text[start - 1]):
        return 0
    end, longest = start + len(stem), start + len(stem) + (_LONGEST_ENDING if len(stem) >= _SHORTEST_STEM else 0)
    while end < len(text) and _in_word(text[end]):
        if end >= longest:
            return 0
        end += 1
    return end


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def snippet(text: str, matched: Sequence[str], *, width: int = WIDTH) -> str:
    """At most `width` characters of `text`: the run of whole sentences with most of the matched words.

    Whitespace is normalised. A sentence that does not fit is cut between words, marked by "…". Without a matched word
    the excerpt is the beginning.
    """
    if width < 1:
        return ""
    flat = " ".join(text[:_SCANNED].split())
    if len(flat) <= width and len(text) <= _SCANNED:
        return flat
    found = spans(flat, matched)
    start, end = _best_run(flat, _sentences(flat), found, width)
    if end - start <= width:
        return flat[start:end]
    inside = [span for span in found if start <= span[0] < end]
    return _cut(flat, start, end, inside[0][0] if inside else start, width)


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word


def _sentences(text: str) -> list[tuple[int, int]]:
    result, start = [], 0
    for gap in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text, max(0, gap.start() - 8), gap.start()):
            continue
        end = gap.start() + len(gap[0].rstrip())
        result.append((start, end))
        start = gap.end()
    return [*result, (start, len(text))]


def _best_run(text: str, sentences: list[tuple[int, int]], found: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """The run of sentences within `width` that holds most distinct matched stems; the earliest of equals."""
    words: list[set[str]] = [set() for _ in sentences]
    at = 0
    for start, end in found:
        while at + 1 < len(sentences) and sentences[at + 1][0] <= start:
            at += 1
        words[at].add(_stem(text[start:end].lower()))
    best, best_score = sentences[0], -1
    for first, (start, _) in enumerate(sentences):
        seen: set[str] = set()
        for place in range(first, len(sentences)):
            end, has = sentences[place][1], words[place]
            if place > first and end - start > width:
                break
            seen |= has
            # A run ends where nothing more fits, so that the excerpt is as full as it can be
            if len(seen) > best_score or (len(seen) == best_score and start == best[0]):
                best, best_score = (start, end), len(seen)
    return best


def _cut(text: str, start: int, end: int, focus: int, width: int) -> str:
    """Part of one long sentence, from its start when the focus is near it, else from a little before the focus."""
    room = width - 2  # for an ellipsis on either side
    if room < 1:
        return "…"
    left = start if focus - start < room * 2 // 3 else max(start, focus - room // 4)
    if left > start:
        space = text.find(" ", left, focus)
        left = space + 1 if space >= 0 else focus
    right = min(end, left + room)
    if right < end:
        space = text.rfind(" ", left, right)
        right = space if space > left else right
    return ("…" if left > start else "") + text[left:right].rstrip() + ("…" if right < end else "")
