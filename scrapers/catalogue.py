"""The catalogue: which sources there are, where each begins, how far it is followed, and how often.

Built-in sources come from `catalogue.toml` beside this file, the user's own from `[[sources]]` in `settings.toml`. An
entry there that has a built-in source's name changes only the keys it gives (`enabled = false` switches it off).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

from kb.errors import KBError, UsageError
from kb.home import Home, read_toml, write_atomically
from kb.models import Extraction
from kb.text import clean, slug
from scrapers.fetch.errors import BadUrl
from scrapers.fetch.urls import canonical, origin

if TYPE_CHECKING:
    from scrapers.fetch.contract import Fetcher

DEFAULT_DEPTH = 2
DEFAULT_LIMIT = 200  # pages; the largest site of the built-in catalogue has 149
DEFAULT_EVERY = "7d"
_EVERY = re.compile(r"(\d{1,4})\s*(m|h|d|w)", re.I)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.+)", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Source:
    """One source. `url` is a start URL, `openreview:VENUE`, `file:PATTERN`, or `KIND:TARGET` of another kind.

    `depth` is how many links away from the start a page may be; only links inside the site (`within`, path prefixes;
    by default the start URL's folder) are followed, those that match `follow` (glob patterns on the path, `*` crosses
    slashes) where it is given, and none that match `skip`. A run reads at most `limit` pages of it.
    """

    name: str
    url: str
    urls: tuple[str, ...] = ()  # further start URLs
    title: str = ""
    aliases: tuple[str, ...] = ()  # further host names of the same site: links there are followed on the first one
    within: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    depth: int = DEFAULT_DEPTH
    limit: int = DEFAULT_LIMIT
    every: str = DEFAULT_EVERY
    tags: tuple[str, ...] = ()
    enabled: bool = True
    builtin: bool = False

    @property
    def kind(self) -> str:
        """ "site", "openreview", "file" or another scheme."""
        scheme = self.url.partition(":")[0].lower()
        return "site" if scheme in ("http", "https") else scheme

    @property
    def target(self) -> str:
        """What follows the scheme: the venue id, the file pattern."""
        return self.url if self.kind == "site" else self.url.partition(":")[2]

    @property
    def starts(self) -> tuple[str, ...]:
        """The start URLs of a site."""
        return (self.url, *self.urls) if self.kind == "site" else ()

    @property
    def interval(self) -> timedelta:
        """`every` as a time."""
        return parse_every(self.every)


class SourceSkipped(KBError):
    """The source cannot be read here and now, and that is no failure: a login is missing, an option is off."""


class SourceKind(Protocol):
    """Reads sources that are no web pages. Found by its scheme: entry point `source.SCHEME` in group `kb.scrapers`."""

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home) -> Iterable[Extraction | KBError]:
        """The source's facts, one extraction for each page-like thing, whose `url` identifies it from run to run.

        An error may stand in place of a thing that cannot be read. Every request goes through `fetcher`. Called on a
        thread of its own. Raises `SourceSkipped`, or another `KBError` (usually `FetchError`) when the source cannot
        be read; what was yielded before is kept.
        """


@dataclass(frozen=True, slots=True)
class Problem:
    """A `[[sources]]` entry that cannot be used, in one line."""

    name: str
    error: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sources by name, the user's last, and the entries that could not be understood."""

    sources: tuple[Source, ...]
    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources)

    def get(self, name: str) -> Source:
        """The source of a name; `UsageError` with near names when there is none."""
        for source in self.sources:
            if source.name == name:
                return source
        for problem in self.problems:
            if problem.name == name:
                raise UsageError(problem.error, hint="Correct it in settings.toml")
        near = [s.name for s in self.sources if name.lower()[:4] in s.name][:5]
        raise UsageError(
            f"No source is named '{name}'",
            hint=f"Near it: {', '.join(near)}" if near else "`kb sources list` names them all",
        )

    def select(self, names: Sequence[str] = ()) -> tuple[Source, ...]:
        """The named sources (also disabled ones), or all enabled ones."""
        if names:
            return tuple(self.get(name) for name in dict.fromkeys(names))
        return tuple(source for source in self.sources if source.enabled)


def parse_every(text: str) -> timedelta:
    """ "12h", "1d", "2w" or "30m" as a time; `UsageError` for anything else."""
    match = _EVERY.fullmatch(text.strip())
    if not match or not int(match.group(1)):
        raise UsageError(f"'{text}' is no interval", hint="Write a number with m, h, d or w, such as 12h or 7d")
    return int(match.group(1)) * _UNITS[match.group(2).lower()]


@cache
def builtin_sources() -> tuple[Source, ...]:
    """The sources that come with the program."""
    text = files("scrapers").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(parse_source(entry | {"builtin": True}) for entry in tomllib.loads(text)["sources"])


