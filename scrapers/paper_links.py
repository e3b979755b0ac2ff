"""What a link says about a paper: its OpenReview, arXiv or DOI id. No network, no HTML: an address in, ids out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

OPENREVIEW = "https://openreview.net"

# New ids since April 2007 (four digits after the point until 2014), and `archive/YYMMNNN` before
_ARXIV_ID = r"\d{4}\.\d{4,5}|[a-z]{2,12}(?:-[a-z]{2,6})?(?:\.[A-Z]{2})?/\d{7}"
_ARXIV_ONLY = re.compile(rf"\s*(?:arxiv\s*:\s*)?({_ARXIV_ID})(?:v\d+)?(?:\.pdf)?\s*(?:\[[\w.-]+\]\s*)?", re.IGNORECASE)
_ARXIV_PATH = re.compile(rf"/(?:abs|pdf|html|format|e-print|src)/({_ARXIV_ID})", re.IGNORECASE)
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.({_ARXIV_ID})(?:v\d+)?", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_NOTE_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_VIRTUAL = re.compile(
    r"/virtual/((?:19|20)\d\d)/(?:papers|calendar|index)?(?:\.html)?"
    r"|/static/virtual/data/[a-z]+-(\d{4})-orals-posters\.json"
)
_YOUTUBE = re.compile(
    r"https?://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#]*&)?v=|(?:embed|live|v)/)|youtu\.be/)"
    r"([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)
_DOI_TAIL = re.compile(r"(?:\.full(?:\.pdf|-text)?|\.pdf|\.abstract|/full|/pdf|/abstract|v\d+(?:\.full(?:\.pdf)?)?)$")


@dataclass(frozen=True, slots=True)
class PaperIds:
    """The ids one link names. `arxiv_id` has no version; `doi` is lower case and never arXiv's own."""

    openreview_id: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None

    def __bool__(self) -> bool:
        return bool(self.openreview_id or self.arxiv_id or self.doi)


NO_IDS = PaperIds()


def paper_ids(url: str | None) -> PaperIds:
    """The ids named by an http(s) address; `NO_IDS` where it names none, or is no address."""
    if not url or "://" not in url[:10]:
        return NO_IDS
    # Most addresses of a bulk list belong to none of the three: a substring test is 20 times cheaper than urlsplit
    lower = url.lower()
    if "openreview.net" not in lower and "arxiv" not in lower and "10." not in lower:
        return NO_IDS
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return NO_IDS
    if host == "openreview.net" or host.endswith(".openreview.net"):
        query = parse_qs(parts.query)
        if arxiv := as_arxiv_id(query.get("arxivid", [""])[0]):
            return PaperIds(arxiv_id=arxiv)
        return PaperIds(openreview_id=_note_of(parts.path, query))
    if host == "arxiv.org" or host.endswith(".arxiv.org"):
        match = _ARXIV_PATH.search(parts.path)
        return PaperIds(arxiv_id=match[1]) if match else NO_IDS
    return _of_doi(unquote(parts.path) + (f"?{parts.query}" if "doi=" in parts.query else ""))


def _note_of(path: str, query: dict[str, list[str]]) -> str | None:
    if path.rstrip("/") not in ("/forum", "/pdf", "/attachment", "/references/pdf", "/note"):
        return None
    for name in ("id", "forum", "noteId"):
        for value in query.get(name, ()):
            if _NOTE_ID.fullmatch(value.strip()):
                return value.strip()
    return None


def _of_doi(text: str) -> PaperIds:
    if match := _ARXIV_DOI.search(text):
        return PaperIds(arxiv_id=match[1])
    return PaperIds(doi=as_doi(text))


def as_arxiv_id(text: str | None) -> str | None:
    """`arXiv:2306.14070v2`, `2306.14070`, an arxiv.org address: the id without version; None for anything else."""
    if not text:
        return None
    if match := _ARXIV_ONLY.fullmatch(text):
        return match[1]
    return paper_ids(text).arxiv_id or ((m := _ARXIV_DOI.search(text)) and m[1]) or None


def as_doi(text: str | None) -> str | None:
    """The DOI in a text or address, lower case and without a publisher's file suffix; None when there is none."""
    if not text or "10." not in text or not (match := _DOI.search(text)):
        return None
    found = match[0].lower().rstrip(".,;)]}'")
    # bioRxiv and medRxiv append versions and page kinds to the DOI
    if found.startswith(("10.1101/", "10.64898/")):
        while _DOI_TAIL.search(found):
            found = _DOI_TAIL.sub("", found)
    else:
        found = re.sub(r"\.pdf$", "", found)
    return None if found.startswith("10.48550/arxiv") else found


def forum_url(note_id: str) -> str:
    return f"{OPENREVIEW}/forum?id={note_id}"


def openreview_file(path: str, note_id: str) -> str:
    """An absolute address for a note's `pdf` value, which is `/pdf/<hash>.pdf` or an address of its own."""
    return f"{OPENREVIEW}/pdf?id={note_id}" if path.startswith("/") else path


def arxiv_url(arxiv_id: str) -> str:
    return f"https://arxiv.org/abs/{arxiv_id}"


def year_of_arxiv(arxiv_id: str | None) -> int | None:
    """The year an arXiv id was given out: 2023 of `2306.14070`, 1998 of `cond-mat/9802024`."""
    if not arxiv_id:
        return None
    digits = arxiv_id.rpartition("/")[2]
    if len(digits) < 4 or not digits[:2].isdigit():
        return None
    short = int(digits[:2])
    return (1900 if short > 90 else 2000) + short


def source_of_url(url: str) -> str | None:
    """`openreview:...`, `arxiv:...`, `virtual:...` or `youtube:...` for the address of one; None for other pages."""
    ids = paper_ids(url)
    if ids.openreview_id:
        return f"openreview:{ids.openreview_id}"
    if ids.arxiv_id:
        return f"arxiv:{ids.arxiv_id}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    query = parse_qs(parts.query)
    if host == "openreview.net" and parts.path.rstrip("/") in ("/group", "/submissions", "/venue"):
        venue = (query.get("id") or query.get("venue") or [""])[0].strip("/")
        return f"openreview:{venue}" if "/" in venue else None
    if (watched := _YOUTUBE.match(url)) is not None:
        return f"youtube:{watched[1]}"
    edition = _VIRTUAL.fullmatch(parts.path)
    if host in ("icml.cc", "iclr.cc", "neurips.cc") and edition:
        return f"virtual:{host.partition('.')[0]}-{edition[1] or edition[2]}"
    return None
