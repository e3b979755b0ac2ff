"""One file that holds a knowledge base: both databases as they were at one moment, and the settings.

The search index is derived and left out. SQLite's own backup copies a database that others are writing to.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path

from kb.errors import DamagedError, StoreError, UsageError
from kb.home import Home
from kb.store.database import connect, translated
from kb.store.lock import writer_lock
from kb.store.migrations import LATEST

_MEMBERS = ("kb.db", "pages.db", "settings.toml")


def backup(home: Home, target: Path) -> int:
    """Write `target` (a .tar.gz), whole or not at all; returns its size in bytes. Runs beside a refresh."""
    if not home.exists():
        raise UsageError(f"There is no knowledge base in {home.path}", hint="Nothing to back up")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".kb-backup-") as folder:
        work = Path(folder)
        for name in ("kb.db", "pages.db"):
            if (home.path / name).exists():
                _copy(home.path / name, work / name)
        if home.settings.exists():
            shutil.copyfile(home.settings, work / "settings.toml")
        packed = work / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=3) as tar:
            for name in _MEMBERS:
                if (work / name).exists():
                    tar.add(work / name, arcname=name)
        with packed.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(packed, target)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    with translated(source):
        reader, writer = connect(source, readonly=True), sqlite3.connect(target)
        try:
            reader.backup(writer)
        finally:
            reader.close()
            writer.close()


def restore(home: Home, source: Path, *, replace: bool = False) -> None:
    """Put a backup into a home folder; one that holds a knowledge base already is refused without `replace`.

    Everything is unpacked and checked beside the home first: a damaged backup changes nothing.
    """
    if home.exists() and not replace:
        raise UsageError(f"{home.path} holds a knowledge base already", hint="--replace overwrites it")
    home.path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.path, prefix=".kb-restore-") as folder:
        work = Path(folder)
        try:
            with tarfile.open(source, "r:gz") as tar:
                for member in tar:
                    # Only the names we wrote, only plain files: nothing in an archive chooses where it lands
                    if member.name in _MEMBERS and member.isfile():
                        data = tar.extractfile(member)
                        assert data is not None  # a plain file
                        with (work / member.name).open("wb") as out:
                            shutil.copyfileobj(data, out)
        except FileNotFoundError as why:
            raise UsageError(f"No file at {source}") from why
        except (tarfile.TarError, EOFError, OSError, ValueError) as why:
            raise DamagedError(f"{source} is no sound backup: {why}", hint="Use another backup") from why
        if not (work / "kb.db").exists():
            raise DamagedError(f"{source} holds no knowledge base", hint="Use a file that `kb backup` wrote")
        _check(work / "kb.db", source)
        with writer_lock(home.lock, "kb restore"):
            for name in _MEMBERS:
                if (work / name).exists():
                    for leftover in (f"{name}-wal", f"{name}-shm"):
                        (home.path / leftover).unlink(missing_ok=True)
                    os.replace(work / name, home.path / name)
            shutil.rmtree(home.index, ignore_errors=True)


def _check(path: Path, source: Path) -> None:
    try:
        conn = sqlite3.connect(path)
        try:
            sound = conn.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            version = conn.execute("PRAGMA user_version").fetchone()[0]
        finally:
            conn.close()
    except sqlite3.DatabaseError as why:
        raise DamagedError(f"{source} holds a damaged database: {why}", hint="Use another backup") from why
    if not sound:
        raise DamagedError(f"{source} holds a damaged database", hint="Use another backup")
    if version > LATEST:
        raise StoreError(f"{source} was written by a newer version of kb", hint="Upgrade conference-kb first")
