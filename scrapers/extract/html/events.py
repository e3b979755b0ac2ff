"""The meeting a page is about: name, conference, year, dates and place.

They are looked for in title, headings, URL and text, in this order of trust. A page whose parts contradict each other
(the template of last year's workshop under this year's address) is told by a note.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from kb.models import EventFact, Evidence
from scrapers.extract.html.page import Page
from scrapers.extract.lang.names import clean_name, is_name, name_score
from scrapers.extract.lang.people import people_in
from scrapers.extract.lang.sections import classify
from scrapers.extract.lang.times import DATE, is_day
from scrapers.extract.lang.titles import split_kind
from scrapers.extract.lang.venues import Venue, venues_in, years_in

_MEETING = re.compile(
    r"\b(?:workshop|conference|symposium|meeting|summit|school|seminar|hackathon|highlights|review|"
    r"recap|congress|forum|colloquium)\b",
    re.I,
)
_ABOUT = re.compile(r"\b(?:workshop|symposium|conference|summit|school) (?:on|for|series)\b", re.I)
# "Workshop at the 33rd Conference ..." and "ICML 2023 Workshop" say where, not what
_AT = re.compile(
    r"^(?:an? )?(?:\w+ )?(?:workshop|symposium|tutorial|event)s? (?:at|@|in|co-located|held)\b|"
    r"^[A-Z][A-Za-z]{2,7} (?:19|20)\d\d(?: workshop)?$|^workshop$",
    re.I,
)
_JUNK = re.compile(
    r"^(?:home|search|index|menu|main|untitled|welcome|blog|posts?|page|404.*|redirecting.*|skip .*|"
    r"loading.*|news|about.*|follow us|toggle .*)\W*$",
    re.I,
)
_SPLIT = re.compile(r"\s+(?:[|·•–—»]|::)\s+|\s+-\s+|\s*\|\s*")
_PLACE = re.compile(r"^(?:location|venue|place|where)\s*[:–-]\s*(.{3,100})$", re.I)
_GROUP = re.compile(
    r"(?:\.cc/|\.org/|virtual/|Conferences/)(20\d\d)(?=/(?:Workshop|Conference|workshop|Track|Schedule)|\b)"
)
_TOP_LINES = 14


def read_event(page: Page, told: EventFact | None = None) -> tuple[EventFact | None, list[str]]:
    """The event and notes about doubts. `told` is what the page's metadata says; it fills what the text leaves open."""
    name, confidence = _name(page)
    venue, year, notes = _venue(page, name)
    dates, place = _dates(page)
    if year is None and dates and (found := years_in(dates)):
        year = found[-1]
    if told is not None:
        name, year = name or told.name, year or told.year
        dates, place = told.dates or dates, told.place or place
    if name is None and venue is None and year is None:
        return None, notes
    label = venue.name if venue else None
    return (
        EventFact(
            name=name,
            year=year,
            series=_series(page, name),
            venue=f"{label} {year}" if label and year else label,
            dates=dates,
            place=place,
            url=page.url or None,
            evidence=Evidence(
                text=page.title or name or "",
                place="title",
                extractor="event/1",
                confidence=0.4 if notes else confidence,
            ),
        ),
        notes,
    )


def _name(page: Page) -> tuple[str | None, float]:
    scores: dict[str, float] = {}
    repeated: dict[str, int] = {}

    def offer(text: str | None, trust: float) -> None:
        text = " ".join((text or "").split()).strip(" |-–—:·#¶")
        if not 3 <= len(text) <= 160 or _JUNK.match(text) or is_day(text):
            return
        if classify(text) is not None and not _ABOUT.search(text):
            left, colon, _ = text.partition(": ")
            if colon and classify(left) is None:
                offer(left, trust - 0.3)
            return
        if name_score(clean_name(text)) >= 0.6 or (split_kind(text)[0] and split_kind(text)[1]):
            return
        if people_in(text)[1] > 0.8:
            return
        if _AT.match(text):
            trust -= 3
        words = len(text.split())
        worth = trust + 0.22 * min(words, 8)
        if _ABOUT.search(text):
            worth += 1.5
        elif _MEETING.search(text):
            worth += 0.4
        if words == 1:
            worth -= 2.5
        if (text.endswith((".", "!", "?")) and words > 8) or words > 18:
            worth -= 2
        seen = repeated.get(text, 0)
        repeated[text] = seen + 1
        # said twice in other words of the page: a little surer, however often it is repeated
        scores[text] = max(scores.get(text, 0.0), worth) + (0.4 if seen == 1 else 0.0)

    hints = page.hints
    if hints.event_name:
        return hints.event_name, 0.9
    parts = [p for p in _SPLIT.split(hints.title or page.title or "") if p]
    whole = hints.title or page.title or ""
    if parts:
        offer(parts[0], 2.5)
        for part in parts[1:]:
            offer(part, 1.2)
    if len(parts) > 1 and len(whole) < 110 and all(name_score(clean_name(part)) < 0.6 for part in parts):
        offer(whole, 0.6)
    seen = 0
    for line in page.lines[:200]:
        if line.level in (1, 2) and line.text:
            near = line.index < _TOP_LINES
            offer(line.text, {1: 3.0, 2: 2.2}[line.level] - (0 if near else 1.5))
            seen += 1
            if seen > 5:
                break
    for line in page.lines[:6]:
        if not line.level and len(line.text) < 120 and _ABOUT.search(line.text):
            offer(line.text, 1.4)
    for key, trust in (("og:title", 1.5), ("og:site_name", 0.8), ("description", 0.6)):
        for value in page.meta.get(key, ())[:1]:
            offer(value, trust)
    if not scores:
        return None, 0.0
    best, worth = max(scores.items(), key=lambda item: item[1])
    return best, max(0.3, min(0.95, worth / 6))


