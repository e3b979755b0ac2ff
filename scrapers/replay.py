"""A folder as `wget -r` leaves it, served instead of the network: the same Protocol, no delays, no surprises."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from kb.errors import FetchError, UsageError
from scrapers.fetch.client import with_params
from scrapers.fetch.contract import Fetched, Validators
from scrapers.fetch.errors import HttpStatus, RobotsDisallowed, TooLarge
from scrapers.fetch.limits import Limits
from scrapers.fetch.robots import TOKEN
from scrapers.fetch.urls import origin, request_url


class ReplayFetcher:
    """Serves every URL from `folder/<host>/<path>`; what is not there is a 404.

    `fetched_at` is the file's modification time. Nothing outside the folder is ever read, whatever a URL or a
    symbolic link says.
    """

    def __init__(self, folder: Path, *, limits: Limits | None = None) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder", hint="Give the folder that holds one folder for each host")
        self.folder = folder.resolve()
        self._limits = limits or Limits()
        self._robots: dict[str, Any] = {}

    def has(self, url: str) -> bool:
        """True when the folder holds a file for this URL."""
        return self._find(request_url(url)) is not None

    def get(self, url: str, *, validators: Validators | None = None) -> Fetched:
        answer = self._answer(url, validators, robots=True)
        if not answer.ok:
            raise HttpStatus(answer, hint=f"It is not in {self.folder}")
        return answer

    def submit(self, url: str, *, validators: Validators | None = None) -> Future[Fetched]:
        future: Future[Fetched] = Future()
        try:
            future.set_result(self.get(url, validators=validators))
        except FetchError as why:
            future.set_exception(why)
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
        if method.upper() not in ("GET", "HEAD"):
            full = request_url(url)
            return Fetched(full, full, 405, b"", _iso(datetime.now(UTC).timestamp()))
        return self._answer(with_params(url, params), None, robots=robots)

    def close(self) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _answer(self, url: str, validators: Validators | None, *, robots: bool) -> Fetched:
        full = request_url(url)
        if robots:
            self._check_robots(full)
        path = self._find(full)
        if path is None:
            return Fetched(full, full, 404, b"", _iso(datetime.now(UTC).timestamp()))
        stat = path.stat()
        # The change time is part of it: no tool that copies or edits a file can keep that
        etag = f'"replay-{stat.st_mtime_ns:x}-{stat.st_ctime_ns:x}-{stat.st_size:x}"'
        headers = {"etag": etag}
        if kind := _content_type(path):
            headers["content-type"] = kind
        if validators and validators.etag == etag:
            return Fetched(full, full, 304, b"", _iso(stat.st_mtime), headers, not_modified=True)
        if stat.st_size > self._limits.max_body:
            raise TooLarge(
                f"{full} is larger than {self._limits.max_body:,} bytes",
                hint="`kb config set max_body BYTES` raises the limit",
            )
        body = path.read_bytes()
        return Fetched(full, full, 200, body, _iso(stat.st_mtime), headers, downloaded=len(body))

    def _check_robots(self, url: str) -> None:
        where = str(origin(url))
        if where not in self._robots:
            path = self._find(f"{where}/robots.txt")
            rules = None
            if path is not None:
                from protego import Protego  # 44 ms, and only for trees that hold a robots.txt

                rules = Protego.parse(path.read_text(encoding="utf-8", errors="replace"))
            self._robots[where] = rules
        rules = self._robots[where]
        if rules is not None and not rules.can_fetch(url, TOKEN):
            raise RobotsDisallowed(
                f"robots.txt of {where} does not let programs read {url}", hint="Save the page and add the file"
            )

    def _find(self, url: str) -> Path | None:
        parts = urlsplit(url)
        where = origin(url)
        for host in dict.fromkeys(
            (where.netloc, f"{where.host}+{where.port}", f"{where.host}:{where.port}", where.host)
        ):
            for name in _names(parts.path, parts.query):
                if found := self._inside(f"{host}/{name}"):
                    return found
        return None

    def _inside(self, name: str) -> Path | None:
        if "\0" in name or ".." in name.split("/"):
            return None
        path = self.folder / name
        try:
            real = path.resolve()
            return real if real.is_file() and real.is_relative_to(self.folder) else None
        except (OSError, RuntimeError):  # a name longer than the file system allows, links in a circle
            return None


def _names(path: str, query: str) -> Iterator[str]:
    """The file names wget may have given a URL, likeliest first: escaped as in the URL, and unescaped."""
    for text in dict.fromkeys((path, unquote(path, errors="surrogateescape"))):
        stem = text.lstrip("/")
        if query:
            base = f"{stem}index.html" if not stem or stem.endswith("/") else stem
            for spelt in dict.fromkeys((query, unquote(query), query.replace("/", "%2F"))):
                for mark in ("?", "@"):  # "@" is wget's --restrict-file-names=windows
                    yield f"{base}{mark}{spelt}"
                    yield f"{base}{mark}{spelt}.html"
        elif not stem or stem.endswith("/"):
            yield f"{stem}index.html"
            yield f"{stem}index.htm"
            if stem:
                yield f"{stem.rstrip('/')}.html"
        else:
            yield stem
            yield f"{stem}.html"
            yield f"{stem}/index.html"


def _content_type(path: Path) -> str | None:
    return mimetypes.types_map.get(path.suffix.lower())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
