"""`pages.db`: every raw page as it was fetched, each body once, and the robots.txt files.

Apart from `kb.db` because it is ten times as large, is written while nothing else is, and can be left out of a backup
that shall be small. This module holds the only SQL over it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from kb.errors import DamagedError, NewerError, UsageError
from kb.store.database import connect, translated

# Level 3 packs the pages of 21 workshop sites to 29 % at 250 MB/s; level 12 to 27 % at 25 MB/s
ZSTD_LEVEL = 3

_SCHEMA = (
    """
    CREATE TABLE bodies (hash TEXT PRIMARY KEY, size INTEGER NOT NULL, data BLOB NOT NULL);
    CREATE TABLE pages (
        url TEXT PRIMARY KEY, final_url TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL,
        body_hash TEXT REFERENCES bodies(hash), fetched_at TEXT NOT NULL, checked_at TEXT NOT NULL, source TEXT
    ) WITHOUT ROWID;
    CREATE INDEX pages_source ON pages (source, url);
    CREATE INDEX pages_body ON pages (body_hash);
    CREATE TABLE versions (
        url TEXT NOT NULL, fetched_at TEXT NOT NULL, status INTEGER NOT NULL, body_hash TEXT REFERENCES bodies(hash),
        PRIMARY KEY (url, fetched_at)
    ) WITHOUT ROWID;
    CREATE INDEX versions_body ON versions (body_hash);
    CREATE TABLE robots (origin TEXT PRIMARY KEY, text TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as it was last fetched. `fetched_at` is when its body came, `checked_at` when it was last asked for."""

    url: str
    final_url: str
    status: int
    body_hash: str | None  # sha256 of the decompressed body; None where there is none (404)
    fetched_at: str
    checked_at: str
    headers: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    size: int = 0  # bytes of the body

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True)
class PageVersion:
    """One state a page has had."""

    url: str
    fetched_at: str
    status: int
    body_hash: str | None


class Archive:
    """The raw pages of one home. Safe to share between threads; every call is durable when it returns."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self._lock = threading.RLock()
        if readonly and not path.exists():
            raise UsageError(f"There is no archive at {path}", hint="`kb refresh` or `kb add URL` fills it")
        with translated(path):
            self._conn = connect(path, readonly=readonly)
            try:
                self._ensure_schema(readonly=readonly)
            except BaseException:
                self._conn.close()
                raise

    def _ensure_schema(self, *, readonly: bool) -> None:
        version = int(self._conn.execute("PRAGMA user_version").fetchone()[0])
        if version > len(_SCHEMA):
            raise NewerError(
                f"{self.path} was written by a newer version of kb",
                hint="Upgrade conference-kb, or use another --home",
            )
        if version == len(_SCHEMA) or readonly:
            return
        with self._transaction():
            # Another process may have been first while this one waited for the lock
            version = int(self._conn.execute("PRAGMA user_version").fetchone()[0])
            for number, script in enumerate(_SCHEMA[version:], start=version + 1):
                for statement in filter(str.strip, script.split(";")):
                    self._conn.execute(statement)
                self._conn.execute(f"PRAGMA user_version = {number:d}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self.path):
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                yield self._conn
                self._conn.execute("COMMIT")
            except BaseException:
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        with self._lock, translated(self.path):
            return self._conn.execute(sql, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- pages

    def put(
        self,
        url: str,
        *,
        final_url: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        fetched_at: str,
        checked_at: str,
        source: str | None = None,
    ) -> str | None:
        """Keep a page and its body; returns the body's hash, None for an empty body. One transaction.

        `url` is canonical. Times are ISO 8601 UTC. An error page (`status` 400 and more) is kept without its body.
        """
        kept = body if status < 400 else b""
        body_hash = body_hash_of(kept) if kept else None
        packed = None
        if body_hash and not self.has_body(body_hash):
            packed = _pack(kept)  # outside the transaction: 5 ms for a large page
        with self._transaction() as conn:
            if packed is not None:
                conn.execute("INSERT OR IGNORE INTO bodies VALUES (?, ?, ?)", (body_hash, len(kept), packed))
            row = conn.execute("SELECT status, body_hash FROM pages WHERE url = ?", (url,)).fetchone()
            if row is None or (row["status"], row["body_hash"]) != (status, body_hash):
                conn.execute(
                    "INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?)", (url, fetched_at, status, body_hash)
                )
            conn.execute(
                """INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET
                final_url = excluded.final_url, status = excluded.status, headers = excluded.headers,
                body_hash = excluded.body_hash, fetched_at = excluded.fetched_at, checked_at = excluded.checked_at,
                source = coalesce(excluded.source, source)""",
                (url, final_url, status, json.dumps(dict(headers)), body_hash, fetched_at, checked_at, source),
            )
        return body_hash

    def touch(self, url: str, checked_at: str) -> None:
        """The page was asked for again and had not changed."""
        with self._transaction() as conn:
            conn.execute("UPDATE pages SET checked_at = ? WHERE url = ?", (checked_at, url))

    def page(self, url: str) -> ArchivedPage | None:
        """One page by its canonical URL."""
        rows = self._rows(f"{_SELECT} WHERE p.url = ?", (url,))
        return _page(rows[0]) if rows else None

    def pages(self, *, source: str | None = None, prefix: str = "") -> Iterator[ArchivedPage]:
        """Pages in order of their URLs, of one source or below a URL. Headers come along, bodies do not."""
        where, values = "1", ()
        if source is not None:
            where, values = "p.source = ?", (source,)  # type: ignore[assignment]  # one value or none
        last = ""
        while True:
            sql = f"{_SELECT} WHERE {where} AND p.url > ? AND p.url >= ? AND p.url < ? ORDER BY p.url LIMIT 500"
            rows = self._rows(sql, (*values, last, prefix, prefix + "\U0010ffff"))
            yield from map(_page, rows)
            if len(rows) < 500:
                return
            last = rows[-1]["url"]

    def has_body(self, body_hash: str) -> bool:
        return bool(self._rows("SELECT 1 FROM bodies WHERE hash = ?", (body_hash,)))

    def body(self, body_hash: str) -> bytes:
        """A body by its hash. Raises `DamagedError` when it is missing or is not what was stored."""
        rows = self._rows("SELECT size, data FROM bodies WHERE hash = ?", (body_hash,))
        if rows:
            body = _unpack(rows[0]["data"], rows[0]["size"])
            if body is not None and body_hash_of(body) == body_hash:
                return body
        raise DamagedError(f"{self.path}: the body {body_hash[:12]} is missing or damaged", hint="Run `kb doctor`")

    def versions(self, url: str) -> tuple[PageVersion, ...]:
        """What a page has been over time, oldest first."""
        rows = self._rows("SELECT * FROM versions WHERE url = ? ORDER BY fetched_at", (url,))
        return tuple(PageVersion(r["url"], r["fetched_at"], r["status"], r["body_hash"]) for r in rows)

    def checked_since(self, at: str) -> set[str]:
        """URLs asked for at or after `at` (ISO 8601 UTC)."""
        return {row[0] for row in self._rows("SELECT url FROM pages WHERE checked_at >= ?", (at,))}

    def forget(self, url: str) -> bool:
        """Delete a page with all its versions, and the bodies nothing else has; False when there was none."""
        with self._transaction() as conn:
            sql = "SELECT body_hash FROM versions WHERE url = ?1 UNION SELECT body_hash FROM pages WHERE url = ?1"
            hashes = [row[0] for row in conn.execute(sql, (url,))]
            conn.execute("DELETE FROM versions WHERE url = ?", (url,))
            found = conn.execute("DELETE FROM pages WHERE url = ?", (url,)).rowcount
            for body_hash in hashes:
                conn.execute(
                    """DELETE FROM bodies WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE body_hash = ?1)
                    AND NOT EXISTS (SELECT 1 FROM versions WHERE body_hash = ?1)""",
                    (body_hash,),
                )
        return bool(found)

    # --- robots.txt

    def load_robots(self, origin: str, *, max_age_s: float) -> str | None:
        """The robots.txt kept for an origin; None when there is none, or only an older one."""
        rows = self._rows("SELECT text FROM robots WHERE origin = ? AND at > ?", (origin, time.time() - max_age_s))
        return str(rows[0][0]) if rows else None

    def save_robots(self, origin: str, text: str) -> None:
        """Keep a robots.txt with the present time."""
        with self._transaction() as conn:
            conn.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (origin, text, time.time()))

    # --- health

    def counts(self) -> dict[str, int]:
        """`pages`, `bodies`, and their `bytes` before and `stored_bytes` after compression."""
        row = self._rows(
            """SELECT (SELECT count(*) FROM pages) AS pages, count(*) AS bodies, coalesce(sum(size), 0) AS bytes,
            coalesce(sum(length(data)), 0) AS stored_bytes FROM bodies"""
        )[0]
        return dict(row)

    def verify(self) -> list[str]:
        """What is wrong with the file, in words; [] when it is sound. Reads every body."""
        found = [str(row[0]) for row in self._rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [f"a row of {r[0]} has no body" for r in self._rows("PRAGMA foreign_key_check")]
        for row in self._rows("SELECT hash FROM bodies"):
            try:
                self.body(row[0])
            except DamagedError as why:
                found.append(str(why))
        return found


_SELECT = "SELECT p.*, coalesce(b.size, 0) AS size FROM pages p LEFT JOIN bodies b ON b.hash = p.body_hash"


def body_hash_of(body: bytes) -> str:
    """The name a body is kept under: SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def _page(row: sqlite3.Row) -> ArchivedPage:
    return ArchivedPage(
        row["url"], row["final_url"], row["status"], row["body_hash"], row["fetched_at"], row["checked_at"],
        json.loads(row["headers"]), row["source"], row["size"],
    )  # fmt: skip


def _pack(body: bytes) -> bytes:
    import zstandard  # 57 ms, and only when something is stored or read

    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)


def _unpack(data: bytes, size: int) -> bytes | None:
    import zstandard  # 57 ms, as above

    try:
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
    except (zstandard.ZstdError, MemoryError):
        return None
