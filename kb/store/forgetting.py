"""Forgetting for good: rows go, and only a fingerprint stays that stops a later page from bringing them back."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from kb.models import Paper, PaperFact, Person, Record, Talk
from kb.names import name_key
from kb.store.fingerprints import forget_key, paper_keys, talk_key
from kb.store.rows import dump, load
from kb.text import fold


def _remember(conn: sqlite3.Connection, kind: str, label: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    conn.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?)", (forget_key(kind, label), now))


def forget_record(conn: sqlite3.Connection, record: Record, *, generation: int) -> None:
    """Delete one record; a person's name leaves author lists and stored evidence too."""
    if isinstance(record, Person):
        key = name_key(record.name)
        _remember(conn, "person", key)
        _forget_name(conn, key, generation)
        _forget_speaker(conn, record.id)
    elif isinstance(record, Talk):
        _remember(conn, "talk", talk_key(record.title, [person.name for person in record.speakers]))
    elif isinstance(record, Paper):
        authors = tuple(person.name for person in record.authors)
        fact = PaperFact(
            record.title, openreview_id=record.openreview_id, arxiv_id=record.arxiv_id, doi=record.doi, authors=authors
        )
        for key in paper_keys(fact):
            _remember(conn, "paper", key)
    else:
        _remember(conn, "event", fold(record.name))
        _forget_event(conn, record.id)
    _delete(conn, record.id, generation)


def _forget_event(conn: sqlite3.Connection, event_id: str) -> None:
    """No mention points at the event any more."""
    sql = "SELECT * FROM mentions WHERE page_url IN (SELECT page_url FROM mentions WHERE record_id = ?)"
    for mention in conn.execute(sql, (event_id,)).fetchall():
        fields = json.loads(mention["fields"] or "{}")
        kept = {name: value for name, value in fields.items() if name not in ("on", "event_id") or value != event_id}
        if kept != fields:
            _rewrite(conn, mention, kept)


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


def drop_authorships(conn: sqlite3.Connection, record_id: str) -> None:
    """By name and paper: the table is ordered by name, and a scan of it takes 75 ms."""
    if row := conn.execute("SELECT authors FROM papers WHERE id = ?", (record_id,)).fetchone():
        keys = [(name_key(name), record_id) for name in load(row[0])]
        conn.executemany("DELETE FROM authorships WHERE name_key = ? AND paper_id = ?", keys)


def _delete(conn: sqlite3.Connection, record_id: str, generation: int) -> None:
    drop_authorships(conn, record_id)
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
        "DELETE FROM links WHERE from_id = ?1 OR to_id = ?1",
        "DELETE FROM aliases WHERE id = ?",
        "DELETE FROM changes WHERE record_id = ?",
        "DELETE FROM records WHERE id = ?",
    ):
        conn.execute(sql, (record_id,))
    conn.execute("INSERT OR REPLACE INTO deleted VALUES (?, ?)", (record_id, generation))
