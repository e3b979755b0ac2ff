"""The title page of a talk: title, speakers with affiliations, event and date, from lines with their sizes.

Slides print the title largest, names below it, affiliations smaller or with footnote marks, event and date in some
corner. A text of slides has the same lines in the same order, without sizes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.models import PersonFact
from kb.text import clean
from scrapers.extract.documents.bylines import bare_name, is_name, split_names

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(
    rf"(?:\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[-–]\s*\d{{1,2}}(?:st|nd|rd|th)?)?\.?\s+)?\b{_MONTHS}\b\.?"
    rf"(?:\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[-–]\s*\d{{1,2}}(?:st|nd|rd|th)?)?)?,?\s+(?:19|20)\d\d\b"
    rf"|\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])\b"
    rf"|\b(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:19|20)\d\d\b",
    re.I,
)
_CONTACT = re.compile(r"^\W{0,3}@\w|\S+@\S+\.\w|https?://|www\.|^\S+\.(?:com|org|io|edu|net)(?:/\S*)?$", re.I)
_FOOTNOTE = re.compile(r"^\s*(\d{1,2}|[*†‡§¶¹²³⁴-⁹])\s*(?=[^\W\d_])")
_MARKS = re.compile(r"\s*(?:\^?\{([^{}]{0,30})\}|((?:[\d¹²³⁴-⁹*†‡§¶]+,?)+))")
_SUPERSCRIPT = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_LABELLED = re.compile(
    r"^\W{0,3}(?P<label>co-?authors?|authors?|joint(?: work)? with|in collaboration with|with|speakers?|presenters?"
    r"|presented by|given by|by|talk by|lecture by)\b\s*[:\-–]?\s+",
    re.I,
)
# What ranks above what in an address, most general first: the one to show for a person is the first that occurs.
_ORGANISATIONS = (
    re.compile(
        r"universit|\b(?:ETH|EPFL|MIT|UC|UCL|MPI|GSK|IBM|NASA|LBNL|ICSI|CNRS)\b|college|hospital|polytech|\b(?:inc|ltd)\b"
        r"|gmbh|google|deepmind|microsoft|\bmeta\b|nvidia|amazon|genentech|openai|inria|helmholtz|max planck|harvard"
        r"|stanford|oxford|cambridge|princeton|caltech|cornell|berkeley|national lab|academy",
        re.I,
    ),
    re.compile(
        r"institut|laborator|\blabs?\b|cent(?:er|re)\b|research|foundation|clinic|corporation|technolog|therapeutics|\bAI\b",
        re.I,
    ),
    re.compile(r"depart|\bdept\b|school|faculty|\bunit\b|group|division|chair of|\bteam\b", re.I),
)

MAX_LINES = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a slide. `size` is its height in points, `top` and `bottom` its place; all 0 in a plain text."""

    text: str
    size: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    paragraph: int = 0  # lines of one paragraph of a plain text share this number


@dataclass(frozen=True, slots=True)
class TitlePage:
    """What a title page says. `occasion` is the text beside the date or about the event, as printed."""

    title: str | None = None
    people: tuple[PersonFact, ...] = ()
    dates: str | None = None
    occasion: str | None = None
    lines: tuple[str, ...] = ()  # the title's own lines


def read_title_page(lines: Sequence[Line]) -> TitlePage:
    """Title, people, date and occasion; a page without a title gives an empty answer."""
    usable = [replace(line, text=clean(line.text)) for line in lines[:MAX_LINES]]
    usable = [line for line in usable if sum(c.isalpha() for c in line.text) >= 2 and not _CONTACT.search(line.text)]
    placed = sorted(usable, key=lambda line: -line.top) if any(line.size for line in usable) else usable
    kinds = [_kind(line.text) for line in placed]
    start, stop = _title_span(placed, kinds)
    title = _joined(placed[start:stop])
    if title is None:
        return TitlePage()
    dates = occasion = None
    for line, kind in zip(placed, kinds, strict=True):
        if kind == "date" and dates is None:
            dates, occasion = _date_and_rest(line.text)
        elif kind == "event" and occasion is None:
            occasion = line.text
    rest = [
        (line, kind) for line, kind in zip(placed[stop:], kinds[stop:], strict=True) if kind not in ("date", "event")
    ]
    people = _people(rest)
    if not people:  # names above the title
        people = _people([(line, k) for line, k in zip(placed[:start], kinds[:start], strict=True) if k == "people"])
    return TitlePage(title, people, dates, occasion, tuple(line.text for line in placed[start:stop]))


