"""What a page says about itself to machines: JSON-LD (schema.org) and the `citation_*` tags of publishers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kb.models import EventFact, Evidence, LinkFact, PaperFact, PersonFact, Role, TalkFact
from kb.text import clean
from scrapers.extract.html.page import Page
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.urls import Resolver, arxiv_id, doi, link_kind, openreview_id
from scrapers.extract.lang.names import clean_name, is_name

MAX_ITEMS = 2000
MAX_DEPTH = 6

_EVENTS = re.compile(r"Event$|^Event|Conference|Course(?:Instance)?$|Hackathon")
_PAPERS = re.compile(r"ScholarlyArticle|Thesis|TechArticle|Report$")
_POSTS = re.compile(r"^(?:Article|BlogPosting|NewsArticle|LiveBlogPosting)$")
_ROLES: tuple[tuple[str, Role], ...] = (
    ("performer", "speaker"),
    ("performers", "speaker"),
    ("speaker", "speaker"),
    ("actor", "speaker"),
    ("organizer", "organizer"),
    ("contributor", "team"),
)


class MetadataExtractor:
    """Reads JSON-LD and citation tags. Claims no lines: what it tells is joined with what the page shows."""

    name = "metadata"
    version = "1"

    def score(self, page: Page) -> float:
        return 0.6 if page.json_ld or any(key.startswith("citation_") for key in page.meta) else 0.0

    def read(self, page: Page) -> Sequence[Reading]:
        linked = read_json_ld(page.json_ld, page.resolver)
        cited = read_citation_tags(page.meta, page.url)
        readings = [linked] if linked.size or linked.event else []
        if cited is not None:
            readings.append(Reading(0, 0, 0.6, papers=(cited,), exclusive=False))
        return readings


def read_citation_tags(meta: Mapping[str, Sequence[str]], url: str) -> PaperFact | None:
    """The paper that a publisher's page describes in `citation_*` tags (Highwire), None without a title."""

    def first(*names: str) -> str | None:
        return next((clean(v) for name in names for v in meta.get(f"citation_{name}", ()) if v.strip()), None)

    title = first("title")
    if title is None:
        return None
    authors = tuple(
        _given_first(name)
        for value in (*meta.get("citation_author", ()), *meta.get("citation_authors", ()))
        for name in value.split(";")
        if name.strip()
    )
    year = re.search(r"\b(?:19|20)\d\d\b", first("publication_date", "date", "online_date", "year") or "")
    forum = openreview_id(first("forum", "public_url", "pdf_url") or url) or openreview_id(url)
    return PaperFact(
        title=title,
        url=first("public_url", "abstract_html_url") or url or None,
        openreview_id=forum,
        arxiv_id=arxiv_id(f"arxiv:{first('arxiv_id')}") if first("arxiv_id") else arxiv_id(url),
        doi=doi(first("doi") or ""),
        authors=authors[:MAX_ITEMS],
        abstract=first("abstract"),
        keywords=tuple(clean(k) for v in meta.get("citation_keywords", ()) for k in re.split(r"[;,]", v) if k.strip()),
        venue=first("conference_title", "conference", "journal_title", "inbook_title", "technical_report_institution"),
        year=int(year.group()) if year else None,
        pdf=first("pdf_url"),
        evidence=Evidence(text=title, place="meta citation_title", extractor="metadata/1", confidence=0.95),
    )


def read_json_ld(objects: Iterable[Mapping[str, Any]], resolve: Resolver) -> Reading:
    """Events, talks, people, posts and papers of schema.org objects."""
    reader = _Linked(resolve)
    for item in objects:
        reader.read(item)
    return Reading(
        start=0,
        stop=0,
        score=0.6,
        talks=tuple(dict.fromkeys(reader.talks)),
        people=tuple(dict.fromkeys(reader.people)),
        papers=tuple(dict.fromkeys(reader.papers)),
        event=reader.event,
        exclusive=False,
    )


