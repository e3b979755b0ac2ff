"""Papers: lists, tables and cards of works, authors before or after the title, with several links each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kb.models import LinkFact, PaperFact
from kb.text import fold
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.outline import Region, regions, within_papers
from scrapers.extract.html.page import Line, Page
from scrapers.extract.html.posts import is_post
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.records import record_spans
from scrapers.extract.html.slots import Span, candidates
from scrapers.extract.html.tables import column_head
from scrapers.extract.html.talkline import field_of
from scrapers.extract.html.urls import arxiv_id, doi, is_paper_url, is_social, link_kind, openreview_id, same_page
from scrapers.extract.lang.affiliations import affiliation_score
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.people import leading_people, people_in
from scrapers.extract.lang.sections import classify
from scrapers.extract.lang.titles import clean_title, is_prose, is_slot, quoted, title_score

_LINK_WORD = re.compile(
    r"^[\[\(\s]*(?:pdf|paper|papers?(?: link)?|slides?|video|poster|code|link|openreview|open review|"
    r"arxiv|forum|abs|abstract|bibtex|bib|supp\w*|website|project(?: page)?|github|html|doi|"
    r"\S+\.(?:pdf|pptx?|zip|html?)|biorxiv|preprint|url|here|talk|recording|camera[- ]ready|download|"
    r"pmlr|acl|workshop paper|full (?:paper|text)|📄|🔗|page|data|demo|blog|publication|version|"
    r"proceedings|oral|spotlight|(?:(?:download|view|read|get|open|full|the|supplementary|extended|camera-ready)\s+)+"
    r"(?:pdf|paper|text|article|abstract|version|material|poster|slides|code|preprint))[\]\)\s\d|:.,]*$",
    re.I,
)
_NUMBERED = re.compile(
    r"^\s*(?:\[?\(?(?:#|id|no\.?|paper|poster|p)?\s*\d{1,4}\]?\)?[.):\]–-]?|[•▪◦‣►]|[-–](?=\s))\s+", re.I
)
_ET_AL = re.compile(r"(?:^|(?<=[\s(]))(?P<name>[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*){0,3})\s+et\.? al\b", re.U)
_LIST_TAIL = re.compile(
    r"[\s|/,•·]*(?:[\[\(]\s*(?:pdf|paper|slides?|video|poster|code|link|openreview|arxiv|forum|abs\w*|"
    r"bibtex|supp\w*|website|project|github|doi|spotlight|oral|best [\w ]+|award[\w ]*)\s*[\]\)][\s|"
    r"/,•·]*)+$",
    re.I,
)
_BRACKETED = re.compile(r"^(?:\[\s*[\w-]{2,20}(?: [\w-]{2,12})?\s*\]\s*)+$")
_VOLUME = re.compile(r"^(?:\w+ ){0,2}proceedings of\b|^volume \d", re.I)
_LISTED = 3
_GROUP = re.compile(r"openreview\.net/(?:group|submissions|venue)\b|[?&]tab=", re.I)


_BADGE_FIRST = re.compile(r"^\(?(?:spotlight|oral|poster|best[\w ]*|award[\w ]*)\)?\s*[:.,–-]?\s*", re.I)


@dataclass
class Work:
    """A paper in the making."""

    start: int
    stop: int
    title: str | None = None
    authors: tuple[str, ...] = ()
    abstract: str | None = None
    links: list[tuple[str, str]] = field(default_factory=list)  # (text, url)
    order: str = ""

    @property
    def worth(self) -> float:
        score = 0.0
        if self.title:
            score += 0.2 + 0.4 * title_score(self.title)
        if self.authors:
            score += 0.25
        if any(is_paper_url(url) or url.lower().split("?")[0].endswith(".pdf") for _, url in self.links):
            score += 0.2
        return score


class PapersExtractor:
    """Lists of a meeting's papers."""

    name = "papers"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.6 if any(r.topic == "papers" for r in regions(page)) else 0.2

    def read(self, page: Page) -> Sequence[Reading]:
        out = []
        post = is_post(page)
        for region in regions(page):
            listed = region.topic is None and not post and _listed(page, region)
            if listed:
                heads = [line.index for line in page.lines[region.start : region.stop] if line.level == 1]
                region = replace(region, start=heads[-1] + 1) if heads else region
            if region.topic == "papers" or within_papers(region) or listed:
                reading = read_papers(page, region)
                if reading is not None:
                    out.append(reading)
        return out


