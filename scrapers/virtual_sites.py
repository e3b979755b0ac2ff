"""The open JSON behind the virtual sites of ICML, NeurIPS and ICLR: every paper, its talk and its recording.

A paper is listed once as a poster and once more for its oral or spotlight; both have one `uid` and become one paper.
Needs no account, and names the OpenReview forum of each paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from kb.errors import FetchError, UsageError
from kb.models import EventFact, Evidence, Extraction, LinkFact, LinkKind, PaperFact, TalkFact, TalkKind
from kb.text import fold
from scrapers.fetch import Fetcher, HttpStatus
from scrapers.importers.rows import as_year, names, words
from scrapers.paper_links import paper_ids
from scrapers.plain import listed, plain

if TYPE_CHECKING:
    from kb.home import Home
    from scrapers.catalogue import Source

EXTRACTOR = "virtual-site/1"
HOSTS = {"icml": "icml.cc", "iclr": "iclr.cc", "neurips": "neurips.cc", "nips": "neurips.cc"}
_SPELLINGS = {"icml": "ICML", "iclr": "ICLR", "neurips": "NeurIPS", "nips": "NeurIPS"}
_EDITION = re.compile(r"(icml|iclr|neurips|nips)[ /_-]?((?:19|20)\d\d)", re.IGNORECASE)
_DATA = re.compile(r"/static/virtual/data/(icml|iclr|neurips)-(\d{4})-orals-posters\.json$")
_SLIDESLIVE = re.compile(
    r"slideslive\.com/(?:embed/(?:presentation/)?)?(\d{5,12})|^(?:slideslive[:-])?(\d{8})$", re.IGNORECASE
)
_TALKS: dict[str, TalkKind] = {
    "oral": "contributed", "invited talk": "invited", "keynote": "keynote", "plenary": "keynote",
    "tutorial": "tutorial", "panel": "panel", "talk": "contributed", "contributed talk": "contributed",
}  # fmt: skip
# The stronger decision wins when a paper is listed twice
_RANK = ("oral", "spotlight", "highlight", "poster")


class VirtualSiteError(FetchError):
    """The site's data is not there or has another shape."""


def data_url(text: str) -> str | None:
    """The data file of "icml-2024", or of a page such as "https://icml.cc/virtual/2024/papers.html", else None."""
    if "://" in text:
        parts = urlsplit(text)
        host = (parts.hostname or "").removeprefix("www.")
        if host not in HOSTS.values():
            return None
        if _DATA.search(parts.path):
            return text
        match = re.match(r"/virtual/((?:19|20)\d\d)(?:/|$)", parts.path)
        edition = (host.partition(".")[0], match[1]) if match else None
    else:
        found = _EDITION.fullmatch(text.strip())
        edition = (found[1].lower(), found[2]) if found else None
    if edition is None:
        return None
    conference = "neurips" if edition[0] == "nips" else edition[0]
    return f"https://{HOSTS[conference]}/static/virtual/data/{conference}-{edition[1]}-orals-posters.json"


def parse_edition(data: Any, url: str) -> Extraction:
    """The papers and talks of an edition's data. VirtualSiteError when it has another shape."""
    results = data.get("results") if isinstance(data, Mapping) else data
    if not isinstance(results, list):
        raise VirtualSiteError(f"{url} holds no list of results", hint="The site may have changed its format")
    items = [item for item in results if isinstance(item, Mapping) and isinstance(item.get("name"), str)]
    event = _event(url, items)
    papers: dict[str, PaperFact] = {}
    talks = []
    for item in items:
        key = str(item.get("uid") or fold(item["name"]))
        if _is_paper(item):
            paper = _paper(item, url, event)
            papers[key] = _merged(papers[key], paper) if key in papers else paper
        if (kind := _TALKS.get(_type(item))) is not None:
            talks.append(_talk(item, kind, url))
    said = () if papers or talks else ("the site lists no papers or talks (yet)",)
    return Extraction(
        url=url, event=event, talks=tuple(talks), papers=tuple(papers.values()), title=event.name, notes=said
    )


def _type(item: Mapping[str, Any]) -> str:
    kind = item.get("eventtype") or item.get("event_type") or ""
    return re.sub(r"\{\w+\}\s*", "", str(kind)).strip().lower()


def _is_paper(item: Mapping[str, Any]) -> bool:
    return _type(item) in ("poster", "oral", "spotlight", "spotlight poster", "paper", "highlight") or bool(
        item.get("paper_url")
    )


def _event(url: str, items: Sequence[Mapping[str, Any]]) -> EventFact:
    match = _DATA.search(urlsplit(url).path) or _EDITION.search(url)
    conference = _SPELLINGS.get(match[1].lower(), match[1].upper()) if match else None
    year = int(match[2]) if match else as_year(next((item.get("starttime") for item in items), None))
    name = f"{conference} {year}" if conference else None
    return EventFact(
        name=name, year=year, series=conference, venue=name, url=url, evidence=Evidence("", "results", EXTRACTOR)
    )


def _paper(item: Mapping[str, Any], url: str, event: EventFact) -> PaperFact:
    page = _link(item.get("virtualsite_url"), url)
    paper_url, pdf = _link(item.get("paper_url"), url), _link(item.get("paper_pdf_url"), url)
    ids = paper_ids(paper_url)
    pdf_ids = paper_ids(pdf)
    topic = item.get("topic")
    keywords = words(item.get("keywords"))
    if isinstance(topic, str) and topic:
        keywords = tuple(dict.fromkeys((*keywords, *(plain(part) for part in topic.split("->") if part.strip()))))
    abstract = item.get("abstract")
    return PaperFact(
        title=plain(item["name"])[:1_000],
        url=paper_url or page,
        openreview_id=ids.openreview_id or pdf_ids.openreview_id,
        arxiv_id=ids.arxiv_id or pdf_ids.arxiv_id,
        doi=ids.doi,
        authors=names(item.get("authors")),
        abstract=plain(abstract) or None if isinstance(abstract, str) else None,
        keywords=keywords,
        venue=event.venue,
        year=event.year,
        pdf=pdf,
        decision=plain(item["decision"])[:80] or None if isinstance(item.get("decision"), str) else None,
        links=tuple(_links(item, url)),
        evidence=Evidence(str(item.get("session") or ""), f"results, id {item.get('id')}", EXTRACTOR),
    )


