"""Pages in the shapes that site builders make, written for these tests: what each says is read without site rules."""

from pathlib import Path

import pytest

from kb.models import Extraction
from scrapers.extract import extract

PAGES = Path(__file__).parent / "pages"


def read(name: str, url: str = "https://example.org/workshop/") -> Extraction:
    return extract((PAGES / f"{name}.html").read_bytes(), url=url)


def talks(found: Extraction) -> list[tuple[str | None, tuple[str, ...], str | None]]:
    return [(t.title, t.speakers, t.kind) for t in found.talks]


def people(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    return [(p.name, p.role, p.affiliation) for p in found.people]


def papers(found: Extraction) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(p.title, p.authors) for p in found.papers]


def test_cards_of_an_academic_theme_give_people_and_their_interests_are_no_talks() -> None:
    found = read("academic_people")
    assert talks(found) == []
    assert people(found) == [
        ("Tess Smidt", "speaker", "MIT"),
        ("Gábor Csányi", "speaker", "University of Cambridge"),
        ("Keith Butler", "organizer", "UCL"),
        ("Santiago Miret", "organizer", "Intel Labs"),
    ]


def test_a_one_pager_gives_schedule_speakers_and_papers_and_leaves_out_sponsors_and_footer() -> None:
    found = read("one_pager")
    assert talks(found) == [
        ("Machine learning for transition metal chemistry", ("Heather Kulik",), "invited"),
        ("Foundation models for atomistic simulation", ("Max Welling",), "invited"),
        (
            "What will self-driving labs change?",
            ("Alán Aspuru-Guzik", "Kristin Persson", "Milad Abolhasani", "Santiago Miret"),
            "panel",
        ),
    ]
    assert ("Santiago Miret", "moderator", None) in people(found)
    assert ("Heather Kulik", "speaker", "MIT") in people(found)
    assert not {"Intel", "Radical AI", "Anna Bell"} & {p.name for p in found.people}
    assert papers(found) == [
        ("Symmetry-aware crystal generation", ("Daniel Levy", "Siba Smarak Panigrahi", "Siamak Ravanbakhsh")),
        ("Language models as materials databases", ("Anna Bell", "Carl Diaz")),
        ("Phase diagrams from active learning", ("Eve Fox",)),
    ]
    assert found.papers[0].openreview_id == "AbCdEf1234"
    assert found.event is not None
    assert found.event.venue == "NeurIPS 2024"


def test_bullets_with_times_give_talks_and_a_panel_with_its_chair() -> None:
    found = read("bullets_with_times")
    assert talks(found) == [
        ("Climate repair and the role of AI", ("Emily Shuckburgh",), "invited"),
        ("Machine learning for extreme weather", ("Claire Monteleoni",), "invited"),
        ("Panel discussion", ("Emily Shuckburgh", "Claire Monteleoni", "Scott Hosking"), "panel"),
    ]
    assert ("Anna Vaughan", "organizer", "University of Cambridge") in people(found)


def test_a_definition_list_pairs_dates_and_speakers_with_titles() -> None:
    found = read("definition_list")
    assert talks(found) == [
        ("Operator learning beyond DeepONets", ("George Karniadakis",), "invited"),
        ("Symmetry discovery from data", ("Rose Yu",), "invited"),
    ]
    assert [t.start for t in found.talks] == ["January 12", "January 19"]
    assert [link.kind for link in found.talks[0].links] == ["video"]


def test_a_timetable_of_divs_gives_title_speaker_affiliation_and_description() -> None:
    found = read("div_timetable")
    assert talks(found) == [
        ("Learning plasma control with reinforcement learning", ("Jonas Degrave",), "invited"),
        ("Surrogate models for gyrokinetics", ("Aaron Ho", "Lorenzo Zanisi"), "invited"),
    ]
    assert found.talks[0].affiliation == "Google DeepMind"
    assert (found.talks[0].summary or "").startswith("We describe how deep reinforcement")
    assert found.talks[0].links[0].url == "https://example.org/event/12/slides.pdf"


def test_labelled_keynotes_give_title_abstract_and_speaker() -> None:
    found = read("labelled_keynotes")
    assert talks(found) == [
        ("Safe deployment of clinical AI", ("Suchi Saria",), "keynote"),
        ("Designing machine learning processes for equitable health", ("Marzyeh Ghassemi",), "keynote"),
    ]
    assert found.talks[1].affiliation == "MIT"
    assert (found.talks[0].summary or "").startswith("This talk covers monitoring")


