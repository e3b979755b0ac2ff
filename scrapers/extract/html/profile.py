"""A page about one person: the name is its title, a position or affiliation and links stand below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from kb.models import PersonFact, Role
from scrapers.extract.html.evidence import evidence
from scrapers.extract.html.outline import regions
from scrapers.extract.html.page import Page
from scrapers.extract.html.people import person_url
from scrapers.extract.html.posts import is_post
from scrapers.extract.html.reading import Reading
from scrapers.extract.lang.affiliations import affiliation_in_bio, affiliation_score, organisation
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.people import Mention
from scrapers.extract.lang.sections import classify
from scrapers.extract.lang.titles import is_prose

_PERSONAL_PATH = re.compile(
    r"/(?:authors?|people|person|persons|speakers?|team|members?|profiles?|users?)/[^/]+/?(?:index\.html?)?$", re.I
)
_INTERESTS = re.compile(r"^(?:research )?interests\b", re.I)


class ProfileExtractor:
    """One person's own page on a conference site."""

    name = "profile"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.4 if _PERSONAL_PATH.search(urlsplit(page.url).path) and not is_post(page) else 0.0

    def read(self, page: Page) -> Sequence[Reading]:
        for line in page.lines[:40]:
            name = clean_name(line.text)
            if not line.level or name_score(name) < 0.6 or name.split()[-1].lower() not in page.title.lower():
                continue
            stop = next((n.index for n in page.lines[line.index + 1 :] if 0 < n.level <= line.level), len(page.lines))
            below = [n.text for n in page.lines[line.index + 1 : stop] if n.text]
            affiliation = next(
                (organisation(t) for t in below[:4] if not is_prose(t) and affiliation_score(t) >= 0.4), None
            )
            bio = next((t for t in below if is_prose(t)), None)
            person = PersonFact(
                name=name,
                role=_role(page, below),
                affiliation=affiliation or (affiliation_in_bio(bio) if bio else None),
                url=person_url(page, line.index, (line.index, stop), Mention(name), alone=True),
                interests=_interests(page, line.index, stop),
                bio=bio,
                evidence=evidence(page, line.index, min(stop, line.index + 3), "profile/1", 0.6),
            )
            return (Reading(line.index, line.index + 1, 0.6, people=(person,)),)
        return ()


def _role(page: Page, below: list[str]) -> Role:
    """The role said in the first lines; a conference's page of a person without one shows a speaker."""
    for text in below[:5]:
        if len(text) < 60 and (section := classify(text)) is not None and section.role is not None:
            return section.role
    found = next((r.section for r in regions(page) if r.section is not None and r.section.role is not None), None)
    return found.role if found is not None and found.role is not None else "speaker"


def _interests(page: Page, start: int, stop: int) -> tuple[str, ...]:
    for index in range(start, stop):
        if _INTERESTS.match(page.lines[index].text):
            return tuple(
                n.text for n in page.lines[index + 1 : min(stop, index + 9)] if n.text and n.element.tag == "li"
            )
    return ()
