"""SIGKILL at any moment of a refresh, start again: nothing lost, nothing broken, nothing fetched twice."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sqlite3
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import killable
import pytest
import workshop
from loopback import Answer, Asked, Site

from kb.home import Home, write_atomically
from kb.store import Store
from kb.store.archive import Archive

KILLS = 20
YEARS = range(2021, 2026)

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(killable.PRELOAD)


def site_of_many_pages(site: Site) -> None:
    """A home page and a schedule and a list of speakers for each of five years, each page a little slow."""
    links = tuple(f"/{year}/{name}" for year in YEARS for name in ("schedule", "speakers"))
    pages = {"/": workshop.home(links)}
    for year in YEARS:
        pages[f"/{year}/schedule"] = workshop.schedule(year % 6, year=year)
        pages[f"/{year}/speakers"] = workshop.speakers(workshop.PEOPLE[: 1 + year % 6], year=year)

    def answer(asked: Asked) -> Answer:
        time.sleep(0.01)
        return Answer(pages[asked.path], headers={"Content-Type": "text/html"})

    site.pages = dict.fromkeys(pages, answer)


def started(home: Home) -> BaseProcess:
    process = _CONTEXT.Process(target=killable.refresh_home, args=(str(home.path),))
    process.start()
    return process


def state(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Everything that was found, without the times at which it was."""
    with sqlite3.connect(home.database) as conn:
        queries = {
            "records": "SELECT id, kind, listed FROM records ORDER BY id",
            "events": "SELECT * FROM events ORDER BY id",
            "talks": "SELECT * FROM talks ORDER BY id",
            "people": "SELECT * FROM people ORDER BY id",
            "roles": "SELECT * FROM roles ORDER BY record_id, role, person_id",
            "mentions": "SELECT record_id, page_url, fact_key, fields, source FROM mentions ORDER BY 1, 2, 3",
            "pages": "SELECT url, facts_url, source, body_hash, links FROM read_pages ORDER BY url",
        }
        return {name: conn.execute(sql).fetchall() for name, sql in queries.items()}


def ended(home: Home) -> int:
    """How many runs came to their end."""
    with sqlite3.connect(home.database) as conn:
        return int(conn.execute("SELECT count(*) FROM runs WHERE finished_at IS NOT NULL").fetchone()[0])


def sound(home: Home) -> None:
    if home.database.exists():
        store = Store(home)
        assert store.problems() == []
        store.close()
    if home.pages.exists():
        with Archive(home.pages) as archive:
            assert archive.verify() == []


@pytest.mark.slow
def test_a_run_killed_at_any_moment_ends_like_one_that_was_not(site: Site, tmp_path: Path) -> None:
    site_of_many_pages(site)
    settings = f'min_interval = 0.0\n[[sources]]\nname = "quiet"\nurl = "{site.url}/"\n'
    undisturbed = Home(tmp_path / "undisturbed")
    write_atomically(undisturbed.settings, settings)
    started(undisturbed).join()  # the fork server warms up
    shutil.rmtree(undisturbed.path)
    write_atomically(undisturbed.settings, settings)
    began = time.monotonic()
    process = started(undisturbed)
    process.join()
    took = time.monotonic() - began
    assert process.exitcode == 0
    expected = state(undisturbed)
    assert len(expected["pages"]) == 11
    assert len(expected["talks"]) > 12

    chance = random.Random(7)
    kills = homes = 0
    while kills < KILLS:
        home = Home(tmp_path / f"home-{homes}")
        write_atomically(home.settings, settings)
        homes += 1
        site.asked.clear()
        killed = 0
        for _ in range(8):  # a run that is killed again and again still gets there
            process = started(home)
            process.join(timeout=chance.uniform(0.02, took))
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            killed += 1
            sound(home)
        process = started(home)
        process.join()
        assert process.exitcode == 0
        sound(home)
        assert state(home) == expected
        # Each kill may lose the two pages that were under way, answered but not yet kept. A run that had done all and
        # was killed while it went home is no run to take up: the next one asks for every page again.
        assert len(site.paths()) <= len(expected["pages"]) * ended(home) + 2 * killed
        kills += killed
    assert kills >= KILLS
