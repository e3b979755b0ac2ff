"""Why a URL could not be fetched. Each names the URL or host, and the way out.

FetchError (kb.errors)
 +- BadUrl             no URL at all, or a scheme that is not http(s)
 +- PrivateAddress     leads into a private network, and nobody gave it as a start URL
 +- RobotsDisallowed   robots.txt says no, or could not be read
 +- HttpStatus         the server answered 4xx or 5xx; `.status`, `.answer`
 +- Unreachable        no connection, broken off, truncated, nonsense
 +- TimedOut           slower than the limits allow
 +- TooLarge           more bytes than `max_body`, as sent or decompressed
 +- TooManyRedirects   a loop, or a chain longer than the limit
 +- CircuitOpen        this host failed so often that it is left alone for a while
 +- Cancelled          the run was asked to stop
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import FetchError

if TYPE_CHECKING:
    from scrapers.fetch.contract import Fetched


class BadUrl(FetchError):
    """Not an absolute http(s) URL."""


class PrivateAddress(FetchError):
    """A loopback, private, link-local or metadata address that no start URL names."""


class RobotsDisallowed(FetchError):
    """robots.txt keeps us out."""


class HttpStatus(FetchError):
    """The server's final answer was an error."""

    def __init__(self, answer: Fetched, *, hint: str = "") -> None:
        super().__init__(f"{answer.url} answered {answer.status}", hint=hint)
        self.answer = answer
        self.status = answer.status


class Unreachable(FetchError):
    """The connection could not be made or broke."""


class TimedOut(FetchError):
    """Connecting, waiting or the whole transfer took too long."""


class TooLarge(FetchError):
    """The body is larger than the limit, compressed or not."""


class TooManyRedirects(FetchError):
    """Redirects do not end."""


class CircuitOpen(FetchError):
    """The host failed repeatedly and is not asked again for now."""


class Cancelled(FetchError):
    """The fetcher was closed while the request was waiting."""