def organisation(text: str) -> str:
    """The organisation in an address: "Institute of Robotics, ETH Zurich, Switzerland" is "ETH Zurich"."""
    parts = [part.strip(" .;") for part in text.split(",") if part.strip(" .;")]
    ranked = [(_rank(part), number) for number, part in enumerate(parts)]
    best = max(ranked, default=(0, 0))
    return parts[best[1]] if best[0] else clean(text)


def _rank(text: str) -> int:
    """3 for a university or company, 2 for an institute, 1 for a department, 0 for no organisation."""
    return next((3 - n for n, pattern in enumerate(_ORGANISATIONS) if pattern.search(text)), 0)


# --- the title ------------------------------------------------------------------------------------------------


def _kind(text: str) -> str:
    """What a line is, apart from where it stands: date, event, note (affiliation with a mark), people or text."""
    if (date := _DATE.search(text)) and len(text) - len(date.group()) < 80:
        return "date"
    if re.fullmatch(r"(?:\w+[ /-]){0,5}[A-Z]\w*\s*[|@'’-]?\s*(?:19|20)\d\d(?:\s+\w+){0,3}", text) and len(text) < 70:
        return "event"
    if re.match(r"^(?:\d{4}|\w+ (?:workshop|conference|symposium|seminar|meeting)\b)", text, re.I) and _year(text):
        return "event"
    if _FOOTNOTE.match(text) and _rank(text):
        return "note"
    if _LABELLED.match(text) and _names(text):
        return "people"
    names = split_names(text, surnames=False)
    return "people" if names and not (len(names) == 1 and _rank(text)) else "text"


def _year(text: str) -> bool:
    return bool(re.search(r"\b(?:19|20)\d\d\b", text))


def _title_span(lines: Sequence[Line], kinds: Sequence[str]) -> tuple[int, int]:
    """First and last line (exclusive) of the title: the largest lines, or the first paragraph of a plain text."""
    able = [n for n, kind in enumerate(kinds) if kind == "text"] or [
        n for n, kind in enumerate(kinds) if kind == "people"
    ]
    if not able:
        return 0, 0
    if not any(line.size for line in lines):
        start = able[0]
        stop = start + 1
        while stop < len(lines) and lines[stop].paragraph == lines[start].paragraph and kinds[stop] == "text":
            stop += 1
        return start, stop
    start = max(able, key=lambda n: (lines[n].size, -n))
    size, stop = lines[start].size, start + 1
    while start and kinds[start - 1] == "text" and lines[start - 1].size > 0.9 * size and _near(lines, start - 1):
        start -= 1
    named = [n for n, kind in enumerate(kinds) if kind == "people"]
    while stop < len(lines) and _near(lines, stop - 1) and not _rank(lines[stop].text):
        # "Individual Dose-Response Curves" looks like a name; in the title's size, with names elsewhere, it is none
        if kinds[stop] != "text" and not (
            kinds[stop] == "people"
            and lines[stop].size > 0.97 * size
            and named[-1:] > [stop]
            and "," not in lines[stop].text
        ):
            break
        open_end = lines[stop - 1].text.endswith((":", "-", "–", "—"))
        if lines[stop].size < (0.6 if open_end else 0.8) * size:
            break
        stop += 1
    return start, stop


def _near(lines: Sequence[Line], upper: int) -> bool:
    """Does line `upper + 1` follow line `upper` without a gap of more than a line?"""
    return lines[upper].bottom - lines[upper + 1].top < 0.8 * lines[upper].size


def _joined(lines: Sequence[Line]) -> str | None:
    """The lines of a title as one: a smaller subtitle is set off by a colon."""
    title = ""
    for number, line in enumerate(lines):
        smaller = number and line.size < 0.95 * lines[number - 1].size
        title += (": " if smaller and not re.search(r"[:?!.,–—-]$", title) else " ") if title else ""
        title += line.text
    title = re.sub(r"^[#*_\s]+|[*_\s]+$", "", title)
    return title[:300] if len(title) >= 3 else None


