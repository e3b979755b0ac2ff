"""Talks: timetables, lists, titled headings and labelled blocks, read in every plausible cut; the best cut wins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kb.models import PaperFact, PersonFact, Role, TalkFact, TalkKind
from kb.text import fold as fold_text
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.fold import Draft, fold, worth
from scrapers.extract.html.outline import Region, regions, within_papers
from scrapers.extract.html.page import Page
from scrapers.extract.html.papers import best_urls
from scrapers.extract.html.people import person_anchors, person_line, person_url, read_people
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.slots import Span, candidates
from scrapers.extract.html.tables import column_head
from scrapers.extract.html.talkline import field_of, split_talk
from scrapers.extract.html.urls import arxiv_id, doi, openreview_id
from scrapers.extract.lang.affiliations import affiliation_in_bio, affiliation_score, organisation, strip_affiliation
from scrapers.extract.lang.people import Mention
from scrapers.extract.lang.sections import Section
from scrapers.extract.lang.times import is_day, leading_time
from scrapers.extract.lang.titles import is_slot, kind_of, split_kind, title_score

_PANEL = re.compile(r"\bpanel\b|\bround ?table\b|\bfireside\b|\bdebate\b", re.I)
# Titles of talks have 8 words on average, fields of interest two or three.
_TITLE_WORDS = 4
# Lines a region may have for the more expensive cuts; a longer one is read by rows, times and headings only.
_MANY_LINES = 3000


class TalksExtractor:
    """Schedules, lists of talks, and speakers with titles."""

    name = "talks"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.7 if any(r.topic in ("talks", "schedule") for r in regions(page)) else 0.4

    def read(self, page: Page) -> Sequence[Reading]:
        out = []
        for region in regions(page):
            topic = region.topic
            if topic in ("ignore", "bibliography", "papers"):
                continue
            if topic == "talks" and within_papers(region):
                continue  # "Orals" in a list of papers
            if topic == "people" and (region.section or region.root or Section("people")).role not in (
                "speaker",
                "panelist",
                None,
            ):
                continue
            reading = read_talks(page, region)
            if reading is not None:
                out.append(reading)
        return out


def read_talks(page: Page, region: Region) -> Reading | None:
    """The talks of a region under its best cut; None when it has none."""
    section = region.section or region.root
    topic = region.topic
    if topic is None and not _promising(page, region):
        return None
    best: tuple[float, list[Draft]] | None = None
    for name, spans in candidates(page, region.start, region.stop):
        if region.stop - region.start > _MANY_LINES and name.startswith(("shape", "items")):
            continue
        drafts, value = _read_cut(page, spans)
        drafts = _accepted(page, drafts, topic)
        value = (
            sum(worth(d) ** 1.5 for d in drafts) * (0.6 + 0.4 * value) * (1.05 if name in ("rows", "times") else 1.0)
        )
        if drafts and (best is None or value > best[0] * 1.02):
            best = (value, drafts)
    if best is None:
        return None
    posters = [d for d in best[1] if d.poster]
    drafts = [d for d in best[1] if not d.poster]
    if not _convincing(page, region, topic, drafts):
        return None
    ranked = any(d.kind in ("keynote", "invited") for d in drafts)
    talks = tuple(_talk(page, draft, section, ranked=ranked) for draft in drafts)
    people = [p for draft, talk in zip(drafts, talks, strict=True) for p in _people(page, draft, talk)]
    if (
        topic == "people"
        and section is not None
        and section.role
        and (cards := read_people(page, region, section.role))
    ):
        people.extend(cards.people)
    score = {"schedule": 0.8, "talks": 0.75, "people": 0.75}.get(topic or "", 0.6)
    if topic == "schedule" and not any(d.time or d.label for d in drafts):
        score = 0.55
    papers = tuple(_paper(page, draft) for draft in posters if draft.title and draft.people)
    return Reading(region.start, region.stop, score, talks=talks, people=tuple(people), papers=papers)


def _paper(page: Page, draft: Draft) -> PaperFact:
    """What stands in a schedule as a poster."""
    urls = [link.url for link in draft.links]
    url, pdf = best_urls([("", u) for u in urls])
    return PaperFact(
        title=draft.title,
        url=url,
        openreview_id=next((i for u in urls if (i := openreview_id(u))), None),
        arxiv_id=next((i for u in urls if (i := arxiv_id(u))), None),
        doi=next((i for u in urls if (i := doi(u))), None),
        authors=tuple(m.name for m in draft.people),
        abstract=draft.summary,
        pdf=pdf,
        links=tuple(draft.links),
        evidence=evidence(page, draft.start, draft.stop, "talks/1", worth(draft)),
    )


def _promising(page: Page, region: Region) -> bool:
    """A quick look at a region nothing is known about: times, labels, or headings with names in them."""
    times = fields = named = items = told = days = 0
    dated = False  # the line before is a date
    if _headed(page, region):
        return True
    for line in page.lines[region.start : region.stop]:
        text = line.text
        if line.level and (split_talk(text) is not None or split_kind(text)[0]):
            named += 1
        if line.element.tag == "li" and text:
            items += 1
            told += len(text) < 400 and (split := split_talk(text, line)) is not None and split.order == "people-title"
        days += dated and person_line(line) is not None
        dated = is_day(text) and any(c.isdigit() for c in text)
        if len(text) < 400:
            times += leading_time(text)[0] is not None
            field = field_of(text)
            fields += field is not None and field[0].endswith(("title", "speaker", "speakers", "abstract", "presenter"))
    return times >= 2 or fields >= 1 or named >= 2 or days >= 3 or (told >= 3 and told >= 0.6 * items)


def _told_in_items(page: Page, full: list[Draft]) -> bool:
    """Three list items or more such as "Anna Bell (ETH): Title of her talk. What I took home." """
    told = [d for d in full if page.lines[d.start].element.tag == "li" and d.start in d.people_lines]
    words = sum(len((d.title or "").split()) for d in told)
    return len(told) >= 3 and words >= _TITLE_WORDS * len(told) and all(d.spoken or len(d.people) <= 3 for d in told)


def _headed(page: Page, region: Region) -> bool:
    """True where a table has a column for titles and one for speakers."""
    heads = {column_head(page, line.element) for line in page.lines[region.start : region.stop]}
    return {"title", "speaker"} <= heads


def _read_cut(page: Page, spans: list[Span]) -> tuple[list[Draft], float]:
    drafts: list[Draft] = []
    understood = 0
    total = 0
    for start, stop in spans:
        found, known = fold(page, start, stop)
        drafts.extend(found)
        understood += known
        total += sum(1 for line in page.lines[start:stop] if line.text)
    return drafts, understood / max(1, total)


def _accepted(page: Page, drafts: list[Draft], topic: str | None) -> list[Draft]:
    """The drafts that are talks in a region about `topic`."""
    whole = fold_text(page.title)  # the event's own heading is no talk
    labelled = sum(1 for d in drafts if d.label)
    use_labels = labelled >= 0.3 * len(drafts)
    titled = sum(1 for d in drafts if d.title and d.people)
    words = sum(len((d.title or "").split()) for d in drafts if d.title and d.people)
    looks = Counter(d.titled_by for d in drafts if d.title and d.people)
    usual = looks.most_common(1)[0][0] if titled >= 2 and titled >= 0.5 * len(drafts) else None
    out = []
    for draft in drafts:
        if (
            topic == "talks"
            and usual
            and draft.title
            and not (draft.people or draft.labelled or draft.label)
            and draft.titled_by != usual
        ):
            continue
        if (
            draft.title is not None
            and not draft.people
            and (is_slot(draft.title) or page.lines[draft.start].level == 1)
        ):
            continue
        panel = draft.kind == "panel" or bool(draft.title and _PANEL.search(draft.title) and not draft.summary)
        if panel and topic in ("schedule", "talks", None) and (draft.time or draft.label or draft.people):
            out.append(draft)
            continue
        if draft.weak and draft.title == draft.weak and not draft.label:
            continue
        if topic == "schedule":
            if (draft.title and draft.people) or (
                draft.people and (draft.label or draft.time) and len(draft.people) <= 4
            ):
                out.append(draft)
            elif draft.title and not draft.people:
                strong = title_score(draft.title) >= (0.35 if draft.label else 0.5)
                if strong and (draft.label or (draft.time and not use_labels) or draft.labelled):
                    out.append(draft)
        elif topic == "talks":
            if (
                draft.title
                and (
                    draft.people or draft.labelled or (title_score(draft.title) >= 0.5 and len(draft.title.split()) > 2)
                )
            ) or (draft.people and (titled >= 0.3 * len(drafts) or (draft.label and draft.time))):
                out.append(draft)
        elif topic == "people":
            if (
                draft.title
                and draft.people
                and (
                    draft.labelled
                    or draft.summary
                    or (
                        words >= _TITLE_WORDS * titled
                        and title_score(draft.title) >= 0.5
                        and len(draft.title.split()) >= _TITLE_WORDS
                    )
                )
                and title_score(draft.title) >= 0.35
            ) or (draft.people and draft.label and kind_of(draft.label)):
                out.append(draft)
        elif (
            draft.title
            and draft.people
            and (draft.spoken or draft.label or draft.time or len(draft.people) <= 2)
            and fold_text(draft.title) not in whole
        ):
            out.append(draft)
    return out


def _convincing(page: Page, region: Region, topic: str | None, drafts: list[Draft]) -> bool:
    if topic == "schedule":
        return True
    if topic in ("talks", None) and _headed(page, region):
        return True
    if region.section is None and not any(d.people or d.time for d in drafts):
        return False  # "/sessions/" lists topics too
    if topic in ("talks", "people"):
        anchors = person_anchors(page, region.start, region.stop)
        named = sum(len(a.people) for a in anchors.values())
    if topic == "talks":
        if any(d.labelled or d.summary or d.time for d in drafts) or named < 2:
            return True
        # Cards of speakers with a field of interest below the name are people, not talks.
        full = [d for d in drafts if d.title and d.people]
        words = sum(len((d.title or "").split()) for d in full)
        return len(full) >= 0.5 * len(anchors) and words >= _TITLE_WORDS * len(full)
    if topic == "people":
        return len(drafts) >= 0.4 * max(1, named) or any(d.labelled for d in drafts)
    full = [d for d in drafts if d.title and d.people]
    strong = sum(1 for d in full if d.labelled or d.label or d.time)
    if strong >= 1 and any(d.labelled or (d.label and d.time) for d in full):
        return True
    timed = sum(1 for d in full if d.time or is_day(page.lines[d.start].text))
    if timed >= 2 and timed >= 0.5 * len(drafts):
        return True
    if _told_in_items(page, full):
        return True
    headed = sum(1 for d in full if page.lines[d.start].level)
    return headed >= 2 and headed >= 0.5 * len(drafts)


def _talk(page: Page, draft: Draft, section: Section | None, *, ranked: bool) -> TalkFact:
    kind = _kind(draft, section, ranked=ranked)
    title = draft.title
    if title is None and kind == "panel":
        title = draft.label if draft.label and len(draft.label) > 5 else "Panel Discussion"
    speakers = [*draft.people, *(m for m in draft.moderators if kind == "panel")]
    first = draft.people[0] if draft.people else None
    affiliation = (first.affiliation if first else None) or draft.affiliation
    if kind == "panel":
        affiliation = None  # each panelist has one
    if affiliation is None and first is not None and draft.summary and kind != "panel":
        affiliation = affiliation_beside(first.name, draft.summary)
    return TalkFact(
        title=title,
        speakers=tuple(dict.fromkeys(m.name for m in speakers)),
        affiliation=affiliation,
        kind=kind,
        summary=draft.summary,
        links=tuple(draft.links),
        start=draft.time,
        evidence=evidence(page, draft.start, draft.stop, "talks/1", worth(draft)),
    )


def _kind(draft: Draft, section: Section | None, *, ranked: bool) -> TalkKind | None:
    """`ranked` says that other talks of the list are called keynote or invited: a plain "Talk" then is neither."""
    if draft.kind is not None:
        return draft.kind
    if draft.label and ranked and not (section and section.talk_kind):
        return "contributed"
    if draft.title and _PANEL.search(draft.title) and len(draft.people) != 1:
        return "panel"
    if section is not None and section.talk_kind is not None:
        return section.talk_kind
    if not draft.people or len(draft.people) > 2:
        return "contributed"
    return "contributed" if any(link.kind == "paper" for link in draft.links) else "invited"


def affiliation_beside(name: str, text: str) -> str | None:
    """The organisation in brackets after a name in prose: "Anna Bell (ETH) showed ..."."""
    last = re.escape(name.split()[-1])
    match = re.search(rf"\b{last}\s*\(([^()]{{2,90}})\)", text)
    if match and (affiliation_score(match.group(1)) >= 0.4 or match.group(1)[0].isupper()):
        return strip_affiliation(match.group(1))
    return None


def _people(page: Page, draft: Draft, talk: TalkFact) -> list[PersonFact]:
    role: Role = "panelist" if talk.kind == "panel" else "speaker"
    out = []
    single = len(draft.people) == 1
    for mention in draft.people:
        affiliation = mention.affiliation or (talk.affiliation if single or mention is draft.people[0] else None)
        if affiliation is None and single and draft.bio:
            affiliation = affiliation_in_bio(draft.bio)
        out.append(
            _person(page, draft, mention, "moderator" if "moderator" in mention.note else role, affiliation, single)
        )
    out.extend(_person(page, draft, mention, "moderator", mention.affiliation, False) for mention in draft.moderators)
    return out


def _person(
    page: Page, draft: Draft, mention: Mention, role: Role, affiliation: str | None, single: bool
) -> PersonFact:
    url = None
    for index in draft.people_lines or [draft.start]:
        url = url or person_url(page, index, (index, index + 1), mention, alone=False)
    return PersonFact(
        name=mention.name,
        role=role,
        affiliation=organisation(affiliation) if affiliation else None,
        url=url,
        bio=draft.bio if single else None,
        evidence=evidence(
            page, draft.people_lines[0] if draft.people_lines else draft.start, draft.stop, "talks/1", worth(draft)
        ),
    )
