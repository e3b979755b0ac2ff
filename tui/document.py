"""A record as the detail pane shows it: lines of spans, some of which lead somewhere.

Pure data; `tui.widgets.detail` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from kb.models import Event, Mention, Paper, Person, PersonRole, Record, Talk
from tui.ports import SourceLine, UserState
from tui.rows import title_of, where_of
from tui.text import clean, clean_block, marked, short_url

Style = Literal["title", "plain", "dim", "match", "head", "link", "name", "tag"]

SHOWN_NEIGHBOURS = 6
"""Neighbours listed for each group; the rest are one keystroke away, in the record's own list."""

GROUP_HEADS = {"co-speakers": "Together with"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a span leads: a record of the knowledge base, a URL to open, or a search."""

    kind: Literal["record", "url", "query"]
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Safe text in one style; `target` indexes the document's targets."""

    text: str
    style: Style = "plain"
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What the knowledge base knows around a record, fetched after the record itself is on screen."""

    neighbours: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    state: UserState | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Lines of spans, and the targets they lead to."""

    lines: tuple[tuple[Span, ...], ...] = ()
    targets: tuple[Target, ...] = ()

    @property
    def urls(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target.kind == "url")

    def plain(self) -> str:
        """The document without styles, a line each."""
        return "\n".join("".join(span.text for span in line) for line in self.lines)


class _Writer:
    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.lines: list[tuple[Span, ...]] = []
        self.targets: list[Target] = []

    def line(self, *spans: Span) -> None:
        self.lines.append(spans)

    def gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append(())

    def head(self, text: str) -> None:
        self.gap()
        self.line(Span(text, "head"))

    def marked(self, text: str, style: Style = "plain") -> tuple[Span, ...]:
        return tuple(Span(piece, "match" if hit else style) for piece, hit in marked(text, self.words))

    def link(self, kind: Literal["record", "url", "query"], value: str, text: str, style: Style) -> Span:
        target = Target(kind, value, text)
        if target not in self.targets:
            self.targets.append(target)
        return Span(text, style, self.targets.index(target))


def links_of(record: Record) -> tuple[tuple[str, str], ...]:
    """(what, URL) of everything that can be opened, the most wanted first; only http and https, each URL once."""
    found: list[tuple[str, str | None]] = []
    if isinstance(record, Paper):
        found += [("paper", record.url)]
        if record.openreview_id:
            found.append(("openreview", f"https://openreview.net/forum?id={record.openreview_id}"))
        if record.arxiv_id:
            found.append(("arxiv", f"https://arxiv.org/abs/{record.arxiv_id}"))
        if record.doi:
            found.append(("doi", f"https://doi.org/{record.doi}"))
        found.append(("pdf", record.pdf))
    if isinstance(record, Person):
        found.append(("homepage", record.homepage))
        if record.openreview_profile:
            found.append(("openreview", f"https://openreview.net/profile?id={record.openreview_profile}"))
        if record.scholar_id:
            found.append(("scholar", f"https://scholar.google.com/citations?user={record.scholar_id}"))
        if record.orcid:
            found.append(("orcid", f"https://orcid.org/{record.orcid}"))
    if isinstance(record, Event):
        found.append(("page", record.url))
    if isinstance(record, Talk | Paper):
        found += [(link.kind, link.url) for link in record.links]
    seen: set[str] = set()
    kept = []
    for what, url in found:
        if url and followable(url) and url not in seen:
            seen.add(url)
            kept.append((clean(what), url))
    return tuple(kept)


def followable(url: str) -> bool:
    """True for an http or https URL without spaces or control characters: nothing else is handed to a browser."""
    if len(url) > 4096 or clean(url) != url or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def document_of(record: Record, *, words: Sequence[str] = (), around: Around | None = None) -> Document:
    """The whole document of a record. `words` are marked where they occur; `around` adds what is near it."""
    out = _Writer(words)
    out.line(*out.marked(title_of(record), "title"))
    out.line(*_byline(record, out))
    _people(record, out)
    if around is not None:
        _own(around.state, out)
    _links(record, out)
    _body(record, out)
    if around is not None:
        for group, records in around.neighbours.items():
            _group(group, records, out)
        _sources(around.mentions, out)
    return Document(tuple(out.lines), tuple(out.targets))


QUERY_HELP = (
    ("word word", "ranked by words and by meaning"),
    ('"two words"', "have to occur as they are"),
    ("-word", "must not occur"),
    ("kind:talk", "or paper, person, event"),
    ("venue:ICLR", 'or venue:"ICML 2024"'),
    ("year:2024", "or 2022..2024, or 2023.."),
    ('person:"David Baker"', "speaker or author"),
    ("has:slides", "or video, paper, pdf, code, abstract"),
    ("tag:to-read", "your own tags"),
)
"""The query language in nine lines: (what is typed, what it does)."""


def how_to_search() -> Document:
    """What the detail pane shows beside searches to try."""
    lines = [(Span("What can be searched", "title"),), ()]
    lines += [(Span(f"{typed:<22}", "match"), Span(what, "dim")) for typed, what in QUERY_HELP]
    return Document(tuple(lines))


def document_of_source(source: SourceLine) -> Document:
    """How a source is doing, and what went wrong in its last run."""
    out = _Writer(())
    out.line(Span(clean(source.title or source.name), "title"))
    state = "switched off" if not source.enabled else clean(source.status or "never read")
    out.line(Span(clean(source.name), "tag"), Span(f" · {state} · every {clean(source.every)}", "dim"))
    if source.last_run:
        out.line(Span(f"last read {clean(source.last_run)}{', due again' if source.due else ''}", "dim"))
    if followable(source.url):
        out.gap()
        out.line(Span("1 ", "dim"), out.link("url", source.url, short_url(source.url), "link"))
    if source.errors:
        out.head(f"Errors ({len(source.errors)})")
        for error in source.errors[:20]:
            out.line(Span(clean(error)))
    out.gap()
    out.line(Span("u reads it now, U all that are due, c stops", "dim"))
    return Document(tuple(out.lines), tuple(out.targets))


def _byline(record: Record, out: _Writer) -> Iterable[Span]:
    yield Span(record.kind, "tag")
    if isinstance(record, Talk) and record.talk_kind:
        yield Span(f" · {clean(record.talk_kind)}", "dim")
    if isinstance(record, Talk) and record.event_id and record.event_name:
        yield Span(" · ", "dim")
        yield out.link("record", record.event_id, clean(record.event_name), "name")
    where = where_of(record)
    if where and not (isinstance(record, Talk) and where == clean(record.event_name or "")):
        yield Span(f" · {where}", "dim")
    if isinstance(record, Paper) and record.decision:
        yield Span(f" · {clean(record.decision)}", "dim")
    if isinstance(record, Talk) and record.start:
        yield Span(f" · {clean(record.start)}", "dim")
    if isinstance(record, Event):
        for detail in (record.dates, record.place):
            if detail:
                yield Span(f" · {clean(detail)}", "dim")


def _people(record: Record, out: _Writer) -> None:
    if isinstance(record, Person):
        for organisation, year in record.affiliations:
            out.line(Span(clean(organisation)), Span(f"  {year}" if year else "", "dim"))
        return
    by_role: dict[str, list[PersonRole]] = {}
    for person in record.people:
        by_role.setdefault(clean(person.role), []).append(person)
    alone = len(by_role) == 1 and next(iter(by_role), "") in ("speaker", "author")
    for role, people in by_role.items():
        spans: list[Span] = [] if alone else [Span(f"{role}: ", "dim")]
        for at, person in enumerate(people):
            if at:
                spans.append(Span(", ", "dim"))
            spans.append(out.link("record", person.person_id, clean(person.name), "name"))
            if person.affiliation:
                spans.append(Span(f" ({clean(person.affiliation)})", "dim"))
        out.line(*spans)


def _own(state: UserState | None, out: _Writer) -> None:
    if state is None:
        return
    spans: list[Span] = []
    if state.starred:
        spans.append(Span("★ starred  ", "tag"))
    if state.reading:
        spans.append(Span(f"{clean(state.reading)}  ", "tag"))
    spans += [Span(f"#{clean(tag)} ", "tag") for tag in state.tags]
    if spans:
        out.line(*spans)
    if state.note:
        out.head("Your note")
        for paragraph in clean_block(state.note).split("\n\n"):
            out.line(Span(paragraph))


def _links(record: Record, out: _Writer) -> None:
    links = links_of(record)
    if links:
        out.gap()
    for number, (what, url) in enumerate(links, 1):
        key = f"{number} " if number <= 9 else "  "
        out.line(Span(key, "dim"), out.link("url", url, f"{what}", "link"), Span(f"  {short_url(url)}", "dim"))


def _body(record: Record, out: _Writer) -> None:
    if isinstance(record, Paper):
        if record.tldr:
            out.gap()
            out.line(*out.marked("TL;DR " + clean(record.tldr)))
        text, keywords = record.abstract, record.keywords
    elif isinstance(record, Talk):
        text, keywords = record.summary, ()
    elif isinstance(record, Person):
        text, keywords = record.bio, record.interests
    else:
        text, keywords = None, ()
    for paragraph in clean_block(text or "").split("\n\n"):
        if paragraph:
            out.gap()
            out.line(*out.marked(paragraph))
    if keywords:
        out.gap()
        out.line(*out.marked(" · ".join(clean(word) for word in keywords), "dim"))


def _group(group: str, records: Sequence[Record], out: _Writer) -> None:
    if not records:
        return
    out.head(f"{GROUP_HEADS.get(group, clean(group).capitalize())} ({len(records)})")
    for record in records[:SHOWN_NEIGHBOURS]:
        where = where_of(record)
        spans = [out.link("record", record.id, title_of(record), "name")]
        if where:
            spans.append(Span(f"  {where}", "dim"))
        out.line(*spans)
    if len(records) > SHOWN_NEIGHBOURS:
        out.line(Span(f"and {len(records) - SHOWN_NEIGHBOURS} more: Enter lists them all", "dim"))


def _sources(mentions: Sequence[Mention], out: _Writer) -> None:
    if not mentions:
        return
    out.head("Read from")
    for mention in mentions[:SHOWN_NEIGHBOURS]:
        fetched = Span(f"  {clean(mention.fetched_at)[:10]}", "dim")
        if followable(mention.page_url):
            out.line(out.link("url", mention.page_url, short_url(mention.page_url), "link"), fetched)
        else:
            out.line(Span(short_url(mention.page_url)), fetched)
    if len(mentions) > SHOWN_NEIGHBOURS:
        out.line(Span(f"and {len(mentions) - SHOWN_NEIGHBOURS} more pages", "dim"))
