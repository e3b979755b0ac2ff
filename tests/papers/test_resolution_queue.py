"""The queue of unresolved links: filled from papers, drained within a budget, taken up again after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from services import Services as Loopback
from services import atom_feed, group, note_v2

from kb.home import Home
from kb.lookup import Counted, Services
from kb.models import Extraction, PaperFact
from kb.resolving import ResolveReport, drain, resolve
from kb.store import Store, open_store, resolution
from kb.store.apply import PageInfo
from kb.store.store import utc_now
from scrapers.arxiv import Arxiv
from scrapers.fetch import Fetcher, Limits
from scrapers.fetch.client import HttpFetcher
from scrapers.openreview.client import OpenReview

VENUE = "ICML.cc/2024/Workshop/AI4Science"
LATER = timedelta(days=400)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with Loopback(groups={VENUE: group(VENUE)}) as running:
        yield running


@pytest.fixture
def fetcher(loopback: Loopback) -> Iterator[Fetcher]:
    with HttpFetcher(
        limits=Limits(min_interval=0, retry_wait_s=0.01, attempts=1), start_urls=(loopback.url,)
    ) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(Home(tmp_path / "home"))
    yield opened
    opened.close()


def page(store: Store, *papers: PaperFact) -> None:
    """A page that links to papers without telling more."""
    store.apply(Extraction("https://w.org/", papers=papers), PageInfo("https://w.org/", utc_now(), None))


def run(store: Store, fetcher: Any, loopback: Loopback, *, budget: int = 100, login: bool = False) -> ResolveReport:
    """One drain against the loopback services."""
    home = store.home.path
    openreview = OpenReview(fetcher, home, api_hosts=loopback.api_hosts)
    if login:
        openreview.login("ada@example.org", "correct horse")
    counting = Counted(fetcher, budget)
    services = Services(
        counting,
        store,
        openreview=OpenReview(counting, home, api_hosts=loopback.api_hosts),
        arxiv=Arxiv(counting, home, api=f"{loopback.url}/arxiv/api/query", spacing_s=0),
    )
    now = datetime.now(UTC)
    report = ResolveReport(queued=resolution.enqueue(store, now=now))
    drain(store, services, report, counting)
    report.requests = counting.made
    return report


def test_links_become_papers_with_authors_and_abstracts(store: Store, fetcher: Fetcher, loopback: Loopback) -> None:
    page(
        store,
        PaperFact(None, url="https://arxiv.org/abs/2306.14070", arxiv_id="2306.14070"),
        PaperFact("Paper note000001", url="https://openreview.net/forum?id=note000001", openreview_id="note000001"),
    )
    loopback.arxiv = {"2306.14070": "Flows of proteins"}
    loopback.v2 = [note_v2("note000001", VENUE)]
    report = run(store, fetcher, loopback, login=True)
    assert (report.queued, report.resolved, report.errors) == (2, 2, [])
    paper = store.get("paper/arxiv-2306.14070")
    assert paper is not None
    assert (paper.title, paper.abstract) == ("Flows of proteins", "What it finds.")
    assert [person.name for person in paper.people] == ["Emmy Noether"]
    pages = {mention.page_url for mention in store.mentions(paper.id)}
    assert pages == {"https://w.org/", "https://arxiv.org/abs/2306.14070"}
    assert store.unresolved_count() == 0


def test_two_hundred_links_take_two_requests(store: Store, fetcher: Fetcher, loopback: Loopback) -> None:
    ids = [f"2306.{n:05d}" for n in range(200)]
    page(store, *(PaperFact(f"Paper {i}", url=f"https://arxiv.org/abs/{i}", arxiv_id=i) for i in ids))
    loopback.arxiv = {i: f"Paper {i}" for i in ids}
    assert run(store, fetcher, loopback).resolved == 200
    assert len(loopback.arxiv_times) == 2


def test_without_a_login_papers_are_found_by_title_and_others_wait_for_one(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    loopback.v2 = [note_v2("note000001", VENUE, title="Crystal graphs of salts"), note_v2("note000002", VENUE)]
    page(store, PaperFact("Crystal graphs of salts", openreview_id="note000001"), PaperFact(None, url="https://openreview.net/forum?id=note000002", openreview_id="note000002"))  # fmt: skip # noqa: E501
    report = run(store, fetcher, loopback)
    assert (report.resolved, report.refused, report.errors) == (1, 1, [])
    assert "kb login openreview" in report.notes[0]
    assert not any("/notes?" in line for line in loopback.log)  # the gate was not knocked at
    assert run(store, fetcher, loopback).requests == 0
    assert run(store, fetcher, loopback, login=True).resolved == 1


def test_an_unknown_id_is_asked_for_once_and_again_in_a_month(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    page(store, PaperFact("Nobody knows", arxiv_id="2306.99999"))
    assert run(store, fetcher, loopback).unknown == 1
    assert run(store, fetcher, loopback).requests == 0
    assert resolution.due(store, "arxiv", now=datetime.now(UTC) + timedelta(days=31), limit=9)
    paper = store.get("paper/arxiv-2306.99999")
    assert paper is not None
    assert paper.title == "Nobody knows"


def test_the_budget_ends_a_run_and_the_next_one_goes_on(store: Store, fetcher: Fetcher, loopback: Loopback) -> None:
    ids = [f"2306.{n:05d}" for n in range(250)]
    page(store, *(PaperFact(f"Paper {i}", arxiv_id=i) for i in ids))
    loopback.arxiv = {i: f"Paper {i}" for i in ids}
    assert run(store, fetcher, loopback, budget=2).resolved == 200
    assert run(store, fetcher, loopback, budget=2).resolved == 50


def test_a_killed_run_loses_only_the_batch_it_was_at(store: Store, fetcher: Fetcher, loopback: Loopback) -> None:
    class Killed(Counted):
        def request(self, method: str, url: str, **options: Any) -> Any:
            if self.made == 1:
                raise KeyboardInterrupt
            return super().request(method, url, **options)

    ids = [f"2306.{n:05d}" for n in range(150)]
    page(store, *(PaperFact(f"Paper {i}", arxiv_id=i) for i in ids))
    loopback.arxiv = {i: f"Paper {i}" for i in ids}
    with pytest.raises(KeyboardInterrupt):
        run(store, Killed(fetcher, 100), loopback)
    assert resolution.counts(store) == {"arxiv": {"done": 100, "waiting": 50}}
    assert run(store, fetcher, loopback).resolved == 50


def test_a_spent_budget_of_the_service_postpones_all_of_it_with_one_line(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    ids = [f"note{n:06d}" for n in range(150)]
    page(store, *(PaperFact(f"Paper {i}", openreview_id=i) for i in ids), PaperFact("Other", arxiv_id="2306.14070"))
    loopback.arxiv, loopback.budget = {"2306.14070": "Other"}, 0
    report = run(store, fetcher, loopback, login=True)
    assert report.resolved == 1  # arXiv went on
    assert len(report.errors) == 1
    assert "budget" in report.errors[0]
    assert resolution.due(store, "openreview", now=datetime.now(UTC), limit=9) == []


def test_an_expired_login_is_one_line_and_not_an_unknown_paper(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    page(store, PaperFact("A paper", openreview_id="note000001"))
    run(store, fetcher, loopback, budget=0, login=True)
    loopback.tokens.clear()
    report = run(store, fetcher, loopback)
    assert (report.unknown, report.refused) == (0, 1)
    assert "kb login openreview" in report.errors[0]


def test_a_service_that_is_down_leaves_its_rows_waiting_longer_and_longer(store: Store, loopback: Loopback) -> None:
    page(store, PaperFact("A paper", arxiv_id="2306.14070"))
    with HttpFetcher(
        limits=Limits(min_interval=0, attempts=1, connect_s=0.5), start_urls=("http://127.0.0.1:9",)
    ) as dead:
        nowhere = Loopback()
        nowhere._server = type("Gone", (), {"server_address": ("127.0.0.1", 9)})()  # nobody listens at this port
        report = run(store, dead, nowhere)
    assert "arxiv" in report.errors[0]
    now = datetime.now(UTC)
    assert resolution.due(store, "arxiv", now=now, limit=9) == []
    assert resolution.due(store, "arxiv", now=now + timedelta(hours=2), limit=9)[0].attempts == 1


def test_attempts_end(store: Store) -> None:
    page(store, PaperFact("A paper", arxiv_id="2306.14070"))
    now = datetime.now(UTC)
    resolution.enqueue(store, now=now)
    for _ in range(resolution.MAX_ATTEMPTS):
        now += timedelta(days=8)
        (row,) = resolution.due(store, "arxiv", now=now, limit=9)
        resolution.finish(store, [row], "waiting", now=now, error="down")
    assert resolution.counts(store) == {"arxiv": {"failed": 1}}
    assert resolution.due(store, "arxiv", now=now + timedelta(days=8), limit=9) == []


def test_a_link_to_a_reply_and_its_paper_become_one_record(store: Store, fetcher: Fetcher, loopback: Loopback) -> None:
    review = {
        "id": "review0001", "forum": "note000001", "replyto": "note000001", "readers": ["everyone"],
        "invitations": [f"{VENUE}/Submission1/-/Official_Review"], "content": {"rating": {"value": 7}},
    }  # fmt: skip
    loopback.v2 = [note_v2("note000001", VENUE), review]
    page(store, PaperFact(None, url="https://openreview.net/forum?id=review0001", openreview_id="review0001"))
    assert run(store, fetcher, loopback, login=True).resolved == 1
    assert store.counts()["papers"] == 1
    paper = store.get("paper/review0001")
    assert paper is not None
    assert (paper.title, paper.openreview_id) == ("Paper note000001", "note000001")


def test_saved_pages_resolve_links_without_any_service(store: Store, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    head = '<html><head><meta name="citation_title" content="{0}"><meta name="citation_author" content="Ada Lovelace"><meta name="citation_abstract" content="What {0} finds, at some length."></head><body></body></html>'  # noqa: E501
    for where, title in (
        ("arxiv.org/abs/2306.14070", "Flows"), ("openreview.net/forum?id=note000001", "Graphs of crystals"),
        ("proceedings.mlr.press/v1/x.html", "A page of proceedings"), ("doi.org/10.1000/xyz", "Of a DOI"),
    ):  # fmt: skip
        (tree / where).parent.mkdir(parents=True, exist_ok=True)
        (tree / where).write_text(head.format(title))
    (tree / "export.arxiv.org/api").mkdir(parents=True)
    (tree / "export.arxiv.org/api/query?id_list=2306.14070&start=0&max_results=1").write_bytes(atom_feed([]))
    page(
        store,
        PaperFact(None, url="https://arxiv.org/abs/2306.14070", arxiv_id="2306.14070"),
        PaperFact(None, url="https://openreview.net/forum?id=note000001", openreview_id="note000001"),
        PaperFact("A page of proceedings", url="https://proceedings.mlr.press/v1/x.html"),
        PaperFact("Of a DOI", doi="10.1000/xyz"),
    )

    class Opened:
        """As much of a knowledge base as resolving needs."""

    opened = Opened()
    opened.store = store
    report = resolve(opened, replay=tree)
    assert (report.resolved, report.errors) == (4, [])
    titles = {store.get(one).title for one in ("paper/arxiv-2306.14070", "paper/note000001", "paper/doi-10.1000-xyz")}
    assert titles == {"Flows", "Graphs of crystals", "Of a DOI"}
    assert store.counts()["papers"] == 4
    assert store.unresolved_count() == 0


def test_a_paper_that_got_its_abstract_elsewhere_is_not_asked_for(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    page(store, PaperFact("A paper of some title", arxiv_id="2306.14070", openreview_id="note000001"))
    loopback.arxiv = {"2306.14070": "A paper of some title"}
    run(store, fetcher, loopback)
    resolution.settle(store, now=datetime.now(UTC))
    assert resolution.counts(store) == {"arxiv": {"done": 1}, "openreview": {"done": 1}}
    assert not resolution.due(store, "openreview", now=datetime.now(UTC) + LATER, limit=9)


def test_what_a_replayed_folder_does_not_hold_is_left_as_it_was(store: Store, tmp_path: Path) -> None:
    page(store, PaperFact("A paper", arxiv_id="2306.14070"), PaperFact("Another", openreview_id="note000001"))
    (tmp_path / "tree").mkdir()

    class Opened:
        """As much of a knowledge base as resolving needs."""

    opened = Opened()
    opened.store = store
    report = resolve(opened, replay=tmp_path / "tree")
    assert (report.resolved, report.unknown, report.refused, report.waiting, report.errors) == (0, 0, 0, 2, [])
    assert len(resolution.due(store, "arxiv", now=datetime.now(UTC), limit=9)) == 1


def test_a_resolved_paper_keeps_the_id_of_the_list_it_came_from(
    store: Store, fetcher: Fetcher, loopback: Loopback
) -> None:
    facts = [
        PaperFact("Paper note000001", openreview_id="note000001", source_id="mine:1"),
        PaperFact("Flows", arxiv_id="2306.14070", source_id="mine:2"),
    ]
    store.import_papers(facts, PageInfo("import:list", utc_now(), "list"))
    loopback.v2, loopback.arxiv = [note_v2("note000001", VENUE)], {"2306.14070": "Flows"}
    assert run(store, fetcher, loopback, login=True).resolved == 2
    found = [store.get(one) for one in ("paper/note000001", "paper/arxiv-2306.14070")]
    assert [(paper.source_id, bool(paper.abstract)) for paper in found if paper] == [("mine:1", True), ("mine:2", True)]
