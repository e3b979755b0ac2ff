"""Where the reader is and what is there: tabs, search box, facets, list, detail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from kb.errors import KBError
from tui.document import Around, Document, document_of, document_of_source, how_to_search
from tui.listing import Listed, around, read_page
from tui.narrow import Counts, facets
from tui.paging import PAGE, Pages
from tui.places import History, Place
from tui.ports import Library
from tui.rows import Row
from tui.widgets.detail import Detail
from tui.widgets.facet_panel import FacetPanel
from tui.widgets.key_bar import KeyBar
from tui.widgets.row_list import RowList
from tui.widgets.search_box import SearchBox
from tui.widgets.status_line import StatusLine
from tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from tui.app import KBApp

T = TypeVar("T")

TYPING_WAIT_S = 0.01
"""Pause after a key before searching: over the time between the keys of a paste, and short beside the 100 ms that feel
immediate, of which search and drawing need more than half. A person's keys come 80 ms apart and more."""

SETTLED_WAIT_S = 0.4
"""Pause after which a query counts as meant: it is kept in the history, and its facets are counted."""

PREVIEW_WAIT_S = 0.06
"""Pause of the cursor before neighbours and sources of a record are read: a held-down arrow key reads none."""

TYPING_PREVIEW_WAIT_S = 0.2
"""The same while typing: a second drawing of the detail between two keys doubles the cost of a key (80 ms of CPU)."""

WIDE = 100
"""Cells from which list and detail stand side by side."""

ROOMY = 130
"""Cells from which there is room for the facets as well."""

SHORT = 16
"""Lines under which the detail pane hides and rows take one line each."""

TYPED = frozenset({"search", "detail", "back", "open", "star", "copy"})
"""Actions on the key bar whose keys mean something else in the search box."""


