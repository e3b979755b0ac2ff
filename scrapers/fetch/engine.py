"""The asynchronous heart: one request with its turn, its robots.txt, its retries, its redirects and its limits."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx
import stamina

from kb.errors import FetchError
from scrapers.fetch.body import ACCEPT_ENCODING, read_body
from scrapers.fetch.contract import KEPT_HEADERS, Fetched, Validators
from scrapers.fetch.errors import BadUrl, HttpStatus, TimedOut, TooManyRedirects, Unreachable
from scrapers.fetch.guard import Guard
from scrapers.fetch.hosts import HostGate, retry_after
from scrapers.fetch.limits import Limits
from scrapers.fetch.robots import Robots, RobotsCache
from scrapers.fetch.transport import GuardedTransport
from scrapers.fetch.urls import join, origin, request_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ASKED_TO_WAIT = frozenset({429, 503})
_SERVER_TROUBLE = frozenset({500, 502, 504, 520, 522, 524})
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_SECRET_HEADERS = ("authorization", "cookie", "x-api-key")


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it goes out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    min_interval: float | None = None
    robots: bool = True

    @property
    def shared(self) -> bool:
        """True where a second such call in one run may get the first one's answer."""
        return self.method == "GET" and self.robots and self.json is None

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for calls that get the same answer: a conditional one may get a 304 instead of the page."""
        return (self.url, *(f"{name}={value}" for name, value in sorted(self.headers.items())))


class _Again(Exception):
    """An attempt that is worth repeating, after `wait` seconds (None: after the ordinary backoff)."""

    def __init__(self, outcome: Fetched | FetchError, wait: float | None = None) -> None:
        super().__init__(str(outcome))
        self.outcome, self.wait = outcome, wait


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _Again):
        return False
    return True if error.wait is None else error.wait


class Engine:
    """Lives on one event loop. Gates, robots.txt files and answers are those of one run."""

    def __init__(self, *, user_agent: str, limits: Limits, guard: Guard, robots: RobotsCache) -> None:
        self._limits = limits
        self._gates: dict[str, HostGate] = {}
        self._room = asyncio.Semaphore(limits.hosts_at_once)
        self._robots = Robots(robots, limits, self._get_robots)
        self._running: dict[tuple[str, ...], asyncio.Task[Fetched]] = {}
        self._done: OrderedDict[tuple[str, ...], Fetched | FetchError] = OrderedDict()
        self._done_bytes = 0
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(guard),
            headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPT_ENCODING, "Accept": "*/*"},
            timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # nobody is recognised from page to page
        )
        # Its default hook logs each retry to stderr, which a progress bar or the terminal UI owns
        stamina.instrumentation.set_on_retry_hooks([])

    async def aclose(self) -> None:
        await self._client.aclose()

    async def get(self, url: str, validators: Validators | None) -> Fetched:
        """A page, redirects followed; `HttpStatus` for 400 and more."""
        headers = {}
        if validators and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        answer = await self.follow(Call("GET", request_url(url), headers))
        if not answer.ok:
            raise HttpStatus(answer, hint=_hint(answer.status))
        return answer

    async def follow(self, call: Call) -> Fetched:
        """The answer at the end of the redirects, whatever its status."""
        start, seen = call.url, {call.url}
        for _ in range(self._limits.max_redirects + 1):
            answer = await self._hop(call)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return replace(answer, url=start, final_url=call.url)
            target = join(call.url, location)
            if target in seen and call.method in _SAFE_METHODS:
                raise TooManyRedirects(
                    f"{start} redirects in a circle", hint="The site is misconfigured; tell its owner"
                )
            seen.add(target)
            call = self._redirected(call, answer.status, target)
        raise TooManyRedirects(
            f"{start} redirects more than {self._limits.max_redirects} times", hint="Add the last URL instead"
        )

    @staticmethod
    def _redirected(call: Call, status: int, target: str) -> Call:
        headers = dict(call.headers)
        if origin(target) != origin(call.url):  # secrets are for the host they were given to
            headers = {name: value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}
        if status == 303 or (status in (301, 302) and call.method == "POST"):
            return replace(call, method="GET", url=target, headers=headers, json=None)
        return replace(call, url=target, headers=headers)

    async def _hop(self, call: Call) -> Fetched:
        """One URL, asked for once in a run: later calls share the answer of the first, or its failure."""
        if not call.shared:
            return await self._polite(call)
        key = call.key
        if key in self._done:
            outcome = self._done[key]
            if isinstance(outcome, FetchError):
                raise outcome
            return outcome
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.ensure_future(self._polite(call))
            task.add_done_callback(lambda done: self._remember(key, done))
        return await asyncio.shield(task)  # another caller who is cancelled does not cancel ours

    def _remember(self, key: tuple[str, ...], task: asyncio.Task[Fetched]) -> None:
        self._running.pop(key, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._done[key] = task.result()
            self._done_bytes += len(task.result().body)
        elif isinstance(error, FetchError):
            self._done[key] = error
        while self._done_bytes > self._limits.remembered_bytes and len(self._done) > 1:
            _, dropped = self._done.popitem(last=False)
            self._done_bytes -= len(dropped.body) if isinstance(dropped, Fetched) else 0

    def _gate(self, url: str) -> HostGate:
        name = origin(url).host  # http and https of one host, and all its ports, are one machine to be polite to
        if name not in self._gates:
            self._gates[name] = HostGate(name, self._limits)
        return self._gates[name]

    async def _get_robots(self, url: str) -> Fetched:
        try:
            return await self.follow(Call("GET", url, robots=False))
        except (TooManyRedirects, BadUrl):  # RFC 9309, 2.3.1.2: as if there were none
            return Fetched(url, url, 404, b"", _now())

    async def _polite(self, call: Call) -> Fetched:
        gate = self._gate(call.url)
        gate.check()
        if call.robots:
            await self._robots.check(call.url, origin(call.url), gate)
        try:
            async for attempt in stamina.retry_context(
                on=_backoff, attempts=self._limits.attempts, timeout=None, wait_initial=self._limits.retry_wait_s,
                wait_jitter=self._limits.retry_wait_s, wait_max=self._limits.retry_after_max_s,
            ):  # fmt: skip
                with attempt:
                    return await self._attempt(call, gate)
        except _Again as last:
            gate.failed(str(last.outcome) if isinstance(last.outcome, FetchError) else f"status {last.outcome.status}")
            if isinstance(last.outcome, FetchError):
                raise last.outcome from last.outcome.__cause__
            return last.outcome
        raise AssertionError("stamina either returns or raises")

    async def _attempt(self, call: Call, gate: HostGate) -> Fetched:
        repeatable = call.method in _SAFE_METHODS
        try:
            async with gate.turn(call.min_interval):
                answer = await self._once(call)
        except (Unreachable, TimedOut) as why:
            if repeatable:
                raise _Again(why) from why
            gate.failed(str(why))
            raise
        if answer.status in _ASKED_TO_WAIT:
            wait = retry_after(answer.headers.get("retry-after"))
            if wait is not None and wait > self._limits.retry_after_max_s:
                gate.leave_alone(wait, f"it answered {answer.status} and asked to come back after that")
                return answer
            if wait is not None:
                gate.hold(wait)
            raise _Again(answer, wait)
        if answer.status in _SERVER_TROUBLE and repeatable:
            raise _Again(answer)
        gate.succeeded()
        return answer

    async def _once(self, call: Call) -> Fetched:
        """One request on the wire; library errors become ours here and nowhere else."""
        url, limits = call.url, self._limits
        try:
            async with self._room, asyncio.timeout(limits.total_s):
                request = self._client.build_request(call.method, url, headers=dict(call.headers), json=call.json)
                response = await self._client.send(request, stream=True)
                try:
                    body, sent = b"", 0
                    if response.status_code not in _REDIRECTS and response.status_code != 304:
                        body, sent = await read_body(response, url, limit=limits.max_body)
                finally:
                    await response.aclose()
        except FetchError:
            raise
        except (TimeoutError, httpcore.TimeoutException, httpx.TimeoutException) as why:
            raise TimedOut(f"{url} did not answer in time", hint="The next run tries again") from why
        except (httpcore.ConnectError, httpcore.ProxyError) as why:
            raise Unreachable(f"{url} cannot be reached: {why}", hint="Check the address and the connection") from why
        except (httpcore.ProtocolError, httpcore.NetworkError, httpx.HTTPError, OSError) as why:
            raise Unreachable(f"{url} broke off: {why or type(why).__name__}", hint="The next run tries again") from why
        except (httpx.InvalidURL, ValueError, UnicodeError) as why:  # a header or host that no request can carry
            raise BadUrl(f"'{url}' cannot be asked for: {why}", hint="Check the URL") from why
        headers = {name.lower(): value for name, value in response.headers.items() if name.lower() in KEPT_HEADERS}
        unchanged = response.status_code == 304 and any(n.lower().startswith("if-") for n in call.headers)
        return Fetched(url, url, response.status_code, body, _now(), headers, unchanged, sent)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _hint(status: int) -> str:
    if status in (404, 410):
        return "The page is gone, or its address is misspelt"
    if status in (401, 402, 403, 451):
        return "The site does not show it to programs without a login; save it in a browser and `kb add` the file"
    if status == 429:
        return "The site asks for patience; the next run tries again"
    if status < 400:
        return "It redirects nowhere; the site is broken"
    if status >= 500:
        return "The site is in trouble; the next run tries again"
    return "The site does not understand the request; check the URL"
