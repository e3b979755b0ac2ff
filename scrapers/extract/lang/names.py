"""Names of persons in running text: is this one, what belongs to it, how many are on this line."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.names import is_placeholder
from scrapers.extract.lang.affiliations import ORG_WORD
from scrapers.extract.lang.words import ascii_fold, weight, word_list

_HONORIFIC = (
    r"(?:assoc(?:iate|\.)?\s+prof(?:essor|\.)?|assist(?:ant|\.)?\s+prof(?:essor|\.)?|"
    r"asst\.?\s+prof(?:essor|\.)?|prof(?:essor|\.|\b)|"
    r"dr(?:\.|\b)|ph\.?d\.?(?=\s)|mr(?:\.|\b)|mrs(?:\.|\b)|ms(?:\.|\b)|miss|sir|dame|dipl\.-?ing\.?|"
    r"ing\.|drs\.|md\.?(?=\s)|hon\.)"
)
_LEADING = re.compile(rf"^(?:{_HONORIFIC}\s*(?:[/,&]|and)?\s*)+(?=\S)", re.I)
_TRAILING = re.compile(
    r"(?:\s*,)?\s+(?:ph\.?\s?d\.?|m\.?d\.?|m\.?sc\.?|b\.?sc\.?|frs|fred|frcp|mbbs|dphil|d\.?phil\.?|"
    r"sc\.?d\.?|mph|esq\.?)(?=$|[,/\s])\.?",
    re.I,
)
LABEL = re.compile(
    r"^(?:invited speaker|keynote speaker|speakers?|presenters?|presented by|moderators?|moderated by|"
    r"hosts?|chairs?|session chairs?|"
    r"panell?ists?|instructors?|lecturers?|by|with|authors?|name|organi[sz]ers?|discussants?|contact|"
    r"facilitators?|mentors?)\s*(?:\d+\s*)?[:\-–—]\s*",
    re.I,
)
BY = re.compile(r"^(?:by|with)\s+(?=[A-Z])")
NOTE = re.compile(
    r"\s*[\(\[]\s*(?:co-?)?(?:moderator|chair|host|lead|virtual(?:ly)?|online|remote|in[- ]person|"
    r"tentative|confirmed|tbc|she|he|they|ze|"
    r"main contact|contact|organi[sz]er|panell?ist|speaker|presenter|presenting|corresponding|keynote|"
    r"zoom|recorded|cancell?ed|on behalf|via|by video|by zoom|pending)"
    r"[^)\]]*[\)\]]",
    re.I,
)
_STARS = re.compile(r"[\*†‡§¶∗✉☨\u00b9\u00b2\u00b3\u2070-\u209f\^]+|(?<=[^\W\d])\d+(?:,\d+)*(?=\s|$|,)|\s#\d*$")
WORD = re.compile(r"[^\W\d_]+(?:[’'`\-‐‑.][^\W\d_]+)*\.?")
_PARTICLES = frozenset(
    [
        *[
            "van",
            "von",
            "der",
            "den",
            "de",
            "del",
            "della",
            "di",
            "da",
            "do",
            "dos",
            "das",
            "du",
            "la",
            "le",
            "los",
            "las",
            "el",
            "al",
            "bin",
            "ibn",
            "ben",
            "ter",
            "ten",
            "te",
            "zu",
            "zur",
            "af",
            "av",
            "y",
            "e",
        ],
        "'t",
        "st.",
        "d'",
        "of",
    ]
) - {"of"}
_ROMAN = frozenset(("ii", "iii", "iv", "jr", "sr", "jr.", "sr."))
# Words that occur in names too seldom or too often to be judged by the table: on these pages they are none.
_NEVER = word_list("no_names")


@lru_cache(maxsize=50_000)
def clean_name(text: str) -> str:
    """The name without honorifics, degrees, stars, footnote digits, labels and notes in brackets."""
    text = LABEL.sub("", text.strip())
    text = BY.sub("", text)
    text = NOTE.sub("", text)
    text = re.sub(r"^[\(\[][\w\s/-]{2,20}[\)\]]\s*(?=[A-Z])", "", text)
    text = re.sub(r"\s@\w+", "", text)  # a handle
    text = _STARS.sub("", text)
    text = _LEADING.sub("", text)
    text = _TRAILING.sub("", text)
    text = (
        text.strip(" \t,;:|·•–—-/&.\"“”'‘’")
        if not re.search(r"\b[A-Z]\.$|Jr\.$|Sr\.$", text)
        else text.strip(" \t,;:|·•–—-/&\"“”'‘’")
    )
    return re.sub(r"\s+", " ", text)


def note_of(text: str) -> str:
    """The role note in brackets, lower case: "moderator" in "Anna Bell (Moderator)"; "" without one."""
    match = NOTE.search(text)
    return match.group().strip(" ()[]").lower() if match else ""


@lru_cache(maxsize=100_000)
def name_score(text: str) -> float:
    """How sure it is that the whole text is one person's name (already cleaned), 0..1."""
    if not 3 <= len(text) <= 60 or is_placeholder(text) or text.lower() in _PLACES:
        return 0.0
    core = re.sub(r"\s*[\"“(‘'][^\"”)’']{1,20}[\"”)’']\s*", " ", text)  # a nickname
    words = core.replace(",", " , ").split()
    if not 1 <= len(words) <= 6 or "," in words:
        return 0.0
    if len(words) > 1 and len(words[0]) > 2 and words[0].isupper() and words[0].isalpha() and not words[-1].isupper():
        return 0.0  # "ELLIS Alicante", "FAIR Paris"
    total, counted, capital, initials = 0.0, 0, 0, 0
    for position, word in enumerate(words):
        low = word.lower()
        if low in _PARTICLES and position > 0:
            continue
        if low in _ROMAN and position:
            continue
        initial = len(word.rstrip(".")) == 1 and word[0].isupper() and (word.endswith(".") or position > 0)
        if not initial and (low.strip(".") in _NEVER or ascii_fold(word) in _NEVER):
            return 0.0
        if ORG_WORD.search(word):
            return 0.0
        if not WORD.fullmatch(word) and not re.fullmatch(r"(?:[^\W\d_]\.?[-‐]?){1,3}", word):
            return 0.0
        letters = word.replace(".", "").replace("-", "")
        if len(letters) <= 2 and word[0].isupper() and (word.endswith(".") or len(letters) == 1):
            initials += 1
            capital += 1
            continue
        if word.endswith(".") and len(letters) > 3:
            return 0.0
        if word[0].isupper() or not word[0].isascii() or low.startswith(("d'", "o'", "d’", "o’")):
            capital += 1
        elif low in _PARTICLES:
            continue
        elif position == 0 or (weight(word) or 0) < 2:
            return 0.0
        if len(letters) >= 3 and letters.isupper() and not text.isupper():
            total -= 1.5  # an abbreviation, unless everything is in capitals
        total += _weight(word)
        counted += 1
    if counted == 0 or capital == 0:
        return 0.0
    mean = total / counted
    if len(words) == 1:
        return 0.45 if mean >= 3 and len(text) > 3 else 0.0
    if counted == 1 and not initials:
        mean -= 1
    score = 0.5 + mean / 6
    if len(words) in (2, 3):
        score += 0.08
    return max(0.0, min(1.0, score))


