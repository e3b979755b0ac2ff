"""The graph: merged, split, linked, and none of it undone by a later page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.errors import UsageError
from kb.models import EventFact, Extraction, LinkFact, PaperFact, PersonFact, TalkFact
from kb.store import Store
from kb.store.apply import PageInfo

EVENT = EventFact(name="AI for Science", series="AI for Science", venue="ICML 2024", year=2024)
FIRST = PageInfo("https://one.example.org/", "2026-01-01T00:00:00Z")
SECOND = PageInfo("https://two.example.org/", "2026-01-02T00:00:00Z")
BOB = Extraction(
    FIRST.url, EVENT, (TalkFact("On proteins and cells", ("Bob Smith",)),), (PersonFact("Bob Smith", "speaker", "MIT"),)
)
ROBERT = Extraction(
    SECOND.url,
    EventFact(name="MLDD", venue="ICLR 2024", year=2024),
    (TalkFact("On molecules and drugs", ("Robert Smith",)),),
    (PersonFact("Robert Smith", "organizer", "Broad"),),
)


@pytest.fixture
def merged(store: Store) -> Store:
    store.apply(BOB, FIRST)
    store.apply(ROBERT, SECOND)
    store.merge("person/bob-smith", "person/robert-smith")
    return store


def test_a_merge_joins_talks_and_keeps_the_old_id(merged: Store) -> None:
    assert merged.get("person/robert-smith") == merged.get("person/bob-smith")
    assert len(merged.neighbour_ids("person/bob-smith")["talks"]) == 2
    assert list(merged.deleted()) == ["person/robert-smith"]
    assert merged.problems() == []


def test_no_later_page_undoes_a_merge(merged: Store) -> None:
    assert merged.apply(ROBERT, SECOND) == ()
    merged.apply(replace(ROBERT, url="https://three.example.org/"), replace(SECOND, url="https://three.example.org/"))
    assert merged.counts()["people"] == 1


def test_a_split_undoes_a_merge(merged: Store) -> None:
    assert merged.split("person/bob-smith") == "person/robert-smith"
    assert merged.counts()["people"] == 2
    assert len(merged.neighbour_ids("person/robert-smith")["talks"]) == 1
    assert merged.neighbour_ids("person/bob-smith")["talks"] == ["talk/icml-2024-ai-for-science/on-proteins-and-cells"]
    assert merged.apply(ROBERT, SECOND) == ()
    assert merged.problems() == []


def test_a_split_by_page_parts_two_people_of_one_name(store: Store) -> None:
    store.apply(BOB, FIRST)
    other = replace(ROBERT, people=(PersonFact("Bob Smith", "organizer", "MIT"),), talks=())
    store.apply(other, SECOND)
    assert store.counts()["people"] == 1
    with pytest.raises(UsageError, match="say which pages"):
        store.split("person/bob-smith")
    assert store.split("person/bob-smith", pages=[SECOND.url]) == "person/bob-smith-2"
    assert store.apply(other, SECOND) == ()
    assert store.counts()["people"] == 2


def test_conflicting_ids_refuse_a_merge(store: Store) -> None:
    scholar = "https://scholar.google.com/citations?user="
    store.apply(replace(BOB, people=(PersonFact("Bob Smith", "speaker", url=scholar + "A"),)), FIRST)
    store.apply(replace(ROBERT, people=(PersonFact("Robert Smith", "speaker", url=scholar + "B"),)), SECOND)
    with pytest.raises(UsageError, match="different scholar ids: A and B"):
        store.merge("person/bob-smith", "person/robert-smith")
    assert store.counts()["people"] == 2


def talk(title: str | None, *, link: str | None = None, summary: str | None = None) -> TalkFact:
    return TalkFact(title, ("Jin Su",), summary=summary, links=(LinkFact("paper", link),) if link else ())


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (talk("SaProt", link="https://openreview.net/forum?id=6MRm3G4NiU"), "links to"),
        (talk("SaProt: Protein Language Modeling with Structure-aware Vocabulary"), "same title, and the speaker"),
        (
            talk("Invited talk", summary="On SaProt: protein language modeling with a structure aware vocabulary."),
            "the speaker's paper",
        ),
        (talk("Something else entirely about weather"), None),
    ],
)
def test_a_talk_is_linked_to_its_paper_with_a_reason(store: Store, fact: TalkFact, why: str | None) -> None:
    title = "SaProt: Protein Language Modeling with Structure-aware Vocabulary"
    store.import_papers([PaperFact(title, openreview_id="6MRm3G4NiU", authors=("Jin Su", "Chenchen Han"))], FIRST)
    store.apply(Extraction(SECOND.url, EVENT, (fact,)), SECOND)
    store.link_changed()
    links = store.links("paper/6MRm3G4NiU")
    if why is None:
        assert links == []
    else:
        assert why in links[0]["why"]
        store.unlink(links[0]["from_id"], "paper/6MRm3G4NiU")
        store.conn.execute("DELETE FROM meta WHERE name = 'linked'")
        store.link_changed()
        assert store.links("paper/6MRm3G4NiU") == []


def test_versions_are_linked_not_merged(store: Store) -> None:
    one = PaperFact("A title of some length", openreview_id="aaaaaaaaaa", authors=("Jin Su",))
    store.import_papers([one, replace(one, openreview_id="bbbbbbbbbb")], FIRST)
    assert store.link_changed() == 1
    assert store.neighbour_ids("paper/aaaaaaaaaa")["versions"] == ["paper/bbbbbbbbbb"]
    assert store.link_changed() == 0
