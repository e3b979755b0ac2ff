"""Data files of sites: YAML and JSON lists, JSON-LD, BibTeX."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ExtractionError
from kb.models import Extraction
from scrapers.extract import extract


def read(text: str, filename: str = "", url: str = "https://folding.example.org/") -> Extraction:
    return extract(text.encode(), url=url, filename=filename)


def test_the_name_of_a_data_file_tells_the_role() -> None:
    found = read("- name: Ann Lee\n  affiliation: MIT\n- name: Bo Wu\n  affiliation: ETH\n", "speakers.yml")
    assert [(p.name, p.role, p.affiliation) for p in found.people] == [
        ("Ann Lee", "speaker", "MIT"),
        ("Bo Wu", "speaker", "ETH"),
    ]
    assert found.people[1].evidence.place == "speakers.yml: speakers[1]"


def test_strings_with_affiliations_are_people_too() -> None:
    found = read(
        "organizers:\n  - Ann Lee (MIT)\n  - '[Bo Wu](https://bo.example), ETH Zurich'\n  - TBA\n"
        "sponsors:\n  - Acme Corp\n"
    )
    assert [(p.name, p.role, p.affiliation, p.url) for p in found.people] == [
        ("Ann Lee", "organizer", "MIT", None),
        ("Bo Wu", "organizer", "ETH Zurich", "https://bo.example"),
    ]


def test_papers_keep_authors_and_ids() -> None:
    papers = [
        {"title": "Folding", "authors": "Ann Lee, Bo Wu", "url": "https://openreview.net/forum?id=kzGuiRXZrQ"},
        {"title": "Unfolding", "authors": ["Ann Lee"], "arxiv": "2301.00001"},
        {"content": {"title": {"value": "Refolding"}, "authors": {"value": ["Eve Fox", "Bo Wu"]}}, "id": "x"},
    ]
    found = read(json.dumps({"accepted_papers": papers}), "papers.json")
    assert [(p.title, p.authors, p.openreview_id, p.arxiv_id) for p in found.papers] == [
        ("Folding", ("Ann Lee", "Bo Wu"), "kzGuiRXZrQ", None),
        ("Unfolding", ("Ann Lee",), None, "2301.00001"),
        ("Refolding", ("Eve Fox", "Bo Wu"), None, None),
    ]


def test_speakers_with_a_talk_are_people_and_talks() -> None:
    found = read(
        "keynotes:\n  - name: Ann Lee\n    affiliation: MIT\n    talk: Why chains fold\n    slides: a.pdf\n    url: https://ann.example\n"
    )
    (talk,) = found.talks
    assert (talk.title, talk.speakers, talk.kind, talk.affiliation) == (
        "Why chains fold",
        ("Ann Lee",),
        "keynote",
        "MIT",
    )
    assert [link.url for link in talk.links] == ["https://folding.example.org/a.pdf"]
    assert found.people[0].url == "https://ann.example"


def test_a_schedule_has_talks_but_no_breaks() -> None:
    rows = [
        {"time": "9:00", "title": "Opening remarks"},
        {"time": "9:10", "title": "Why chains fold", "speaker": "Ann Lee (MIT)", "type": "keynote"},
        {"time": "10:00", "title": "Coffee break"},
        {"time": "10:30", "title": "Panel: Are chains real?", "panelists": ["Bo Wu", "Eve Fox"]},
    ]
    found = read(json.dumps({"schedule": rows}))
    assert [(t.title, t.speakers, t.kind, t.start) for t in found.talks] == [
        ("Why chains fold", ("Ann Lee",), "keynote", "9:10"),
        ("Panel: Are chains real?", ("Bo Wu", "Eve Fox"), "panel", "10:30"),
    ]
    assert [(p.name, p.role, p.affiliation) for p in found.people] == [
        ("Ann Lee", "speaker", "MIT"),
        ("Bo Wu", "panelist", None),
        ("Eve Fox", "panelist", None),
    ]


def test_json_ld_in_a_file_is_read_as_such() -> None:
    event = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": "Folding Workshop",
        "startDate": "2024-07-26",
        "performer": {"@type": "Person", "name": "Ann Lee", "affiliation": {"@type": "Organization", "name": "MIT"}},
    }
    found = read(json.dumps(event))
    assert found.event is not None
    assert (found.event.name, found.event.year, found.event.dates) == ("Folding Workshop", 2024, "2024-07-26")
    assert [(p.name, p.role, p.affiliation) for p in found.people] == [("Ann Lee", "speaker", "MIT")]


def test_bibtex_entries_are_papers() -> None:
    found = read(
        "@inproceedings{a, title={Folding {Chains}}, author={Lee, Ann and Bo Wu}, year=2020}\n@article{b, title={"
    )
    (paper,) = found.papers
    assert (paper.title, paper.authors, paper.year) == ("Folding Chains", ("Ann Lee", "Bo Wu"), 2020)
    assert paper.evidence.place == "entry 1"


def test_data_about_other_things_gives_a_note() -> None:
    found = read('{"/old/": "/new/"}', "redirects.json")
    assert found.empty
    assert found.notes


@pytest.mark.parametrize("text", ['{"a": ', "[" * 100_000])
def test_broken_json_is_one_line_with_a_way_out(text: str) -> None:
    with pytest.raises(ExtractionError, match=r"papers\.json"):
        read(text, "papers.json")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["name", "title", "speakers", "authors", "url", "talk", "@type", "performer", "papers", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.dictionaries(st.text(max_size=10), values, max_size=3))
def test_any_json_is_read(data: dict[str, Any]) -> None:
    assert isinstance(read(json.dumps(data), "data.json"), Extraction)


def test_aliases_of_aliases_do_not_unfold() -> None:
    laughs = "a: &a [{name: Ann Lee, aff: MIT}]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert len(read("speakers:\n  - Ann Lee\n" + laughs, "speakers.yml").people) < 50_000


def test_a_list_that_holds_itself_ends() -> None:
    assert read("speakers: &a\n  - name: Ann Lee\n    aff: MIT\n  - *a\n", "x.yml").people


def test_a_session_whose_speakers_have_talks_is_several_talks() -> None:
    day = {
        "title": "Theory I",
        "start": "11:10",
        "speakers": [
            {"name": "Ann Lee", "affil": "POSTECH", "talk": "On the scale of chains", "home": "https://ann.example"},
            {"name": "Bo Wu", "affil": "KAIST", "talk": "On the length of chains"},
        ],
    }
    found = read(json.dumps({"days": [{"label": "Day 1", "events": [day]}]}), "program.json")
    assert [(t.title, t.speakers, t.affiliation) for t in found.talks] == [
        ("On the scale of chains", ("Ann Lee",), "POSTECH"),
        ("On the length of chains", ("Bo Wu",), "KAIST"),
    ]
    assert found.people[0].url == "https://ann.example"