def _listed(page: Page, region: Region) -> bool:
    """True where no heading says anything, but three links to papers stand beside lines of people."""
    works: list[int] = []
    people: set[int] = set()
    for line in page.lines[region.start : region.stop]:
        if any(link_kind(h, t) == "paper" for h, t in zip(line.hrefs, line.titles, strict=True)) and (
            _LINK_WORD.match(line.text)
            or _only_links(line)
            or any(title_score(text) >= 0.5 for text, _ in line.linked())
        ):
            works.append(line.index)
        elif 0 < len(line.text) < 700 and people_in(_IN_VENUE.sub("", line.text))[1] > 0.85:
            people.add(line.index)
    beside = sum(not people.isdisjoint((i - 2, i - 1, i + 1, i + 2)) for i in works)
    return beside >= _LISTED and 2 * len(people) >= len(works)


def read_papers(page: Page, region: Region) -> Reading | None:
    """The papers of a region under the cut that reads best; None when it has none."""
    best: tuple[float, list[Work]] | None = None
    repeated = Counter(clean_title(line.text) for line in page.lines[region.start : region.stop] if line.text)
    for spans in _cuts(page, region):
        works = [w for span in spans for w in _read(page, span)]
        works = [w for w in works if _is_work(w) and repeated[w.title or ""] < _LISTED]
        if not works:
            continue
        _order, count = Counter(w.order for w in works).most_common(1)[0]
        consistent = count / len(works)
        solid = [w for w in works if w.authors or w.links]
        counted = solid if 2 * len(solid) >= len(works) else works
        value = sum(w.worth**1.5 for w in counted) * (0.7 + 0.3 * consistent)
        if best is None or value > best[0] * 1.02:
            best = (value, works)
    if best is None:
        return None
    works = best[1]
    whole = fold(page.title + " " + " ".join(line.text for line in page.lines if line.level == 1))
    works = [w for w in works if w.title is not None and fold(w.title) not in whole]
    works = [w for w in works if w.authors or w.links or page.lines[w.start].level not in (1, 2)]
    with_evidence = sum(1 for w in works if w.authors or w.links)
    known = region.topic == "papers" or within_papers(region)
    if not works or (with_evidence < 2 if not known else not with_evidence and len(works) < 3):
        return None
    mean = sum(w.worth for w in works) / len(works)
    papers = tuple(_paper(page, w) for w in works)
    # without a heading that says so, what reads as a schedule is one
    return Reading(region.start, region.stop, 0.4 + 0.4 * mean if known else min(0.5, 0.4 + 0.4 * mean), papers=papers)


def _cuts(page: Page, region: Region) -> Iterator[list[Span]]:
    for name, spans in candidates(page, region.start, region.stop):
        if name != "times":
            yield spans
    yield [(region.start, region.stop)]
    linked = [
        line.index
        for line in page.lines[region.start : region.stop]
        if any(not _LINK_WORD.match(text) and len(text) > 20 for text, _ in line.linked())
    ]
    if len(linked) >= 2:
        yield record_spans(page, linked, region.start, region.stop)
    paragraphs = [(line.index, line.index + 1) for line in page.lines[region.start : region.stop] if line.text]
    if len(paragraphs) <= 3000:
        yield paragraphs
        pairs = [(a[0], b[1]) for a, b in zip(paragraphs[::2], paragraphs[1::2], strict=False)]
        if len(paragraphs) >= 4 and len(paragraphs) % 2 == 0 and not any(page.lines[a].level for a, _ in paragraphs):
            yield pairs


