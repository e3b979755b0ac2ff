"""Names of persons in running text: is this one, what belongs to it, how many are on this line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.names import is_placeholder
from scrapers.extract.lang.affiliations import ORG_WORD, affiliation_score, strip_affiliation
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
_LABEL = re.compile(
    r"^(?:invited speaker|keynote speaker|speakers?|presenters?|presented by|moderators?|moderated by|"
    r"hosts?|chairs?|session chairs?|"
    r"panell?ists?|instructors?|lecturers?|by|with|authors?|name|organi[sz]ers?|discussants?|contact|"
    r"facilitators?|mentors?)\s*(?:\d+\s*)?[:\-–—]\s*",
    re.I,
)
_BY = re.compile(r"^(?:by|with)\s+(?=[A-Z])")
_NOTE = re.compile(
    r"\s*[\(\[]\s*(?:co-?)?(?:moderator|chair|host|lead|virtual(?:ly)?|online|remote|in[- ]person|"
    r"tentative|confirmed|tbc|she|he|they|ze|"
    r"main contact|contact|organi[sz]er|panell?ist|speaker|presenter|presenting|corresponding|keynote|"
    r"zoom|recorded|cancell?ed|on behalf|via|by video|by zoom|pending)"
    r"[^)\]]*[\)\]]",
    re.I,
)
_STARS = re.compile(r"[\*†‡§¶∗✉☨\u00b9\u00b2\u00b3\u2070-\u209f\^]+|(?<=[^\W\d])\d+(?:,\d+)*(?=\s|$|,)|\s#\d*$")
_WORD = re.compile(r"[^\W\d_]+(?:[’'`\-‐‑.][^\W\d_]+)*\.?")
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


_TITLE_WORDS = frozenset(
    [
        "the",
        "of",
        "for",
        "with",
        "via",
        "using",
        "to",
        "in",
        "on",
        "by",
        "from",
        "at",
        "and",
        "is",
        "are",
        "learning",
        "models",
        "model",
        "data",
        "science",
        "computer",
        "physics",
    ]
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in a text: clean name, the affiliation printed beside it, the note ("moderator")."""

    name: str
    affiliation: str | None = None
    note: str = ""
    start: int = 0
    stop: int = 0


@lru_cache(maxsize=50_000)
def clean_name(text: str) -> str:
    """The name without honorifics, degrees, stars, footnote digits, labels and notes in brackets."""
    text = _LABEL.sub("", text.strip())
    text = _BY.sub("", text)
    text = _NOTE.sub("", text)
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
    match = _NOTE.search(text)
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
        if not _WORD.fullmatch(word) and not re.fullmatch(r"(?:[^\W\d_]\.?[-‐]?){1,3}", word):
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


# --- lists of people ------------------------------------------------------------------------------------------

_NOT_ALNUM = re.compile(r"[\W_]+")
_SEPARATOR = re.compile(r"\s*(?:,?\s+and\s+|,?\s*&\s*|;|·|⋅|∙|•|●|\||\n|/(?=\s*[A-Z])|,|、|，|\s\+\s)\s*")
_BRACKET = re.compile(r"\s*[\(\[](?P<inner>[^()\[\]]{1,160}(?:\([^()]*\)[^()\[\]]*)?)[\)\]]")


def people_in(text: str, *, loose: bool = False) -> tuple[tuple[Mention, ...], float]:
    """The persons of a list such as "Anna Bell (ETH), Carl Diaz and Eve Fox", and the part of the text explained.

    1.0 means that the text is nothing but names with their affiliations; 0.0 that it holds none. `loose` accepts
    single words and doubtful names, for places where only people can stand.
    """
    if not loose and not _may_name(text):
        return (), 0.0
    found, purity = _people_in(text, loose)
    return found, purity


_LOWER = re.compile(r"(?:^|\s)[a-zà-ÿ][\w'’-]*")
_CAPITAL = re.compile(r"(?<![\w])[^\W\da-zß-ÿ_]")


