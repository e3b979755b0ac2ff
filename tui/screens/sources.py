"""Refreshing from the Sources tab: one source or all that are due, with live progress, stopped by a key."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.refreshing import Refresh, RefreshState
from tui.screens.travelling import Travelling
from tui.widgets.status_line import StatusLine

STOP_WAIT_S = 3.0
"""How long quitting waits for a refresh to end after its page. One that waits for a slow site is cut off, safely."""


class Refreshing(Travelling):
    """Adds the keys of the Sources tab."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "refresh(False)", "Refresh this source", show=False, id="refresh"),
        Binding("U", "refresh(True)", "Refresh all that are due", show=False, id="refresh.due"),
        Binding("c", "stop_refresh", "Stop the refresh", show=False, id="refresh.stop"),
    ]

    class Progressed(Message):
        """A refresh has come further."""

        def __init__(self, state: RefreshState) -> None:
            super().__init__()
            self.state = state

    def __init__(self) -> None:
        super().__init__()
        self.refreshing: Refresh | None = None

    def action_refresh(self, due: bool) -> None:
        """Read the source under the cursor now, or all that are due."""
        row = self.row
        if self.place.tab != "sources":
            self.app.complain("Refreshing is done on the Sources tab: Alt+7 goes there")
        elif self.refreshing is not None:
            self.app.complain("A refresh is running; c stops it")
        elif due or (row is not None and row.source is not None):
            names = [] if due or row is None else [row.key]
            self.refreshing = Refresh(self.app.open_library, names, self._tell)
            self.refreshing.start()
            self.app.tell(f"Refresh of {names[0]}" if names else "Refresh of all sources that are due")

    def _tell(self, state: RefreshState) -> None:
        self.post_message(self.Progressed(state))  # which is safe from any thread

    def on_unmount(self) -> None:
        if self.refreshing is not None:
            self.refreshing.stop()
            self.refreshing.wait(STOP_WAIT_S)

    def action_stop_refresh(self) -> None:
        """Stop after the page under way."""
        if self.refreshing is not None:
            self.refreshing.stop()
            self.app.tell("Stopping after the page under way; the next refresh takes up from there")

    def on_refreshing_progressed(self, event: Progressed) -> None:
        """Show how far it has come; at the end, read everything anew."""
        state = event.state
        self.query_one(StatusLine).facts = state.summary
        if self.place.tab == "sources":
            pages = self.rows.pages
            for _, row in list(pages.loaded()):
                if row.key in state.lines and row.where != state.lines[row.key]:
                    pages.update(row.key, replace(row, where=state.lines[row.key]))
            self.rows.refresh()
        if state.ended:
            self.refreshing = None
            (self.app.complain if state.failed else self.app.tell)(state.summary)
            self.action_reload()
