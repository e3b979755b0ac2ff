"""Names of people as keys: who may be the same person, judged from the name alone."""

from __future__ import annotations

import re

from kb.text import fold

_TITLES = {"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "phd", "md", "jr", "sr", "ii", "iii", "iv"}
_COMMA = re.compile(r"^\s*([^,]+),\s*([^,]+)$")
# "Jr", "PhD" after a comma is no first name
_SUFFIX = re.compile(r"^(jr|sr|ph\.?\s?d|m\.?d|ii|iii|iv)\.?$", re.IGNORECASE)
_PLACEHOLDERS = {
    "tba", "tbd", "tbc", "to be announced", "to be determined", "to be confirmed", "and others", "others", "et al",
    "anonymous", "speaker", "speakers", "n a", "na", "none", "unknown", "various", "all", "everyone", "organizers",
    "organisers", "panel", "panelists", "moderator", "students", "authors",
}  # fmt: skip


def name_words(name: str) -> list[str]:
    """Folded words of a name in natural order, titles and suffixes dropped ("Mahoney, Michael W." is turned round)."""
    if (match := _COMMA.match(name)) and not _SUFFIX.match(match[2].strip()):
        name = f"{match[2]} {match[1]}"
    # "J.-P." and "J.P." are two initials; an apostrophe joins ("O'Brien" is "obrien")
    name = re.sub(r"['’`]", "", name)
    words = fold(name).split()
    kept = [word for word in words if word not in _TITLES]
    return kept or words


def name_key(name: str) -> str:
    """Last and first word, "mahoney michael": equal for the usual spellings of one name.

    Middle names and initials between are left out; a one-word name is its own key; "" for a name without letters.
    """
    words = name_words(name)
    if len(words) < 2:
        return words[0] if words else ""
    return f"{words[-1]} {words[0]}"


def middle_names(name: str) -> tuple[str, ...]:
    """The folded words between first and last: two names whose middle names contradict are two people."""
    return tuple(name_words(name)[1:-1])


def contradict(a: str, b: str) -> bool:
    """True when two names with one key cannot be one person: middle names or initials that start differently."""
    first, second = middle_names(a), middle_names(b)
    if not first or not second:
        return False
    if len(first) != len(second):
        return first[0][0] != second[0][0]
    return any(x[0] != y[0] or (len(x) > 1 and len(y) > 1 and x != y) for x, y in zip(first, second, strict=True))


def is_placeholder(name: str) -> bool:
    """True for "TBA", "and others" and the like, and for a name without a letter: nobody in particular."""
    folded = fold(name)
    return not folded or folded in _PLACEHOLDERS or not any(c.isalpha() for c in folded)
