"""The detail pane: one record as a document, whose names and links can be followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from tui.document import Document, Span, Target

STYLES = {
    "title": "bold $foreground",
    "plain": "$foreground",
    "dim": "$kb-dim",
    "match": "bold $text-accent",
    "head": "bold $text-primary",
    "link": "underline $text-secondary",
    "name": "$text-secondary",
    "tag": "bold $text-success",
}


class Detail(VerticalScroll, can_focus=True):
    """Shows a `Document`. `n` and `p` step through what can be followed, Enter follows it, as does a click."""

    DEFAULT_CSS = """
    Detail { padding: 0 1; scrollbar-size-vertical: 1; }
    Detail > Static { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False, id="detail.down"),
        Binding("k,up", "scroll_up", "Up", show=False, id="detail.up"),
        Binding("ctrl+d,ctrl+f,pagedown", "page_down", "Page down", show=False, id="detail.pagedown"),
        Binding("ctrl+u,ctrl+b,pageup", "page_up", "Page up", show=False, id="detail.pageup"),
        Binding("g,home", "scroll_home", "Top", show=False, id="detail.top"),
        Binding("G,end", "scroll_end", "End", show=False, id="detail.end"),
        Binding("n", "step(1)", "Next link", id="detail.next"),
        Binding("p,N", "step(-1)", "Previous link", show=False, id="detail.previous"),
        Binding("enter", "follow", "Follow", id="detail.follow"),
    ]

    @dataclass
    class Followed(Message):
        """A name or link was followed."""

        target: Target

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document = Document()
        self.key = ""  # id of the record shown
        self.at: int | None = None
        self.labels: dict[int, str] = {}

    def compose(self) -> ComposeResult:
        yield Static(Content(""), markup=False)

    def show(self, document: Document, *, keep_place: bool = False) -> None:
        """Show another document, from its top; `keep_place` for more of the same one."""
        self.document = document
        if not keep_place:
            self.at = None
            self.scroll_home(animate=False)
        elif self.at is not None and self.at >= len(document.targets):
            self.at = None
        self._draw()

    def show_labels(self, labels: dict[int, str]) -> None:
        """Draw jump labels before targets; an empty dict takes them away."""
        self.labels = labels
        self._draw()

    def _draw(self) -> None:
        labelled: set[int] = set()
        lines = []
        for line in self.document.lines:
            pieces: list[Content] = []
            for span in line:
                if span.target in self.labels and span.target not in labelled:
                    labelled.add(span.target)
                    pieces.append(Content.styled(self.labels[span.target], "bold $background on $warning"))
                pieces.append(self._piece(span))
            lines.append(Content("").join(pieces))
        self.query_one(Static).update(Content("\n").join(lines))

    def _piece(self, span: Span) -> Content:
        content = Content.styled(span.text, STYLES[span.style])
        if span.target is None:
            return content
        if span.target == self.at:
            content = content.stylize("reverse")
        # Only the number travels in the style: nothing of a page's text is ever run as an action.
        return content.stylize(Style.from_meta({"target": span.target}))

    def on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("target")
        if isinstance(number, int) and number < len(self.document.targets):
            self.post_message(self.Followed(self.document.targets[number]))

    def action_step(self, by: int) -> None:
        """Go to the next or previous name or link."""
        count = len(self.document.targets)
        if not count:
            return
        self.at = (0 if by > 0 else count - 1) if self.at is None else (self.at + by) % count
        self._draw()
        line = next(
            (n for n, spans in enumerate(self.document.lines) if any(span.target == self.at for span in spans)), 0
        )
        self.scroll_to(y=max(0, line - self.size.height // 2), animate=False)

    def action_follow(self) -> None:
        if self.at is not None:
            self.post_message(self.Followed(self.document.targets[self.at]))
        else:
            self.action_step(1)