def _may_name(text: str) -> bool:
    """A cheap look before the thorough one: running text has more small words than a list of names can have."""
    if not _CAPITAL.search(text):
        return text.isascii() is False or text.islower()
    lower = len(_LOWER.findall(text))
    return lower <= 4 or lower <= 0.45 * (text.count(" ") + 1)


def _with_comma(text: str) -> str:
    """One form for an affiliation after a dash or at-sign, and for all in brackets: "Anna Bell, MIT"."""
    if text[:1] == "(" and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    match = re.search(r"\s+[-–—@]\s+", text)
    if (
        match
        and affiliation_score(text[match.end() :]) >= 0.5
        and name_score(clean_name(text[: match.start()])) >= NAME
    ):
        return f"{text[: match.start()]}, {text[match.end() :]}"
    return text


_GROUP = re.compile(
    r"\b(?:team|committee|members|students|volunteers|organi[sz]ers|community|consortium|collaboration)\b", re.I
)


@lru_cache(maxsize=20_000)
def _people_in(text: str, loose: bool) -> tuple[tuple[Mention, ...], float]:
    text = _with_comma(text)
    body = _LABEL.sub("", text)
    offset = len(text) - len(body)
    if match := _BY.match(body):
        offset += match.end()
        body = body[match.end() :]
    parts = _parts(body)
    found: list[Mention] = []
    explained = 0
    total = 0
    floor = 0.35 if loose else NAME
    last_was_name = False
    for position, (start, stop) in enumerate(parts):
        raw = body[start:stop]
        chars = len(_NOT_ALNUM.sub("", raw))
        if not chars:
            continue
        total += chars
        bracket = None
        bare = raw
        note = note_of(raw)
        if note:
            bare = _NOTE.sub("", raw)
        for match in _BRACKET.finditer(bare):
            bracket = match.group("inner").strip()
            if (
                len(bracket.split()) == 1
                and re.match(r"\s+[^\W\d_]", bare[match.end() :])
                and affiliation_score(bracket) < 0.5
            ):
                bracket = None  # a nickname inside the name
                continue
            bare = bare[: match.start()] + " " + bare[match.end() :]
            break
        name = clean_name(bare)
        score = name_score(name)
        if not last_was_name and not found and score < floor:
            score = score if loose else score - 0.1
        if score < floor and bracket and affiliation_score(bracket) >= 0.5 and _plain(name):
            score = floor  # "Bo An (Nanyang Technological University)": only a person has an affiliation beside it
        if score >= floor or (is_placeholder(name) and name and found):
            if is_placeholder(name):
                explained += chars
                continue
            if loose and affiliation_score(name) > 0.7 and found:
                explained += chars
                continue
            found.append(
                Mention(name, strip_affiliation(bracket) if bracket else None, note, offset + start, offset + stop)
            )
            explained += chars
            last_was_name = True
        elif (
            last_was_name
            and found
            and (
                affiliation_score(clean_name(raw)) >= 0.5
                or affiliation_score(raw) >= 0.5
                or (
                    position + 1 < len(parts)
                    and len(raw) < 60
                    and affiliation_score(body[slice(*parts[position + 1])]) >= 0.5
                )
            )
        ):
            previous = found[-1]
            joined = f"{previous.affiliation}, {raw.strip(' ,')}" if previous.affiliation else raw.strip(" ,")
            found[-1] = Mention(
                previous.name, strip_affiliation(joined), previous.note or note, previous.start, offset + stop
            )
            explained += chars
        elif _GROUP.search(raw) or ascii_fold(name) in (
            "et al",
            "others",
            "and others",
            "colleagues",
            "co-authors",
            "more",
        ):
            explained += chars
        else:
            last_was_name = False
    if len(found) == 2 and found[1].affiliation and not found[0].affiliation and body.rstrip().endswith((")", "]")):
        found[0] = replace(found[0], affiliation=found[1].affiliation)  # "A & B (ETH)": both are there
    if len(found) >= 2 and explained >= 0.5 * total and explained < total:
        return _with_rare_names(body, offset, parts, found, total)
    return tuple(found), (explained / total if total else 0.0)


