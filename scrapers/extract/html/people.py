"""People shown in a role: cards, bullets, tables, biographies and plain lists of names under a heading."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kb.models import PersonFact, Role, TalkFact
from kb.names import is_placeholder
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.inline import inline_roles
from scrapers.extract.html.outline import Region, regions, within_papers
from scrapers.extract.html.page import Line, Page
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.records import Shape, record_spans, shape
from scrapers.extract.html.urls import is_paper_url, is_social, link_kind, same_page
from scrapers.extract.lang.affiliations import (
    affiliation_in_bio,
    affiliation_score,
    best_affiliation,
    is_address,
    is_position,
    organisation,
    strip_affiliation,
)
from scrapers.extract.lang.names import NAME, clean_name, name_score, note_of
from scrapers.extract.lang.people import Mention, people_in
from scrapers.extract.lang.sections import classify
from scrapers.extract.lang.titles import clean_title, is_prose, is_slot, split_kind, title_score

_AFTER_NAME = re.compile(
    r"\s*(?:[,–—|:·•/]|-\s|(?<=\s)-|\s@\s|\(|\bis\b|\breceived\b|\bhas\b|\bworks?\b|\bobtained\b|"
    r"\bjoined\b|\bleads\b|\bserves?\b|\bstudies\b|\bearned\b)"
)
_HOMEPAGE = re.compile(r"\b(?:home ?page|web ?(?:site|page)|personal|profile|globe|home|faculty|link to|bio)\b", re.I)
# "We thank our reviewers: Anna Bell, Carl Diaz"
_THANKS = re.compile(
    r"^(?:(?:we|the|our|many|special|with)\b[^:.]{3,120}:|[^:.,]{3,60}\b(?:organi[sz]ed|chaired|led|run) by)\s+", re.I
)
# where the other cards have their organisation: "Meta FAIR", "Erasmus MC"
_ORG_LIKE = re.compile(r"[A-Z][\w&.-]*(?: (?:[A-Z][\w&.-]*|of|for|the|and|de|du)){0,5}")
_INTERESTS = re.compile(r"^(?:research |main )?(?:interests?|topics|areas?|keywords)\s*[:–-]\s*(?=\S)", re.I)
_INTEREST_CLASS = re.compile(r"interest|expertise|research-area|keywords", re.I)
_NO_PLACE = re.compile(r"^\W*(?:pdf|n/?a|slides?|videos?|watch|recording|poster|notebooks?|link|code|close)\W*$", re.I)
_NOTE_ROLES: tuple[tuple[str, Role], ...] = (
    ("moderator", "moderator"),
    ("panel chair", "moderator"),
    ("panelist", "panelist"),
)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A line that names people. `whole` means that nothing else stands on it; `rest` is what follows the name."""

    people: tuple[Mention, ...]
    whole: bool
    rest: str = ""
    role: Role | None = None  # said on the line itself: "Program chairs: ..."


class PeopleExtractor:
    """Cards, bullets, rows and biographies of people under a heading that says who they are."""

    name = "people"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.6 if any(r.topic in ("people", "talks") for r in regions(page)) else 0.2

    def read(self, page: Page) -> Sequence[Reading]:
        out: list[Reading] = []
        for region in regions(page):
            section = region.section or region.root
            out.extend(inline_roles(page, region))
            if section is None or section.topic == "ignore":
                out.extend(_inline(page, region))
            if section is None or section.topic not in ("people", "talks") or section.role is None:
                continue
            if section.topic == "talks" and within_papers(region):
                continue
            reading = read_people(page, region, section.role)
            if reading is not None:
                out.append(reading)
        return out


def _inline(page: Page, region: Region) -> list[Reading]:
    """Lines such as "Organizers: Anna Bell (ETH), Carl Diaz" where no heading announces people."""
    out = []
    for line in page.lines[region.start : region.stop]:
        found = _labelled(line.text) if len(line.text) < 3000 else None
        if found is None or found.role is None:
            continue
        people = tuple(
            PersonFact(
                name=mention.name,
                role=_role(mention.note, found.role),
                affiliation=organisation(mention.affiliation) if mention.affiliation else None,
                url=person_url(page, line.index, (line.index, line.index + 1), mention, alone=False),
                evidence=evidence(page, line.index, line.index + 1, "people/1", 0.7),
            )
            for mention in found.people
        )
        out.append(Reading(line.index, line.index + 1, 0.5, people=people))
    return out


