"""WARC files: what we write others read, what others write we read."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import workshop
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from kb.errors import ExtractionError, UsageError
from kb.refresh import reparse
from kb.store.archive import Archive
from kb.wiring import open_kb
from scrapers.warc import WarcPage, is_warc, read_warc, write_warc

AT = "2026-01-02T03:04:05Z"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Archive(tmp_path / "pages.db")
    for name, body in (("a", "<p>één".encode()), ("b", b"\x00\xff" * 1000)):
        url = f"https://example.org/{name}"
        made.put(
            url, final_url=url, status=200, headers={"content-type": "text/html", "content-length": "7"}, body=body,
            fetched_at=AT, checked_at=AT, source=name,
        )  # fmt: skip
    made.put(
        "https://example.org/gone", final_url="https://example.org/gone", status=404, headers={}, body=b"",
        fetched_at=AT, checked_at=AT,
    )  # fmt: skip
    return made


@pytest.mark.parametrize("name", ["pages.warc.gz", "pages.warc"])
def test_what_is_written_is_read_back(archive: Archive, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert write_warc(archive, path) == (2, 1)
    assert list(read_warc(path)) == [
        WarcPage("https://example.org/a", "<p>één".encode(), "text/html", AT),
        WarcPage("https://example.org/b", b"\x00\xff" * 1000, "text/html", AT),
    ]
    assert write_warc(archive, path, source="a") == (1, 0)


def test_other_tools_find_the_digests_right(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "pages.warc.gz"
    write_warc(archive, path)
    arguments = type("Arguments", (), {"inputs": [str(path)], "verbose": False})()
    checker = Checker(arguments)
    checker.process_all()
    assert checker.exit_value == 0
    with path.open("rb") as file:
        assert [record.rec_type for record in ArchiveIterator(file)] == ["warcinfo", "response", "response"]


def foreign(path: Path) -> None:
    """A file as a crawler writes it: compressed bodies, requests, errors, another scheme."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)

        def add(url: str, kind: str, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http))

        html = ("Content-Type", "text/html; charset=latin-1")
        add(
            "https://example.org/x#top",
            "response",
            "200 OK",
            [html, ("Content-Encoding", "gzip")],
            gzip.compress(b"zip"),
        )
        add("https://example.org/y", "response", "404 Not Found", [html], b"no")
        add("https://example.org/x", "request", "GET / HTTP/1.1", [], b"")
        add("dns:example.org", "response", "200 OK", [html], b"no")


def test_what_crawlers_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    foreign(path)
    (page,) = read_warc(path)
    assert isinstance(page, WarcPage)
    assert (page.url, page.body, page.content_type) == ("https://example.org/x", b"zip", "text/html; charset=latin-1")


def test_a_file_that_breaks_off_gives_what_came_before(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "pages.warc"
    write_warc(archive, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 1500])
    found = list(read_warc(path))
    assert any(isinstance(page, WarcPage) and page.url.endswith("/a") for page in found)
    for body in (b"", b"no warc at all" * 100, whole[:50], gzip.compress(b"text" * 1000)):
        path.write_bytes(body)
        assert not [page for page in read_warc(path) if isinstance(page, WarcPage)]
    path.write_bytes(b"")
    assert [type(page) for page in read_warc(path)] == [ExtractionError]


def test_wrong_names_and_missing_files_are_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"pages\.zip"):
        write_warc(archive, tmp_path / "pages.zip")
    with pytest.raises(UsageError, match="nowhere"):
        list(read_warc(tmp_path / "nowhere.warc"))
    assert is_warc(Path("A.WARC.GZ"))
    assert not is_warc(Path("a.gz"))


def test_kb_add_reads_a_warc_file_page_by_page(tmp_path: Path) -> None:
    source = Archive(tmp_path / "there.db")
    url = "https://quiet.example/schedule"
    source.put(
        url, final_url=url, status=200, headers={"content-type": "text/html"}, body=workshop.schedule(3),
        fetched_at=AT, checked_at=AT,
    )  # fmt: skip
    path = tmp_path / "pages.warc.gz"
    write_warc(source, path)
    with open_kb(tmp_path / "home") as kb:
        report = kb.add(str(path))
        assert (report.pages, report.errors) == (1, ())
        talk = next(kb.talks())
        (mention,) = kb.mentions(talk.id)
        assert (mention.page_url, mention.fetched_at) == (url, AT)
        again = reparse(kb)
        assert (again.sources[0].name, again.total("unchanged")) == ("added by hand", 1)
