"""Connections to `kb.db`: WAL, busy timeout, schema version, and SQLite's errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import DamagedError, LockedError, NewerError, StoreError
from kb.store.migrations import LATEST

BUSY_TIMEOUT_MS = 10_000


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors become one-line errors of ours, with the way out."""
    try:
        yield
    except sqlite3.OperationalError as why:
        text = str(why)
        if "locked" in text or "busy" in text:
            raise LockedError(f"{path} is locked by another process", hint="Try again in a moment") from why
        if "full" in text:
            raise StoreError(f"No space left on the disk of {path}", hint="Free some space; nothing was lost") from why
        if "readonly" in text or "unable to open" in text:
            raise StoreError(f"{path} cannot be opened: {text}", hint="Check the folder and its permissions") from why
        raise StoreError(f"{path}: {text}", hint="Run `kb doctor`") from why
    except sqlite3.DatabaseError as why:
        if isinstance(why, sqlite3.IntegrityError):
            raise
        raise DamagedError(f"{path} is damaged: {why}", hint="Run `kb doctor`, or restore a backup") from why


def connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    """An autocommit connection with rows by name. A read-only one never creates or changes a file."""
    if readonly:
        conn = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        conn.row_factory = sqlite3.Row
        conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA cache_size = -65536")  # 64 MB: bulk imports touch scattered index pages
        if not readonly:
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = NORMAL")  # WAL keeps it consistent; fsync at checkpoints
    except BaseException:
        conn.close()
        raise
    return conn


def schema_version(conn: sqlite3.Connection) -> int:
    """How many migrations the database has had."""
    return int(conn.execute("PRAGMA user_version").fetchone()[0])


def ensure_schema(path: Path, conn: sqlite3.Connection, *, readonly: bool) -> None:
    """Migrate an older database; refuse a newer one politely."""
    version = schema_version(conn)
    if version > LATEST:
        raise NewerError(
            f"{path} was written by a newer version of kb (schema {version}, this program knows {LATEST})",
            hint="Upgrade conference-kb, or use another --home",
        )
    if version == LATEST:
        return
    if readonly:
        raise StoreError(f"{path} needs an upgrade (schema {version} of {LATEST})", hint="Run `kb stats` once")
    import sqlite_utils  # 115 ms, and only when there is something to migrate
    from filelock import FileLock

    from kb.store.migrations import migrate

    with FileLock(path.with_suffix(".schema.lock"), timeout=60):  # several processes may open a new home at once
        if schema_version(conn) < LATEST:
            migrate(sqlite_utils.Database(conn))
