"""Filters put into a query and taken out again, and completion: text to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import Event, Person
from tui.narrow import being_typed, complete, facets, is_active, toggle, value_of


def test_a_facet_goes_in_and_out_of_a_query() -> None:
    narrowed = toggle('protein -dna "binding site"', "venue", "ICML 2024")
    assert narrowed == 'protein -dna "binding site" venue:"ICML 2024"'
    assert is_active(narrowed, "venue", "icml 2024")
    assert toggle(narrowed, "venue", "ICML 2024") == 'protein -dna "binding site"'


def test_two_values_of_a_field_are_alternatives() -> None:
    both = toggle(toggle("x", "year", "2023"), "year", "2024")
    assert both == "x year:2023,2024"
    assert toggle(both, "year", "2023") == "x year:2024"


@given(st.text(max_size=50), st.sampled_from(["kind", "venue", "year", "topic"]))
def test_toggling_twice_keeps_what_was_asked_for(text: str, field: str) -> None:
    value = {"kind": "talk", "year": "2024"}.get(field, "Some Venue")
    once = toggle(text, field, value)
    assert is_active(once, field, value) != is_active(text, field, value)


def test_the_panel_lists_what_is_asked_for_first_and_years_in_order() -> None:
    counts = {"venue": (("ICML", 5), ("ICLR", 3)), "year": (("2022", 9), ("2024", 1)), "source": (("x", 1),)}
    listed = facets("kind:talk venue:iclr", counts)
    assert [(f.field, f.value, f.count, f.active) for f in listed] == [
        ("kind", "talk", None, True),
        ("venue", "ICLR", 3, True),
        ("venue", "ICML", 5, False),
        ("year", "2024", 1, False),
        ("year", "2022", 9, False),
    ]


@pytest.mark.parametrize(
    ("typed", "values", "completed"),
    [
        ("ven", (), "venue:"),
        ("protein ki", (), "protein kind:"),
        ("-ven", (), "-venue:"),
        ("venue:IC", ("NeurIPS", "ICML 2024"), 'venue:"ICML 2024"'),
        ('x venue:"icml 2', ("ICML 2024",), 'x venue:"ICML 2024"'),
        ("kind:t", ("talk", "paper"), "kind:talk"),
        ("venue:", ("ICML",), None),
        ("protein", ("proteins",), None),
        ("v", (), None),
        ("", (), None),
        ('"open phrase ven', (), None),
        ("nonsense:x", ("xy",), None),
    ],
)
def test_the_last_word_is_completed(typed: str, values: tuple[str, ...], completed: str | None) -> None:
    assert complete(typed, values) == completed


@given(st.text(max_size=60))
def test_any_text_can_be_completed_or_not(text: str) -> None:
    being_typed(text)
    completed = complete(text, ("a", "b c"))
    assert completed is None or completed.casefold().startswith(text.casefold()[: len(text.rpartition(" ")[0])])


def test_a_record_tells_its_own_values() -> None:
    event = Event("event/x", "X", venue="ICML", year=2024)
    assert [value_of(event, field) for field in ("kind", "venue", "year", "topic")] == ["event", "ICML", "2024", None]
    assert value_of(Person("person/x", "X"), "venue") is None
