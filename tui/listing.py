"""What each place lists: asks the knowledge base and turns the answer into rows. Runs on the desk's thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kb.models import Record
from tui.document import Around
from tui.paging import PAGE
from tui.places import Place
from tui.ports import Library
from tui.rows import Row, heading, row_of_hit, row_of_record, with_state

GROUP_TITLES = {"co-speakers": "Appeared together with", "people": "People", "events": "Events"}

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


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a place's list.

    `facets` are (value, count) by field; `took_ms` is None where nothing was searched; a `whole` list has no further
    pages; `message` is shown in place of rows.
    """

    rows: tuple[Row, ...]
    total: int
    exact: bool = True
    took_ms: float | None = None
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
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


def read_page(library: Library, place: Place, number: int = 0, *, typing: bool = False, facets: bool = False) -> Listed:
    """Page `number` (of `PAGE` rows) of the list at `place`. Raises `kb.errors.KBError` as the knowledge base does."""
    if place.record is not None:
        return _around(library, place.record)
    if place.tab in ("events", "people") and not place.query.strip():
        return _all(library, place.tab, number)
    if place.tab == "search" and not place.query.strip():
        return _welcome(library)
    kinds = {"events": ("event",), "people": ("person",)}.get(place.tab)
    return _found(library, place, number, kinds=kinds, typing=typing, facets=facets)


def _welcome(library: Library) -> Listed:
    """What the search tab shows before anything is typed: what there is, and searches to try; or how to begin."""
    held = counts(library)
    if not any(held.values()):
        return Listed((), 0, whole=True, message=BEGIN)
    inside = " · ".join(f"{held[kind]:,} {kind}" for kind in ("papers", "talks", "people", "events") if held.get(kind))
    rows = [heading(inside), heading("Try"), *(Row("", "try", text, people, action=text) for text, people in EXAMPLES)]
    return Listed(tuple(rows), len(rows), whole=True)


def _found(
    library: Library, place: Place, number: int, *, kinds: tuple[str, ...] | None, typing: bool, facets: bool
) -> Listed:
    result = library.search(
        place.query,
        kinds=kinds,
        limit=PAGE,
        offset=number * PAGE,
        mode=place.mode,
        sort=place.sort,
        facets=facets,
        as_you_type=typing,
    )
    rows = tuple(row_of_hit(hit, library.user_state(hit.id)) for hit in result.hits)
    return Listed(rows, result.total, result.exact_total, result.took_ms, result.facets)


def _all(library: Library, tab: str, number: int) -> Listed:
    offset = number * PAGE
    records: Iterable[Record]
    if tab == "events":
        records = library.events(limit=PAGE, offset=offset)
    else:
        records = library.people(limit=PAGE, offset=offset)
    return Listed(_with_states(library, records), counts(library).get(tab, 0))


def _around(library: Library, record_id: str) -> Listed:
    rows = list(_with_states(library, [library.get(record_id)]))
    for group, records in library.neighbours(record_id).items():
        if records:
            rows.append(heading(f"{GROUP_TITLES.get(group, group.capitalize())} ({len(records)})"))
            rows.extend(_with_states(library, records))
    return Listed(tuple(rows), len(rows), whole=True)


def _with_states(library: Library, records: Iterable[Record]) -> tuple[Row, ...]:
    return tuple(with_state(row_of_record(record), library.user_state(record.id)) for record in records)


def around(library: Library, record_id: str) -> Around:
    """What surrounds a record: for the detail pane, once the cursor rests."""
    return Around(library.neighbours(record_id), library.mentions(record_id), library.user_state(record_id))


def counts(library: Library) -> dict[str, int]:
    """How many papers, talks, people and events the knowledge base holds."""
    return dict(library.stats().records)
