"""Reading and driving the terminal UI in tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from textual.pilot import Pilot

from tui.app import KBApp
from tui.screens.browse import Browse

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]

NAMED_KEYS = {" ": "space", ":": "colon", '"': "quotation_mark", "-": "minus", ".": "full_stop", "/": "slash"}


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is being fetched or drawn; what happens after a pause of the reader is not waited for."""
    await pilot.pause()
    while any(not worker.is_finished for worker in pilot.app.workers if worker.group not in ("settle", "asking")):
        await pilot.pause(0.01)
    await pilot.pause()


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type, and wait for the results."""
    await pilot.press(*[NAMED_KEYS.get(char, char) for char in text])
    await settled(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, one after the other's effect."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


def browse(pilot: Pilot[None]) -> Browse:
    """The browsing screen, also under a menu."""
    assert isinstance(pilot.app, KBApp)
    return pilot.app.browse


def titles(pilot: Pilot[None]) -> list[str]:
    """Titles of the rows that are loaded."""
    return [row.title for _, row in browse(pilot).rows.pages.loaded()]


def cursor_title(pilot: Pilot[None]) -> str:
    """Title of the row under the cursor."""
    row = browse(pilot).rows.row
    return row.title if row else ""


def said(pilot: Pilot[None]) -> str:
    """All notifications on the screen."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


def screen_text(pilot: Pilot[None]) -> str:
    """What is on the screen, line by line."""
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
