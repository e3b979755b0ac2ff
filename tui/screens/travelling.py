"""The ways between places: following names, back and forward, tabs, typing, facets."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.document import Target
from tui.narrow import toggle
from tui.places import OPTION_KEYS, TABS, Place
from tui.screens.browsing import Browsing
from tui.widgets.detail import Detail
from tui.widgets.facet_panel import FacetPanel
from tui.widgets.row_list import RowList
from tui.widgets.search_box import SearchBox
from tui.widgets.tab_bar import TabBar


class Travelling(Browsing):
    """Goes from place to place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, so that it is done before the next key is looked at: Enter and `o` typed fast open the record.
        Binding("enter,escape", "leave_box", "To the results", priority=True, id="box.leave"),
        Binding("slash", "search", "Search", key_display="/", id="search"),
        Binding("right", "detail", "Read", id="detail"),
        Binding("escape", "list", "Back to the list", show=False, id="list"),
        Binding("backspace,h,left", "back", "Back", key_display="⌫", id="back"),
        Binding("alt+left", "back_always", "Back", show=False, id="back.always"),
        Binding("alt+right,L", "forward", "Forward", show=False, id="forward"),
        Binding("F", "facets", "Facets", show=False, id="facets"),
        Binding("right_square_bracket", "tab(1)", "Next tab", key_display="]", show=False, id="tab.next"),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", key_display="[", show=False, id="tab.previous"),
        *[
            Binding(
                f"alt+{n},{OPTION_KEYS[n - 1]}",
                f"to_tab({n - 1})",
                f"Tab {title}",
                key_display=f"alt+{n}",
                show=False,
                priority=True,
                id=f"tab.{tab}",
            )
            for n, (tab, title) in enumerate(TABS, 1)
        ],
    ]

    def go(self, place: Place) -> None:
        """Go to a place, remembering the way back."""
        self.history.go(place)
        self._settle()

    def _settle(self) -> None:
        self.box.show(self.place.query)
        self.remove_class("alone")
        if self.focused is self.detail:
            self.set_focus(self.rows)
        self.load()

    def amend(self, place: Place) -> None:
        """Change the present place without a step in the history."""
        self.history.amend(place)
        self._settle()

    def follow(self, target: Target) -> None:
        """Follow a name or link."""
        here = self.place
        if target.kind == "url":
            self.app.open_link(target.value)
        elif target.kind == "query":
            self.go(Place(query=target.value, mode=here.mode, sort=here.sort))
        else:
            self.go(replace(here, record=target.value, related=False))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        row = event.row
        if row.action:
            self.follow(Target("query", row.action))
        elif row.key and self.place.record == row.key and not self.place.related:
            self.action_detail()
        elif row.key:
            self.follow(Target("record", row.key))

    @on(Detail.Followed)
    def _followed(self, event: Detail.Followed) -> None:
        self.follow(event.target)

    @on(TabBar.Picked)
    def _picked(self, event: TabBar.Picked) -> None:
        self.action_to_tab([tab for tab, _ in TABS].index(event.tab))

    @on(Input.Changed, "#box")
    def _typed(self, event: Input.Changed) -> None:
        place = replace(self.place, query=event.value, record=None, related=False)
        if self.place.record is None:
            self.history.amend(place)
        else:
            self.history.go(place)
        self.load(typing=True)

    @on(SearchBox.Stepped)
    def _stepped(self, event: SearchBox.Stepped) -> None:
        self.rows.action_step(event.by)

    @on(SearchBox.Recalled)
    def _recalled(self, event: SearchBox.Recalled) -> None:
        searches = self.app.memory.searches
        at = searches.index(self.place.query) if self.place.query in searches else -1
        if 0 <= at - event.by < len(searches):
            self._recalled_query = searches[at - event.by]
            self.amend(replace(self.place, query=self._recalled_query))

    @on(FacetPanel.Toggled)
    def _narrowed(self, event: FacetPanel.Toggled) -> None:
        self.narrow(event.facet.field, event.facet.value)

    def narrow(self, field: str, value: str) -> None:
        """Ask for a value of a field, or no longer."""
        self.go(Place(query=toggle(self.place.query, field, value), mode=self.place.mode, sort=self.place.sort))

    def action_leave_box(self) -> None:
        """From the search box to what it found."""
        self.action_list()

    def action_list(self) -> None:
        """Focus the list."""
        self.remove_class("alone")
        self.set_focus(self.rows)

    def action_search(self) -> None:
        """Focus the search box."""
        self.remove_class("alone")
        self.set_focus(self.box)

    def action_detail(self) -> None:
        """Focus the detail pane; in a short terminal it takes the list's place."""
        if self.document.lines:
            self.set_class(self.has_class("short"), "alone")
            self.set_focus(self.detail)

    def action_back(self) -> None:
        """From the detail to the list, and from there to the place before."""
        if self.focused is self.detail:
            self.action_list()
        else:
            self.action_back_always()

    def action_back_always(self) -> None:
        if self.history.back() is not None:
            self._settle()

    def action_forward(self) -> None:
        if self.history.forward() is not None:
            self._settle()

    def action_tab(self, by: int) -> None:
        """Go to the next or previous tab."""
        tabs = [tab for tab, _ in TABS]
        self.action_to_tab((tabs.index(self.place.tab) + by) % len(tabs))

    def action_to_tab(self, number: int) -> None:
        """Go to a tab's own list."""
        here = self.place
        if here.tab != TABS[number][0] or here.record is not None:
            self.go(Place(tab=TABS[number][0], mode=here.mode, sort=here.sort))

    def action_facets(self) -> None:
        """Show the facets and go there; from there, hide them again."""
        panel = self.query_one(FacetPanel)
        if self.has_class("faceted") and self.focused is panel:
            self.remove_class("faceted")
            self.set_focus(self.rows)
        elif not self.has_class("faceted"):
            self.add_class("faceted")
            self._count()
        if self.has_class("faceted"):
            self.set_focus(panel)
        if self._wide_enough:
            self.app.remember(replace(self.app.memory, facets_open=self.has_class("faceted")))
