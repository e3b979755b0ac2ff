"""What the network does to a request, against a real server."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace

import pytest
from loopback import FAST, Answer, Asked, Site, serving, zipped

from scrapers.fetch import (
    BadUrl,
    Cancelled,
    CircuitOpen,
    HttpStatus,
    PrivateAddress,
    RobotsDisallowed,
    TimedOut,
    TooLarge,
    TooManyRedirects,
    Unreachable,
    Validators,
)
from scrapers.fetch.client import HttpFetcher, user_agent

Make = Callable[..., HttpFetcher]


def in_turn(*answers: Answer) -> Callable[[Asked], Answer]:
    """One answer after the other; the last one stays."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


def redirect(target: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": target})


# --- the ordinary


def test_a_page_comes_with_its_status_headers_and_time(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"<p>hello", headers={"Content-Type": "text/html", "ETag": '"7"', "Set-Cookie": "id=1"})
    page = fetcher().get(site.url + "/a#part")
    assert (page.status, page.body, page.content_type) == (200, b"<p>hello", "text/html")
    assert page.headers["etag"] == '"7"'
    assert "set-cookie" not in page.headers
    assert page.final_url == site.url + "/a"
    assert page.fetched_at.endswith("Z")


def test_the_user_agent_names_the_program_and_the_contact(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = b"x"
    fetcher(contact="me@example.org").get(site.url + "/a")
    agents = {asked.headers["user-agent"] for asked in site.asked}
    assert len(agents) == 1
    assert agents.pop().startswith("conference-kb/")
    assert user_agent("me@example.org").endswith("(+me@example.org)")
    assert user_agent("") == user_agent("").split(" ")[0]
    assert "\n" not in user_agent("a\r\nX-Evil: 1")


def test_a_compressed_page_is_decompressed(site: Site, fetcher: Make) -> None:
    site.pages["/gzip"] = zipped(b"text " * 100)
    site.pages["/deflate"] = Answer(zlib.compress(b"text"), headers={"Content-Encoding": "deflate"})
    raw = zlib.compressobj(wbits=-15)
    site.pages["/raw"] = Answer(raw.compress(b"text") + raw.flush(), headers={"Content-Encoding": "deflate"})
    one = fetcher()
    assert one.get(site.url + "/gzip").body == b"text " * 100
    assert one.get(site.url + "/deflate").body == b"text"
    assert one.get(site.url + "/raw").body == b"text"


def test_bytes_in_any_charset_arrive_as_they_are(site: Site, fetcher: Make) -> None:
    body = "Zürich".encode("latin-1")
    site.pages["/a"] = Answer(body, headers={"Content-Type": "text/html; charset=utf-8"})
    assert fetcher().get(site.url + "/a").body == body


def test_validators_make_it_conditional(site: Site, fetcher: Make) -> None:
    site.validated("/a", b"page", etag='"v1"')
    page = fetcher().get(
        site.url + "/a", validators=Validators(etag='"v1"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
    )
    assert page.not_modified
    assert page.ok
    assert page.body == b""
    assert site.asked[-1].headers["if-modified-since"] == "Mon, 01 Jan 2024 00:00:00 GMT"


def test_no_cookie_is_ever_sent_back(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"x", headers={"Set-Cookie": "id=1; Path=/"})
    site.pages["/b"] = b"y"
    one = fetcher()
    one.get(site.url + "/a")
    one.get(site.url + "/b")
    assert all("cookie" not in asked.headers for asked in site.asked)


def test_an_api_call_gets_its_answer_whatever_the_status(site: Site, fetcher: Make) -> None:
    def answer(asked: Asked) -> Answer:
        return Answer(asked.body or asked.path.encode(), 403, {"Content-Type": "application/json"})

    site.pages["/notes"] = answer
    one = fetcher()
    got = one.request("GET", site.url + "/notes", params={"id": "a b", "limit": 5}, headers={"Authorization": "x"})
    assert (got.status, got.body) == (403, b"/notes?id=a+b&limit=5")
    posted = one.request("POST", site.url + "/notes", json={"id": "me"})
    assert posted.json() == {"id": "me"}
    assert site.asked[0].headers["authorization"] == "x"
    assert site.count("/robots.txt") == 0


# --- politeness


def test_requests_to_one_host_keep_their_distance(site: Site, fetcher: Make) -> None:
    for path in "abcd":
        site.pages[f"/{path}"] = Answer(b"x" * 1000, stall=0.02)
    one = fetcher(replace(FAST, min_interval=0.1))
    for future in [one.submit(f"{site.url}/{path}") for path in "abcd"]:
        assert future.result().ok
    gaps = [later.at - earlier.done for earlier, later in zip(site.asked, site.asked[1:], strict=False)]
    assert len(gaps) == 4
    assert min(gaps) > 0.09


def test_hosts_are_served_at_the_same_time(site: Site, fetcher: Make) -> None:
    with serving("127.0.0.2") as other:
        for one in (site, other):
            one.pages["/a"] = Answer(b"slow body", stall=0.5)
        other_url = f"http://127.0.0.2:{other.port}"
        both = fetcher(start_urls=(site.url, other_url))
        began = time.monotonic()
        for future in [both.submit(site.url + "/a"), both.submit(other_url + "/a")]:
            future.result()
        slow = [asked for one in (site, other) for asked in one.asked if asked.path == "/a"]
        assert max(asked.at for asked in slow) < min(asked.done for asked in slow)
        assert began < slow[0].at


def test_robots_txt_is_asked_once_and_obeyed(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /\n"
    site.pages["/a"] = b"x"
    one = fetcher()
    one.get(site.url + "/a")
    with pytest.raises(RobotsDisallowed, match="/private/a") as caught:
        one.get(site.url + "/private/a")
    assert caught.value.hint
    assert site.count("/robots.txt") == 1
    assert site.count("/private/a") == 0


def test_robots_txt_may_name_us(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = b"User-agent: conference-kb\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
    with pytest.raises(RobotsDisallowed):
        fetcher().get(site.url + "/a")


def test_a_redirect_is_not_a_way_round_robots_txt(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private\n"
    site.pages["/a"] = redirect("/private/b")
    with pytest.raises(RobotsDisallowed):
        fetcher().get(site.url + "/a")
    assert site.count("/private/b") == 0


def test_a_server_in_trouble_with_its_robots_txt_means_no(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = Answer(b"", 500)
    site.pages["/a"] = b"x"
    with pytest.raises(RobotsDisallowed, match="answered 500"):
        fetcher().get(site.url + "/a")
    assert site.count("/a") == 0


def test_crawl_delay_is_kept(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = b"User-agent: *\nCrawl-delay: 0.2\n"
    site.pages["/a"] = site.pages["/b"] = b"x"
    one = fetcher()
    one.get(site.url + "/a")
    one.get(site.url + "/b")
    a, b = site.asked[-2:]
    assert b.at - a.done > 0.19


def test_a_crawl_delay_nobody_can_keep_is_a_no(site: Site, fetcher: Make) -> None:
    site.pages["/robots.txt"] = b"User-agent: *\nCrawl-delay: 86400\n"
    with pytest.raises(RobotsDisallowed, match="86400 s"):
        fetcher().get(site.url + "/a")


def test_one_url_is_asked_for_once_in_a_run(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"x" * 10, stall=0.05)
    site.pages["/b"] = redirect("/a")
    one = fetcher()
    waiting = [one.submit(site.url + path) for path in ("/a", "/a", "/b", "/a#part")]
    assert {future.result().body for future in waiting} == {b"x" * 10}
    assert one.get(site.url + "/a").body == b"x" * 10
    assert site.count("/a") == 1


# --- retries


def test_500_then_200_is_a_success(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = in_turn(Answer(b"", 500), Answer(b"fine"))
    assert fetcher().get(site.url + "/a").body == b"fine"
    assert site.count("/a") == 2


def test_what_a_server_refuses_for_good_is_asked_once(site: Site, fetcher: Make) -> None:
    with pytest.raises(HttpStatus, match="404") as caught:
        fetcher().get(site.url + "/nowhere")
    assert caught.value.status == 404
    assert site.count("/nowhere") == 1


def test_retries_are_bounded(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"", 502)
    with pytest.raises(HttpStatus, match="502"):
        fetcher().get(site.url + "/a")
    assert site.count("/a") == FAST.attempts


def test_retry_after_is_honoured_by_everybody_who_waits_for_the_host(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = in_turn(Answer(b"", 429, {"Retry-After": "1"}), Answer(b"fine"))
    site.pages["/b"] = b"other"
    one = fetcher()
    first = one.submit(site.url + "/a")
    while site.count("/a") == 0:
        time.sleep(0.01)
    second = one.submit(site.url + "/b")
    assert (first.result().body, second.result().body) == (b"fine", b"other")
    refused = next(asked for asked in site.asked if asked.path == "/a")
    assert all(asked.at - refused.done > 0.95 for asked in site.asked[site.asked.index(refused) + 1 :])


def test_a_retry_after_beyond_patience_is_left_to_the_next_run(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"", 503, {"Retry-After": "7200"})
    one = fetcher()
    with pytest.raises(HttpStatus, match="503"):
        one.get(site.url + "/a")
    with pytest.raises(CircuitOpen, match="come back"):
        one.get(site.url + "/b")
    assert site.paths() == ["/a"]


def test_a_post_is_not_repeated_when_its_fate_is_unknown(site: Site, fetcher: Make) -> None:
    site.pages["/login"] = Answer(b"", 500)
    assert fetcher().request("POST", site.url + "/login", json={}).status == 500
    assert site.count("/login") == 1


def test_a_host_that_keeps_failing_is_left_alone(site: Site, fetcher: Make) -> None:
    for number in range(4):
        site.pages[f"/{number}"] = Answer(b"", 500)
    one = fetcher(replace(FAST, attempts=1))
    for number in range(4):
        with pytest.raises(HttpStatus):
            one.get(f"{site.url}/{number}")
    with pytest.raises(CircuitOpen, match="left alone"):
        one.get(site.url + "/5")
    assert site.count("/5") == 0


# --- limits


def test_a_truncated_body_is_an_error_after_retries(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"half", announced=1000)
    with pytest.raises(Unreachable, match="broke off"):
        fetcher().get(site.url + "/a")
    assert site.count("/a") == FAST.attempts


def test_a_truncated_gzip_body_is_not_taken_for_the_page(site: Site, fetcher: Make) -> None:
    whole = gzip.compress(b"text " * 1000)
    site.pages["/a"] = Answer(whole[: len(whole) // 2], headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unreachable, match="broke off"):
        fetcher().get(site.url + "/a")


def test_a_body_that_stops_coming_times_out(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"x" * 100, stall=1.0)
    with pytest.raises(TimedOut, match="/a"):
        fetcher(replace(FAST, read_s=0.1, attempts=1)).get(site.url + "/a")


def test_a_body_that_drips_for_ever_times_out(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"x" * 100, stall=1.0)
    with pytest.raises(TimedOut):
        fetcher(replace(FAST, read_s=5.0, total_s=0.2, attempts=1)).get(site.url + "/a")


def test_a_gzip_bomb_is_stopped_at_the_limit(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = zipped(b"\0" * 50_000_000)
    with pytest.raises(TooLarge, match="100,000 bytes"):
        fetcher().get(site.url + "/a")


def test_a_large_body_is_refused_with_and_without_announcement(site: Site, fetcher: Make) -> None:
    site.pages["/announced"] = Answer(b"x" * 200_000)
    site.pages["/quiet"] = zipped(bytes(range(256)) * 1000)
    one = fetcher()
    for path in ("/announced", "/quiet"):
        with pytest.raises(TooLarge, match=path) as caught:
            one.get(site.url + path)
        assert "max_body" in caught.value.hint


def test_an_encoding_nobody_asked_for_is_an_error(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = Answer(b"xx", headers={"Content-Encoding": "br"})
    with pytest.raises(Unreachable, match="'br'"):
        fetcher().get(site.url + "/a")


def test_redirects_are_followed_and_named(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = redirect("b?x=1", 301)
    site.pages["/b"] = redirect(site.url + "/c", 308)
    site.pages["/c"] = b"there"
    page = fetcher().get(site.url + "/a")
    assert (page.url, page.final_url, page.body) == (site.url + "/a", site.url + "/c", b"there")


def test_redirects_in_a_circle_and_without_end_are_errors(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = redirect("/b")
    site.pages["/b"] = redirect("/a")
    for number in range(20):
        site.pages[f"/{number}"] = redirect(f"/{number + 1}")
    one = fetcher()
    with pytest.raises(TooManyRedirects, match="circle"):
        one.get(site.url + "/a")
    with pytest.raises(TooManyRedirects, match="more than"):
        one.get(site.url + "/0")


def test_secrets_do_not_travel_to_another_host(site: Site, fetcher: Make) -> None:
    with serving("127.0.0.2") as other:
        other_url = f"http://127.0.0.2:{other.port}"
        other.pages["/b"] = b"x"
        site.pages["/a"] = redirect(other_url + "/b")
        one = fetcher(start_urls=(site.url, other_url))
        one.request("GET", site.url + "/a", headers={"Authorization": "Bearer secret", "X-Plain": "1"})
        assert "authorization" not in other.asked[-1].headers
        assert other.asked[-1].headers["x-plain"] == "1"


# --- where a URL may not lead


@pytest.mark.parametrize(
    "url", ["", "no url", "ftp://example.org/a", "javascript:alert(1)", "file:///etc/passwd", "http://", "http://[::1",
            "http://a:99999/", "//example.org/a", "http://exa mple.org/", "https://" + "a" * 5000]
)  # fmt: skip
def test_what_is_no_url_is_said_to_be_none(url: str, fetcher: Make) -> None:
    with pytest.raises(BadUrl) as caught:
        fetcher().get(url)
    assert caught.value.hint


def test_a_redirect_to_another_scheme_is_an_error(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = redirect("file:///etc/passwd")
    with pytest.raises(BadUrl, match="scheme 'file'"):
        fetcher().get(site.url + "/a")


def test_a_private_address_is_refused_unless_it_is_a_start_url(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = b"x"
    with pytest.raises(PrivateAddress, match=r"127\.0\.0\.1") as caught:
        fetcher(start_urls=()).get(site.url + "/a")
    assert "source" in caught.value.hint
    assert site.asked == []


def test_a_redirect_into_the_private_network_is_refused(site: Site, fetcher: Make) -> None:
    with serving("127.0.0.2") as secret:
        secret.pages["/admin"] = b"keys"
        site.pages["/a"] = redirect(f"http://127.0.0.2:{secret.port}/admin")
        with pytest.raises(PrivateAddress):
            fetcher().get(site.url + "/a")
        assert secret.asked == []


def test_a_name_that_resolves_to_a_private_address_is_refused(site: Site, fetcher: Make) -> None:
    with pytest.raises(PrivateAddress, match="localhost"):
        fetcher().get(f"http://localhost:{site.port}/a")


def test_another_port_of_a_start_url_is_another_place(site: Site, fetcher: Make) -> None:
    with serving() as neighbour, pytest.raises(PrivateAddress):
        fetcher().get(neighbour.url + "/a")


def test_a_refused_connection_says_where(fetcher: Make) -> None:
    with serving() as gone:
        url = gone.url + "/a"
    with pytest.raises(Unreachable, match="cannot be reached"):
        fetcher(start_urls=(url,)).get(url)


def test_a_host_nobody_knows_is_named(fetcher: Make) -> None:
    with pytest.raises(Unreachable, match=r"nowhere\.invalid"):
        fetcher().get("http://nowhere.invalid/a")


# --- ending


def test_closing_cancels_what_waits(site: Site, fetcher: Make) -> None:
    site.pages["/a"] = site.pages["/b"] = b"x"
    one = fetcher(replace(FAST, min_interval=30.0))
    first, second = one.submit(site.url + "/a"), one.submit(site.url + "/b")
    one.close()
    one.close()
    for future in (first, second):
        with pytest.raises((CancelledError, Cancelled)):
            future.result(timeout=5)
    with pytest.raises(Cancelled, match="closed"):
        one.get(site.url + "/a")
