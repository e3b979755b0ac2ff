"""Readings of many extractors become one extraction: the best reading of each stretch of lines, without repetition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.models import Extraction, PaperFact, PersonFact, TalkFact
from kb.names import name_key
from kb.text import fold
from scrapers.extract.html.events import read_event
from scrapers.extract.html.page import Page
from scrapers.extract.html.reading import Reading

# A page drawn by JavaScript: little text, much script.
_LITTLE_TEXT = 400
_MUCH_SCRIPT = 1500


def compose(page: Page, readings: Sequence[Reading], *, notes: Sequence[str] = ()) -> Extraction:
    """The extraction of `page`: of overlapping readings the better one is kept, repeated facts are joined."""
    kept = choose(readings)
    talks = merge_talks(t for r in kept for t in r.talks)
    people = merge_people(p for r in kept for p in r.people)
    papers = merge_papers(p for r in kept for p in r.papers)
    told = next((r.event for r in kept if r.event), None)
    event, doubts = read_event(page, told)
    said = [*page.notes, *notes, *(n for r in kept for n in r.notes), *doubts]
    if not (talks or people or papers):
        said.append(_why_empty(page))
    return Extraction(
        url=page.url,
        event=event,
        talks=talks,
        people=people,
        papers=papers,
        title=page.title or None,
        text=page.text,
        notes=tuple(dict.fromkeys(said)),
        links=page.links,
    )


def choose(readings: Sequence[Reading]) -> list[Reading]:
    """Of readings that overlap the one with the higher score, in page order."""
    taken: list[Reading] = []
    for reading in sorted(readings, key=lambda r: (-r.score, r.start)):
        if not reading.exclusive or not any(
            t.exclusive and t.start < reading.stop and reading.start < t.stop for t in taken
        ):
            taken.append(reading)
    return sorted(taken, key=lambda r: r.start)


def _why_empty(page: Page) -> str:
    text = len(page.text)
    if (text < _LITTLE_TEXT and page.scripted > _MUCH_SCRIPT) or "enable javascript" in page.text.lower():
        return "no facts found: this page is drawn by JavaScript, its HTML holds hardly any text"
    if text < 40:
        return "no facts found: the page is empty"
    return "no facts found: the page names no talks, people in a role or papers"


# --- joining --------------------------------------------------------------------------------------------------


def merge_people(people: Iterable[PersonFact]) -> tuple[PersonFact, ...]:
    """One fact for each person and role; what one mention lacks is taken from the others."""
    out: dict[tuple[str, str | None], PersonFact] = {}
    for person in people:
        key = (name_key(person.name), person.role)
        if key[0] == "":
            continue
        known = out.get(key)
        out[key] = person if known is None else _join_person(known, person)
    # who moderates is not a panelist besides, unless listed so by another key
    moderators = {name for name, role in out if role == "moderator"}
    return tuple(p for (name, role), p in out.items() if not (role == "panelist" and name in moderators))


def _join_person(a: PersonFact, b: PersonFact) -> PersonFact:
    name = b.name if len(b.name) > len(a.name) and b.name.lower().startswith(a.name.lower()) else a.name
    return replace(
        a,
        name=name,
        affiliation=a.affiliation or b.affiliation,
        url=a.url or b.url,
        interests=a.interests or b.interests,
        bio=a.bio or b.bio,
    )


def merge_talks(talks: Iterable[TalkFact]) -> tuple[TalkFact, ...]:
    """One fact for each talk: equal titles are joined, an untitled slot joins the titled talk of its speakers."""
    out: list[TalkFact] = []
    by_title: dict[str, int] = {}
    by_speakers: dict[frozenset[str], list[int]] = {}
    for talk in talks:
        speakers = frozenset(name_key(s) for s in talk.speakers)
        title = fold(talk.title) if talk.title else ""
        index = by_title.get(title) if title and title not in ("panel", "panel discussion", "panel session") else None
        if (
            index is not None
            and speakers
            and out[index].speakers
            and not speakers & {name_key(s) for s in out[index].speakers}
        ):
            index = None
        if index is None and speakers:
            for other in by_speakers.get(speakers, ()):
                if (out[other].title is None) != (talk.title is None) and "panel" not in (talk.kind, out[other].kind):
                    index = other
                    break
        if index is None:
            by_speakers.setdefault(speakers, []).append(len(out))
            if title:
                by_title.setdefault(title, len(out))
            out.append(talk)
            continue
        out[index] = _join_talk(out[index], talk)
        if title:
            by_title.setdefault(title, index)
    return tuple(out)


def _join_talk(a: TalkFact, b: TalkFact) -> TalkFact:
    links = {link.url: link for link in (*a.links, *b.links)}
    return replace(
        a,
        title=a.title or b.title,
        speakers=a.speakers or b.speakers,
        affiliation=a.affiliation or b.affiliation,
        kind=a.kind or b.kind,
        summary=a.summary or b.summary,
        start=a.start or b.start,
        links=tuple(links.values()),
    )


def merge_papers(papers: Iterable[PaperFact]) -> tuple[PaperFact, ...]:
    """One fact for each paper, known by its OpenReview or arXiv id, else by title."""
    out: list[PaperFact] = []
    seen: dict[str, int] = {}
    for paper in papers:
        title = fold(paper.title) if paper.title else ""
        keys = [k for k in (title and f"t:{title}", paper.url and f"u:{paper.url}") if k]
        index = next((seen[k] for k in keys if k in seen), None)
        if (
            index is not None
            and title
            and out[index].title
            and fold(out[index].title or "") != title
            and f"t:{title}" not in seen
        ):
            index = None  # two titles with one link: the page repeats a link by mistake, not a paper
        if index is None:
            index = len(out)
            out.append(paper)
        else:
            out[index] = _join_paper(out[index], paper)
        for key in keys:
            seen.setdefault(key, index)
    return tuple(out)


def _join_paper(a: PaperFact, b: PaperFact) -> PaperFact:
    links = {link.url: link for link in (*a.links, *b.links)}
    return replace(
        a,
        title=a.title or b.title,
        url=a.url or b.url,
        openreview_id=a.openreview_id or b.openreview_id,
        arxiv_id=a.arxiv_id or b.arxiv_id,
        doi=a.doi or b.doi,
        authors=a.authors or b.authors,
        abstract=a.abstract or b.abstract,
        pdf=a.pdf or b.pdf,
        links=tuple(links.values()),
    )
