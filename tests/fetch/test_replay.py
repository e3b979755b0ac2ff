"""A saved tree answers like the network, and never with a file outside itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import FetchError, UsageError
from scrapers.fetch import HttpStatus, Limits, RobotsDisallowed, TooLarge, Validators
from scrapers.replay import ReplayFetcher


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    host = tmp_path / "tree" / "example.org"
    for name, text in {
        "index.html": "home",
        "schedule.html": "schedule",
        "2024/index.html": "year",
        "people/index.html": "people",
        "list?page=2": "second",
        "list?page=3.html": "third",
        "search@q=x": "windows",
        "a b/caf\u00e9.html": "names",
        "slides.pdf": "%PDF-1.4",
    }.items():
        path = host / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "tree" / "localhost:8080").mkdir()
    (tmp_path / "tree" / "localhost:8080" / "index.html").write_text("port")
    (tmp_path / "secret.html").write_text("secret")
    return tmp_path / "tree"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://example.org", "home"),
        ("http://EXAMPLE.org:80/#top", "home"),
        ("https://example.org/schedule", "schedule"),
        ("https://example.org/schedule.html", "schedule"),
        ("https://example.org/2024/", "year"),
        ("https://example.org/2024", "year"),
        ("https://example.org/list?page=2", "second"),
        ("https://example.org/list?page=3", "third"),
        ("https://example.org/search?q=x", "windows"),
        ("https://example.org/a%20b/caf%C3%A9.html", "names"),
        ("http://localhost:8080/", "port"),
    ],
)
def test_urls_find_the_files_wget_wrote(tree: Path, url: str, body: str) -> None:
    assert ReplayFetcher(tree).get(url).body.decode() == body


def test_what_is_not_there_is_a_404(tree: Path) -> None:
    replay = ReplayFetcher(tree)
    with pytest.raises(HttpStatus, match="404"):
        replay.get("https://example.org/nowhere")
    assert replay.request("GET", "https://api.example.org/notes", params={"id": 1}).status == 404
    assert isinstance(replay.submit("https://elsewhere.example/").exception(), HttpStatus)
    assert not replay.has("https://example.org/2025/")
    assert replay.has("https://example.org/2024/")


def test_content_types_follow_the_file_names(tree: Path) -> None:
    replay = ReplayFetcher(tree)
    assert replay.get("https://example.org/slides.pdf").content_type == "application/pdf"
    assert replay.get("https://example.org/schedule").content_type == "text/html"
    assert replay.get("https://example.org/list?page=2").content_type is None


def test_an_unchanged_file_is_not_read_again(tree: Path) -> None:
    replay = ReplayFetcher(tree)
    first = replay.get("https://example.org/schedule")
    known = Validators(etag=first.headers["etag"])
    assert replay.get("https://example.org/schedule", validators=known).not_modified
    path = tree / "example.org" / "schedule.html"
    stat = path.stat()
    path.write_text("SCHEDULE")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert replay.get("https://example.org/schedule", validators=known).body == b"SCHEDULE"


def test_robots_txt_counts_where_it_is_there(tree: Path) -> None:
    (tree / "example.org" / "robots.txt").write_text("User-agent: *\nDisallow: /2024/")
    replay = ReplayFetcher(tree)
    assert replay.get("https://example.org/schedule").ok
    with pytest.raises(RobotsDisallowed):
        replay.get("https://example.org/2024/")


def test_large_files_are_refused_like_large_answers(tree: Path) -> None:
    with pytest.raises(TooLarge):
        ReplayFetcher(tree, limits=Limits(max_body=3)).get("https://example.org/")


def test_nothing_outside_the_folder_is_served(tree: Path) -> None:
    (tree / "example.org" / "link.html").symlink_to(tree.parent / "secret.html")
    (tree / "example.org" / "loop").symlink_to(tree / "example.org" / "loop")
    replay = ReplayFetcher(tree)
    for path in ("link.html", "..%2f..%2fsecret.html", "%2e%2e/%2e%2e/secret.html", "a%00b", "loop", "x" * 3000):
        with pytest.raises(FetchError):
            replay.get(f"https://example.org/{path}")
    with pytest.raises(FetchError):
        replay.get("https://../secret.html")


@given(path=st.text(max_size=30))
def test_any_path_is_an_answer_or_an_error(path: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "replay-any"
    folder.mkdir(exist_ok=True)
    with pytest.raises(FetchError):
        ReplayFetcher(folder).get("https://example.org/" + path)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        ReplayFetcher(tmp_path / "nowhere")
