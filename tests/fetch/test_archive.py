"""pages.db: every body once, every state of a page, whatever happens half-way."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from kb.errors import DamagedError, NewerError, UsageError
from kb.store.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "pages.db")


def put(archive: Archive, url: str, body: bytes, *, status: int = 200, at: str = "2026-01-01T00:00:00Z") -> str | None:
    return archive.put(
        url, final_url=url, status=status, headers={"etag": '"1"'}, body=body, fetched_at=at, checked_at=at, source="s"
    )


def test_a_page_comes_back_as_it_was_kept(archive: Archive) -> None:
    body_hash = put(archive, "https://example.org/a", b"<p>one" * 100)
    page = archive.page("https://example.org/a")
    assert page is not None
    assert (page.status, page.body_hash, page.size, page.source) == (200, body_hash, 600, "s")
    assert archive.body(body_hash or "") == b"<p>one" * 100
    assert archive.page("https://example.org/b") is None


def test_equal_bodies_are_kept_once(archive: Archive) -> None:
    put(archive, "https://example.org/a", b"same" * 1000)
    put(archive, "https://example.org/b", b"same" * 1000)
    counts = archive.counts()
    assert (counts["pages"], counts["bodies"]) == (2, 1)
    assert counts["stored_bytes"] < counts["bytes"] / 10


def test_every_state_of_a_page_is_kept(archive: Archive) -> None:
    for day, (body, status) in enumerate([(b"one", 200), (b"one", 200), (b"two", 200), (b"gone", 404)], start=1):
        put(archive, "https://example.org/a", body, status=status, at=f"2026-01-0{day}T00:00:00Z")
    versions = archive.versions("https://example.org/a")
    assert [(v.fetched_at[:10], v.status) for v in versions] == [
        ("2026-01-01", 200),
        ("2026-01-03", 200),
        ("2026-01-04", 404),
    ]
    assert archive.body(versions[0].body_hash or "") == b"one"
    page = archive.page("https://example.org/a")
    assert page is not None
    assert page.body_hash is None


def test_a_check_without_change_moves_only_the_check_time(archive: Archive) -> None:
    put(archive, "https://example.org/a", b"one")
    archive.touch("https://example.org/a", "2026-02-01T00:00:00Z")
    page = archive.page("https://example.org/a")
    assert page is not None
    assert (page.fetched_at, page.checked_at) == ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
    assert archive.checked_since("2026-02-01T00:00:00Z") == {"https://example.org/a"}
    assert archive.checked_since("2026-02-01T00:00:01Z") == set()


def test_pages_are_listed_by_source_and_prefix(archive: Archive) -> None:
    for number in range(1200):
        put(archive, f"https://example.org/{number:04}", b"x")
    put(archive, "https://other.example/", b"y")
    assert len(list(archive.pages())) == 1201
    assert len(list(archive.pages(prefix="https://example.org/00"))) == 100
    assert list(archive.pages(source="nobody")) == []


def test_forgetting_a_page_takes_its_bodies_unless_another_page_has_them(archive: Archive) -> None:
    shared = put(archive, "https://example.org/a", b"shared")
    put(archive, "https://example.org/b", b"shared")
    own = put(archive, "https://example.org/a", b"own")
    assert archive.forget("https://example.org/a")
    assert not archive.forget("https://example.org/a")
    assert archive.has_body(shared or "")
    assert not archive.has_body(own or "")
    assert archive.versions("https://example.org/a") == ()
    assert archive.verify() == []


def test_robots_txt_is_kept_for_as_long_as_asked(archive: Archive) -> None:
    assert archive.load_robots("https://example.org", max_age_s=60) is None
    archive.save_robots("https://example.org", "User-agent: *")
    assert archive.load_robots("https://example.org", max_age_s=60) == "User-agent: *"
    assert archive.load_robots("https://example.org", max_age_s=0) is None


def test_a_damaged_body_is_found(archive: Archive) -> None:
    body_hash = put(archive, "https://example.org/a", b"whole" * 100) or ""
    with sqlite3.connect(archive.path) as conn:
        conn.execute("UPDATE bodies SET data = x'28b52ffd00'")
    with pytest.raises(DamagedError, match="damaged"):
        archive.body(body_hash)
    assert len(archive.verify()) == 1


def test_a_newer_or_broken_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    Archive(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerError):
        Archive(path)
    (tmp_path / "other.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(DamagedError):
        Archive(tmp_path / "other.db")
    with pytest.raises(UsageError, match="no archive"):
        Archive(tmp_path / "none.db", readonly=True)


def test_threads_share_one_archive(archive: Archive) -> None:
    threads = [
        threading.Thread(target=put, args=(archive, f"https://example.org/{n}", b"x" * n * 100)) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert archive.counts()["pages"] == 20
    assert archive.verify() == []
