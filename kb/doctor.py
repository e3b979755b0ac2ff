"""`kb doctor`: is everything that should be there there, sound, and in step? What can be rebuilt is mended."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from kb.errors import KBError, LockedError
from kb.home import Home, load_settings

_LOW_DISK = 200_000_000  # bytes: an index of 100,000 papers is built beside the old one


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: ok, mended (by this run), note (nothing to do) or bad. `text` names what was looked at."""

    state: Literal["ok", "mended", "note", "bad"]
    text: str


def examine(home: Home, *, fix: bool = True) -> Iterator[Finding]:
    """Check one home folder, part by part; a part that cannot be checked never hides the next."""
    yield Finding("ok", f"kb {metadata.version('conference-kb')}, Python {platform.python_version()}, home {home.path}")
    for check in (_folder, _settings, _database, _archive, _index):
        try:
            yield from check(home, fix)
        except KBError as why:
            yield Finding("bad", why.line())


def _folder(home: Home, fix: bool) -> Iterator[Finding]:
    if not home.path.exists():
        yield Finding("note", "no knowledge base yet: start with `kb demo` or `kb add URL`")
        return
    if not os.access(home.path, os.W_OK):
        yield Finding("bad", f"{home.path} cannot be written to. Check its permissions, or use another --home")
    free = shutil.disk_usage(home.path).free
    state: Literal["ok", "bad"] = "ok" if free > _LOW_DISK else "bad"
    yield Finding(state, f"{free / 1e9:.1f} GB free on the disk")


def _settings(home: Home, fix: bool) -> Iterator[Finding]:
    settings = load_settings(home)
    yield Finding("ok", f"settings are valid ({home.settings.name if home.settings.exists() else 'defaults'})")
    if not settings.contact:
        yield Finding("note", "no contact is set: `kb config set contact you@example.org` tells sites who is asking")
    if home.settings.exists() and home.settings.stat().st_mode & 0o002:
        yield Finding("bad", f"{home.settings} can be changed by every user. Run: chmod o-w {home.settings}")


def _database(home: Home, fix: bool) -> Iterator[Finding]:
    if not home.exists():
        return
    from kb.store import Store
    from kb.store.lock import owner

    store = Store(home)
    try:
        problems = store.problems()
        for problem in problems:
            yield Finding("bad", f"{home.database.name}: {problem}. Restore a backup with `kb restore FILE`")
        if not problems:
            counts = ", ".join(f"{n:,} {name}" for name, n in store.counts().items())
            yield Finding("ok", f"{home.database.name} is sound: {counts}")
        if holder := owner(home.lock):
            yield Finding("note", f"last writer: {holder[0]}, {holder[1]:.0f} s ago")
    finally:
        store.close()


def _archive(home: Home, fix: bool) -> Iterator[Finding]:
    if not home.pages.exists():
        return
    from kb.store.archive import Archive

    with Archive(home.pages) as archive:
        problems = archive.verify()
        for problem in problems:
            yield Finding("bad", f"{home.pages.name}: {problem}")
        if not problems:
            yield Finding("ok", f"{home.pages.name} is sound")


def _index(home: Home, fix: bool) -> Iterator[Finding]:
    if not home.exists():
        return
    from kb.wiring import open_kb

    with open_kb(home.path) as kb:
        before = kb.index.status(generation=kb.store.generation())
        problems = kb.index.verify() if before.state == "ok" else [f"the index is {before.state} {before.note}".strip()]
        if not problems:
            yield Finding("ok", f"index is in step: {before.documents:,} documents, model {before.model}")
        elif not fix:
            yield Finding("bad", f"{'; '.join(problems)}. `kb doctor --fix` or `kb index build` mends it")
        else:
            damaged = before.state in ("ok", "damaged")
            try:
                report = kb.sync(rebuild=damaged)
            except LockedError:
                yield Finding("note", "another process is bringing the index in step right now")
                return
            yield Finding("mended", f"{'; '.join(problems)}: brought in step, {report.added:,} documents")


def healthy(findings: list[Finding]) -> bool:
    """True when nothing is bad."""
    return all(finding.state != "bad" for finding in findings)
