"""Posts in running text: talks told in sentences, papers linked in passing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.models import LinkFact, PaperFact, PersonFact, Role, TalkFact, TalkKind
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.outline import regions
from scrapers.extract.html.page import Line, Page
from scrapers.extract.html.papers import best_urls
from scrapers.extract.html.posts import is_post
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.urls import arxiv_id, doi, is_paper_url, link_kind, openreview_id
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.titles import clean_title, quoted, title_score

_TALK = re.compile(
    r"\b(?:(?:in|during|at the end of|throughout) (?:his|her|their|the|an?) (?:[\w-]+ ){0,2}?(?:talk|"
    r"keynote|lecture|presentation|tutorial|address)|"
    r"(?:gave|delivered|presented|held) (?:an?|the|his|her|their) (?:[\w-]+ ){0,3}?(?:talk|keynote|"
    r"lecture|tutorial|address)|"
    r"(?:'s|’s) (?:[\w-]+ ){0,2}?(?:talk|keynote|lecture|tutorial)|(?:invited|keynote) (?:talk|"
    r"speaker|address|lecture)|(?:talk|keynote|lecture|tutorial) by\b)",
    re.I,
)
_AT_WORKSHOP = re.compile(r"^at the [^,.]{0,90}(?:workshop|symposium|tutorial|session|conference)[^,.]{0,40},\s", re.I)
_SAID = re.compile(
    r"\b(?:argued|discussed|presented|talked|showed|highlighted|described|introduced|gave|"
    r"emphasi[sz]ed|looked back|outlined|explained|spoke|reviewed|suggested|proposed|pointed out|"
    r"noted|kicks?|tells?|showcased|advocated)\b",
    re.I,
)
_PANEL = re.compile(r"\b(?:panel discussion|panel\b(?! data)|debate|panelists|panellists|fireside chat)", re.I)
_CAPITALS = re.compile(
    r"(?<![\w.])(?:[A-ZÀ-ÞĀ-ſ][\w'’.-]*\s+(?:(?:van|von|de|der|den|del|di|da|la|le|el|al|bin|"
    r"ten)\s+)*){1,3}[A-ZÀ-ÞĀ-ſ][\w'’-]+",
    re.U,
)
_HERE = re.compile(r"^(?:here|link|this|online|available|\[?\d*\]?)$", re.I)


_NAME = r"[A-ZÀ-Þ][\w’'.-]*(?: (?:(?:van|von|de|der|den|del|di|da|la|le|al|bin) )*[A-ZÀ-Þ][\w’'.-]*?){1,3}"
_BY_WHOM = re.compile(rf"^(?:by|from|with) (?P<name>{_NAME})(?: ?\((?P<org>[^()]{{2,60}})\))?(?:[.:,]\s|\s[–—-]\s|$)")
_GIVEN = re.compile(
    r"\b(?:talk|keynote|lecture|tutorial|presentation)s? (?:was |were )?(?:given |delivered |held )?"
    rf"by (?P<name>{_NAME})"
    r"(?: ?\((?P<org>[^()]{2,60})\))?,? (?:on|about|titled|called)\b"
)


@dataclass
class Told:
    """A talk told in the paragraphs `start` to `stop`."""

    start: int
    stop: int
    kind: TalkKind
    text: str
    title: str | None = None
    affiliation: str | None = None
    speakers: dict[str, str | None] = field(default_factory=dict)  # name -> url
    moderators: dict[str, str | None] = field(default_factory=dict)
    links: list[LinkFact] = field(default_factory=list)


class ProseExtractor:
    """Talks and papers in the paragraphs of a post."""

    name = "prose"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.3 if is_post(page) else 0.0

    def read(self, page: Page) -> Sequence[Reading]:
        out: list[Reading] = []
        told = _told(page)
        used = {link.url for talk in told for link in talk.links}
        for talk in told:
            out.append(_reading(page, talk))
        bibliography = [range(r.start, r.stop) for r in regions(page) if r.topic == "bibliography"]
        for line in page.lines:
            if any(line.index in span for span in bibliography):
                continue
            papers = _linked_papers(page, line, used)
            if papers:
                out.append(Reading(line.index, line.index + 1, 0.2, papers=papers, exclusive=False))
        return out


# --- talks ----------------------------------------------------------------------------------------------------


def _told(page: Page) -> list[Told]:
    out: list[Told] = []
    section: dict[
        str, tuple[str, str | None]
    ] = {}  # first name -> name and link, of the speakers since the last heading
    open_panel: Told | None = None
    for line in page.lines:
        if line.level:
            section = {}
            open_panel = None
            continue
        if line.element.tag not in ("p", "div", "section", "li", "article") or len(line.text) < 80:
            continue
        if (titled := _titled(line)) is not None:
            out.append(titled)
            open_panel = None
            continue
        people = _named(line)
        panel = _PANEL.search(line.text[:200]) is not None and (bool(people) or bool(section))
        cue = _TALK.search(line.text[:300]) or (_AT_WORKSHOP.match(line.text) and _SAID.search(line.text[:300]))
        if (panel and _SAID.search(line.text)) or (panel and re.search(r"\bmoderat", line.text)):
            talk = Told(line.index, line.index + 1, "panel", line.text)
            _fill_panel(talk, line, people, section)
            if talk.speakers:
                out.append(talk)
                open_panel = talk
                section.update({name.split()[0]: (name, href) for name, href in talk.speakers.items()})
            continue
        if cue and people:
            speaker = _speaker(line, people)
            if speaker is not None:
                kind: TalkKind = (
                    "keynote"
                    if "keynote" in line.text[:300].lower()
                    else "tutorial"
                    if re.search(r"\btutorial\b", cue.group(), re.I)
                    else "invited"
                )
                talk = Told(line.index, line.index + 1, kind, line.text, title=_told_title(line.text))
                talk.speakers[speaker] = people[speaker]
                talk.links = _talk_links(line)
                before = next((t for t in out if t.title is None and list(t.speakers) == [speaker]), None)
                if before is not None and talk.title is None:
                    # a second paragraph about the same talk
                    before.links.extend(link for link in talk.links if link not in before.links)
                    continue
                out.append(talk)
                section[speaker.split()[0]] = (speaker, people[speaker])
                open_panel = None
            continue
        if open_panel is not None and people and _SAID.search(line.text[:160]):
            first = next(iter(people))
            if line.text.startswith(first) or line.text.find(first) < 25:
                open_panel.speakers.setdefault(first, people[first])
    return out


def _titled(line: Line) -> Told | None:
    """ "<b>Title</b> by Anna Bell (ETH). She began with ..." and "A talk was given by Anna Bell on <em>Title</em>"."""
    if len(line.runs) < 2 or line.level:
        return None
    first = line.runs[0]
    if (first.bold or first.italic) and not first.href and first.start == 0:
        title = line.text[: first.stop].strip(' .:,“”"')
        after = line.text[first.stop :].lstrip(' .:,–—-”"')
        match = _BY_WHOM.match(after)
        if match and title_score(title) >= 0.45:
            note = after[match.end() :].strip()
            return _by(line, title, match.group("name"), match.group("org"), note or line.text)
    match = _GIVEN.search(line.text[:300])
    run = next((r for r in line.runs if (r.italic or r.bold) and match and r.start - match.end() in range(4)), None)
    if match and run is not None:
        title = line.text[run.start : run.stop].strip(' .:,“”"')
        if title_score(title) >= 0.3:
            return _by(line, title, match.group("name"), match.group("org"), line.text)
    return None


def _by(line: Line, title: str, person: str, org: str | None, text: str) -> Told | None:
    name = clean_name(person)
    if len(name.split()) < 2 or name_score(name) < 0.5:
        return None
    href = next((r.href for r in line.runs if r.href and name in line.text[r.start : r.stop]), None)
    talk = Told(line.index, line.index + 1, "invited", text, title=clean_title(title), affiliation=org)
    talk.speakers[name] = href
    talk.links = _talk_links(line)
    return talk


def _named(line: Line) -> dict[str, str | None]:
    """The persons named on a line in order, with their links. Unlinked names count in the first sentences only."""
    found: list[tuple[int, str, str | None]] = []
    for run in line.runs:
        if run.href is None:
            continue
        name = clean_name(line.text[run.start : run.stop])
        if len(name.split()) >= 2 and name_score(name) >= 0.6 and not is_paper_url(run.href):
            found.append((run.start, name, run.href))
    taken = [(start, start + len(name)) for start, name, _ in found]
    for match in _CAPITALS.finditer(line.text[:300]):
        if any(start < match.end() and match.start() < stop for start, stop in taken):
            continue
        name = clean_name(match.group())
        if len(name.split()) >= 2 and name_score(name) >= 0.8:
            found.append((match.start(), name, None))
    return {name: href for _, name, href in sorted(found, key=lambda f: f[0])}


def _speaker(line: Line, people: dict[str, str | None]) -> str | None:
    """Who gave the talk: a linked name in the opening before an unlinked one."""
    head = line.text[:260]
    near = [name for name in people if name in head or name.split()[-1] in head]
    linked = [name for name in near if people[name]]
    return next(iter(linked or near), None)


def _fill_panel(
    talk: Told, line: Line, people: dict[str, str | None], section: dict[str, tuple[str, str | None]]
) -> None:
    for name, href in people.items():
        after = line.text[line.text.find(name) + len(name) :][:40]
        before = line.text[max(0, line.text.find(name) - 25) : line.text.find(name)]
        if re.match(r"\s*(?:as (?:the )?moderator|\(moderator\)|moderated|moderating)", after) or re.search(
            r"moderat\w+ by\s*$", before
        ):
            talk.moderators[name] = href
        else:
            talk.speakers[name] = href
    for first, (name, href) in section.items():
        if name not in talk.speakers and re.search(rf"\b{re.escape(first)}\b(?! \w+'s)", line.text):
            talk.speakers[name] = href
    talk.title = (
        quoted(line.text[:300])
        if re.search(r"\b(?:debate|proposition|titled|entitled|topic|on)\b", line.text[:160], re.I)
        and re.search(r"[“\"].{20,}?[”\"]", line.text[:300])
        else None
    )
    talk.links = _talk_links(line)


def _told_title(text: str) -> str | None:
    match = re.search(
        r"(?:titled|entitled|called|on the topic of|talk,|talk on|keynote,)\s*[“\"]([^”\"]{8,200})[”\"]", text[:400]
    )
    return clean_title(match.group(1)) if match else None


def _talk_links(line: Line) -> list[LinkFact]:
    """Videos and slides; "here" takes its meaning from the words before it."""
    out = []
    for run in line.runs:
        if run.href is None:
            continue
        text = line.text[run.start : run.stop]
        context = text if not _HERE.match(text.strip()) else line.text[max(0, run.start - 28) : run.start]
        kind = link_kind(run.href, context if _HERE.match(text.strip()) else "")
        if kind in ("video", "slides"):
            out.append(LinkFact(kind, run.href))
    return out


def _reading(page: Page, talk: Told) -> Reading:
    proof = evidence(page, talk.start, talk.stop, "prose/1", 0.6)
    role: Role = "panelist" if talk.kind == "panel" else "speaker"
    people = [
        PersonFact(name=n, role=role, affiliation=talk.affiliation, url=u, evidence=proof)
        for n, u in talk.speakers.items()
    ]
    people += [PersonFact(name=n, role="moderator", url=u, evidence=proof) for n, u in talk.moderators.items()]
    fact = TalkFact(
        title=talk.title,
        speakers=(*talk.speakers, *talk.moderators),
        affiliation=talk.affiliation,
        kind=talk.kind,
        summary=talk.text,
        links=tuple(talk.links),
        evidence=proof,
    )
    return Reading(talk.start, talk.stop, 0.3, talks=(fact,), people=tuple(people))


# --- papers ---------------------------------------------------------------------------------------------------


def _linked_papers(page: Page, line: Line, used: set[str]) -> tuple[PaperFact, ...]:
    out = []
    for position, (text, href) in enumerate(line.linked()):
        opens = position == 0 and line.text.startswith(text) and line.element.tag == "li"
        title = _link_title(text, opens=opens, rest=line.text[len(text) :])
        if href in used or not (
            is_paper_url(href) or (opens and title and title_score(title) >= 0.5 and href.lower().endswith(".pdf"))
        ):
            continue
        out.append(
            PaperFact(
                title=title,
                url=best_urls([(text, href)])[0] or href,
                openreview_id=openreview_id(href),
                arxiv_id=arxiv_id(href),
                doi=doi(href),
                authors=_authors(line.text, text),
                cited=True,
                evidence=evidence(page, line.index, line.index + 1, "prose/1", 0.6),
            )
        )
    return tuple(out)


def _link_title(text: str, *, opens: bool, rest: str) -> str | None:
    """The paper's title when the link text is one: in title case, or one coined word; None for "this paper"."""
    title = clean_title(text)
    words = title.split()
    if len(words) == 1:
        return title if sum(c.isupper() for c in title) >= 2 and title[0].isalpha() else None
    if opens and rest.lstrip().startswith((":", "(", ".", ",", "by ", "-", "–")) and title_score(title) >= 0.3:
        return title
    capital = sum(w[0].isupper() for w in words if w[0].isalpha())
    long = [w for w in words if len(w) > 3 and w[0].isalpha()]
    if (
        len(words) >= 4
        and title_score(title) >= 0.45
        and title[0].isupper()
        and (capital >= 0.6 * len(words) or ":" in title)
        and capital >= 0.6 * len(long)
    ):
        return title
    return None


