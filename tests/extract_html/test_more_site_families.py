"""More shapes: image tables, line breaks, nested bullets, modals, tabs, a conference app, a recap post."""

from pathlib import Path

from kb.models import Extraction
from scrapers.extract import extract

PAGES = Path(__file__).parent / "pages"


def read(name: str, url: str = "https://example.org/workshop/") -> Extraction:
    return extract((PAGES / f"{name}.html").read_bytes(), url=url)


def talks(found: Extraction) -> list[tuple[str | None, tuple[str, ...], str | None]]:
    return [(t.title, t.speakers, t.kind) for t in found.talks]


def people(found: Extraction, role: str) -> list[tuple[str, str | None]]:
    return [(p.name, p.affiliation) for p in found.people if p.role == role]


def papers(found: Extraction) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(p.title, p.authors) for p in found.papers]


def test_a_table_of_portraits_gives_one_person_a_cell() -> None:
    found = read("image_table")
    assert people(found, "speaker") == [
        ("Katie Bouman", "Caltech"),
        ("Sara Beery", "MIT"),
        ("Aleksandrina Goeva", "Broad Institute"),
        ("Ellen Zhong", "Princeton University"),
    ]
    assert len(people(found, "committee")) == 5
    assert papers(found) == [
        ("Seeing black holes twice", ("Anna Bell", "Carl Diaz")),
        ("Counting salmon in sonar", ("Eve Fox",)),
        ("Cryo-EM for the impatient", ("Lena Voss", "Uwe Ohler")),
    ]


def test_a_page_of_line_breaks_gives_talks_papers_and_organizers() -> None:
    found = read("line_breaks")
    assert [(t[0], t[1]) for t in talks(found)] == [
        ("Causality and exoplanets", ("Bernhard Schölkopf",)),
        ("Towards physics-informed deep learning for turbulent flow prediction", ("Jian Sun",)),
        (
            "JAX, M.D.: End-to-End Differentiable, Hardware Accelerated, Molecular Dynamics in Pure Python",
            ("Sam Schoenholz",),
        ),
        ("Innovating machine learning with near-term quantum computing", ("Maria Schuld",)),
    ]
    assert [link.kind for link in found.talks[0].links] == ["video", "slides"]
    assert papers(found)[1] == ("Flow-based sampling for lattice theories", ("Gurtej Kanwar", "Phiala Shanahan"))
    assert people(found, "organizer")[2] == ("Gilles Louppe", "University of Liège")


def test_old_tables_with_colspans_give_keynotes_and_labelled_chairs() -> None:
    found = read("old_tables")
    assert talks(found) == [
        ("Data science against a pandemic", ("Nuria Oliver",), "keynote"),
        ("Guarani speech recognition with little data", ("Marvin Aguero-Torales",), "contributed"),
        ("Maize yields from orbit", ("Luis Perez", "Ana Gomez"), "contributed"),
        ("Limitations of data-driven AI", ("Ricardo Baeza-Yates",), "keynote"),
    ]
    assert people(found, "organizer") == [
        ("Maria Luisa Santiago", "Accel.ai"),
        ("Laura Montoya", "Accel.ai"),
        ("Andres Munoz Medina", "Google"),
        ("Pablo Fonseca", "Universidad Peruana"),
        ("Juan Banda", None),
    ]


def test_details_hold_labelled_talks_and_a_missing_abstract_is_none() -> None:
    found = read("details_keynotes")
    assert talks(found) == [
        ("Who builds health AI", ("Leo Celi",), "keynote"),
        ("Causality at the bedside", ("Shalmali Joshi",), "keynote"),
    ]
    assert found.talks[1].affiliation == "Columbia University"
    assert found.talks[1].summary is None


def test_a_modal_adds_the_biography_and_no_second_person_and_no_talk() -> None:
    found = read("modals")
    assert found.talks == ()
    assert people(found, "speaker") == [("Isabelle Guyon", "Google Brain"), ("Peter Mattson", "MLCommons")]


def test_nested_bullets_give_kind_speaker_and_title() -> None:
    assert talks(read("nested_bullets")) == [
        ("Conformal prediction in the wild", ("Emmanuel Candès",), "keynote"),
        ("Learned priors for tomography", ("Carl Diaz", "Eve Fox"), "contributed"),
        ("Phase retrieval without phases", ("Lena Voss",), "contributed"),
        ("Learning to solve inverse problems", ("Rebecca Willett",), "invited"),
    ]


def test_a_recap_post_gives_talks_papers_and_its_author() -> None:
    found = read("recap_post", "https://example.org/2025/08/02/recap.html")
    assert [(t[0], t[1]) for t in talks(found)] == [
        ("Lab in a loop", ("Aviv Regev",)),
        ("New functions by design", ("David Baker",)),
    ]
    assert (found.talks[0].summary or "").startswith("Regev opened the GenBio workshop")
    assert [(p.title, p.openreview_id or p.arxiv_id) for p in found.papers] == [
        ("Cells as programs", "2505.01234"),
        ("Scaling laws for cryo-EM", "QwErTy1234"),
    ]
    assert people(found, "author") == [("Lena Voss", None)]


def test_a_seminar_table_keeps_the_date_of_each_talk() -> None:
    found = read("seminar_table")
    assert [(t.title, t.speakers, t.start) for t in found.talks] == [
        ("Reliable AI: from theory to spiking networks", ("Gitta Kutyniok",), "Wed Nov 12"),
        ("Approximation theory of sequence models", ("Qianxiao Li",), "Wed Nov 19"),
        ("Sparse recovery by reading tea leaves", ("Bubacarr Bah",), "Wed Dec 3"),
    ]


def test_a_conference_app_gives_talks_without_their_rooms() -> None:
    found = read("conference_app")
    assert talks(found)[:2] == [
        ("What Proteins Want", ("Frances Arnold",), "keynote"),
        ("Agents in the Wet Lab", ("Andrew White", "Sam Rodriques"), "invited"),
    ]
    assert found.talks[0].affiliation == "Caltech"


def test_tabs_that_a_click_would_open_are_read() -> None:
    found = read("tabs")
    assert [(t.title, t.speakers, t.affiliation) for t in found.talks] == [
        ("Surfaces that bind surfaces", ("Bruno Correia",), "EPFL"),
        ("What fitness landscapes hide from us", ("Jennifer Listgarten",), "UC Berkeley"),
    ]
    assert papers(found) == [("Binding by design", ("Anna Bell", "Carl Diaz")), ("Folding by accident", ("Eve Fox",))]
