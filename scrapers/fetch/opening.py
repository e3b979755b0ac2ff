"""One way to open a fetcher, whether it leads to the network or to a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kb.home import Home, load_settings
from scrapers.fetch.contract import Fetcher
from scrapers.fetch.limits import Limits

if TYPE_CHECKING:
    from scrapers.fetch.robots import RobotsCache


def open_fetcher(
    home: Home,
    *,
    replay: Path | None = None,
    start_urls: Iterable[str] = (),
    robots: RobotsCache | None = None,
) -> Fetcher:
    """The fetcher that the settings of `home` ask for.

    `start_urls` are those the user gave: host and port of these alone may be private addresses.
    With `replay` every URL is served from that folder (`scrapers.replay`) and nothing touches the network.
    `robots` keeps robots.txt files over runs; the archive is one.
    """
    settings = load_settings(home)
    limits = Limits(min_interval=settings.min_interval, max_body=settings.max_body)
    if replay is not None:
        from scrapers.replay import ReplayFetcher

        return ReplayFetcher(replay, limits=limits)
    from scrapers.fetch.client import HttpFetcher

    return HttpFetcher(contact=settings.contact, limits=limits, start_urls=start_urls, robots=robots)
