"""What notes and links say, read without any network."""

from __future__ import annotations

import pytest
from services import note_v1, note_v2

from scrapers.openreview.parse import is_accepted, paper_of_note, split_venue, venue_of_id
from scrapers.paper_links import as_arxiv_id, as_doi, paper_ids, source_of_url, year_of_arxiv


@pytest.mark.parametrize(
    ("url", "openreview", "arxiv", "doi"),
    [
        ("https://openreview.net/forum?id=kzGuiRXZrQ", "kzGuiRXZrQ", None, None),
        ("https://www.openreview.net/forum?id=kzGuiRXZrQ&noteId=abcdefghij#x", "kzGuiRXZrQ", None, None),
        ("https://openreview.net/forum?noteId=abcdefghij", "abcdefghij", None, None),
        ("https://openreview.net/attachment?id=kzGuiRXZrQ&name=pdf", "kzGuiRXZrQ", None, None),
        ("https://openreview.net/forum?arxivid=2306.14070", None, "2306.14070", None),
        ("https://openreview.net/pdf/0123456789abcdef0123456789abcdef01234567.pdf", None, None, None),
        ("https://openreview.net/group?id=ICML.cc/2024", None, None, None),
        ("https://openreview.net/profile?id=~Ada_Lovelace1", None, None, None),
        ("http://arxiv.org/pdf/2306.14070v3.pdf", None, "2306.14070", None),
        ("https://arxiv.org/abs/cond-mat/9802024v1", None, "cond-mat/9802024", None),
        ("https://arxiv.org/abs/math.GT/0309136", None, "math.GT/0309136", None),
        ("https://doi.org/10.48550/arXiv.2306.14070", None, "2306.14070", None),
        ("https://doi.org/10.1021/ACS.jcim.3c00001", None, None, "10.1021/acs.jcim.3c00001"),
        ("https://www.biorxiv.org/content/10.1101/2023.01.02.522503v1.full", None, None, "10.1101/2023.01.02.522503"),
        ("https://example.org/10.html", None, None, None),
        ("javascript:alert(1)", None, None, None),
        ("http://[bad", None, None, None),
    ],
)  # fmt: skip
def test_a_link_names_its_ids(url: str, openreview: str | None, arxiv: str | None, doi: str | None) -> None:
    ids = paper_ids(url)
    assert (ids.openreview_id, ids.arxiv_id, ids.doi) == (openreview, arxiv, doi)


def test_ids_are_read_from_text_too() -> None:
    assert as_arxiv_id("arXiv:2306.14070v2 [cs.LG]") == "2306.14070"
    assert as_arxiv_id("10.48550/arXiv.2306.14070") == "2306.14070"
    assert as_arxiv_id("2306") is None
    assert as_doi("doi:10.1000/XYZ.") == "10.1000/xyz"
    assert as_doi("10.48550/arXiv.2306.14070") is None
    assert [year_of_arxiv(one) for one in ("2306.14070", "cond-mat/9802024", None)] == [2023, 1998, None]


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://openreview.net/group?id=ICML.cc/2024/Workshop/AI4S", "openreview:ICML.cc/2024/Workshop/AI4S"),
        ("https://openreview.net/forum?id=kzGuiRXZrQ", "openreview:kzGuiRXZrQ"),
        ("https://arxiv.org/abs/2306.14070v2", "arxiv:2306.14070"),
        ("https://icml.cc/virtual/2024/papers.html?filter=titles", "virtual:icml-2024"),
        ("https://neurips.cc/static/virtual/data/neurips-2023-orals-posters.json", "virtual:neurips-2023"),
        ("https://icml.cc/virtual/2024/poster/33456", None),
        ("https://openreview.net/profile?id=~Ada_Lovelace1", None),
        ("https://example.org/", None),
    ],
)  # fmt: skip
def test_addresses_of_services_are_sources(url: str, source: str | None) -> None:
    assert source_of_url(url) == source


@pytest.mark.parametrize(
    ("printed", "venue", "decision"),
    [
        ("NeurIPS 2024 oral", "NeurIPS 2024", "oral"),
        ("ICML 2024 AI4Science Poster", "ICML 2024 AI4Science", "Poster"),
        ("ICLR 2023 notable top 5%", "ICLR 2023", "notable top 5%"),
        ("Submitted to ICLR 2022", "ICLR 2022", "submitted"),
        ("ICLR 2024 Conference Withdrawn Submission", "ICLR 2024 Conference", "Withdrawn"),
        ("ICML 2026 Workshop GenBio Submission", "ICML 2026 Workshop GenBio", "Submission"),
        ("MoML 2023 Spotlight", "MoML 2023", "Spotlight"),
        ("Journal of Machine Learning Research", "Journal of Machine Learning Research", None),
        ("", None, None),
    ],
)
def test_a_printed_venue_is_parted_from_its_decision(printed: str, venue: str | None, decision: str | None) -> None:
    assert split_venue(printed) == (venue, decision)


