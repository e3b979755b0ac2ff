"""The sample's pages, read by the extractor as it is: every fact that was planned, and none that was hidden."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from kb.demo import SITE, pages
from kb.models import Extraction, TalkFact
from scrapers.extract import extract

INDEX = "ai4science/icml24.html"
SPEAKERS_SOURCE = "ai4science/icml24/speakers.md"
SCHEDULE = "ai4science/icml24/schedule.html"
ACCEPTED = "ai4science/icml24/accepted.html"
SCHEDULE_2022 = "ai4science/icml22/schedule.html"
REVIEW = "posts/2024-05-11-mldd-review.md"
SLIDES = "slides/mahoney-scientific-foundation-models.txt"

SPEAKERS = {
    ("Sacha van Albada", "University of Cologne", "https://scholar.google.com/citations?user=pdpt9EMAAAAJ&hl=en"),
    ("Kevin Yang", "Microsoft Research", "https://yangkky.github.io/"),
    ("Megan Stanley", "Microsoft Research AI4Science", "https://twitter.com/megjanestanley"),
    ("Max Jaderberg", "Isomorphic Labs", "https://scholar.google.co.uk/citations?user=JeZoMicAAAAJ"),
    ("Yian Yin", "Cornell University", "https://www.yianyin.net/"),
    ("Gábor Csányi", "University of Cambridge", "http://www.eng.cam.ac.uk/profiles/gc121"),
    ("Lenka Zdeborova", "EPFL", "https://people.epfl.ch/lenka.zdeborova/?lang=en"),
}
PANEL = "Pareto Frontier of Methodology, Scaling, Interpretability and Discovery"
PANELISTS = {"Yisong Yue", "Sam Rodriques", "Gege Wen", "Quanying Liu"}
ORGANIZERS = {
    "Max Welling", "Marinka Zitnik", "Carla P. Gomes", "Tommi Jaakkola", "Peter Dayan", "Yuanqi Du", "Ada Fang",
    "Lixue Cheng", "Kevin Wenliang Li", "Bowen Jing", "Di Luo",
}  # fmt: skip
HIDDEN = {"Fabian Theis", "Sara Beery", "Yoshua Bengio", "Bing W. Brunton", "TBA"}

REVIEWED = {
    "Generating and Analyzing Molecules via Learnable Geometric Scattering": ("Smita Krishnaswamy", "Yale University"),
    "Reflections on AI, Rejuvenation and Emergence": ("Thore Graepel", "Altos Labs"),
    "Accurate proteome-wide missense variant effect prediction with AlphaMissense": ("Žiga Avsec", "Google DeepMind"),
    "Cell Painting powers next-generation phenotypic drug discovery": (
        "Shantanu Singh",
        "Broad Institute of MIT and Harvard",
    ),
    "Machine Learning to predict protein function from sequence with therapeutic applications": (
        "Lucy Colwell",
        "Google Research and University of Cambridge",
    ),
    "Hybrid protein language models for fitness prediction and design": ("Pascal Notin", "Harvard University"),
    "De novo protein design": ("David Baker", "University of Washington"),
    "Machine Learning in Prescient Design's Lab-in-the-Loop Antibody Design": (
        "Kyunghyun Cho",
        "Prescient Design/Genentech",
    ),
    "The emerging science of benchmarks": ("Moritz Hardt", "MPI for Intelligent Systems"),
}
REVIEWED_PAPERS = {
    "kzGuiRXZrQ": (
        "Navigating the Design Space of Equivariant Diffusion-Based Generative Models for De Novo 3D Molecule "
        "Generation"
    ),
    "6MRm3G4NiU": "SaProt: Protein Language Modeling with Structure-aware Vocabulary",
    "zMPHKOmQNb": "Protein Discovery with Discrete Walk-Jump Sampling",
    "gFR4QwK53h": "Gene Regulatory Network Inference in the Presence of Dropouts: a Causal View",
}
CONTRIBUTED_2022 = {
    "Efficient Continuous Spatio-Temporal Simulation with Graph Spline Networks": "Chuanbo Hua",
    "Learning to solve PDE constraint inverse problem using Graph Network": "Qingqing Zhao",
    "Understanding the evolution of tumours using hybrid deep generative models": "Tom Ouellette",
    "A Density Functional Recommendation Approach for Accurate Predictions of Vertical Spin Splitting of Transition "
    "Metal Complexes": "Chenru Duan",
}
INVITED_2022 = {
    "Frank Noé", "Rafael Gomez-Bombarelli", "Daphne Koller", "Animashree Anandkumar", "Anthony Gitter", "Jiequn Han",
    "Carla P. Gomes", "Max Tegmark",
}  # fmt: skip


@pytest.fixture(scope="module")
def read() -> dict[str, Extraction]:
    with pages() as sample:
        return {page.name: extract(page.path.read_bytes(), url=page.url, filename=page.path.name) for page in sample}


def untitled(talks: tuple[TalkFact, ...]) -> set[str]:
    return {speaker for talk in talks if talk.title is None for speaker in talk.speakers}


def test_the_sample_holds_the_pages_it_should(read: dict[str, Extraction]) -> None:
    assert set(read) == {INDEX, SPEAKERS_SOURCE, SCHEDULE, ACCEPTED, SCHEDULE_2022, REVIEW, SLIDES}
    assert all(page.url == SITE + name for name, page in read.items())


def test_cards_give_speakers_panelists_and_organizers(read: dict[str, Extraction]) -> None:
    people = read[INDEX].people
    assert {(p.name, p.affiliation, p.url) for p in people if p.role == "speaker"} == SPEAKERS
    assert {p.name for p in people if p.role == "panelist"} == PANELISTS
    assert [p.name for p in people if p.role == "moderator"] == ["Max Welling"]
    assert {p.name for p in people if p.role == "organizer"} == ORGANIZERS
    assert len(people) == len(SPEAKERS) + len(PANELISTS) + 1 + len(ORGANIZERS)


def test_the_source_of_a_page_gives_the_same_speakers_with_their_interests(read: dict[str, Extraction]) -> None:
    page = read[SPEAKERS_SOURCE]
    assert {(p.name, p.affiliation, p.url) for p in page.people} == SPEAKERS
    assert {p.role for p in page.people} == {"speaker"}
    stanley = next(p for p in page.people if p.name == "Megan Stanley")
    assert stanley.interests == ("AI", "Climate", "Weather Forecasting")


def test_the_panel_of_the_index_is_one_talk_with_its_people(read: dict[str, Extraction]) -> None:
    (panel,) = read[INDEX].talks
    assert panel.title == PANEL
    assert panel.kind == "panel"
    assert set(panel.speakers) == PANELISTS | {"Max Welling"}


def test_the_schedule_gives_speakers_without_a_title_and_a_title_without_speakers(read: dict[str, Extraction]) -> None:
    talks = read[SCHEDULE].talks
    assert untitled(talks) == {
        "Kevin Yang", "Lenka Zdeborová", "Megan Stanley", "Max Jaderberg", "Sacha van Albada", "Yian Yin",
        "Gábor Csányi",
    }  # fmt: skip
    (panel,) = (talk for talk in talks if talk.title)
    assert (panel.title, panel.speakers, panel.kind) == (PANEL, (), "panel")
    assert len(talks) == 8


def test_the_schedule_of_2022_tells_titles_from_speakers(read: dict[str, Extraction]) -> None:
    talks = read[SCHEDULE_2022].talks
    assert untitled(talks) == INVITED_2022
    assert {talk.title: talk.speakers for talk in talks if talk.title} == {
        title: (speaker,) for title, speaker in CONTRIBUTED_2022.items()
    }


def test_accepted_papers_come_with_authors_and_resolved_links(read: dict[str, Extraction]) -> None:
    papers = read[ACCEPTED].papers
    assert len(papers) == 10
    for paper in papers:
        assert paper.openreview_id
        assert paper.url == f"https://openreview.net/forum?id={paper.openreview_id}"
        assert len(paper.authors) >= 2
    award = next(paper for paper in papers if paper.openreview_id == "unRAZLGEFd")
    assert award.title == "TarDis: Achieving Robust and Structured Disentanglement of Multiple Covariates"
    assert award.authors == ("Kemal Inecik", "Aleyna Kara", "Antony Rose", "Muzlifah Haniffa", "Fabian J Theis")


def test_the_review_gives_each_talk_its_speaker_affiliation_and_summary(read: dict[str, Extraction]) -> None:
    talks = {talk.title: talk for talk in read[REVIEW].talks}
    assert {title: (*talk.speakers, talk.affiliation) for title, talk in talks.items()} == REVIEWED
    assert all(talk.summary and talk.summary.startswith(talk.speakers[0]) for talk in talks.values())


def test_square_brackets_are_text_but_a_bracketed_link_is_a_link(read: dict[str, Extraction]) -> None:
    talks = {talk.speakers[0]: talk for talk in read[REVIEW].talks}
    assert "[bold]two threads[/bold]" in (talks["Lucy Colwell"].summary or "")
    assert "[figures not public]" in (talks["Pascal Notin"].summary or "")
    (slides,) = talks["Shantanu Singh"].links
    assert (slides.kind, slides.url) == ("slides", "https://broad.io/CarpenterSinghSlides")
    assert not any("[" in (talk.title or "") for talk in talks.values())


def test_the_review_gives_the_papers_it_discusses(read: dict[str, Extraction]) -> None:
    assert {paper.openreview_id: paper.title for paper in read[REVIEW].papers} == REVIEWED_PAPERS


def test_the_deck_gives_its_title_its_speaker_and_the_works_it_cites(read: dict[str, Extraction]) -> None:
    deck = read[SLIDES]
    (talk,) = deck.talks
    assert talk.title == "Foundational Methods for Foundation Models for Scientific Machine Learning"
    assert talk.speakers == ("Michael W. Mahoney",)
    assert talk.affiliation == "ICSI, LBNL, & Dept of Statistics, UC Berkeley"
    text = (files("kb.demo") / "pages" / SLIDES).read_text(encoding="utf-8")
    cited = set(re.findall(r"arXiv:(\d{4}\.\d{5})", text))
    assert {paper.arxiv_id for paper in deck.papers if paper.arxiv_id} == cited
    assert len(deck.papers) == len(cited) + 1
    assert all(paper.cited for paper in deck.papers)
    assert {paper.title for paper in deck.papers if not paper.arxiv_id} == {
        "Characterizing possible failure modes in physics-informed neural networks"
    }


def test_nobody_who_is_commented_out_or_struck_out_appears(read: dict[str, Extraction]) -> None:
    for page in read.values():
        named = {person.name for person in page.people} | {name for talk in page.talks for name in talk.speakers}
        assert not named & HIDDEN


def test_every_page_says_which_event_it_is_about(read: dict[str, Extraction]) -> None:
    for name, venue, year in (
        (INDEX, "ICML 2024", 2024), (SCHEDULE, "ICML 2024", 2024), (ACCEPTED, "ICML 2024", 2024),
        (SCHEDULE_2022, "ICML 2022", 2022), (REVIEW, "ICLR 2024", 2024),
    ):  # fmt: skip
        event = read[name].event
        assert event is not None
        assert (event.venue, event.year) == (venue, year)
        assert event.name
    deck = read[SLIDES].event
    assert deck is not None
    assert deck.year == 2025
