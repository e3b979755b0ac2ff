"""Sources of pages: Markdown or HTML below front matter, as Jekyll, Hugo and Quarto have them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kb.errors import ExtractionError
from kb.models import EventFact, Evidence, Extraction, PersonFact, TalkFact
from kb.text import clean, fold
from scrapers.extract.decode import decode
from scrapers.extract.documents import liquid, meeting
from scrapers.extract.documents.bylines import split_names
from scrapers.extract.documents.front_matter import split_front_matter
from scrapers.extract.documents.items import is_draft, item_of
from scrapers.extract.documents.merge import merged
from scrapers.extract.documents.records import Facts, Walker
from scrapers.extract.documents.rows import plain
from scrapers.extract.documents.sniff import sniff
from scrapers.extract.documents.words import key_words, kind_of, role_of
from scrapers.extract.html.page import Hints
from scrapers.extract.html.reader import read_html
from scrapers.extract.html.urls import Resolver
from scrapers.extract.registry import RawDocument

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_CHARACTERS = 1_000_000  # of plain paragraphs 5 s; the longest real source seen has 0.2 million

# Keys of front matter that are about the site or the page's looks
_SITE_KEYS = re.compile(
    r"^(?:layout|permalink|tags?|categor\w+|nav\w*|menu\w*|header\w*|footer\w*|css|js|script\w*|style\w*|social\w*|share\w*"
    r"|redirect\w*|sponsors?|image\w*|images|gallery|toc|aliases|cascade|url|slug|theme|plugins|defaults|collections|links?|buttons?"
    r"|comments|resources|params)$"
)
_PANEL = re.compile(r"^\s*panel(?:\s+discussion|\s+session)?\s*[:–—-]\s*(?P<title>.{3,})$", re.I)


class SourceReader:
    """Reads the sources that static site generators turn into pages."""

    name = "source"
    version = "1"

    def score(self, document: RawDocument) -> float:
        return 0.97 if sniff(document) == "source" else 0.0

    def read(self, document: RawDocument) -> Extraction:
        text = decode(document.body, document.content_type)
        if not text.strip():
            raise ExtractionError(f"{document.label} holds no text", hint="Fetch it again or leave it out")
        found = read_source(text[:MAX_CHARACTERS], document)
        if len(text) > MAX_CHARACTERS:
            found = replace(found, notes=(*found.notes, f"Only the first {MAX_CHARACTERS:,} characters were read"))
        return found


def read_source(text: str, document: RawDocument) -> Extraction:
    """The facts of front matter and body together; where both tell a fact, each gives what the other lacks."""
    front = split_front_matter(text)
    if is_draft(front.data):
        note = "A draft: its front matter keeps this page off the site"
        return Extraction(document.url, title=_text(front.data, "title"), notes=(*front.notes, note))
    template = liquid.resolve(front.body, front.data)
    told = _front_facts(front.data, template, document)
    hints = Hints(
        title=_text(front.data, "title"),
        event_name=_text(front.data, "event", "workshop", "conference", "event_name"),
        date=_text(front.data, "date", "dates", "event_date"),
        author=_text(front.data, "author"),
        filename=document.filename,
    )
    markup = template.text if document.suffix in (".html", ".htm") else render(template.text)
    page = read_html(markup, document.url, hints=hints)
    talks, people, papers = merged((told.talks, told.people, told.papers), (page.talks, page.people, page.papers))
    return replace(
        page,
        title=hints.title or page.title,
        event=_event(page.event, front.data, hints, document),
        talks=talks,
        people=people,
        papers=papers,
        # That the body alone says nothing is no news where the front matter does
        notes=front.notes if page.empty and (talks or people or papers) else (*front.notes, *page.notes),
    )


def render(text: str) -> str:
    """Markdown as HTML, with the HTML in it left as it is."""
    return str(_markdown().render(text))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 35 ms, needed by sources only

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


# --- facts of the front matter ------------------------------------------------------------------------------------


def _front_facts(data: dict[str, Any], template: liquid.Template, document: RawDocument) -> Facts:
    """Lists of people, talks and papers, under the role of their key or of the heading that they are placed at."""
    walker = Walker(Resolver(document.url), "front matter")
    if item := item_of(data, document):
        walker.read_item(data, item[0], role=item[1])
        return walker.facts
    placed = {place.key: place for place in template.placed}
    for key, value in data.items():
        words = key_words(key)
        if _SITE_KEYS.match(words) or key in template.hidden or words in ("title", "date"):
            continue
        place = placed.get(key)
        headings = place.headings if place else ()
        before = len(walker.facts.people)
        role = next((role for heading in headings if (role := role_of(heading))), None)
        if words in ("author", "authors"):
            _authors(value, walker, document)
            continue
        walker.read(value, key, role=role)
        names = [person.name for person in walker.facts.people[before:] if person.role in ("panelist", "moderator")]
        if place and names and (panel := _panel(headings, names, place.key)):
            walker.facts.talks.append(panel)
    return walker.facts


def _panel(headings: Iterable[str], names: list[str], key: str) -> TalkFact | None:
    """The panel that a heading announces above its list of panelists: "Panel: Frontiers of Methodology"."""
    for heading in headings:
        if kind_of(heading) == "panel" or _PANEL.match(heading):
            match = _PANEL.match(heading)
            title = clean(match.group("title") if match else heading)
            if role_of(title) == "panelist" and re.fullmatch(r"panell?ists?", fold(title)):
                return None  # a list of panelists, no panel on the programme
            evidence = Evidence(text=heading[:200], place=f"front matter: {key}", extractor="source/1", confidence=0.8)
            return TalkFact(title=title, speakers=tuple(names), kind="panel", evidence=evidence)
    return None


def _authors(value: Any, walker: Walker, document: RawDocument) -> None:
    """Who wrote the page; on a site that bears the name, the site is the author's homepage."""
    if isinstance(value, str):
        for name in split_names(plain(value), surnames=False) or ():
            evidence = Evidence(
                text=f"author: {name}", place="front matter: author", extractor="source/1", confidence=0.9
            )
            walker.facts.people.append(
                PersonFact(name=name, role="author", url=_own_site(name, document.url), evidence=evidence)
            )
        return
    walker.read(value, "authors", role="author")


def _own_site(name: str, url: str) -> str | None:
    """ "https://janedoe.org/" for Jane Doe on a page of that host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = re.sub(r"[^a-z]", "", (parts.hostname or "").removeprefix("www."))
    words = fold(name).split()
    return f"{parts.scheme}://{parts.netloc}/" if len(words) > 1 and all(word in host for word in words) else None


def _event(found: EventFact | None, data: dict[str, Any], hints: Hints, document: RawDocument) -> EventFact | None:
    """The page's event completed by what only the front matter tells."""
    told = meeting.describe(
        hints.event_name or hints.title,
        places=(hints.title, _text(data, "permalink"), document.url, _text(data, "layout"), document.filename),
        dates=_text(data, "dates", "event_date"),
        place=_text(data, "location", "place", "venue", "where"),
        date=hints.date,
    )
    if found is None or told is None:
        return found or told
    return replace(
        found,
        name=found.name or told.name,
        year=found.year or told.year,
        series=found.series or told.series,
        venue=found.venue or told.venue,
        dates=found.dates or told.dates,
        place=found.place or told.place,
    )


def _text(data: dict[str, Any], *keys: str) -> str | None:
    """The first of these keys that holds text."""
    by_words = {key_words(key): value for key, value in data.items()}
    for key in keys:
        value = by_words.get(key_words(key))
        if isinstance(value, str) and value.strip():
            return plain(value)
    return None
