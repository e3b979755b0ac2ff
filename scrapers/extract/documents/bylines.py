"""Lines that name people: is this a person's name, and which names does this author list hold."""

from __future__ import annotations

import re

from kb.text import clean
from scrapers.extract.lang.names import name_score

# Lower-case words inside names ("van der Heide", "de la Torre", "bin Salman").
_PARTICLES = frozenset(
    re.findall(
        r"\S+", "van von der den de del della di da dos das du la le les el al bin ibn ben ter ten zu zum y e af"
    )
)
# Capitalised words that start or end no name, but many titles, organisations, venues and headings.
_NOT_NAMES = frozenset(
    re.findall(
        r"\S+",
        """
        abstract academy acknowledgements acknowledgments ai algorithms amazon analysis and appendix approach
        approaches association award bayesian benchmark berkeley biology blog book cambridge center centre challenge
        challenges chapter chemistry club code college committee company computer computing conclusion conference
        contact contributions cornell corporation course data dataset december deepmind department dept design
        discovery discussion ecole education engineering epfl eth evaluation event experiments faculty february figure
        first for foundation foundations friday from future genentech generative genomics google government graduate
        graph group harvard health hospital hub iclr icml in inc industry inria institut institute instituto
        international introduction invited is january journal july june key keynote lab laboratories laboratory labs
        language large learning lecture letters library limitations ltd machine magazine massachusetts mathematics
        mechanical medical medicine meeting method methods microsoft mining ministry mit model models molecular monday
        motivation nature network networks neural neurips news november nvidia objective october of one online open
        openai optimization oral our outline outlook overview oxford panel paper part phd physics poster preprint
        press princeton prize problem proceedings professor program project protein quantum questions recording
        references related report research results review robotics room saturday school science sciences scientific
        second section seminar september session simulation slides society software speech stanford statistics
        students study summary sunday survey symposium system systems table talk talks tba tbd team technical
        technologies technology test thank thanks the theory third thursday times title to toward towards track
        training transactions tuesday tutorial two unit universidad universite university universität université use
        using video virtual wednesday what when where why with workshop year zoom
        """,
    )
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-.·])*\.?")
_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?[\s\-]?){1,4}")
_HONORIFIC = re.compile(
    r"^(?:(?:prof(?:essor)?|dr|mr|mrs|ms|sir|dame|assoc|asst|associate professor|assistant professor)\b\.?\s*)+", re.I
)
_DEGREE = re.compile(r",?\s+(?:ph\.?\s?d\.?|m\.?d\.?|m\.?sc\.?|jr\.?|sr\.?)(?=$|\s*[,;])", re.I)
# What follows a name to point at an affiliation or a footnote: "1", "^{*,1,2}", "¹,²", "*", "†"
_MARKERS = re.compile(
    r"\s*(?:\^?\{[^{}]{0,30}\}|\$?\^\{?[^\s{}$]{0,12}\}?\$?|[\d*†‡§¶⁎∗✉#¹²³⁴-⁹⁰]+(?:,(?=[\d*†‡§]))?)+"
)
_ET_AL = re.compile(r",?\s*\(?\bet\.?\s*al\b\.?\)?", re.I)
_SPLIT = re.compile(r"\s*[;|•·]\s*|\s*,\s*(?:and\b|&)?\s*|\s+(?:and|&|und|with)\s+", re.I)

LIKELY = 0.35  # of 882 names on conference pages 9 score lower; of twenty headings of slides one scores higher
MAX_LIST = 4000  # characters: more authors than the largest collaborations list on a slide


def strip_markers(text: str) -> str:
    """`text` without footnote and affiliation markers: "Amir Gholami^{*,2}" is "Amir Gholami"."""
    return clean(_MARKERS.sub("", text))


def bare_name(text: str) -> str:
    """A name without honorifics, degrees, markers and decoration."""
    name = _HONORIFIC.sub("", strip_markers(text).strip(" ,;:*_–—-•·"))
    return clean(_DEGREE.sub("", name)).rstrip(",;:")


