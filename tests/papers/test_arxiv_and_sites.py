"""arXiv over a loopback server, virtual sites, Crossref, Semantic Scholar and oEmbed from their answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import Services, atom_feed

from kb.errors import UsageError
from kb.home import Home
from kb.models import Extraction
from scrapers.arxiv import Arxiv, ArxivError, ArxivSource, checked, parse_feed, turn
from scrapers.catalogue import Source
from scrapers.fetch import Limits
from scrapers.fetch.client import HttpFetcher
from scrapers.replay import ReplayFetcher
from scrapers.scholarly import ScholarlyError, crossref_paper, parse_oembed, semantic_scholar_papers
from scrapers.virtual_sites import VirtualSiteError, VirtualSiteSource, data_url, parse_edition, slideslive_id


@pytest.fixture
def services() -> Iterator[Services]:
    with Services() as running:
        yield running


@pytest.fixture
def arxiv(services: Services, tmp_path: Path) -> Iterator[Arxiv]:
    with HttpFetcher(limits=Limits(min_interval=0, attempts=1), start_urls=(services.url,)) as fetcher:
        yield Arxiv(fetcher, tmp_path, api=f"{services.url}/arxiv/api/query", spacing_s=0.05)


def test_arxiv_is_asked_for_a_hundred_ids_a_call(services: Services, arxiv: Arxiv) -> None:
    services.arxiv = {f"2306.{n:05d}": f"Paper {n}" for n in range(250)}
    found = arxiv.papers([*services.arxiv, "2306.99999", "2306.00001v3"])
    assert len(found) == 250
    assert len(services.arxiv_times) == 3
    assert (found["2306.00001"].title, found["2306.00001"].abstract) == ("Paper 1", "What it finds.")
    assert found["2306.00001"].year == 2023


def test_requests_to_arxiv_keep_their_distance(services: Services, arxiv: Arxiv) -> None:
    for _ in range(3):
        arxiv.papers(["2306.00001"])
    gaps = [b - a for a, b in zip(services.arxiv_times, services.arxiv_times[1:], strict=False)]
    assert all(gap >= 0.05 for gap in gaps)


def test_the_distance_holds_for_all_who_share_a_home(tmp_path: Path) -> None:
    ended: list[float] = []

    def ask() -> None:
        with turn(tmp_path, spacing_s=0.1) as mark:
            mark()
        ended.append(time.time())

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ended.sort()
    assert ended[-1] - ended[0] >= 0.18  # two waits, as far as the clock tells


def test_a_malformed_id_is_wrong_use_before_anybody_is_asked(services: Services, arxiv: Arxiv) -> None:
    with pytest.raises(UsageError, match="no arXiv id"):
        arxiv.papers(["2306.00001", "abc"])
    assert services.arxiv_times == []
    assert checked("https://arxiv.org/pdf/2306.14070v2") == "2306.14070"


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"{}", b"<feed", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"],
)
def test_what_is_no_atom_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(ArxivError):
        parse_feed(body)


def test_a_withdrawn_entry_says_so() -> None:
    body = atom_feed([("2306.00001", "Gone")]).replace(b"10 pages", b"This paper has been withdrawn by the author")
    assert parse_feed(body).papers[0].decision == "withdrawn"


def test_an_unknown_id_of_a_source_is_an_error_in_its_place(services: Services, tmp_path: Path) -> None:
    name = "query?id_list=2306.00001%2C2306.00002&start=0&max_results=2"
    folder = tmp_path / "tree/export.arxiv.org/api"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(atom_feed([("2306.00001", "Known")]))
    source = Source("x", "arxiv:2306.00001, 2306.00002")
    found = list(ArxivSource().collect(source, fetcher=ReplayFetcher(tmp_path / "tree"), home=Home(tmp_path / "home")))
    assert isinstance(found[0], Extraction)
    assert found[0].papers[0].title == "Known"
    assert isinstance(found[1], ArxivError)


# --- virtual sites

NEURIPS = "https://neurips.cc/static/virtual/data/neurips-2025-orals-posters.json"


def entry(**changes: object) -> dict[str, object]:
    return {
        "id": 1, "uid": "u1", "name": "Crystals &amp; graphs", "eventtype": "Poster", "decision": "Accept (poster)",
        "authors": [{"id": 1, "fullname": "Ada Lovelace", "institution": "London"}, {"id": 2, "fullname": "Bo Li"}],
        "abstract": "We find.", "topic": "Applications->Chemistry", "keywords": ["crystals"], "session": "Session 1",
        "virtualsite_url": "/virtual/2025/poster/1", "starttime": "2025-12-05T16:30:00-08:00",
        "paper_url": "https://openreview.net/forum?id=kzGuiRXZrQ", "eventmedia": [], **changes,
    }  # fmt: skip


def test_a_poster_and_its_oral_are_one_paper_and_one_talk() -> None:
    media = [
        {"name": "SlidesLive", "uri": "https://slideslive.com/39012345", "file": None},
        {"name": "Slides", "uri": None, "file": "/media/neurips-2025/Slides/1.pdf"},
    ]
    oral = entry(
        id=2, eventtype="Oral", decision="Accept (oral)", virtualsite_url="/virtual/2025/oral/2", eventmedia=media
    )
    extraction = parse_edition({"count": 2, "results": [entry(), oral]}, NEURIPS)
    (paper,) = extraction.papers
    assert (paper.title, paper.decision, paper.openreview_id) == ("Crystals & graphs", "Accept (oral)", "kzGuiRXZrQ")
    assert paper.authors == ("Ada Lovelace", "Bo Li")
    assert paper.keywords == ("crystals", "Applications", "Chemistry")
    (talk,) = extraction.talks
    assert (talk.kind, talk.start) == ("contributed", "2025-12-05T16:30:00-08:00")
    assert talk.speakers == ()  # who of the authors presented is not said
    kinds = {link.kind: link.url for link in talk.links}
    assert kinds["video"] == "https://slideslive.com/39012345"
    assert kinds["slides"] == "https://neurips.cc/media/neurips-2025/Slides/1.pdf"
    assert kinds["paper"] == "https://openreview.net/forum?id=kzGuiRXZrQ"
    assert extraction.event is not None
    assert (extraction.event.venue, extraction.event.year) == ("NeurIPS 2025", 2025)


def test_an_invited_talk_has_its_speaker() -> None:
    item = entry(eventtype="Invited Talk", decision=None, paper_url=None, authors=[{"fullname": "Ada Lovelace", "institution": "London"}])  # fmt: skip # noqa: E501
    extraction = parse_edition({"results": [item]}, NEURIPS)
    (talk,) = extraction.talks
    assert (talk.kind, talk.speakers, talk.affiliation) == ("invited", ("Ada Lovelace",), "London")
    assert extraction.papers == ()


def test_hostile_entries_are_stepped_over() -> None:
    items = [None, 5, {"name": 3}, entry(paper_url="javascript:x", virtualsite_url="http://[", authors="A B", eventmedia=[7, {"uri": 5}], keywords=None)]  # fmt: skip # noqa: E501
    (paper,) = parse_edition({"results": items}, NEURIPS).papers
    assert (paper.url, paper.authors) == (None, ("A B",))
    with pytest.raises(VirtualSiteError):
        parse_edition({"results": None}, NEURIPS)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("icml-2024", "https://icml.cc/static/virtual/data/icml-2024-orals-posters.json"),
        ("NIPS 2023", "https://neurips.cc/static/virtual/data/neurips-2023-orals-posters.json"),
        (
            "https://iclr.cc/virtual/2025/papers.html",
            "https://iclr.cc/static/virtual/data/iclr-2025-orals-posters.json",
        ),
        ("cvpr-2024", None),
        ("https://example.org/virtual/2025/", None),
    ],
)
def test_editions_are_named_in_several_ways(text: str, url: str | None) -> None:
    assert data_url(text) == url


def test_an_edition_without_data_is_an_error_of_the_site(tmp_path: Path) -> None:
    (tmp_path / "icml.cc").mkdir()
    with pytest.raises(VirtualSiteError, match="404"):
        list(VirtualSiteSource().collect(Source("x", "virtual:icml-2030"), fetcher=ReplayFetcher(tmp_path), home=Home(tmp_path)))  # fmt: skip # noqa: E501


def test_slideslive_ids_are_read_from_addresses_and_numbers() -> None:
    assert slideslive_id("https://slideslive.com/embed/presentation/38999999?x=1") == "38999999"
    assert slideslive_id("38999999") == "38999999"
    assert slideslive_id("https://example.org/38999999") is None


# --- Crossref, Semantic Scholar, oEmbed


def test_a_crossref_work_is_a_paper() -> None:
    work = {
        "DOI": "10.1000/XYZ", "type": "journal-article", "title": ["A <i>work</i>"], "container-title": ["PLOS ONE"],
        "author": [{"given": "Jane", "family": "Doe"}], "issued": {"date-parts": [[2012, 3, 21]]}, "status": "ok",
        "abstract": "<jats:p>We find.</jats:p>", "URL": "http://dx.doi.org/10.1000/xyz",
    }  # fmt: skip
    paper = crossref_paper(work)
    assert (paper.title, paper.doi, paper.year, paper.venue) == ("A work", "10.1000/xyz", 2012, "PLOS ONE")
    assert (paper.authors, paper.abstract, paper.decision) == (("Jane Doe",), "We find.", None)


def test_semantic_scholar_leaves_gaps_for_what_it_does_not_know() -> None:
    answer = [None, {"paperId": "x", "title": "T", "tldr": {"model": "v2", "text": "Short."}, "externalIds": {"ArXiv": "2306.14070", "DOI": "10.1000/XYZ"}, "openAccessPdf": {"url": "https://x.org/a.pdf"}}]  # fmt: skip # noqa: E501
    first, second = semantic_scholar_papers(answer)
    assert first is None
    assert second is not None
    assert (second.tldr, second.arxiv_id, second.doi, second.pdf) == (
        "Short.",
        "2306.14070",
        "10.1000/xyz",
        "https://x.org/a.pdf",
    )
    with pytest.raises(ScholarlyError):
        semantic_scholar_papers({"message": "Too Many Requests"})


def test_a_video_has_a_title_and_a_channel() -> None:
    found = parse_oembed(json.loads('{"title": "A talk &amp; more", "author_name": "A channel"}'))
    assert (found.title, found.author) == ("A talk & more", "A channel")
    with pytest.raises(ScholarlyError):
        parse_oembed({"html": "<iframe>"})


@pytest.mark.parametrize("junk", [5, True, "x", {"a": 1}, [None], 1e300])
def test_fields_of_any_shape_are_stepped_over(junk: object) -> None:
    for name in (
        "authors",
        "speakers",
        "eventmedia",
        "keywords",
        "abstract",
        "decision",
        "paper_url",
        "uid",
        "starttime",
    ):
        parse_edition({"results": [entry(eventtype="Oral", **{name: junk})]}, NEURIPS)
