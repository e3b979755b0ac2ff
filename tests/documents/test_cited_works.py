"""Works cited on slides, in the styles people cite them in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import PaperFact
from scrapers.extract.documents.citations import Block, cited_works


def works(*texts: str, own: str | None = None) -> tuple[PaperFact, ...]:
    return cited_works([Block(text, f"slide {n}") for n, text in enumerate(texts, start=1)], own_title=own)


@pytest.mark.parametrize(
    ("text", "title", "authors"),
    [
        (
            '"Learning to Fold Long Chains," Lee, van der Heide, and Wu, arXiv:2301.00001, NeurIPS23',
            "Learning to Fold Long Chains",
            ("Lee", "van der Heide", "Wu"),
        ),
        ("Lee et al. “On Folding of Long Chains” arXiv:2301.00001v3.", "On Folding of Long Chains", ("Lee",)),
        ("“When do chains really fold?,” Lee and Wu, ICML (2023)", "When do chains really fold?", ("Lee", "Wu")),
        ("- “A Study of Long Folding Chains, Lee and Wu,” KDD (2019)", "A Study of Long Folding Chains", ("Lee", "Wu")),
        ("Ann Lee, Bo Wu, [Chains and Walls](#), IEEE Micro, 2024.", "Chains and Walls", ("Ann Lee", "Bo Wu")),
        (
            "Lee*, A., Wu*, B. and Li, X. FoldNet: Dense-and-Sparse Chains. *arXiv:2306.07629*",
            "FoldNet: Dense-and-Sparse Chains",
            ("A. Lee", "B. Wu", "X. Li"),
        ),
        (
            "Koren, Y. (2009). The Winning Solution to a Prize. Prize docs, 81, 1-10.",
            "The Winning Solution to a Prize",
            ("Y. Koren",),
        ),
        (
            "[3] Lee et al., Highly accurate folding of chains, Nature 2021.",
            "Highly accurate folding of chains",
            ("Lee",),
        ),
        (
            "Lee, Wu, Fox: FOLD: Higher Order Message Passing, NeurIPS 2022",
            "FOLD: Higher Order Message Passing",
            ("Lee", "Wu", "Fox"),
        ),
        (
            "More in the paper: Lee, A., and Wu, B. (2018). \nNot to Fold: Chains in Critical Care.",
            "Not to Fold: Chains in Critical Care",
            ("A. Lee", "B. Wu"),
        ),
    ],
)
def test_a_reference_is_read_in_many_styles(text: str, title: str, authors: tuple[str, ...]) -> None:
    (work,) = works(text)
    assert (work.title, work.authors, work.cited) == (title, authors, True)


def test_ids_venue_and_year_are_kept_apart() -> None:
    (work,) = works('"Learning to Fold Long Chains," Lee and Wu, arXiv:2301.00001v2, NeurIPS23')
    assert (work.arxiv_id, work.url, work.venue, work.year) == (
        "2301.00001",
        "https://arxiv.org/abs/2301.00001",
        "NeurIPS 2023",
        2023,
    )
    (work,) = works(
        "Lee, A., Wu, B. et al. De novo folding of chains. Nature 620 (2023). https://doi.org/10.1038/s41586-1-8"
    )
    assert (work.doi, work.venue, work.year) == ("10.1038/s41586-1-8", "Nature 620", 2023)


def test_a_citation_split_over_lines_is_one_work() -> None:
    (work,) = works('"Towards Folding of Long\nChains at Scale," Lee,\nand Wu, arXiv:2301.00001')
    assert work.title == "Towards Folding of Long Chains at Scale"


def test_two_citations_on_two_lines_are_two_works() -> None:
    found = works(
        '"Folding Chains for Good," Lee, arXiv:2301.00001, Comm Phys (2023)\n "Unfolding Chains," Wu, arXiv:2301.00002'
    )
    assert [work.arxiv_id for work in found] == ["2301.00001", "2301.00002"]


def test_a_work_cited_on_many_slides_is_listed_once_with_all_that_is_known() -> None:
    found = works(
        "Lee and Wu. Folding Long Chains at Scale. ICML 2020", '"Folding Long Chains at Scale," Lee, arXiv:2001.00001'
    )
    assert [(work.title, work.arxiv_id, work.year) for work in found] == [
        ("Folding Long Chains at Scale", "2001.00001", 2020)
    ]


def test_the_deck_itself_is_no_cited_work() -> None:
    assert (
        works("Lee et al. Folding Long Chains at Scale. ICML 2020", own="Folding Long Chains at Scale: A Study") == ()
    )


@pytest.mark.parametrize(
    "text",
    [
        'Ann Lee\'s Commemorative Speech: "The third pillar: a revolution of science", Honda Prize, 2013.',
        '"general methods that leverage computation are ultimately the most effective"',
        "[1] Sundar, Taly, and Yan 2017; [2] Lee et al. 2015",
        "1 Oquab et al., 2015; Deriu et al., 2017; Doersch & Zisserman, 2017",
        "By Ann Lee\nContact: someone@example.org",
    ],
)
def test_speeches_slogans_and_short_forms_are_no_works(text: str) -> None:
    assert works(text) == ()


def test_an_id_without_a_title_is_kept_as_a_work_without_title() -> None:
    (work,) = works("Code and paper: openreview.net/forum?id=kzGuiRXZrQ")
    assert (work.title, work.openreview_id) == (None, "kzGuiRXZrQ")


def test_a_first_page_pasted_into_a_slide_is_a_work() -> None:
    (work,) = works(
        "Failure modes of folding networks",
        "Ann Lee^{*,1,2}, Bo Wu³,\nEve Fox^{2}",
        "¹Some University",
        "Abstract",
        "We study folding.",
    )
    assert (work.title, work.authors) == ("Failure modes of folding networks", ("Ann Lee", "Bo Wu", "Eve Fox"))


@given(st.lists(st.text(max_size=300), max_size=5))
def test_any_text_can_be_searched_for_citations(texts: list[str]) -> None:
    for work in works(*texts):
        assert work.title or work.arxiv_id or work.doi or work.openreview_id


def test_hostile_text_is_read_in_linear_time() -> None:
    for text in ('"' * 50_000, "Lee, " * 20_000, "A. " * 30_000, "arXiv:" * 20_000, "(" * 50_000, "et al. " * 20_000):
        works(text)