def _is_work(work: Work) -> bool:
    if work.title is None or is_slot(work.title) or (len(work.title.split()) < 5 and classify(work.title) is not None):
        return False
    if _VOLUME.match(work.title):
        return False
    score = title_score(work.title)
    if work.authors and work.links:
        return score >= 0.2
    if work.authors or work.links:
        return score >= 0.3
    return score >= 0.5


# --- one record -----------------------------------------------------------------------------------------------


def _read(page: Page, span: Span) -> list[Work]:
    """The works on the lines of one record; more than one when titles repeat in one shape."""
    works: list[Work] = []
    now = Work(*span)
    look = ""
    for line in page.lines[span[0] : span[1]]:
        if line.hrefs and all(_GROUP.search(href) for href in line.hrefs):
            continue  # "All papers are on OpenReview"
        links = _links(page, line)
        text = _NUMBERED.sub("", _without_link_words(line))
        if not text or _LINK_WORD.match(text) or _only_links(line):
            now.links.extend(links)
            continue
        head = column_head(page, line.element)
        if head == "head":
            continue
        told = _ET_AL.search(text[:160]) if now.title is not None and not now.authors else None
        if told is not None or (
            now.title is not None
            and len(text) > 160
            and is_prose(text)
            and people_in(_IN_VENUE.sub("", text))[1] < 0.85
        ):
            now.links.extend(links)
            now.abstract = now.abstract or text
            if told is not None:
                now.authors = (clean_name(told.group("name")),)
            continue
        labelled = field_of(text)
        if labelled is not None:
            _labelled(now, *labelled)
            now.links.extend(links)
            continue
        if head == "author" or (head == "speaker" and now.title):
            people, _ = people_in(text, loose=True)
            now.authors = now.authors or tuple(m.name for m in people)
            continue
        parsed = (clean_title(text), (), "title") if head == "title" and len(text) > 12 else _parse(line, text)
        if parsed is None:
            now.links.extend(links)
            if is_prose(text) and now.title and now.abstract is None:
                now.abstract = text
            continue
        title, authors, order = parsed
        if title and now.title is not None and not authors and is_prose(text):
            now.links.extend(links)
            now.abstract = now.abstract or text
            continue
        if title and now.title is not None:
            if (now.authors and not authors) or (look == _look(line)) or (authors and now.authors):
                now.stop = line.index
                works.append(now)
                now = Work(line.index, span[1])
            else:
                now.links.extend(links)
                continue
        if title:
            now.title, look = title, _look(line)
            now.order = order
        if authors and not now.authors:
            now.authors = authors
            now.order = now.order or order
            if now.order == "title" and not title:
                now.order = "title/authors"
        now.links.extend(links)
    works.append(now)
    return works


def _without_link_words(line: Line) -> str:
    """The line's text without links such as "PDF" or "[code]" at its end."""
    text = line.text
    for run in reversed(line.runs):
        if (
            run.href is None
            or not _LINK_WORD.match(text[run.start : run.stop])
            or re.search(r"\w{2,}", text[run.stop :])
        ):
            break
        text = text[: run.start].rstrip(" |/,[(·•")
    return text or line.text


def _look(line: Line) -> str:
    first = line.runs[0] if line.runs else None
    return f"{line.element.tag}{line.level}{line.bold}{bool(first and first.href)}"


def _labelled(work: Work, name: str, value: str) -> None:
    if name.endswith("title") and value:
        work.title = work.title or clean_title(value)
    elif name.startswith(("author", "speaker", "presenter")):
        people, _ = people_in(value, loose=True)
        work.authors = work.authors or tuple(m.name for m in people)
    elif name in ("abstract", "summary", "tl;dr", "tldr") and value:
        work.abstract = work.abstract or value


