"""The records that cross every boundary: frozen, typed, without behaviour that needs a database.

Two families. *Facts* are what one page says (`Extraction` and its parts): names and titles as printed, nothing
resolved. *Records* are what the knowledge base holds (`Talk`, `Person`, `Paper`, `Event`): one for each thing in
the world, with a stable id, built from the facts of many pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TalkKind = Literal["invited", "keynote", "contributed", "panel", "tutorial", "slides"]
Role = Literal["speaker", "panelist", "moderator", "organizer", "committee", "team", "author"]
LinkKind = Literal["slides", "video", "paper", "code", "poster", "page", "other"]
RecordKind = Literal["talk", "person", "paper", "event"]

TALK_KINDS: tuple[TalkKind, ...] = ("invited", "keynote", "contributed", "panel", "tutorial", "slides")
ROLES: tuple[Role, ...] = ("speaker", "panelist", "moderator", "organizer", "committee", "team", "author")
RECORD_KINDS: tuple[RecordKind, ...] = ("talk", "person", "paper", "event")


# --- facts: what one page says -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read: the text itself, its place, who read it and how sure the reader is (0..1)."""

    text: str = ""
    place: str = ""  # a short path such as "section > ul:2 > li:3", "front matter: speakers[0]" or "page 4"
    extractor: str = ""  # "timetable", "cards", ... with a version: "timetable/1"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class LinkFact:
    """A link of a talk or paper. `url` is absolute."""

    kind: LinkKind
    url: str


