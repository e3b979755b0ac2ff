"""`HttpFetcher`: the network behind the `Fetcher` Protocol, on an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import CancelledError, Future
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

from scrapers.fetch.contract import Fetched, Validators
from scrapers.fetch.errors import Cancelled
from scrapers.fetch.limits import Limits
from scrapers.fetch.robots import TOKEN, MemoryRobots, RobotsCache
from scrapers.fetch.urls import request_url

if TYPE_CHECKING:
    from scrapers.fetch.engine import Engine


def user_agent(contact: str = "") -> str:
    """`conference-kb/<version> (+<contact>)`; a contact is one line of printable ASCII, the rest is dropped."""
    try:
        number = version("conference-kb")
    except PackageNotFoundError:
        number = "0"
    told = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()").strip()
    return f"{TOKEN}/{number} (+{told})" if told else f"{TOKEN}/{number}"


class HttpFetcher:
    """Fetches from the network. Nothing is imported or connected before the first request.

    `start_urls` are those the user gave: only their host and port may be private. `robots` keeps robots.txt files
    over runs (the archive does).
    """

    def __init__(
        self, *, contact: str = "", limits: Limits | None = None, start_urls: Iterable[str] = (),
        robots: RobotsCache | None = None,
    ) -> None:  # fmt: skip
        self._agent = user_agent(contact)
        self._limits = limits or Limits()
        self._start_urls = tuple(start_urls)
        self._robots = robots or MemoryRobots()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._engine: Engine | None = None
        self._closed = False

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        return self._wait(self.submit(url, validators=validators))

    def submit(self, url: str, *, validators: Validators | None = None) -> Future[Fetched]:
        engine, loop = self._started()
        return asyncio.run_coroutine_threadsafe(engine.get(url, validators), loop)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        min_interval: float | None = None,
        robots: bool = False,
    ) -> Fetched:
        from scrapers.fetch.engine import Call  # brings httpx, 0.4 s

        full = with_params(url, params)
        call = Call(method.upper(), request_url(full), dict(headers or {}), json, min_interval, robots)
        engine, loop = self._started()
        return self._wait(asyncio.run_coroutine_threadsafe(engine.follow(call), loop))

    def close(self) -> None:
        with self._lock:
            self._closed = True
            loop, thread, engine = self._loop, self._thread, self._engine
            self._loop = self._thread = self._engine = None
        if loop is None or thread is None or engine is None:
            return
        asyncio.run_coroutine_threadsafe(_wind_down(engine), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _started(self) -> tuple[Engine, asyncio.AbstractEventLoop]:
        with self._lock:
            if self._closed:
                raise Cancelled("The fetcher is closed", hint="Open a new one")
            if self._engine is None or self._loop is None:
                loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=loop.run_forever, name="kb-fetch", daemon=True)
                self._thread.start()
                self._loop = loop
                self._engine = asyncio.run_coroutine_threadsafe(self._make(), loop).result()
            return self._engine, self._loop

    async def _make(self) -> Engine:
        from scrapers.fetch.engine import Engine  # brings httpx, 0.4 s: not for replays and look-ups
        from scrapers.fetch.guard import Guard

        return Engine(user_agent=self._agent, limits=self._limits, guard=Guard(self._start_urls), robots=self._robots)

    @staticmethod
    def _wait(future: Future[Fetched]) -> Fetched:
        try:
            return future.result()
        except CancelledError as why:
            raise Cancelled("The request was cancelled", hint="Start it again") from why
        except BaseException:
            future.cancel()  # Ctrl-C while waiting
            raise


async def _wind_down(engine: Engine) -> None:
    others: list[asyncio.Task[Any]] = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await engine.aclose()


def with_params(url: str, params: Mapping[str, str | int] | None) -> str:
    """A URL with a query added, the way `request` asks for it."""
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(dict(params))}"
