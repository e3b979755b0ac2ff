"""A running site, and fetchers that do not wait a second between requests unless the test is about that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from loopback import FAST, Site, serving

from scrapers.fetch import Limits
from scrapers.fetch.client import HttpFetcher


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,127.0.0.2,localhost")


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher(site: Site) -> Iterator[Callable[..., HttpFetcher]]:
    """Makes fetchers that may talk to `site`; closes them."""
    opened: list[HttpFetcher] = []

    def make(limits: Limits = FAST, **options: object) -> HttpFetcher:
        options.setdefault("start_urls", (site.url,))
        opened.append(HttpFetcher(limits=limits, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for one in opened:
        one.close()
