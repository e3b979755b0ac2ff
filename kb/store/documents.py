"""Records as the search index sees them, streamed in batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import TypedDict

from kb.models import Document, Event, Paper, Person, Record, Talk
from kb.names import name_key
from kb.store.rows import BATCH, batches, by_ids, marks
from kb.text import fold

SLIDES_TEXT = 50_000  # characters of a deck that are searched: 100 full slides
PAPERS_OF_PERSON = 20  # titles that say what a person works on; more would drown their talks


def changed_ids(conn: sqlite3.Connection, since: int) -> Iterator[str]:
    """Ids of records changed after generation `since`, oldest change first."""
    generation, last = since, ""
    while True:
        # Keyset paging: no cursor stays open while the caller works, so writers are never held up
        sql = """SELECT generation, id FROM records WHERE (generation, id) > (?, ?) AND generation > ?
            ORDER BY generation, id LIMIT ?"""
        rows = conn.execute(sql, (generation, last, since, BATCH)).fetchall()
        if not rows:
            return
        yield from (row[1] for row in rows)
        generation, last = rows[-1][0], rows[-1][1]


def documents(conn: sqlite3.Connection, ids: Iterator[str] | Sequence[str]) -> Iterator[Document]:
    """Documents of these records, in the given order; ids that are gone are left out."""
    for batch in batches(ids):
        records = by_ids(conn, batch)
        topics = _grouped(conn, "SELECT record_id, topic FROM topic_records", "ORDER BY score DESC", batch)
        tags = _grouped(conn, "SELECT record_id, tag FROM tags", "ORDER BY tag", batch)
        sources = _grouped(conn, "SELECT DISTINCT record_id, source FROM mentions", "AND source IS NOT NULL", batch)
        people = [i for i in batch if i.startswith("person/")]
        slides = _slides(conn, [i for i in batch if i.startswith("talk/")])
        events, written = _events_of_people(conn, people), _titles_of_people(conn, people)
        for record_id in batch:
            if record := records.get(record_id):
                yield _document(
                    record,
                    topics=topics.get(record_id, ()),
                    tags=tags.get(record_id, ()),
                    sources=sources.get(record_id, ()),
                    appearances=events.get(record_id, ()),
                    written=written.get(record_id, ()),
                    slides=slides.get(record_id, ""),
                )


def _grouped(conn: sqlite3.Connection, select: str, tail: str, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for record_id, value in conn.execute(f"{select} WHERE record_id IN ({marks(ids)}) {tail}", ids):
        out[record_id] = (*out.get(record_id, ()), value)
    return out


def _events_of_people(
    conn: sqlite3.Connection, ids: Sequence[str]
) -> dict[str, tuple[tuple[str, str | None, int | None], ...]]:
    """(name of event or title of talk, venue, year) of everything a person appeared in."""
    if not ids:
        return {}
    sql = f"""SELECT r.person_id, coalesce(t.title, e.name), e.venue, e.year FROM roles r
        LEFT JOIN talks t ON t.id = r.record_id LEFT JOIN events e ON e.id = coalesce(t.event_id, r.record_id)
        WHERE r.person_id IN ({marks(ids)}) ORDER BY e.year DESC, r.record_id"""
    out: dict[str, tuple[tuple[str, str | None, int | None], ...]] = {}
    for person_id, label, venue, year in conn.execute(sql, ids):
        out[person_id] = (*out.get(person_id, ()), (label or "", venue, year))
    return out


def _titles_of_people(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Titles of a person's newest papers: what they work on. A name that several people share gives none."""
    out: dict[str, tuple[str, ...]] = {}
    sql = """SELECT p.title FROM person_keys k JOIN authorships a ON a.name_key = k.name_key
        JOIN papers p ON p.id = a.paper_id WHERE k.person_id = ?
        AND (SELECT count(*) FROM person_keys o WHERE o.name_key = k.name_key) = 1
        ORDER BY p.year DESC, p.id LIMIT ?"""
    for person_id in ids:
        out[person_id] = tuple(row[0] for row in conn.execute(sql, (person_id, PAPERS_OF_PERSON)))
    return out


def _slides(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The text of each deck's slides, in order, cut where a book begins."""
    out: dict[str, str] = {}
    sql = f"SELECT record_id, text FROM slide_pages WHERE record_id IN ({marks(ids)}) ORDER BY record_id, page"
    for record_id, text in conn.execute(sql, ids):
        out[record_id] = f"{out.get(record_id, '')} {text}"[:SLIDES_TEXT]
    return out


class _Common(TypedDict):
    topics: tuple[str, ...]
    tags: tuple[str, ...]
    sources: tuple[str, ...]


def _document(
    record: Record, *, topics: tuple[str, ...], tags: tuple[str, ...], sources: tuple[str, ...],
    appearances: Sequence[tuple[str, str | None, int | None]],
    written: Sequence[str],
    slides: str,
) -> Document:  # fmt: skip
    common: _Common = {"topics": topics, "tags": tags, "sources": sources}
    if isinstance(record, Paper):
        has = [name for name, value in (("pdf", record.pdf), ("abstract", record.abstract)) if value]
        return Document(
            record.id, "paper", record.title, " ".join(filter(None, (record.abstract, record.tldr))),
            tuple(a.name for a in record.authors), record.keywords, record.venue, record.year,
            has=(*has, *_link_kinds(record.links)), fold_key=_fold_key(record), **common,
        )  # fmt: skip
    if isinstance(record, Talk):
        where = " ".join(filter(None, (record.event_name, record.venue)))
        return Document(
            record.id,
            "talk",
            record.title or f"Talk by {', '.join(s.name for s in record.speakers)}",
            " ".join(filter(None, (record.summary, where, slides))),
            tuple(s.name for s in record.speakers),
            (),
            record.venue,
            record.year,
            date=record.start if record.start and record.start[:4].isdigit() else None,
            has=(*(["abstract"] if record.summary else []), *_link_kinds(record.links)),
            **common,
        )
    if isinstance(record, Person):
        organisations = dict.fromkeys(org for org, _year in record.affiliations)
        labels = dict.fromkeys(label for label, _venue, _year in appearances if label)
        latest = next(((venue, year) for _label, venue, year in appearances if year), (None, None))
        text = ". ".join(filter(None, (*organisations, *record.interests, record.bio, *labels, *written)))
        return Document(record.id, "person", record.name, text, (record.name,), (), latest[0], latest[1], **common)
    assert isinstance(record, Event)
    text = ". ".join(filter(None, (record.series, record.venue, record.dates, record.place)))
    people = tuple(dict.fromkeys(p.name for p in record.people))
    return Document(record.id, "event", record.name, text, people, (), record.venue, record.year, **common)


def _link_kinds(links: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(link.kind for link in links))  # type: ignore[attr-defined]  # Link has `kind`


def _fold_key(paper: Paper) -> str | None:
    """Preprint, workshop and conference version share title and first author's family name."""
    if not paper.authors:
        return None
    return f"{fold(paper.title)}|{name_key(paper.authors[0].name).partition(' ')[0]}"
