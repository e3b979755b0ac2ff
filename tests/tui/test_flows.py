"""What a reader does, key by key: search, read, follow, go back, open, copy, star, tag, note, narrow."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from textual.color import Color
from textual.widgets import Input, TextArea
from tui_pilot import Start, browse, cursor_title, press, said, screen_text, settled, titles, type_text

from kb.knowledge_base import KnowledgeBase
from tui.screens.help import Help
from tui.screens.menu import Menu
from tui.widgets.facet_panel import FacetPanel

TALK = "Steered generation of molecules"


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that only writes down what it was asked to open."""
    opened = tmp_path / "opened"
    script = tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{opened}"\n')
    script.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(script))
    return opened


async def arrived(path: Path) -> str:
    for _ in range(200):
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text()
        await asyncio.sleep(0.02)
    return ""


async def test_typing_lists_what_is_found_and_reads_it_at_once(start: Start) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered generation")
        assert titles(pilot)[0] == TALK
        text = screen_text(pilot)
        assert "Smita Krishnaswamy" in text
        assert "scattering" in text
        assert "ICML 2024" in text


async def test_the_front_page_says_what_is_there_and_what_to_try(start: Start) -> None:
    async with start() as pilot:
        text = screen_text(pilot)
        assert "140 papers" in text
        assert "5 talks" in text
        await press(pilot, "enter", "enter")
        assert browse(pilot).box.value == browse(pilot).place.query == "kind:talk protein design"


async def test_an_empty_knowledge_base_says_how_to_begin(start: Start, tmp_path: Path) -> None:
    async with start(home=tmp_path / "empty") as pilot:
        text = screen_text(pilot)
        assert all(words in text for words in ("kb demo", "kb add URL", "kb refresh"))
        await type_text(pilot, "anything")
        await press(pilot, "enter", "down", "enter", "o", "s", "y", "R", "right")
        assert "kb demo" in screen_text(pilot)


async def test_ctrl_q_leaves_with_exit_code_0(start: Start) -> None:
    async with start() as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert pilot.app.return_code == 0


async def test_names_are_followed_and_the_way_back_is_kept(start: Start) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "right", "enter", "n")
        assert browse(pilot).focused is browse(pilot).detail
        followed = browse(pilot).document.targets[browse(pilot).detail.at or 0]
        assert followed.label == "Smita Krishnaswamy"
        await press(pilot, "enter")
        assert cursor_title(pilot) == "Smita Krishnaswamy"
        assert TALK in titles(pilot)
        await press(pilot, "backspace")
        assert cursor_title(pilot) == TALK
        assert browse(pilot).box.value == "steered"
        await press(pilot, "L")
        assert cursor_title(pilot) == "Smita Krishnaswamy"
        await press(pilot, "backspace", "backspace", "backspace")
        assert cursor_title(pilot) == TALK


async def test_arrows_move_in_the_list_while_typing(start: Start) -> None:
    async with start() as pilot:
        await type_text(pilot, "diffusion")
        await press(pilot, "down", "down", "up", "pagedown")
        assert browse(pilot).rows.cursor == 11
        assert browse(pilot).focused is browse(pilot).box


async def test_a_link_opens_in_the_browser(start: Start, browser: Path) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "ctrl+o")
        assert await arrived(browser) == "https://example.org/slides.pdf\n"
        await press(pilot, "enter", "2")
        for _ in range(100):
            if len(browser.read_text().splitlines()) == 2:
                break
            await asyncio.sleep(0.02)
        assert browser.read_text().splitlines()[1] == "https://example.org/video"
        assert "Opened https://example.org/video" in said(pilot)
        await press(pilot, "9")
        assert "This record has 3 links" in said(pilot)


async def test_without_a_browser_the_link_goes_to_the_clipboard(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "o")
        assert "No browser on this machine" in said(pilot)
        assert pilot.app.clipboard == "https://example.org/slides.pdf"


async def test_title_citation_link_and_bibtex_are_copied(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1 2 3 4")
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "y")
        assert isinstance(pilot.app.screen, Menu)
        await press(pilot, "t")
        assert pilot.app.clipboard == TALK
        assert "title sent to your terminal's clipboard" in said(pilot)
        await press(pilot, "y", "c")
        assert pilot.app.clipboard == f"Smita Krishnaswamy (2024). {TALK}. ICML 2024. https://example.org/slides.pdf"
        await press(pilot, "y", "l")
        assert pilot.app.clipboard == "https://example.org/slides.pdf"
        await press(pilot, "y", "b")
        assert pilot.app.clipboard.startswith("@")
        assert TALK in pilot.app.clipboard.replace("{", "").replace("}", "")
        await press(pilot, "y", "x")
        assert not isinstance(pilot.app.screen, Menu)


