"""A real HTTP server on loopback that does what it is told, and remembers what it was asked."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from scrapers.fetch import Limits

# No waiting between requests, and failures that show at once
FAST = Limits(min_interval=0.0, retry_wait_s=0.01, read_s=2.0, connect_s=2.0, total_s=5.0, max_body=100_000)


@dataclass
class Asked:
    """One request the server saw. `at` is when it came in and `done` when its answer was out (monotonic seconds)."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float
    done: float = 0.0
    body: bytes = b""


@dataclass
class Answer:
    """What to answer. `raw` is sent as it is instead of `body`; `stall` seconds pass in the middle of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None  # a Content-Length that is not true
    stall: float = 0.0


Handler = Callable[[Asked], Answer]


class Site:
    """Pages by path: bytes, an `Answer`, or a function of the request. Anything else is a 404."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: dict[str, bytes | Answer | Handler] = {}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """What was asked for, in order, robots.txt left out."""
        return [a.path for a in self.asked if a.path != "/robots.txt"]

    def count(self, path: str) -> int:
        return sum(a.path == path for a in self.asked)

    def validated(self, path: str, body: bytes, etag: str = '"1"') -> None:
        """A page that answers 304 to its ETag."""

        def answer(asked: Asked) -> Answer:
            if asked.headers.get("if-none-match") == etag:
                return Answer(status=304, headers={"ETag": etag})
            return Answer(body, headers={"ETag": etag, "Content-Type": "text/html"})

        self.pages[path] = answer

    def note(self, asked: Asked) -> None:
        with self._lock:
            self.asked.append(asked)

    def answer(self, asked: Asked) -> Answer:
        page = self.pages.get(asked.path, self.pages.get(urlsplit(asked.path).path))
        if page is None:
            return Answer(b"not here", 404)
        if isinstance(page, bytes):
            return Answer(page, headers={"Content-Type": "text/html; charset=utf-8"})
        return page if isinstance(page, Answer) else page(asked)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # clients that hang up are what some tests are about


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[Site]:
    """A running server; it ends with the block."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # headers and body are two writes: without it each answer takes 40 ms more

        def do_GET(self) -> None:
            at = time.monotonic()
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, at, body=self.rfile.read(length))
            site.note(asked)
            answer = site.answer(asked)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                announced = answer.announced if answer.announced is not None else len(answer.body)
                self.send_header("Content-Length", str(announced))
            self.end_headers()
            half = len(answer.body) // 2 if answer.stall else len(answer.body)
            try:
                self.wfile.write(answer.body[:half])
                if answer.stall:
                    self.wfile.flush()
                    time.sleep(answer.stall)
                    self.wfile.write(answer.body[half:])
                if answer.announced is not None:
                    self.close_connection = True
            except OSError:  # the other side gave up, as it should
                self.close_connection = True
            asked.done = time.monotonic()

        do_POST = do_GET
        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            return

    server = _Quiet((address, 0), Requests)
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def zipped(body: bytes) -> Answer:
    """A gzip answer."""
    return Answer(gzip.compress(body), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})
