"""A refresh beside the screen: begun by a key, watched, stopped; on real files, without a network."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tui_pilot import Start, browse, press, said, screen_text, settled, titles

from kb import open_kb
from kb.errors import LockedError
from kb.knowledge_base import KnowledgeBase
from tui.listing import read_page
from tui.places import Place
from tui.ports import SourceLine
from tui.refreshing import Refresh, RefreshState

POST = """---
title: Notes from a workshop
date: 2024-05-11
---

# Invited talks

- **Ada Example** (University of Examples): *Learning to fold paper*
"""

LINES = (
    SourceLine("good", "A good [b]source[/b]", "https://example.org/good/", "7d", True, False, "2024-07-27", "ok"),
    SourceLine("bad", "A bad source", "https://example.org/bad/", "7d", True, True, "2024-07-27T10:00:00Z", "failed",
               ("404 https://example.org/bad/\x1b[31m",)),
    SourceLine("off", "", "file:nothing", "7d", False),
)  # fmt: skip


@pytest.fixture
def own_source(kb_home: Path, tmp_path: Path) -> str:
    """A source of the reader's own: files on this machine."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "2024-05-11-notes.md").write_text(POST, encoding="utf-8")
    (kb_home / "settings.toml").write_text(
        f'[[sources]]\nname = "my-notes"\nurl = "file:{tmp_path}/notes/*.md"\n', encoding="utf-8"
    )
    return "my-notes"


def run(refresh: Refresh) -> None:
    refresh.start()
    assert refresh.wait(60)


def test_a_refresh_tells_how_far_it_is_and_what_it_did(kb_home: Path, own_source: str, kb: KnowledgeBase) -> None:
    states: list[RefreshState] = []
    run(Refresh(lambda: open_kb(kb_home), [own_source], states.append))
    assert states[-1].ended
    assert not states[-1].failed
    assert "Refresh of 1 source in" in states[-1].summary
    assert own_source in states[-1].lines
    assert any("reading" in state.lines.get(own_source, "") for state in states)


def test_a_refresh_that_cannot_begin_says_why() -> None:
    states: list[RefreshState] = []

    def refuse() -> KnowledgeBase:
        raise LockedError("kb.db is locked by another process", hint="Try again in a moment")

    run(Refresh(refuse, [], states.append))
    assert states == [RefreshState({}, "kb.db is locked by another process. Try again in a moment", True, True)]


def test_a_stopped_refresh_ends(kb_home: Path, own_source: str) -> None:
    ended = threading.Event()
    refresh = Refresh(lambda: open_kb(kb_home), [own_source], lambda state: ended.set() if state.ended else None)
    refresh.stop()
    run(refresh)
    assert ended.is_set()


def test_sources_with_errors_come_first(kb: KnowledgeBase) -> None:
    listed = read_page(kb, Place(tab="sources"), sources=lambda kb: LINES)
    assert [row.key for row in listed.rows] == ["bad", "good", "off"]
    assert "1 due, 1 with errors" in listed.trail
    assert read_page(kb, Place(tab="sources", query="good"), sources=lambda kb: LINES).total == 1
    assert read_page(kb, Place(tab="sources")).message


async def test_a_source_is_refreshed_from_its_tab(start: Start, own_source: str) -> None:
    def lines(kb: KnowledgeBase) -> tuple[SourceLine, ...]:
        return (SourceLine(own_source, "My notes", "", "7d", due=True), *LINES)

    async with start(list_sources=lines) as pilot:
        await press(pilot, "enter", "u")
        assert "Alt+7" in said(pilot)
        await press(pilot, "alt+7")
        assert titles(pilot)[0] == "A bad source"
        text = screen_text(pilot)
        assert "404 https://example.org/bad/" in text
        assert "A good [b]source[/b]" in text
        await press(pilot, "down")
        assert titles(pilot)[browse(pilot).rows.cursor] == "My notes"
        await press(pilot, "u")
        refresh = browse(pilot).refreshing
        if refresh is not None:
            await press(pilot, "u")
            assert refresh.wait(60)
        await settled(pilot)
        assert "Refresh of 1 source in" in said(pilot)
        assert browse(pilot).refreshing is None


async def test_leaving_stops_a_refresh(start: Start, own_source: str) -> None:
    async with start(list_sources=lambda kb: (SourceLine(own_source, "My notes", due=True),)) as pilot:
        await press(pilot, "alt+7", "enter")
        await pilot.press("u", "c", "ctrl+q")
    assert pilot.app.return_code == 0
