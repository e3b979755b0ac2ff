"""One gate a host: one request at a time, spaced; closed for a while when the host is in trouble or says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapers.fetch.errors import CircuitOpen
from scrapers.fetch.limits import Limits


class HostGate:
    """The queue in front of one host."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.crawl_delay = 0.0
        self.robots_lock = asyncio.Lock()
        self._limits = limits
        self._lock = asyncio.Lock()
        self._not_before = 0.0  # monotonic
        self._failures = 0
        self._open_until = 0.0  # monotonic; 0 is closed
        self._why = ""

    def check(self) -> None:
        """Raises `CircuitOpen` while the host is to be left alone."""
        left = self._open_until - time.monotonic()
        if left > 0:
            raise CircuitOpen(
                f"{self.name} is left alone for {left:.0f} s more: {self._why}",
                hint="The next run asks it again",
            )

    @asynccontextmanager
    async def turn(self, min_interval: float | None = None) -> AsyncIterator[None]:
        """Wait for this host's turn; the next one comes `min_interval` seconds after this one has ended."""
        interval = max(self._limits.min_interval, self.crawl_delay, min_interval or 0.0)
        async with self._lock:
            self.check()
            if (wait := self._not_before - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                self._not_before = max(self._not_before, time.monotonic() + interval)

    def hold(self, seconds: float) -> None:
        """Nobody asks this host for a while: what Retry-After means for everybody who waits here."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def leave_alone(self, seconds: float, why: str) -> None:
        """Refuse every request for a while."""
        self._open_until, self._why = time.monotonic() + seconds, why

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, why: str) -> None:
        """Count a request that failed for good; too many in a row open the circuit."""
        self._failures += 1
        if self._failures >= self._limits.breaker_failures:
            self.leave_alone(self._limits.breaker_s, f"{self._failures} requests failed in a row, the last: {why}")
            self._failures = 0


def retry_after(value: str | None) -> float | None:
    """Seconds a Retry-After header asks for (a number, or a date); None when there is none to be understood."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
