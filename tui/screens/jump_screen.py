"""Waits, over a screen full of labels, for the letters of one of them."""

from __future__ import annotations

from collections.abc import Collection

from textual import events
from textual.screen import ModalScreen


class JumpScreen(ModalScreen[str | None]):
    """Dismissed with the label that was typed, or with None after a key that begins no label."""

    DEFAULT_CSS = """
    JumpScreen { background: transparent; }
    """

    def __init__(self, labels: Collection[str]) -> None:
        super().__init__()
        self._labels = frozenset(labels)
        self._typed = ""

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._typed += (event.character or "").lower() if event.is_printable else ""
        if self._typed in self._labels:
            self.dismiss(self._typed)
        elif not self._typed or not any(label.startswith(self._typed) for label in self._labels):
            self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        self.dismiss(None)