def read_people(page: Page, region: Region, role: Role) -> Reading | None:
    """The people of a region, all in `role` unless a note beside a name says otherwise."""
    anchors = person_anchors(page, region.start, region.stop)
    if not anchors:
        return None
    indexes = sorted(anchors)
    spans = record_spans(page, indexes, region.start, region.stop)
    spans = _without_tail(spans, indexes)
    people: list[PersonFact] = []
    explained = 0
    kind = Counter(_affiliation_offset(page, i, span) for i, span in zip(indexes, spans, strict=True))
    usual, seen = kind.most_common(1)[0]
    usual_offset = usual if usual is not None and seen >= 0.5 * len(indexes) else None
    legend = _legend(page, region)
    for index, span in zip(indexes, spans, strict=True):
        found = anchors[index]
        marks = _MARKS.findall(page.lines[index].text) if legend else []
        marked = next((legend[m] for m in marks if m in legend), role)
        explained += span[1] - span[0]
        for mention in found.people:
            affiliation = mention.affiliation
            alone = len(found.people) == 1
            if affiliation is None and alone:
                affiliation = _affiliation(page, index, span, found.rest, usual_offset)
            people.append(
                PersonFact(
                    name=mention.name,
                    role=_role(mention.note, found.role or marked),
                    affiliation=organisation(affiliation) if affiliation else None,
                    url=person_url(page, index, span, mention, alone=alone),
                    interests=_interests(page, index, span, affiliation) if alone else (),
                    bio=_bio(page, index, span, found) if alone else None,
                    evidence=evidence(page, index, min(span[1], index + 3), "people/1", 0.6 + 0.3 * found.whole),
                )
            )
    lines = sum(1 for line in page.lines[region.start : region.stop] if line.text)
    share = min(1.0, explained / max(1, lines))
    known = region.section is not None and region.section.topic == "people"
    talks = _panel_talk(page, region, people)
    return Reading(
        start=region.start,
        stop=region.stop,
        score=0.35 + 0.2 * share + 0.1 * known + 0.25 * bool(talks),
        people=tuple(people),
        talks=talks,
    )


def _panel_talk(page: Page, region: Region, people: list[PersonFact]) -> tuple[TalkFact, ...]:
    """A panel with its people under a heading of its own is one talk."""
    if region.section is None or region.section.talk_kind != "panel" or region.head < 0:
        return ()
    heading = page.lines[region.head].text
    label, rest = split_kind(heading)
    title = clean_title(rest) if label and rest else clean_title(heading)
    first = next((line for line in page.lines[region.start : region.stop] if line.text), None)
    if not rest and first is not None and first.level and title_score(first.text) >= 0.5 and person_line(first) is None:
        title = clean_title(first.text)  # the panel's question under "Panel discussion"
    return (
        TalkFact(
            title=title,
            speakers=tuple(dict.fromkeys(p.name for p in people)),
            kind="panel",
            evidence=evidence(page, region.head, region.head + 1, "people/1", 0.8),
        ),
    )


_MARKS = re.compile(r"[*†‡§]+")


def _legend(page: Page, region: Region) -> dict[str, Role]:
    """What marks beside names mean: "** Main organizer * Section facilitator" below a list."""
    out: dict[str, Role] = {}
    for line in page.lines[region.start : region.stop]:
        if line.text[:1] in "*†‡§" and len(line.text) < 200:
            for mark, words in re.findall(r"([*†‡§]+)\s*:?=?\s*([A-Za-z][A-Za-z -]{3,40})", line.text):
                section = classify(words)
                if section is not None and section.role is not None:
                    out[mark] = section.role
    return out


def _role(note: str, role: Role) -> Role:
    for word, special in _NOTE_ROLES:
        if word in note:
            return special
    return role


# --- anchors --------------------------------------------------------------------------------------------------


def person_line(line: Line) -> PersonLine | None:
    """The people a line names at its start, None when it starts with something else."""
    text = line.text
    if len(text) < 4 or len(text) > 4000:
        return None
    if len(text) < 600:
        people, purity = people_in(text)
        if people and purity > 0.93:
            return PersonLine(tuple(people), whole=True)
    if labelled := _labelled(text):
        return labelled
    if thanks := _THANKS.match(text):
        people, purity = people_in(text[thanks.end() :].rstrip(". "))
        if len(people) > 1 and purity > 0.9:
            return PersonLine(tuple(people), whole=True)
    first = _leading_run(line)
    if first:
        name = clean_name(first)
        if name_score(name) >= NAME - 0.05 and not is_slot(name):
            rest = text[len(first) :] if text.startswith(first) else text.split(first, 1)[-1]
            return PersonLine((Mention(name, None, note_of(text[:120])),), whole=False, rest=rest)
    match = _AFTER_NAME.search(text, 4) if len(text) > 6 else None
    while match and match.start() < 70:
        head = text[: match.start()]
        name = clean_name(head)
        if name_score(name) >= NAME and len(name.split()) >= 2:
            rest = text[match.start() :]
            return PersonLine((Mention(name, None, note_of(text[:120])),), whole=False, rest=rest)
        match = _AFTER_NAME.search(text, match.end())
    return None


