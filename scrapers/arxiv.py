"""arXiv's Atom API: 100 ids a call, one request in three seconds over all processes of a knowledge base.

The answer leaves out what it does not know without a word, and one malformed id in a list makes the whole list an
error; so ids are checked before, and those that did not come back are told apart from those that could not be asked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from kb.errors import FetchError, KBError, UsageError
from kb.home import Home
from kb.models import Evidence, Extraction, PaperFact
from scrapers.fetch import Fetcher
from scrapers.paper_links import arxiv_url, as_arxiv_id, as_doi
from scrapers.plain import plain

if TYPE_CHECKING:
    from scrapers.catalogue import Source

API = "https://export.arxiv.org/api/query"
IDS_A_CALL = 100
SPACING_S = 3.0  # arXiv's terms of use, for all requests of one user together
EXTRACTOR = "arxiv/1"

_NS = {
    "a": "http://www.w3.org/2005/Atom",
    "x": "http://arxiv.org/schemas/atom",
    "o": "http://a9.com/-/spec/opensearch/1.1/",
}
_WITHDRAWN = re.compile(r"\bwithdrawn\b", re.IGNORECASE)


class ArxivError(FetchError):
    """arXiv answered with something other than papers."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What an Atom answer holds. `error` is arXiv's own message where it is one."""

    papers: tuple[PaperFact, ...]
    total: int
    error: str | None = None


def parse_feed(body: bytes) -> Feed:
    """Papers of an Atom feed. ArxivError when it is no Atom feed."""
    # Without entities and network: the body is whatever the server sent
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as why:
        raise ArxivError(
            f"arXiv sent something that is no Atom feed: {str(why)[:120]}", hint="Try again later"
        ) from why
    if root is None or etree.QName(root).localname != "feed":
        raise ArxivError("arXiv sent something that is no Atom feed", hint="Try again later")
    total = _text(root, "o:totalResults")
    papers = []
    for entry in root.iterfind("a:entry", _NS):
        where = _text(entry, "a:id")
        if "/api/errors" in where:
            return Feed((), 0, plain(_text(entry, "a:summary")) or "unknown error")
        if (paper := _paper(entry, where)) is not None:
            papers.append(paper)
    return Feed(tuple(papers), int(total) if total.isdigit() else len(papers))


def _paper(entry: etree._Element, where: str) -> PaperFact | None:
    arxiv_id = as_arxiv_id(where.replace("http://", "https://", 1))
    title = plain(_text(entry, "a:title"))
    if not arxiv_id or not title:
        return None
    published = _text(entry, "a:published")
    comment = plain(_text(entry, "x:comment"))
    links = {link.get("title") or link.get("rel"): link.get("href", "") for link in entry.iterfind("a:link", _NS)}
    return PaperFact(
        title=title,
        url=arxiv_url(arxiv_id),
        arxiv_id=arxiv_id,
        doi=as_doi(_text(entry, "x:doi")) or as_doi(links.get("doi")),
        authors=tuple(name for author in entry.iterfind("a:author", _NS) if (name := plain(_text(author, "a:name")))),
        abstract=plain(_text(entry, "a:summary")) or None,
        venue=plain(_text(entry, "x:journal_ref"))[:300] or None,
        year=int(published[:4]) if published[:4].isdigit() else None,
        pdf=f"https://arxiv.org/pdf/{arxiv_id}",
        decision="withdrawn" if _WITHDRAWN.search(comment) else None,
        evidence=Evidence(comment[:500], f"entry {arxiv_id}", EXTRACTOR),
    )


def _text(node: etree._Element, path: str) -> str:
    found = node.findtext(path, default="", namespaces=_NS)
    return found.strip() if isinstance(found, str) else ""


@contextmanager
def turn(
    home: Path, *, spacing_s: float = SPACING_S, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Callable[[], None]]:
    """Wait for this knowledge base's turn at arXiv, over all its processes; yields what marks a request as made.

    A lock file lets one process ask at a time; the time in it is when the last request ended.
    """
    from filelock import FileLock  # 38 ms, and only for those who ask arXiv

    home.mkdir(parents=True, exist_ok=True)
    stamp = home / "arxiv.stamp"
    with FileLock(home / "arxiv.lock"):
        try:
            last = float(stamp.read_text())
        except (OSError, ValueError):
            last = 0.0
        wait = last + spacing_s - time.time()
        if 0 < wait <= spacing_s:  # a clock that was set back must not stop us for hours
            sleep(wait)
        asked = False

        def mark() -> None:
            nonlocal asked
            asked = True

        try:
            yield mark
        finally:
            if asked:
                stamp.write_text(repr(time.time()))


class Arxiv:
    """Papers by id. `api` is the address of the service; `spacing_s` the least seconds between two requests."""

    def __init__(self, fetcher: Fetcher, home: Path, *, api: str = API, spacing_s: float = SPACING_S) -> None:
        self._fetcher, self._home, self._api, self._spacing_s = fetcher, home, api, spacing_s

    def papers(self, ids: Sequence[str]) -> dict[str, PaperFact]:
        """The papers of these ids (versions are ignored); unknown ids are left out. UsageError for a malformed id."""
        wanted = list(dict.fromkeys(checked(one) for one in ids))
        found: dict[str, PaperFact] = {}
        for start in range(0, len(wanted), IDS_A_CALL):
            feed = self._ask(wanted[start : start + IDS_A_CALL])
            found |= {paper.arxiv_id: paper for paper in feed.papers if paper.arxiv_id}
        return found

    def _ask(self, ids: Sequence[str]) -> Feed:
        params: dict[str, str | int] = {"id_list": ",".join(ids), "start": 0, "max_results": len(ids)}
        with turn(self._home, spacing_s=self._spacing_s) as mark:
            answer = self._fetcher.request("GET", self._api, params=params, min_interval=self._spacing_s)
            if answer.downloaded:  # a replayed folder needs no politeness
                mark()
        if answer.status not in (200, 400):
            raise ArxivError(f"arXiv answered {answer.status}", hint="Try again later")
        feed = parse_feed(answer.body)
        if feed.error:
            raise ArxivError(f"arXiv: {feed.error}", hint="Check the id")
        return feed


def checked(text: str) -> str:
    """An arXiv id in arXiv's own spelling, without version; UsageError for what is none."""
    found = as_arxiv_id(text)
    if found is None:
        raise UsageError(f"'{text[:80]}' is no arXiv id", hint="Ids look like 2306.14070 or cond-mat/9802024")
    return found


class ArxivSource:
    """Sources such as `arxiv:2306.14070` or `arxiv:2306.14070,2306.14071`."""

    name = "arxiv"
    version = "1"

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home) -> Iterable[Extraction | KBError]:
        """One extraction for each id; an ArxivError in place of one that arXiv does not know."""
        ids = [checked(part) for part in re.split(r"[,\s]+", source.target.strip()) if part]
        if not ids:
            raise UsageError(f"{source.url} names no arXiv id", hint="Write arxiv:2306.14070")
        found = Arxiv(fetcher, home.path).papers(ids)
        for one in dict.fromkeys(ids):
            if one in found:
                yield extraction_of(found[one])
            else:
                yield ArxivError(f"arXiv knows no {one}", hint="Check the id")


def extraction_of(paper: PaperFact) -> Extraction:
    """One paper as the extraction of its arXiv page."""
    return Extraction(url=paper.url or "", papers=(paper,), title=paper.title)
