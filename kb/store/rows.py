"""Rows of `kb.db` become frozen records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kb.models import Event, Link, Paper, Person, PersonRole, Record, RecordKind, Talk

TABLES: dict[RecordKind, str] = {"event": "events", "talk": "talks", "person": "people", "paper": "papers"}
BATCH = 500  # ids bound in one statement; SQLite's own limit is 32,766


def dump(value: Any) -> str | None:
    """JSON text of a list or dict; None when it is empty, so that empty columns stay NULL."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


def load(text: str | None) -> Any:
    """The list in a JSON column; [] for NULL."""
    return json.loads(text) if text else []


def batches(items: Iterable[str], size: int = BATCH) -> Iterator[list[str]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def marks(items: Sequence[Any]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" * len(items))


def roles_of(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[PersonRole]]:
    """The people of events and talks, in the order shown there."""
    out: dict[str, list[PersonRole]] = {}
    sql = f"""SELECT r.record_id, r.person_id, p.name, r.role, r.affiliation
        FROM roles r JOIN people p ON p.id = r.person_id
        WHERE r.record_id IN ({marks(ids)}) ORDER BY r.record_id, r.position, r.person_id"""
    for row in conn.execute(sql, list(ids)):
        out.setdefault(row[0], []).append(PersonRole(row[1], row[2], row[3], row[4]))
    return out


def _links(text: str | None) -> tuple[Link, ...]:
    return tuple(Link(kind, url) for kind, url in load(text))


def event_from(row: sqlite3.Row, roles: Sequence[PersonRole]) -> Event:
    return Event(
        row["id"], row["name"], row["series"], row["venue"], row["year"], row["dates"], row["place"], row["url"],
        tuple(roles),
    )  # fmt: skip


def talk_from(row: sqlite3.Row, roles: Sequence[PersonRole]) -> Talk:
    return Talk(
        row["id"], row["title"], tuple(roles), row["event_id"], row["event_name"], row["venue"], row["year"],
        row["talk_kind"], row["summary"], row["start"], _links(row["links"]),
    )  # fmt: skip


def person_from(row: sqlite3.Row) -> Person:
    return Person(
        row["id"], row["name"], tuple((org, year) for org, year in load(row["affiliations"])), row["homepage"],
        row["openreview_profile"], row["scholar_id"], row["orcid"], tuple(load(row["interests"])), row["bio"],
    )  # fmt: skip


def paper_from(row: sqlite3.Row) -> Paper:
    return Paper(
        row["id"], row["title"],
        tuple(PersonRole("", name, "author") for name in load(row["authors"])),
        row["abstract"], row["tldr"], tuple(load(row["keywords"])), row["venue"], row["year"], row["decision"],
        row["openreview_id"], row["arxiv_id"], row["doi"], row["url"], row["pdf"], row["source_id"],
        _links(row["links"]),
    )  # fmt: skip


SELECT: dict[RecordKind, str] = {
    "event": "SELECT t.* FROM events t",
    "talk": "SELECT t.*, e.name AS event_name, e.venue AS venue, e.year AS year FROM talks t "
    "LEFT JOIN events e ON e.id = t.event_id",
    "person": "SELECT t.* FROM people t",
    "paper": "SELECT t.* FROM papers t",
}


def records_from(conn: sqlite3.Connection, kind: RecordKind, rows: Sequence[sqlite3.Row]) -> list[Record]:
    """Records of one kind, in the rows' order, with their people."""
    if kind == "paper":
        return [paper_from(row) for row in rows]
    if kind == "person":
        return [person_from(row) for row in rows]
    roles: dict[str, list[PersonRole]] = {}
    for batch in batches(row["id"] for row in rows):
        roles |= roles_of(conn, batch)
    make = event_from if kind == "event" else talk_from
    return [make(row, roles.get(row["id"], ())) for row in rows]


def by_ids(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Record]:
    """Records by id, whatever their kind; ids that are not there are left out."""
    out: dict[str, Record] = {}
    kinds: dict[RecordKind, list[str]] = {}
    for record_id in ids:
        kind = record_id.partition("/")[0]
        if kind in TABLES:
            kinds.setdefault(kind, []).append(record_id)
    for kind_, wanted in kinds.items():
        for batch in batches(wanted):
            rows = conn.execute(f"{SELECT[kind_]} WHERE t.id IN ({marks(batch)})", batch).fetchall()
            out.update((record.id, record) for record in records_from(conn, kind_, rows))
    return out