def is_name(text: str, *, surname_alone: bool = False) -> bool:
    """Is `text` one person's name? "Michael W. Mahoney" is; "Graph Neural Networks", "Honda Prize" are not.

    With `surname_alone` a single word ("Mahoney", "van der Heide") counts, as in reference lists.
    """
    return _is_shaped(text, surname_alone=surname_alone) and _is_likely(text)


def _is_likely(text: str) -> bool:
    """Do people bear these words more often than titles hold them? Initials and single surnames are not judged."""
    full = [word for word in text.split() if not _INITIALS.fullmatch(word)]
    return len(full) < 2 or name_score(" ".join(full)) >= LIKELY


def _is_shaped(text: str, *, surname_alone: bool) -> bool:
    """The form of a name: capitalised words, initials and particles, none of them a word of institutions."""
    if not 2 <= len(text) <= 60:
        return False
    words = text.split()
    if not 1 <= len(words) <= 6 or not all(_WORD.fullmatch(word) for word in words):
        return False
    if any(word.casefold().strip(".") in _NOT_NAMES for word in words):
        return False
    solid = [word for word in words if word not in _PARTICLES]
    if not solid or not all(word[0].isupper() or word[0].lower() == word[0].upper() for word in solid):
        return False
    if re.fullmatch(r"[A-Z]{3,}", solid[0]) and not all(word.isupper() for word in solid):
        return False  # "ETH Zurich", "IEEE Micro"; "Jean DUPONT" and "JEAN DUPONT" are names
    full = [word for word in solid if not _INITIALS.fullmatch(word)]
    if not full or words[-1].casefold() in _PARTICLES or (len(full) == 1 and full[0].isupper() and len(words) == 1):
        return False
    return len(solid) >= 2 or surname_alone


def split_names(text: str, *, surnames: bool = True) -> tuple[str, ...] | None:
    """The people of an author list, None when `text` is something else.

    Reads "A. Jones, B. Smith and C. Wu", "Jones, Smith, and Wu", "Jones et al.", "Jones, A., Smith, B.",
    "Jones, Ann, Smith, Bob, and Wu, Cai"; names come out as "A. Jones". Without `surnames` every name must be full.
    """
    if len(text) > MAX_LIST:
        return None
    et_al = _ET_AL.search(text)
    if et_al and clean(text[et_al.end() :]).strip(" .,:;"):
        return None
    text = clean(_ET_AL.sub("", text)).strip(" ,;:.…")
    parts = [bare_name(part) for part in _SPLIT.split(_DEGREE.sub("", strip_markers(text)))]
    parts = [part for part in parts if part]
    if not parts:
        return None
    paired = _surname_first(parts, text)
    names = paired if paired is not None else parts
    if not all(_is_shaped(name, surname_alone=surnames) for name in names):
        return None
    # One rare name among others is one; on its own it may be a title
    return tuple(names) if 2 * sum(map(_is_likely, names)) > len(names) - (len(names) > 3) else None


def _surname_first(parts: list[str], text: str) -> list[str] | None:
    """ "Jones", "A.", "Smith", "B." as "A. Jones", "B. Smith"; None when the list is not written that way."""
    if len(parts) < 2 or len(parts) % 2:
        return None
    last, given = parts[0::2], parts[1::2]
    if any(_INITIALS.fullmatch(part.split()[0]) for part in last):
        return None
    if not all(_is_shaped(part, surname_alone=True) for part in last):
        return None
    if all(_INITIALS.fullmatch(part) for part in given):
        return [f"{_dotted(initials)} {name}" for name, initials in zip(last, given, strict=True)]
    # "Schwab, Patrick, Miladinovic, Djordje, and Karlen, Walter": the "and" stands before a pair, not before one name
    tail = re.split(r"\b(?:and|&)\s", text)[-1]
    if len(parts) >= 4 and tail != text and tail.count(",") == 1 and all(" " not in part for part in last):
        return [f"{first} {name}" for name, first in zip(last, given, strict=True)]
    return None


def _dotted(initials: str) -> str:
    """ "D J" and "D.J." as "D. J."."""
    return " ".join(f"{letter}." for letter in re.findall(r"[^\W\d_]", initials))
