"""A short list of choices, each taken by its letter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static


class Menu(ModalScreen[str | None]):
    """Choices are (letter, text). Dismissed with the letter, or with None after any other key."""

    DEFAULT_CSS = """
    Menu { align: center middle; }
    Menu > Vertical {
        width: auto; max-width: 95%; height: auto;
        border: round $primary; padding: 0 2; background: $surface;
    }
    Menu Static { width: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Leave it", show=False)]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._choices = title, tuple(choices)

    def compose(self) -> ComposeResult:
        lines = [Content.styled(self._title, "bold")]
        for number, (letter, text) in enumerate(self._choices):
            line = Content.assemble((f" {letter} ", "bold $text-accent"), (text, "$foreground"))
            lines.append(line.stylize(Style.from_meta({"choice": number})))
        with Vertical():
            yield Static(Content("\n").join(lines), markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key != "escape":
            event.stop()
            letters = [letter for letter, _ in self._choices]
            self.dismiss(event.character if event.character in letters else None)

    def on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("choice")
        self.dismiss(self._choices[number][0] if isinstance(number, int) else None)
