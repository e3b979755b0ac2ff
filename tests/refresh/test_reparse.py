"""Reading the archive again: the same facts change nothing, new extractors change what they read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import workshop
from loopback import Site

from kb.home import Home
from kb.knowledge_base import KnowledgeBase
from kb.models import Extraction, PaperFact
from kb.refresh import RefreshReport, reparse
from kb.store.archive import Archive
from kb.store.progress import ReadPage, store_page

Run = Callable[..., RefreshReport]


def rows(home: Home) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(home.database) as conn:
        tables = ("records", "events", "talks", "people", "papers", "roles", "links", "mentions")
        return {table: conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def test_reading_again_with_the_same_extractors_changes_nothing(
    kb: KnowledgeBase, run: Run, site: Site, home: Home
) -> None:
    twice = "<h2>Schedule</h2><ul><li>9:00 Invited talk: Ada Byron</li><li>11:00 Invited talk: Ada Byron</li></ul>"
    site.pages["/"] = workshop.home(("/schedule", "/speakers", "/program-2"))
    site.pages["/program-2"] = workshop.page("Workshop on Loud Science at ICML 2032", twice)
    run()
    before, asked = rows(home), len(site.asked)
    report = reparse(kb)
    assert report.total("pages") == report.total("unchanged") == 4
    assert [report.total(what) for what in ("added", "changed", "vanished", "failed")] == [0, 0, 0, 0]
    assert rows(home) == before
    assert len(site.asked) == asked


def test_a_work_that_a_page_names_twice_is_one_record_from_the_start(kb: KnowledgeBase) -> None:
    facts = (
        PaperFact("Quiet forces in crystals", doi="10.1234/QUIET"),
        PaperFact("Quiet forces", doi="10.1234/quiet"),
        PaperFact("A paper without any id at all"),
        PaperFact("A paper without any id at all"),
    )
    page = ReadPage("https://quiet.example/", "https://quiet.example/", None, "hash")
    extraction = Extraction(page.url, papers=facts)
    changes = store_page(kb.store, page, extraction, fetched_at="2031-01-01T00:00:00Z", run_id=None)
    assert [change.what for change in changes] == ["added", "added"]
    assert store_page(kb.store, page, extraction, fetched_at="2031-01-01T00:00:00Z", run_id=None) == ()


def test_what_is_read_differently_is_reported_and_stored(kb: KnowledgeBase, run: Run, site: Site, home: Home) -> None:
    run()
    url = site.url + "/schedule"
    with Archive(home.pages) as archive:  # as if an earlier extractor had found less in this body
        page = archive.page(url)
        assert page is not None
        archive.put(
            url,
            final_url=url,
            status=200,
            headers=page.headers,
            body=workshop.schedule(5),
            fetched_at=page.fetched_at,
            checked_at=page.checked_at,
            source="quiet",
        )
    report = reparse(kb, sources=("quiet",))
    assert report.sources[0].name == "quiet"
    assert report.sources[0].added >= 2
    assert {talk.title for talk in kb.talks()} == set(workshop.TITLES[:6])
    assert reparse(kb, sources=("nobody",)).sources == ()


def test_a_damaged_body_is_named_and_takes_no_facts_away(kb: KnowledgeBase, run: Run, home: Home) -> None:
    run()
    before = rows(home)
    with sqlite3.connect(home.pages) as conn:
        conn.execute(
            "UPDATE bodies SET data = x'00' WHERE hash = (SELECT body_hash FROM pages WHERE url LIKE '%/schedule')"
        )
    report = reparse(kb)
    assert (report.total("failed"), report.exit_code) == (1, 1)
    assert "damaged" in report.sources[0].errors[0]
    assert rows(home) == before