def _plain(name: str) -> bool:
    """Two to four capitalised words without a word that only titles and organisations have."""
    words = name.split()
    return (
        2 <= len(words) <= 4
        and all(w[0].isupper() and _WORD.fullmatch(w) for w in words)
        and affiliation_score(name) < 0.4
        and sum((weight(w) or 0) < -1 for w in words) == 0
    )


def _with_rare_names(
    body: str, offset: int, parts: list[tuple[int, int]], found: list[Mention], total: int
) -> tuple[tuple[Mention, ...], float]:
    """In a list of names what looks like none on its own is one too: "Ben Day", "patrick gallinari"."""
    known = {m.start - offset: m for m in found}
    out: list[Mention] = []
    explained = 0
    for start, stop in parts:
        raw = body[start:stop]
        chars = len(_NOT_ALNUM.sub("", raw))
        if start in known:
            out.append(known[start])
            explained += chars
            continue
        name = clean_name(re.sub(r"[\(\[][^)\]]*[\)\]]", "", raw))
        words = name.split()
        inside = any(m.start - offset < start < m.stop - offset for m in found)
        plain = all((_WORD.fullmatch(w) and not (len(w) > 4 and w.endswith("."))) or len(w) <= 2 for w in words)
        if inside:
            explained += chars
        elif (
            2 <= len(words) <= 5
            and plain
            and len(name) <= 45
            and affiliation_score(name) < 0.6
            and not _TITLE_WORDS & {w.lower() for w in words}
        ):
            out.append(Mention(name, None, note_of(raw), offset + start, offset + stop))
            explained += chars
        elif is_placeholder(name):
            explained += chars
    return tuple(out), (explained / total if total else 0.0)


_CLOSED = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]")


def _parts(text: str) -> list[tuple[int, int]]:
    """Spans between separators that stand outside of brackets."""
    masked = text
    if "(" in text or "[" in text:
        for _ in range(2):  # brackets inside of brackets, once
            masked = _CLOSED.sub(lambda m: "x" * len(m.group()), masked)
    out = []
    start = 0
    for match in _SEPARATOR.finditer(masked):
        if _joins_suffix(masked, match):
            continue
        out.append((start, match.start()))
        start = match.end()
    out.append((start, len(text)))
    return out


def _joins_suffix(text: str, match: re.Match[str]) -> bool:
    """True for the comma in "Sammy Davis, Jr." or "Anna Bell, PhD"."""
    return match.group().strip() == "," and bool(
        re.match(r"(?:jr|sr|ph\.?\s?d|m\.?d|frs|ii|iii|iv)\b\.?", text[match.end() :], re.I)
    )


def leading_people(text: str) -> tuple[tuple[Mention, ...], int]:
    """The people a text starts with ("A. Bell, C. Diaz, and Eve Fox. Title"), and where the rest begins."""
    best: tuple[tuple[Mention, ...], int] = ((), 0)
    for cut in _cuts(text):
        people, purity = people_in(text[:cut])
        if purity > 0.97 and len(people) >= max(1, len(best[0])):
            best = (people, cut)
        elif len(text[:cut]) > 60 and purity < 0.5:
            break
    return best


def _cuts(text: str) -> list[int]:
    """Where a list of people may end."""
    cuts = [
        m.start()
        for m in re.finditer(
            r"(?<=[^\W\d_]{2})[.](?=\s)|\s[-–—|:]\s|:\s|\s?[“\"„]|[.](?=\s+[A-Z][a-z])|(?<=[\)\]])\s+", text
        )
    ]
    cuts.append(len(text))
    return cuts[:80]
