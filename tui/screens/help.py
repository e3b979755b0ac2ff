"""Every key, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.text import fit

KEYS_WIDTH = 22


class Help(ModalScreen[None]):
    """Groups are (title, rows of (keys, what they do)). Any of Escape, `q`, `?` leaves."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll {
        width: 74; max-width: 100%; height: 90%;
        border: round $primary; padding: 0 1; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss(None)", "Close", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
        Binding("space", "scroll(10)", show=False),
    ]

    def __init__(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        lines: list[Content] = []
        for title, rows in self._groups:
            lines += [Content(""), Content.styled(title, "bold $text-primary")]
            for keys, what in rows:
                lines.append(
                    Content.assemble((fit(f"  {keys}", KEYS_WIDTH), "bold $text-accent"), (what, "$foreground"))
                )
        with VerticalScroll():
            yield Static(Content("\n").join(lines[1:]), markup=False)

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
