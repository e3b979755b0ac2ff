"""What pages tell machines: JSON-LD and citation tags."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.html.metadata import MetadataExtractor, objects_in, read_citation_tags, read_json_ld
from scrapers.extract.html.parse import parse
from scrapers.extract.html.reading import Reading
from scrapers.extract.html.urls import Resolver

URL = "https://folding.example.org/2024/"

EVENT = {
    "@context": "https://schema.org",
    "@type": "EducationEvent",
    "name": "Folding Workshop",
    "startDate": "2024-07-26",
    "endDate": "2024-07-27",
    "location": {"@type": "Place", "name": "Vienna"},
    "organizer": [{"@type": "Person", "name": "Eve Fox"}, {"@type": "Organization", "name": "Folding Society"}],
    "subEvent": [
        {
            "@type": "Event",
            "name": "Why chains fold",
            "startDate": "2024-07-26T09:30",
            "description": "A talk about chains.",
            "performer": {"@type": "Person", "name": "Prof. Ann Lee", "affiliation": "MIT", "url": "/ann"},
        },
        {"@type": "Event", "name": "Lunch"},
    ],
}


def linked(data: Any) -> Reading:
    return read_json_ld(objects_in(data), Resolver(URL))


def test_an_event_with_parts_is_an_event_with_talks() -> None:
    found = linked(EVENT)
    assert found.event is not None
    assert (found.event.name, found.event.year, found.event.place) == ("Folding Workshop", 2024, "Vienna")
    assert found.event.dates == "2024-07-26 - 2024-07-27"
    (talk,) = found.talks
    assert (talk.title, talk.speakers, talk.affiliation) == ("Why chains fold", ("Ann Lee",), "MIT")
    assert (talk.start, talk.summary) == ("2024-07-26T09:30", "A talk about chains.")
    assert [(p.name, p.role, p.affiliation, p.url) for p in found.people] == [
        ("Eve Fox", "organizer", None, None),
        ("Ann Lee", "speaker", "MIT", "https://folding.example.org/ann"),
    ]
    assert not found.exclusive


def test_a_scholarly_article_is_a_paper() -> None:
    (paper,) = linked(
        {
            "@graph": [
                {
                    "@type": "ScholarlyArticle",
                    "headline": "Folding Chains",
                    "author": [{"name": "Ann Lee"}, {"name": "Bo Wu"}],
                    "sameAs": "https://arxiv.org/abs/2301.00001v2",
                    "identifier": {"@type": "PropertyValue", "value": "https://doi.org/10.1000/xyz"},
                    "isPartOf": {"@type": "Periodical", "name": "Chain Letters"},
                    "datePublished": "2023-01-02",
                }
            ]
        }
    ).papers
    assert (paper.title, paper.authors) == ("Folding Chains", ("Ann Lee", "Bo Wu"))
    assert (paper.arxiv_id, paper.doi, paper.venue, paper.year) == ("2301.00001", "10.1000/xyz", "Chain Letters", 2023)


def test_the_author_of_a_post_is_a_person_and_a_team_is_not() -> None:
    post = {"@type": "BlogPosting", "author": {"@type": "Person", "name": "Ann Lee", "url": "/author/ann/"}}
    (author,) = linked(post).people
    assert (author.name, author.role, author.url) == ("Ann Lee", "author", "https://folding.example.org/author/ann/")
    assert linked({"@type": "Article", "author": {"@type": "Organization", "name": "The Team"}}).people == ()


def test_citation_tags_are_a_paper() -> None:
    paper = read_citation_tags(
        {
            "citation_title": ("Folding Chains",),
            "citation_author": ("Lee, Ann", "Bo Wu"),
            "citation_publication_date": ("2023/05/01",),
            "citation_conference_title": ("NeurIPS",),
            "citation_pdf_url": ("https://openreview.net/pdf?id=kzGuiRXZrQ",),
            "citation_doi": ("10.1000/xyz",),
        },
        "https://openreview.net/forum?id=kzGuiRXZrQ",
    )
    assert paper is not None
    assert (paper.title, paper.authors, paper.year) == ("Folding Chains", ("Ann Lee", "Bo Wu"), 2023)
    assert (paper.openreview_id, paper.doi, paper.venue) == ("kzGuiRXZrQ", "10.1000/xyz", "NeurIPS")
    assert read_citation_tags({"citation_author": ("Ann Lee",)}, URL) is None


def test_the_extractor_reads_both_from_a_page() -> None:
    html = (
        '<html><head><meta name="citation_title" content="Folding Chains">'
        f'<script type="application/ld+json">{json.dumps(EVENT)}</script></head><body><p>Hello</p></body></html>'
    )
    page = parse(html, URL)
    extractor = MetadataExtractor()
    assert extractor.score(page) > 0
    readings = extractor.read(page)
    assert [len(reading.talks) for reading in readings] == [1, 0]
    assert readings[1].papers[0].title == "Folding Chains"
    assert extractor.score(parse("<p>Hello</p>", URL)) == 0


def test_an_event_that_contains_itself_for_ever_ends() -> None:
    item: dict[str, Any] = {"@type": "Event", "name": "Talk", "performer": "Ann Lee"}
    for _ in range(500):
        item = {"@type": "Event", "name": "Talk", "performer": "Ann Lee", "subEvent": [item, item]}
    assert len(linked(item).talks) < 100


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["@type", "@graph", "@id", "name", "author", "performer", "subEvent", "location", "url", "affiliation"]
            ),
            inner | st.sampled_from(["Event", "ScholarlyArticle", "Article"]),
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(values)
def test_any_json_is_read(data: Any) -> None:
    assert isinstance(linked(data), Reading)