class Browsing(Screen[None]):
    """Shows the present place. The ways between places are in `Travelling`, what is done with a record in `Browse`."""

    DEFAULT_CSS = """
    Browsing { layout: vertical; }
    #panes { height: 1fr; }
    #main { width: 1fr; }
    #rows { height: 1fr; width: 1fr; }
    #message { display: none; padding: 1 2; height: 1fr; width: 1fr; }
    #facets { display: none; }
    #detail { height: 1fr; width: 1fr; border-top: solid $panel; }
    #detail:focus { border-top: solid $primary; }
    Browsing.wide #main { layout: horizontal; }
    Browsing.wide #detail { border-top: none; border-left: solid $panel; }
    Browsing.wide #detail:focus { border-left: solid $primary; }
    Browsing.short #detail { display: none; }
    Browsing.faceted #facets { display: block; }
    Browsing.nothing #rows, Browsing.nothing #detail, Browsing.plain #detail { display: none; }
    Browsing.nothing #message { display: block; }
    Browsing.alone #rows, Browsing.alone #facets { display: none; }
    Browsing.alone #detail { display: block; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,f5", "reload", "Read again", show=False, id="reload"),
    ]

    app: KBApp

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.document = Document()
        self.row: Row | None = None
        self._around: tuple[str, Around] | None = None
        self._counts: Counts = {}
        self._wide_enough = False
        self._recalled_query = ""

    def compose(self) -> ComposeResult:
        yield TabBar()
        yield SearchBox(self.values_of, id="box")
        yield StatusLine()
        with Horizontal(id="panes"):
            yield FacetPanel(id="facets")
            with Container(id="main"):
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
        memory, query = self.app.memory, self.app.first_query
        self.history.amend(replace(self.place, query=query, mode=memory.mode, sort=memory.sort))
        self.box.show(query)
        self.set_focus(self.box)
        # After the first frame is on the terminal: opening the knowledge base must not delay it.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.load()
        self._warm()

    @work(group="warm")
    async def _warm(self) -> None:
        """Open the index behind the first list: its first search takes 0.25 s, for which no key should wait."""
        loop, status = asyncio.get_running_loop(), self.query_one(StatusLine)

        def progress(done: int, total: int | None) -> None:
            said = f"Indexing {done:,} of {total:,}" if total else f"Indexing {done:,}"
            loop.call_soon_threadsafe(setattr, status, "facts", said)

        def warm(library: Library) -> None:
            library.sync(progress=progress)
            library.search("warm", limit=1)

        await asyncio.sleep(0)
        await self.ask(warm)
        if status.facts.startswith("Indexing"):
            status.facts = ""

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "wide")
        self.set_class(event.size.height < SHORT, "short")
        self.rows.compact = event.size.height < SHORT
        roomy = event.size.width >= ROOMY
        if roomy != self._wide_enough:
            self._wide_enough = roomy
            self.set_class(roomy and self.app.memory.facets_open, "faceted")
            self._count()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters belong to the search box while it has the focus: the keys they are bound to are not offered then."""
        typing = self.focused is self.box
        return typing if action == "leave_box" else not (typing and action in TYPED)

    # --- asking the knowledge base -------------------------------------------------------------------------------

    async def ask(self, question: Callable[[Library], T]) -> T | None:
        """The answer, or None after an error that the reader has been told."""
        try:
            return await self.app.desk.ask(question)
        except KBError as error:
            self.app.complain(error.line())
        except Exception as error:  # a bug behind this call must not take the reader's screen away
            self.app.complain(f"{type(error).__name__}: {error}. `kb doctor` looks into it")
        return None

    @work(exclusive=True, group="load")
    async def load(self, *, typing: bool = False) -> None:
        """List the present place. The rows on screen stay until the new ones are there."""
        place, cursor = self.place, self.history.here.cursor
        if typing:
            await asyncio.sleep(TYPING_WAIT_S)
        number = cursor // PAGE if place.record is None else 0
        listed = await self.ask(lambda library: self._read(library, place, number, typing=typing))
        if listed is None:
            self.query_one(StatusLine).facts = "Ctrl+R tries again"
            return
        self._show(place, listed, number, cursor)
        self._settled(place, listed.total)

    @work(exclusive=True, group="settle")
    async def _settled(self, place: Place, total: int) -> None:
        await asyncio.sleep(SETTLED_WAIT_S)
        # A recalled search keeps its place in the history, or the next step back would lead in a circle.
        if place.tab == "search" and place.record is None and total and place.query != self._recalled_query:
            self.app.remember(self.app.memory.searched(place.query))
        self._count()

    def _read(self, library: Library, place: Place, number: int, *, typing: bool = False) -> Listed:
        memory = self.app.memory
        return read_page(
            library,
            place,
            number,
            typing=typing,
            since=self.app.last_visit,
            saved=memory.saved,
            sources=self.app.list_sources,
        )

    def _show(self, place: Place, listed: Listed, number: int, cursor: int) -> None:
        if listed.whole:
            pages = Pages.of(listed.rows)
        else:
            pages = Pages(listed.total, exact=listed.exact)
            pages.put(number, listed.rows, listed.total, exact=listed.exact)
        self.set_class(bool(listed.message), "nothing")
        self.set_class(not any(row.record or row.source for row in listed.rows), "plain")
        if listed.message:
            self.query_one("#message", Static).update(Content(listed.message))
        status = self.query_one(StatusLine)
        status.trail = listed.trail
        status.facts = listed.facts and f"{listed.facts} · {place.mode} · {place.sort}"
        self.query_one(TabBar).tab = place.tab
        self.rows.show(pages, cursor)

    @on(RowList.PagesWanted)
    def _more(self, event: RowList.PagesWanted) -> None:
        for number in event.numbers:
            self._load_page(self.place, event.pages, number)

    @work(group="pages")
    async def _load_page(self, place: Place, pages: Pages, number: int) -> None:
        if pages is not self.rows.pages:
            return
        listed = await self.ask(lambda library: self._read(library, place, number))
        if listed is None:
            pages.failed(number)
            return
        pages.put(number, listed.rows, listed.total, exact=listed.exact)
        if pages is self.rows.pages:
            self.rows.arrived()

    @work(exclusive=True, group="facets")
    async def _count(self) -> None:
        place = self.place
        if not self.has_class("faceted"):
            return
        found = await self.ask(lambda library: dict(library.facets(place.query)))
        if found is not None and place == self.place:
            self._counts = found
            self.query_one(FacetPanel).show(facets(place.query, found))

    async def values_of(self, field: str, begun: str) -> tuple[str, ...]:
        """Values of a field that begin so, for completion in the search box."""
        if field == "person":
            found = await self.ask(lambda library: library.search(begun, kinds=["person"], limit=5, as_you_type=True))
            return tuple(hit.record.title or "" for hit in found.hits) if found else ()
        if not self._counts:
            self._counts = await self.ask(lambda library: dict(library.facets(""))) or {}
        return tuple(value for value, _ in self._counts.get(field, ()))

    # --- preview -------------------------------------------------------------------------------------------------

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        row, before = event.row, self.row
        self.row = row
        self.history.here.cursor = self.rows.cursor
        if row is None or row.record is None:
            self.document = self._other_document(row)
            self.detail.show(self.document)
            return
        known = self._around[1] if self._around and self._around[0] == row.key else None
        self._draw(row, known, same=before is not None and before.key == row.key)
        if known is None:
            self._look_around(row)

    def _other_document(self, row: Row | None) -> Document:
        if row is None:
            return Document()
        if row.source is not None:
            return document_of_source(row.source)
        return how_to_search() if row.kind == "try" else Document()

    def _draw(self, row: Row, known: Around | None, *, same: bool) -> None:
        assert row.record is not None
        self.document = document_of(row.record, words=row.why, around=known)
        self.detail.show(self.document, keep_place=same)

    @work(exclusive=True, group="preview")
    async def _look_around(self, row: Row) -> None:
        await asyncio.sleep(TYPING_PREVIEW_WAIT_S if self.focused is self.box else PREVIEW_WAIT_S)
        found = await self.ask(lambda library: around(library, row.key))
        if found is not None:
            self._around = (row.key, found)
            if self.row is not None and self.row.key == row.key:
                self._draw(self.row, found, same=True)

    def look_again(self, row: Row) -> None:
        """Read again what surrounds a record: the reader changed something about it."""
        self._around = None
        self._look_around(row)

    @work(exclusive=True, group="load")
    async def action_reload(self) -> None:
        """Read the present place again, from a freshly opened knowledge base."""
        self._around, self._counts = None, {}
        await self.ask(lambda library: None)
        await self.app.desk.reopen()
        self.load()
