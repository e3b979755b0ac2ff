"""Hostile text, tiny terminals, huge pastes, hammered keys, records that vanish, a knowledge base that refuses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual import events
from tui_pilot import Start, begun, browse, cursor_title, press, said, screen_text, send, settled, titles, type_text

from kb import open_kb
from kb.errors import LockedError
from kb.knowledge_base import KnowledgeBase
from kb.models import Change, Evidence, Link, Mention, Paper, Person, PersonRole, Talk
from tui.app import KBApp
from tui.browser import browser_command
from tui.clipboard import clipboard_command
from tui.document import Around, document_of, followable, links_of
from tui.editor import editor_command
from tui.listing import BEGIN, spark
from tui.rows import row_of_record, title_of
from tui.screens.ask import Ask
from tui.widgets.search_box import QUERY_LIMIT

NASTY = "x\x1b]52;c;ZXZpbA==\x07[@click=app.quit]y[/] \u202ez\x00"


@pytest.mark.parametrize("size", [(20, 5), (60, 20), (80, 24), (200, 60), (5, 2), (1, 1)])
async def test_every_size_of_terminal_is_drawn(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as pilot:
        await type_text(pilot, "diffusion")
        await press(pilot, "enter", "j", "right", "n", "enter", "backspace", "question_mark", "escape", "F", "alt+2")
        assert browse(pilot).place.tab == "events"
        assert all(cell_len(line) == size[0] for line in screen_text(pilot).splitlines())


async def test_a_terminal_may_change_its_size(start: Start) -> None:
    async with start(size=(140, 40)) as pilot:
        await type_text(pilot, "diffusion")
        await press(pilot, "enter", "G")
        for size in ((60, 20), (20, 5), (120, 40)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            rows = browse(pilot).rows
            assert rows.cursor in rows.visible_rows()
        assert browse(pilot).detail.display


async def test_markup_and_escapes_of_a_page_are_only_text(start: Start) -> None:
    async with start(query="kind:talk reading markup escapes", size=(120, 40)) as pilot:
        assert cursor_title(pilot).startswith("Reading [bold red]markup[/] and")
        text = screen_text(pilot)
        assert "[bold red]markup[/]" in text
        assert "\x1b" not in text
        await press(pilot, "enter", "enter")
        assert "Eve [/] Example" in browse(pilot).document.plain()


async def test_wide_and_combining_characters_keep_their_columns(start: Start) -> None:
    async with start(query="weather wide characters", size=(80, 24)) as pilot:
        assert "天気" in cursor_title(pilot)
        lines = screen_text(pilot).splitlines()
        assert {cell_len(line) for line in lines} == {80}


def test_a_record_full_of_steering_text_becomes_a_harmless_document() -> None:
    paper = Paper(
        "paper/x", NASTY, (PersonRole("person/x", NASTY, NASTY, NASTY),), NASTY, NASTY, (NASTY,), NASTY, 2024, NASTY,
        links=(Link(NASTY, f"https://example.org/{NASTY}"), Link("code", "javascript:alert(1)")),
    )  # fmt: skip
    around = Around({NASTY: (paper,)}, (Mention("paper/x", NASTY, {}, Evidence(), NASTY),), None)
    document = document_of(paper, words=(NASTY,), around=around)
    text = document.plain() + "".join(target.label for target in document.targets)
    assert not set(text) & set("\x1b\x07\x00\u202e")
    assert document.urls == ()
    assert "[@click=app.quit]" in text


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://127.0.0.1:8000/", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://[broken", False),
        ("https://example.org/\x1b[31m", False),
        ("https://example.org/" + "a" * 5000, False),
        ("--help", False),
    ],
)
def test_only_web_addresses_are_handed_to_a_browser(url: str, good: bool) -> None:
    assert followable(url) is good


def test_each_url_is_listed_once_and_the_paper_first() -> None:
    paper = Paper("paper/x", "X", url="https://openreview.net/forum?id=abc", openreview_id="abc", arxiv_id="2306.14070",
                  doi="10.1/x", pdf="https://e.org/x.pdf", links=(Link("pdf", "https://e.org/x.pdf"),))  # fmt: skip
    assert links_of(paper) == (
        ("paper", "https://openreview.net/forum?id=abc"),
        ("arxiv", "https://arxiv.org/abs/2306.14070"),
        ("doi", "https://doi.org/10.1/x"),
        ("pdf", "https://e.org/x.pdf"),
    )


def test_records_without_anything_still_have_a_title() -> None:
    assert title_of(Talk("talk/a", None, (PersonRole("person/b", "B", "speaker"),))) == "Talk by B"
    assert title_of(Talk("talk/a", None)) == "talk/a"
    assert title_of(Paper("paper/a", "\x00")) == "paper/a"
    assert row_of_record(Person("person/a", "A")).people == ""


async def test_a_huge_paste_becomes_one_short_line(start: Start) -> None:
    async with start() as pilot:
        browse(pilot).box.post_message(events.Paste("pro\x1b[31mtein\n" * 5000))
        await settled(pilot)
        assert len(browse(pilot).box.value) <= QUERY_LIMIT
        assert "\n" not in browse(pilot).box.value
        await press(pilot, "enter", "j", "k")


async def test_hammered_keys_end_in_the_last_query(start: Start) -> None:
    async with start() as pilot:
        for key in (*("diffusion" * 3), *["backspace"] * 18, *["down", "up"] * 10):
            send(pilot, key)
        await settled(pilot)
        assert browse(pilot).box.value == browse(pilot).place.query == "diffusion"
        assert len(titles(pilot)) > 1
        await press(pilot, "enter")
        for key in (*"jkjkGgsrtsjjooLhLhfF]]][[[RRmmSS", "escape", "escape", "escape"):
            send(pilot, key)
        await settled(pilot)
        assert pilot.app.is_running


async def test_a_record_deleted_under_the_cursor_is_reported_not_fatal(start: Start, kb: KnowledgeBase) -> None:
    async with start(query="steered") as pilot:
        row = browse(pilot).rows.row
        assert row is not None
        kb.forget(row.key)
        await press(pilot, "enter", "s")
        assert "No record has the id" in said(pilot)
        await press(pilot, "enter")
        await press(pilot, "backspace", "ctrl+r")
        assert cursor_title(pilot) != "Steered generation of molecules"
        await press(pilot, "alt+5")
        assert pilot.app.is_running


async def test_a_long_list_is_scrolled_to_its_end(start: Start) -> None:
    async with start(query="diffusion molecules") as pilot:
        await press(pilot, "enter", "G")
        rows = browse(pilot).rows
        assert rows.cursor == rows.pages.total - 1 >= 139
        assert rows.row is not None
        await press(pilot, "g")
        assert rows.cursor == 0


async def test_a_damaged_knowledge_base_says_so_and_stays_usable(start: Start, tmp_path: Path) -> None:
    home = tmp_path / "damaged"
    home.mkdir()
    (home / "kb.db").write_bytes(b"this is no database, " * 500)
    async with start(home=home) as pilot:
        assert "damaged" in said(pilot)
        await type_text(pilot, "x")
        await press(pilot, "enter", "question_mark", "escape")
        assert pilot.app.is_running


async def test_a_knowledge_base_that_cannot_be_opened_yet_is_opened_later(kb_home: Path) -> None:
    answers = [LockedError("kb.db is locked by another process", hint="Try again in a moment")]

    def open_later() -> KnowledgeBase:
        if answers:
            raise answers.pop()
        return open_kb(kb_home)

    app = KBApp(open_later)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await begun(pilot)
        assert "Try again in a moment" in said(pilot)
        await press(pilot, "ctrl+r")
        assert "140 papers" in screen_text(pilot)


async def test_a_locked_database_refuses_a_star_with_the_way_out(start: Start, kb_home: Path) -> None:
    async with start(query="steered") as pilot:
        blocker = sqlite3.connect(kb_home / "kb.db")
        blocker.execute("BEGIN EXCLUSIVE")
        await pilot.press("enter", "s")
        blocker.rollback()
        blocker.close()
        await settled(pilot)
        assert pilot.app.is_running


async def test_a_question_box_takes_any_line(start: Start) -> None:
    async with start() as pilot:
        answers: list[str | None] = []
        pilot.app.push_screen(Ask("[b]Title[/b]", hint="[red]hint"), answers.append)
        await type_text(pilot, "a b")
        await press(pilot, "enter")
        assert answers == ["a b"]


def test_the_readers_browser_is_started_only_where_it_can_be_seen() -> None:
    assert browser_command("https://e.org", {"BROWSER": "firefox --new-tab %s"}, "linux") == [
        "firefox", "--new-tab", "https://e.org",
    ]  # fmt: skip
    assert browser_command("https://e.org", {"BROWSER": "lynx:w3m"}, "linux") == ["lynx", "https://e.org"]
    assert browser_command("https://e.org", {}, "linux") is None
    assert browser_command("https://e.org", {}, "darwin") == ["open", "https://e.org"]


def test_a_clipboard_of_another_machine_is_asked_through_the_terminal() -> None:
    def found(name: str) -> str:
        return name

    assert clipboard_command({"DISPLAY": ":0"}, "linux", found) == ["xclip", "-selection", "clipboard"]
    assert clipboard_command({"WAYLAND_DISPLAY": "x", "DISPLAY": ":0"}, "linux", found) == ["wl-copy"]
    assert clipboard_command({"DISPLAY": ":0", "SSH_CONNECTION": "a"}, "linux", found) is None
    assert clipboard_command({}, "darwin", found) == ["pbcopy"]
    assert clipboard_command({"DISPLAY": ":0"}, "linux", lambda name: None) is None


def test_the_editor_may_have_arguments_or_be_nonsense() -> None:
    assert editor_command({"EDITOR": "code -w"}) == ["code", "-w"]
    assert editor_command({"VISUAL": "vim", "EDITOR": "ed"}) == ["vim"]
    assert editor_command({"EDITOR": 'open "quote'}) is None
    assert editor_command({}) is None


def test_counts_by_year_are_drawn_as_bars() -> None:
    assert spark({"2022": 1, "2023": 4, "2024": 8}) == "▁▄█ 2022-2024"
    assert spark({"2024": 3}) == "▇ 2024"
    assert spark({}) == spark({"unknown": 3}) == ""


def test_the_first_steps_are_commands_of_the_program() -> None:
    from kb.cli.registry import COMMANDS

    named = {line.split()[1] for line in BEGIN.splitlines() if line.startswith("    kb ")}
    assert {"demo", "add"} <= named & set(COMMANDS)
    assert Change("paper/x", "added").what == "added"
