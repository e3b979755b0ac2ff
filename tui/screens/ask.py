"""A question that is answered with one line of text, in a box over the screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.text import clean


class Ask(ModalScreen[str | None]):
    """Dismissed with the line, or with None after Escape."""

    DEFAULT_CSS = """
    Ask { align: center middle; }
    Ask > Vertical {
        width: 64; max-width: 95%; height: auto;
        border: round $primary; padding: 0 1; background: $surface;
    }
    Ask Input { border: none; height: 1; background: $panel; }
    Ask .hint { color: $kb-dim; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Leave it", show=False)]

    def __init__(self, title: str, *, value: str = "", hint: str = "") -> None:
        super().__init__()
        self._title, self._value, self._hint = title, value, hint

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.styled(self._title, "bold"), markup=False)
            yield Input(self._value, select_on_focus=True, compact=True)
            if self._hint:
                yield Static(Content(self._hint), classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(clean(event.value))