_PERSON = r"[A-ZÀ-Þ][\w’'.-]*(?: (?:(?:van|von|de|der|den|del|di|da|la|le|al|bin) )*[A-ZÀ-Þ][\w’'.-]*){0,3}"
_BESIDE = re.compile(
    rf"^[\s\"”’]{{0,3}}(?:\s(?:by|of|from)\s+)(?P<names>{_PERSON}(?:,\s+(?:and\s+)?{_PERSON})*(?:,?\s+and\s+{_PERSON})?)"
)
_ET_AL = re.compile(r"^[^\w(]{0,3}\((?P<name>[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){0,3}),? et al")


def _authors(text: str, anchor: str) -> tuple[str, ...]:
    """The authors named beside a link: "(Vaswani et al., 2017)", "Anna Bell et al.", "<link> by Anna Bell and Carl"."""
    if match := re.match(
        r"^(?P<name>[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){0,3}) (?:et al|and [A-Z][\w’'-]+(?:,? \(?\d{4}|$))", anchor
    ):
        return (clean_name(match.group("name")),)
    place = text.find(anchor)
    if place < 0:
        return ()
    after = text[place + len(anchor) :]
    if match := _ET_AL.match(after):
        return (clean_name(match.group("name")),)
    if match := _BESIDE.match(after):
        names = match.group("names")
        if re.match(r",? et al", after[match.end("names") :]) or "," in names or " and " in names or " " in names:
            found = tuple(clean_name(n) for n in re.split(r",\s+(?:and\s+)?|\s+and\s+", names) if n)
            return found if all(name_score(n) > 0.3 or len(n.split()) == 1 for n in found) else ()
    return ()
