"""What the user decided: merges, splits, links and unlinks. No later run undoes them.

A merge moves the mentions of one record to another and leaves its id as an alias; a split moves some back out. Both
are kept in `decisions`, which the resolver and the linker ask before they decide anything themselves.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from kb.errors import UsageError
from kb.models import RecordKind
from kb.store.apply import Writer
from kb.store.forgetting import drop_authorships
from kb.store.rows import TABLES
from kb.text import fold

# Ids that name one thing in the world: two records that disagree on one of them are two things
_STRONG: dict[str, tuple[str, ...]] = {
    "person": ("openreview_profile", "orcid", "scholar_id"),
    "paper": ("openreview_id", "arxiv_id", "doi"),
    "talk": (),
    "event": (),
}


def merge(conn: sqlite3.Connection, writer: Writer, kept: str, gone: str, *, kind: RecordKind, now: str) -> None:
    """Make `gone` part of `kept`; UsageError when outside ids say that they are two things."""
    table = TABLES[kind]
    first = conn.execute(f"SELECT * FROM {table} WHERE id = ?", (kept,)).fetchone()
    second = conn.execute(f"SELECT * FROM {table} WHERE id = ?", (gone,)).fetchone()
    for name in _STRONG[kind]:
        if first[name] and second[name] and first[name] != second[name]:
            raise UsageError(
                f"{kept} and {gone} have different {name.replace('_', ' ')}s: {first[name]} and {second[name]}",
                hint="They are two records; correct the wrong id with `kb edit` first if one is mistaken",
            )
    writer.materialise(kept)
    writer.materialise(gone)
    moved = [
        [row["page_url"], row["fact_key"]]
        for row in conn.execute("SELECT * FROM mentions WHERE record_id = ? ORDER BY page_url, fact_key", (gone,))
    ]
    _move(conn, gone, kept, moved)
    touched = {kept, *_refer(conn, gone, kept)}
    for row in conn.execute("SELECT name_key FROM person_keys WHERE person_id = ?", (gone,)).fetchall():
        conn.execute("INSERT INTO person_keys VALUES (?, ?) ON CONFLICT DO NOTHING", (row[0], kept))
    for name in ("tags", "notes", "stars", "reading", "edits"):
        conn.execute(f"UPDATE OR IGNORE {name} SET record_id = ? WHERE record_id = ?", (kept, gone))
    conn.execute("UPDATE OR IGNORE slide_pages SET record_id = ? WHERE record_id = ?", (kept, gone))
    conn.execute("UPDATE OR IGNORE links SET from_id = ? WHERE from_id = ?", (kept, gone))
    conn.execute("UPDATE OR IGNORE links SET to_id = ? WHERE to_id = ?", (kept, gone))
    label = second["title"] if kind in ("paper", "talk") else second["name"]
    decide(conn, "merge", kept, gone, detail={"mentions": moved, "label": fold(label or "")}, now=now)
    _drop(conn, gone, generation=writer.generation)
    conn.execute("UPDATE aliases SET id = ? WHERE id = ?", (kept, gone))
    conn.execute("INSERT OR REPLACE INTO aliases VALUES (?, ?)", (gone, kept))
    writer.refold(touched)
    writer.note_change(kept, "merged", (gone,))


def split(
    conn: sqlite3.Connection, writer: Writer, record_id: str, *, kind: RecordKind, pages: Sequence[str], now: str
) -> str:
    """Take mentions out of a record into one of their own; returns the new record's id.

    Without `pages` the latest merge into the record is undone; with them, what these pages said goes out.
    """
    sql = "SELECT rowid AS number, * FROM decisions WHERE what = 'merge' AND a = ? ORDER BY at DESC, rowid DESC LIMIT 1"
    merged = conn.execute(sql, (record_id,)).fetchone()
    writer.materialise(record_id)
    if pages:
        out = writer.mint(record_id)
        moved = [
            [row["page_url"], row["fact_key"]]
            for row in conn.execute("SELECT * FROM mentions WHERE record_id = ?", (record_id,))
            if row["page_url"] in pages
        ]
        if not moved:
            raise UsageError(
                f"{record_id} has no mention on {', '.join(pages)}", hint=f"`kb show {record_id}` lists its pages"
            )
        left = conn.execute("SELECT count(*) FROM mentions WHERE record_id = ?", (record_id,)).fetchone()[0] - len(
            moved
        )
        if not left:
            raise UsageError(f"These are all pages of {record_id}: nothing would be left", hint="Leave one page out")
    elif merged is not None:
        out, moved = merged["b"], json.loads(merged["detail"])["mentions"]
        conn.execute("DELETE FROM aliases WHERE alias = ?", (out,))
        conn.execute("DELETE FROM deleted WHERE id = ?", (out,))
        conn.execute("DELETE FROM decisions WHERE rowid = ?", (merged["number"],))
    else:
        pages_of = [
            r[0] for r in conn.execute("SELECT DISTINCT page_url FROM mentions WHERE record_id = ?", (record_id,))
        ]
        raise UsageError(
            f"{record_id} was not merged by you, so say which pages are about somebody else",
            hint=f"`kb split {record_id} --page URL`; its pages: {', '.join(pages_of[:8])}",
        )
    _move(conn, record_id, out, moved)
    if kind == "person":
        _refer_on_pages(conn, record_id, out, {page for page, _key in moved})
        conn.execute("DELETE FROM person_keys WHERE person_id = ?", (record_id,))
    decide(conn, "different", record_id, out, detail={}, now=now)
    events = {
        on
        for (text,) in conn.execute("SELECT fields FROM mentions WHERE record_id IN (?, ?)", (record_id, out))
        if (on := json.loads(text or "{}").get("on"))
    }
    talks = {r[0] for r in conn.execute("SELECT record_id FROM roles WHERE person_id = ?", (record_id,))}
    writer.refold({record_id, out} | events | talks)
    writer.note_change(record_id, "split", (out,))
    return out


def link(conn: sqlite3.Connection, from_id: str, to_id: str, kind: str, *, now: str) -> None:
    """Link two records for good."""
    conn.execute("INSERT OR REPLACE INTO links VALUES (?, ?, ?, 1.0, 'linked by you', NULL, 1)", (from_id, to_id, kind))
    conn.execute("DELETE FROM decisions WHERE what = 'unlink' AND a = ? AND b = ?", (from_id, to_id))
    decide(conn, "link", from_id, to_id, detail={"kind": kind}, now=now)


def unlink(conn: sqlite3.Connection, a: str, b: str, *, now: str) -> int:
    """Take every link between two records away for good; returns how many there were."""
    sql = "DELETE FROM links WHERE (from_id = ?1 AND to_id = ?2) OR (from_id = ?2 AND to_id = ?1)"
    gone = conn.execute(sql, (a, b)).rowcount
    if gone:
        decide(conn, "unlink", a, b, detail={}, now=now)
        decide(conn, "unlink", b, a, detail={}, now=now)
    return gone


def decide(conn: sqlite3.Connection, what: str, a: str, b: str, *, detail: dict[str, object], now: str) -> None:
    """Keep one decision."""
    text = json.dumps(detail, ensure_ascii=False)
    conn.execute("INSERT INTO decisions (what, a, b, detail, at) VALUES (?, ?, ?, ?, ?)", (what, a, b, text, now))


def _move(conn: sqlite3.Connection, old: str, new: str, mentions: Sequence[Sequence[str]]) -> None:
    for page_url, fact_key in mentions:
        # Both records may have been on one page under the same key: the moved one takes a key of its own
        for key in (fact_key, f"{fact_key}#{old}"):
            sql = """UPDATE OR IGNORE mentions SET record_id = ?, fact_key = ?
                WHERE record_id = ? AND page_url = ? AND fact_key = ?"""
            if conn.execute(sql, (new, key, old, page_url, fact_key)).rowcount:
                break


def _refer(conn: sqlite3.Connection, old: str, new: str) -> set[str]:
    """Point every mention that names `old` at `new`; returns the records whose mentions changed."""
    touched = set()
    quoted = json.dumps(old, ensure_ascii=False)
    for row in conn.execute("SELECT * FROM mentions WHERE instr(fields, ?)", (quoted,)).fetchall():
        fields = row["fields"].replace(quoted, json.dumps(new, ensure_ascii=False))
        sql = "UPDATE mentions SET fields = ? WHERE record_id = ? AND page_url = ? AND fact_key = ?"
        conn.execute(sql, (fields, row["record_id"], row["page_url"], row["fact_key"]))
        touched.add(row["record_id"])
    for row in conn.execute("SELECT record_id FROM roles WHERE person_id = ?", (old,)).fetchall():
        touched.add(row[0])
    return touched


def _refer_on_pages(conn: sqlite3.Connection, old: str, new: str, pages: set[str]) -> None:
    quoted, other = json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)
    for page in pages:
        sql = "UPDATE mentions SET fields = replace(fields, ?, ?) WHERE page_url = ? AND instr(fields, ?)"
        conn.execute(sql, (quoted, other, page, quoted))


def _drop(conn: sqlite3.Connection, record_id: str, *, generation: int) -> None:
    conn.execute("UPDATE talks SET event_id = NULL WHERE event_id = ?", (record_id,))
    drop_authorships(conn, record_id)
    for name in ("tags", "notes", "stars", "reading", "edits", "topic_records", "slide_pages"):
        conn.execute(f"DELETE FROM {name} WHERE record_id = ?", (record_id,))
    conn.execute("DELETE FROM links WHERE from_id = ?1 OR to_id = ?1", (record_id,))
    conn.execute("DELETE FROM records WHERE id = ?", (record_id,))
    conn.execute("INSERT OR REPLACE INTO deleted VALUES (?, ?)", (record_id, generation))