def test_an_accordion_keeps_the_abstracts_that_a_click_would_show() -> None:
    found = read("accordion")
    assert talks(found) == [
        ("Neural operators for weather", ("Anima Anandkumar",), "invited"),
        ("Continual reinforcement learning", ("Doina Precup",), "invited"),
    ]
    assert (found.talks[0].summary or "").startswith("Neural operators learn maps")


def test_cards_of_nothing_but_divs_give_titled_keynotes() -> None:
    found = read("div_cards_with_talks")
    assert talks(found) == [
        ("Gaussian processes for spatial genomics", ("Barbara Engelhardt",), "keynote"),
        ("Decoding regulatory sequence with deep networks", ("Anshul Kundaje",), "keynote"),
    ]
    assert ("Uwe Ohler", "committee", "MDC Berlin") in people(found)


def test_two_days_of_paragraphs_give_italic_titles_with_the_speaker_below() -> None:
    found = read("two_days")
    assert talks(found) == [
        ("Neural population dynamics in the wild", ("Maneesh Sahani",), "invited"),
        ("What do deep networks tell us about vision?", ("Kalanit Grill-Spector",), "invited"),
        ("Foundation models for brain recordings", ("Eva Dyer",), "invited"),
    ]
    assert found.talks[0].affiliation == "Gatsby Unit, UCL"


def test_a_conference_s_virtual_site_gives_kinds_from_badges() -> None:
    found = read("virtual_site")
    assert [(t[1], t[2]) for t in talks(found)] == [
        (("Azalia Mirhoseini",), "invited"),
        (("Anna Bell", "Carl Diaz"), "contributed"),
    ]


def test_an_exported_note_gives_rowspans_lists_and_leaves_the_bibliography() -> None:
    found = read("exported_notes")
    assert talks(found) == [
        ("Design of proteins that do new things", ("David Baker",), "invited"),
        ("Latent diffusion for enzyme scaffolds", ("Carl Diaz", "Eve Fox"), "contributed"),
        ("Cell state models at scale", ("Lena Voss",), "contributed"),
        ("Panel Discussion", ("Aviv Regev", "David Baker", "Kyunghyun Cho"), "panel"),
    ]
    assert ("Kyunghyun Cho", "moderator", None) in people(found)
    assert [p for p in people(found) if p[1] == "organizer"] == [
        ("Lena Voss", "organizer", "MIT"),
        ("Carl Diaz", "organizer", "EPFL"),
        ("Eve Fox", "organizer", "Mila"),
    ]
    assert found.papers == ()


def test_a_table_of_papers_with_details_gives_titles_and_authors() -> None:
    found = read("papers_table_details")
    assert papers(found) == [
        ("Mapping methane plumes from space", ("Vit Ruzicka", "Gonzalo Mateo-Garcia", "Anna Vaughan")),
        ("Forecasting solar generation with graph networks", ("Jakob Zeitler", "Priya Donti")),
    ]


def test_a_paper_list_reads_authors_before_and_after_and_links_of_every_kind() -> None:
    found = read("paper_list", "https://example.org/accepted_papers.html")
    assert papers(found) == [
        (
            "MolGenSurvey: A Systematic Survey in Machine Learning Models for Molecule Design",
            ("Yuanqi Du", "Arian Jamasb", "Tianfan Fu"),
        ),
        ("Euclidean symmetry for crystals", ("Tess Smidt", "Mario Geiger")),
        ("Equivariant transformers at scale", ("Yi-Lun Liao", "Tess Smidt")),
        ("Protein binders without tears", ("Anna Bell", "Carl Diaz")),
    ]
    assert found.papers[0].arxiv_id == "2203.14500"
    assert found.papers[1].url is None
    assert found.papers[2].openreview_id == "KwmPfARgOTD"


def test_json_ld_is_read_where_the_text_says_nothing() -> None:
    found = read("json_ld")
    assert found.event is not None
    assert (found.event.name, found.event.year, found.event.place) == ("Workshop on Simulation", 2025, "Singapore")
    assert ("Rose Yu", "speaker", "UCSD") in people(found)


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.html")))
def test_every_fact_says_where_it_was_read_and_by_whom(name: str) -> None:
    found = read(name)
    for fact in (*found.talks, *found.people, *found.papers):
        assert fact.evidence.extractor
        assert 0 < fact.evidence.confidence <= 1
        assert fact.evidence.place or fact.evidence.extractor.startswith(("metadata", "json"))
