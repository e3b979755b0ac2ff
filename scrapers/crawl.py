"""Which pages of a site to read, in which order: pure, without network and clock.

The crawl goes out from the start pages link by link. Nearer pages come first, and among equally near ones those whose
address promises talks, speakers or papers, so that a page limit cuts off what matters least.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

from scrapers.catalogue import Source
from scrapers.fetch.errors import BadUrl
from scrapers.fetch.urls import canonical, origin, request_url

# Words of an address in order of promise; a page that matches none comes last
_PROMISE = (
    re.compile(r"schedule|program|agenda|timetable|keynotes?|speakers?|talks?|invited", re.I),
    re.compile(r"accept|papers?|posters?|publications?|orals?|abstracts?|proceedings", re.I),
    re.compile(r"people|organi[sz]|committee|panel|team|author|highlights?|review|recap|summary", re.I),
    re.compile(r"(?:19|20)\d\d|icml|iclr|neurips|nips|past|previous|archive|workshop|symposium", re.I),
)
# What no site's facts are in: tag and feed listings, sign-in, and forms that make a new address for every click
_NEVER = re.compile(
    r"/(?:tags?|categor(?:y|ies)|feed|rss|wp-(?:json|admin|login)\w*|login|logout|signin|signup|register|cart|search"
    r"|privacy|imprint|impressum|404|cdn-cgi)(?:[/.]|$)|/page/\d+/?$|\.git(?:/|$)",
    re.I,
)
_NO_PAGE = re.compile(
    r"\.(?:css|m?js|map|json|xml|rss|atom|ico|png|jpe?g|gif|svg|webp|avif|bmp|tiff?|woff2?|ttf|otf|eot|mp[34]|m4[av]|mov"
    r"|avi|webm|ogg|wav|zip|gz|tgz|bz2|xz|7z|rar|tar|exe|dmg|iso|bib|ics|csv|tsv|xlsx?|docx?|odt|key|pptx?|tex|py|ipynb"
    r"|npy|npz|h5|pt|txt)$",
    re.I,
)
_DECK = re.compile(r"slides?|talks?|presentations?|decks?|tutorials?|keynotes?", re.I)
_TRAP_REPEATS = 3  # /a/b/a/b/a/b: a relative link that is wrong on every page


@dataclass(frozen=True, slots=True)
class Target:
    """A page to read: the URL to ask for, the page it is, and how many links from a start."""

    url: str
    page: str
    depth: int


class Crawl:
    """The frontier of one source. Feed it with `found` and `missing`, take from it with `next`.

    `taken` counts the pages handed out, `left_out` those that the source's limit cut off.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.taken = self.left_out = 0
        self._queue: list[tuple[int, int, int, Target]] = []
        self._offered: set[str] = set()
        self._others: dict[str, list[Target]] = {}  # by stem: further spellings of a page's address
        self._number = 0
        self._hosts = {origin(url).host for url in source.starts}
        self._within = source.within or tuple(_folder(url) for url in source.starts)
        self._start_pages = {canonical(url) for url in source.starts}
        for url in source.starts:
            self._offer(Target(request_url(url), canonical(url), 0))

    def next(self) -> Target | None:
        """The next page to read; None when there is none (now) or the limit is reached."""
        if not self._queue:
            return None
        if self.taken >= self.source.limit:
            self.left_out += len(self._queue)
            self._queue.clear()
            return None
        self.taken += 1
        return heapq.heappop(self._queue)[-1]

    @property
    def level(self) -> int | None:
        """How many links from a start the next page is; None when there is no next page."""
        return self._queue[0][0] if self._queue else None

    def found(self, links: Iterable[str], *, depth: int) -> None:
        """Links of a page that is `depth` links from the start; those outside the rules are left alone."""
        if depth >= self.source.depth:
            return
        for link in links:
            try:
                url = self._on_site(request_url(link))
            except BadUrl:
                continue
            target = Target(url, canonical(url), depth + 1)
            if self.inside(target.page):
                self._offer(target)

    def remember(self, pages: Iterable[str]) -> None:
        """Pages known from earlier runs: asked for again even where no link leads to them any more."""
        for page in pages:
            if page in self._start_pages or self.inside(page):
                self._offer(Target(page, page, self.source.depth))

    def missing(self, target: Target) -> None:
        """The page is not there: another spelling of its address, if one was linked, gets its turn."""
        if others := self._others.get(_stem(target.page)):
            self.taken -= 1
            self._push(others.pop(0))

    def inside(self, page: str) -> bool:
        """Is this page one of the source's, by its rules? `page` is canonical."""
        if page in self._start_pages:
            return True
        if origin(page).host not in self._hosts:
            return False
        parts = urlsplit(page)
        path = unquote(parts.path, errors="replace")
        if not path.startswith(self._within) or any(fnmatchcase(path, rule) for rule in self.source.skip):
            return False
        if self.source.follow:
            asked = f"{path}?{unquote(parts.query, errors='replace')}" if parts.query else path
            return any(fnmatchcase(asked, rule) for rule in self.source.follow)
        if parts.query or _NEVER.search(path) or _NO_PAGE.search(path) or _trap(path):
            return False
        return not path.lower().endswith(".pdf") or bool(_DECK.search(path))

    def _on_site(self, url: str) -> str:
        where = origin(url)
        if where.host not in self.source.aliases:
            return url
        return f"{origin(self.source.url)}{url.removeprefix(str(where))}"

    def _offer(self, target: Target) -> None:
        if target.page in self._offered:
            return
        self._offered.add(target.page)
        others = self._others.get(stem := _stem(target.page))
        if others is not None:
            others.append(target)
            return
        self._others[stem] = []
        self._push(target)

    def _push(self, target: Target) -> None:
        path = urlsplit(target.page).path
        promise = next((rank for rank, words in enumerate(_PROMISE) if words.search(path)), len(_PROMISE))
        self._number += 1
        heapq.heappush(self._queue, (target.depth, promise, self._number, target))


def _folder(url: str) -> str:
    """The path prefix a start URL stands for: `/2024/` for `/2024/`, `/2024/index.html` and `/2024/speakers.html`."""
    return unquote(urlsplit(canonical(url)).path.rpartition("/")[0], errors="replace") + "/"


def _stem(page: str) -> str:
    """Equal for `/speakers`, `/speakers/` and `/speakers.html`, which most sites serve as one page."""
    parts = urlsplit(page)
    path = re.sub(r"(?:/|\.html?)$", "", parts.path)
    return f"{origin(page).host}{path}?{parts.query}"


def _trap(path: str) -> bool:
    steps = [step for step in path.split("/") if step]
    return any(steps.count(step) >= _TRAP_REPEATS for step in set(steps))