def _date_and_rest(text: str) -> tuple[str | None, str | None]:
    date = _DATE.search(text)
    if date is None:
        return None, None
    rest = clean(text[: date.start()] + " " + text[date.end() :]).strip(" -–—|,;:•·()")
    return date.group(), rest if len(rest) > 3 else None


# --- the people -----------------------------------------------------------------------------------------------


def _names(text: str) -> list[tuple[str, str | None, frozenset[str]]]:
    """(name, affiliation in brackets, footnote marks) of a line of people; [] when it is none."""
    label = _LABELLED.match(text)
    rest = text[label.end() :] if label else text
    bracketed = re.sub(r"\([^()]{0,120}\)", lambda m: " " * len(m.group()), rest)
    names = split_names(bracketed, surnames=False)
    found: list[tuple[str, str | None, frozenset[str]]] = []
    if names is None:  # "Name, position, organisation"
        name, *position = [clean(part) for part in bracketed.split(",")]
        several = label is not None and re.match(
            r"co|authors|joint|in coll|with|speakers|presenters", label["label"], re.I
        )
        if (
            1 <= len(position) <= 3
            and not several
            and is_name(bare_name(name))
            and not any(is_name(part) for part in position)
        ):
            return [(bare_name(name), position[-1], frozenset())]
        return []
    at = 0
    for name in names:
        last = name.split()[-1]
        at = max(rest.find(last, at), at) + len(last)
        marks: frozenset[str] = frozenset()
        if mark := _MARKS.match(rest, at):
            marks = frozenset(
                re.findall(r"\d+|[^\W\d]|[*†‡§¶]", (mark.group(1) or mark.group(2)).translate(_SUPERSCRIPT))
            )
        affiliation = re.match(r"[^,;()]{0,12}\(([^()]{2,120})\)", rest[at:])
        found.append((name, clean(affiliation.group(1)) if affiliation else None, marks))
    return found


def _people(lines: Sequence[tuple[Line, str]]) -> tuple[PersonFact, ...]:
    """Everybody named, the first as speaker, with affiliations by footnote mark, bracket or the lines that follow."""
    notes = _notes([line.text for line, kind in lines if kind == "note"])
    people: list[PersonFact] = []
    group: list[int] = []  # people whose affiliation lines follow
    previous = ""
    for text, kind in _unwrapped(lines):
        if kind == "note":
            continue
        named = _names(text)
        if named and (kind == "people" or not people):
            if previous == "affiliation":
                group = []
            for name, bracket, marks in named:
                marked = [notes[mark] for mark in sorted(marks) if mark in notes]
                if not (bracket or marked):
                    group.append(len(people))
                people.append(PersonFact(name=name, affiliation=bracket or "; ".join(marked) or None))
            previous = "people"
        elif people and len(text) <= 160 and (previous == "people" or _rank(text)):
            if not (_rank(text) or previous == "people") or len(text.split()) > 16:
                break
            for number in group:
                known = people[number].affiliation
                people[number] = replace(people[number], affiliation=f"{known}, {text}" if known else text)
            previous = "affiliation"
        elif people:
            break
    return tuple(replace(p, role="speaker" if not number else "author") for number, p in enumerate(people))


def _unwrapped(lines: Sequence[tuple[Line, str]]) -> list[tuple[str, str]]:
    """(text, kind) with an author list that runs over two lines joined."""
    out: list[tuple[str, str]] = []
    for line, kind in lines:
        text = line.text
        if out and out[-1][1] in ("people", "open") and not _LABELLED.match(text):
            joined = f"{out[-1][0]} {text}"
            if (out[-1][1] == "open" or out[-1][0].endswith((",", " and", "&"))) and _names(joined):
                out[-1] = (joined, "people")
                continue
        if kind == "text" and _names(text.rpartition(",")[0]) and text.count(",") > 1:
            kind = "open"  # the last name of the line may end on the next
        out.append((text, kind))
    return out


def _notes(lines: Sequence[str]) -> dict[str, str]:
    """Footnote mark to organisation; several footnotes may share a line."""
    notes: dict[str, str] = {}
    for line in lines:
        for part in re.split(r"(?<=[\w.)])[\s,;]+(?=(?:\d{1,2}|[*†‡§¶¹²³⁴-⁹])\s*[A-ZÀ-Þ])", line):
            if mark := _FOOTNOTE.match(part):
                notes[mark.group(1).translate(_SUPERSCRIPT)] = organisation(part[mark.end() :])
    return notes
