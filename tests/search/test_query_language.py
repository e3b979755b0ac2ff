"""The query language: what is text, what is a condition, and that no string is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import UsageError
from kb.query import FIELDS, Filter, Part, Query, parse


def test_words_phrases_exclusions_and_filters_are_told_apart() -> None:
    query = parse('protein design kind:talk year:2023..2024 person:"David Baker" -diffusion "exact phrase" tag:to-read')
    assert query.text == "protein design exact phrase"
    assert query.phrases == ("exact phrase",)
    assert query.excluded == (Part("diffusion", excluded=True),)
    assert query.filters == (
        Filter("kind", ("talk",)),
        Filter("year", ("2023..2024",)),
        Filter("person", ("David Baker",)),
        Filter("tag", ("to-read",)),
    )


@pytest.mark.parametrize(
    "text", ["https://example.org/a", "kind:banana", "year:soon", "kind:", "a:b", "12:30", "-", "--deep", "year:20-21"]
)
def test_what_is_no_known_field_or_no_possible_value_is_text(text: str) -> None:
    query = parse(text)
    assert not query.filters
    assert query.text == text


def test_an_unclosed_quote_closes_at_the_end() -> None:
    assert parse('deep "neural nets').parts == (Part("deep"), Part("neural nets", quoted=True))
    assert parse('venue:"ICML 2024').filters == (Filter("venue", ("ICML 2024",)),)


def test_one_valued_fields_given_twice_take_either_and_others_both() -> None:
    assert parse("kind:talk kind:papers").filters == (Filter("kind", ("talk", "paper")),)
    assert parse("has:slides has:video").filters == (Filter("has", ("slides",)), Filter("has", ("video",)))
    assert parse("venue:ICML,NeurIPS").filters == (Filter("venue", ("ICML", "NeurIPS")),)


def test_filters_can_be_negated() -> None:
    assert parse("-tag:read -kind:paper").filters == (Filter("tag", ("read",), True), Filter("kind", ("paper",), True))


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("year:2024", ((2024, 2024),)),
        ("year:2023..2024", ((2023, 2024),)),
        ("year:2024-2023", ((2023, 2024),)),
        ("year:2023..", ((2023, None),)),
        ("year:..2023", ((None, 2023),)),
        ("year:>2023", ((2024, None),)),
        ("year:<=2023", ((None, 2023),)),
        ("year:2019,2021..2022", ((2019, 2019), (2021, 2022))),
    ],
)
def test_years_are_ranges(text: str, ranges: tuple[tuple[int | None, int | None], ...]) -> None:
    assert parse(text).filters[0].year_ranges() == ranges


def test_a_hyphen_inside_a_word_excludes_nothing() -> None:
    assert parse("SE(3)-equivariant").text == "SE(3)-equivariant"


def test_quotes_and_dashes_in_a_pasted_paragraph_are_prose() -> None:
    query = parse('the "exact: phrase" and -foo ' + "word " * 40 + "kind:paper")
    assert query.text.startswith("the exact phrase and foo word")
    assert not query.phrases
    assert not query.excluded
    assert query.filters == (Filter("kind", ("paper",)),)
    assert parse(str(query)) == query


def test_curly_quotes_quote() -> None:
    assert parse("“protein folding”").phrases == ("protein folding",)


def test_control_and_bidi_characters_are_dropped() -> None:
    assert parse("pro\x00tein\x1b[31m \u202edesign").text == "protein design"


def test_explain_says_how_each_part_was_read() -> None:
    lines = parse('graphs "exact words" -foo kind:talk year:2020.. -tag:read').explain().splitlines()
    assert lines == [
        "words: graphs",
        'has to occur: "exact words"',
        'must not occur: "foo"',
        "kind is talk",
        "year is 2020..",
        "tag is not read",
    ]
    assert parse("  ").explain() == "everything, newest first"


def test_keyword_filters_narrow_what_the_text_says() -> None:
    query = parse("graphs kind:talk").with_filters(kinds=["paper"], years=[2024, (2020, 2021)], people="Ada Lovelace")
    assert query.filters == (
        Filter("kind", ("talk",)),
        Filter("kind", ("paper",)),
        Filter("year", ("2024", "2020..2021")),
        Filter("person", ("Ada Lovelace",)),
    )
    assert query.without("kind", "year").filters == (Filter("person", ("Ada Lovelace",)),)
    assert parse("graphs").with_filters(kinds=None, venues=[]) == parse("graphs")


def test_an_impossible_keyword_filter_names_the_value() -> None:
    with pytest.raises(UsageError, match="'banana' is no possible kind"):
        parse("").with_filters(kinds=["banana"])
    with pytest.raises(UsageError, match="'soon'"):
        parse("").with_filters(years=["soon"])


_WORDISH = st.text(alphabet=st.sampled_from('ab -:,".0123..<>=“” \t\n*()'), max_size=40)
_MIXED = st.lists(
    st.one_of(_WORDISH, st.sampled_from([f"{name}:" for name in FIELDS]), st.just('"'), st.text(max_size=8)), max_size=8
).map("".join)


@given(st.one_of(st.text(), _MIXED))
def test_any_string_is_a_query_and_survives_being_written_and_read_again(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query
    assert isinstance(query.explain(), str)
    for item in query.filters:
        assert item.values
        if item.field == "year":
            assert item.year_ranges()


@pytest.mark.parametrize("unit", ['"', "a:", "a,", 'kind:"', "-", "year:2020..", "(", "\x00", "אב ", "🧬"])
def test_a_hundred_thousand_characters_are_read(unit: str) -> None:
    query = parse(unit * (100_000 // len(unit)))
    assert isinstance(query, Query)
