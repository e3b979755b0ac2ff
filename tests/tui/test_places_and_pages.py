"""Where the reader is, the way back, and rows that are only held near the screen: without Textual."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.jump import labels
from tui.memory import Memory, load, save
from tui.paging import HELD, PAGE, Pages
from tui.places import History, Place, cycle
from tui.rows import Row


def rows(first: int, count: int) -> list[Row]:
    return [Row(f"paper/{n}", "paper", f"Paper {n}") for n in range(first, first + count)]


def test_back_and_forward_lead_where_one_was() -> None:
    history = History()
    history.go(Place(query="a"))
    history.here.cursor = 7
    history.go(Place(record="person/x"))
    back = history.back()
    assert back is not None
    assert (back.place.query, back.cursor) == ("a", 7)
    forward = history.forward()
    assert forward is not None
    assert forward.place.record == "person/x"
    assert history.forward() is None


def test_going_somewhere_new_drops_the_way_forward() -> None:
    history = History()
    history.go(Place(query="a"))
    history.back()
    history.go(Place(query="b"))
    assert history.forward() is None
    assert [visit.place.query for visit in history.visits] == ["", "b"]


def test_typing_takes_no_step_and_puts_the_cursor_first() -> None:
    history = History()
    history.here.cursor = 3
    history.amend(Place(query="a"))
    history.amend(Place(query="ab"))
    assert len(history.visits) == 1
    assert history.here.cursor == 0


def test_a_week_of_browsing_keeps_a_bounded_history() -> None:
    history = History(limit=10)
    for number in range(100):
        history.go(Place(query=str(number)))
    assert len(history.visits) == 10
    assert history.here.place.query == "99"


def test_only_missing_pages_are_wanted_and_only_once() -> None:
    pages = Pages(1000)
    assert pages.wanted(0, 60) == (0, 1)
    assert pages.wanted(0, 60) == ()
    pages.put(0, rows(0, PAGE), 1000)
    pages.failed(1)
    assert pages.wanted(0, 60) == (1,)
    assert pages.row(3) == rows(3, 1)[0]
    assert pages.row(PAGE) is None


def test_a_long_scroll_holds_a_bounded_number_of_rows() -> None:
    pages = Pages(100_000)
    for number in range(200):
        pages.put(number, rows(number * PAGE, PAGE), 100_000)
    assert len(list(pages.loaded())) == HELD * PAGE
    assert pages.row(0) is None
    assert pages.wanted(0, 1) == (0,)


def test_a_short_page_ends_the_list_whatever_was_promised() -> None:
    pages = Pages(500, exact=False)
    pages.put(1, rows(PAGE, 3), 500, exact=False)
    assert (pages.total, pages.exact) == (PAGE + 3, True)


def test_a_changed_record_changes_in_every_row() -> None:
    pages = Pages.of([*rows(0, 3), *rows(0, 1)])
    pages.update("paper/0", Row("paper/0", "paper", "New"))
    assert [row.title for _, row in pages.loaded()] == ["New", "Paper 1", "Paper 2", "New"]
    assert pages.wanted(0, 100) == ()


@pytest.mark.parametrize("count", [0, 1, 26, 27, 300, 2000])
def test_no_jump_label_begins_another(count: int) -> None:
    made = labels(count)
    assert len(made) == len(set(made)) == min(count, 676)
    assert len({len(label) for label in made}) <= 1


def test_a_choice_cycles_and_an_unknown_one_starts_over() -> None:
    assert cycle("b", ("a", "b")) == "a"
    assert cycle("?", ("a", "b")) == "a"


def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    memory = Memory(theme="nord").searched("a").searched("b").searched("a").with_saved('kind:talk "x"')
    save(tmp_path / "tui.json", memory)
    assert load(tmp_path / "tui.json") == memory
    assert memory.searches == ("a", "b")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"theme": 5, "searches": [1, "a"], "new": true}', "\x00"])
def test_a_damaged_memory_costs_its_contents_only(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tui.json"
    path.write_text(content)
    assert load(path).theme == ""


def test_no_memory_is_kept_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    save(tmp_path / "file" / "tui.json", Memory())
    save(None, Memory())
