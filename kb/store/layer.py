"""The user's own layer: tags, notes, stars, reading states. No scrape ever touches it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import UsageError
from kb.store.rows import marks

READING_STATES = ("to-read", "reading", "read")


@dataclass(frozen=True, slots=True)
class UserState:
    """What the user has said about one record. `reading` is to-read, reading, read or None."""

    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str | None = None
    reading: str | None = None


def states(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, UserState]:
    """User states of these records; records the user said nothing about are left out."""
    if not ids:
        return {}
    where = f"WHERE record_id IN ({marks(ids)})"
    stars = {row[0] for row in conn.execute(f"SELECT record_id FROM stars {where}", ids)}
    notes = dict(conn.execute(f"SELECT record_id, text FROM notes {where}", ids).fetchall())
    reading = dict(conn.execute(f"SELECT record_id, state FROM reading {where}", ids).fetchall())
    tags: dict[str, list[str]] = {}
    for record_id, tag in conn.execute(f"SELECT record_id, tag FROM tags {where} ORDER BY tag", ids):
        tags.setdefault(record_id, []).append(tag)
    return {
        i: UserState(i in stars, tuple(tags.get(i, ())), notes.get(i), reading.get(i))
        for i in stars | notes.keys() | reading.keys() | tags.keys()
    }


def star(conn: sqlite3.Connection, record_id: str, on: bool, now: str) -> None:
    if on:
        conn.execute("INSERT INTO stars VALUES (?, ?) ON CONFLICT DO NOTHING", (record_id, now))
    else:
        conn.execute("DELETE FROM stars WHERE record_id = ?", (record_id,))


def tag(conn: sqlite3.Connection, record_id: str, name: str, on: bool) -> None:
    name = "-".join(name.split()).lower()
    if not name:
        raise UsageError("A tag needs a name", hint="For example: kb tag paper/kzGuiRXZrQ to-read")
    if on:
        conn.execute("INSERT INTO tags VALUES (?, ?) ON CONFLICT DO NOTHING", (record_id, name))
    else:
        conn.execute("DELETE FROM tags WHERE record_id = ? AND tag = ?", (record_id, name))


def note(conn: sqlite3.Connection, record_id: str, text: str, now: str) -> None:
    if text.strip():
        conn.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (record_id, text, now))
    else:
        conn.execute("DELETE FROM notes WHERE record_id = ?", (record_id,))


def set_reading(conn: sqlite3.Connection, record_id: str, state: str | None, now: str) -> None:
    if state is None:
        conn.execute("DELETE FROM reading WHERE record_id = ?", (record_id,))
    elif state in READING_STATES:
        conn.execute("INSERT OR REPLACE INTO reading VALUES (?, ?, ?)", (record_id, state, now))
    else:
        raise UsageError(f"'{state}' is no reading state", hint=f"One of: {', '.join(READING_STATES)}")


def listed(
    conn: sqlite3.Connection, *, tag: str | None = None, starred: bool = False, reading: str | None = None
) -> list[str]:
    """Ids of records the user tagged, starred or put on the reading list, newest first where a date is kept."""
    if tag:
        return [r[0] for r in conn.execute("SELECT record_id FROM tags WHERE tag = ? ORDER BY record_id", (tag,))]
    if starred:
        return [r[0] for r in conn.execute("SELECT record_id FROM stars ORDER BY at DESC, record_id")]
    sql = "SELECT record_id FROM reading WHERE state = coalesce(?, state) ORDER BY at DESC, record_id"
    return [r[0] for r in conn.execute(sql, (reading,))]
