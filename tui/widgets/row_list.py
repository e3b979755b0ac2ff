"""A list of rows of any length: only the lines on screen are drawn, and only the pages near them are asked for."""

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

from tui.paging import Pages
from tui.rows import READING_SIGNS, Row, why_of
from tui.text import fit, marked, shorten

KIND_WIDTH = 7
"""Cells of the kind column: "person" and a space."""


class RowList(ScrollView, can_focus=True):
    """Rows with a cursor. While new rows are being fetched the old ones stay."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--title", "row--dim", "row--kind", "row--match", "row--heading", "row--cursor", "row--star", "row--label",
    }  # fmt: skip
    DEFAULT_CSS = """
    RowList {
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .row--title { color: $foreground; }
        & > .row--dim { color: $kb-dim; }
        & > .row--kind { color: $text-secondary; }
        & > .row--match { color: $text-accent; text-style: bold; }
        & > .row--heading { color: $text-primary; text-style: bold; }
        & > .row--star { color: $text-warning; }
        & > .row--label { color: $background; background: $warning; text-style: bold; }
        & > .row--cursor { background: $surface-lighten-1; }
        &:focus > .row--cursor { background: $kb-cursor; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next", show=False, id="list.down"),
        Binding("up,k", "step(-1)", "Previous", show=False, id="list.up"),
        Binding("pagedown,ctrl+d,ctrl+f", "page(1)", "Page down", show=False, id="list.pagedown"),
        Binding("pageup,ctrl+u,ctrl+b", "page(-1)", "Page up", show=False, id="list.pageup"),
        Binding("home,g", "first", "First", show=False, id="list.first"),
        Binding("end,G", "last", "Last", show=False, id="list.last"),
        Binding("enter,l", "choose", "Go to", id="list.choose"),
    ]

    compact = reactive(False)
    cursor = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or on another record in the same place."""

        row: Row | None

    @dataclass
    class Chosen(Message):
        """A row was followed: Enter, or a click on the row under the cursor."""

        row: Row

    @dataclass
    class PagesWanted(Message):
        """Rows near the screen are not loaded."""

        pages: Pages
        numbers: tuple[int, ...]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.pages = Pages()
        self.labels: dict[int, str] = {}
        self._palette: dict[str, Style] | None = None

    # --- what is shown -------------------------------------------------------------------------------------------

    @property
    def row_height(self) -> int:
        return 1 if self.compact else 2

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.pages.row(self.cursor)

    def show(self, pages: Pages, cursor: int = 0) -> None:
        """Replace the rows. The cursor goes to the first selectable row at or after `cursor`."""
        self.pages = pages
        self.labels = {}
        self._resize()
        self.set_reactive(RowList.cursor, self._selectable(min(cursor, max(0, pages.total - 1)), 1))
        self.scroll_to(y=0, animate=False) if self.cursor <= 1 else self._reveal()
        self.refresh()
        self._want()
        self.post_message(self.Moved(self.row))

    def arrived(self) -> None:
        """Rows of the present list were loaded or changed."""
        self._resize()
        if self.cursor >= self.pages.total:
            self.cursor = max(0, self.pages.total - 1)
        self.refresh()
        self.post_message(self.Moved(self.row))

    def visible_rows(self) -> range:
        """Indices of the rows on screen."""
        first = self.scroll_offset.y // self.row_height
        return range(first, min(self.pages.total, first + self.size.height // self.row_height + 1))

    def show_labels(self, labels: dict[int, str]) -> None:
        """Draw jump labels before rows; an empty dict takes them away."""
        self.labels = labels
        self.refresh()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.pages.total * self.row_height)

    def _want(self) -> None:
        rows = self.visible_rows()
        ahead = len(rows)
        numbers = self.pages.wanted(rows.start - ahead, rows.stop + ahead)
        if numbers:
            self.post_message(self.PagesWanted(self.pages, numbers))

    def on_resize(self, event: events.Resize) -> None:
        self._resize()
        self._want()
        self._reveal()

    def watch_compact(self) -> None:
        self._resize()
        self._reveal()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._want()

    # --- moving --------------------------------------------------------------------------------------------------

    def watch_cursor(self) -> None:
        self._reveal()
        self.refresh()
        self.post_message(self.Moved(self.row))

    def _reveal(self) -> None:
        height = self.row_height
        if self.size.height:
            self.scroll_to_region(
                Region(0, self.cursor * height, 1, height), animate=False, force=True, immediate=True, x_axis=False
            )

    def _selectable(self, index: int, step: int) -> int:
        for way in (step, -step):
            at = index
            while 0 <= at < self.pages.total:
                row = self.pages.row(at)
                if row is None or row.selectable:
                    return at
                at += way
        return index

    def action_step(self, by: int) -> None:
        """Move the cursor by some rows, over headings."""
        if self.pages.total:
            at = min(max(self.cursor + by, 0), self.pages.total - 1)
            self.cursor = self._selectable(at, 1 if by > 0 else -1)

    def action_page(self, pages: int) -> None:
        """Move by screens."""
        self.action_step(pages * max(1, self.size.height // self.row_height - 1))

    def action_first(self) -> None:
        self.action_step(-self.pages.total)

    def action_last(self) -> None:
        self.action_step(self.pages.total)

    def action_choose(self) -> None:
        if (row := self.row) is not None and row.selectable:
            self.post_message(self.Chosen(row))

    def on_click(self, event: events.Click) -> None:
        index = (self.scroll_offset.y + event.y) // self.row_height
        row = self.pages.row(index)
        if row is None or not row.selectable:
            return
        if index == self.cursor and event.chain == 2:
            self.post_message(self.Chosen(row))
        self.cursor = index

    # --- drawing -------------------------------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._palette = None

    def _style(self, name: str, cursor: bool) -> Style:
        if self._palette is None:
            # Whole styles, so that colours with an alpha are blended; the background comes from the cursor or the list.
            whole = {part: self.get_component_rich_style(part) for part in self.COMPONENT_CLASSES}
            self._palette = {part: style.without_color + Style(color=style.color) for part, style in whole.items()}
            self._palette["row--cursor"] = Style(bgcolor=whole["row--cursor"].bgcolor)
            self._palette["row--label"] = whole["row--label"]
        style = self._palette[f"row--{name}"]
        return style + self._palette["row--cursor"] if cursor and name != "label" else style

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index, line = divmod(self.scroll_offset.y + y, self.row_height)
        base = self.rich_style
        if index >= self.pages.total:
            return Strip.blank(width, base)
        cursor = index == self.cursor
        row = self.pages.row(index)
        if row is None:
            segments = [Segment(fit("   …" if line == 0 else "", width), self._style("dim", cursor))]
        elif row.kind == "heading":
            on = line == self.row_height - 1
            segments = [Segment(fit(f" {row.title}" if on else "", width), self._style("heading", False))]
        elif line == 0:
            segments = self._first_line(index, row, width, cursor)
        else:
            segments = self._second_line(row, width, cursor)
        return Strip(segments, width).apply_style(base)

    def _first_line(self, index: int, row: Row, width: int, cursor: bool) -> list[Segment]:
        label = self.labels.get(index)
        sign = (
            Segment(f"{label:<2}", self._style("label", cursor))
            if label
            else Segment("▌ " if cursor else "  ", self._style("heading", cursor))
        )
        segments = [sign, Segment(fit(row.kind, KIND_WIDTH), self._style("kind", cursor))]
        left = width - 2 - KIND_WIDTH
        state = ("★" if row.starred else "") + READING_SIGNS.get(row.reading, "")
        if state:
            segments.append(Segment(f"{state} ", self._style("star", cursor)))
            left -= len(state) + 1
        # Below 50 cells a title needs the whole line; venue and year then lead the second line.
        where = shorten(row.where, min(24, left // 3)) if width >= 50 else ""
        room = left - (len(where) + 2 if where else 0) - 1
        title = fit(row.title, room)
        for piece, hit in marked(title, row.why):
            segments.append(Segment(piece, self._style("match" if hit else "title", cursor)))
        if where:
            segments.append(Segment(fit("", 2) + where, self._style("dim", cursor)))
        segments.append(Segment(" ", self._style("dim", cursor)))
        return self._exactly(segments, width, cursor)

    def _second_line(self, row: Row, width: int, cursor: bool) -> list[Segment]:
        why = " · ".join(part for part in (why_of(row), f"+{row.folded} alike" if row.folded else "") if part)
        room = width - KIND_WIDTH - 3
        # Names give way, down to half the line: they stand in the detail pane too, why a row is here does not.
        people = shorten(row.people or row.snippet, max(room // 2, room - len(why) - 3) if why else room)
        text = " · ".join(part for part in (row.where if width < 50 else "", people, why) if part)
        indent = "▌ " if cursor else "  "
        segments = [
            Segment(indent, self._style("heading", cursor)),
            Segment(fit("", KIND_WIDTH), self._style("dim", cursor)),
            Segment(fit(text, width - KIND_WIDTH - 3), self._style("dim", cursor)),
        ]
        return self._exactly(segments, width, cursor)

    def _exactly(self, segments: list[Segment], width: int, cursor: bool) -> list[Segment]:
        return Segment.adjust_line_length(segments, width, style=self._style("dim", cursor))
