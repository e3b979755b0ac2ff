"""The only code that touches the network: polite, bounded, and the same behind one Protocol when replayed."""

from scrapers.fetch.contract import KEPT_HEADERS, Fetched, Fetcher, Validators
from scrapers.fetch.errors import (
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
)
from scrapers.fetch.limits import Limits
from scrapers.fetch.opening import open_fetcher

__all__ = [
    "KEPT_HEADERS",
    "BadUrl",
    "Cancelled",
    "CircuitOpen",
    "Fetched",
    "Fetcher",
    "HttpStatus",
    "Limits",
    "PrivateAddress",
    "RobotsDisallowed",
    "TimedOut",
    "TooLarge",
    "TooManyRedirects",
    "Unreachable",
    "Validators",
    "open_fetcher",
]
