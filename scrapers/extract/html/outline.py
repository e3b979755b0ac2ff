"""The sections of a page: runs of lines under a heading that says what to expect, in document order.

A heading opens a section when its words announce people, talks, papers and the like. Headings that are names, titles
or days belong to the records inside. Short bold lines and lines ending with a colon count as headings below all
real ones, because many pages are written that way.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scrapers.extract.html.page import Line, Page
from scrapers.extract.lang.affiliations import affiliation_score
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.sections import Section, classify, classify_path
from scrapers.extract.lang.times import is_day
from scrapers.extract.lang.titles import is_slot, split_kind, title_score

_PSEUDO = 7  # level of a short bold line; one that only ends with a colon has 8
_LABELS = 3  # a bold "Speakers" that occurs so often is a label in every record
_HEADING_CLASS = re.compile(
    r"(?:^|[\s_-])(?:section-?)?(?:title|heading|header|headline|subtitle|section-name|h[1-6])(?:$|[\s_-])", re.I
)


@dataclass(frozen=True, slots=True)
class Region:
    """The lines `start` to `stop` under one section heading (line `head`, -1 for the page itself).

    `section` is what that heading announces, `root` what the page as a whole announces (its path, title and first
    heading); `outer` are the sections of the headings around it, nearest first; `trail` their texts.
    """

    start: int
    stop: int
    head: int
    section: Section | None
    root: Section | None
    outer: tuple[Section, ...] = ()
    trail: tuple[str, ...] = ()

    @property
    def topic(self) -> str | None:
        found = self.section or self.root
        return found.topic if found else None


def regions(page: Page) -> tuple[Region, ...]:
    """The page's regions in order; they do not overlap."""
    found: tuple[Region, ...] | None = page.memo.get("regions")
    if found is None:
        found = page.memo["regions"] = tuple(_regions(page))
    return found


def within_papers(region: Region) -> bool:
    """True for sections such as "Orals" or "Spotlights" inside a list of papers."""
    section = region.section
    if section is None or section.topic not in ("talks", "schedule"):
        return False
    return any(s.topic == "papers" for s in region.outer) or (region.root is not None and region.root.topic == "papers")


def root_section(page: Page) -> Section | None:
    """What the page is, judged by its path, its title and its only first-level heading."""
    path = urlsplit(page.url).path if page.url else page.hints.filename
    if (found := classify_path(path)) and found.topic != "ignore":
        return found
    title = page.hints.title or page.title
    for part in re.split(r"\s+[|–—•·-]\s+|\s*\|\s*", title):
        if (found := classify(part)) and found.topic != "ignore":
            return found
    return None


def heading_level(page: Page, line: Line) -> int:
    """1..6 for headings, 7 or 8 for lines that serve as one, 0 for the rest."""
    if line.level:
        return line.level
    text = line.text
    if not 3 <= len(text) <= 70 or line.element.tag in ("td", "th", "tr", "summary", "figcaption", "button"):
        return 0
    marked = line.bold or _HEADING_CLASS.search(line.element.get("class") or "") is not None
    colon = text.endswith(":")
    section = classify(_bare(text)) if marked or colon else None
    if section is None or (section.topic == "ignore" and line.element.tag == "dt"):
        return 0  # "Venue:" in a list of fields
    if line.element.tag == "li" and not colon and not (marked and _holds_list(line)):
        return 0
    if line.hrefs and any(run.href for run in line.runs) and not colon:
        return 0
    if split_kind(text)[0] and not colon and line.element.tag in ("li", "p") and not marked:
        return 0
    return _PSEUDO if marked else _PSEUDO + 1


def _holds_list(line: Line) -> bool:
    return line.element.find("ul") is not None or line.element.find("ol") is not None


def _bare(text: str) -> str:
    """A heading without its bracketed remark and final colon: "Schedule (all times CEST):" is a schedule."""
    bare = re.sub(r"\s*[\(\[][^)\]]*[\)\]]", "", text).strip(" :#¶")
    return bare or text


