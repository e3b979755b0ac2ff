"""Where the reader is, and the way back: places, and a history of them as in a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Tab = Literal["search", "events", "people", "topics", "new", "reading", "sources"]

TABS: tuple[tuple[Tab, str], ...] = (
    ("search", "Search"),
    ("events", "Events"),
    ("people", "People"),
    ("topics", "Topics"),
    ("new", "New"),
    ("reading", "Reading list"),
    ("sources", "Sources"),
)

OPTION_KEYS = (
    "inverted_exclamation_mark",
    "trade_mark_sign",
    "pound_sign",
    "cent_sign",
    "infinity",
    "section_sign",
    "pilcrow_sign",
)
"""What Textual makes of Alt+1 to Alt+7 in terminals without the Kitty protocol: the letters of a Mac's Option key."""

MODES = ("hybrid", "lexical", "semantic")
SORTS = ("relevance", "date", "title")


@dataclass(frozen=True, slots=True)
class Place:
    """A list to look at.

    With a `record`, the list is that record and what surrounds it, or, `related`, what is close to it in meaning;
    otherwise it is the tab's own list, narrowed by `query`.
    """

    tab: Tab = "search"
    query: str = ""
    mode: str = "hybrid"
    sort: str = "relevance"
    record: str | None = None
    related: bool = False


@dataclass(slots=True)
class Visit:
    """A place and the row the cursor stood on there."""

    place: Place
    cursor: int = 0


@dataclass(slots=True)
class History:
    """Visited places. Going somewhere new after going back drops the way forward; at most `limit` are kept."""

    visits: list[Visit] = field(default_factory=lambda: [Visit(Place())])
    at: int = 0
    limit: int = 200

    @property
    def here(self) -> Visit:
        return self.visits[self.at]

    def go(self, place: Place) -> None:
        """Go somewhere new."""
        if place == self.here.place:
            return
        del self.visits[self.at + 1 :]
        self.visits.append(Visit(place))
        del self.visits[: max(0, len(self.visits) - self.limit)]
        self.at = len(self.visits) - 1

    def amend(self, place: Place) -> None:
        """Change the present place without a step in the history: what typing does."""
        self.visits[self.at] = Visit(place, 0 if place != self.here.place else self.here.cursor)

    def back(self) -> Visit | None:
        """One step back, or None at the beginning."""
        if self.at == 0:
            return None
        self.at -= 1
        return self.here

    def forward(self) -> Visit | None:
        """One step forward, or None at the end."""
        if self.at == len(self.visits) - 1:
            return None
        self.at += 1
        return self.here


def cycle(value: str, values: tuple[str, ...]) -> str:
    """The value after `value`, the first after the last (and after one that is unknown)."""
    return values[(values.index(value) + 1) % len(values)] if value in values else values[0]
