"""The periodic job over a real site: what it fetches, what it leaves alone, and what it says."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import workshop
from loopback import Answer, Asked, Site, serving

from kb.errors import LockedError, UsageError
from kb.home import Home, write_atomically
from kb.knowledge_base import KnowledgeBase
from kb.refresh import RefreshReport, refresh
from kb.store import progress
from kb.store.archive import Archive
from kb.wiring import open_kb

Run = Callable[..., RefreshReport]


def configure(home: Home, *entries: str) -> None:
    write_atomically(home.settings, "min_interval = 0.0\n" + "".join(f"\n[[sources]]\n{entry}\n" for entry in entries))


def rows(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Everything the records are made of, with the generations that say when they were last touched."""
    with sqlite3.connect(home.database) as conn:
        tables = ("records", "events", "talks", "people", "papers", "roles", "links", "mentions", "read_pages")
        return {table: conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def titles(kb: KnowledgeBase) -> set[str | None]:
    return {talk.title for talk in kb.talks()}


# --- the ordinary


def test_a_first_run_reads_the_site_and_finds_its_talks(kb: KnowledgeBase, run: Run, site: Site) -> None:
    report = run()
    source = report.sources[0]
    assert (source.name, source.status, source.pages, source.failed) == ("quiet", "ok", 3, 0)
    assert source.added >= 8
    assert report.exit_code == 0
    assert report.fetched_bytes > 500
    assert titles(kb) == set(workshop.TITLES[:4])
    assert kb.search("weather at the kilometre scale").hits[0].record.title == workshop.TITLES[1]
    assert sorted(site.paths()) == ["/", "/schedule", "/speakers"]


def test_a_second_run_of_an_unchanged_site_downloads_and_touches_nothing(
    kb: KnowledgeBase, run: Run, site: Site, home: Home
) -> None:
    site.validated("/schedule", workshop.schedule(3))
    site.validated("/speakers", workshop.speakers(workshop.PEOPLE[:3]))
    first = run()
    before = rows(home)
    second = run()
    assert (second.fetched_bytes, second.embedded) == (0, 0)
    assert (second.sources[0].pages, second.sources[0].unchanged) == (3, 3)
    assert [second.total(what) for what in ("added", "changed", "vanished")] == [0, 0, 0]
    assert rows(home) == before
    assert site.count("/robots.txt") == 1
    assert first.embedded > 0


def test_a_site_without_validators_is_compared_by_its_bytes(run: Run, home: Home) -> None:
    run()
    before = rows(home)
    second = run()
    assert second.sources[0].unchanged == 3
    assert rows(home) == before


def test_a_changed_page_changes_what_it_says_and_nothing_else(
    kb: KnowledgeBase, run: Run, site: Site, home: Home
) -> None:
    run()
    speakers_before = [row for row in rows(home)["mentions"] if str(row[1]).endswith("/speakers")]
    site.pages["/schedule"] = workshop.schedule(4)
    report = run()
    source = report.sources[0]
    assert (source.pages, source.unchanged) == (3, 2)
    assert source.added >= 1
    assert workshop.TITLES[4] in titles(kb)
    assert [row for row in rows(home)["mentions"] if str(row[1]).endswith("/speakers")] == speakers_before


def test_facts_that_go_are_marked_as_no_longer_listed_and_come_back(kb: KnowledgeBase, run: Run, site: Site) -> None:
    run()
    full = site.pages["/schedule"]
    ids = {talk.id for talk in kb.talks()}
    for state in (Answer(b"gone", 404), workshop.page("Under construction", "<p>Soon.</p>")):
        site.pages["/schedule"] = state
        report = run()
        assert report.sources[0].vanished >= 4
        assert {talk.id for talk in kb.talks()} == ids
        site.pages["/schedule"] = full
        assert run().sources[0].changed >= 4


def test_a_site_that_is_down_loses_nothing(kb: KnowledgeBase, run: Run, site: Site, home: Home) -> None:
    run()
    before = rows(home)
    site.answer = lambda asked: Answer(b"", 403)  # type: ignore[method-assign]
    report = run()
    assert (report.sources[0].status, report.exit_code) == ("failed", 1)
    assert report.sources[0].vanished == 0
    assert rows(home) == before


# --- one page is one page


def test_a_page_under_two_addresses_is_one_page(kb: KnowledgeBase, run: Run, site: Site, home: Home) -> None:
    site.pages["/"] = workshop.home(("/schedule", "/program", "/moved", "/moved-too"))
    site.pages["/program"] = workshop.schedule(3)
    site.pages["/moved"] = site.pages["/moved-too"] = Answer(status=301, headers={"Location": "/schedule"})
    run()
    assert site.count("/schedule") == 1
    with sqlite3.connect(home.database) as conn:
        pages = {row[0] for row in conn.execute("SELECT DISTINCT page_url FROM mentions WHERE record_id LIKE 'talk/%'")}
    assert len(pages) == 1
    site.pages["/schedule"] = workshop.schedule(5)  # the other address still says what it said, now for itself
    run()
    run()
    assert len(titles(kb)) == 6


def test_a_link_that_leaves_the_site_by_redirect_gives_no_facts(kb: KnowledgeBase, run: Run, site: Site) -> None:
    with serving("127.0.0.2") as other:
        other.pages["/schedule"] = workshop.schedule(6)
        site.pages["/schedule"] = Answer(status=302, headers={"Location": f"http://127.0.0.2:{other.port}/schedule"})
        report = run()
    assert titles(kb) == set()
    assert "private address" in report.sources[0].errors[0]


# --- what goes wrong


def test_a_linked_page_in_trouble_is_named_and_the_rest_is_read(kb: KnowledgeBase, run: Run, site: Site) -> None:
    site.pages["/"] = workshop.home(("/schedule", "/speakers", "/broken", "/gone"))
    site.pages["/broken"] = Answer(b"", 403)
    report = run()
    source = report.sources[0]
    assert (source.status, source.pages, source.failed, source.missing) == ("partial", 3, 1, 1)
    assert "/broken answered 403" in source.errors[0]
    assert source.errors[0].startswith("quiet: ")
    assert report.exit_code == 1
    assert len(titles(kb)) == 4


def test_pages_that_are_not_for_us_are_named_and_no_failure(run: Run, site: Site) -> None:
    with serving("127.0.0.2") as inside:
        site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private\n"
        site.pages["/"] = workshop.home(("/schedule", "/private", "/inside"))
        site.pages["/inside"] = Answer(status=302, headers={"Location": f"http://127.0.0.2:{inside.port}/"})
        report = run()
        assert inside.asked == []
    assert (report.sources[0].status, report.exit_code) == ("ok", 0)
    told = " ".join(report.sources[0].errors)
    assert "robots.txt" in told
    assert "/inside: 127.0.0.2" in told
    assert "private address" in told
    assert site.count("/private") == 0


def test_a_source_that_cannot_be_reached_does_not_stop_the_others(kb: KnowledgeBase, site: Site, home: Home) -> None:
    with serving() as gone:
        dead = gone.url
    configure(
        home,
        f'name = "dead"\nurl = "{dead}/"',
        'name = "typo"\nurl = "https://example.org/"\ndeep = 3',
        f'name = "quiet"\nurl = "{site.url}/"',
    )
    report = refresh(kb, sources=("dead", "quiet"))
    by_name = {source.name: source for source in report.sources}
    assert by_name["dead"].status == "failed"
    assert "cannot be reached" in by_name["dead"].errors[0]
    assert by_name["quiet"].status == "ok"
    assert len(titles(kb)) == 4
    with pytest.raises(UsageError, match="'deep' is unknown"):
        refresh(kb, sources=("typo",))


def test_an_entry_with_a_typo_is_in_the_report_of_a_full_run(kb: KnowledgeBase, home: Home, tree: Path) -> None:
    configure(
        home, 'name = "typo"\nurl = "https://quiet.example/"\ndeep = 3', 'name = "q"\nurl = "https://quiet.example/"'
    )
    report = refresh(kb, replay=tree)
    by_name = {source.name: source for source in report.sources}
    assert "'deep' is unknown" in by_name["typo"].errors[0]
    assert (by_name["typo"].status, by_name["q"].status, report.exit_code) == ("failed", "ok", 1)


def test_an_unreadable_page_is_an_error_once(run: Run, site: Site) -> None:
    site.pages["/"] = workshop.home(("/schedule", "/talk-slides.pdf"))
    site.pages["/talk-slides.pdf"] = Answer(
        b"%PDF-1.7 this is no PDF at all", headers={"Content-Type": "application/pdf"}
    )
    first = run()
    assert first.sources[0].failed == 1
    assert "talk-slides.pdf" in first.sources[0].errors[0]
    second = run()
    assert (second.sources[0].failed, second.exit_code) == (0, 0)


def test_empty_pages_are_pages_without_facts(run: Run, site: Site) -> None:
    site.pages["/"] = workshop.home(("/schedule", "/empty", "/nothing"))
    site.pages["/empty"] = b""
    site.pages["/nothing"] = Answer(status=204)
    first = run()
    assert (first.sources[0].pages, first.sources[0].errors) == (4, ())
    assert run().sources[0].unchanged == 4
    site.pages["/schedule"] = b""
    assert run().sources[0].vanished >= 4


def test_a_site_on_which_everything_fails_is_reported_in_few_lines(run: Run, site: Site) -> None:
    links = tuple(f"/talk-{number}" for number in range(80))
    site.pages = {"/": workshop.home(links)} | dict.fromkeys(links, Answer(b"", 403))
    source = run().sources[0]
    assert source.failed == 80
    assert len(source.errors) == 51
    assert "more pages failed" in source.errors[-1]


def test_the_page_limit_is_reported(kb: KnowledgeBase, run: Run, site: Site, home: Home) -> None:
    configure(home, f'name = "quiet"\nurl = "{site.url}/"\nlimit = 2')
    report = run()
    assert (report.sources[0].pages, report.sources[0].left_out) == (2, 1)
    assert "limit of 2" in report.sources[0].notes[0]
    assert len(titles(kb)) == 4  # the schedule is what a limit leaves in


def test_a_kind_nobody_reads_is_skipped_with_a_line(kb: KnowledgeBase, home: Home) -> None:
    configure(home, 'name = "odd"\nurl = "gopher:hole"')
    report = refresh(kb, sources=("odd",))
    assert (report.sources[0].status, report.exit_code) == ("skipped", 0)
    assert "gopher" in report.sources[0].notes[0]


def test_files_are_a_source_too(kb: KnowledgeBase, home: Home, tree: Path) -> None:
    configure(
        home, f'name = "files"\nurl = "file:{tree}/quiet.example/*.html"', 'name = "none"\nurl = "file:/nowhere/*"'
    )
    assert refresh(kb, sources=("files",)).sources[0].pages == 3
    assert len(titles(kb)) == 4
    assert refresh(kb, sources=("files",)).sources[0].unchanged == 3
    (tree / "quiet.example" / "schedule.html").unlink()
    assert refresh(kb, sources=("files",)).sources[0].vanished >= 4
    assert "No file matches" in refresh(kb, sources=("none",)).sources[0].errors[0]


# --- which sources, and when


def test_only_what_is_due_is_read(kb: KnowledgeBase, run: Run, site: Site) -> None:
    assert run(due=True).sources[0].pages == 3
    assert run(due=True).sources == ()
    progress.save_source_state(kb.store, "quiet", at="2020-01-01T00:00:00Z", status="ok")
    assert run(due=True).sources[0].pages == 3
    progress.save_source_state(kb.store, "quiet", at="2999-01-01T00:00:00Z", status="failed")
    assert len(run(due=True).sources) == 1


def test_a_dry_run_says_what_would_be_read_and_asks_for_nothing(run: Run, site: Site, home: Home) -> None:
    report = run(dry_run=True)
    assert [(s.name, s.status) for s in report.sources] == [("quiet", "planned")]
    assert site.asked == []
    assert not home.pages.exists()


def test_an_unknown_source_is_named(run: Run) -> None:
    with pytest.raises(UsageError, match="'quit'"):
        run("quit")


def test_the_report_is_kept(kb: KnowledgeBase, run: Run) -> None:
    report = run()
    (kept,) = progress.past_runs(kb.store)
    assert kept.report == report.to_dict()
    assert kept.finished_at is not None
    assert {"name", "status", "pages", "unchanged", "failed", "added", "changed", "vanished", "errors"} <= set(
        kept.report["sources"][0]
    )


# --- two at once, stopped, resumed


def test_a_second_refresh_says_that_one_is_running(kb: KnowledgeBase, run: Run, site: Site) -> None:
    with kb.store.job("kb refresh"):
        report = run()
    assert report.already_running is not None
    assert report.already_running.startswith("kb refresh (process ")
    assert report.exit_code == 0
    assert site.asked == []
    with kb.store.job("kb add x"), pytest.raises(LockedError, match="kb add x"):
        run()


def test_a_stopped_run_is_taken_up_where_it_was(kb: KnowledgeBase, run: Run, site: Site) -> None:
    stop = threading.Event()
    schedule = workshop.schedule(3)

    def stopping(asked: Asked) -> Answer:
        stop.set()
        return Answer(schedule)

    site.pages["/schedule"] = stopping
    report = run(stop=stop)
    assert (report.interrupted, report.exit_code) == (True, 1)
    asked_before = list(site.paths())
    again = run()
    assert again.resumed
    assert not again.interrupted
    assert len(titles(kb)) == 4
    fetched = site.paths()
    assert fetched.count("/") == 1
    assert len(fetched) <= len(asked_before) + 2
    assert not run().resumed


def test_what_was_fetched_but_not_stored_is_stored_without_asking_again(
    kb: KnowledgeBase, run: Run, site: Site, home: Home
) -> None:
    run()
    with sqlite3.connect(home.database) as conn:  # as after SIGKILL between the archive and the records
        conn.execute("UPDATE runs SET finished_at = NULL")
        conn.execute("DELETE FROM read_pages WHERE url LIKE '%/schedule'")
    asked = len(site.asked)
    report = run()
    assert report.resumed
    assert len(site.asked) == asked
    assert report.sources[0].pages == 3


# --- replay


def test_a_replay_reads_what_is_there_and_skips_the_rest(kb: KnowledgeBase, home: Home, tree: Path) -> None:
    configure(home, 'name = "quiet"\nurl = "https://quiet.example/"', 'name = "loud"\nurl = "https://loud.example"')
    report = refresh(kb, replay=tree)
    by_name = {source.name: source for source in report.sources}
    assert (by_name["quiet"].status, by_name["loud"].status, by_name["ruder"].status) == ("ok", "ok", "skipped")
    assert {source.status for source in report.sources} == {"ok", "skipped"}
    assert by_name["quiet"].pages == 3
    assert by_name["quiet"].missing == 1
    assert report.exit_code == 0
    again = refresh(kb, replay=tree)
    assert (again.fetched_bytes, again.embedded) == (0, 0)
    assert again.total("unchanged") == again.total("pages") == 6


def test_two_replays_of_one_tree_give_the_same_records(
    kb: KnowledgeBase, home: Home, tree: Path, tmp_path: Path
) -> None:

    configure(home, 'name = "quiet"\nurl = "https://quiet.example/"', 'name = "loud"\nurl = "https://loud.example"')
    other = Home(tmp_path / "other")
    write_atomically(other.settings, home.settings.read_bytes())
    refresh(kb, sources=("quiet", "loud"), replay=tree)
    with open_kb(other.path) as second:
        refresh(second, sources=("quiet", "loud"), replay=tree)
        for kind in ("talks", "people", "papers", "events"):
            assert list(getattr(kb, kind)()) == list(getattr(second, kind)())


def test_the_archive_holds_every_page_that_was_read(run: Run, site: Site, home: Home) -> None:
    run()
    with Archive(home.pages, readonly=True) as archive:
        page = archive.page(site.url + "/schedule")
        assert page is not None
        assert archive.body(page.body_hash or "") == workshop.schedule(3)
        assert page.source == "quiet"
        assert archive.verify() == []
