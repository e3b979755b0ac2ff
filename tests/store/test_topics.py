"""Topics: a stable taxonomy, given to records by what names them."""

from __future__ import annotations

import pytest

from kb.errors import UsageError
from kb.home import Home, write_atomically
from kb.models import PaperFact
from kb.store import Store
from kb.store.apply import PageInfo
from kb.topics import taxonomy

PAGE = PageInfo("import:list", "2026-01-01T00:00:00Z")


def test_the_taxonomy_has_two_levels_and_ids_of_its_own() -> None:
    topics = taxonomy().topics
    fields = [topic for topic in topics.values() if topic.field is None]
    assert len(fields) == 12
    assert 55 <= len(topics) - len(fields) <= 70
    assert all(topic.field in topics for topic in topics.values() if topic.field)
    assert all(topic.words and topic.about for topic in topics.values() if topic.field)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("De novo protein design with diffusion", "", {"protein-design", "proteins"}),
        ("A new method", "We forecast floods. Flood risk grows.", {"extremes-and-hazards", "climate-and-weather"}),
        ("A new method", "It was tried on one protein design task.", set()),
        ("Batteries and alloys", "", {"batteries-and-energy-materials", "materials-discovery", "materials"}),
        ("", "", set()),
        ("Attention is all you need", "Transformers translate sentences.", set()),
    ],
)
def test_a_text_is_about_what_it_names(title: str, text: str, expected: set[str]) -> None:
    assert set(taxonomy().topics_of(title, text)) == expected


def test_records_get_topics_once_and_keep_them(store: Store) -> None:
    store.import_papers(
        [PaperFact("Weather forecasting at scale", authors=("Eve Fox",), year=2024, venue="ICML 2024")], PAGE
    )
    store.link_changed()
    generation = store.generation()
    assert next(store.documents()).topics == ("climate-and-weather", "weather-forecasting")
    assert [(c.year, c.venue, c.count) for c in store.topic_counts("weather-forecasting")] == [(2024, "ICML 2024", 1)]
    assert store.link_changed() == 0
    assert store.generation() == generation


def test_a_users_own_topic_is_used(home: Home, store: Store) -> None:
    own = '[[topics]]\nid = "tea"\nname = "Tea"\nwords = ["tea garden"]\nfield = "earth"\n'
    write_atomically(home.settings, own)
    store.import_papers([PaperFact("Walking in tea gardens")], PAGE)
    store.link_changed()
    assert set(next(store.documents()).topics) == {"tea", "earth"}
    write_atomically(home.settings, '[[topics]]\nid = "tea"\nname = "Tea"\n')
    store.import_papers([PaperFact("More tea gardens")], PAGE)
    with pytest.raises(UsageError, match="has no words"):
        store.link_changed()
