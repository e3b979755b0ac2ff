"""Every recorded answer of the services is read, where the samples are at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.models import PaperFact
from scrapers.arxiv import parse_feed
from scrapers.extract import extract
from scrapers.fetch import Fetched
from scrapers.importers import read_papers
from scrapers.openreview import errors
from scrapers.openreview.client import nearest
from scrapers.openreview.parse import authors, decision_of, is_reply, paper_of_note
from scrapers.openreview.token import claims_of
from scrapers.scholarly import crossref_paper, parse_oembed, semantic_scholar_papers
from scrapers.virtual_sites import parse_edition, slideslive_id

SAMPLES = Path(__file__).parents[2] / "../shared/api_samples"
pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples lie outside the repository")


def load(name: str) -> dict:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def answer(name: str) -> Fetched:
    """A recorded answer as the fetcher would give it."""
    data = load(name)
    body = data["text"].encode() if "text" in data else json.dumps(data["response"]).encode()
    return Fetched("https://api2.openreview.net/notes", "", data["_status"], body, "", data.get("_headers", {}))


def notes(name: str) -> list[PaperFact]:
    data = load(name)
    found = data.get("response", data)["notes"]
    return [paper for note in found if (paper := paper_of_note(note)) is not None]


def check_error(name: str, kind: type[errors.OpenReviewError]) -> None:
    with pytest.raises(kind):
        errors.payload(answer(name), now=1_790_000_000)


def check_search() -> None:
    (paper,) = notes("openreview_v2_notes_search_workshop.json")
    assert (paper.venue, paper.decision, paper.year) == ("RegML 2025", "Poster", 2025)
    assert paper.author_profiles[0] == "~James_Zhang2"


def check_by_venue() -> None:
    (paper,) = notes("openreview_v2_notes_by_venueid.json")
    assert (paper.openreview_id, paper.venue, paper.decision) == ("Fw4fBE2rqW", "ICML 2024", "Poster")


def check_submission_page() -> None:
    (paper,) = notes("openreview_v2_notes_workshop_submission_page.json")
    assert paper.decision == "submitted"


def check_forum_with_decision() -> None:
    data = load("openreview_v1_forum_with_decision.json")["response"]["notes"]
    paper = next(note for note in data if not is_reply(note))
    assert decision_of(paper | {"details": {"replies": [note for note in data if is_reply(note)]}}) == "Accept (Talk)"


def check_workshop_2018() -> None:
    data = load("openreview_v1_notes_forum_workshop_2018.json")
    data = data.get("response", data)["notes"]
    assert sum(paper_of_note(note) is not None for note in data) == 1
    assert any(is_reply(note) for note in data)


def check_authors() -> None:
    found = authors(load("openreview_v2_authors_object_handmade.json"))
    assert found == [("Ada Lovelace", "~Ada_Lovelace1"), ("No Profile", None)]


def check_login() -> None:
    data = load("openreview_login_handmade.json")
    assert claims_of(data["ok"]["token"]) is None  # cut short there
    assert data["mfa"]["mfaPending"] is True


def check_groups() -> None:
    first = errors.payload(answer("openreview_v1_group.json"), now=0)["groups"][0]
    second = errors.payload(answer("openreview_v2_group_conference.json"), now=0)["groups"][0]
    assert "domain" not in first
    assert second["domain"] == "ICLR.cc/2025/Conference"


def check_forum_page() -> None:
    body = (SAMPLES / "openreview_forum_head_handmade.html").read_bytes()
    (paper,) = extract(body, url="https://openreview.net/forum?id=Fw4fBE2rqW", content_type="text/html").papers
    assert (paper.title, paper.authors, paper.year) == ("Paper Title", ("Ada Lovelace", "Alan Turing"), 2024)


def check_virtual_site() -> None:
    url = "https://neurips.cc/static/virtual/data/neurips-2025-orals-posters.json"
    extraction = parse_edition(load("virtual_neurips2025_orals_posters_excerpt.json"), url)
    assert len(extraction.papers) == 3
    assert all(paper.openreview_id for paper in extraction.papers)
    assert len(extraction.talks) == 1


def check_feed(name: str, ids: tuple[str, ...]) -> None:
    feed = parse_feed((SAMPLES / name).read_bytes())
    assert tuple(paper.arxiv_id for paper in feed.papers)[: len(ids)] == ids
    assert feed.error is None


def check_feed_error() -> None:
    assert (
        parse_feed((SAMPLES / "arxiv_atom_error_bad_id_http400.xml").read_bytes()).error
        == "incorrect id format for abc"
    )


def check_crossref_list() -> None:
    items = load("crossref_works_list.json")["response"]["message"]["items"]
    assert all(crossref_paper(item).title for item in items)


def check_crossref_single() -> None:
    paper = crossref_paper(load("crossref_work_single.json")["response"]["message"])
    assert (paper.doi, paper.year, paper.venue) == ("10.1371/journal.pone.0033693", 2012, "PLoS ONE")


def check_crossref_error() -> None:
    assert load("crossref_error_404.json")["_status"] == 404


def check_s2_batch() -> None:
    found = semantic_scholar_papers(load("s2_paper_batch_with_null.json")["response"])
    assert found[0] is None
    assert found[1] is not None
    assert found[1].doi == "10.2139/ssrn.288970"


def check_s2_search() -> None:
    found = semantic_scholar_papers(load("s2_search_match.json")["response"]["data"])
    assert found[0] is not None


def check_s2_embedding() -> None:
    assert load("s2_batch_specter2_example.json")


def check_oembed() -> None:
    assert parse_oembed(load("youtube_oembed.json")).author == "Rick Astley"


def check_slideslive() -> None:
    assert "#EXT" in (SAMPLES / "slideslive_player_m3u8_synthetic.txt").read_text()
    assert slideslive_id("https://slideslive.com/38996758") == "38996758"


def check_venue_ids() -> None:
    known = (SAMPLES / "venue_ids_from_ml_workshop_tracker.txt").read_text().split()
    assert len(known) == 666
    assert all(nearest(one.lower(), known)[0].lower() == one.lower() for one in known[:25])


def check_derived_list() -> None:
    rows = list(read_papers(SAMPLES / "derived_accepted_list_icml2024_ai4science_excerpt.json"))
    assert len(rows) == 5
    assert all(isinstance(row, PaperFact) and row.openreview_id for row in rows)


CHECKS: dict[str, Callable[[], None]] = {
    "openreview_v2_notes_search_workshop.json": check_search,
    "openreview_v2_notes_by_venueid.json": check_by_venue,
    "openreview_v2_notes_workshop_submission_page.json": check_submission_page,
    "openreview_v2_group_conference.json": check_groups,
    "openreview_v1_group.json": check_groups,
    "openreview_v1_forum_with_decision.json": check_forum_with_decision,
    "openreview_v1_notes_forum_workshop_2018.json": check_workshop_2018,
    "openreview_error_404_not_found.json": lambda: check_error("openreview_error_404_not_found.json", errors.NotFound),
    "openreview_error_400_limit.json": lambda: check_error("openreview_error_400_limit.json", errors.OpenReviewError),
    "openreview_anonymous_challenge_html200.json": lambda: check_error(
        "openreview_anonymous_challenge_html200.json", errors.ChallengeRequired
    ),
    "openreview_error_403_challenge.json": lambda: check_error(
        "openreview_error_403_challenge.json", errors.ChallengeRequired
    ),
    "openreview_error_403_forbidden.json": lambda: check_error("openreview_error_403_forbidden.json", errors.Forbidden),
    "openreview_error_429_login.json": lambda: check_error("openreview_error_429_login.json", errors.RateLimited),
    "openreview_error_429_rate_limit.json": lambda: check_error(
        "openreview_error_429_rate_limit.json", errors.RateLimited
    ),
    "openreview_login_handmade.json": check_login,
    "openreview_v2_authors_object_handmade.json": check_authors,
    "openreview_forum_head_handmade.html": check_forum_page,
    "venue_ids_from_ml_workshop_tracker.txt": check_venue_ids,
    "derived_accepted_list_icml2024_ai4science_excerpt.json": check_derived_list,
    "virtual_neurips2025_orals_posters_excerpt.json": check_virtual_site,
    "arxiv_atom_new_id.xml": lambda: check_feed("arxiv_atom_new_id.xml", ("1605.08386",)),
    "arxiv_atom_old_id.xml": lambda: check_feed("arxiv_atom_old_id.xml", ("astro-ph/0601001",)),
    "arxiv_atom_old_id_versioned.xml": lambda: check_feed("arxiv_atom_old_id_versioned.xml", ()),
    "arxiv_atom_id_list_one_unknown.xml": lambda: check_feed("arxiv_atom_id_list_one_unknown.xml", ()),
    "arxiv_atom_unknown_id_empty_feed.xml": lambda: check_feed("arxiv_atom_unknown_id_empty_feed.xml", ()),
    "arxiv_atom_search_page_excerpt.xml": lambda: check_feed("arxiv_atom_search_page_excerpt.xml", ()),
    "arxiv_atom_error_bad_id_http400.xml": check_feed_error,
    "crossref_works_list.json": check_crossref_list,
    "crossref_work_single.json": check_crossref_single,
    "crossref_error_404.json": check_crossref_error,
    "s2_paper_batch_with_null.json": check_s2_batch,
    "s2_search_match.json": check_s2_search,
    "s2_batch_specter2_example.json": check_s2_embedding,
    "youtube_oembed.json": check_oembed,
    "slideslive_player_m3u8_synthetic.txt": check_slideslive,
}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_sample_is_read(name: str) -> None:
    CHECKS[name]()


def test_no_sample_is_left_out() -> None:
    # The README and OpenReview's own description of its API are not answers
    answers = {path.name for path in SAMPLES.iterdir() if path.suffix in (".json", ".xml", ".html", ".txt")}
    assert answers == set(CHECKS)
