"""Jekyll and Hugo sources: front matter, Markdown, and the template tags that place one in the other."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from kb.errors import ExtractionError
from kb.models import Extraction
from scrapers.extract import extract

SOURCE = """---
layout: workshop
title: "AI for Folding: Chains at Scale"
permalink: /icml24

speakers:

  - name: Ann W. Lee
    url: https://ann.example.org/
    topic:
    aff: University of Oslo
    interest: AI, Chains
    image: assets/ann.png
#   - name: Bo Wu
#     aff: MIT

Panelist:
  - name: Juan Álvarez
    url: /people/juan/
    aff: ETH Zürich

  - name: Eve Fox (Moderator)
    aff: EPFL

StudentOrganizers:
  - name: Carla P. Gomes
    aff: Cornell

OldOrganizers:
  - name: Hidden Person
    aff: Nowhere
---

# About

We fold chains.

# Invited Talks (In alphabetical order)

{% include team.html id="speakers" %}

# Panel: Frontiers of Folding

{% include team.html id="Panelist" %}

## Organizers

{% for p in page.StudentOrganizers %}
<li>{{ p.name }}</li>
{% endfor %}

<!-- {% for p in page.OldOrganizers %}<li>{{ p.name }}</li>{% endfor %} -->

{% comment %}
## Invited speaker

Commented Person, MIT
{% endcomment %}
"""


def read(text: str, url: str = "https://folding.example.org/icml24", **known: str) -> Extraction:
    return extract(text.encode(), url=url, **known)


def people(found: Extraction) -> list[tuple[str, str | None, str | None]]:
    return [(person.name, person.role, person.affiliation) for person in found.people]


def test_lists_in_front_matter_are_people_in_the_role_of_their_key() -> None:
    found = read(SOURCE)
    assert people(found) == [
        ("Ann W. Lee", "speaker", "University of Oslo"),
        ("Juan Álvarez", "panelist", "ETH Zürich"),
        ("Eve Fox", "moderator", "EPFL"),
        ("Carla P. Gomes", "organizer", "Cornell"),
    ]
    assert found.people[0].interests == ("AI", "Chains")
    assert found.people[0].url == "https://ann.example.org/"
    assert found.people[1].url == "https://folding.example.org/people/juan/"
    assert found.people[0].evidence.place == "front matter: speakers[0]"


def test_nobody_who_is_commented_out_is_a_fact() -> None:
    names = {person.name for person in read(SOURCE).people}
    assert not names & {"Bo Wu", "Hidden Person", "Commented Person"}


def test_a_panel_heading_over_a_list_of_panelists_is_a_panel() -> None:
    (panel,) = read(SOURCE).talks
    assert (panel.title, panel.kind) == ("Frontiers of Folding", "panel")
    assert panel.speakers == ("Juan Álvarez", "Eve Fox")


def test_title_and_path_tell_the_event() -> None:
    event = read(SOURCE).event
    assert event is not None
    assert (event.name, event.venue, event.year) == ("AI for Folding: Chains at Scale", "ICML 2024", 2024)


def test_the_heading_gives_the_role_where_the_key_does_not() -> None:
    front = "layout: x\ngroup1:\n  - {name: Ann Lee, aff: MIT}"
    text = f"---\n{front}\n---\n## Steering Committee\n{{% include cards.html list=page.group1 %}}\n"
    assert people(read(text)) == [("Ann Lee", "committee", "MIT")]


def test_hugo_shortcodes_and_toml_work_alike() -> None:
    front = "title = 'Folding'\n[[organizers]]\nname = 'Ann Lee'\naffiliation = 'MIT'"
    text = f"+++\n{front}\n+++\n## Team\n{{{{< people organizers >}}}}\n"
    assert people(read(text)) == [("Ann Lee", "organizer", "MIT")]


def test_talks_in_front_matter_have_titles_abstracts_and_links() -> None:
    text = """---
title: Folding workshop
talks:
  - title: "Chains: a tale"
    speaker: Ann Lee
    affiliation: MIT
    abstract: About <b>chains</b>.
    slides: /slides/chains.pdf
    video: TBA
    time: "9:30"
  - title: Coffee break
    time: "10:30"
  - title: On nobody
    speaker: TBA
