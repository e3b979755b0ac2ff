"""Between the job and the network: asks with stored validators, keeps what comes back, and asks for nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self

from kb.errors import FetchError
from kb.store.archive import Archive
from kb.store.store import utc_now
from scrapers.fetch.client import with_params
from scrapers.fetch.contract import Fetched, Fetcher, Validators
from scrapers.fetch.errors import HttpStatus
from scrapers.fetch.urls import canonical

GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as the archive has it now. `final` is the canonical URL at the end of the redirects."""

    page: str
    final: str
    final_url: str
    body_hash: str | None
    content_type: str | None
    fetched_at: str
    body: bytes | None = None  # None: it is in the archive


class Keeper:
    """Fetches pages of one run through the archive. `checked` are those this piece of work already asked for."""

    def __init__(self, fetcher: Fetcher, archive: Archive, *, checked: set[str]) -> None:
        self._fetcher, self._archive, self._checked = fetcher, archive, checked
        self.fetched_bytes = 0

    def submit(self, url: str, page: str) -> Future[Fetched]:
        """Ask for a page, or take the answer that an interrupted run already had."""
        row = self._archive.page(page)
        if row is not None and page in self._checked:
            answer = Fetched(url, row.final_url, row.status, b"", row.fetched_at, row.headers, row.status < 400)
            future: Future[Fetched] = Future()
            if answer.ok:
                future.set_result(answer)
            else:
                future.set_exception(HttpStatus(answer))
            return future
        validators = None
        if row is not None and row.body_hash is not None:
            validators = Validators(row.headers.get("etag"), row.headers.get("last-modified"))
        return self._fetcher.submit(url, validators=validators)

    def keep(self, page: str, answer: Fetched, source: str) -> Kept:
        """Put an answer into the archive, durably, before anything is made of it."""
        self.fetched_bytes += answer.downloaded
        row = self._archive.page(page)
        if answer.not_modified and row is not None:
            if page not in self._checked:
                self._archive.touch(page, utc_now())
            return Kept(page, canonical(row.final_url), row.final_url, row.body_hash, row.content_type, row.fetched_at)
        body_hash = self._archive.put(
            page,
            final_url=answer.final_url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=answer.fetched_at,
            checked_at=utc_now(),
            source=source,
        )
        return Kept(
            page, canonical(answer.final_url), answer.final_url, body_hash, answer.content_type, answer.fetched_at,
            answer.body,
        )  # fmt: skip

    def keep_gone(self, page: str, answer: Fetched, source: str) -> None:
        """Remember that a page is gone: its earlier bodies stay as versions."""
        if page not in self._checked:
            self._archive.put(
                page,
                final_url=answer.final_url,
                status=answer.status,
                headers=answer.headers,
                body=b"",
                fetched_at=answer.fetched_at,
                checked_at=utc_now(),
                source=source,
            )

    def body(self, kept: Kept) -> bytes:
        """The page's bytes."""
        if kept.body is not None:
            return kept.body
        return self._archive.body(kept.body_hash) if kept.body_hash else b""

    def for_kind(self, source: str) -> KindFetcher:
        """What a source that is no site is handed."""
        return KindFetcher(self._fetcher, self._archive, source, self._checked)


class KindFetcher:
    """A `Fetcher` that keeps the answers of open API calls, and counts them.

    Answers to a request with credentials are not kept: they may hold what is not public, and an archive is for sharing.
    """

    def __init__(self, fetcher: Fetcher, archive: Archive, source: str, checked: set[str]) -> None:
        self._fetcher, self._archive, self._source, self._checked = fetcher, archive, source, checked
        self.answers = 0
        self.fetched_bytes = 0

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        return self._counted(self._fetcher.get(url, validators=validators))

    def submit(self, url: str, *, validators: Validators | None = None) -> Future[Fetched]:
        future = self._fetcher.submit(url, validators=validators)
        future.add_done_callback(self._count_done)
        return future

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
        secret = any(name.lower() in ("authorization", "cookie", "x-api-key") for name in headers or {})
        page = canonical(with_params(url, params))
        open_call = method.upper() == "GET" and not secret
        if open_call and page in self._checked and (row := self._archive.page(page)) and row.body_hash:
            self.answers += 1
            body = self._archive.body(row.body_hash)
            return Fetched(page, row.final_url, row.status, body, row.fetched_at, row.headers)
        answer = self._counted(
            self._fetcher.request(
                method, url, params=params, headers=headers, json=json, min_interval=min_interval, robots=robots
            )
        )
        if open_call and answer.status == 200 and answer.body:
            self._archive.put(
                page,
                final_url=answer.final_url,
                status=200,
                headers=answer.headers,
                body=answer.body,
                fetched_at=answer.fetched_at,
                checked_at=utc_now(),
                source=self._source,
            )
        return answer

    def close(self) -> None:
        """The fetcher is the run's, and closed by it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _count_done(self, future: Future[Fetched]) -> None:
        if not future.cancelled() and future.exception() is None:
            self._counted(future.result())

    def _counted(self, answer: Fetched) -> Fetched:
        self.answers += answer.ok
        self.fetched_bytes += answer.downloaded
        return answer


def is_gone(error: FetchError) -> bool:
    """True for an answer that says the page is not there (any more)."""
    return isinstance(error, HttpStatus) and error.status in GONE
