"""How far the periodic job has come: what was made of each page, when each source was last read, and past runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.models import Change, Extraction
from kb.store.apply import PageInfo
from kb.store.database import translated
from kb.store.fingerprints import forget_key
from kb.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was made of a page. `url` is canonical.

    `facts_url` is the page its facts are stored under: after redirects the last one, None for a page that only
    repeats another one (the same body under a second address). `body_hash` None means: read it again.
    """

    url: str
    facts_url: str | None
    source: str | None
    body_hash: str | None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """When a source was last read, and how that went."""

    name: str
    last_run_at: str | None = None
    last_status: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One past run. `report` is what it ended with, {} for one that never ended."""

    id: int
    command: str
    started_at: str
    finished_at: str | None
    report: dict[str, Any] = field(default_factory=dict)


def _rows(store: Store, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
    with translated(store.home.database):
        return store.conn.execute(sql, values).fetchall()


# --- pages


def read_page(store: Store, url: str) -> ReadPage | None:
    """What was made of one page."""
    rows = _rows(store, "SELECT * FROM read_pages WHERE url = ?", (url,))
    return _page(rows[0]) if rows else None


def pages_of(store: Store, source: str) -> dict[str, ReadPage]:
    """The pages of a source by URL."""
    return {row["url"]: _page(row) for row in _rows(store, "SELECT * FROM read_pages WHERE source = ?", (source,))}


def twin_of(store: Store, url: str, body_hash: str) -> str | None:
    """Another page of the same host that has this very body and gave its facts; None when there is none."""
    host = "/".join(url.split("/", 3)[:3]) + "/"
    sql = """SELECT url FROM read_pages WHERE body_hash = ? AND url != ? AND facts_url IS NOT NULL
        AND substr(url, 1, ?) = ? ORDER BY url LIMIT 1"""
    rows = _rows(store, sql, (body_hash, url, len(host), host))
    return str(rows[0][0]) if rows else None


def store_page(
    store: Store, page: ReadPage, extraction: Extraction | None, *, fetched_at: str, run_id: int | None
) -> tuple[Change, ...]:
    """Apply a page's facts and remember it, in one transaction; returns what changed.

    Without an extraction the page has no facts of its own. Facts it gave under another address are taken back.
    """
    with store.writer(run_id=run_id) as writer:
        conn = store.conn
        changes: tuple[Change, ...] = ()
        old = conn.execute("SELECT * FROM read_pages WHERE url = ?", (page.url,)).fetchone()
        _put(conn, page)
        if extraction is not None and page.facts_url is not None:
            changes += writer.apply(extraction, PageInfo(page.facts_url, fetched_at, page.source))
        if old is not None:
            if old["facts_url"] and old["facts_url"] != page.facts_url:
                changes += _take_back(conn, writer, old["facts_url"], fetched_at)
            if old["body_hash"] != page.body_hash:
                _wake_twins(conn, old["body_hash"])
        return changes


def drop_page(store: Store, url: str, *, fetched_at: str, run_id: int | None) -> tuple[Change, ...]:
    """The page is gone: nothing it said counts any more. Its records stay, marked as no longer listed."""
    with store.writer(run_id=run_id) as writer:
        conn = store.conn
        old = conn.execute("SELECT * FROM read_pages WHERE url = ?", (url,)).fetchone()
        if old is None:
            return ()
        conn.execute("DELETE FROM read_pages WHERE url = ?", (url,))
        _wake_twins(conn, old["body_hash"])
        return _take_back(conn, writer, old["facts_url"], fetched_at) if old["facts_url"] else ()


def _put(conn: sqlite3.Connection, page: ReadPage) -> None:
    links = json.dumps(page.links) if page.links else None
    conn.execute(
        "INSERT OR REPLACE INTO read_pages VALUES (?, ?, ?, ?, ?, ?)",
        (page.url, page.facts_url, page.source, page.body_hash, links, utc_now()),
    )


def _take_back(conn: sqlite3.Connection, writer: Any, facts_url: str, fetched_at: str) -> tuple[Change, ...]:
    if conn.execute("SELECT 1 FROM read_pages WHERE facts_url = ?", (facts_url,)).fetchone():
        return ()  # another address still leads there
    changes: tuple[Change, ...] = writer.apply(Extraction(facts_url), PageInfo(facts_url, fetched_at))
    return changes


def _wake_twins(conn: sqlite3.Connection, body_hash: str | None) -> None:
    """Pages that only repeated a body which has now changed or gone are to be read for themselves."""
    conn.execute("UPDATE read_pages SET body_hash = NULL WHERE body_hash = ? AND facts_url IS NULL", (body_hash,))


def forget_source(store: Store, source: str) -> int:
    """Delete what only a source's pages said; returns how many records went. The pages may be read again later."""
    sql = "SELECT DISTINCT page_url FROM mentions WHERE source = ?"
    gone = 0
    for row in _rows(store, sql, (source,)):
        gone += store.forget_page(row[0])
        with store.transaction() as conn:
            conn.execute("DELETE FROM forgotten WHERE key = ?", (forget_key("page", row[0]),))
    with store.transaction() as conn:
        conn.execute("DELETE FROM read_pages WHERE source = ?", (source,))
        conn.execute("DELETE FROM sources WHERE name = ?", (source,))
    return gone


def _page(row: sqlite3.Row) -> ReadPage:
    links = tuple(json.loads(row["links"])) if row["links"] else ()
    return ReadPage(row["url"], row["facts_url"], row["source"], row["body_hash"], links)


# --- sources


def source_states(store: Store) -> dict[str, SourceState]:
    """The sources that have been read, by name."""
    rows = _rows(store, "SELECT name, last_run_at, last_status FROM sources")
    return {row["name"]: SourceState(row["name"], row["last_run_at"], row["last_status"]) for row in rows}


def save_source_state(store: Store, name: str, *, at: str, status: str) -> None:
    """A source has been read."""
    with store.transaction() as conn:
        conn.execute(
            """INSERT INTO sources (name, last_run_at, last_status) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at, last_status = excluded.last_status""",
            (name, at, status),
        )


# --- runs


def past_runs(store: Store, *, limit: int = 20, command: str | None = None) -> Iterator[Run]:
    """Past runs, newest first."""
    where, values = ("command = ?", [command]) if command else ("1", [])
    sql = f"SELECT * FROM runs WHERE {where} ORDER BY id DESC LIMIT ?"
    for row in _rows(store, sql, (*values, limit)):
        report = json.loads(row["report"]) if row["report"] else {}
        yield Run(row["id"], row["command"], row["started_at"], row["finished_at"], report)


def unfinished_since(store: Store, command: str) -> str | None:
    """When the work began that the last run of this command left unfinished; None when it ended by itself.

    A killed run has no end, one that was stopped says so in its report; several in a row are one piece of work.
    """
    since = None
    for run in past_runs(store, command=command, limit=50):
        if run.finished_at is not None and not run.report.get("interrupted"):
            break
        since = run.started_at
    return since
