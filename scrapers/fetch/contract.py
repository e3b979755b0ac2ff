"""What a fetcher is: the one Protocol behind which the network, a replayed folder and the archive look alike."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

# Headers worth keeping: what a page is, how to ask for it again, and how a service wants to be treated. Cookies and
# anything else that could identify a person are dropped at the door.
KEPT_HEADERS = frozenset(
    {
        "content-type", "content-length", "content-language", "content-disposition", "etag", "last-modified", "date",
        "expires", "cache-control", "retry-after", "location", "server", "link", "x-robots-tag", "ratelimit-policy",
        "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining",
        "x-ratelimit-reset",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer. `body` is decompressed bytes; `headers` have lower-case names, only those of `KEPT_HEADERS`.

    `final_url` is where redirects ended. `not_modified` means that the server answered 304 to the validators it was
    sent: `body` is then empty. `downloaded` counts the bytes of the body as it was sent, compressed or not.
    """

    url: str
    final_url: str
    status: int
    body: bytes
    fetched_at: str  # ISO 8601, UTC
    headers: Mapping[str, str] = field(default_factory=dict)
    not_modified: bool = False
    downloaded: int = 0

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as sent, None without one."""
        return self.headers.get("content-type")

    @property
    def ok(self) -> bool:
        """True for 2xx and for a 304 that was asked for."""
        return 200 <= self.status < 300 or self.not_modified

    def json(self) -> Any:
        """The body as JSON; `ValueError` when it is none (check `content_type` first: challenges answer 200 HTML)."""
        import json

        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Validators:
    """What an earlier answer said to ask with: makes a GET conditional."""

    etag: str | None = None
    last_modified: str | None = None


class Fetcher(Protocol):
    """Gets URLs. Every call goes through the same politeness (robots.txt, spacing, Retry-After) and limits.

    Safe to share between threads. All failures are `kb.errors.FetchError`s from `scrapers.fetch.errors`.
    """

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        """One page by GET, redirects followed, robots.txt obeyed.

        Raises `HttpStatus` for a final status that is neither 2xx nor a 304 that was asked for; `RobotsDisallowed`,
        `PrivateAddress`, `TooLarge`, `TooManyRedirects`, `TimedOut`, `CircuitOpen`, `BadUrl`, `Unreachable` for what
        their names say.
        """

    def submit(self, url: str, *, validators: Validators | None = None) -> Future[Fetched]:
        """`get` without waiting: many hosts are served at once, one request at a time and host.

        The future ends with the answer or with the error `get` would raise; it can be cancelled while it waits.
        """

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
        """One call of a documented API: the answer whatever its status, after retries worth making.

        429 and 503 are retried within limits as `Retry-After` says (GET and HEAD also on 500, 502, 504 and broken
        connections); what is returned then is the last answer. `min_interval` is the least number of seconds between
        two requests to this host where the service asks for more than the setting (arXiv: 3). `headers` may carry
        `Authorization`; it is dropped on a redirect to another host and appears in no log and no error.
        Raises the same errors as `get`, apart from `HttpStatus`.
        """

    def close(self) -> None:
        """Let connections go; waiting futures are cancelled. Closing twice is fine."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...