async def test_a_star_and_a_reading_state_are_kept_and_listed(start: Start, kb: KnowledgeBase) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "s", "r", "t")
        talk = browse(pilot).rows.row
        assert talk is not None
        state = kb.user_state(talk.key)
        assert (state.starred, state.reading) == (True, "to-read")
        assert "★○" in screen_text(pilot)
        await press(pilot, "alt+6")
        assert titles(pilot) == ["To read (1)", TALK, "Starred (1)", TALK]
        await press(pilot, "s", "r", "n", "ctrl+r")
        assert not kb.user_state(talk.key).starred
        assert "Nothing here yet" in screen_text(pilot)


async def test_tags_are_put_on_and_taken_off(start: Start, kb: KnowledgeBase) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "t")
        await type_text(pilot, "graphs geometry")
        await press(pilot, "enter")
        talk = browse(pilot).rows.row
        assert talk is not None
        assert kb.user_state(talk.key).tags == ("geometry", "graphs")
        assert "#geometry" in screen_text(pilot)
        await press(pilot, "t")
        assert pilot.app.screen.query_one(Input).value == "geometry graphs"
        pilot.app.screen.query_one(Input).value = "geometry"
        await press(pilot, "enter")
        assert kb.user_state(talk.key).tags == ("geometry",)
        await press(pilot, "t", "escape")
        assert kb.user_state(talk.key).tags == ("geometry",)


async def test_a_note_is_written_here_where_there_is_no_editor(
    start: Start, kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "e")
        pilot.app.screen.query_one(TextArea).text = "compare with [b]SaProt[/b]"
        await press(pilot, "ctrl+s")
        talk = browse(pilot).rows.row
        assert talk is not None
        assert kb.user_state(talk.key).note == "compare with [b]SaProt[/b]"
        assert "compare with [b]SaProt[/b]" in screen_text(pilot)
        await press(pilot, "e", "escape")
        assert kb.user_state(talk.key).note == "compare with [b]SaProt[/b]"


async def test_facets_narrow_by_one_key_and_widen_again(start: Start) -> None:
    async with start(size=(140, 40)) as pilot:
        await type_text(pilot, "molecules")
        await press(pilot, "enter", "Y")
        year = browse(pilot).place.query.removeprefix("molecules year:")
        assert {row.where for _, row in browse(pilot).rows.pages.loaded()} == {f"ICML {year}"}
        await press(pilot, "Y")
        assert browse(pilot).place.query == "molecules"
        browse(pilot)._count()
        await settled(pilot)
        panel = browse(pilot).query_one(FacetPanel)
        assert {facet.field for facet in panel.facets} == {"kind", "venue", "year", "topic"}
        panel.focus()
        panel.cursor = [facet.value for facet in panel.facets].index("talk")
        await press(pilot, "space")
        assert browse(pilot).place.query == "molecules kind:talk"
        assert titles(pilot)[0] == TALK


async def test_tabs_list_events_people_and_news(start: Start) -> None:
    async with start() as pilot:
        await press(pilot, "alt+2")
        assert titles(pilot) == ["2024", "AI for Science"]
        await press(pilot, "enter", "enter")
        assert TALK in titles(pilot)
        assert "Talk by Max Jaderberg" in titles(pilot)
        await press(pilot, "alt+3")
        assert "David Baker" in titles(pilot)
        await press(pilot, "alt+5")
        assert len(browse(pilot).rows.pages) >= 140
        await press(pilot, "bracketright", "bracketleft", "right_square_bracket")
        assert browse(pilot).place.tab == "reading"


async def test_a_tab_is_filtered_by_what_is_typed(start: Start) -> None:
    async with start() as pilot:
        await press(pilot, "alt+3")
        await type_text(pilot, "baker")
        assert titles(pilot)[0] == "David Baker"
        assert {row.kind for _, row in browse(pilot).rows.pages.loaded()} == {"person"}


async def test_related_records_are_one_key_away(start: Start) -> None:
    async with start() as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "R")
        assert titles(pilot)[0] == TALK
        assert len(titles(pilot)) > 2


async def test_mode_order_and_saved_searches_are_remembered(start: Start, kb_home: Path) -> None:
    memory = kb_home / "tui.json"
    async with start(memory_file=memory) as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "f2", "f3", "enter", "w")
        assert (browse(pilot).place.mode, browse(pilot).place.sort) == ("lexical", "date")
        await pilot.press("ctrl+q")
    async with start(memory_file=memory) as pilot:
        assert (browse(pilot).place.mode, browse(pilot).place.sort) == ("lexical", "date")
        assert titles(pilot)[:2] == ["Saved searches", "steered"]
        await press(pilot, "enter", "enter", "w")
        await press(pilot, "backspace")
        assert "Saved searches" not in titles(pilot)