def _labelled(text: str) -> PersonLine | None:
    """People after a label of a few words: "General chairs: Anna Bell (ETH), Carl Diaz"."""
    label, colon, rest = text.partition(":")
    if not colon or not rest.strip() or len(label.split()) > 5 or len(rest) > 3000:
        return None
    people, purity = people_in(rest.strip())
    if not people or purity <= 0.93:
        return None
    section = classify(label)
    return PersonLine(people, whole=True, role=section.role if section is not None else None)


def _leading_run(line: Line) -> str:
    """The text of the first link or bold stretch when the line starts with it."""
    if not line.runs:
        return ""
    first = line.runs[0]
    if not (first.bold or first.href) or (first.start > 0 and line.text[: first.start].strip()):
        return ""
    stop = first.stop
    for run in line.runs[1:]:
        if bool(run.href) == bool(first.href) and run.bold == first.bold and run.start - stop <= 1:
            stop = run.stop
        else:
            break
    return line.text[first.start : stop] if stop < len(line.text) else ""


def person_anchors(page: Page, start: int, stop: int) -> dict[int, PersonLine]:
    """The lines that open a person's record, by index: those of the shapes that most purely hold names."""
    known: dict[int, PersonLine] | None = page.memo.get(("persons", start, stop))
    if known is None:
        known = page.memo["persons", start, stop] = _person_anchors(page, start, stop)
    return known


def _person_anchors(page: Page, start: int, stop: int) -> dict[int, PersonLine]:
    found: dict[int, PersonLine] = {}
    by_shape: dict[Shape, list[int]] = defaultdict(list)
    total: Counter[Shape] = Counter()
    for line in page.lines[start:stop]:
        if not line.text:
            continue
        key = shape(line)
        person = person_line(line)
        if person is None and is_placeholder(re.sub(r"[\(\[,–—-].*", "", line.text)):
            continue  # "TBA" stands where a name will be
        total[key] += 1
        if person is not None:
            found[line.index] = person
            by_shape[key].append(line.index)
    if not found:
        return {}

    def rank(key: Shape) -> tuple[float, int]:
        indexes = by_shape[key]
        whole = sum(found[i].whole for i in indexes)
        purity = len(indexes) / total[key]
        emphasis = 0.15 * (key[1] > 0) + 0.1 * key[3] + 0.1 * key[4]
        return (
            purity * (0.6 + 0.4 * whole / len(indexes)) * min(1.0, 0.6 + 0.1 * len(indexes)) + emphasis,
            -indexes[0],
        )

    chosen: dict[int, PersonLine] = {}
    for key in sorted(by_shape, key=rank, reverse=True):
        indexes = by_shape[key]
        purity = len(indexes) / total[key]
        weak = purity < 0.34 and not (key[3] or key[4] or key[1])
        if not chosen:
            if weak:
                continue
            chosen = {i: found[i] for i in indexes}
            continue
        spans = record_spans(page, sorted(chosen), start, stop)
        spans = _without_tail(spans, sorted(chosen))
        for i in indexes:
            if weak and not (
                found[i].whole and len(found[i].people) == 1 and name_score(found[i].people[0].name) >= 0.6
            ):
                continue
            if not any(low <= i < high for low, high in spans) and (purity >= 0.5 or found[i].whole):
                chosen[i] = found[i]
    return chosen


def _without_tail(spans: list[tuple[int, int]], anchors: list[int]) -> list[tuple[int, int]]:
    """The last record of a flat layout ends where the others do, not at the end of the section."""
    if len(spans) < 2:
        return spans
    usual = max(high - anchor for (_, high), anchor in zip(spans[:-1], anchors[:-1], strict=True))
    low, high = spans[-1]
    return [*spans[:-1], (low, min(high, anchors[-1] + max(usual, 1)))]


# --- fields ---------------------------------------------------------------------------------------------------


def _affiliation_offset(page: Page, index: int, span: tuple[int, int]) -> int | None:
    """How many lines below the name a line names an organisation, None when none of the next three does."""
    offset = 0
    for line in page.lines[index + 1 : span[1]]:
        if not line.text:
            continue
        offset += 1
        if affiliation_score(line.text) >= 0.5 and not is_position_only(line.text):
            return offset
        if offset == 3:
            break
    return None


def is_position_only(text: str) -> bool:
    """True for a job without an employer: "Assistant Professor"."""
    return (
        is_position(text)
        and organisation(text) == strip_affiliation(text)
        and not re.search(r",|\bof\b|\bat\b|@", text)
    )


