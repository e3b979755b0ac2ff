"""Reading and driving the terminal UI in tests."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from tui.app import KBApp
from tui.screens.browse import Browse

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


async def settled(pilot: Pilot[None]) -> None:
    """Wait until nothing is being fetched or drawn; what happens after a pause of the reader is not waited for."""
    quiet = 0
    while quiet < 2:
        await pilot._wait_for_screen()
        await asyncio.sleep(0.002)
        busy = any(not worker.is_finished for worker in pilot.app.workers if worker.group not in ("settle", "asking"))
        quiet = 0 if busy else quiet + 1
    pilot.app.screen._on_timer_update()


async def begun(pilot: Pilot[None]) -> None:
    """Wait for the first list, which is asked for after the first frame."""
    for _ in range(400):
        if list(pilot.app.workers):
            break
        await asyncio.sleep(0.005)
    await settled(pilot)


def send(pilot: Pilot[None], key: str) -> None:
    """Hand a key to the program, and do not wait.

    Not `Pilot.press`: that one waits twice for 20 ms in which the whole process is idle, which with 500 keys in a
    suite is most of its time.
    """
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    try:
        char: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        char = key if len(key) == 1 else None
    event = events.Key(key, char)
    event.set_sender(pilot.app)
    assert pilot.app._driver is not None
    pilot.app._driver.send_message(event)


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type as fast as a machine, and wait for the results."""
    for char in text:
        send(pilot, char)
    await settled(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each after the effect of the one before."""
    for key in keys:
        send(pilot, key)
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
