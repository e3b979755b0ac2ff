"""Topics of records in SQLite: assigned to what changed, counted by year and venue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.store.rows import batches, marks

if TYPE_CHECKING:
    from kb.topics import Taxonomy

_TEXTS = {
    "paper": "SELECT id, title, coalesce(abstract, tldr, '') || ' ' || coalesce(keywords, '') FROM papers",
    "talk": "SELECT id, coalesce(title, ''), coalesce(summary, '') FROM talks",
    "event": "SELECT id, name, coalesce(series, '') FROM events",
}


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How many papers and talks of a topic there are in a year at a venue; None where it is not known."""

    topic: str
    year: int | None
    venue: str | None
    count: int


def assign(conn: sqlite3.Connection, taxonomy: Taxonomy, *, since: int, generation: int) -> int:
    """Give topics to papers, talks and events changed after generation `since`; returns how many records changed.

    Records whose topics changed take `generation`, so that the index sees them again.
    """
    changed = 0
    ids = [row[0] for row in conn.execute("SELECT id FROM records WHERE generation > ? AND kind != 'person'", (since,))]
    for batch in batches(ids):
        before: dict[str, dict[str, float]] = {}
        sql = f"SELECT record_id, topic, score FROM topic_records WHERE record_id IN ({marks(batch)})"
        for record_id, topic, score in conn.execute(sql, batch):
            before.setdefault(record_id, {})[topic] = score
        for record_id, title, text in _texts(conn, batch):
            found = taxonomy.topics_of(title, text)
            if found == before.get(record_id, {}):
                continue
            conn.execute("DELETE FROM topic_records WHERE record_id = ?", (record_id,))
            rows = [(record_id, topic, score) for topic, score in found.items()]
            conn.executemany("INSERT INTO topic_records VALUES (?, ?, ?)", rows)
            conn.execute("UPDATE records SET generation = ? WHERE id = ?", (generation, record_id))
            changed += 1
    return changed


def _texts(conn: sqlite3.Connection, ids: list[str]) -> Iterator[tuple[str, str, str]]:
    for kind, select in _TEXTS.items():
        wanted = [i for i in ids if i.startswith(f"{kind}/")]
        if wanted:
            for row in conn.execute(f"{select} WHERE id IN ({marks(wanted)})", wanted).fetchall():
                yield row[0], row[1], row[2]


def counts(conn: sqlite3.Connection, topic: str | None = None) -> list[TopicCount]:
    """Counts by topic, year and venue; of one topic, or of all."""
    sql = """SELECT r.topic, coalesce(p.year, e.year) AS year, coalesce(p.venue, e.venue) AS venue, count(*)
        FROM topic_records r LEFT JOIN papers p ON p.id = r.record_id LEFT JOIN talks t ON t.id = r.record_id
        LEFT JOIN events e ON e.id = t.event_id
        WHERE r.topic = coalesce(?, r.topic) AND (p.id IS NOT NULL OR t.id IS NOT NULL) GROUP BY 1, 2, 3"""
    return [TopicCount(*row) for row in conn.execute(sql, (topic,))]


def records_of(conn: sqlite3.Connection, topic: str, *, limit: int) -> list[str]:
    """Ids of the records that are most about a topic: surest first, newest first among equals."""
    sql = """SELECT r.record_id FROM topic_records r LEFT JOIN papers p ON p.id = r.record_id
        LEFT JOIN talks t ON t.id = r.record_id LEFT JOIN events e ON e.id = t.event_id
        WHERE r.topic = ? ORDER BY r.score DESC, coalesce(p.year, e.year) DESC, r.record_id LIMIT ?"""
    return [row[0] for row in conn.execute(sql, (topic, limit))]
