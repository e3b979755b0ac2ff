"""Rules that hold for sites nobody has looked at: a snippet for each, and whole pages of 24 families with a floor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.models import Extraction
from kb.names import name_key
from kb.text import fold
from scrapers.extract import extract
from scrapers.extract.html.reader import read_html

FAMILIES = Path(__file__).parent / "families"
EXPECTED = json.loads((FAMILIES / "expected.json").read_text(encoding="utf-8"))
TOP = "<title>Foo @ NeurIPS 2022</title><h1>Workshop on Foo, NeurIPS 2022</h1>"
SENTENCES = "We study how such systems behave when labels are noisy. The method is tested on three benchmarks."


def read(body: str) -> Extraction:
    return read_html(TOP + body, "https://example.org/2022/page.html")


def talks(found: Extraction) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(t.title, t.speakers) for t in found.talks]


def people(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    return [(p.name, p.role, p.affiliation) for p in found.people]


def papers(found: Extraction) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(p.title, p.authors) for p in found.papers]


def test_orals_among_accepted_papers_are_papers_and_brackets_around_a_link_are_no_title() -> None:
    found = read(
        "<h2>Accepted Papers</h2><h3>Oral</h3><ul>"
        "<li><p>Flow matching on lattices. Nikita Bell. [<a href='https://openreview.net/forum?id=eMa5xy'>paper</a>]</p>"
        "<li><p>Reading diffraction patterns with care. Anna Diaz, Carl Fox. "
        "[<a href='https://openreview.net/forum?id=dLL4xy'>paper</a>]</p></ul>"
    )
    assert not found.talks
    assert papers(found) == [
        ("Flow matching on lattices", ("Nikita Bell",)),
        ("Reading diffraction patterns with care", ("Anna Diaz", "Carl Fox")),
    ]


def test_a_volume_without_a_heading_is_a_list_of_papers() -> None:
    row = (
        "<div><p>{0}</p><p>{1}; Proceedings of the 3rd Symposium, PMLR 225:1-14</p>"
        "<p>[<a href='/v225/{2}.html'>abs</a>][<a href='/v225/{2}.pdf'>Download PDF</a>]</p></div>"
    )
    rows = (
        row.format("Contrastive learning for medical time series", "Anna Bell, Carl Diaz", "a"),
        row.format("Risk estimation from sparse records", "Eve Fox, Lena Voss", "b"),
        row.format("Diffusion models for ultrasound images", "Jonas Berg", "c"),
    )
    found = read("".join(rows))
    assert papers(found) == [
        ("Contrastive learning for medical time series", ("Anna Bell", "Carl Diaz")),
        ("Risk estimation from sparse records", ("Eve Fox", "Lena Voss")),
        ("Diffusion models for ultrasound images", ("Jonas Berg",)),
    ]
    assert found.papers[0].url == "https://example.org/v225/a.pdf"


def test_a_table_with_columns_for_titles_and_speakers_needs_no_heading() -> None:
    found = read(
        "<h3>Monday</h3><table><tr><th>Lecture<th>Lecturer<th>Slides</tr>"
        "<tr><td>Introduction to deep learning<td>Lucas Meyer<td><a href='a.pdf'>PDF</a></tr>"
        "<tr><td>Graph networks<td>Eve Fox<br>Google Brain<td>n/a</tr></table>"
    )
    assert talks(found) == [("Introduction to deep learning", ("Lucas Meyer",)), ("Graph networks", ("Eve Fox",))]
    assert [link.kind for link in found.talks[0].links] == ["slides"]
    assert people(found)[1] == ("Eve Fox", "speaker", "Google Brain")


def test_bullets_of_a_day_name_speakers_titles_and_what_was_taken_home() -> None:
    found = read(
        "<h2>Day 1</h2><ul><li><b>Shakir Bell</b> (DeepMind): <i>The four pillars of learning</i>. "
        "Shakir argued for products as one pillar.</li>"
        "<li><b>Raquel Diaz</b>: <i>Affordable self-driving cars</i>. Maps are cheaper when they are learned.</li>"
        "<li><b>Arthur Fox</b> (UCL): <i>Interpretable features for distributions</i>. "
        "Tests that show where samples differ.</li></ul>"
    )
    assert talks(found) == [
        ("The four pillars of learning", ("Shakir Bell",)),
        ("Affordable self-driving cars", ("Raquel Diaz",)),
        ("Interpretable features for distributions", ("Arthur Fox",)),
    ]
    assert found.talks[0].summary == "Shakir argued for products as one pillar."


def test_a_date_with_a_time_is_no_title() -> None:
    row = (
        "<div><div><a href='/talk/{0}'>{1}</a></div><div>{2}</div>"
        "<div><span>Dec 12, 2020 9:00 AM</span><span><a href='/author/{0}'>{3}</a>, DeepMind</span></div></div>"
    )
    found = read(
        "<h2>Invited Talks</h2>"
        + row.format("x", "Learning mesh-based simulation", SENTENCES, "Tobias Meyer")
        + row.format("y", "Differentiable programming for fluids", SENTENCES, "Nils Berg")
    )
    assert talks(found) == [
        ("Learning mesh-based simulation", ("Tobias Meyer",)),
        ("Differentiable programming for fluids", ("Nils Berg",)),
    ]


def test_talks_in_modals_after_the_committee_are_not_of_the_committee() -> None:
    found = read(
        "<h2>Program Committee</h2><p>Jose Diaz, Anna Bell, Eve Fox</p>"
        "<div class='modal'><div><h2>Learning from images and their reports</h2><p>Polina Meyer</p>"
        f"<p><b>Abstract.</b> {SENTENCES}</p></div></div>"
    )
    assert [p.name for p in found.people if p.role == "committee"] == ["Jose Diaz", "Anna Bell", "Eve Fox"]
    assert talks(found) == [("Learning from images and their reports", ("Polina Meyer",))]


def test_names_beside_their_role_and_below_the_name_of_the_event_are_organizers() -> None:
    beside = read("<table><tr><td>Organizers:</td><td>Anna Bell*, Carl Diaz, Eve Fox</td></tr></table>")
    assert [p.name for p in beside.people if p.role == "organizer"] == ["Anna Bell", "Carl Diaz", "Eve Fox"]
    below = read("<h3>Anna Bell &middot; Carl Diaz &middot; Eve Fox</h3><p>Room 275</p>")
    assert [p.name for p in below.people if p.role == "organizer"] == ["Anna Bell", "Carl Diaz", "Eve Fox"]
    thanked = read("<h2>Reviewers</h2><p>We thank our reviewers: Anna Bell, Carl Diaz, Eve Fox.</p>")
    assert [p.name for p in thanked.people if p.role == "committee"] == ["Anna Bell", "Carl Diaz", "Eve Fox"]


def test_words_for_screen_readers_are_no_part_of_a_name() -> None:
    found = read(
        "<h2>Invited Speakers</h2><h3><a href='https://jo.example'>Jo Dunkley</a>"
        "<a class='header-link' href='#jo'><span class='sr-only'>Permalink</span></a></h3><p>Princeton University</p>"
    )
    assert people(found) == [("Jo Dunkley", "speaker", "Princeton University")]


def test_a_bold_paragraph_of_organizers_closes_the_schedule_and_the_page_s_footer_is_no_talk() -> None:
    found = read(
        "<h2>Schedule</h2><p>9:15 - 10:00 Gilles Meyer (University of Oslo)</p><p>The frontier of inference</p>"
        "<p>10:00 - 10:45 Anna Bell (MIT)</p><p>Inferring dark matter with posteriors</p>"
        "<p><span style='font-weight: 700'>Organizing committee</span></p>"
        "<p>Johann Diaz, Qualcomm AI Research</p><p>Kyle Fox, UW-Madison</p><div>Page updated</div>"
        "<div>Report abuse</div>"
    )
    assert [t.title for t in found.talks] == ["The frontier of inference", "Inferring dark matter with posteriors"]
    assert [p.name for p in found.people if p.role == "organizer"] == ["Johann Diaz", "Kyle Fox"]


def test_a_badge_says_that_a_row_of_the_schedule_is_a_poster() -> None:
    row = "<div><div>{0}</div><div><a href='/v/{1}'>{2}</a></div><div>({3})</div><div>{4}</div></div>"
    found = read(
        "<h2>Schedule</h2>"
        + row.format("9:00", 1, "Equivariant networks for atoms", "Invited Talk", "Tess Meyer")
        + row.format("9:40", 2, "Score matching for jets of particles", "Invited Talk", "Vera Bell")
        + row.format("10:20", 3, "A subgrid model of planet formation", "Poster", "Thomas Diaz &middot; Shirley Fox")
    )
    assert "A subgrid model of planet formation" not in [t.title for t in found.talks]
    assert papers(found) == [("A subgrid model of planet formation", ("Thomas Diaz", "Shirley Fox"))]


def test_authors_in_brackets_after_an_oral_are_its_speakers() -> None:
    found = read(
        "<h2>Schedule</h2><ul><li>10:00 <b>Oral:</b> Adaptation under scanner shift <span>(Anna Bell, Carl Diaz)</span>"
        "<li>10:20 <b>Oral:</b> Confidence is not calibration <span>(Eve Fox)</span></ul>"
    )
    assert talks(found) == [
        ("Adaptation under scanner shift", ("Anna Bell", "Carl Diaz")),
        ("Confidence is not calibration", ("Eve Fox",)),
    ]


def test_a_dash_in_the_cell_of_the_speakers_leaves_the_panel_a_talk() -> None:
    found = read(
        "<h2>Schedule</h2><table><tr><td>9:00<td>Invited talk: Networks for proteins<td>Anna Bell</tr>"
        "<tr><td>10:00<td>Panel Discussion<td>-</tr></table>"
    )
    assert [(t.title, t.kind) for t in found.talks] == [
        ("Networks for proteins", "invited"),
        ("Panel Discussion", "panel"),
    ]


def test_a_sentence_that_points_to_the_group_on_openreview_is_no_paper() -> None:
    found = read(
        "<h2>Accepted papers</h2>"
        "<p><a href='https://openreview.net/group?id=NeurIPS.cc/2022/Workshop/Foo'>The list of our works</a></p>"
    )
    assert not found.papers


def test_a_line_in_italics_below_the_affiliation_is_a_field_of_interest() -> None:
    card = "<div><h4>{0}</h4><p>{1}</p><p><i>{2}</i></p></div>"
    found = read(
        "<h2>Invited Speakers</h2>"
        + card.format("Anna Bell", "ETH Zurich", "AI, Climate")
        + card.format("Carl Meyer", "MIT", "Proteins")
    )
    assert [(p.name, p.affiliation, p.interests) for p in found.people] == [
        ("Anna Bell", "ETH Zurich", ("AI", "Climate")),
        ("Carl Meyer", "MIT", ("Proteins",)),
    ]


def test_one_sentence_about_the_speaker_is_the_summary_of_the_talk() -> None:
    told = "Žiga Bell (Google DeepMind) introduced us to models of genetic sequences with recent work on variants."
    found = read(f"<h2>Talks</h2><h4>Predicting variants across the proteome - Žiga Bell</h4><p>{told}</p>")
    assert [(t.summary, t.affiliation) for t in found.talks] == [(told, "Google DeepMind")]


def test_a_position_above_the_employer_is_not_the_affiliation() -> None:
    row = "<div><div>{0}</div><div>{1}</div><div>{2}</div><div>{3}</div><div>{4}</div></div>"
    found = read(
        row.format("9:00 AM", "Foundation models meet agronomy", "Beatriz Meyer", "Professor", "Embrapa")
        + row.format("10:00 AM", "Soil carbon from hyperspectral cubes", "Viktor Bell", "Research Scientist", "IRRI")
    )
    assert people(found) == [("Beatriz Meyer", "speaker", "Embrapa"), ("Viktor Bell", "speaker", "IRRI")]


def test_dates_of_a_seminar_open_its_talks() -> None:
    row = "<b>{0}</b><br>{1}, {2}<br><i>\"{3}\"</i><br><a href='s/{1}.pdf'>slides</a><p>"
    found = read(
        row.format("January 14", "Emil Meyer", "University of Oslo", "Sparse attention for folding")
        + row.format("January 28", "Yuki Bell", "RIKEN", "Optimisation of perovskite inks")
        + row.format("February 11", "Clara Fox", "TU Graz", "What transformers remember")
    )
    assert talks(found) == [
        ("Sparse attention for folding", ("Emil Meyer",)),
        ("Optimisation of perovskite inks", ("Yuki Bell",)),
        ("What transformers remember", ("Clara Fox",)),
    ]
    assert not found.papers


def test_a_recap_names_a_title_in_bold_and_by_whom_and_a_paper_and_its_authors() -> None:
    found = read_html(
        "<title>NeurIPS 2023 trip report</title><h1>NeurIPS 2023 trip report</h1><p>by Maren Bell, Dec 20, 2023</p>"
        "<p><strong>Symmetry as a resource</strong> by Diego Meyer (UPC Barcelona). Diego counted how many samples an "
        "equivariant layer saves, and when it saves none.</p>"
        "<p>A poster to remember was <a href='https://arxiv.org/abs/2310.12345'>Neural Closure Models for Ocean Mixing"
        "</a> by Aki Diaz and Rosa Fox, which is a tidy piece of work.</p>",
        "https://example.org/blog/trip",
    )
    assert talks(found) == [("Symmetry as a resource", ("Diego Meyer",))]
    assert people(found)[-1] == ("Diego Meyer", "speaker", "UPC Barcelona")
    assert papers(found) == [("Neural Closure Models for Ocean Mixing", ("Aki Diaz", "Rosa Fox"))]


def test_a_heading_names_the_speaker_of_a_keynote_and_what_it_is_on() -> None:
    found = read(
        "<h2>1. Keynote: Nadia Bell on language in the clinic</h2><p>Nadia Bell (Inria) showed how notes predict.</p>"
        "<h2>2. Keynote: Gerard Diaz on evaluation of models</h2><p>Gerard Diaz (MIT) asked what a test measures.</p>"
    )
    assert talks(found) == [
        ("language in the clinic", ("Nadia Bell",)),
        ("evaluation of models", ("Gerard Diaz",)),
    ]


def test_a_sentence_says_who_organized_the_workshop() -> None:
    found = read(
        "<h2>Organizers</h2><p>The workshop is organized by <a href='https://a.example'>Ana Bell</a> (University of "
        "Porto), <a href='https://b.example'>Kofi Diaz</a> (Ashesi University) and Emma Fox (Chalmers).</p>"
    )
    assert people(found) == [
        ("Ana Bell", "organizer", "University of Porto"),
        ("Kofi Diaz", "organizer", "Ashesi University"),
        ("Emma Fox", "organizer", "Chalmers"),
    ]
    assert [p.url for p in found.people] == ["https://a.example", "https://b.example", None]


def test_a_title_may_begin_with_opening_the() -> None:
    found = read(
        "<h2>Schedule</h2><p>9:00 Opening the black box of catalysis - Lena Bell</p><p>9:30 Opening remarks</p>"
        "<p>10:00 Closing the gap between theory and data - Carl Diaz</p>"
    )
    assert [t.title for t in found.talks] == [
        "Opening the black box of catalysis",
        "Closing the gap between theory and data",
    ]


# --- whole pages ----------------------------------------------------------------------------------------------


def _facts(found: Extraction) -> dict[str, set[object]]:
    return {
        "talks": {(fold(t.title or ""), frozenset(map(name_key, t.speakers))) for t in found.talks},
        "people": {(name_key(p.name), p.role) for p in found.people},
        "papers": {(fold(w.title or ""), frozenset(map(name_key, w.authors))) for w in found.papers},
    }


def _expected(page: str) -> dict[str, set[object]]:
    told = EXPECTED[page]
    return {
        "talks": {(fold(t or ""), frozenset(map(name_key, names))) for t, names in told["talks"]},
        "people": {(name_key(n), role) for n, role in told["people"]},
        "papers": {(fold(t), frozenset(map(name_key, names))) for t, names in told["papers"]},
    }


@pytest.mark.parametrize(("kind", "floor"), [("talks", 0.97), ("people", 0.95), ("papers", 0.91)])
def test_what_is_read_from_pages_of_many_families_is_right(kind: str, floor: float) -> None:
    right = read = told = 0
    for page, answer in EXPECTED.items():
        body = (FAMILIES / f"{page}.html").read_bytes()
        found = _facts(extract(body, url=answer["url"], filename=f"{page}.html"))[kind]
        expected = _expected(page)[kind]
        if answer[kind] or kind == "talks":
            right, read, told = right + len(found & expected), read + len(found), told + len(expected)
    assert 2 * right / (read + told) >= floor