def _affiliation(page: Page, index: int, span: tuple[int, int], rest: str, usual: int | None) -> str | None:
    tail = _tail_affiliation(rest)
    if tail:
        return tail
    below = [line for line in page.lines[index + 1 : span[1]] if line.text and not _NO_PLACE.match(line.text)][:4]
    if usual is not None and len(below) >= usual:
        text = below[usual - 1].text
        others = [
            t.text
            for t in below
            if affiliation_score(t.text) >= 0.5 and not is_position_only(t.text) and not is_prose(t.text)
        ]
        if others and affiliation_score(text) >= 0.5:
            return best_affiliation(others)
        if affiliation_score(text) >= 0.3 or (
            len(text) < 80
            and not is_prose(text)
            and not is_address(text)
            and (
                title_score(text) < 0.5
                or len(text.split()) < 4
                or (text[0] == "(" and text[-1] == ")")
                or _ORG_LIKE.fullmatch(text)
            )
        ):
            return text
    organisations = [
        t.text
        for t in below
        if affiliation_score(t.text) >= 0.5 and not is_position_only(t.text) and not is_prose(t.text)
    ]
    if organisations:
        return best_affiliation(organisations)
    bio = rest if is_prose(rest) else next((line.text for line in below if is_prose(line.text)), "")
    return affiliation_in_bio(bio) if bio else None


def _tail_affiliation(rest: str) -> str | None:
    """The affiliation in what follows a name on its line: "(ETH)", ", MIT", " - Professor, Yale"."""
    rest = re.sub(r"^[\s*†‡§\d]+(?=[,(–—:|-])", "", rest)
    if match := re.match(r"\s*[,:–—|-]?\s*[\(\[]([^()\[\]]{2,120}(?:\([^()]*\))?[^()]*)[\)\]]", rest):
        inner = match.group(1)
        if not note_of(f"({inner})") and not re.search(r"\btalk\b|\bonline\b", inner, re.I):
            return strip_affiliation(inner)
    if match := re.match(r"\s*(?:[,:–—|·•/-]|@|\bfrom\b|\bat\b)\s*(.+)$", rest):
        text = match.group(1)
        if len(text) < 160 and not is_prose(text) and not is_address(text):
            text = re.sub(r"\s*[\(\[](?:" + "web|homepage|website|link|bio" + r")[^)\]]*[\)\]]", "", text, flags=re.I)
            if affiliation_score(text) >= 0.3 or len(text.split()) <= 6:
                return strip_affiliation(text)
    return None


def person_url(page: Page, index: int, span: tuple[int, int], mention: Mention, *, alone: bool) -> str | None:
    """The person's page: the link on the name, on the image, or the best other link of the record."""
    last = clean_name(mention.name).split()[-1].lower()
    line = page.lines[index]
    for text, href in line.linked():
        if last in text.lower() and (alone or name_score(clean_name(text)) >= 0.3) and not is_paper_url(href):
            return href
    if not alone:
        return None
    ranked: list[tuple[int, int, str]] = []
    for position, row in enumerate(page.lines[span[0] : span[1]]):
        near = abs(span[0] + position - index)
        if len(row.text) > 400 and near:
            continue
        for href, title in zip(row.hrefs, row.titles, strict=True):
            if (
                is_paper_url(href)
                or same_page(href, page.url)
                or link_kind(href, title) in ("video", "slides", "poster")
            ):
                continue
            if last in title.lower():
                rank = 0
            elif _HOMEPAGE.search(title):
                rank = 1
            elif is_social(href):
                rank = 4
            elif "scholar.google" in href or "github.com" in href:
                rank = 3
            else:
                rank = 2
            ranked.append((rank, near, href))
    return min(ranked)[2] if ranked else None


def _interests(page: Page, index: int, span: tuple[int, int], affiliation: str | None) -> tuple[str, ...]:
    """The fields of interest of a card: a line in italics below the affiliation, or one labelled or classed so."""
    for line in page.lines[index + 1 : span[1]]:
        text = line.text
        if not text or len(text) > 160 or is_prose(text) or is_address(text):
            continue
        label = _INTERESTS.match(text)
        told = label is not None or _INTEREST_CLASS.search(line.element.get("class") or "") is not None
        italic = bool(line.runs) and all(run.italic for run in line.runs) and not line.hrefs
        if not told and not (italic and affiliation and affiliation not in text and affiliation_score(text) < 0.5):
            continue
        if not told and (is_position(text) or name_score(clean_name(text)) >= NAME or text[0] in '(["“'):
            continue
        value = text[label.end() :] if label else text
        return tuple(part for p in re.split(r"\s*[,;·•|/]\s*", value) if (part := p.strip(" .")))
    return ()


def _bio(page: Page, index: int, span: tuple[int, int], found: PersonLine) -> str | None:
    if is_prose(found.rest):
        return page.lines[index].text
    for line in page.lines[index + 1 : span[1]]:
        if is_prose(line.text):
            return line.text
    return None