async def test_earlier_searches_come_back(start: Start) -> None:
    async with start() as pilot:
        pilot.app.remember(pilot.app.memory.searched("first").searched("second"))  # type: ignore[attr-defined]
        await press(pilot, "alt+up")
        assert browse(pilot).box.value == "second"
        await press(pilot, "alt+up", "alt+up")
        assert browse(pilot).box.value == "first"
        await press(pilot, "alt+down")
        assert browse(pilot).place.query == "second"


async def test_everything_on_screen_can_be_jumped_to(start: Start) -> None:
    async with start() as pilot:
        await type_text(pilot, "molecules")
        await press(pilot, "enter")
        await press(pilot, "f")
        labels = dict(browse(pilot).rows.labels)
        await press(pilot, *labels[2])
        assert browse(pilot).rows.cursor == 2
        await press(pilot, "f")
        await press(pilot, *browse(pilot).detail.labels[0])
        assert browse(pilot).place.record is not None
        assert browse(pilot).rows.labels == {}
        await press(pilot, "f", "escape")
        assert browse(pilot).detail.labels == {}


async def test_help_lists_every_key(start: Start) -> None:
    async with start(size=(100, 50)) as pilot:
        await press(pilot, "enter", "question_mark")
        assert isinstance(pilot.app.screen, Help)
        text = "\n".join(f"{keys} {what}" for _, rows in pilot.app.screen._groups for keys, what in rows)
        for what in ("Quit", "Search", "Star", "Tag", "Note", "Copy", "Jump", "Related", "Next tab"):
            assert what in text
        await press(pilot, "q")
        assert not isinstance(pilot.app.screen, Help)


async def test_the_readers_own_keys_replace_ours(start: Start, kb: KnowledgeBase) -> None:
    async with start(keys={"star": "asterisk"}) as pilot:
        await type_text(pilot, "steered")
        await press(pilot, "enter", "asterisk")
        talk = browse(pilot).rows.row
        assert talk is not None
        assert kb.user_state(talk.key).starred
        await press(pilot, "s")
        assert kb.user_state(talk.key).starred


async def test_a_search_can_be_given_at_the_start(start: Start) -> None:
    async with start(query="steered") as pilot:
        assert browse(pilot).box.value == "steered"
        assert cursor_title(pilot) == TALK


async def test_the_palette_offers_what_can_be_done(start: Start) -> None:
    async with start() as pilot:
        commands = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
        assert len(commands) == len(set(commands))
        assert {"Help", "Quit", "Go to Events", "Star", "Theme"} <= set(commands)
        await pilot.press("ctrl+p", *"Go to Ev")
        await pilot.pause(0.3)
        await press(pilot, "enter")
        await settled(pilot)
        assert os.environ.get("KB_HOME")
        assert browse(pilot).place.tab == "events"


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances as WCAG counts it, 1 to 21."""

    def luminance(color: Color) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (high + 0.05) / (low + 0.05)


async def test_every_theme_can_be_drawn_and_the_contrast_one_is_read_easily(start: Start) -> None:
    async with start(theme="contrast", query="steered") as pilot:
        variables = pilot.app.theme_variables
        for name in ("foreground", "kb-dim", "text-primary", "text-secondary", "text-accent", "text-success"):
            for ground in ("background", "kb-cursor", "panel"):
                assert contrast(variables[name], variables[ground]) >= 7, f"{name} on {ground}"
        for theme in pilot.app.available_themes:
            pilot.app.theme = theme
            await settled(pilot)
            assert TALK in screen_text(pilot)


async def test_a_result_is_exported_to_a_new_file_only(start: Start, tmp_path: Path) -> None:
    async with start(query="diffusion kind:paper") as pilot:
        path = tmp_path / "refs.bib"
        for _ in range(2):
            await press(pilot, "enter", "x", "a", "b")
            pilot.app.screen.query_one(Input).value = str(path)
            await press(pilot, "enter")
            await pilot.pause()
        assert path.read_text(encoding="utf-8").count("\n@") + 1 >= 100
        assert "exists already" in said(pilot)
        await press(pilot, "x", "1", "m")
        pilot.app.screen.query_one(Input).value = str(tmp_path / "none" / "one.md")
        await press(pilot, "enter")
        await pilot.pause()
        assert "cannot be written" in said(pilot)


async def test_a_wrong_field_is_corrected(start: Start, kb: KnowledgeBase) -> None:
    async with start(query="steered") as pilot:
        await press(pilot, "enter", "E", "1")
        pilot.app.screen.query_one(Input).value = "Steered generation of [molecules]"
        await press(pilot, "enter")
        await pilot.pause()
        await settled(pilot)
        assert cursor_title(pilot) == "Steered generation of [molecules]"
        await press(pilot, "E", "escape")
        await press(pilot, "E", "1", "escape")
        row = browse(pilot).rows.row
        assert row is not None
        assert kb.get(row.key).title == "Steered generation of [molecules]"
