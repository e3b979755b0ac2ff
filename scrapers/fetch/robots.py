"""robots.txt: asked once a host and day, and obeyed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from scrapers.fetch.contract import Fetched
from scrapers.fetch.errors import RobotsDisallowed
from scrapers.fetch.hosts import HostGate
from scrapers.fetch.limits import Limits
from scrapers.fetch.urls import Origin

if TYPE_CHECKING:
    from protego import Protego

TOKEN = "conference-kb"  # noqa: S105  # the name robots.txt files call us by
KEPT_S = 86_400.0
MAX_BYTES = 512_000  # RFC 9309 asks parsers to read at least 500 KiB


class RobotsCache(Protocol):
    """Keeps robots.txt files over runs."""

    def load_robots(self, origin: str, *, max_age_s: float) -> str | None:
        """The text kept for an origin; None when there is none, or only an older one."""

    def save_robots(self, origin: str, text: str) -> None:
        """Keep a text with the present time."""


class MemoryRobots:
    """A cache for one run, where there is no archive."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[float, str]] = {}

    def load_robots(self, origin: str, *, max_age_s: float) -> str | None:
        at, text = self._texts.get(origin, (float("-inf"), ""))
        return text if time.monotonic() - at < max_age_s else None

    def save_robots(self, origin: str, text: str) -> None:
        self._texts[origin] = (time.monotonic(), text)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one origin's file says; `refusal` replaces it where the file could not be had."""

    parsed: Protego | None
    refusal: str = ""


class Robots:
    """Asks and obeys. `fetch` gets robots.txt by the ordinary way, without asking robots.txt about it."""

    def __init__(self, cache: RobotsCache, limits: Limits, fetch: Callable[[str], Awaitable[Fetched]]) -> None:
        self._cache, self._limits, self._fetch = cache, limits, fetch
        self._rules: dict[str, _Rules] = {}

    async def check(self, url: str, where: Origin, gate: HostGate) -> None:
        """Raises `RobotsDisallowed`; sets the gate's crawl delay. Errors in reaching the host come through."""
        async with gate.robots_lock:  # many pages of one host wait for one robots.txt
            rules = self._rules.get(str(where))
            if rules is None:
                rules = self._rules[str(where)] = await self._load(where)
                gate.crawl_delay = self._delay(rules)
        if rules.refusal:
            raise RobotsDisallowed(rules.refusal, hint="The next run asks again")
        if gate.crawl_delay > self._limits.crawl_delay_max_s:
            raise RobotsDisallowed(
                f"{where}/robots.txt asks for {gate.crawl_delay:.0f} s between two requests, more than a run waits",
                hint="Save the pages by other means and add the files",
            )
        if rules.parsed is not None and not rules.parsed.can_fetch(url, TOKEN):
            raise RobotsDisallowed(
                f"robots.txt of {where} does not let programs read {url}",
                hint="Ask the site's owner, or save the page in a browser and `kb add` the file",
            )

    async def _load(self, where: Origin) -> _Rules:
        text = self._cache.load_robots(str(where), max_age_s=KEPT_S)
        if text is None:
            answer = await self._fetch(f"{where}/robots.txt")
            if answer.status >= 500 or answer.status == 429:
                # RFC 9309, 2.3.1.4: a server in trouble means "no" until it has recovered
                return _Rules(None, f"{where}/robots.txt answered {answer.status}, which counts as a no")
            text = answer.body[:MAX_BYTES].decode("utf-8", "replace") if answer.status < 300 else ""
            self._cache.save_robots(str(where), text)
        if not text.strip():
            return _Rules(None)
        from protego import Protego  # 44 ms, and only for hosts that have a robots.txt

        return _Rules(Protego.parse(text))

    @staticmethod
    def _delay(rules: _Rules) -> float:
        if rules.parsed is None:
            return 0.0
        rate = rules.parsed.request_rate(TOKEN)
        pace = rate.seconds / rate.requests if rate and rate.requests else 0.0
        return max(0.0, float(rules.parsed.crawl_delay(TOKEN) or 0.0), pace)
