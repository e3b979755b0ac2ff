"""One line between the search box and the list: where we are, how many there are, how long it took."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.text import shorten


class StatusLine(Widget):
    """`trail` on the left, `facts` on the right; what does not fit is cut on the left."""

    DEFAULT_CSS = """
    StatusLine { height: 1; color: $kb-dim; padding: 0 1; }
    """

    trail = reactive("")
    facts = reactive("")

    def render(self) -> Content:
        width = self.size.width
        facts = shorten(self.facts, width)
        trail = shorten(self.trail, max(0, width - len(facts) - 2))
        return Content.assemble((trail, "bold $foreground"), " " * max(1, width - len(trail) - len(facts)), facts)