def _venue(page: Page, name: str | None) -> tuple[Venue | None, int | None, list[str]]:
    """Conference and year by trust; a note where the address and the text contradict each other."""
    top = [line.text for line in page.lines[:_TOP_LINES] if line.text and (line.level or len(line.text) < 160)]
    heads = [line.text for line in page.lines if line.level in (1, 2)][:6]
    path = urlsplit(page.url)
    address = re.sub(r"[/._\-]+", " ", f"{path.netloc} {path.path}") if page.url else page.hints.filename
    address = re.sub(r"(?<=[a-z])(?=\d)", " ", address)
    described = " ".join(
        v for key in ("description", "og:description", "og:site_name") for v in page.meta.get(key, ())[:1]
    )
    body = page.text[:6000]
    sources = [page.hints.title or "", page.title, name or "", *heads, address, *top, described]
    venue: Venue | None = None
    for source in sources:
        found = venues_in(source)
        dated = [v for v in found if v.year]
        if dated:
            venue = dated[0] if venue is None or venue.name == dated[0].name else venue
            if venue.year or venue.name != dated[0].name:
                break
        elif found and venue is None:
            venue = found[0]
    if venue is None:
        counted = Counter(v.label for v in venues_in(body))
        if counted:
            label, times = counted.most_common(1)[0]
            first = next(v for v in venues_in(body) if v.label == label)
            venue = first if times >= 2 or first.place < 1500 else None
    year = venue.year if venue else None
    if year is None:
        for source in (
            *sources,
            *([page.hints.date] if page.hints.date else []),
            *(m.group() for m in DATE.finditer(body)),
        ):
            if found_years := years_in(source):
                year = found_years[0]
                break
    if year is None and (groups := Counter(_GROUP.findall(" ".join(page.links)))):
        # links to the meeting's group on OpenReview or its page on the conference site
        year = int(groups.most_common(1)[0][0])
    if (
        year is None
        and (match := re.search(r"(?<!\d)(1\d|2\d)(?!\d)", address))
        and re.search(r"[a-z]\s?(?:1\d|2\d)\b", address)
    ):
        year = 2000 + int(match.group(1))
    if year is None and venue is not None:
        beside = [v.year for v in venues_in(body) if v.name == venue.name and v.year]
        year = Counter(beside).most_common(1)[0][0] if beside else None
    return venue, year, _contradictions(page, venue, year)


def _contradictions(page: Page, venue: Venue | None, year: int | None) -> list[str]:
    if year is None:
        return []
    dated = [y for m in DATE.finditer(page.text[:20000]) if (y := (years_in(m.group()) or [0])[-1])]
    linked = [int(y) for link in page.links for y in re.findall(r"/(?:virtual|Conferences)/(20\d\d)\b", link)]
    others = [y for y in (*dated, *linked) if y]
    notes = []
    if others and all(y < year for y in others) and max(others) < year and len(others) >= 1 and linked:
        notes.append(f"stale template: the page says {year}, its dates and links say {max(others)}")
    return notes


def _series(page: Page, name: str | None) -> str | None:
    """The name without its edition: ordinals, years, conference."""
    site = (page.meta.get("og:site_name") or (None,))[0]
    base = name or site
    if site and name and site != name and site.lower() in name.lower():
        base = site
    if site and name and site != name and 2 <= len(site.split()) <= 8 and not years_in(site) and not is_name(site):
        base = site
    if base is None:
        return None
    series = re.sub(
        r"\b\d+(?:st|nd|rd|th)\b|\b(?:first|second|third|fourth|fifth|sixth|seventh)\b(?= (?:annual|"
        r"workshop|edition))|['’]?\b(?:19|20)\d\d\b|['’]\d\d\b",
        " ",
        base,
        flags=re.I,
    )
    series = re.sub(
        r"(?:[@(]\s*|\bat\s+)(?:NeurIPS|NIPS|ICML|ICLR|AAAI|CVPR|ICCV|ECCV|EMNLP|ACL|KDD)\b\)?|\s*\(\s*\)", " ", series
    )
    series = re.sub(r"^\s*(?:the|annual)\s+", "", series, flags=re.I)
    return " ".join(series.split()).strip(" -–—:,|@") or None


def _dates(page: Page) -> tuple[str | None, str | None]:
    place = None
    dates = None
    for line in page.lines[:80]:
        if (
            dates is None
            and len(line.text) < 200
            and not re.search(
                r"deadline|submission|notification|camera|\bdue\b|published|posted|updated|bidding|review|period|abstract|accept|registration",
                line.text,
                re.I,
            )
        ):
            match = DATE.search(line.text)
            dates = match.group() if match else None
        if place is None and (found := _PLACE.match(line.text)):
            place = found.group(1).strip(" .")
        if dates and place:
            break
    return dates, place
