"""The main screens look as they did: SVG pictures in two themes and three sizes.

`KB_UPDATE_PICTURES=1` draws them anew after a change that was meant; look at them before they are kept.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import pytest
from tui_pilot import Start, browse, press, type_text
from tui_svg import picture

from tui.widgets.status_line import StatusLine

PICTURES = Path(__file__).parent / "pictures"

SIZES = {"60x20": (60, 20), "80x24": (80, 24), "120x40": (120, 40)}

same_textual = pytest.mark.skipif(
    not version("textual").startswith("8.2."), reason="the pictures were drawn by Textual 8.2"
)


def compare(name: str, svg: str) -> None:
    path = PICTURES / f"{name}.svg"
    if os.environ.get("KB_UPDATE_PICTURES") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: KB_UPDATE_PICTURES=1 draws it"
    if path.read_text(encoding="utf-8") != svg:
        drawn = path.with_suffix(".new.svg")
        drawn.write_text(svg, encoding="utf-8")
        raise AssertionError(f"{path.name} looks different: compare it with {drawn}")


@same_textual
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "contrast"])
async def test_a_search_and_a_record_look_as_they_did(start: Start, theme: str, size: str) -> None:
    async with start(size=SIZES[size], theme=theme) as pilot:
        # By words and by title only, so that no change of model or ranking changes the picture.
        await press(pilot, "f2", "f3", "f3")
        await type_text(pilot, "kind:talk molecules")
        await press(pilot, "enter")
        pilot.app.clear_notifications()
        await press(pilot)
        status = browse(pilot).query_one(StatusLine)
        assert "found in" in status.facts
        status.facts = "1 found in 5 ms · lexical · title"
        await pilot.pause()
        compare(f"search-{theme}-{size}", picture(pilot.app))
        await press(pilot, "alt+2", "enter", "down")
        await pilot.pause()
        compare(f"event-{theme}-{size}", picture(pilot.app))
