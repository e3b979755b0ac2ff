"""One page has one URL; addresses are what they resolve to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.fetch import BadUrl
from scrapers.fetch.guard import Guard, is_public
from scrapers.fetch.urls import canonical, is_url, join, origin, request_url


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("HTTPS://Example.ORG:443/a#part", "https://example.org/a"),
        ("http://example.org:80", "http://example.org/"),
        ("http://example.org:8080", "http://example.org:8080/"),
        ("https://example.org/2024/index.html", "https://example.org/2024/"),
        ("https://example.org/a?utm_source=x&id=3&fbclid=y", "https://example.org/a?id=3"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/a/../b/./c", "https://example.org/b/c"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/%7Ename/%e4%20b", "https://example.org/~name/%E4%20b"),
        ("https://example.org/a b/ü", "https://example.org/a%20b/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://openreview.net/forum?id=aB_c&noteId=d", "https://openreview.net/forum?id=aB_c&noteId=d"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
    ],
)
def test_one_page_has_one_url(url: str, page: str) -> None:
    assert canonical(url) == page
    assert canonical(page) == page


def test_only_the_page_identity_drops_the_index_file() -> None:
    assert request_url("https://example.org/index.html#x") == "https://example.org/index.html"


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_a_clear_error(text: str) -> None:
    for url in (text, "http://" + text, "https://example.org/" + text):
        if is_url(url):
            assert canonical(canonical(url)) == canonical(url)
        else:
            with pytest.raises(BadUrl):
                canonical(url)


def test_links_are_joined_or_refused() -> None:
    assert join("https://example.org/2024/x.html", "../speakers.html#a") == "https://example.org/speakers.html"
    for link in ("mailto:a@example.org", "javascript:void(0)", "http://[broken", "tel:+1"):
        with pytest.raises(BadUrl):
            join("https://example.org/", link)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
     "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "ff02::1", "fd00:ec2::254", "not an address"],
)  # fmt: skip
def test_private_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_of_a_mixed_answer_only_the_public_addresses_are_used() -> None:
    assert Guard().permitted("example.org", 443, ["127.0.0.1", "93.184.216.34"]) == ["93.184.216.34"]


def test_a_start_url_opens_its_own_host_and_port_alone() -> None:
    guard = Guard(["http://intranet:8080/talks", "nonsense"])
    assert guard.permitted("intranet", 8080, ["10.0.0.5"]) == ["10.0.0.5"]
    assert origin("http://intranet:8080/").netloc == "intranet:8080"
