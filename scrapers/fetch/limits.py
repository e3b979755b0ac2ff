"""How much, how long and how often: every bound of a fetch in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetcher. Times are in seconds, sizes in bytes."""

    min_interval: float = 1.0  # between two requests to one host
    max_body: int = 20_000_000  # as sent, and as decompressed
    max_redirects: int = 8  # browsers allow 20; no honest site of the catalogue needs more than 3
    connect_s: float = 10.0
    read_s: float = 30.0  # silence on an open connection
    total_s: float = 120.0  # one request with its body: 20 MB at 170 kB/s
    attempts: int = 3
    retry_wait_s: float = 1.0  # first backoff; doubles, with as much jitter
    retry_after_max_s: float = 60.0  # a longer Retry-After is for the next run, not for waiting
    crawl_delay_max_s: float = 60.0  # a robots.txt that asks for more does not want programs
    breaker_failures: int = 4  # in a row, after retries
    breaker_s: float = 300.0
    hosts_at_once: int = 16
    remembered_bytes: int = 32_000_000  # answers kept so that one URL is asked for once in a run