def _merged(one: PaperFact, other: PaperFact) -> PaperFact:
    """One paper of its poster's and its oral's entry: what either has, the stronger decision, all links."""
    strong = min((one, other), key=lambda paper: _strength(paper.decision))
    return replace(
        one,
        url=one.url or other.url,
        openreview_id=one.openreview_id or other.openreview_id,
        arxiv_id=one.arxiv_id or other.arxiv_id,
        doi=one.doi or other.doi,
        authors=one.authors or other.authors,
        abstract=one.abstract or other.abstract,
        keywords=one.keywords or other.keywords,
        pdf=one.pdf or other.pdf,
        decision=strong.decision or one.decision or other.decision,
        links=tuple(dict.fromkeys((*one.links, *other.links))),
    )


def _strength(decision: str | None) -> int:
    lower = (decision or "").lower()
    return next((rank for rank, word in enumerate(_RANK) if word in lower), len(_RANK) if decision else len(_RANK) + 1)


def _talk(item: Mapping[str, Any], kind: TalkKind, url: str) -> TalkFact:
    # The data of an oral names all authors and not who presented, so only its own speakers are taken
    speakers = names(item.get("speakers") or item.get("presenters"))
    if not speakers and (kind != "contributed" or len(names(item.get("authors"))) == 1):
        speakers = names(item.get("authors"))
    abstract = item.get("abstract")
    links = list(_links(item, url))
    if (paper := _link(item.get("paper_url"), url)) is not None:
        links.append(LinkFact("paper", paper))
    start = item.get("starttime")
    return TalkFact(
        title=plain(item["name"])[:1_000],
        speakers=speakers,
        affiliation=_institution(item) if len(speakers) == 1 else None,
        kind=kind,
        summary=plain(abstract) or None if isinstance(abstract, str) else None,
        links=tuple(dict.fromkeys(links)),
        start=start if isinstance(start, str) else None,
        evidence=Evidence(str(item.get("session") or ""), f"results, id {item.get('id')}", EXTRACTOR),
    )


def _institution(item: Mapping[str, Any]) -> str | None:
    people = item.get("speakers") or item.get("authors")
    first = people[0] if isinstance(people, list) and people else None
    found = first.get("institution") if isinstance(first, Mapping) else None
    return plain(found) or None if isinstance(found, str) else None


def _links(item: Mapping[str, Any], url: str) -> Iterator[LinkFact]:
    """The page, recording, slides and poster of an entry."""
    if page := _link(item.get("virtualsite_url"), url):
        yield LinkFact("page", page)
    for media in listed(item.get("eventmedia")):
        if not isinstance(media, Mapping):
            continue
        name = str(media.get("name") or "").lower()
        for value in (media.get("uri"), media.get("file")):
            if not isinstance(value, str) or not value.strip():
                continue
            if (slideslive := slideslive_id(value)) is not None:
                yield LinkFact("video", f"https://slideslive.com/{slideslive}")
            elif (target := _link(value, url)) and target != page and not paper_ids(target).openreview_id:
                yield LinkFact(_media_kind(name, target), target)


def slideslive_id(text: str) -> str | None:
    """The presentation's number in a SlidesLive address, or a bare number of eight digits."""
    match = _SLIDESLIVE.search(text.strip())
    return (match[1] or match[2]) if match else None


def _media_kind(name: str, target: str) -> LinkKind:
    for kind, pattern in (
        ("slides", r"slide(?!slive)|\.pptx?$|\.key$"), ("poster", r"poster"), ("code", r"github|gitlab|code"),
        ("video", r"video|youtu|vimeo|recording|\.mp4$"), ("paper", r"paper|pdf"),
    ):  # fmt: skip
        if re.search(pattern, f"{name} {target.lower()}"):
            return kind  # type: ignore[return-value]  # one of the five above
    return "other"


def _link(value: Any, base: str) -> str | None:
    """An absolute http(s) address, resolved against the site."""
    if not isinstance(value, str) or not value.strip() or " " in value.strip():
        return None
    try:
        found = urljoin(base, value.strip())
        return found if urlsplit(found).scheme in ("http", "https") else None
    except ValueError:
        return None


class VirtualSiteSource:
    """Sources such as `virtual:icml-2024`: all papers, orals and recordings of an edition, without an account."""

    name = "virtual"
    version = "1"

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home) -> Iterable[Extraction]:
        """One extraction. UsageError for an edition that is none, VirtualSiteError when the site has no data for it."""
        url = data_url(source.target)
        if url is None:
            raise UsageError(f"'{source.target}' is no edition", hint="Write virtual:icml-2024, or iclr or neurips")
        yield fetch_edition(fetcher, url)


def fetch_edition(fetcher: Fetcher, url: str) -> Extraction:
    """Fetch and parse an edition's data file."""
    try:
        answer = fetcher.get(url)
    except HttpStatus as why:
        raise VirtualSiteError(f"{url} answered {why.status}", hint="The site has no data for this edition") from why
    try:
        data = answer.json()
    except (ValueError, RecursionError) as why:
        raise VirtualSiteError(f"{url} is not JSON", hint="The site may have changed its format") from why
    return parse_edition(data, url)