def _regions(page: Page) -> list[Region]:
    root = root_section(page)
    out: list[Region] = []
    stack: list[tuple[float, Section | None, int, str]] = []
    depth: dict[int, int] = {}
    start = 0
    head = -1
    section: Section | None = None
    outer: tuple[Section, ...] = ()
    trail: tuple[str, ...] = ()

    def close(stop: int) -> None:
        if stop > start:
            out.append(Region(start, stop, head, section, root, outer, trail))

    labels = Counter(line.text for line in page.lines if not line.level and 0 < len(line.text) <= 30)
    for line in page.lines:
        level = heading_level(page, line)
        if not level or (level >= _PSEUDO and labels[line.text] >= _LABELS):
            continue
        found = classify(_bare(line.text)) or _panel(line.text)
        inherited = next((s for _, s, _, _ in reversed(stack) if s is not None), None)
        closes = bool(stack) and stack[-1][1] is not None and stack[-1][1].topic == "ignore" and stack[-1][0] >= level
        if found is None and _is_record(line.text, inherited) and not closes:
            # A name, day or titled talk is no section; the heading that announced it stays open.
            continue
        above, opened = next(((lvl, i) for lvl, s, i, _ in reversed(stack) if s is not None), (0, -1))
        below = line.level > above or (opened >= 0 and _depth(line) > depth[opened])
        if found is not None and _is_item(line, found, inherited, below=below):
            continue
        if found is None and level >= 7:
            continue
        depth[line.index] = _depth(line)
        titled = (
            inherited is not None
            and inherited.role in ("organizer", "committee", "team")
            and line.level > 0
            and len(line.text.split()) >= 4
            and title_score(line.text) >= 0.5
            and affiliation_score(line.text) < 0.5
        )
        if (
            found is None
            and not titled
            and any(s is not None and lvl >= level and depth[i] < depth[line.index] for lvl, s, i, _ in stack)
        ):
            # A heading deeper in the tree than the section's own stands inside one of its cards.
            continue
        while stack and stack[-1][0] >= level:
            stack.pop()
        stack.append((level, found, line.index, line.text))
        known = [(s, i) for _, s, i, _ in reversed(stack) if s is not None]
        new_head = known[0][1] if known else -1
        if new_head != head or found is not None:
            close(line.index)
            start = line.index + 1 if found is not None else line.index
            head = new_head
            section = known[0][0] if known else None
            outer = tuple(s for s, _ in known[1:])
        trail = tuple(text for _, _, _, text in stack)
    close(len(page.lines))
    if root is not None and any(r.section is not None and r.section.topic == root.topic for r in out):
        # The page's own subject has its section; what stands outside of it is about something else.
        return [r if r.section is not None else replace(r, root=None) for r in out]
    return out


def _panel(text: str) -> Section | None:
    """ "Panel: Will AI discover?" opens a panel as well as "Panel discussion" does."""
    label, rest = split_kind(text)
    return Section("people", "panelist", "panel") if label and rest and label.lower().startswith("panel") else None


def _depth(line: Line) -> int:
    return sum(1 for _ in line.element.iterancestors())


def _is_record(text: str, inside: Section | None) -> bool:
    """True for a heading that names a record inside a section rather than opening another one."""
    if is_day(text):
        return True
    label, rest = split_kind(text)
    if label and rest:
        return True
    if name_score(clean_name(re.sub(r"\s*[\(\[,–—|-]\s.*|\s*[\(\[].*", "", text))) >= 0.6:
        return True
    return inside is not None and inside.topic in ("schedule",) and is_slot(text)


def _closes_list(line: Line) -> bool:
    """True for a bold paragraph of its own: in a list or table "Organizers" may be who speaks in a slot."""
    return line.bold and not line.hrefs and not line.text.endswith(":") and line.element.tag in ("p", "div", "center")


def _is_item(line: Line, found: Section, inside: Section | None, *, below: bool) -> bool:
    """True for a schedule's own slots that look like section headings ("Panel Discussion", "Spotlight talks")."""
    if inside is None or inside.topic != "schedule":
        return False
    if line.level == 0 and found.role in ("organizer", "committee", "team") and _closes_list(line):
        return False
    return line.level == 0 or (below and (found.topic in ("talks", "papers", "ignore") or found.talk_kind == "panel"))
