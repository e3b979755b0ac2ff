"""The text of a deck, as a converter or a person writes it down."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ExtractionError
from kb.models import Extraction
from scrapers.extract import extract

DECK = """



Foundational Methods for Folding

Ann W. Lee

ICSI, LBNL, & Dept of Statistics, UC Berkeley

April 2025



Why fold at all?

“**Folding** can **look into the future** of chains”

–Bo Wu, 2013

Who has digested “the bitter lesson” of folding?

- Lee et al. “On the Opportunities of Folding” arXiv:2108.07258.

"Towards Folding of Long Chains: Characterizing
Transfer Behavior," Lee, Wu, and Fox, arXiv:2306.00258, NeurIPS23.

"Towards Folding of Long Chains: Characterizing Transfer Behavior," Lee, Wu, and Fox, arXiv:2306.00258, NeurIPS23.
"""


def read(text: str, **known: str) -> Extraction:
    return extract(text.encode(), url=known.pop("url", ""), **known)


def test_a_text_of_slides_is_one_talk_with_its_cited_works() -> None:
    found = read(DECK)
    (talk,) = found.talks
    assert (talk.title, talk.speakers, talk.kind) == ("Foundational Methods for Folding", ("Ann W. Lee",), "slides")
    assert talk.affiliation == "ICSI, LBNL, & Dept of Statistics, UC Berkeley"
    assert talk.links == ()
    assert found.event is not None
    assert (found.event.name, found.event.year, found.event.dates) == (None, 2025, "April 2025")
    assert [paper.arxiv_id for paper in found.papers] == ["2108.07258", "2306.00258"]
    assert "bitter lesson" in found.text


@pytest.mark.parametrize("rule", ["\f", "\n---\n", "\n\nSlide 2\n"])
def test_slides_are_kept_apart_where_the_text_says_where_they_end(rule: str) -> None:
    found = read(f"Folding Long Chains\n\nAnn Lee\n\nUniversity of Oslo{rule}Why fold?\nBecause.")
    assert len(found.pages) == 2
    assert "Because." in found.pages[1]
    assert found.talks[0].speakers == ("Ann Lee",)


def test_an_ordinary_text_has_no_talk_and_says_so() -> None:
    found = read(
        "Dear all,\n\nplease remember to water the plants on Friday, as agreed. Nobody did so last week.\n\nThanks"
    )
    assert found.empty
    assert found.notes


def test_a_feed_or_site_map_holds_no_facts() -> None:
    found = read('<?xml version="1.0"?><urlset><url><loc>https://example.org/</loc></url></urlset>')
    assert found.empty
    assert "site map" in found.notes[0]


def test_blank_text_is_an_error_with_a_way_out() -> None:
    with pytest.raises(ExtractionError):
        read(" \n\t\n")
    with pytest.raises(ExtractionError):
        extract("\ufeff \n".encode("utf-16"), url="", filename="talk.txt")


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(ExtractionError):  # blank text
        found = read(text)
        assert found.notes or not found.empty
