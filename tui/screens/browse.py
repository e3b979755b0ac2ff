"""What the reader does with a record: open, copy, star, tag, note, reading state, related, narrow, jump."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.cite import bibtex, citation
from tui.editor import edit_text, editor_command
from tui.jump import labels
from tui.narrow import value_of
from tui.places import MODES, SORTS, TABS, cycle
from tui.ports import Library
from tui.rows import Row, row_of_record, with_state
from tui.screens.ask import Ask
from tui.screens.jump_screen import JumpScreen
from tui.screens.keeping import Keeping
from tui.screens.menu import Menu
from tui.screens.write_note import WriteNote
from tui.widgets.facet_panel import FacetPanel
from tui.widgets.tab_bar import TabBar

READING = {"t": "to-read", "r": "reading", "d": "read", "n": ""}

MODE_NAMES = {"hybrid": "words and meaning", "lexical": "words", "semantic": "meaning"}


class Browse(Keeping):
    """The one screen that matters."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open", id="open"),
        Binding("ctrl+o", "open_always", "Open", show=False, id="open.always"),
        *[Binding(str(n), f"open_link({n})", f"Open link {n}", show=False, id=f"open.{n}") for n in range(1, 10)],
        Binding("s", "star", "Star", id="star"),
        Binding("r", "reading", "Reading list", show=False, id="reading"),
        Binding("t", "tag", "Tag", show=False, id="tag"),
        Binding("e", "note", "Note", show=False, id="note"),
        Binding("y", "copy", "Copy", id="copy"),
        Binding("R", "related", "Related", show=False, id="related"),
        Binding("f", "jump", "Jump", show=False, id="jump"),
        Binding("V", "narrow('venue')", "Only this venue, or all again", show=False, id="narrow.venue"),
        Binding("Y", "narrow('year')", "Only this year, or all again", show=False, id="narrow.year"),
        Binding("K", "narrow('kind')", "Only this kind, or all again", show=False, id="narrow.kind"),
        Binding("w", "save", "Save the search, or drop it", show=False, id="save"),
        Binding("m,f2", "mode", "Rank by words, meaning or both", show=False, id="mode"),
        Binding("S,f3", "sort", "Order by relevance, date or title", show=False, id="sort"),
    ]

    # --- opening and copying -------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open the record's first link in the browser."""
        self.action_open_link(1)

    def action_open_always(self) -> None:
        self.action_open_link(1)

    def action_open_link(self, number: int) -> None:
        """Open the record's link with this number."""
        urls = self.document.urls
        if number <= len(urls):
            self.app.open_link(urls[number - 1].value)
        elif self.row is not None and self.row.record is not None:
            self.app.complain("This record has no link" if not urls else f"This record has {len(urls)} links")

    def action_copy(self) -> None:
        """Ask what to copy, and copy it."""
        row = self.row
        if row is None or row.record is None:
            return
        record, urls = row.record, self.document.urls
        texts: dict[str, tuple[str, Callable[[], str]]] = {
            "t": ("title", lambda: row.title),
            "c": ("citation", lambda: citation(record)),
            "b": ("BibTeX", lambda: bibtex(record)),
            "i": ("id", lambda: record.id),
        }
        if urls:
            texts["l"] = ("link", lambda: urls[0].value)

        def chosen(letter: str | None) -> None:
            if letter is not None:
                what, text = texts[letter]
                self.app.copy(what, text())

        self.app.push_screen(Menu("Copy", [(letter, what) for letter, (what, _) in texts.items()]), chosen)

    # --- the reader's own layer ----------------------------------------------------------------------------------

    def action_star(self) -> None:
        """Star the record, or take its star away."""
        if (row := self.row) is not None and row.record is not None:
            on = not row.starred
            self._change(row, lambda library: library.star(row.key, on), "Starred" if on else "No longer starred")

    def action_reading(self) -> None:
        """Ask for a reading state."""
        row = self.row
        if row is None or row.record is None:
            return

        def chosen(letter: str | None) -> None:
            if letter is not None:
                state = READING[letter]
                said = f"On the reading list: {state}" if state else "Off the reading list"
                self._change(row, lambda library: library.set_reading(row.key, state or None), said)

        choices = [("t", "to read"), ("r", "reading"), ("d", "read"), ("n", "not on the list")]
        self.app.push_screen(Menu("Reading list", choices), chosen)

    @work(group="asking")
    async def action_tag(self) -> None:
        """Ask for tags, and put them on."""
        row = self.row
        if row is None or row.record is None:
            return
        state = await self.ask(lambda library: library.user_state(row.key))
        if state is None:
            return
        tags = " ".join(state.tags)
        answer = await self.app.push_screen_wait(
            Ask("Tags", value=tags, hint="Separated by spaces; empty removes them")
        )
        if answer is None:
            return
        wanted, had = set(answer.split()), set(state.tags)

        def write(library: Library) -> None:
            for tag in sorted(wanted - had):
                library.tag(row.key, tag, True)
            for tag in sorted(had - wanted):
                library.tag(row.key, tag, False)

        self._change(row, write, f"Tagged {' '.join(sorted(wanted))}" if wanted else "No tags")

    @work(group="asking")
    async def action_note(self) -> None:
        """Write a note on the record, in the reader's editor where there is one."""
        row = self.row
        if row is None or row.record is None:
            return
        state = await self.ask(lambda library: library.user_state(row.key))
        if state is None:
            return
        text = await self._written(row.title, state.note or "")
        if text is not None and text != (state.note or ""):
            said = "Note kept" if text.strip() else "Note removed"
            self._change(row, lambda library: library.note(row.key, text), said)

    async def _written(self, title: str, text: str) -> str | None:
        command = editor_command(os.environ)
        if command is not None and not self.app.is_web:
            try:
                with self.app.suspend():
                    return edit_text(text, command)
            except SuspendNotSupported:
                pass  # a terminal that cannot be lent: write here
            except OSError as error:
                self.app.complain(f"{command[0]} cannot be started: {error.strerror}. EDITOR names it")
        return await self.app.push_screen_wait(WriteNote(title, text))

    @work(group="change")
    async def _change(self, row: Row, write: Callable[[Library], None], said: str) -> None:
        record = row.record
        assert record is not None

        def write_and_read(library: Library) -> Row:
            write(library)
            return with_state(row_of_record(record), library.user_state(row.key))

        new = await self.ask(write_and_read)
        if new is None:
            return
        self.rows.pages.update(row.key, replace(row, starred=new.starred, reading=new.reading))
        self.rows.arrived()
        self.look_again(row)
        self.app.tell(said)

    # --- searching differently -----------------------------------------------------------------------------------

    def action_related(self) -> None:
        """List what is close to the record in meaning."""
        if (row := self.row) is not None and row.record is not None:
            self.go(replace(self.place, record=row.key, related=True))

    def action_narrow(self, field: str) -> None:
        """Only records with the present record's value of a field; again, all."""
        if (row := self.row) is not None and row.record is not None and (value := value_of(row.record, field)):
            self.narrow(field, value)

    def action_mode(self) -> None:
        """Rank by words and meaning, words only, meaning only."""
        mode = cycle(self.place.mode, MODES)
        self.app.remember(replace(self.app.memory, mode=mode))
        self.amend(replace(self.place, mode=mode))
        self.app.tell(f"Ranked by {MODE_NAMES[mode]}")

    def action_sort(self) -> None:
        """Order by relevance, date, title."""
        sort = cycle(self.place.sort, SORTS)
        self.app.remember(replace(self.app.memory, sort=sort))
        self.amend(replace(self.place, sort=sort))
        self.app.tell(f"Ordered by {sort}")

    def action_save(self) -> None:
        """Keep the search for the front page, or drop it from there."""
        query, memory = self.place.query.strip(), self.app.memory
        if not query:
            self.app.complain("There is no search to save. Press / to type one")
        elif query in memory.saved:
            self.app.remember(replace(memory, saved=tuple(saved for saved in memory.saved if saved != query)))
            self.app.tell(f"No longer saved: {query}")
        else:
            self.app.remember(memory.with_saved(query))
            self.app.tell(f"Saved: {query}")

    # --- jump mode -----------------------------------------------------------------------------------------------

    @work(group="asking")
    async def action_jump(self) -> None:
        """Label everything on screen, and go where the typed label says."""
        rows, panel, tabs = self.rows, self.query_one(FacetPanel), self.query_one(TabBar)
        places: list[Callable[[], None]] = []
        shown_rows = [i for i in rows.visible_rows() if (row := rows.pages.row(i)) is not None and row.selectable]
        shown_rows = shown_rows if rows.display else []
        targets = range(len(self.document.targets)) if self.detail.display else range(0)
        places += [lambda i=i: self._jump_to_row(i) for i in shown_rows]  # type: ignore[misc]  # bound now, not later
        places += [lambda i=i: self.follow(self.document.targets[i]) for i in targets]  # type: ignore[misc]
        places += [lambda i=i: self.action_to_tab(i) for i in range(len(TABS))]  # type: ignore[misc]
        if self.has_class("faceted"):
            places.append(lambda: self.set_focus(panel))
        names = labels(len(places))
        rows.show_labels(dict(zip(shown_rows, names, strict=False)))
        self.detail.show_labels(dict(zip(targets, names[len(shown_rows) :], strict=False)))
        tabs.labels = dict(zip([tab for tab, _ in TABS], names[len(shown_rows) + len(targets) :], strict=False))
        try:
            label = await self.app.push_screen_wait(JumpScreen(names))
        finally:
            rows.show_labels({})
            self.detail.show_labels({})
            tabs.labels = {}
        if label is not None:
            places[names.index(label)]()

    def _jump_to_row(self, index: int) -> None:
        self.rows.cursor = index
        self.set_focus(self.rows)
