"""Kinds of sources that are no web pages: files here, others through the entry points `source.SCHEME`."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from kb.errors import ExtractionError, KBError, UsageError
from kb.home import Home
from kb.models import Extraction
from scrapers.catalogue import Source, SourceKind, SourceSkipped
from scrapers.extract import extract
from scrapers.extract.registry import GROUP
from scrapers.fetch.contract import Fetcher


class FileKind:
    """`file:PATTERN`: every file that matches a glob pattern (`**` goes into folders, `~` is the home folder)."""

    def collect(self, source: Source, *, fetcher: Fetcher, home: Home) -> Iterator[Extraction | KBError]:
        pattern = str(Path(source.target.removeprefix("//")).expanduser())
        paths = sorted(Path(name) for name in glob.iglob(pattern, recursive=True))
        files = [path for path in paths if path.is_file()]
        if not files:
            raise UsageError(f"No file matches {pattern}", hint="Check the pattern; ** goes into folders")
        for path in files[: source.limit]:
            try:
                yield extract(path.read_bytes(), url=path.resolve().as_uri(), filename=path.name)
            except OSError as why:
                yield ExtractionError(f"{path} cannot be read: {why.strerror}", hint="Check its permissions")
            except ExtractionError as why:
                yield why


@cache
def _installed() -> tuple[EntryPoint, ...]:
    """Entry points of our group; reading every installed package's takes 20 ms."""
    return tuple(entry_points(group=GROUP))


def kind_of(source: Source) -> SourceKind:
    """What reads this source. Raises `SourceSkipped` when nothing is installed for its scheme."""
    if source.kind == "file":
        return FileKind()
    for entry in _installed():
        if entry.name != f"source.{source.kind}":
            continue
        try:
            target = entry.load()
        except Exception as why:
            raise UsageError(
                f"What reads {source.kind} sources ({entry.value}) does not load: {why}",
                hint="Update or uninstall the package that declares it",
            ) from why
        reader: SourceKind = target() if isinstance(target, type) else target
        return reader
    raise SourceSkipped(
        f"Nothing that reads '{source.kind}:' sources is installed", hint="Check the scheme of its url for a typo"
    )