def load_catalogue(home: Home) -> Catalogue:
    """Built-in and own sources. A broken settings file raises `UsageError`; a broken entry becomes a `Problem`."""
    known = {source.name: source for source in builtin_sources()}
    problems: list[Problem] = []
    entries = read_toml(home.settings).get("sources", [])
    if not isinstance(entries, list):
        raise UsageError(f"`sources` in {home.settings} is not a list", hint="Write each one under [[sources]]")
    own: set[str] = set()
    for number, entry in enumerate(entries, start=1):
        name = str(entry.get("name", "")) if isinstance(entry, Mapping) else ""
        label = clean(name)[:80] or f"entry {number}"
        try:
            if not isinstance(entry, Mapping):
                raise UsageError("it is not a table", hint="Write it under [[sources]]")
            if name in own:
                raise UsageError("another entry has the same name", hint="Give each source a name of its own")
            base = known.get(name)
            source = parse_source((_as_entry(base) if base else {}) | dict(entry) | {"builtin": bool(base)})
        except UsageError as why:
            problems.append(Problem(label, f"Source '{label}' in {home.settings.name}: {why.line()}"))
            continue
        own.add(name)
        known[name] = source
    return Catalogue(tuple(known.values()), tuple(problems))


def _as_entry(source: Source) -> dict[str, Any]:
    return {spec.name: getattr(source, spec.name) for spec in fields(Source)}


def parse_source(entry: Mapping[str, Any]) -> Source:
    """One `[[sources]]` table as a `Source`; `UsageError` names the key that is wrong and what it takes."""
    kinds = {spec.name: str(spec.type) for spec in fields(Source)}
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in kinds:
            near = next((k for k in kinds if k[:2] == key[:2]), None)
            told = f"Did you mean '{near}'?" if near else f"Keys: {', '.join(k for k in kinds if k != 'builtin')}"
            raise UsageError(f"the key '{key}' is unknown", hint=told)
        values[key] = _value(key, value, kinds[key])
    for key in ("name", "url"):
        if not values.get(key):
            raise UsageError(f"it has no '{key}'", hint='Write name = "..." and url = "https://..."')
    source = Source(**values)
    _check(source)
    return source


def _value(key: str, value: Any, kind: str) -> Any:
    if kind.startswith("tuple"):
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
            raise UsageError(f"'{key}' takes a list of texts", hint=f'Write {key} = ["...", "..."]')
        return tuple(str(item) for item in items)
    wanted = {"str": str, "int": int, "bool": bool}[kind]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        told = {"str": '"text"', "int": "a whole number", "bool": "true or false"}[kind]
        raise UsageError(f"'{key}' is {value!r}", hint=f"It takes {told}")
    return wanted(value)


def _check(source: Source) -> None:
    if not _NAME.fullmatch(source.name):
        raise UsageError(f"'{source.name}' is no name for a source", hint="Use a-z, 0-9, '.', '_' and '-'")
    if not _SCHEME.fullmatch(source.url):
        raise UsageError(
            f"'{source.url}' is no source", hint="Give a URL, openreview:VENUE or file:PATTERN, such as https://..."
        )
    try:
        for url in source.starts:
            canonical(url)
    except BadUrl as why:
        raise UsageError(str(why), hint=why.hint) from why
    if not 0 <= source.depth <= 10:
        raise UsageError(f"'depth' is {source.depth}", hint="It takes 0 (the start page alone) to 10")
    if not 1 <= source.limit <= 100_000:
        raise UsageError(f"'limit' is {source.limit}", hint="It takes 1 to 100000 pages")
    _ = source.interval


# --- the user's entries in settings.toml


def name_for(url: str, taken: Iterable[str]) -> str:
    """A free name for a source, from its host or target."""
    source = Source("x", url)
    base = slug(origin(url).host.removeprefix("www.") if source.kind == "site" else source.target, limit=60) or "source"
    names, number, name = set(taken), 1, base
    while name in names:
        number += 1
        name = f"{base}-{number}"
    return name


def save_source(home: Home, entry: Mapping[str, Any]) -> Source:
    """Add a `[[sources]]` entry, or lay these keys over the entry of that name. Comments and order are kept.

    Returns the source as it now is. `UsageError` when the result would not be valid; nothing is written then.
    """
    name = str(entry["name"])
    base = next((s for s in builtin_sources() if s.name == name), None)
    document, entries = _document(home)
    existing = next((item for item in entries if item.get("name") == name), None)
    merged = (_as_entry(base) if base else {}) | dict(existing or {}) | dict(entry)
    source = parse_source(_plain(merged) | {"builtin": base is not None})
    if existing is None:
        import tomlkit

        table = tomlkit.table()
        table.update(entry)
        entries.append(table)
    else:
        existing.update(entry)
    _write(home, document)
    return source


def drop_source(home: Home, name: str) -> bool:
    """Remove the user's entry of that name; False when there was none."""
    document, entries = _document(home)
    for number, item in enumerate(entries):
        if item.get("name") == name:
            del entries[number]
            if not entries:
                del document["sources"]
            _write(home, document)
            return True
    return False


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.unwrap() if hasattr(value, "unwrap") else value for key, value in values.items()}


def _document(home: Home) -> tuple[Any, Any]:
    """The settings as an editable document, and its list of sources."""
    import tomlkit  # 30 ms, and only when settings are written

    read_toml(home.settings)  # a file that is no TOML is reported, not overwritten
    text = home.settings.read_text(encoding="utf-8") if home.settings.exists() else ""
    document = tomlkit.parse(text)
    if "sources" not in document:
        document["sources"] = tomlkit.aot()
    return document, document["sources"]


def _write(home: Home, document: Any) -> None:
    import tomlkit  # as above

    mode = home.settings.stat().st_mode & 0o777 if home.settings.exists() else None
    write_atomically(home.settings, tomlkit.dumps(document), mode=mode)
