"""Rows: what a list shows of a record, a hit, a change or a heading. Pure data, drawn by `tui.widgets.row_list`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from kb.models import Event, Hit, Person, Record, Talk
from kb.text import fold
from tui.ports import SourceLine, UserState
from tui.text import clean, marked, names, short_url

RowKind = Literal["talk", "person", "paper", "event", "heading", "try", "topic", "source", "gone"]

READING_SIGNS = {"to-read": "○", "reading": "◐", "read": "●"}
"""How a reading state is drawn beside a title; the detail pane spells it out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list. `title`, `people` and `where` are safe to draw. `key` is the record id, "" for a heading.

    `why` are the matched words, `semantic` says that it is close in meaning; `action` is the search that following the
    row runs when it is not a record.
    """

    key: str
    kind: RowKind
    title: str
    people: str = ""
    where: str = ""
    why: tuple[str, ...] = ()
    starred: bool = False
    reading: str = ""
    record: Record | None = None
    source: SourceLine | None = None
    snippet: str = ""
    semantic: bool = False
    folded: int = 0
    action: str = ""

    @property
    def selectable(self) -> bool:
        return self.kind != "heading"


def row_of_record(record: Record, state: UserState | None = None) -> Row:
    """The row of a record."""
    row = Row(
        key=record.id,
        kind=record.kind,
        title=title_of(record),
        people=people_of(record),
        where=where_of(record),
        record=record,
    )
    return with_state(row, state) if state is not None else row


def row_of_hit(hit: Hit, state: UserState | None = None) -> Row:
    """The row of a search hit: its record, the words it matched, and how many near-duplicates are folded under it."""
    row = row_of_record(hit.record, state)
    return replace(
        row,
        why=tuple(clean(word) for word in hit.why.matched),
        snippet=clean(hit.snippet),
        semantic=hit.why.semantic is not None,
        folded=len(hit.folded),
    )


def with_state(row: Row, state: UserState) -> Row:
    """The row with the user's star and reading state."""
    return replace(row, starred=bool(state.starred), reading=state.reading or "")


def row_of_source(source: SourceLine) -> Row:
    """The row of a source: what it is, when it was read and how that went. Following it lists what it gave."""
    state = "off" if not source.enabled else source.status or "never read"
    when = (source.last_run or "")[:10]
    return Row(
        key=source.name,
        kind="source",
        title=clean(source.title or source.name),
        people=short_url(source.url),
        where=" ".join(part for part in (state, when, "due" if source.due and source.enabled else "") if part),
        source=source,
        action=f"source:{source.name}",
    )


def heading(text: str) -> Row:
    """A row that names the rows under it and cannot be chosen."""
    return Row(key="", kind="heading", title=text)


def title_of(record: Record) -> str:
    """The record's title; a talk without one is named after its speakers."""
    if record.title and (title := clean(record.title)):
        return title
    if isinstance(record, Talk) and record.speakers:
        return f"Talk by {names(person.name for person in record.speakers)}"
    return record.id


def people_of(record: Record) -> str:
    """Speakers or authors; for a person the newest affiliation."""
    if isinstance(record, Person):
        return clean(record.affiliations[0][0]) if record.affiliations else ""
    if isinstance(record, Event):
        return clean(record.place or "")
    return names(person.name for person in record.people)


def where_of(record: Record) -> str:
    """Venue and year ("ICML 2024"), each only once."""
    if isinstance(record, Person):
        return ""
    venue = clean(record.venue or "")
    if not venue and isinstance(record, Talk):
        venue = clean(record.event_name or "")
    year = str(record.year) if record.year else ""
    return venue if year and year in venue else f"{venue} {year}".strip()


def why_of(row: Row) -> str:
    """Why a row is in the result, as far as its title does not show it already."""
    if not row.why:
        return "by meaning" if row.semantic else ""
    shown = {piece for piece, hit in marked(row.title, row.why) if hit}
    folded = {fold(piece) for piece in shown}
    unseen = [word for word in row.why if fold(word) not in folded]
    return f"in text: {', '.join(unseen[:5])}" if unseen else ""
