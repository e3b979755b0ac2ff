"""The terminal program: owns the desk (the thread with the knowledge base), the themes, and what leaves the program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui import clipboard, memory
from tui.browser import open_in_browser
from tui.desk import Desk
from tui.document import followable
from tui.keys import help_groups
from tui.memory import Memory
from tui.places import TABS, Place
from tui.ports import Library, ListSources
from tui.screens.browse import Browse
from tui.text import clean
from tui.themes import DEFAULT, HIGH_CONTRAST, own_variables, theme_name


class KBApp(App[None]):
    """Shows a knowledge base. `open_library` is called once, after the first frame, on a thread of its own.

    `memory_file` keeps what is remembered between visits (None: nothing is); `theme` outranks the remembered one;
    `keys` maps ids of bindings to keys; `query` is searched first; `list_sources` fills the Sources tab. What the
    knowledge base refuses is shown as a notification with the way out.
    """

    TITLE = "kb"
    CSS = """
    Toast { max-width: 70; padding: 0 1; margin-top: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True),
        Binding("question_mark,f1", "help", "Help", key_display="?", id="help"),
    ]

    def __init__(
        self,
        open_library: Callable[[], Library],
        *,
        memory_file: Path | None = None,
        theme: str = "",
        keys: Mapping[str, str] | None = None,
        query: str = "",
        list_sources: ListSources | None = None,
    ) -> None:
        super().__init__()
        self.open_library = open_library
        self.list_sources = list_sources
        self.desk = Desk(open_library)
        self.first_query = query
        self._memory_file = memory_file
        self.memory: Memory = memory.load(memory_file)
        self.last_visit = self.memory.visited
        self.register_theme(HIGH_CONTRAST)
        wanted = theme_name(theme) or self.memory.theme
        self.theme = wanted if wanted in self.available_themes else DEFAULT
        self.keys = dict(keys or {})
        self.set_keymap(self.keys)

    def get_css_variables(self) -> dict[str, str]:
        """Textual's variables of the theme, and ours."""
        self.theme_variables = own_variables(self.current_theme, super().get_css_variables())
        return self.theme_variables

    def get_default_screen(self) -> Browse:
        return Browse()

    @property
    def browse(self) -> Browse:
        """The screen under whatever asks something at the moment."""
        screen = self.screen_stack[0]
        assert isinstance(screen, Browse)
        return screen

    def on_unmount(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        memory.save(self._memory_file, replace(self.memory, theme=self.theme, visited=now))
        self.desk.close()

    def remember(self, new: Memory) -> None:
        """Keep what will be there on the next visit."""
        self.memory = new

    def _fatal_error(self) -> None:
        """A bug of ours: one line after the screen is restored, and the traceback in a file beside the memory."""
        # Overridden because Textual prints the traceback with all local variables, which hold text of the reader.
        import traceback

        self.bell()
        told = "KB_DEBUG=1 shows where"
        if self._memory_file is not None:
            path = self._memory_file.with_name("tui-error.log")
            with suppress(OSError):
                path.write_text("".join(traceback.format_exc()), encoding="utf-8")
                told = f"{path} says where"
        error = self._exception
        line = f"kb tui stopped: {type(error).__name__}: {error}. This is a bug; {told}."
        self._exit_renderables.append(Text(clean(line)))
        self._close_messages_no_wait()

    # --- saying things -------------------------------------------------------------------------------------------

    def complain(self, message: str) -> None:
        """Say what went wrong and the way out."""
        self.notify(clean(message), severity="error", timeout=8, markup=False)

    def tell(self, message: str) -> None:
        """Say what was done."""
        self.notify(clean(message), timeout=3, markup=False)

    # --- what leaves the program ---------------------------------------------------------------------------------

    def open_link(self, url: str) -> None:
        """Open a URL where the reader can see it: the browser on this machine, or the one this program is shown in."""
        if not followable(url):
            self.complain(f"Not a web address: {url}")
        elif self.is_web:
            self.open_url(url)
            self.tell(f"Opened {url}")
        elif open_in_browser(url):
            self.tell(f"Opened {url}")
        else:
            self.tell(f"No browser on this machine; link {clipboard.copy(url, self.copy_to_clipboard)}: {url}")

    def copy(self, what: str, text: str) -> None:
        """Copy a text, and say which way it went."""
        if self.is_web:
            self.copy_to_clipboard(text)
            self.tell(f"{what} sent to your browser's clipboard")
        else:
            self.tell(f"{what} {clipboard.copy(text, self.copy_to_clipboard)}")

    # --- finding one's way ---------------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Every key, on one screen."""
        from tui.screens.help import Help

        self.push_screen(Help(help_groups(self)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers."""
        browse = self.browse
        yield SystemCommand("Help", "Every key, on one screen", self.action_help)
        yield SystemCommand("Quit", "Leave the program", self.action_quit)
        for number, (_, title) in enumerate(TABS):
            yield SystemCommand(f"Go to {title}", "Change the tab", lambda n=number: browse.action_to_tab(n))
        commands: list[tuple[str, str, Callable[[], object]]] = [
            ("Open", "Open the record in the browser", browse.action_open),
            ("Copy", "Copy title, citation, BibTeX or link", browse.action_copy),
            ("Star", "Star the record, or take its star away", browse.action_star),
            ("Tag", "Put tags on the record", browse.action_tag),
            ("Note", "Write a note on the record", browse.action_note),
            ("Reading list", "Set the record's reading state", browse.action_reading),
            ("Related", "List what is close to the record in meaning", browse.action_related),
            ("Save search", "Keep the search for the front page, or drop it", browse.action_save),
            ("Export", "Write the list to a file", browse.action_export),
            ("Correct", "Correct a field of the record", browse.action_correct),
            ("Rank by", "Words and meaning, words only, meaning only", browse.action_mode),
            ("Order by", "Relevance, date, title", browse.action_sort),
            ("Facets", "Show or hide what the results are made of", browse.action_facets),
            ("Theme", "Change the colours", self.action_change_theme),
            ("Screenshot", "Save the screen as SVG", self.deliver_screenshot),
        ]
        for title, what, run in commands:
            yield SystemCommand(title, what, run)
        for query in self.memory.saved:
            yield SystemCommand(f"Saved: {clean(query)}", "Run the saved search", lambda q=query: self.search(q))
        for query in self.memory.searches[:20]:
            yield SystemCommand(f"Again: {clean(query)}", "Search this again", lambda q=query: self.search(q))

    def search(self, query: str) -> None:
        """Search for something."""
        here = self.browse.place
        self.browse.go(Place(query=query, mode=here.mode, sort=here.sort))
