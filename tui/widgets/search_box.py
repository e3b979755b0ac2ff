"""The search box: one line; moves the list's cursor without losing focus, as a fuzzy finder does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.completing import QuerySuggester, Values
from tui.places import OPTION_KEYS
from tui.text import clean

QUERY_LIMIT = 1000
"""Characters of a query. The longest title among 190,000 papers has 250; a pasted page is no query."""


class SearchBox(Input):
    """Posts `Input.Changed` while typing and `Stepped` for keys that move in the list."""

    DEFAULT_CSS = """
    SearchBox { border: none; height: 1; padding: 0 1; background: $surface; }
    SearchBox:focus { border: none; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "step(1)", "Next", show=False, id="box.down"),
        Binding("up", "step(-1)", "Previous", show=False, id="box.up"),
        Binding("pagedown", "step(10)", "Ten on", show=False, id="box.pagedown"),
        Binding("pageup", "step(-10)", "Ten back", show=False, id="box.pageup"),
        Binding("alt+up", "recall(-1)", "Earlier search", show=False, id="box.earlier"),
        Binding("alt+down", "recall(1)", "Later search", show=False, id="box.later"),
    ]

    @dataclass
    class Stepped(Message):
        """Move the list's cursor."""

        by: int

    @dataclass
    class Recalled(Message):
        """Show an earlier (-1) or later (1) search of this knowledge base's history."""

        by: int

    def __init__(self, values: Values, *, id: str | None = None) -> None:
        super().__init__(
            placeholder="Search talks, papers, people and events",
            suggester=QuerySuggester(values),
            select_on_focus=False,
            compact=True,
            id=id,
        )

    def action_step(self, by: int) -> None:
        self.post_message(self.Stepped(by))

    def action_recall(self, by: int) -> None:
        self.post_message(self.Recalled(by))

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """True for keys that are text; Alt+1 to Alt+7 are not, whatever the terminal makes of them."""
        return key not in OPTION_KEYS and super().check_consume_key(key, character)

    def _on_paste(self, event: events.Paste) -> None:
        # Not Input's own: it keeps the first line only, and takes any length.
        self.insert_text_at_cursor(clean(event.text)[: max(0, QUERY_LIMIT - len(self.value))])
        event.stop()
        event.prevent_default()

    def show(self, query: str) -> None:
        """Set the text without a search."""
        with self.prevent(Input.Changed):
            self.value = query
        self.cursor_position = len(query)