---
Text
"""
    (talk, *rest) = read(text).talks
    assert (talk.title, talk.speakers, talk.affiliation, talk.summary) == (
        "Chains: a tale",
        ("Ann Lee",),
        "MIT",
        "About chains.",
    )
    assert [(link.kind, link.url) for link in talk.links] == [
        ("slides", "https://folding.example.org/slides/chains.pdf")
    ]
    assert talk.start == "9:30"
    assert [talk.title for talk in rest] in ([], ["On nobody"])


def test_the_author_of_a_post_has_the_site_of_that_name_as_homepage() -> None:
    text = "---\nlayout: post\ntitle: NeurIPS 2023 Review\nauthor: Ann Lee\n---\nText"
    for url, homepage in (
        ("https://www.annlee.org/2023/x.html", "https://www.annlee.org/"),
        ("https://blog.example/x", None),
    ):
        (person,) = read(text, url).people
        assert (person.name, person.role, person.url) == ("Ann Lee", "author", homepage)


def test_template_tags_and_kramdown_attributes_are_not_text() -> None:
    found = read("---\ntitle: T\n---\n# Hello {{ page.title }}\n{: .lead}\n{% if x %}yes{% endif %} {{ site.x }}\n")
    assert "{" not in found.text
    assert "Hello T" in found.text


def test_front_matter_that_cannot_be_read_is_told_and_the_body_is_read() -> None:
    found = read("---\n: [oops\n  - }\n---\n# Speakers\n\nWe fold chains here.\n")
    assert "We fold chains" in found.text
    assert found.notes


def test_a_source_without_facts_is_an_answer() -> None:
    assert read("---\ntitle: Imprint\n---\nThis site is ours.").empty


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_source_is_read(front: str, body: str) -> None:
    with contextlib.suppress(ExtractionError):  # control characters may make it binary
        assert isinstance(read(f"---\ntitle: x\n{front}\n---\n{body}"), Extraction)


@given(
    st.lists(
        st.sampled_from(
            [
                "{% for a in b %}",
                "{% endfor %}",
                "{{",
                "}}",
                "{%",
                "%}",
                "<!--",
                "-->",
                "{% comment %}",
                "# A",
                "\n",
                "x",
            ]
        ),
        max_size=40,
    )
)
def test_any_mixture_of_tags_is_read(tags: list[str]) -> None:
    assert isinstance(read("---\nb: [1]\n---\n" + " ".join(tags)), Extraction)


def test_a_page_about_one_speaker_is_that_person_and_their_talk() -> None:
    text = (
        "---\nname: Ann Lee\nwebsite: http://ann.example.org/\naffiliation: UC San Diego\n"
        "talk: Why do chains fold so well?\nabstract: We look at chains.\n---\n"
    )
    found = read(text, filename="_speakers/lee.md")
    assert people(found) == [("Ann Lee", "speaker", "UC San Diego")]
    (talk,) = found.talks
    assert (talk.title, talk.speakers, talk.summary) == (
        "Why do chains fold so well?",
        ("Ann Lee",),
        "We look at chains.",
    )


def test_a_page_about_one_talk_or_paper_is_that() -> None:
    (talk,) = read("---\nspeaker: Ann Lee\naffil: MIT\ntitle: On chains\ntime: 0915 - 0945\n---\n").talks
    assert (talk.title, talk.speakers, talk.affiliation) == ("On chains", ("Ann Lee",), "MIT")
    paper = "---\ntitle: On chains\nauthors: Ann Lee, Bo Wu, and Eve Fox\npdf: 00.pdf\n---\n"
    (found,) = read(paper, filename="_papers/paper_00.md").papers
    assert (found.title, found.authors) == ("On chains", ("Ann Lee", "Bo Wu", "Eve Fox"))


def test_drafts_are_no_facts() -> None:
    for flag in ("published: false", "draft: true"):
        found = read(f"---\nname: Ann Lee\naffiliation: MIT\nrole: Speaker\n{flag}\n---\n# Speakers\n\n- Bo Wu (ETH)\n")
        assert found.empty
        assert "draft" in found.notes[0].lower()


def test_a_definition_list_is_a_list() -> None:
    found = read("---\ntitle: x\n---\nTuesday\n: 9:00 AM\n   : [Ann Lee](/ann) (MIT)\n")
    assert ": 9:00" not in found.text
    assert "9:00 AM" in found.text
