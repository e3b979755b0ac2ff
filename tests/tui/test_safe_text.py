"""Text from pages comes out inert, whole words marked, and in the cells it is given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.text import BLOCK_LIMIT, clean, clean_block, fit, marked, names, shorten


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("title\x1b]0;owned\x07 end", "title end"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mx", "x"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("ze\u200bro\ufeff", "zero"),
        ("tab\there\r\nand there", "tab here and there"),
        ("bell\x07 null\x00", "bell null"),
        ("e" + "\u0301" * 30, "e" + "\u0301" * 4),
        ("lone \ud800 half", "lone half"),
        ("tag\U000e0041s", "tags"),
        ("Ångström 天気 👩‍🔬 می‌خواهم", "Ångström 天気 👩‍🔬 می‌خواهم"),
        ("[bold]stays[/bold]", "[bold]stays[/bold]"),
    ],
)
def test_what_could_steer_a_terminal_is_gone(raw: str, safe: str) -> None:
    assert clean(raw) == safe


@given(st.text(max_size=300))
def test_no_text_leaves_a_control_or_bidi_character(text: str) -> None:
    for cleaned in (clean(text), clean_block(text).replace("\n", "")):
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned)
        assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029")
    assert clean(clean(text)) == clean(text)


def test_paragraphs_are_kept_and_a_huge_text_is_cut() -> None:
    assert clean_block("one\ntwo\n\n\n three") == "one two\n\nthree"
    assert len(clean_block("word " * 1_000_000)) <= BLOCK_LIMIT


@given(st.text(max_size=60), st.integers(0, 40))
def test_a_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(clean(text), width)) == width
    assert cell_len(shorten(clean(text), width)) <= width


def test_matched_words_are_marked_whole_whatever_their_case_and_accents() -> None:
    pieces = list(marked("Protein design: PROTEINS and Ångström", ["protein", "angstrom", "an"]))
    assert [piece for piece, hit in pieces if hit] == ["Protein", "PROTEINS", "Ångström"]
    assert "".join(piece for piece, _ in pieces) == "Protein design: PROTEINS and Ångström"


@given(st.text(max_size=100), st.lists(st.text(max_size=10), max_size=4))
def test_marking_changes_no_character(text: str, words: list[str]) -> None:
    assert "".join(piece for piece, _ in marked(text, words)) == text


def test_many_people_are_counted() -> None:
    assert names(["A", "B", "C", "D", "E"]) == "A, B, C +2"
    assert names([]) == ""
