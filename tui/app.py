"""The terminal program: owns the desk (the thread with the knowledge base), the themes, and what leaves the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from tui.browser import open_in_browser
from tui.desk import Desk
from tui.ports import Library
from tui.screens.browse import Browse
from tui.text import clean


class KBApp(App[None]):
    """Shows a knowledge base. `open_library` is called once, after the first frame, on a thread of its own.

    Raises nothing of its own: what the knowledge base refuses is shown as a notification with the way out.
    """

    TITLE = "kb"
    CSS = """
    Toast { max-width: 70; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True),
    ]

    def __init__(self, open_library: Callable[[], Library]) -> None:
        super().__init__()
        self.desk = Desk(open_library)

    def get_default_screen(self) -> Browse:
        return Browse()

    def on_unmount(self) -> None:
        self.desk.close()

    def complain(self, message: str) -> None:
        """Say what went wrong and the way out."""
        self.notify(clean(message), severity="error", timeout=8, markup=False)

    def tell(self, message: str) -> None:
        """Say what was done."""
        self.notify(clean(message), timeout=4, markup=False)

    def open_link(self, url: str) -> None:
        """Open a URL where the reader can see it: the browser on this machine, or the one this program is shown in."""
        if self.is_web:
            self.open_url(url)
            self.tell(f"Opened {url}")
        elif open_in_browser(url):
            self.tell(f"Opened {url}")
        else:
            self.copy_to_clipboard(url)
            self.tell(f"No browser on this machine; sent to your terminal's clipboard: {url}")
