"""URLs: which strings are one, which two are one page, and which lie inside a site."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from scrapers.fetch.errors import BadUrl

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 4_000  # longer ones are tracking blobs or attacks; servers refuse them at 8,000

# Parameters that say where a click came from, not what to show
_TRACKING = re.compile(
    r"^(utm_\w+|mc_[ce]id|fbclid|gclid|dclid|msclkid|igshid|yclid|_hs(enc|mi)|ref_src|ref_url|mkt_tok|trk|s?cid_click)$",
    re.IGNORECASE,
)
_INDEX = re.compile(r"/(index|default)\.(html?|php)$", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_CONTROLS = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL; the host in lower-case ASCII."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """`host` or `host:port`, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if host.isascii():
        return host
    return host.encode("idna").decode("ascii")


@lru_cache(maxsize=8192)
def _split(url: str) -> tuple[Origin, SplitResult]:
    text = url.strip()
    shown = text if len(text) <= 200 else text[:200] + "..."
    if len(text) > MAX_LENGTH:
        raise BadUrl(f"'{shown}' is too long for a URL", hint=f"At most {MAX_LENGTH} characters")
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        if scheme in DEFAULT_PORTS and host:
            host = _ascii_host(host)
    except ValueError as why:  # a broken IPv6 address, a port that is no number, a label that is no name
        raise BadUrl(f"'{shown}' is not a URL: {why}", hint="Give a full address such as https://example.org/") from why
    if not scheme:
        raise BadUrl(f"'{shown}' is not a URL", hint="Give a full address such as https://example.org/")
    if scheme not in DEFAULT_PORTS:
        raise BadUrl(f"'{shown}' has the scheme '{scheme}'", hint="Only http and https are followed")
    if not host or _CONTROLS.search(host) or port == 0:
        raise BadUrl(f"'{shown}' names no host", hint="Give a full address such as https://example.org/")
    return Origin(scheme, host, port or DEFAULT_PORTS[scheme]), parts


def origin(url: str) -> Origin:
    """Where a URL leads. Raises `BadUrl`."""
    return _split(url)[0]


def is_url(text: str) -> bool:
    """True for an absolute http(s) URL."""
    try:
        _split(text)
    except BadUrl:
        return False
    return True


def _tidy(text: str, safe: str) -> str:
    """Percent-escapes in one spelling: unreserved characters bare, the rest as upper-case escapes."""

    def escape(match: re.Match[str]) -> str:
        char = chr(int(match.group(1), 16))
        return char if char in _UNRESERVED else match.group().upper()

    return quote(_ESCAPE.sub(escape, text), safe=safe + "%")


def _path(path: str) -> str:
    tidy = _tidy(path, "/:@!$&'()*+,;=-._~")
    if "/." in tidy:
        tidy = posixpath.normpath(tidy) + ("/" if tidy.endswith(("/", "/.", "/..")) else "")
    return "/" + tidy.lstrip("/")


def request_url(url: str) -> str:
    """The URL as it is asked for: host in lower case, no credentials, default port or fragment. Raises `BadUrl`."""
    where, parts = _split(url)
    return urlunsplit((where.scheme, where.netloc, _path(parts.path), _tidy(parts.query, "/:@!$&'()*+,;=-._~?[]"), ""))


@lru_cache(maxsize=8192)
def canonical(url: str) -> str:
    """The one URL of a page, whatever link led to it: also without tracking parameters and `index.html`.

    Raises `BadUrl`.
    """
    parts = urlsplit(request_url(url))
    query = "&".join(p for p in parts.query.split("&") if p and not _TRACKING.match(p.partition("=")[0]))
    return urlunsplit((parts.scheme, parts.netloc, _INDEX.sub("/", parts.path), query, ""))


def join(base: str, link: str) -> str:
    """A link made absolute. Raises `BadUrl` where that gives no http(s) URL."""
    try:
        return request_url(urljoin(base, link.strip()))
    except ValueError as why:
        raise BadUrl(f"'{link[:200]}' is not a URL: {why}", hint=f"It is linked from {base}") from why
