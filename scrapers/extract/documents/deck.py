"""A slide deck becomes one talk of kind "slides", its people, and the works it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from kb.models import EventFact, Evidence, Extraction, LinkFact, PersonFact, TalkFact
from kb.text import clean
from scrapers.extract.documents.citations import Block, cited_works
from scrapers.extract.documents.meeting import CONFERENCES
from scrapers.extract.documents.title_page import Line, TitlePage

_YEAR = re.compile(r"(?<!\d)(?:19[89]|20[0-4])\d(?!\d)")
# "AAAI19-talk.pdf", "icml2024_slides.pdf", "talk-NeurIPS-2023.pdf"; a date such as "11Feb2025" is none
_NAMED_EVENT = re.compile(r"(?:^|[^A-Za-z\d])([A-Za-z]{3,10})[-_ ]?['’]?(\d{4}|\d{2})(?=[^A-Za-z\d]|$)")
_SHOWN_EVENT = re.compile(r"\b([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\s*[|@'’,-]?\s*((?:19|20)\d\d)\b")
_NO_EVENT = frozenset(
    re.findall(
        r"\S+",
        "jan feb mar apr may jun jul aug sep sept oct nov dec talk slides slide deck final draft part ver version",
    )
)
MAX_TEXT = 2_000_000  # characters of all slides together


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: its lines in reading order. `number` counts from 1."""

    number: int
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        """The slide's heading: its largest line if that stands out, "" otherwise."""
        lines = [line for line in self.lines if sum(c.isalpha() for c in line.text) > 1]
        if not lines:
            return ""
        largest = max(lines, key=lambda line: (line.size, line.top))
        others = sorted((line.size for line in lines if line is not largest), reverse=True)
        return clean(largest.text) if not others or largest.size > 1.1 * others[len(others) // 2] else ""

    @property
    def text(self) -> str:
        """Heading first, then the other lines as they stand."""
        title, rest = self.title, [clean(line.text) for line in self.lines]
        if title in rest:
            rest.remove(title)
        return "\n".join(line for line in (title, *rest) if line)


def read_deck(
    head: TitlePage,
    slides: Sequence[Slide],
    blocks: Sequence[Block],
    *,
    url: str,
    filename: str,
    evidence: Evidence,
    notes: tuple[str, ...] = (),
) -> Extraction:
    """The facts of a deck with the title page `head`, read at `evidence`; `blocks` are the deck's paragraphs."""
    papers = cited_works(blocks, own_title=head.title)
    evidence = replace(evidence, confidence=0.9 if head.people else 0.6)
    people = tuple(replace(person, evidence=evidence) for person in head.people)
    talks = _talk(head.title, people, url, evidence)
    if not talks:
        missing = "no slide names a title and a speaker" if slides or blocks else "the slides hold no text"
        notes = (*notes, f"No talk: {missing}")
    return Extraction(
        url=url,
        event=_event(head, people, slides, filename or _file_of(url), evidence) if talks else None,
        talks=talks,
        people=people if talks else (),
        papers=papers,
        title=head.title,
        text="\n\n".join(slide.text for slide in slides)[:MAX_TEXT],
        pages=tuple(slide.text for slide in slides),
        notes=notes,
        links=tuple(dict.fromkeys(paper.url for paper in papers if paper.url)),
    )


def _talk(title: str | None, people: tuple[PersonFact, ...], url: str, evidence: Evidence) -> tuple[TalkFact, ...]:
    """One talk when a title and somebody who gives it are known."""
    speakers = [person for person in people if person.role == "speaker"]
    if not title or not speakers:
        return ()
    return (
        TalkFact(
            title=title,
            speakers=tuple(person.name for person in speakers),
            affiliation=speakers[0].affiliation,
            kind="slides",
            links=(LinkFact("slides", url),) if url.startswith(("http://", "https://")) else (),
            evidence=evidence,
        ),
    )


# --- the event ------------------------------------------------------------------------------------------------


def _event(
    page: TitlePage, people: tuple[PersonFact, ...], slides: Sequence[Slide], filename: str, evidence: Evidence
) -> EventFact | None:
    """The occasion by the title page, then the file name, then the deck's own reference on its last slides."""
    name, sure = _occasion(page.occasion), 0.9
    if name is None:
        name, sure = _named_by_file(filename), 0.7
    if name is None:
        name, sure = _own_reference(page.title, people, slides), 0.6
    told = (name, page.dates) if sure > 0.8 else (page.dates, name)
    year = next((int(match.group()) for text in told if text and (match := _YEAR.search(text))), None)
    if name is None and page.dates is None:
        return None
    series = clean(_YEAR.sub("", name)).strip(" -–|,:'’()") if name else None
    return EventFact(
        name=name,
        year=year,
        series=series or None,
        venue=name if name and _YEAR.search(name) and len(name) < 60 else None,
        dates=page.dates,
        evidence=replace(evidence, confidence=sure),
    )


def _occasion(text: str | None) -> str | None:
    """ "AAAI | 2020" as "AAAI 2020"."""
    if not text:
        return None
    if match := _SHOWN_EVENT.fullmatch(text):
        return f"{match.group(1)} {match.group(2)}"
    return text if len(text) <= 120 else None


def _named_by_file(filename: str) -> str | None:
    """ "AAAI19-AME-presentation.pdf" as "AAAI 2019"; only acronyms and conferences known by name count."""
    stem = filename.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    for match in _NAMED_EVENT.finditer(stem):
        acronym, digits = match.groups()
        known = CONFERENCES.get(acronym.casefold())
        if acronym.casefold() in _NO_EVENT or not (known or sum(c.isupper() for c in acronym) > 1):
            continue
        year = int(digits) if len(digits) == 4 else 2000 + int(digits)
        if 1980 <= year <= 2049:
            return f"{known or acronym} {year}"
    return None


def _own_reference(title: str | None, people: tuple[PersonFact, ...], slides: Sequence[Slide]) -> str | None:
    """The conference in the deck's reference to itself: its title or first author's name stands on the same slide."""
    surname = people[0].name.split()[-1] if people else None
    if len(slides) < 2:  # a text that is not divided: its references are anywhere
        return None
    for slide in reversed(slides[-3:]):
        text = clean(slide.text)
        if surname and surname in text and title and title[:25].casefold() in text.casefold():
            after = text[text.casefold().rfind(title[:25].casefold()) :]
            if match := _SHOWN_EVENT.search(after):
                return f"{match.group(1)} {match.group(2)}"
    return None


def _file_of(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""
