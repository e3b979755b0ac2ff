"""Forgetting for good: rows go, and only a fingerprint stays that stops a later page from bringing them back."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from kb.models import RecordKind
from kb.names import name_key
from kb.store.apply import forget_key
from kb.store.rows import dump, load
from kb.text import fold


def _remember(conn: sqlite3.Connection, kind: str, label: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    conn.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", (forget_key(kind, label), now))


def forget_record(conn: sqlite3.Connection, kind: RecordKind, record_id: str, title: str, *, generation: int) -> None:
    """Delete one record; a person's name leaves author lists and stored evidence too."""
    label = name_key(title) if kind == "person" else fold(title)
    _remember(conn, kind, label)
    if kind == "person":
        _forget_name(conn, label, generation)
        _forget_speaker(conn, record_id)
    _delete(conn, record_id, generation)


def forget_page(conn: sqlite3.Connection, url: str, *, generation: int) -> tuple[set[str], set[str]]:
    """Delete what a page said; returns (ids that only it knew and that are gone, ids that lost a mention)."""
    _remember(conn, "page", url)
    ids = {row[0] for row in conn.execute("SELECT DISTINCT record_id FROM mentions WHERE page_url = ?", (url,))}
    conn.execute("DELETE FROM mentions WHERE page_url = ?", (url,))
    alone = {i for i in ids if not conn.execute("SELECT 1 FROM mentions WHERE record_id = ?", (i,)).fetchone()}
    for record_id in sorted(alone, key=lambda i: i.startswith("event/")):  # talks point at their event
        _delete(conn, record_id, generation)
    return alone, ids - alone


def _forget_name(conn: sqlite3.Connection, key: str, generation: int) -> None:
    for (paper_id,) in conn.execute("SELECT paper_id FROM authorships WHERE name_key = ?", (key,)).fetchall():
        authors = load(conn.execute("SELECT authors FROM papers WHERE id = ?", (paper_id,)).fetchone()[0])
        kept = dump([name for name in authors if name_key(name) != key])
        conn.execute("UPDATE papers SET authors = ? WHERE id = ?", (kept, paper_id))
        conn.execute("UPDATE records SET generation = ? WHERE id = ?", (generation, paper_id))
        sql = "SELECT * FROM mentions WHERE record_id = ? AND fields IS NOT NULL"
        for mention in conn.execute(sql, (paper_id,)).fetchall():
            fields = json.loads(mention["fields"])
            fields["authors"] = [name for name in fields.get("authors", ()) if name_key(name) != key]
            _rewrite(conn, mention, fields)
    conn.execute("DELETE FROM authorships WHERE name_key = ?", (key,))


def _forget_speaker(conn: sqlite3.Connection, person_id: str) -> None:
    sql = """SELECT m.* FROM roles r JOIN mentions m ON m.record_id = r.record_id
        WHERE r.person_id = ? AND r.record_id LIKE 'talk/%'"""
    for mention in conn.execute(sql, (person_id,)).fetchall():
        fields = json.loads(mention["fields"] or "{}")
        fields["speakers"] = [pair for pair in fields.get("speakers", ()) if pair[0] != person_id]
        _rewrite(conn, mention, fields)


def _rewrite(conn: sqlite3.Connection, mention: sqlite3.Row, fields: dict[str, Any]) -> None:
    """Change a mention's fields, and drop the text it was read from: that names the person."""
    conn.execute(
        """UPDATE mentions SET fields = ?, evidence = json_remove(evidence, '$.text')
        WHERE record_id = ? AND page_url = ? AND fact_key = ?""",
        (
            json.dumps(fields, ensure_ascii=False, sort_keys=True),
            mention["record_id"],
            mention["page_url"],
            mention["fact_key"],
        ),
    )


def _delete(conn: sqlite3.Connection, record_id: str, generation: int) -> None:
    conn.execute("UPDATE talks SET event_id = NULL WHERE event_id = ?", (record_id,))
    sql = "UPDATE records SET generation = ? WHERE id IN (SELECT record_id FROM roles WHERE person_id = ?)"
    conn.execute(sql, (generation, record_id))
    for sql in (
        "DELETE FROM mentions WHERE record_id = ?",
        "DELETE FROM tags WHERE record_id = ?",
        "DELETE FROM notes WHERE record_id = ?",
        "DELETE FROM stars WHERE record_id = ?",
        "DELETE FROM reading WHERE record_id = ?",
        "DELETE FROM edits WHERE record_id = ?",
        "DELETE FROM topic_records WHERE record_id = ?",
        "DELETE FROM slide_pages WHERE record_id = ?",
        "DELETE FROM authorships WHERE paper_id = ?",
        "DELETE FROM links WHERE from_id = ?1 OR to_id = ?1",
        "DELETE FROM aliases WHERE id = ?",
        "DELETE FROM changes WHERE record_id = ?",
        "DELETE FROM records WHERE id = ?",
    ):
        conn.execute(sql, (record_id,))
    conn.execute("INSERT OR REPLACE INTO deleted VALUES (?, ?)", (record_id, generation))
