"""A note written here, where no editor of the reader's can be started (in a browser, or without `EDITOR`)."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea


class WriteNote(ModalScreen[str | None]):
    """Dismissed with the text, or with None when nothing is to change."""

    DEFAULT_CSS = """
    WriteNote { align: center middle; }
    WriteNote > Vertical {
        width: 80; max-width: 95%; height: 16; max-height: 90%;
        border: round $primary; background: $surface;
    }
    WriteNote TextArea { height: 1fr; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
        Binding("escape", "dismiss(None)", "Leave it", priority=True),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled(f"{self._title}   Ctrl+S keeps it, Escape leaves it", "bold"), markup=False)
            yield TextArea(self._text)

    def action_keep(self) -> None:
        self.dismiss(self.query_one(TextArea).text)