@pytest.mark.parametrize(
    ("venue_id", "name"),
    [
        ("NeurIPS.cc/2023/Workshop/AI4Science", "NeurIPS 2023 Workshop AI4Science"),
        ("ICLR.cc/2024/Conference", "ICLR 2024"),
        ("ICLR.cc/2024/Conference/Rejected_Submission", "ICLR 2024"),
        ("ML4PS/2026/Workshop", "ML4PS 2026 Workshop"),
        ("NeurIPS.cc/2025/Workshop_Mexico_City/X", "NeurIPS 2025 Workshop Mexico City X"),
        ("dblp.org/journals/CORR/2025", None),
        ("nonsense", None),
    ],
)
def test_a_venue_id_is_made_readable(venue_id: str, name: str | None) -> None:
    assert venue_of_id(venue_id) == name


@pytest.mark.parametrize(
    ("state", "accepted"),
    [("", True), ("Submission", False), ("Rejected_Submission", False), ("Withdrawn_Submission", False),
     ("Desk_Rejected_Submission", False)],
)  # fmt: skip
def test_the_second_api_says_by_venueid_what_was_accepted(state: str, accepted: bool) -> None:
    assert is_accepted(note_v2("a" * 10, "ICML.cc/2024/Conference", state=state, venue="ICML 2024")) is accepted


def test_in_the_first_api_venueid_is_no_evidence() -> None:
    venue = "ICLR.cc/2022/Conference"
    assert is_accepted(note_v1("a" * 10, venue, venueid=venue, venue="ICLR 2022 Submitted")) is False
    assert is_accepted(note_v1("a" * 10, venue, venueid=venue, decision="Reject")) is False
    assert is_accepted(note_v1("a" * 10, venue, venueid=venue)) is None


@pytest.mark.parametrize(
    "venue_id", ["dblp.org/conf/icml/2024", "OpenReview.net/Archive", "OpenReview.net/Public_Article"]
)
def test_imports_from_elsewhere_are_no_acceptances(venue_id: str) -> None:
    note = note_v2("a" * 10, "x", venueid=venue_id, venue="CoRR 2024", html="https://doi.org/10.48550/arXiv.2501.06425")
    note["domain"] = "DBLP.org"
    assert is_accepted(note) is None
    paper = paper_of_note(note)
    assert paper is not None
    assert (paper.venue, paper.decision, paper.arxiv_id) == ("CoRR 2024", None, "2501.06425")


def test_both_spellings_of_the_tldr_and_both_shapes_of_authors_are_read() -> None:
    note = note_v2("a" * 10, "ICML.cc/2024/Conference")
    note["content"]["TL;DR"] = note["content"].pop("TLDR")
    note["content"]["authors"] = {"value": [{"fullname": "Ada Lovelace", "username": "~Ada_Lovelace1"}, {"fullname": "No Profile", "username": ""}]}  # fmt: skip # noqa: E501
    note["content"].pop("authorids")
    paper = paper_of_note(note)
    assert paper is not None
    assert paper.tldr == "In short."
    assert paper.authors == ("Ada Lovelace", "No Profile")
    assert paper.author_profiles == ("~Ada_Lovelace1", "")


def test_deleted_private_and_untitled_notes_are_no_papers() -> None:
    good = note_v2("a" * 10, "ICML.cc/2024/Conference")
    assert paper_of_note(good) is not None
    assert paper_of_note(good | {"ddate": 1}) is None
    assert paper_of_note(good | {"readers": ["ICML.cc/2024/Conference"]}) is None
    assert paper_of_note(good | {"content": {"title": {"value": "", "readers": ["everyone"]}}}) is None
    assert paper_of_note({"id": 5, "content": {"title": "x"}}) is None
    assert (
        paper_of_note({"id": "x", "content": {"title": ["a", {}], "authors": {"value": 7}, "keywords": 3}}) is not None
    )


def test_a_note_of_the_first_api_that_was_withdrawn_is_not_accepted() -> None:
    note = note_v1("a" * 10, "ICLR.cc/2020/Conference") | {
        "invitation": "ICLR.cc/2020/Conference/-/Withdrawn_Submission"
    }
    assert is_accepted(note) is False
