"""The facets beside the list: what the results are made of, and one key to narrow them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.narrow import Facet
from tui.text import clean, fit


class FacetPanel(ScrollView, can_focus=True):
    """Lists facets under the name of their field. Space or Enter puts one into the query or takes it out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "facet--head", "facet--value", "facet--active", "facet--count", "facet--cursor",
    }  # fmt: skip
    DEFAULT_CSS = """
    FacetPanel {
        width: 28; scrollbar-size-vertical: 1; overflow-x: hidden; border-right: solid $panel;
        & > .facet--head { color: $text-primary; text-style: bold; }
        & > .facet--value { color: $foreground; }
        & > .facet--active { color: $text-success; text-style: bold; }
        & > .facet--count { color: $kb-dim; }
        & > .facet--cursor { background: $kb-cursor; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next", show=False, id="facets.down"),
        Binding("up,k", "step(-1)", "Previous", show=False, id="facets.up"),
        Binding("home,g", "step(-1000)", "First", show=False, id="facets.first"),
        Binding("end,G", "step(1000)", "Last", show=False, id="facets.last"),
        Binding("space,enter", "narrow", "Narrow", id="facets.toggle"),
    ]

    cursor = reactive(0)

    @dataclass
    class Toggled(Message):
        """A facet was chosen."""

        facet: Facet

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.facets: tuple[Facet, ...] = ()
        self._lines: list[str | int] = []  # a field's name, or the index of a facet

    def show(self, facets: tuple[Facet, ...]) -> None:
        """Replace the facets; the cursor stays on the same facet where it is still there."""
        here = (self.facets[self.cursor].field, self.facets[self.cursor].value) if self.facets else None
        self.facets = facets
        self._lines = []
        field = ""
        for index, facet in enumerate(facets):
            if facet.field != field:
                field = facet.field
                self._lines.append(field.capitalize())
            self._lines.append(index)
        self.virtual_size = Size(self.size.width, len(self._lines))
        keys = [(facet.field, facet.value) for facet in facets]
        self.cursor = keys.index(here) if here in keys else min(self.cursor, max(0, len(facets) - 1))
        self.refresh()

    def watch_cursor(self) -> None:
        if self.cursor in self._lines and self.size.height:
            line = self._lines.index(self.cursor)
            self.scroll_to_region(Region(0, max(0, line - 1), 1, 2), animate=False, force=True, x_axis=False)
        self.refresh()

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + by, 0), max(0, len(self.facets) - 1))

    def action_narrow(self) -> None:
        if self.facets:
            self.post_message(self.Toggled(self.facets[self.cursor]))

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.y
        if at < len(self._lines) and isinstance(index := self._lines[at], int):
            self.cursor = index
            self.action_narrow()

    def render_line(self, y: int) -> Strip:
        width, at = self.size.width, self.scroll_offset.y + y
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        entry = self._lines[at]
        if isinstance(entry, str):
            return self._strip([(fit(f" {entry}", width), "head")], False)
        facet = self.facets[entry]
        count = "" if facet.count is None else f" {facet.count:,} "
        sign = "✓ " if facet.active else "  "
        value = fit(sign + clean(facet.value), width - len(count) - 1)
        cursor = self.has_focus and entry == self.cursor
        return self._strip(
            [("▌" if cursor else " ", "head"), (value, "active" if facet.active else "value"), (count, "count")], cursor
        )

    def _strip(self, pieces: list[tuple[str, str]], cursor: bool) -> Strip:
        under = self.get_component_rich_style("facet--cursor" if cursor else "facet--value")
        segments = []
        for text, name in pieces:
            style = self.get_component_rich_style(f"facet--{name}")
            segments.append(Segment(text, style + Style(bgcolor=under.bgcolor)))
        return Strip(segments)