def _only_links(line: Line) -> bool:
    """True for a line of nothing but link words: "[PDF] [Poster] [Forum]"."""
    rest = line.text
    if line.hrefs and (
        _BRACKETED.match(rest) or (len(rest) < 60 and all(_LINK_WORD.match(word) for word in rest.split()))
    ):
        return True
    for text, _ in line.linked():
        if not _LINK_WORD.match(text):
            return False
        rest = rest.replace(text, "", 1)
    return bool(line.hrefs) and not re.search(r"\w{3,}", rest)


_IN_VENUE = re.compile(
    r"[;,.]\s+(?:in:?\s+)?(?:proceedings of|PMLR\b|JMLR\b|advances in|transactions on).{0,160}$", re.I
)


def _parse(line: Line, text: str) -> tuple[str | None, tuple[str, ...], str] | None:
    """(title, authors, order) of a line: either may be missing; None when it is neither."""
    text = _IN_VENUE.sub("", _LIST_TAIL.sub("", text)).strip()
    text = re.sub(
        r"\s*[\[\(](?:pdf|paper|link|openreview|arxiv|slides|video|poster|code)[\]\)]\s*", " ", text, flags=re.I
    ).strip()
    if len(text) < 4:
        return None
    for match in re.finditer(r"(?:(?<=[^\W\dA-Z_]{2})|(?<=\)))\.\s+(?=[A-Z0-9])", text):
        people, purity = people_in(text[: match.start()])
        if not people or purity < 0.9:
            break
        if title_score(text[match.end() :]) >= 0.3:
            return clean_title(text[match.end() :]), tuple(m.name for m in people), "authors-title"
    people, purity = people_in(text)
    if people and purity > 0.85 and (len(people) > 1 or title_score(text) < 0.4 or purity > 0.98):
        return None, tuple(m.name for m in people), "authors"
    by_format = _by_format(line, text) if text[0] not in '"“„«' else None
    if by_format is not None:
        return by_format
    if title := quoted(text):
        before, _, after = text.partition(title)
        for rest, order in ((after, "title-authors"), (before, "authors-title")):
            people, purity = people_in(rest.strip(' "“”.,:;'))
            if people and purity > 0.5:
                return clean_title(title), tuple(m.name for m in people), order
        if len(title) > 0.5 * len(text):
            return clean_title(title), (), "title"
    best: tuple[float, str, tuple[str, ...], str] | None = None
    for left, right, bonus in _halves(text):
        for title, rest, order in ((left, right, "title-authors"), (right, left, "authors-title")):
            people, purity = people_in(rest)
            if not people or purity < 0.8:
                continue
            worth = title_score(title) - (
                0.3
                if "," in title and name_score(clean_name(title.split(",")[0])) >= 0.5 and order == "authors-title"
                else 0
            )
            last = re.split(r",|\.\s", title)[-1]
            if order == "title-authors" and name_score(clean_name(last)) >= 0.5:
                worth -= 0.3
            score = worth + bonus + 0.2 * purity + 0.02 * min(10, len(people))
            if title_score(title) >= 0.25 and (best is None or score > best[0]):
                best = (score, clean_title(title), tuple(m.name for m in people), order)
    if best is not None:
        return best[1], best[2], best[3]
    authors, cut = leading_people(text)
    rest = text[cut:].strip(" .,:;–-")
    if authors and cut < len(text) and title_score(rest) >= 0.35:
        return clean_title(rest), tuple(m.name for m in authors), "authors-title"
    if is_prose(text) and (len(text) > 220 or title_score(text) < 0.4):
        return None
    if affiliation_score(text) >= 0.6 and title_score(text) < 0.5:
        return None
    if title_score(text) >= 0.35 or ((line.bold or line.linked()) and title_score(text) >= 0.2):
        return clean_title(text), (), "title"
    return None


