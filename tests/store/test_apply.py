"""One page into the database: once, twice, changed, and gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.models import EventFact, Extraction, LinkFact, PaperFact, PersonFact, TalkFact
from kb.store import Store
from kb.store.apply import PageInfo

WORKSHOP = EventFact(name="AI for Science: Scaling in AI", series="AI for Science", venue="ICML 2024", year=2024)
PAGE = PageInfo("https://example.org/icml24", "2026-01-01T00:00:00Z", "ai4science")


def page(*, talks: tuple[TalkFact, ...] = (), people: tuple[PersonFact, ...] = (), papers: tuple[PaperFact, ...] = (),
         event: EventFact | None = WORKSHOP) -> Extraction:  # fmt: skip
    return Extraction(PAGE.url, event, talks, people, papers)


BAKER = TalkFact("De novo protein design", ("David Baker",), "University of Washington", "invited", "On proteins.",
                 (LinkFact("slides", "https://example.org/s.pdf"),))  # fmt: skip
UNTITLED = TalkFact(None, ("Max Jaderberg",))
FULL = page(
    talks=(BAKER, UNTITLED),
    people=(PersonFact("David Baker", "speaker", "UW"), PersonFact("Wei Wang", "organizer", "MIT")),
    papers=(
        PaperFact("SaProt: Protein Language Modeling", "https://openreview.net/forum?id=6MRm3G4NiU", "6MRm3G4NiU"),
    ),
)


def ids(store: Store) -> set[str]:
    return {row[0] for row in store.conn.execute("SELECT id FROM records")}


def test_ids_are_readable(store: Store) -> None:
    store.apply(FULL, PAGE)
    assert ids(store) == {
        "event/icml-2024-ai-for-science",
        "talk/icml-2024-ai-for-science/de-novo-protein-design",
        "talk/icml-2024-ai-for-science/max-jaderberg",
        "person/david-baker", "person/max-jaderberg", "person/wei-wang",
        "paper/6MRm3G4NiU",
    }  # fmt: skip


def test_the_same_page_twice_changes_nothing(store: Store) -> None:
    store.apply(FULL, PAGE)
    before = list(store.conn.iterdump())
    assert store.apply(FULL, PAGE) == ()
    assert store.apply(FULL, replace(PAGE, fetched_at="2026-02-02T00:00:00Z")) == ()
    assert list(store.conn.iterdump()) == before


def test_a_changed_page_says_what_changed(store: Store) -> None:
    store.apply(FULL, PAGE)
    changes = store.apply(replace(FULL, talks=(replace(BAKER, summary="On binders."), UNTITLED)), PAGE)
    assert [(c.record_id, c.what, c.fields) for c in changes] == [
        ("talk/icml-2024-ai-for-science/de-novo-protein-design", "changed", ("summary",))
    ]


def test_what_a_page_no_longer_says_is_kept_and_marked(store: Store) -> None:
    store.apply(FULL, PAGE)
    changes = store.apply(replace(FULL, talks=(BAKER,)), PAGE)
    assert {(c.record_id, c.what) for c in changes} == {
        ("talk/icml-2024-ai-for-science/max-jaderberg", "vanished"),
        ("person/max-jaderberg", "vanished"),
    }
    assert store.get("person/max-jaderberg") is not None
    assert {c.what for c in store.apply(FULL, PAGE)} == {"returned"}


def test_an_untitled_talk_gains_its_title_and_keeps_its_id(store: Store) -> None:
    store.apply(page(talks=(UNTITLED,)), PAGE)
    titled = page(talks=(TalkFact("Scaling structure prediction", ("Max Jaderberg",)),))
    store.apply(titled, replace(PAGE, url="https://example.org/icml24/schedule"))
    talk = store.get("talk/icml-2024-ai-for-science/max-jaderberg")
    assert talk is not None
    assert talk.title == "Scaling structure prediction"
    assert store.counts()["talks"] == 1


def test_a_review_post_and_a_schedule_give_one_talk(store: Store) -> None:
    store.apply(FULL, PAGE)
    post = EventFact(name="ICML 2024 Highlights", venue="ICML 2024", year=2024)
    store.apply(
        page(
            event=post, talks=(TalkFact("De Novo Protein Design", ("David Baker",), summary="A longer report on it."),)
        ),
        PageInfo("https://blog.example.com/icml24", "2026-01-02T00:00:00Z"),
    )
    assert store.counts()["talks"] == 2
    talk_id = "talk/icml-2024-ai-for-science/de-novo-protein-design"
    assert {m.page_url for m in store.mentions(talk_id)} == {PAGE.url, "https://blog.example.com/icml24"}


@pytest.mark.parametrize(
    ("first", "second", "people"),
    [
        (PersonFact("David Baker", "speaker"), PersonFact("DAVID BAKER", "speaker", "UW"), 1),
        (PersonFact("Michael W. Mahoney", "speaker"), PersonFact("Mahoney, Michael", "organizer"), 1),
        (PersonFact("Michael W. Mahoney", "speaker"), PersonFact("Michael J. Mahoney", "speaker"), 2),
        (PersonFact("Wei Wang", "speaker", "UCLA"), PersonFact("Wei Wang", "organizer", "Tsinghua University"), 2),
        (PersonFact("Wei Wang", "speaker", "UCLA"), PersonFact("Wei Wang", "organizer", "UCLA CS"), 1),
        (
            PersonFact("Ada Fang", "speaker", url="https://scholar.google.com/citations?user=A"),
            PersonFact("Ada Fang", "speaker", url="https://scholar.google.com/citations?user=B"),
            2,
        ),
        (
            PersonFact("Wei Wang", "speaker", "MIT", "https://openreview.net/profile?id=~Wei_Wang3"),
            PersonFact("Wei Wang", "speaker", "UCLA", "https://openreview.net/profile?id=~Wei_Wang3"),
            1,
        ),
    ],
)
def test_one_person_or_two(store: Store, first: PersonFact, second: PersonFact, people: int) -> None:
    store.apply(page(people=(first,)), PAGE)
    other = EventFact(name="Another workshop", venue="ICLR 2025", year=2025)
    store.apply(page(event=other, people=(second,)), PageInfo("https://other.example.com/", "2026-01-02T00:00:00Z"))
    assert store.counts()["people"] == people


@pytest.mark.parametrize("name", ["TBA", "TBD", "and others", "", "???", "Baker", "et al."])
def test_nobody_in_particular_is_no_person(store: Store, name: str) -> None:
    store.apply(page(people=(PersonFact(name, "speaker"),)), PAGE)
    assert store.counts()["people"] == 0


def paper(title: str, *authors: str, **ids: str) -> PaperFact:
    return PaperFact(title, authors=authors, **ids)  # type: ignore[arg-type]  # ids are strings


@pytest.mark.parametrize(
    ("first", "second", "papers"),
    [
        (paper("One title of a paper", "Jin Su"), paper("One Title of a Paper!", "J. Han", "Jin Su"), 1),
        (paper("One title of a paper", "Jin Su"), paper("One title of a paper", "Eva Fox"), 2),
        (paper("One title of a paper"), paper("One title of a paper"), 1),
        (paper("One title of a paper", source_id="a"), paper("One title of a paper", source_id="b"), 2),
        (paper("One", "Jin Su", arxiv_id="2306.14070"), paper("Other", "Eva Fox", arxiv_id="2306.14070"), 1),
        (paper("One title of a paper", "Jin Su", openreview_id="aaaaaaaaaa"),
         paper("One title of a paper", "Jin Su", openreview_id="bbbbbbbbbb"), 2),
        (paper("One title of a paper", "Jin Su", openreview_id="aaaaaaaaaa"),
         paper("One title of a paper", "Jin Su", arxiv_id="2306.14070"), 1),
    ],
)  # fmt: skip
def test_one_imported_paper_or_two(store: Store, first: PaperFact, second: PaperFact, papers: int) -> None:
    store.import_papers([first, second], PAGE)
    assert store.counts()["papers"] == papers


def test_a_page_adds_to_an_imported_paper(store: Store) -> None:
    fact = PaperFact("SaProt: Protein Language Modeling", openreview_id="6MRm3G4NiU", abstract="Of proteins.",
                     authors=("Jin Su",), source_id="or:6MRm3G4NiU")  # fmt: skip
    assert store.import_papers([fact], PageInfo("import:list", "2026-01-01T00:00:00Z")) == (1, 0)
    store.apply(FULL, PAGE)
    record = store.get("paper/6MRm3G4NiU")
    assert record is not None
    assert record.abstract == "Of proteins."  # type: ignore[union-attr]  # it is a paper
    assert record.source_id == "or:6MRm3G4NiU"  # type: ignore[union-attr]
    assert {m.page_url for m in store.mentions(record.id)} == {"import:list", PAGE.url}
    assert store.import_papers([fact], PageInfo("import:list", "2026-01-01T00:00:00Z")) == (0, 0)


def test_a_correction_outlives_every_refresh(store: Store) -> None:
    store.apply(FULL, PAGE)
    store.edit("person/david-baker", {"homepage": "https://baker.example.org"})
    store.apply(replace(FULL, people=(PersonFact("David Baker", "speaker", "UW", "https://new.example.org"),)), PAGE)
    assert store.get("person/david-baker").homepage == "https://baker.example.org"  # type: ignore[union-attr]


def test_a_forgotten_person_does_not_come_back(store: Store) -> None:
    own = PaperFact("A paper of his own", "https://example.org/p", authors=("David Baker", "Jin Su"))
    store.apply(replace(FULL, papers=(own,)), PAGE)
    store.forget("person/david-baker")
    store.apply(FULL, replace(PAGE, url="https://example.org/again"))
    assert store.get("person/david-baker") is None
    text = "\n".join(store.conn.iterdump())
    assert "David Baker" not in text.replace("De novo", "")
    assert store.problems() == []


def test_a_forgotten_page_does_not_come_back(store: Store) -> None:
    store.apply(FULL, PAGE)
    assert store.forget_page(PAGE.url) == 7
    assert store.apply(FULL, PAGE) == ()
    assert ids(store) == set()
    assert store.problems() == []


@pytest.mark.parametrize(
    ("other_url", "events"),
    [
        ("https://example.org/schedule.html", 1),
        ("https://example.org/papers/", 1),
        ("https://example.org/blog/2024/07/icml-in-review.html", 2),
        ("https://elsewhere.example.com/", 2),
    ],
)
def test_pages_beside_one_another_are_of_one_event(store: Store, other_url: str, events: int) -> None:
    store.apply(FULL, PAGE)
    called = EventFact(name="Schedule of the day", venue="ICML 2024", year=2024)
    store.apply(page(event=called), replace(PAGE, url=other_url))
    assert store.counts()["events"] == events


def test_an_interrupted_page_leaves_nothing(store: Store) -> None:
    store.apply(page(people=(PersonFact("Ada Fang", "speaker"),)), PAGE)
    before = list(store.conn.iterdump())

    def killed_half_way() -> None:
        with store.writer() as writer:
            writer.apply(FULL, replace(PAGE, url="https://example.org/other"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed_half_way()
    assert list(store.conn.iterdump()) == before


def test_the_text_of_slides_is_kept_with_the_talk(store: Store) -> None:
    deck = Extraction(
        PAGE.url, None, (TalkFact("On turbulence", ("Eve Fox",), kind="slides"),), pages=("One", "", "Spectral bias")
    )
    store.apply(deck, PAGE)
    assert store.slides("talk/no-event/on-turbulence") == {1: "One", 3: "Spectral bias"}
    assert "Spectral bias" in next(d for d in store.documents() if d.kind == "talk").text
    assert store.apply(deck, PAGE) == ()
    changes = store.apply(replace(deck, pages=("One", "Two")), PAGE)
    assert [(c.what, c.fields) for c in changes] == [("changed", ("slides",))]


def test_talks_of_one_title_and_different_speakers_stay_two_when_read_again(store: Store) -> None:
    both = page(talks=(TalkFact("Invited Talk", ("Eve Fox",)), TalkFact("Invited Talk", ("Ann Bell",))))
    store.apply(both, PAGE)
    assert store.counts()["talks"] == 2
    assert store.apply(both, PAGE) == ()


def test_slots_alike_on_one_page_stay_as_many_when_read_again(store: Store) -> None:
    twice = page(talks=(TalkFact("Poster Session", start="10:00"), TalkFact("Poster Session", start="15:00")))
    store.apply(twice, PAGE)
    assert store.counts()["talks"] == 2
    assert store.apply(twice, PAGE) == ()


def test_a_forgotten_authors_name_does_not_come_back_in_a_list(store: Store) -> None:
    store.apply(FULL, PAGE)
    store.forget("person/david-baker")
    store.import_papers([PaperFact("Of proteins", authors=("David Baker", "Jin Su"))], PAGE)
    paper = store.get("paper/of-proteins")
    assert paper is not None
    assert [person.name for person in paper.people] == ["Jin Su"]  # type: ignore[union-attr]  # it is a paper


def test_forgetting_one_panel_leaves_another(store: Store) -> None:
    panel = TalkFact("Panel Discussion", ("Eve Fox",), kind="panel")
    store.apply(page(talks=(panel,)), PAGE)
    store.forget("talk/icml-2024-ai-for-science/panel-discussion")
    assert {change.what for change in store.apply(page(talks=(panel,)), PAGE)} <= {"vanished"}
    store.apply(
        page(talks=(replace(panel, speakers=("Ann Bell",)),)), replace(PAGE, url="https://example.org/other/x/y")
    )
    assert store.counts()["talks"] == 1


def test_a_forgotten_event_does_not_come_back_and_its_talks_stay_editable(store: Store) -> None:
    store.apply(FULL, PAGE)
    store.forget("event/icml-2024-ai-for-science")
    store.edit("talk/icml-2024-ai-for-science/de-novo-protein-design", {"title": "De novo design"})
    store.apply(FULL, PAGE)
    assert store.counts()["events"] == 0
    assert store.problems() == []


def test_a_doi_is_one_in_any_case_and_ids_of_two_lists_are_two(store: Store) -> None:
    fact = PaperFact("One", doi="10.1/ABC", authors=("Jin Su",))
    store.import_papers([fact], PAGE)
    store.import_papers([replace(fact, doi="10.1/abc", title="Other")], PAGE)
    assert store.counts()["papers"] == 1
    for name, author in (("a", "Eve Fox"), ("b", "Ann Bell")):
        mine = PaperFact("One title of a paper", source_id="1", authors=(author,))
        store.import_papers([mine], replace(PAGE, url=f"import:{name}"))
    assert store.counts()["papers"] == 3
