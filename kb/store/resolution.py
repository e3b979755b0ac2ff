"""The resolution queue: which outside ids and pages are still to be looked up, and how often that was tried.

A row is waiting (to be asked at `next_at`), done, unknown (the service does not know it), refused (the service wants
a login) or failed (tried too often for now). Rows are written in the transaction after their facts: a process that is
killed between the two asks once more, and nothing is lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from kb.store.database import translated
from kb.store.store import Store

Kind = Literal["arxiv", "openreview", "doi", "page"]
State = Literal["waiting", "done", "unknown", "refused", "failed"]
KINDS: tuple[Kind, ...] = ("arxiv", "openreview", "doi", "page")

MAX_ATTEMPTS = 6
_FIRST_WAIT = timedelta(hours=1)  # then 4, 16, 64 hours ...
_LONGEST_WAIT = timedelta(days=7)
# What the services do not know today they may know in a month: a submission becomes public, a DOI is registered
_AGAIN = {"unknown": timedelta(days=30), "failed": timedelta(days=30), "refused": timedelta(days=1)}

# Pages that describe a paper in `citation_*` tags
_PAGE_HOSTS = (
    "proceedings.mlr.press", "aclanthology.org", "www.biorxiv.org", "www.medrxiv.org", "jmlr.org", "www.jmlr.org",
    "chemrxiv.org", "openaccess.thecvf.com", "papers.nips.cc", "papers.neurips.cc", "proceedings.neurips.cc",
    "www.nature.com", "pubs.acs.org", "journals.plos.org", "link.springer.com",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row to look up. `key` is the id, or the page's address; `paper_id` the record it was queued for."""

    kind: Kind
    key: str
    paper_id: str
    attempts: int = 0


def enqueue(store: Store, *, now: datetime) -> int:
    """Queue what papers without an abstract link to, each id once; returns how many are new. Takes 20 ms for 10,000."""
    at = _iso(now)
    hosts = " OR ".join("url LIKE ?" for _ in _PAGE_HOSTS)
    patterns = [f"http%://{host}/%" for host in _PAGE_HOSTS]
    row = "paper_id, 'waiting', 0, ?, NULL, ?"
    with store.transaction() as conn:
        before = conn.total_changes
        for kind, column in (("openreview", "openreview_id"), ("arxiv", "arxiv_id"), ("doi", "doi")):
            sql = f"""INSERT OR IGNORE INTO resolution
                SELECT '{kind}', {column}, {row} FROM (SELECT id AS paper_id, {column} FROM papers
                WHERE abstract IS NULL AND {column} IS NOT NULL)"""
            conn.execute(sql, (at, at))
        sql = f"""INSERT OR IGNORE INTO resolution
            SELECT 'page', url, {row} FROM (SELECT id AS paper_id, url FROM papers WHERE abstract IS NULL
            AND coalesce(openreview_id, arxiv_id) IS NULL AND url NOT LIKE '%.pdf' AND ({hosts}))"""
        conn.execute(sql, (at, at, *patterns))
        return conn.total_changes - before


def settle(store: Store, *, now: datetime) -> int:
    """Mark rows done whose paper has got its abstract by another way; returns how many."""
    sql = """UPDATE resolution SET state = 'done', error = NULL, updated_at = ? WHERE state != 'done'
        AND paper_id IN (SELECT id FROM papers WHERE abstract IS NOT NULL)"""
    with store.transaction() as conn:
        return conn.execute(sql, (_iso(now),)).rowcount


def due(store: Store, kind: Kind, *, now: datetime, limit: int) -> list[Wanted]:
    """The next rows of a kind to look up, those tried least first."""
    sql = """SELECT kind, key, paper_id, attempts FROM resolution
        WHERE kind = ? AND state != 'done' AND next_at <= ? ORDER BY attempts, next_at, key LIMIT ?"""
    with translated(store.home.database):
        rows = store.conn.execute(sql, (kind, _iso(now), limit)).fetchall()
    return [Wanted(row["kind"], row["key"], row["paper_id"], row["attempts"]) for row in rows]


def finish(store: Store, rows: Iterable[Wanted], state: State, *, now: datetime, error: str | None = None) -> None:
    """Note an outcome. `waiting` counts as a failed attempt, to be made again later and later."""
    with store.transaction() as conn:
        for row in rows:
            attempts = row.attempts + 1
            outcome = "failed" if state == "waiting" and attempts >= MAX_ATTEMPTS else state
            wait = _AGAIN.get(outcome) or min(_LONGEST_WAIT, _FIRST_WAIT * 4 ** min(row.attempts, 8))
            _write(conn, row, outcome, attempts, now + wait, error, now)


def postpone(store: Store, rows: Sequence[Wanted], *, until: datetime, now: datetime, error: str) -> None:
    """Leave rows waiting until then: the service was not asked, or its budget is spent. No attempt is counted."""
    with store.transaction() as conn:
        for row in rows:
            _write(conn, row, "waiting", row.attempts, until, error, now)


def reopen(store: Store, kind: Kind, *, now: datetime) -> int:
    """Make refused rows due again, after a login; returns how many."""
    sql = "UPDATE resolution SET state = 'waiting', next_at = ?1, updated_at = ?1 WHERE kind = ?2 AND state = 'refused'"
    with store.transaction() as conn:
        return conn.execute(sql, (_iso(now), kind)).rowcount


def counts(store: Store) -> dict[str, dict[str, int]]:
    """Rows by kind and state."""
    with translated(store.home.database):
        sql = "SELECT kind, state, count(*) FROM resolution GROUP BY 1, 2 ORDER BY 1, 2"
        rows = store.conn.execute(sql).fetchall()
    out: dict[str, dict[str, int]] = {}
    for kind, state, number in rows:
        out.setdefault(kind, {})[state] = number
    return out


def _write(
    conn: sqlite3.Connection,
    row: Wanted,
    state: str,
    attempts: int,
    next_at: datetime,
    error: str | None,
    now: datetime,
) -> None:
    conn.execute(
        """UPDATE resolution SET state = ?, attempts = ?, next_at = ?, error = ?, updated_at = ?
        WHERE kind = ? AND key = ?""",
        (state, attempts, _iso(next_at), error, _iso(now), row.kind, row.key),
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
