"""Which records belong together: filters of lists, and the neighbours of a record."""

from __future__ import annotations

from typing import Any

from kb.models import RecordKind

_VENUE_AND_YEAR = {"talk": ("e.venue", "e.year")}
_IN_EVENT = {
    "talk": "t.event_id = ?",
    "event": "t.id = ?",
    "paper": "t.id IN (SELECT from_id FROM links WHERE to_id = ?)",
}


def conditions(kind: RecordKind, *, event_id: str | None, venue: str | None, year: int | None) -> tuple[str, list[Any]]:
    """The WHERE clause and its values for `rows.SELECT[kind]`. People are narrowed by where they appeared."""
    if kind == "person":
        given = [("e.id = ?", event_id), ("e.venue = ? COLLATE NOCASE", venue), ("e.year = ?", year)]
        if all(value is None for _clause, value in given):
            return "1", []
        inner = " AND ".join(clause for clause, value in given if value is not None)
        return (
            "t.id IN (SELECT r.person_id FROM roles r LEFT JOIN talks k ON k.id = r.record_id "
            f"JOIN events e ON e.id = coalesce(k.event_id, r.record_id) WHERE {inner})",
            [value for _clause, value in given if value is not None],
        )
    venue_column, year_column = _VENUE_AND_YEAR.get(kind, ("t.venue", "t.year"))
    given = [(_IN_EVENT[kind], event_id), (f"{venue_column} = ? COLLATE NOCASE", venue), (f"{year_column} = ?", year)]
    kept = [(clause, value) for clause, value in given if value is not None]
    return " AND ".join(["1", *(clause for clause, _value in kept)]), [value for _clause, value in kept]


NEIGHBOURS: dict[str, dict[str, str]] = {
    "person": {
        "talks": """SELECT t.id FROM roles r JOIN talks t ON t.id = r.record_id LEFT JOIN events e ON e.id = t.event_id
            WHERE r.person_id = :id ORDER BY e.year DESC, t.id""",
        "papers": """SELECT DISTINCT p.id FROM person_keys k JOIN authorships a ON a.name_key = k.name_key
            JOIN papers p ON p.id = a.paper_id WHERE k.person_id = :id
            AND (SELECT count(*) FROM person_keys o WHERE o.name_key = k.name_key) = 1
            ORDER BY p.year DESC, p.id LIMIT 200""",
        "events": """SELECT DISTINCT e.id FROM roles r LEFT JOIN talks t ON t.id = r.record_id
            JOIN events e ON e.id = coalesce(t.event_id, r.record_id) WHERE r.person_id = :id
            ORDER BY e.year DESC, e.id""",
        "co-speakers": """SELECT o.person_id, count(*) FROM roles r JOIN roles o ON o.record_id = r.record_id
            WHERE r.person_id = :id AND o.person_id != :id AND r.role IN ('speaker', 'panelist')
            AND o.role IN ('speaker', 'panelist') GROUP BY o.person_id ORDER BY count(*) DESC, o.person_id LIMIT 50""",
    },
    "event": {
        "talks": "SELECT id FROM talks WHERE event_id = :id ORDER BY start, rowid",
        "people": "SELECT DISTINCT person_id FROM roles WHERE record_id = :id ORDER BY position",
        "papers": "SELECT from_id FROM links WHERE to_id = :id AND from_id LIKE 'paper/%' ORDER BY kind DESC, from_id",
        "same series": """SELECT o.id FROM events e JOIN events o ON o.series_key = e.series_key AND o.id != e.id
            WHERE e.id = :id ORDER BY o.year DESC, o.id""",
    },
    "talk": {
        "people": "SELECT person_id FROM roles WHERE record_id = :id ORDER BY position",
        "events": "SELECT event_id FROM talks WHERE id = :id AND event_id IS NOT NULL",
        "papers": "SELECT to_id FROM links WHERE from_id = :id AND to_id LIKE 'paper/%' ORDER BY score DESC, to_id",
    },
    "paper": {
        "talks": "SELECT from_id FROM links WHERE to_id = :id AND from_id LIKE 'talk/%' ORDER BY score DESC, from_id",
        "events": "SELECT to_id FROM links WHERE from_id = :id AND to_id LIKE 'event/%' ORDER BY score DESC, to_id",
        "versions": """SELECT CASE from_id WHEN :id THEN to_id ELSE from_id END FROM links
            WHERE kind = 'version' AND (from_id = :id OR to_id = :id)""",
    },
}