def _weight(word: str) -> float:
    """A word's weight, for double names the mean of its parts; unknown capitalised words lean towards names."""
    parts = [p for p in re.split(r"[-‐‑’'`.]", word) if len(p) > 1]
    weights = [(1.3 if (w := weight(p)) is None else w) for p in parts]
    return sum(weights) / len(weights) if weights else 0.5


# Cities and countries that look like names
_PLACES = frozenset(
    (
        *(
            "tel aviv",
            "san francisco",
            "san diego",
            "san jose",
            "san juan",
            "new york",
            "los angeles",
            "hong kong",
            "las vegas",
        ),
        *(
            "new haven",
            "ann arbor",
            "santa barbara",
            "santa cruz",
            "santa fe",
            "palo alto",
            "baton rouge",
            "buenos aires",
        ),
        *("abu dhabi", "cape town", "menlo park", "mountain view", "south korea", "north carolina", "south africa"),
        *(
            "new zealand",
            "saudi arabia",
            "sri lanka",
            "puerto rico",
            "costa rica",
            "college park",
            "notre dame",
            "la jolla",
        ),
        *(
            "kuala lumpur",
            "rio de janeiro",
            "sao paulo",
            "são paulo",
            "new delhi",
            "new orleans",
            "new jersey",
            "punta cana",
        ),
    )
)
NAME = 0.52  # chosen on headings and cards: .5 lets in "Francisco Bay", .6 loses names of rare words


def is_name(text: str) -> bool:
    """True when the text, honorifics and stars aside, is one person's name."""
    return name_score(clean_name(text)) >= NAME
