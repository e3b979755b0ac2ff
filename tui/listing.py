"""What each place lists: asks the knowledge base and turns the answer into rows. Runs on the desk's thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

from kb.errors import UsageError
from kb.models import Change, Event, Record
from kb.text import fold
from tui.document import Around
from tui.paging import PAGE
from tui.places import Place
from tui.ports import Library, ListSources, SourceLine
from tui.rows import Row, heading, row_of_hit, row_of_record, row_of_source, with_state
from tui.text import clean

GROUP_TITLES = {"co-speakers": "Appeared together with"}

BEGIN = """This knowledge base is empty.

To fill it, leave with Ctrl+Q and run one of

    kb demo          a small sample to look around in, no network needed
    kb add URL       read a workshop page, a review post, a slide deck
    kb refresh       read all sources of the catalogue
"""

EXAMPLES = (
    ("kind:talk protein design", "talks only; also kind:paper, kind:person, kind:event"),
    ('"molecular dynamics" -diffusion', "an exact phrase, and a word that must not occur"),
    ("generative models for materials year:2023..", "since 2023; year:2022..2024 is a range"),
    ("has:slides equivariant", "what can be opened: slides, video, paper, pdf, code, abstract"),
)

NEW_LIMIT = 5_000
"""Changes looked at for the New tab: a first refresh of the catalogue makes more, and nobody reads those one by one."""

LATEST = 12
"""Records on the front page: what fits a screen of 40 lines with the examples above it."""

SHOWN_RELATED = 8
"""Records close in meaning that end a record's own list; `R` lists more."""

BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a place's list.

    `took_ms` is None where nothing was searched; a `whole` list has no further pages; `message` is shown in place of
    rows; `trail` says what is listed.
    """

    rows: tuple[Row, ...]
    total: int
    exact: bool = True
    took_ms: float | None = None
    whole: bool = False
    trail: str = ""
    message: str = ""

    @property
    def facts(self) -> str:
        """How many rows, and how long the search took."""
        if self.took_ms is None:
            return ""
        some = f"{self.total:,}" if self.exact else f"{self.total:,}+"
        return f"{some} found in {self.took_ms:.0f} ms"


def whole(rows: Sequence[Row], *, trail: str = "", message: str = "") -> Listed:
    """A list without further pages."""
    return Listed(tuple(rows), len(rows), whole=True, trail=trail, message="" if rows else message)


def read_page(
    library: Library,
    place: Place,
    number: int = 0,
    *,
    typing: bool = False,
    since: str = "",
    saved: Sequence[str] = (),
    sources: ListSources | None = None,
) -> Listed:
    """Page `number` (of `PAGE` rows) of the list at `place`. Raises `kb.errors.KBError` as the knowledge base does.

    `typing` reads the last word as a beginning; `since` is the time of the last visit, `saved` are saved searches,
    `sources` lists the catalogue.
    """
    query = place.query.strip()
    if place.record is not None:
        return _related(library, place.record) if place.related else _around(library, place.record)
    if place.tab == "reading":
        return _reading(library, query)
    if place.tab == "sources":
        return _sources(sources(library) if sources is not None else (), query)
    if place.tab == "new":
        return _new(library, number, since)
    if place.tab == "topics" and not query:
        return _topics(library)
    if place.tab == "events" and not query:
        return _events(library)
    if place.tab == "people" and not query:
        rows = _with_states(library, library.people(limit=PAGE, offset=number * PAGE))
        count = library.counts()["people"]
        return Listed(rows, count, trail=f"{count:,} people", message="" if count else BEGIN)
    if place.tab == "search" and not query:
        return _welcome(library, saved)
    kinds = {"events": ("event",), "people": ("person",)}.get(place.tab)
    return _found(library, place, number, kinds=kinds, typing=typing)


def _found(library: Library, place: Place, number: int, *, kinds: tuple[str, ...] | None, typing: bool) -> Listed:
    result = library.search(
        place.query,
        kinds=kinds,
        limit=PAGE,
        offset=number * PAGE,
        mode=place.mode,
        sort=place.sort,
        as_you_type=typing,
    )
    states = library.user_states([hit.id for hit in result.hits])
    rows = tuple(row_of_hit(hit, states.get(hit.id)) for hit in result.hits)
    message = "" if result.total else _nothing(library, place)
    return Listed(rows, result.total, result.exact_total, result.took_ms, message=message)


def _nothing(library: Library, place: Place) -> str:
    if not any(library.counts().values()):
        return BEGIN
    mode = "" if place.mode == "hybrid" else f"\nThe search is {place.mode}; F2 changes it."
    return f"Nothing matches.\n\nFewer words or filters may help; a minus or quotes may exclude too much.{mode}"


def _welcome(library: Library, saved: Sequence[str]) -> Listed:
    """What the search tab shows before anything is typed: what there is, and searches to try; or how to begin."""
    held = library.counts()
    if not any(held.values()):
        return whole((), message=BEGIN)
    inside = " · ".join(f"{count:,} {kind}" for kind, count in held.items() if count)
    rows = [heading("Saved searches"), *(_try(query, "") for query in saved)] if saved else []
    rows += [heading("Try"), *(_try(query, what) for query, what in EXAMPLES)]
    latest = dict.fromkeys(change.record_id for change in library.changes(limit=LATEST * 4))
    rows += [heading("Latest"), *_found_again(library, list(latest)[:LATEST])]
    return whole(rows, trail=inside)


def _found_again(library: Library, ids: Iterable[str]) -> Iterable[Row]:
    for record_id in ids:
        with suppress(UsageError):  # forgotten since
            yield from _with_states(library, [library.get(record_id)])


def _try(query: str, what: str) -> Row:
    return Row("", "try", clean(query), what, action=query)


def _events(library: Library) -> Listed:
    events = sorted(library.events(), key=lambda event: (-(event.year or 0), event.name))
    rows: list[Row] = []
    for year, group in groupby(events, key=lambda event: event.year):
        rows.append(heading(str(year) if year else "Without a year"))
        rows.extend(_with_states(library, list(group)))
    return whole(rows, trail=f"{len(events):,} events", message=BEGIN)


def _reading(library: Library, query: str) -> Listed:
    words = fold(query).split()
    rows: list[Row] = []
    groups = [("Reading", library.listed(reading="reading")), ("To read", library.listed(reading="to-read"))]
    groups += [("Starred", library.listed(starred=True)), ("Read", library.listed(reading="read"))]
    for title, records in groups:
        found = [row for row in _with_states(library, records) if _has_words(row, words)]
        if found:
            rows += [heading(f"{title} ({len(found)})"), *found]
    none = "Nothing here matches." if query else "Nothing here yet."
    return whole(rows, message=f"{none}\n\nPress s on a record to star it, r to put it on the reading list.")


def _sources(lines: Sequence[SourceLine], query: str) -> Listed:
    words = fold(query).split()
    # What needs a look comes first, then what is due, then the rest in the catalogue's order.
    order = sorted(lines, key=lambda line: (line.status not in ("failed", "partial"), not line.due))
    rows = [row for row in map(row_of_source, order) if _has_words(row, words)]
    failed = sum(line.status in ("failed", "partial") for line in lines)
    due = sum(line.due and line.enabled for line in lines)
    trail = f"{len(lines)} sources, {due} due, {failed} with errors · u reads one, U all that are due"
    return whole(rows, trail=trail, message="No source matches." if lines else "There is no catalogue of sources here.")


def _has_words(row: Row, words: Iterable[str]) -> bool:
    text = fold(f"{row.title} {row.people} {row.where}")
    return all(word in text for word in words)


def _new(library: Library, number: int, since: str) -> Listed:
    latest: dict[str, Change] = {}
    for change in library.changes(since=since or None, limit=NEW_LIMIT):
        latest.setdefault(change.record_id, change)
    changes = list(latest.values())
    rows = tuple(_changed(library, change) for change in changes[number * PAGE : (number + 1) * PAGE])
    when = f"since {clean(since)[:10]}" if since else "so far"
    message = "" if changes else f"Nothing new {when}.\n\n`kb refresh` looks for news; so does the Sources tab."
    return Listed(rows, len(changes), trail=f"{len(changes):,} added or changed {when}", message=message)


def _changed(library: Library, change: Change) -> Row:
    what = f"{change.what} {change.at[:10]}"
    if change.fields and change.what == "changed":
        what += f" ({', '.join(change.fields[:4])})"
    try:
        row = row_of_record(library.get(change.record_id), library.user_state(change.record_id))
    except UsageError:  # vanished or forgotten since
        return Row("", "gone", clean(change.record_id), where=clean(what))
    return replace(row, where=clean(what))


def _topics(library: Library) -> Listed:
    """Fields and their topics, with what there is of each and how that went over the years."""
    years: dict[str, dict[str, int]] = {}
    for found in library.topic_counts():
        of_topic = years.setdefault(found.topic, {})
        of_topic[str(found.year)] = of_topic.get(str(found.year), 0) + found.count
    rows = []
    for topic in library.taxonomy().topics.values():
        counts = years.get(topic.id)
        if counts:
            name = clean(topic.name) if topic.field is None else f"  {clean(topic.name)}"
            total = sum(counts.values())
            people = f"{total:,} record{'' if total == 1 else 's'} · {clean(topic.about)}"
            rows.append(Row("", "topic", name, people, spark(counts), action=f"topic:{topic.id}"))
    return whole(rows, trail=f"{len(rows):,} topics and fields", message="No record has a topic yet.")


def spark(counts: dict[str, int], years: int = 10) -> str:
    """Counts of the latest `years` years as bars, and the years they span; "" without counts."""
    known = {int(year): count for year, count in counts.items() if year.isdigit()}
    if not known:
        return ""
    last = max(known)
    span = range(max(min(known), last - years + 1), last + 1)
    most = max(known.values())
    bars = "".join(BARS[known[year] * 8 // (most + 1)] if known.get(year) else " " for year in span)
    return f"{bars} {span[0]}-{last}" if len(span) > 1 else f"{bars} {last}"


def _around(library: Library, record_id: str) -> Listed:
    record = library.get(record_id)
    rows = list(_with_states(library, [record]))
    for group, records in library.neighbours(record_id).items():
        if records:
            rows.append(heading(f"{GROUP_TITLES.get(group, clean(group).capitalize())} ({len(records)})"))
            rows.extend(_with_states(library, records))
    if not isinstance(record, Event):
        hits = library.related(record.id, limit=SHOWN_RELATED)
        rows += [heading("Close in meaning"), *_with_states(library, [hit.record for hit in hits])] if hits else []
    return whole(rows, trail=rows[0].title)


def _related(library: Library, record_id: str) -> Listed:
    rows = list(_with_states(library, [library.get(record_id)]))
    trail = f"Related to {rows[0].title}"
    hits = library.related(record_id, limit=PAGE)
    states = library.user_states([hit.id for hit in hits])
    rows += [heading(f"Related ({len(hits)})"), *(row_of_hit(hit, states.get(hit.id)) for hit in hits)]
    return whole(rows, trail=trail)


def _with_states(library: Library, records: Iterable[Record]) -> tuple[Row, ...]:
    listed: list[Record] = list(records)
    states = library.user_states([record.id for record in listed])
    return tuple(
        with_state(row_of_record(record), states[record.id]) if record.id in states else row_of_record(record)
        for record in listed
    )


def around(library: Library, record_id: str) -> Around:
    """What surrounds a record: for the detail pane, once the cursor rests."""
    return Around(library.neighbours(record_id), library.mentions(record_id), library.user_state(record_id))
