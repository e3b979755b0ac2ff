"""The last line: the keys that work now, for whatever has the focus. Each can be clicked."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


class KeyBar(Widget):
    """One line; as many keys as fit, the most specific first. One widget, where Textual's Footer mounts one a key."""

    DEFAULT_CSS = """
    KeyBar { height: 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions: list[str] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        self._actions = []
        content = Content("")
        shown: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.show or not active.enabled or binding.action in shown:
                continue
            shown.add(binding.action)
            key = self.app.get_key_display(binding)
            piece = Content.assemble((f" {key}", "bold $text-accent"), (f" {binding.description} ", "$foreground"))
            if content.cell_length + piece.cell_length > self.size.width:
                break
            piece = piece.stylize(Style.from_meta({"key": len(self._actions)}))
            self._actions.append(binding.key)
            content = content + piece
        return content

    def on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("key")
        if isinstance(number, int) and number < len(self._actions):
            self.app.simulate_key(self._actions[number])
