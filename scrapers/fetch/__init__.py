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

__all__ = [
    "KEPT_HEADERS",
    "BadUrl",
    "Cancelled",
    "CircuitOpen",
    "Fetched",
    "Fetcher",
    "HttpStatus",
    "PrivateAddress",
    "RobotsDisallowed",
    "TimedOut",
    "TooLarge",
    "TooManyRedirects",
    "Unreachable",
    "Validators",
]
