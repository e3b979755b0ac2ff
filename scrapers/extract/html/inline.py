"""People named beside a cell that says their role, and below the name of an event."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.models import PersonFact, Role
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.outline import Region
from scrapers.extract.html.page import Page
from scrapers.extract.html.reading import Reading
from scrapers.extract.lang.affiliations import organisation
from scrapers.extract.lang.names import clean_name
from scrapers.extract.lang.people import people_in
from scrapers.extract.lang.sections import classify

# hosts, chairs and editors printed so belong to a session or a volume rather than to the meeting
_NO_LABEL = re.compile(r"\b(?:hosts?|chairs?|editors?|session|by|challenge)\b", re.I)
_TOP = 8  # lines in which the names of an event's organizers may stand below its name
_FEW = 3  # names that make a heading a list of them


def inline_roles(page: Page, region: Region) -> Iterator[Reading]:
    """Readings, claiming no lines, of cells such as "Organizers:" with names beside, and of a heading of names."""
    lines = page.lines[region.start : region.stop]
    for line, after in zip(lines, (*lines[1:], None), strict=True):
        if not 3 <= len(line.text) <= 2000:
            continue
        if line.element.tag in ("td", "th", "dt") and line.text.endswith((":", "：")):
            if after is not None and (role := _role(line.text.rstrip(" :："))):
                yield from _reading(page, after.index, after.text, role)
        elif line.level and region.section is None and 0 < line.index < _TOP and re.search(r"[·•;|]", line.text):
            yield from _reading(page, line.index, line.text, "organizer", least=_FEW)


def _role(label: str) -> Role | None:
    section = classify(label)
    if section is None or section.role not in ("organizer", "committee") or _NO_LABEL.search(label):
        return None
    return section.role


def _reading(page: Page, index: int, names: str, role: Role, *, least: int = 1) -> Iterator[Reading]:
    people, purity = people_in(names.rstrip(". "))
    if len(people) < least or purity < 0.9:
        return
    links = {clean_name(text).lower(): href for text, href in page.lines[index].linked()}
    proof = evidence(page, index, index + 1, "people/1", 0.7)
    facts = tuple(
        PersonFact(
            name=m.name,
            role=role,
            affiliation=organisation(m.affiliation) if m.affiliation else None,
            url=links.get(m.name.lower()),
            evidence=proof,
        )
        for m in people
    )
    yield Reading(index, index + 1, 0.4, people=facts, exclusive=False)
