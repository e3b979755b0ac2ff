"""Links as pages write them: relative, broken, `nan`, with blanks; and the ids and kinds they carry."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from kb.models import LinkKind

_BLANKS = re.compile(r"\s+")
_NOTHING = {"", "nan", "none", "null", "undefined", "tba", "tbd", "tbc", "todo", "#", "n/a", "url", "link"}
_DOMAIN = re.compile(r"^(?:www\.)[\w.-]+\.[a-z]{2,}(?:[/:?#]|$)", re.I)
_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|format|ps)/|alphaxiv\.org/(?:abs|pdf)/|huggingface\.co/papers/|"
    r"10\.48550/arxiv\.|\barxiv\s*:\s*)"
    r"((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?",
    re.I,
)
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"'<>?#]+)", re.I)
_OPENREVIEW_ID = re.compile(r"^[A-Za-z0-9_-]{6,20}$")
_VIDEO = re.compile(
    r"youtu\.?be|youtube\.|vimeo\.com|slideslive\.com|videolectures\.|bilibili\.|/recordings?/|"
    r"\.mp4\b|\.webm\b|zoom\.us/rec",
    re.I,
)
_SLIDES = re.compile(r"slideshare\.|speakerdeck\.|docs\.google\.com/presentation|slides?\b|\.pptx?\b|\.key\b", re.I)
_CODE = re.compile(r"github\.com/|gitlab\.|bitbucket\.org/|colab\.research\.google|huggingface\.co/(?!papers)", re.I)
_PAPER_HOSTS = re.compile(
    r"openreview\.net/(?:forum|pdf|attachment|references|group\?id=.*\bforum)|arxiv\.org/|"
    r"biorxiv\.org|medrxiv\.org|chemrxiv\.org|"
    r"proceedings\.mlr\.press|papers\.nips\.cc|proceedings\.neurips\.cc|papers\.neurips\.cc|"
    r"neurips\.cc/paper|aclanthology\.org|"
    r"aclweb\.org/anthology|doi\.org/|nature\.com/articles|science\.org/doi|"
    r"sciencedirect\.com/science|pnas\.org|cell\.com/|"
    r"semanticscholar\.org/paper|pdfs\.semanticscholar|aaai\.org/.*(?:paper|article|ojs)|"
    r"jmlr\.org/papers|ieeexplore|dl\.acm\.org|"
    r"link\.springer\.com|academic\.oup\.com|pubs\.acs\.org|pubs\.rsc\.org|onlinelibrary\.wiley|"
    r"journals\.aps|ncbi\.nlm|"
    r"openaccess\.thecvf|ml4physicalsciences|ijcai\.org/proceedings|usenix\.org/|plos\.org|"
    r"elifesciences\.org|iopscience\.iop|"
    r"aclweb\.org|transacl\.org|papers\.ssrn|hal\.science|osf\.io/preprints|psyarxiv|"
    r"climatechange\.ai/papers|mdpi\.com|frontiersin\.org|"
    r"jair\.org|openaccess|distill\.pub/20",
    re.I,
)
_SOCIAL = re.compile(
    r"^https?://(?:[\w-]+\.)?(?:twitter\.com|x\.com|facebook\.com|linkedin\.com|instagram\.com|"
    r"bsky\.app|mastodon|reddit\.com|"
    r"discord\.|slack\.|wa\.me|t\.me|medium\.com/?$)",
    re.I,
)


class Resolver:
    """Turns an href of the page at `url` (with `base`, its <base href>) into an absolute http(s) URL, or None."""

    def __init__(self, url: str, base: str | None = None) -> None:
        self.url = url
        self._base = base
        self._known: dict[str, str | None] = {}

    @cached_property
    def root(self) -> str:
        try:
            return urljoin(self.url, self._base.strip()) if self._base else self.url
        except ValueError:
            return self.url

    def __call__(self, href: str | None) -> str | None:
        if href is None:
            return None
        if href not in self._known:
            self._known[href] = self._absolute(href)
        return self._known[href]

    def _absolute(self, href: str) -> str | None:
        href = _BLANKS.sub("", href) if href.lstrip().startswith(("http", "//")) else href.strip().replace("\n", "")
        if href.lower() in _NOTHING or href.startswith("#"):
            return None
        if href.startswith("//"):
            href = "https:" + href
        elif _DOMAIN.match(href):
            href = "https://" + href
        elif href.startswith(("http:/", "https:/")) and "://" not in href[:9]:
            href = href.replace(":/", "://", 1)
        try:
            url = urljoin(self.root, href)
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                return None
        except ValueError:
            return None
        if parts.path.rsplit("/", 1)[-1].lower() in ("nan", "none", "undefined"):
            return None
        return url.replace(" ", "%20")


def same_page(a: str, b: str) -> bool:
    """True when two URLs differ in nothing but a fragment, `index.html` or a final slash."""

    def key(url: str) -> str:
        return re.sub(r"(?:/index)?(?:\.html?)?/*$", "", url.split("#")[0].split("://")[-1]).lower()

    return key(a) == key(b)


def openreview_id(url: str) -> str | None:
    """The note id of an OpenReview link; None for group pages, attachments by hash and `/pdf/<hash>.pdf`."""
    parts = urlsplit(url)
    if "openreview.net" not in parts.netloc or parts.path.startswith(("/group", "/profile")):
        return None
    query = parse_qs(parts.query)
    for key in ("id", "noteId", "forum"):
        for value in query.get(key, ()):
            value = value.strip().split("&")[0]
            if _OPENREVIEW_ID.match(value):
                return value
    return None


def arxiv_id(text: str) -> str | None:
    """The arXiv id in a URL or text, without version."""
    match = _ARXIV.search(text)
    return match.group(1) if match else None


def doi(text: str) -> str | None:
    """The DOI in a URL or text, lower case; arXiv's own DOIs are left to `arxiv_id`."""
    match = _DOI.search(unquote(text))
    if not match:
        return None
    found = match.group(1).rstrip(".,;)").lower()
    for tail in (".full.pdf", ".full-text", ".full", ".pdf", ".abstract", "/full", "/pdf", "/abstract"):
        found = found.removesuffix(tail)
    if re.match(r"10\.(1101|64898)/", found):
        found = re.sub(r"v\d+$", "", found)
    return None if found.startswith("10.48550/arxiv") else found


