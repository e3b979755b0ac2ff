"""Snippets: whole sentences around the matched words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.snippets import snippet, spans

TEXT = (
    "We study the folding of long chains. Older methods, by Smith et al. 2019, are slow. "
    "Our equivariant network predicts forces ten times faster. It was tried on proteins! Code is available."
)


def test_a_short_text_is_its_own_snippet() -> None:
    assert snippet("A short\n text.", ("short",)) == "A short text."


def test_the_sentences_with_the_matched_words_are_shown_whole() -> None:
    assert (
        snippet(TEXT, ("equivariance", "force"), width=60)
        == "Our equivariant network predicts forces ten times faster."
    )


def test_a_run_of_sentences_is_taken_as_long_as_it_fits() -> None:
    shown = snippet(TEXT, ("forces", "protein"), width=100)
    assert shown == "Our equivariant network predicts forces ten times faster. It was tried on proteins!"


def test_an_abbreviation_ends_no_sentence() -> None:
    assert snippet(TEXT, ("older",), width=60) == "Older methods, by Smith et al. 2019, are slow."


def test_a_sentence_that_is_too_long_is_cut_between_words_around_the_match() -> None:
    long = "word " * 100 + "needle " + "word " * 100
    shown = snippet(long, ("needle",), width=60)
    assert "needle" in shown
    assert shown.startswith("…word")
    assert shown.endswith("word…")
    assert len(shown) <= 60


def test_without_a_match_the_beginning_is_shown() -> None:
    assert snippet(TEXT, (), width=40) == "We study the folding of long chains."


def test_spans_mark_inflections_but_not_other_words() -> None:
    text = "Proteins and a protein; carbon is no car."
    assert [text[a:b] for a, b in spans(text, ("protein", "car"))] == ["Proteins", "protein", "car"]


@pytest.mark.parametrize("matched", [("(",), ("",), ("\\",), (".*",), ("[a",)])
def test_matched_words_are_never_patterns(matched: tuple[str, ...]) -> None:
    assert isinstance(snippet(TEXT, matched, width=50), str)


@given(st.text(max_size=400), st.lists(st.text(max_size=6), max_size=4), st.integers(0, 120))
def test_a_snippet_is_never_longer_than_asked_for(text: str, matched: list[str], width: int) -> None:
    shown = snippet(text, matched, width=width)
    assert len(shown) <= width
    assert shown.strip("…") in " ".join(text.split())


def test_a_text_of_ten_million_characters_is_cut() -> None:
    assert len(snippet("protein folding " * 700_000, ("protein",))) <= 240
