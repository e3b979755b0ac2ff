"""The one screen that matters: tabs, search box, list, detail. Holds where the reader is and loads what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from kb.errors import KBError
from tui.document import Around, Document, Target, document_of
from tui.listing import Listed, around, read_page
from tui.paging import Pages
from tui.places import TABS, History, Place
from tui.ports import Library
from tui.rows import Row
from tui.widgets.detail import Detail
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.search_box import SearchBox
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from tui.app import KBApp

T = TypeVar("T")

TYPING_WAIT_S = 0.03
"""Pause after a key before searching: under the 100 ms that feel immediate, over the 10-20 ms between pasted keys."""

PREVIEW_WAIT_S = 0.06
"""Pause of the cursor before neighbours and sources of a record are read: a held-down arrow key reads none."""

WIDE = 100
"""Cells from which list and detail stand side by side."""

SHORT = 16
"""Lines under which the detail pane hides and rows take one line each."""

TYPED = frozenset({"search", "detail", "back", "tab", "list", "open_link"})
"""Actions whose keys mean something else in the search box."""


class Browse(Screen[None]):
    """Everything a reader does happens here; other screens only ask something and go away."""

    DEFAULT_CSS = """
    Browse { layout: vertical; }
    #panes { height: 1fr; }
    #rows { height: 1fr; width: 1fr; }
    #message { display: none; padding: 1 2; height: 1fr; }
    #detail { height: 1fr; width: 1fr; border-top: solid $panel; }
    .wide #panes { layout: horizontal; }
    .wide #detail { border-top: none; border-left: solid $panel; }
    .short #detail { display: none; }
    .nothing #rows, .nothing #detail, .plain #detail { display: none; }
    .nothing #message { display: block; }
    .alone #rows { display: none; }
    .alone #detail { display: block; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/", id="search"),
        Binding("o", "open", "Open", id="open"),
        Binding("ctrl+o", "open", "Open", show=False, id="open.always"),
        Binding("right", "detail", "Read", id="detail"),
        Binding("escape", "list", "List", show=False, id="list"),
        Binding("backspace,h,left,alt+left", "back", "Back", key_display="⌫", id="back"),
        Binding("alt+right,L", "forward", "Forward", show=False, id="forward"),
        Binding("right_square_bracket", "tab(1)", "Next tab", key_display="]", id="tab.next"),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", show=False, id="tab.previous"),
        Binding("ctrl+r", "reload", "Reload", show=False, id="reload"),
        *[Binding(f"alt+{n}", f"to_tab({n - 1})", title, show=False) for n, (_, title) in enumerate(TABS, 1)],
        *[Binding(str(n), f"open_link({n})", f"Open link {n}", show=False) for n in range(1, 10)],
    ]

    app: KBApp

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self._document = Document()
        self._around: tuple[str, Around] | None = None

    def compose(self) -> ComposeResult:
        yield TabBar()
        yield SearchBox(id="box")
        yield StatusLine()
        with Container(id="panes"):
            yield RowList(id="rows")
            yield Static(id="message", markup=False)
            yield Detail(id="detail")
        yield KeyBar()

    @property
    def rows(self) -> RowList:
        return self.query_one(RowList)

    @property
    def detail(self) -> Detail:
        return self.query_one(Detail)

    @property
    def box(self) -> SearchBox:
        return self.query_one(SearchBox)

    @property
    def place(self) -> Place:
        return self.history.here.place

    def on_mount(self) -> None:
        self.box.focus()
        # After the first frame is on the terminal: opening the knowledge base must not delay it.
        self.call_after_refresh(self.load)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "wide")
        self.set_class(event.size.height < SHORT, "short")
        self.rows.compact = event.size.height < SHORT

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters belong to the search box while it has the focus: the keys they are bound to are not offered then."""
        return not (self.focused is self.box and action in TYPED)

    # --- asking the knowledge base -------------------------------------------------------------------------------

    async def ask(self, question: Callable[[Library], T]) -> T | None:
        """The answer, or None after an error that the reader has been told."""
        try:
            return await self.app.desk.ask(question)
        except KBError as error:
            self.app.complain(error.line())
        except OSError as error:
            self.app.complain(f"{error}. `kb doctor` looks into it")
        return None

    @work(exclusive=True, group="load")
    async def load(self, *, typing: bool = False) -> None:
        """List the present place. The rows on screen stay until the new ones are there."""
        place, cursor = self.place, self.history.here.cursor
        if typing:
            await asyncio.sleep(TYPING_WAIT_S)
        first = cursor // 50 if place.record is None else 0
        listed = await self.ask(lambda library: read_page(library, place, first, typing=typing))
        if listed is None:
            return
        self._show(place, listed, first, cursor)

    def _show(self, place: Place, listed: Listed, number: int, cursor: int) -> None:
        if listed.whole:
            pages = Pages.of(listed.rows)
        else:
            pages = Pages(listed.total, exact=listed.exact)
            pages.put(number, listed.rows, listed.total, exact=listed.exact)
        self.set_class(bool(listed.message), "nothing")
        self.set_class(not any(row.record for row in listed.rows), "plain")
        if listed.message:
            self.query_one("#message", Static).update(Content(listed.message))
        status = self.query_one(StatusLine)
        status.trail, status.facts = listed.trail or place.record or "", listed.facts
        self.query_one(TabBar).tab = place.tab
        self.rows.show(pages, cursor)

    @on(RowList.PagesWanted)
    def _more(self, event: RowList.PagesWanted) -> None:
        for number in event.numbers:
            self._load_page(self.place, event.pages, number)

    @work(group="pages")
    async def _load_page(self, place: Place, pages: Pages, number: int) -> None:
        listed = await self.ask(lambda library: read_page(library, place, number))
        if listed is None:
            pages.failed(number)
            return
        pages.put(number, listed.rows, listed.total, exact=listed.exact)
        if pages is self.rows.pages:
            self.rows.arrived()

    # --- preview -------------------------------------------------------------------------------------------------

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        row = event.row
        self.history.here.cursor = self.rows.cursor
        if row is None or row.record is None:
            self._document = Document()
            self.detail.show(self._document)
            return
        known = self._around[1] if self._around and self._around[0] == row.key else None
        same = bool(self._document.targets) and self.detail.key == row.key
        self._draw(row, known, keep_place=same)
        if known is None:
            self._look_around(row)

    def _draw(self, row: Row, known: Around | None, *, keep_place: bool) -> None:
        assert row.record is not None
        self._document = document_of(row.record, words=row.why, around=known)
        self.detail.key = row.key
        self.detail.show(self._document, keep_place=keep_place)

    @work(exclusive=True, group="preview")
    async def _look_around(self, row: Row) -> None:
        await asyncio.sleep(PREVIEW_WAIT_S)
        found = await self.ask(lambda library: around(library, row.key))
        if found is None:
            return
        self._around = (row.key, found)
        if (now := self.rows.row) is not None and now.key == row.key:
            self._draw(now, found, keep_place=True)

    # --- going places --------------------------------------------------------------------------------------------

    def go(self, place: Place) -> None:
        """Go to a place, remembering the way back."""
        self.history.go(place)
        self._settle()

    def _settle(self) -> None:
        self.box.show(self.place.query)
        self.remove_class("alone")
        if self.focused is self.detail:
            self.rows.focus()
        self.load()

    def follow(self, target: Target) -> None:
        """Follow a name or link."""
        if target.kind == "url":
            self.app.open_link(target.value)
        elif target.kind == "query":
            self.go(Place(tab="search", query=target.value))
        else:
            self.go(Place(tab=self.place.tab, query=self.place.query, record=target.value))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        row = event.row
        if row.action:
            self.go(Place(tab="search", query=row.action))
        elif row.key and self.place.record == row.key:
            self.action_detail()
        elif row.key:
            self.follow(Target("record", row.key))

    @on(Detail.Followed)
    def _followed(self, event: Detail.Followed) -> None:
        self.follow(event.target)

    @on(TabBar.Picked)
    def _picked(self, event: TabBar.Picked) -> None:
        self.go(Place(tab=event.tab))

    @on(Input.Changed, "#box")
    def _typed(self, event: Input.Changed) -> None:
        place = Place(tab=self.place.tab, query=event.value, mode=self.place.mode, sort=self.place.sort)
        if self.place.record is None:
            self.history.amend(place)
        else:
            self.history.go(place)
        self.load(typing=True)

    @on(SearchBox.Stepped)
    def _stepped(self, event: SearchBox.Stepped) -> None:
        self.rows.action_step(event.by)

    @on(SearchBox.Left)
    def action_list(self) -> None:
        """Focus the list."""
        self.remove_class("alone")
        self.rows.focus()

    def action_search(self) -> None:
        """Focus the search box."""
        self.remove_class("alone")
        self.box.focus()

    def action_detail(self) -> None:
        """Focus the detail pane; in a short terminal it takes the list's place."""
        if self._document.lines:
            self.set_class(self.has_class("short"), "alone")
            self.detail.focus()

    def action_back(self) -> None:
        """From the detail to the list, and from there to the place before."""
        if self.focused is self.detail:
            self.action_list()
        elif self.history.back() is not None:
            self._settle()

    def action_forward(self) -> None:
        if self.history.forward() is not None:
            self._settle()

    def action_tab(self, by: int) -> None:
        """Go to the next or previous tab."""
        tabs = [tab for tab, _ in TABS]
        self.action_to_tab((tabs.index(self.place.tab) + by) % len(tabs))

    def action_to_tab(self, number: int) -> None:
        tab = TABS[number][0]
        if self.place.tab != tab or self.place.record is not None:
            self.go(Place(tab=tab))

    def action_reload(self) -> None:
        """Read the present place again, from a freshly opened knowledge base."""
        self._around = None
        self._reopen()

    @work(exclusive=True, group="load")
    async def _reopen(self) -> None:
        await self.ask(lambda library: None)
        await self.app.desk.reopen()
        self.load()

    # --- links ---------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the record's first link in the browser."""
        self.action_open_link(1)

    def action_open_link(self, number: int) -> None:
        urls = self._document.urls
        if number <= len(urls):
            self.app.open_link(urls[number - 1].value)
        elif number == 1:
            self.app.complain("This record has no link")
