"""Title pages of decks: what is the title, who speaks, where from, when and where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.documents.title_page import Line, TitlePage, organisation, read_title_page


def text_page(text: str) -> TitlePage:
    paragraphs = text.split("\n\n")
    return read_title_page([Line(line, paragraph=n) for n, part in enumerate(paragraphs) for line in part.splitlines()])


def slide(*lines: tuple[str, float, float]) -> TitlePage:
    """Lines as (text, size, top)."""
    return read_title_page([Line(text, size=size, top=top, bottom=top - size) for text, size, top in lines])


def people(page: TitlePage) -> list[tuple[str, str | None, str | None]]:
    return [(person.name, person.role, person.affiliation) for person in page.people]


def test_a_text_gives_title_speaker_affiliation_and_date_in_this_order() -> None:
    page = text_page(
        "Foundations of Folding\n\nAnn W. Lee\n\nICSI, LBNL, & Dept of Statistics, UC Berkeley\n\nApril 2025"
    )
    assert (page.title, page.dates) == ("Foundations of Folding", "April 2025")
    assert people(page) == [("Ann W. Lee", "speaker", "ICSI, LBNL, & Dept of Statistics, UC Berkeley")]


def test_footnote_marks_lead_to_the_organisation_of_each_author() -> None:
    page = slide(
        ("@annlee", 55, 110),
        ("1 Institute of Robotics, ETH Zurich, Switzerland", 42, 336),
        ("2 MPI for Intelligent Systems, Tübingen, Germany", 42, 290),
        ("Ann Lee1, Bo Wu2 and Eve Fox1", 56, 404),
        ("Learning Folded Representations for Estimating", 73, 623),
        ("Individual Response Curves", 73, 549),
        ("AAAI | 2020", 57, 109),
    )
    assert page.title == "Learning Folded Representations for Estimating Individual Response Curves"
    assert people(page) == [
        ("Ann Lee", "speaker", "ETH Zurich"),
        ("Bo Wu", "author", "MPI for Intelligent Systems"),
        ("Eve Fox", "author", "ETH Zurich"),
    ]
    assert page.occasion == "AAAI | 2020"


def test_a_smaller_second_line_after_a_colon_belongs_to_the_title() -> None:
    page = slide(("Not to Fold:", 54, 506), ("Multitask Learning in Critical Care", 43, 451), ("Ann Lee", 30, 300))
    assert page.title == "Not to Fold: Multitask Learning in Critical Care"


def test_a_subtitle_in_its_own_size_is_set_off() -> None:
    page = slide(
        ("Attentive Mixtures of Experts", 52, 482), ("Important Features with Networks", 45, 414), ("Ann Lee", 30, 300)
    )
    assert page.title == "Attentive Mixtures of Experts: Important Features with Networks"


def test_position_organisation_and_coauthors_over_two_lines() -> None:
    page = slide(
        ("The coming era of folding", 32, 118),
        ("Ann Lee, Senior Director and Head of Folding, GSK", 12, 68),
        ("Co-authors: Bo Wu, Pascal Foe (Harvard), Mathieu", 10, 42),
        ("Chevalley, Cornelia van Duijn (Oxford)", 10, 32),
        ("11 February 2025 - Norway Life Science 2025", 14, 144),
    )
    assert people(page) == [
        ("Ann Lee", "speaker", "GSK"),
        ("Bo Wu", "author", None),
        ("Pascal Foe", "author", "Harvard"),
        ("Mathieu Chevalley", "author", None),
        ("Cornelia van Duijn", "author", "Oxford"),
    ]
    assert (page.dates, page.occasion) == ("11 February 2025", "Norway Life Science 2025")


def test_each_author_over_their_own_affiliation() -> None:
    page = text_page("On Folding Long Chains\n\nAnn Lee\nETH Zürich\n\nBo Wu\nUniversity of Oslo")
    assert people(page) == [("Ann Lee", "speaker", "ETH Zürich"), ("Bo Wu", "author", "University of Oslo")]


def test_addresses_are_cut_to_the_organisation() -> None:
    assert organisation("Neurocritical Care Unit, University Hospital Zurich") == "University Hospital Zurich"
    assert organisation("Dept of Computer Science, ETH Zurich, Switzerland") == "ETH Zurich"
    assert organisation("Somewhere Else") == "Somewhere Else"


def test_a_page_without_text_is_no_title_page() -> None:
    assert read_title_page([]) == TitlePage()
    assert read_title_page([Line("!"), Line("42"), Line("@someone")]) == TitlePage()


@given(st.lists(st.tuples(st.text(max_size=60), st.floats(0, 100), st.floats(0, 1000)), max_size=12))
def test_any_lines_give_a_page(lines: list[tuple[str, float, float]]) -> None:
    page = slide(*lines)
    assert page.title is None or page.title.strip()
