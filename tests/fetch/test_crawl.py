"""Which pages of a site are read, and in which order."""

from __future__ import annotations

from scrapers.catalogue import Source
from scrapers.crawl import Crawl

SITE = "https://example.org"


def crawled(source: Source, links: dict[str, list[str]], *, gone: tuple[str, ...] = ()) -> list[str]:
    """Paths in the order they are read; `links` maps a path to the links on it."""
    crawl, out = Crawl(source), []
    while target := crawl.next():
        path = target.url.removeprefix(SITE)
        if path in gone:
            crawl.missing(target)
            continue
        out.append(path)
        crawl.found([SITE + link if link.startswith("/") else link for link in links.get(path, [])], depth=target.depth)
    return out


def test_near_pages_come_first_and_promising_ones_before_others() -> None:
    links = {
        "/": ["/sponsors", "/2023/", "/accepted-papers", "/schedule", "/venue"],
        "/2023/": ["/2023/speakers"],
    }
    order = ["/", "/schedule", "/accepted-papers", "/2023/", "/sponsors", "/venue", "/2023/speakers"]
    assert crawled(Source("s", SITE + "/"), links) == order


def test_the_crawl_stays_on_the_site_and_below_its_folder() -> None:
    links = {"/~prof/talks/": ["/~prof/talks/2024", "/~prof/private", "/", "https://evil.example/~prof/talks/x",
                               "https://example.org.evil.example/~prof/talks/"]}  # fmt: skip
    assert crawled(Source("s", SITE + "/~prof/talks/"), links) == ["/~prof/talks/", "/~prof/talks/2024"]


def test_depth_counts_links_from_the_start() -> None:
    links = {"/": ["/a"], "/a": ["/b"], "/b": ["/c"]}
    assert crawled(Source("s", SITE + "/", depth=0), links) == ["/"]
    assert crawled(Source("s", SITE + "/", depth=2), links) == ["/", "/a", "/b"]


def test_a_page_is_read_once_whatever_links_to_it() -> None:
    links = {"/": ["/a", "/a#top", "/a?utm_source=x", "/a/", "/a.html", "http://example.org:80/a", "/index.html"]}
    assert crawled(Source("s", SITE + "/"), links) == ["/", "/a"]


def test_another_spelling_is_tried_where_the_first_is_not_there() -> None:
    links = {"/": ["/a/", "/a.html", "/b"]}
    assert crawled(Source("s", SITE + "/"), links, gone=("/a/",)) == ["/", "/b", "/a.html"]


def test_the_limit_cuts_off_the_least_promising_and_counts_them() -> None:
    crawl = Crawl(Source("s", SITE + "/", limit=3))
    first = crawl.next()
    assert first is not None
    crawl.found([f"{SITE}/{name}" for name in ("x", "y", "speakers", "z", "papers")], depth=0)
    assert [target.url for target in iter(crawl.next, None)] == [SITE + "/speakers", SITE + "/papers"]
    assert crawl.left_out == 3


def test_assets_feeds_listings_and_traps_are_left_alone() -> None:
    links = {"/": ["/style.css", "/photo.JPG", "/feed/", "/tag/ai/", "/calendar?month=2024-01", "/a/b/a/b/a/b",
                   "/login", "/cv.pdf", "mailto:a@example.org", "javascript:void(0)", "/real"]}  # fmt: skip
    assert crawled(Source("s", SITE + "/"), links) == ["/", "/real"]


def test_slides_are_followed() -> None:
    links = {"/": ["/slides/keynote.pdf", "/proposal.pdf"]}
    assert crawled(Source("s", SITE + "/"), links) == ["/", "/slides/keynote.pdf"]


def test_rules_of_the_source_replace_the_general_ones() -> None:
    source = Source("s", SITE + "/", follow=("/author/*", "/list?page=*"), skip=("*/draft*",))
    links = {"/": ["/author/ann", "/author/draft-bob", "/list?page=2", "/schedule"]}
    assert crawled(source, links) == ["/", "/author/ann", "/list?page=2"]


def test_another_name_of_the_host_is_the_same_site() -> None:
    source = Source("s", SITE + "/", aliases=("example.github.io",))
    links = {"/": ["https://example.github.io/talks", "/talks", "https://other.github.io/talks"]}
    assert crawled(source, links) == ["/", "/talks"]


def test_pages_of_earlier_runs_are_asked_for_again() -> None:
    crawl = Crawl(Source("s", SITE + "/"))
    crawl.remember([SITE + "/old-speakers", SITE + "/", "https://elsewhere.example/"])
    assert [target.url for target in iter(crawl.next, None)] == [SITE + "/", SITE + "/old-speakers"]


def test_links_nobody_can_follow_do_no_harm() -> None:
    crawl = Crawl(Source("s", SITE + "/"))
    crawl.next()
    crawl.found(["http://[", "", "https://example.org:99999/", "https://exa mple.org/", "//", "?"], depth=0)
    assert crawl.next() is None
