"""Author lists in every style that slides and reference lists use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.documents.bylines import bare_name, is_name, split_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ann Lee, Bo Wu and Carla P. Gomes", ("Ann Lee", "Bo Wu", "Carla P. Gomes")),
        ("Lee, van der Heide, Wu, and Mahoney", ("Lee", "van der Heide", "Wu", "Mahoney")),
        ("Lee, A., Wu, B. C., and Li, X.", ("A. Lee", "B. C. Wu", "X. Li")),
        ("Lee, Ann, Wu, Bo, and Karlen, Walter.", ("Ann Lee", "Bo Wu", "Walter Karlen")),
        ("A. Lee, B. Wu and J.M. Buhmann.", ("A. Lee", "B. Wu", "J.M. Buhmann")),
        ("Ann Lee1, Bo Wu2*, Eve Fox^{1,2} & Jo Ng³", ("Ann Lee", "Bo Wu", "Eve Fox", "Jo Ng")),
        ("Lee et al.", ("Lee",)),
        ("Prof. Ann Lee, Dr. Bo Wu, PhD", ("Ann Lee", "Bo Wu")),
        ("Žiga Avsec; Bernhard Schölkopf; Jean-Luc O’Neil", ("Žiga Avsec", "Bernhard Schölkopf", "Jean-Luc O’Neil")),
    ],
)
def test_names_come_out_one_by_one(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize(
    "text",
    ["Honda Prize", "Graph Neural Networks", "ETH Zurich", "IEEE Micro", "KDD (2019)", "we use attention", "", "1234"],
)
def test_prizes_topics_and_organisations_are_no_names(text: str) -> None:
    assert split_names(text) is None


def test_a_surname_alone_is_a_name_only_in_reference_lists() -> None:
    assert not is_name("Mahoney")
    assert is_name("Mahoney", surname_alone=True)
    assert split_names("Lee, Wu", surnames=False) is None


def test_decoration_is_not_part_of_a_name() -> None:
    assert bare_name("Prof. Dr. Ann Lee, Ph.D.*") == "Ann Lee"


@given(st.text(max_size=200))
def test_any_text_is_a_list_or_none(text: str) -> None:
    names = split_names(text)
    assert names is None or all(names)