def is_paper_url(url: str) -> bool:
    """True for the places where papers live."""
    return bool(_PAPER_HOSTS.search(url))


def is_social(url: str) -> bool:
    return bool(_SOCIAL.search(url))


def link_kind(url: str, text: str = "") -> LinkKind:
    """What a link leads to, by its text first ("Slides", "Video"), then by its address."""
    words = text.lower()
    if re.search(r"\bslides?\b|\bdeck\b|\bpresentation (?:file|pdf)\b", words):
        return "slides"
    if re.search(
        r"\bvideos?\b|\brecord(?:ing|ed)\b|\bwatch\b|\byoutube\b|\bslideslive\b|\btalk video\b|\bstream\b", words
    ):
        return "video"
    if re.search(r"\bposter\b", words):
        return "poster"
    if re.search(r"\bcode\b|\bgithub\b|\brepo(?:sitory)?\b|\bnotebook\b", words):
        return "code"
    if _VIDEO.search(url):
        return "video"
    if re.search(
        r"\b(?:paper|pdf|openreview|arxiv|preprint|forum|article|manuscript|doi)\b", words
    ) or _PAPER_HOSTS.search(url):
        return "paper" if not _SLIDES.search(urlsplit(url).path.rsplit("/", 1)[-1]) else "slides"
    path = urlsplit(url).path.lower()
    if _SLIDES.search(url.lower()):
        return "slides"
    if "poster" in path:
        return "poster"
    if _CODE.search(url):
        return "code"
    return "paper" if path.endswith(".pdf") else "page"
