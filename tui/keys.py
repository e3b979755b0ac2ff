"""The help screen's table of keys, made from the bindings themselves, so that it cannot be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from tui.document import QUERY_HELP
from tui.places import OPTION_KEYS
from tui.screens.browse import Browse
from tui.screens.browsing import Browsing
from tui.screens.keeping import Keeping
from tui.screens.sources import Refreshing
from tui.screens.travelling import Travelling
from tui.widgets.detail import Detail
from tui.widgets.facet_panel import FacetPanel
from tui.widgets.row_list import RowList
from tui.widgets.search_box import SearchBox

if TYPE_CHECKING:
    from tui.app import KBApp

Group = tuple[str, list[tuple[str, str]]]


def help_groups(app: KBApp) -> list[Group]:
    """(where, rows of (keys, what they do)) for everything that has bindings of its own."""
    own = [binding for binding in app.BINDINGS if isinstance(binding, Binding)]
    palette = Binding("ctrl+p", "command_palette", "All commands")
    owners: list[tuple[str, list[BindingType]]] = [
        ("Anywhere", [*own, palette]),
        ("Places", [*Travelling.BINDINGS, *Browsing.BINDINGS]),
        ("The record under the cursor", [*Browse.BINDINGS, *Keeping.BINDINGS]),
        ("Sources", list(Refreshing.BINDINGS)),
        ("List", list(RowList.BINDINGS)),
        ("Search box", list(SearchBox.BINDINGS)),
        ("Detail", list(Detail.BINDINGS)),
        ("Facets", list(FacetPanel.BINDINGS)),
    ]
    groups = [(title, [_row(app, b) for b in bindings if isinstance(b, Binding)]) for title, bindings in owners]
    return [*groups[:2], ("In a query", list(QUERY_HELP)), *groups[2:]]


def _row(app: KBApp, binding: Binding) -> tuple[str, str]:
    wanted = app.keys.get(binding.id, binding.key) if binding.id else binding.key
    named = [key.strip() for key in wanted.split(",") if key.strip() not in OPTION_KEYS]
    keys = [app.get_key_display(Binding(key, "", "")) for key in named]
    return " ".join(keys), binding.description