class _Linked:
    """Collects facts while it walks schema.org objects."""

    def __init__(self, resolve: Resolver) -> None:
        self.talks: list[TalkFact] = []
        self.people: list[PersonFact] = []
        self.papers: list[PaperFact] = []
        self.event: EventFact | None = None
        self._resolve = resolve
        self._left = MAX_ITEMS

    def read(self, item: Mapping[str, Any], depth: int = 0) -> None:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return
        kinds = _types(item)
        if any(_EVENTS.search(kind) for kind in kinds):
            self._read_event(item, depth)
        elif any(_PAPERS.search(kind) for kind in kinds):
            self._read_paper(item)
        elif any(_POSTS.match(kind) for kind in kinds):
            self._read_people(item, "author", "author")
        for key in ("mainEntity", "hasPart", "itemListElement", "item"):
            for part in _objects(item.get(key)):
                self.read(part, depth + 1)

    def _read_event(self, item: Mapping[str, Any], depth: int) -> None:
        name = _string(item.get("name") or item.get("headline"))
        parts = [*_objects(item.get("subEvent")), *_objects(item.get("subEvents"))]
        speakers = [p for key in ("performer", "performers", "speaker", "actor") for p in _people(item.get(key))]
        if name and (depth or "superEvent" in item) and speakers:
            self._read_talk(name, item, speakers)
        elif depth == 0 and self.event is None:
            self.event = self._meeting(item, name)
        if depth == 0:
            for key, role in _ROLES:
                self._read_people(item, key, role)
        for part in parts:
            self.read(part, depth + 1)
        for part in _objects(item.get("superEvent"))[:1]:
            if self.event is None:
                self.event = self._meeting(part, _string(part.get("name")))

    def _meeting(self, item: Mapping[str, Any], name: str | None) -> EventFact | None:
        start, end = _string(item.get("startDate")), _string(item.get("endDate"))
        year = re.search(r"(?:19|20)\d\d", start or name or "")
        place = next((_string(p.get("name")) for p in _objects(item.get("location"))), None)
        if not name:
            return None
        return EventFact(
            name=name,
            year=int(year.group()) if year else None,
            dates=f"{start} - {end}" if start and end and start != end else start,
            place=place or _string(item.get("location")),
            url=self._resolve(_string(item.get("url"))),
            evidence=self._evidence(name, item),
        )

    def _read_talk(self, name: str, item: Mapping[str, Any], speakers: Sequence[Mapping[str, Any]]) -> None:
        names = [clean_name(_string(p.get("name")) or "") for p in speakers]
        links = [
            LinkFact(link_kind(url), url)
            for key in ("recordedIn", "workFeatured", "video")
            for part in _objects(item.get(key))
            if (url := self._resolve(_string(part.get("contentUrl") or part.get("url"))))
        ]
        self.talks.append(
            TalkFact(
                title=name,
                speakers=tuple(name for name in names if name),
                affiliation=_affiliation(speakers[0]) if len(speakers) == 1 else None,
                summary=_string(item.get("description") or item.get("abstract")),
                links=tuple(links),
                start=_string(item.get("startDate")),
                evidence=self._evidence(name, item),
            )
        )
        self._add_people(speakers, "speaker", item)

    def _read_people(self, item: Mapping[str, Any], key: str, role: Role) -> None:
        self._add_people(_people(item.get(key)), role, item)

    def _add_people(self, people: Iterable[Mapping[str, Any]], role: Role, item: Mapping[str, Any]) -> None:
        for person in people:
            name = clean_name(_string(person.get("name")) or "")
            if not is_name(name):
                continue
            self.people.append(
                PersonFact(
                    name=name,
                    role=role,
                    affiliation=_affiliation(person),
                    url=self._resolve(_string(person.get("url") or person.get("sameAs"))),
                    evidence=self._evidence(name, item),
                )
            )

    def _read_paper(self, item: Mapping[str, Any]) -> None:
        title = _string(item.get("name") or item.get("headline"))
        if not title:
            return
        url = self._resolve(_string(item.get("url") or item.get("@id") or item.get("sameAs")))
        shown = " ".join(
            text
            for key in ("url", "@id", "sameAs", "identifier", "doi")
            for value in _list(item.get(key))
            if (text := _string(value.get("value") if isinstance(value, Mapping) else value))
        )
        year = re.search(r"(?:19|20)\d\d", _string(item.get("datePublished")) or "")
        part_of = next((_string(p.get("name")) for p in _objects(item.get("isPartOf"))), None)
        self.papers.append(
            PaperFact(
                title=title,
                url=url,
                openreview_id=openreview_id(url) if url else None,
                arxiv_id=arxiv_id(shown),
                doi=doi(shown),
                authors=tuple(
                    name for p in _people(item.get("author")) if (name := clean_name(_string(p.get("name")) or ""))
                ),
                abstract=_string(item.get("abstract") or item.get("description")),
                venue=part_of,
                year=int(year.group()) if year else None,
                evidence=self._evidence(title, item),
            )
        )

    def _evidence(self, text: str, item: Mapping[str, Any]) -> Evidence:
        return Evidence(text[:300], f"JSON-LD {'/'.join(_types(item))}"[:100], "metadata/1", 0.9)


def _types(item: Mapping[str, Any]) -> list[str]:
    return [str(kind).rsplit("/", 1)[-1][:60] for kind in _list(item.get("@type"))[:10]]


def _list(value: Any) -> list[Any]:
    return value[:MAX_ITEMS] if isinstance(value, list) else [] if value is None else [value]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, Mapping)]


def _people(value: Any) -> list[Mapping[str, Any]]:
    """Persons as objects; a bare string is a name; organisations are left out."""
    found: list[Mapping[str, Any]] = []
    for item in _list(value):
        if isinstance(item, str):
            found.append({"name": item})
        elif isinstance(item, Mapping) and "Organization" not in _types(item):
            found.append(item)
    return found


def _affiliation(person: Mapping[str, Any]) -> str | None:
    for key in ("affiliation", "worksFor", "alumniOf"):
        for value in _list(person.get(key)):
            if name := _string(value.get("name") if isinstance(value, Mapping) else value):
                return name
    return None


def _string(value: Any) -> str | None:
    """Text of a value: the first of a list, the `@value` of a literal; tags and entities are not read."""
    if isinstance(value, list):
        return next((text for item in value[:5] if (text := _string(item))), None)
    if isinstance(value, Mapping):
        return _string(value.get("@value") or value.get("@id")) if "@value" in value or "@id" in value else None
    return clean(value)[:20_000] or None if isinstance(value, str) else None


def _given_first(name: str) -> str:
    """ "Jones, Ann" as "Ann Jones"."""
    last, comma, given = name.partition(",")
    return clean(f"{given} {last}") if comma and given.strip() else clean(name)


def objects_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """The schema.org objects of a JSON document: itself, its list, or its `@graph`."""
    for item in _objects(data):
        if "@type" in item:
            yield item
        yield from (part for part in _objects(item.get("@graph")) if "@type" in part)