def _by_format(line: Line, text: str) -> tuple[str, tuple[str, ...], str] | None:
    """A title set apart by a link, bold or italic type, with authors in the rest of the line."""
    groups: list[list[int]] = []
    for run in line.runs:
        key = (run.bold, run.italic, run.href)
        if groups and groups[-1][2] == hash(key):
            groups[-1][1] = run.stop
        else:
            groups.append([run.start, run.stop, hash(key)])
    if len(groups) < 2:
        return None
    parts = [line.text[a:b].strip(" ,.:;–-|") for a, b, _ in groups]
    parts = [part for part in parts if re.search(r"\w", part) and not _LINK_WORD.match(part)]
    if len(parts) < 2:
        return None
    place = max(range(len(parts)), key=lambda n: title_score(parts[n]) + min(len(parts[n]), 120) / 400)
    title = _NUMBERED.sub("", parts[place])
    if title_score(title) < 0.4 or len(title) < 12:
        return None
    before, after = _NUMBERED.sub("", ", ".join(parts[:place])), _LIST_TAIL.sub("", ", ".join(parts[place + 1 :]))
    for rest, order in ((after, "title-authors"), (before, "authors-title")):
        rest = _BADGE_FIRST.sub("", rest.strip()).strip(" ,.:;–-|")
        people, purity = people_in(rest)
        if people and purity > 0.6:
            return clean_title(title), tuple(m.name for m in people), order
    if len(title) > 0.6 * len(text):
        return clean_title(title), (), "title"
    return None


def _halves(text: str) -> Iterator[tuple[str, str, float]]:
    for match in list(
        re.finditer(r"\s+[-–—|•·]+\s+|\.\s+|:\s+|\s+by\s+|;\s+|,\s+|\s*\n\s*|(?<=[\)\]])\s+|\?\s+|\s+(?=\()", text)
    )[:60]:
        left, right = text[: match.start()], text[match.end() :]
        mark = match.group().strip()
        if left.strip() and right.strip():
            yield left.strip() + ("?" if mark == "?" else ""), right.strip(), {"": 0.0, ",": -0.05}.get(mark, 0.1)


# --- links ----------------------------------------------------------------------------------------------------


def _links(page: Page, line: Line) -> list[tuple[str, str]]:
    return [
        (title, href)
        for href, title in zip(line.hrefs, line.titles, strict=True)
        if not is_social(href)
        and not same_page(href, page.url)
        and "openreview.net/group" not in href
        and name_score(clean_name(title)) < 0.6
    ]


def _paper(page: Page, work: Work) -> PaperFact:
    url, pdf = best_urls(work.links)
    urls = [u for _, u in work.links]
    return PaperFact(
        title=work.title,
        url=url,
        openreview_id=next((i for u in urls if (i := openreview_id(u))), None),
        arxiv_id=next((i for u in urls if (i := arxiv_id(u))), None),
        doi=next((i for u in urls if (i := doi(u))), None),
        authors=work.authors,
        abstract=work.abstract,
        pdf=pdf,
        links=tuple(
            LinkFact(kind, u)
            for t, u in {u: (t, u) for t, u in work.links}.values()
            if (kind := link_kind(u, t)) != "page"
        ),
        evidence=evidence(page, work.start, work.stop, "papers/1", work.worth),
    )


def best_urls(links: Sequence[tuple[str, str]]) -> tuple[str | None, str | None]:
    """The most specific page of a paper (a forum before its PDF) and its PDF."""
    ranked = []
    pdf = None
    for position, (text, url) in enumerate(links):
        kind = link_kind(url, text)
        if kind in ("video", "slides", "poster", "code"):
            rank = 8
        elif "openreview.net/forum" in url:
            rank = 0
        elif "openreview.net" in url and openreview_id(url) and "attachment" not in url:
            rank = 1
        elif is_paper_url(url):
            rank = 2
        elif url.lower().split("?")[0].endswith(".pdf"):
            rank = 3
        elif kind == "paper":
            rank = 4
        else:
            rank = 5
        if pdf is None and rank < 8 and (url.lower().split("?")[0].endswith(".pdf") or "/pdf" in url):
            pdf = url
        ranked.append((rank, position, url))
    best = min(ranked, default=None)
    return (best[2] if best is not None and best[0] < 8 else None), pdf
