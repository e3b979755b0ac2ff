"""The tabs, on one line; the present one is marked in a way that does not need colour."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.places import TABS, Tab


class TabBar(Widget):
    """One line of tab names. Posts `Picked` on a click."""

    DEFAULT_CSS = """
    TabBar { height: 1; background: $panel; }
    """

    tab: reactive[Tab] = reactive[Tab]("search")
    labels: reactive[dict[str, str]] = reactive[dict[str, str]](dict)

    @dataclass
    class Picked(Message):
        """A tab was clicked."""

        tab: Tab

    def render(self) -> Content:
        roomy = self.size.width >= sum(len(title) + 3 for _, title in TABS)
        pieces = []
        for number, (tab, title) in enumerate(TABS):
            here = tab == self.tab
            # In a narrow terminal only the present tab has its whole name.
            text = title if roomy or here else title[:4]
            label = self.labels.get(tab, "")
            text = f"[{text}]" if here else f" {text} "
            piece = Content.styled(text, "bold $text-primary" if here else "$kb-dim")
            if label:
                piece = Content.styled(label, "bold $background on $warning") + piece
            pieces.append(piece.stylize(Style.from_meta({"tab": number})))
        return Content("" if not roomy else " ").join(pieces)

    def on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("tab")
        if isinstance(number, int):
            self.post_message(self.Picked(TABS[number][0]))
