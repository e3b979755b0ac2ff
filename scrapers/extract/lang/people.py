"""Lists of people in running text: who is named, which affiliation and note stand beside each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.names import is_placeholder
from scrapers.extract.lang.affiliations import affiliation_score, strip_affiliation
from scrapers.extract.lang.names import BY, LABEL, NAME, NOTE, WORD, clean_name, name_score, note_of
from scrapers.extract.lang.words import ascii_fold, weight

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
    body = LABEL.sub("", text)
    offset = len(text) - len(body)
    if match := BY.match(body):
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
            bare = NOTE.sub("", raw)
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
        and all(w[0].isupper() and WORD.fullmatch(w) for w in words)
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
        plain = all((WORD.fullmatch(w) and not (len(w) > 4 and w.endswith("."))) or len(w) <= 2 for w in words)
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
