"""Lists of people, talks and papers in data (front matter, YAML, JSON) become facts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kb.models import Evidence, LinkFact, PaperFact, PersonFact, Role, TalkFact, TalkKind
from kb.text import clean
from scrapers.extract.documents import keys
from scrapers.extract.documents.bylines import bare_name, is_name, split_names
from scrapers.extract.documents.identifiers import find_ids, identified
from scrapers.extract.documents.rows import Row, first_link, looks_linked, name_and_affiliation, plain, year_in
from scrapers.extract.documents.words import is_no_talk, is_paper_list, kind_of, role_of
from scrapers.extract.html.urls import Resolver, link_kind

EXTRACTOR = "data/1"

MAX_FACTS = 20_000
MAX_VALUES = 200_000  # visited in all: what aliases of aliases unfold to
MAX_DEPTH = 12


@dataclass(slots=True)
class Facts:
    """What was found, in document order."""

    talks: list[TalkFact] = field(default_factory=list)
    people: list[PersonFact] = field(default_factory=list)
    papers: list[PaperFact] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.talks) + len(self.people) + len(self.papers)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the keys above a value say about it."""

    place: str
    role: Role | None = None
    kind: TalkKind | None = None
    papers: bool = False
    depth: int = 0


class Walker:
    """Reads nested data once. `source` names it in evidence ("front matter", "_data/team.yml")."""

    def __init__(self, resolver: Resolver, source: str, *, extractor: str = EXTRACTOR, confidence: float = 0.9) -> None:
        self.facts = Facts()
        self.confidence = confidence
        self._resolve = resolver
        self._source = source
        self._extractor = extractor
        self._values = 0

    def read(self, value: Any, key: str = "", *, role: Role | None = None) -> None:
        """Read a value that stands under `key`; `role` is used where the key does not tell one."""
        self._walk(value, self._under(_Context(self._source, role=role), key))

    def read_item(self, value: dict[str, Any], what: Literal["person", "talk", "paper"], *, role: Role | None) -> None:
        """Read a mapping that is known to be one record: the front matter of a page about one speaker or talk."""
        row = Row(value)
        context = _Context(self._source, role=role, papers=what == "paper")
        title = row.text(*keys.TITLE) or ""
        if what == "person":
            self._person(row, context)
        elif what == "talk":
            self._talk(title, row, context)
        else:
            self._paper(title, row, context)

    # --- the tree -----------------------------------------------------------------------------------------

    def _under(self, context: _Context, key: str) -> _Context:
        if not key:
            return context
        return _Context(
            place=f"{context.place}: {key}" if context.depth == 0 else f"{context.place}.{key}",
            role=role_of(key) or context.role,
            kind=kind_of(key) or context.kind,
            papers=is_paper_list(key) or context.papers,
            depth=context.depth + 1,
        )

    def _walk(self, value: Any, context: _Context) -> None:
        self._values += 1
        if context.depth > MAX_DEPTH or self._values > MAX_VALUES or self.facts.count > MAX_FACTS:
            return
        if isinstance(value, dict):
            if "@type" in value:  # schema.org, which its own reader knows better
                return
            row = Row(value)
            if not self._record(row, context):
                heading = row.text(*keys.TITLE, *keys.NAME, "heading", "section", "group") or ""
                if role_of(heading) or is_paper_list(heading):
                    context = self._under(context, heading)
                for key, item in value.items():
                    if isinstance(item, (dict, list)):
                        self._walk(item, self._under(context, str(key)[:80]))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                place = f"{context.place}[{number}]"
                inner = _Context(place, context.role, context.kind, context.papers, context.depth + 1)
                if isinstance(item, str):
                    self._line(item, inner)
                else:
                    self._walk(item, inner)
        elif isinstance(value, str) and context.role and context.role != "author":
            for name in split_names(plain(value), surnames=False) or ():
                self._person(Row({"name": name}), context)

    def _record(self, row: Row, context: _Context) -> bool:
        """Read a mapping that is one paper, talk or person; False when it is something that holds others."""
        title = row.text(*keys.TITLE)
        if (
            title
            and row.has(*keys.AUTHORS)
            and not row.has(*keys.SPEAKERS, *keys.START)
            and (context.papers or not context.kind)
        ):
            return self._paper(title, row, context)
        if title and context.papers and not row.has(*keys.SPEAKERS) and row.has(*keys.LINKS):
            return self._paper(title, row, context)
        if title and (row.has(*keys.SPEAKERS) or (row.has(*keys.START) and not row.has(*keys.NAME))):
            return self._talk(title, row, context)
        if row.text(*keys.NAME) or (row.has("first name", "firstname") and row.has("last name", "lastname", "surname")):
            return self._person(row, context)
        if title and context.role and is_name(bare_name(title)) and row.has(*keys.AFFILIATION, *keys.URL, *keys.BIO):
            return self._person(row, context)
        return False

    def _line(self, text: str, context: _Context) -> None:
        """A list item that is only text: "Jane Doe (MIT)" under a role."""
        if context.role is None or context.role == "author":
            return
        name, affiliation = name_and_affiliation(plain(text))
        if is_name(name):
            self._person(Row({"name": name, "affiliation": affiliation or "", "url": first_link(text) or ""}), context)

    # --- the records --------------------------------------------------------------------------------------

    def _evidence(self, row: Row, context: _Context) -> Evidence:
        return Evidence(text=row.summary(), place=context.place, extractor=self._extractor, confidence=self.confidence)

    def _person(self, row: Row, context: _Context) -> bool:
        shown = row.text(*keys.NAME) or row.text(*keys.TITLE) or ""
        if row.has("first name", "firstname"):
            shown = f"{row.text('first name', 'firstname')} {row.text('last name', 'lastname', 'surname') or ''}"
        given = row.text(*keys.TYPE)
        role = (role_of(given) if given else None) or context.role
        if role is None and not row.has(*keys.AFFILIATION):
            return False
        known = row.text(*keys.AFFILIATION)
        for part in re.split(r"\s*(?:;|\s&\s|\band\b)\s*", shown) if role else [shown]:
            name, affiliation = name_and_affiliation(part)
            if not is_name(name) and not (1 < len(name) <= 80 and known and part == shown and not name.islower()):
                continue
            self.facts.people.append(
                PersonFact(
                    name=name,
                    role="moderator" if re.search(r"\(\s*moderator\s*\)", part, re.I) else role,
                    affiliation=known or affiliation,
                    url=self._resolve(row.link(*keys.URL) or first_link(row.raw(*keys.NAME))),
                    interests=row.items(*keys.INTERESTS),
                    bio=row.text(*keys.BIO),
                    evidence=self._evidence(row, context),
                )
            )
            title = row.text(*keys.TALK) if row.has(*keys.NAME) else None
            title = title or (
                row.text(*keys.TITLE) if row.has(*keys.NAME) and row.has("abstract", "slides", "video") else None
            )
            if title and role == "speaker" and len(title.split()) > 1:
                self._add_talk(title, (name,), known or affiliation, row, context)
        return True

    def _talk(self, title: str, row: Row, context: _Context) -> bool:
        parts = [item for item in row.values(*keys.SPEAKERS) if isinstance(item, Row)]
        if any(part.has(*keys.TALK) for part in parts):  # a session: each of its speakers has a talk
            inside = replace(context, role="speaker", kind=self._kind(title, row, context))
            for part in parts:
                self._person(part, inside)
            return True
        names: list[str] = []
        affiliation = row.text(*keys.AFFILIATION)
        kind = self._kind(title, row, context)
        for item in row.values(*keys.SPEAKERS):
            inner = item if isinstance(item, Row) else Row({"name": item})
            shown = inner.text(*keys.NAME) or ""
            found = name_and_affiliation(shown)
            several = (split_names(shown, surnames=False) or (found[0],)) if found[1] is None else (found[0],)
            for name in several:
                if not is_name(name):
                    continue
                names.append(name)
                where = inner.text(*keys.AFFILIATION) or found[1] or (affiliation if len(several) == 1 else None)
                affiliation = affiliation or where
                self.facts.people.append(
                    PersonFact(
                        name=name,
                        role="panelist" if kind == "panel" else "speaker",
                        affiliation=where,
                        url=self._resolve(inner.link(*keys.URL) or first_link(inner.raw(*keys.NAME))),
                        bio=inner.text(*keys.BIO) if isinstance(item, Row) else None,
                        evidence=self._evidence(row, context),
                    )
                )
        if names or (kind and not is_no_talk(title)):
            self._add_talk(title, tuple(names), affiliation, row, context)
        return True

    def _kind(self, title: str, row: Row, context: _Context) -> TalkKind | None:
        given = row.text(*keys.TYPE)
        if re.match(r"panel\b", title, re.I):
            return "panel"
        return (kind_of(given) if given else None) or context.kind

    def _add_talk(
        self, title: str, names: tuple[str, ...], affiliation: str | None, row: Row, context: _Context
    ) -> None:
        if is_no_talk(title) and not names:
            return
        self.facts.talks.append(
            TalkFact(
                title=title,
                speakers=names,
                affiliation=affiliation if len(names) == 1 else None,
                kind=self._kind(title, row, context) or ("invited" if names else None),
                summary=row.text(*keys.ABSTRACT),
                links=self._links(row, person=row.has(*keys.NAME)),
                start=row.text(*keys.START),
                evidence=self._evidence(row, context),
            )
        )

    def _paper(self, title: str, row: Row, context: _Context) -> bool:
        names: list[str] = []
        for item in row.values(*keys.AUTHORS):
            text = item.text(*keys.NAME) if isinstance(item, Row) else plain(item)
            names += split_names(text or "") or ([clean(text)] if text and len(text) < 80 else [])
        links = self._links(row, person=False)
        shown = " ".join(
            [*(link.url for link in links), *(f"{p}{row.text(key)}" for key, p in keys.ID_KEYS if row.has(key))]
        )
        paper = PaperFact(
            title=title,
            url=next((link.url for link in links if link.kind == "paper"), links[0].url if links else None),
            authors=tuple(names),
            abstract=row.text("abstract", "summary"),
            tldr=row.text("tldr", "tl dr"),
            keywords=row.items("keywords", "tags"),
            venue=row.text("venue", "booktitle", "journal", "conference"),
            year=year_in(row.text("year", "date", "published")),
            pdf=next((link.url for link in links if link.url.lower().endswith(".pdf") or "/pdf" in link.url), None),
            decision=row.text("decision", "award", "presentation type"),
            links=links,
            evidence=self._evidence(row, context),
        )
        self.facts.papers.append(identified(paper, find_ids(shown)))
        return True

    def _links(self, row: Row, *, person: bool) -> tuple[LinkFact, ...]:
        """Links of a talk or paper; a bare `url` of a mapping that names a person is that person's."""
        found: dict[str, LinkFact] = {}
        for key in keys.LINKS:
            if person and key in keys.URL:
                continue
            for target, label in row.targets(key):
                if key == "arxiv" and re.fullmatch(r"\d{4}\.\d{4,5}(?:v\d+)?", target):
                    target = f"https://arxiv.org/abs/{target}"
                elif key == "doi" and target.startswith("10."):
                    target = f"https://doi.org/{target}"
                url = self._resolve(target) if looks_linked(target) else None
                if url:
                    found.setdefault(
                        url, LinkFact(link_kind(url, f"{label} {key}" if key not in keys.URL else label), url)
                    )
        return tuple(found.values())