@dataclass(frozen=True, slots=True)
class EventFact:
    """The meeting a page is about. `venue` is conference and year ("ICML 2024"); `series` the name without edition."""

    name: str | None = None
    year: int | None = None
    series: str | None = None
    venue: str | None = None
    dates: str | None = None  # as printed
    place: str | None = None
    url: str | None = None
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class TalkFact:
    """One talk as a page presents it. `title` is None where only the speaker is named; then speakers is not empty."""

    title: str | None
    speakers: tuple[str, ...] = ()
    affiliation: str | None = None
    kind: TalkKind | None = None
    summary: str | None = None
    links: tuple[LinkFact, ...] = ()
    start: str | None = None  # as printed, or ISO 8601 where the page gives it
    event: EventFact | None = None  # only where a page covers several events
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A person in one role. Somebody with two roles occurs twice. `url` is absolute or None."""

    name: str
    role: Role | None = None
    affiliation: str | None = None
    url: str | None = None
    interests: tuple[str, ...] = ()
    bio: str | None = None
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class PaperFact:
    """A work a page lists or discusses. `title` is None for a linked work mentioned without its title."""

    title: str | None
    url: str | None = None
    openreview_id: str | None = None
    arxiv_id: str | None = None  # without version
    doi: str | None = None
    authors: tuple[str, ...] = ()
    author_profiles: tuple[str, ...] = ()  # OpenReview profile ids beside `authors`, "" where unknown; () for none
    abstract: str | None = None
    tldr: str | None = None
    keywords: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    pdf: str | None = None
    decision: str | None = None
    source_id: str | None = None  # the id in the list it came from
    cited: bool = False  # a work cited on slides or discussed in a post, not one of the event's own papers
    links: tuple[LinkFact, ...] = ()
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All facts of one document. An extraction without facts is a valid answer; `notes` then say why."""

    url: str
    event: EventFact | None = None
    talks: tuple[TalkFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    papers: tuple[PaperFact, ...] = ()
    title: str | None = None
    text: str = ""  # the page's main text, whitespace normalised: kept searchable
    pages: tuple[str, ...] = ()  # of a slide deck: the text of each slide, the first at 0
    notes: tuple[str, ...] = ()  # for the person: "this page is drawn by JavaScript", "stale template of ICML 2022"
    links: tuple[str, ...] = ()  # every followable absolute link, in page order: what the crawler looks at

    @property
    def empty(self) -> bool:
        """True when no talk, person or paper was found."""
        return not (self.talks or self.people or self.papers)


# --- records: what the knowledge base holds ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """A link shown on a record."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class PersonRole:
    """A person's part in a talk, event or paper, as shown there."""

    person_id: str
    name: str
    role: str
    affiliation: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A workshop, conference, post or meeting. `year` is the calendar year it took place."""

    id: str
    name: str
    series: str | None = None
    venue: str | None = None
    year: int | None = None
    dates: str | None = None
    place: str | None = None
    url: str | None = None
    people: tuple[PersonRole, ...] = ()

    kind: RecordKind = field(default="event", init=False)

    @property
    def title(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk at an event. `summary` is the page's own text about it, be it called summary or abstract."""

    id: str
    title: str | None
    speakers: tuple[PersonRole, ...] = ()
    event_id: str | None = None
    event_name: str | None = None
    venue: str | None = None
    year: int | None = None
    talk_kind: str | None = None
    summary: str | None = None
    start: str | None = None
    links: tuple[Link, ...] = ()

    kind: RecordKind = field(default="talk", init=False)

    @property
    def people(self) -> tuple[PersonRole, ...]:
        return self.speakers


@dataclass(frozen=True, slots=True)
class Person:
    """A person. `affiliations` are (organisation, year or None), newest first."""

    id: str
    name: str
    affiliations: tuple[tuple[str, int | None], ...] = ()
    homepage: str | None = None
    openreview_profile: str | None = None
    scholar_id: str | None = None
    orcid: str | None = None
    interests: tuple[str, ...] = ()
    bio: str | None = None

    kind: RecordKind = field(default="person", init=False)

    @property
    def title(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper. `arxiv_id` has no version; `source_id` is the id in the list it was imported from."""

    id: str
    title: str
    authors: tuple[PersonRole, ...] = ()
    abstract: str | None = None
    tldr: str | None = None
    keywords: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    decision: str | None = None
    openreview_id: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    url: str | None = None
    pdf: str | None = None
    source_id: str | None = None
    links: tuple[Link, ...] = ()

    kind: RecordKind = field(default="paper", init=False)

    @property
    def people(self) -> tuple[PersonRole, ...]:
        return self.authors


Record = Talk | Person | Paper | Event


@dataclass(frozen=True, slots=True)
class Mention:
    """A record's appearance on a page: which fields that page gave, and the text they were read from."""

    record_id: str
    page_url: str
    fields: dict[str, Any]
    evidence: Evidence
    fetched_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Change:
    """What a run did to a record. `what` is added, changed, vanished, returned, merged or forgotten."""

    record_id: str
    what: str
    fields: tuple[str, ...] = ()
    page_url: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a hit matched: its lexical and semantic scores (None where that side did not find it), matched words."""

    lexical: float | None = None
    semantic: float | None = None
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result. `folded` are the ids of near-duplicates shown under this one."""

    id: str
    record: Record
    score: float
    snippet: str
    why: Why
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits. `total` counts all matches; `exact_total` is False where it is a lower bound."""

    query: str
    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    exact_total: bool = True
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    def __iter__(self) -> Any:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


# --- what the index is given, and what it answers ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A record as the search index sees it: plain text and filter values, nothing to resolve.

    `text` is the abstract, summary or biography; `people` are display names of speakers, authors or, for an event,
    its people; `has` lists what can be opened ("slides", "video", "paper", "pdf", "code", "abstract"); `fold_key`
    is equal for near-duplicates (preprint and workshop version), None for records that are never folded.
    """

    id: str
    kind: RecordKind
    title: str
    text: str = ""
    people: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    venue: str | None = None
    year: int | None = None
    date: str | None = None  # ISO 8601 date where known, for sorting
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    fold_key: str | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A ranked id: the fused score (higher is better), why it is there, and the ids folded under it."""

    id: str
    score: float
    why: Why = Why()
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """One page of an index's answer. `facets` maps a field to (value, count) pairs, most frequent first."""

    hits: tuple[Scored, ...]
    total: int
    exact_total: bool = True
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one index sync did. `embedded` counts texts that went through the model; `took_s` is in seconds."""

    added: int = 0
    removed: int = 0
    embedded: int = 0
    took_s: float = 0.0
    rebuilt: bool = False


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """State of the index on disk. `generation` is the store's generation it was last brought to."""

    state: Literal["missing", "ok", "behind", "damaged"]
    documents: int = 0
    generation: int = 0
    model: str | None = None
    backend: str = "builtin"
    bytes: int = 0
    note: str = ""
