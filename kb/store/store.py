"""`Store`: everything the rest of the program may ask of `kb.db`."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from kb.errors import StoreError, UsageError
from kb.home import Home, read_toml
from kb.models import Change, Document, Evidence, Extraction, Mention, PaperFact, Record, RecordKind
from kb.names import name_key
from kb.store import decisions, documents, forgetting, layer, linking, listing, rows, topics
from kb.store.apply import PageInfo, Writer
from kb.store.database import connect, ensure_schema, translated
from kb.store.lock import writer_lock
from kb.topics import taxonomy


def utc_now() -> str:
    """Now as ISO 8601 UTC with seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class _UndoneError(Exception):
    """Rolls a preview back."""


class Store:
    """One knowledge base's database. Safe to share between threads: each has its own connection."""

    def __init__(self, home: Home, *, readonly: bool = False) -> None:
        self.home = home
        self.readonly = readonly
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []

    @property
    def conn(self) -> sqlite3.Connection:
        """This thread's connection, opened and migrated on first use."""
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            path = self.home.database
            with translated(path):
                conn = connect(path, readonly=self.readonly)
                try:
                    ensure_schema(path, conn, readonly=self.readonly)
                except BaseException:
                    conn.close()
                    raise
            self._local.conn = conn
            self._all.append(conn)
        return conn

    def close(self) -> None:
        """Close every thread's connection."""
        for conn in self._all:
            conn.close()
        self._all.clear()
        self._local = threading.local()

    def _rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        with translated(self.home.database):
            return self.conn.execute(sql, values).fetchall()

    # --- writing

    @contextmanager
    def job(self, what: str) -> Iterator[None]:
        """Hold the writer lock for a job that writes pages; LockedError when another job runs."""
        if self.readonly:
            raise StoreError("This knowledge base was opened read-only", hint="Open it without readonly=True")
        with translated(self.home.database), writer_lock(self.home.lock, what):
            yield

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: committed whole, or rolled back on any exception, Ctrl-C included."""
        if self.readonly:
            raise StoreError("This knowledge base was opened read-only", hint="Open it without readonly=True")
        with translated(self.home.database):
            conn = self.conn
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise

    @contextmanager
    def writer(self, *, run_id: int | None = None) -> Iterator[Writer]:
        """A `Writer` in one transaction with a new generation number."""
        with self.transaction() as conn:
            writer = Writer(conn, generation=self.generation() + 1, now=utc_now(), run_id=run_id)
            yield writer
            if writer.changes or writer.dirty:  # an unchanged page leaves the index in step
                conn.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (writer.generation,))

    def apply(
        self, extraction: Extraction, page: PageInfo, *, run_id: int | None = None, preview: bool = False
    ) -> tuple[Change, ...]:
        """Store what one page says; returns what changed. Nothing is written when nothing changed, or by a preview."""
        changes: tuple[Change, ...] = ()
        try:
            with self.writer(run_id=run_id) as writer:
                changes = writer.apply(extraction, page)
                if preview:
                    raise _UndoneError
        except _UndoneError:
            pass
        return changes

    def import_papers(
        self, facts: Sequence[PaperFact], page: PageInfo, *, run_id: int | None = None
    ) -> tuple[int, int]:
        """Add one batch of a list in one transaction; returns (added, updated)."""
        with self.writer(run_id=run_id) as writer:
            outcomes = [writer.import_paper(fact, page) for fact in facts]
        return outcomes.count("added"), outcomes.count("updated")

    def edit(self, record_id: str, values: dict[str, str | int | None]) -> None:
        """Keep a person's corrections: they are laid over whatever pages say, now and later."""
        record_id, kind = self.canonical(record_id), self._kind_of(record_id)
        columns = {r[1] for r in self._rows(f"PRAGMA table_info({rows.TABLES[kind]})")}
        lists = {"keywords", "links", "authors", "affiliations", "interests", "event_id"}
        allowed = sorted(c for c in columns - lists if c != "id" and not c.endswith("_key"))
        for name in values:
            if name not in allowed:
                raise UsageError(f"A {kind} has no field '{name}'", hint=f"Fields: {', '.join(allowed)}")
            if name == "year" and values[name] is not None and not isinstance(values[name], int):
                raise UsageError(f"'{values[name]}' is no year", hint="Give a number, or None to clear it")
            if name in ("title", "name") and not values[name] and kind != "talk":
                raise UsageError(f"A {kind} needs a {name}", hint="`kb forget` removes a record")
        with self.writer() as writer:
            for name, value in values.items():
                self.conn.execute(
                    "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?)", (record_id, name, value, utc_now())
                )
            writer.refold({record_id})

    def link_changed(self) -> int:
        """Link talks, papers and versions and give topics among what changed since the last time.

        Returns how many links are new.
        """
        since = self._rows("SELECT value FROM meta WHERE name = 'linked'")
        generation = self.generation()
        if since and int(since[0][0]) >= generation:
            return 0
        last = int(since[0][0]) if since else 0
        with self.writer() as writer:
            new = linking.link_changed(self.conn, since=last)
            chosen = taxonomy(read_toml(self.home.settings))
            writer.dirty = bool(topics.assign(self.conn, chosen, since=last, generation=writer.generation))
            done = writer.generation if writer.dirty else generation
            self.conn.execute("INSERT OR REPLACE INTO meta VALUES ('linked', ?)", (done,))
        return new

    def topic_counts(self, topic: str | None = None) -> list[topics.TopicCount]:
        """Papers and talks by topic, year and venue."""
        with translated(self.home.database):
            return topics.counts(self.conn, topic)

    def topic_record_ids(self, topic: str, *, limit: int) -> list[str]:
        """Ids of the records that are most about a topic."""
        with translated(self.home.database):
            return topics.records_of(self.conn, topic, limit=limit)

    def merge(self, kept: str, gone: str) -> None:
        """Make `gone` part of `kept`, for good; its id still resolves."""
        kept, gone = self.canonical(kept), self.canonical(gone)
        kind, other = self._kind_of(kept), self._kind_of(gone)
        if kind != other or kept == gone:
            raise UsageError(f"{kept} and {gone} cannot be merged", hint="Give two different records of one kind")
        with self.writer() as writer:
            decisions.merge(self.conn, writer, kept, gone, kind=kind, now=utc_now())

    def split(self, record_id: str, *, pages: Sequence[str] = ()) -> str:
        """Undo the latest merge into a record, or take what `pages` said out of it; returns the other record's id."""
        record_id = self.canonical(record_id)
        kind = self._kind_of(record_id)
        with self.writer() as writer:
            return decisions.split(self.conn, writer, record_id, kind=kind, pages=pages, now=utc_now())

    def link(self, from_id: str, to_id: str, *, kind: str = "related") -> None:
        """Link two records, for good."""
        from_id, to_id = self.canonical(from_id), self.canonical(to_id)
        self._kind_of(from_id), self._kind_of(to_id)
        with self.writer():
            decisions.link(self.conn, from_id, to_id, kind, now=utc_now())

    def unlink(self, a: str, b: str) -> int:
        """Take the links between two records away, for good; returns how many there were."""
        with self.writer():
            return decisions.unlink(self.conn, self.canonical(a), self.canonical(b), now=utc_now())

    def links(self, record_id: str) -> list[dict[str, Any]]:
        """Links of a record with their score and reason, surest first."""
        sql = "SELECT * FROM links WHERE from_id = ?1 OR to_id = ?1 ORDER BY score DESC, from_id, to_id"
        return [dict(row) for row in self._rows(sql, (record_id,))]

    def decisions_on(self, record_id: str) -> list[dict[str, Any]]:
        """What the user decided about a record."""
        sql = "SELECT what, a, b, at FROM decisions WHERE a = ?1 OR b = ?1 ORDER BY at"
        return [dict(row) for row in self._rows(sql, (record_id,))]

    def forget(self, record_id: str) -> None:
        """Delete a record and remember only a fingerprint, so that no later page brings it back."""
        self._kind_of(record_id)
        record = self.get(record_id)
        assert record is not None  # `_kind_of` found it
        with self.writer() as writer:
            forgetting.forget_record(self.conn, record, generation=writer.generation)
            writer.dirty = True

    def forget_page(self, url: str) -> int:
        """Drop what a page said and never read it again; returns how many records lost their last page."""
        with self.writer() as writer:
            alone, touched = forgetting.forget_page(self.conn, url, generation=writer.generation)
            writer.refold(touched, url)
            writer.dirty = True
        return len(alone)

    # --- reading

    def _kind_of(self, record_id: str) -> RecordKind:
        row = self._rows("SELECT kind FROM records WHERE id = ?", (self.canonical(record_id),))
        if not row:
            raise UsageError(f"No record has the id '{record_id}'", hint="`kb search` prints ids")
        return row[0][0]  # type: ignore[no-any-return]

    def canonical(self, record_id: str) -> str:
        """The id a merged or differently-cased id now stands for; unknown ids come back unchanged."""
        for sql in (
            "SELECT id FROM records WHERE id = ?",
            "SELECT id FROM aliases WHERE alias = ?",
            "SELECT id FROM records WHERE id = ? COLLATE NOCASE",
        ):
            if found := self._rows(sql, (record_id,)):
                return str(found[0][0])
            if "NOCASE" not in sql and record_id.count("/") == 0:
                break
        return record_id

    def get(self, record_id: str) -> Record | None:
        """One record, by its id or by an id that was merged into it."""
        wanted = self.canonical(record_id)
        return self.get_many([wanted]).get(wanted)

    def get_many(self, ids: Sequence[str]) -> dict[str, Record]:
        """Records by id; ids that are not there are left out."""
        with translated(self.home.database):
            return rows.by_ids(self.conn, ids)

    def suggest(self, record_id: str, *, limit: int = 3) -> list[str]:
        """Ids that start alike, for an error message."""
        stem = record_id[: max(8, len(record_id) * 2 // 3)]
        sql = "SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._rows(sql, (stem, stem + "\U0010ffff", limit))]

    def list_records(
        self, kind: RecordKind, *, event_id: str | None = None, venue: str | None = None, year: int | None = None,
        limit: int | None = None, offset: int = 0,
    ) -> Iterator[Record]:  # fmt: skip
        """Records of one kind in a stable order, streamed in batches."""
        where, values = listing.conditions(kind, event_id=event_id, venue=venue, year=year)
        last, left = "", limit if limit is not None else -1
        while left != 0:
            size = rows.BATCH if left < 0 else min(rows.BATCH, left)
            sql = f"{rows.SELECT[kind]} WHERE {where} AND t.id > ? ORDER BY t.id LIMIT ? OFFSET ?"
            found = self._rows(sql, (*values, last, size, offset))
            yield from rows.records_from(self.conn, kind, found)
            if len(found) < size:
                return
            last, offset, left = found[-1]["id"], 0, left - len(found) if left > 0 else left

    def mentions(self, record_id: str) -> tuple[Mention, ...]:
        """Where a record was seen, and what each page said about it."""
        out = []
        for row in self._rows("SELECT * FROM mentions WHERE record_id = ? ORDER BY fetched_at, page_url", (record_id,)):
            evidence = Evidence(**json.loads(row["evidence"])) if row["evidence"] else Evidence()
            fields = json.loads(row["fields"]) if row["fields"] else {}
            out.append(Mention(record_id, row["page_url"], fields, evidence, row["fetched_at"]))
        return tuple(out)

    def slides(self, talk_id: str) -> dict[int, str]:
        """The text of a deck's slides by their number, from 1; {} for a talk without a deck."""
        sql = "SELECT page, text FROM slide_pages WHERE record_id = ? ORDER BY page"
        return {row[0]: row[1] for row in self._rows(sql, (talk_id,))}

    def neighbour_ids(self, record_id: str) -> dict[str, list[str]]:
        """Ids of a record's neighbours by group: talks, papers, people, events, co-speakers."""
        queries = listing.NEIGHBOURS[record_id.partition("/")[0]]
        groups = {group: [row[0] for row in self._rows(sql, {"id": record_id})] for group, sql in queries.items()}
        if record_id.startswith("paper/"):
            groups["people"] = self._authors_known(record_id)
        return groups

    def _authors_known(self, paper_id: str) -> list[str]:
        """Ids of a paper's authors who have a record, in the order of the paper."""
        row = self._rows("SELECT authors FROM papers WHERE id = ?", (paper_id,))
        keys = dict.fromkeys(name_key(name) for name in rows.load(row[0][0])) if row else {}
        sql = "SELECT person_id FROM person_keys WHERE name_key = ? ORDER BY person_id"
        return list(dict.fromkeys(found[0] for key in keys for found in self._rows(sql, (key,))))

    def generation(self) -> int:
        """Grows with each committed write."""
        return int(self._rows("SELECT value FROM meta WHERE name = 'generation'")[0][0])

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        """Documents of records changed after generation `since`, oldest change first."""
        with translated(self.home.database):
            yield from documents.documents(self.conn, documents.changed_ids(self.conn, since))

    def document(self, record_id: str) -> Document | None:
        """One record as the index sees it."""
        with translated(self.home.database):
            return next(documents.documents(self.conn, [record_id]), None)

    def deleted(self, *, since: int = 0) -> Iterator[str]:
        """Ids deleted after generation `since`."""
        yield from (row[0] for row in self._rows("SELECT id FROM deleted WHERE generation > ?", (since,)))

    def counts(self) -> dict[str, int]:
        """Number of records of each kind, in the plural the contract uses."""
        found: dict[str, int] = {
            row[0]: row[1] for row in self._rows("SELECT kind, count(*) FROM records GROUP BY kind")
        }
        return {
            "papers": found.get("paper", 0), "talks": found.get("talk", 0), "people": found.get("person", 0),
            "events": found.get("event", 0),
        }  # fmt: skip

    def changes(
        self, *, since: str | None = None, record_id: str | None = None, limit: int | None = None
    ) -> tuple[Change, ...]:
        """What runs added, changed or found gone, newest first."""
        where, values = ["1"], []
        for clause, value in (("at >= ?", since), ("record_id = ?", record_id)):
            if value is not None:
                where.append(clause)
                values.append(value)
        sql = f"SELECT * FROM changes WHERE {' AND '.join(where)} ORDER BY at DESC, rowid DESC LIMIT ?"
        return tuple(
            Change(
                r["record_id"],
                r["what"],
                tuple((r["fields"] or "").split(",")) if r["fields"] else (),
                r["page_url"],
                r["at"],
            )
            for r in self._rows(sql, (*values, limit if limit is not None else -1))
        )

    def page_count(self) -> int:
        """How many pages gave the records their facts; imported lists are no pages."""
        return int(self._rows("SELECT count(DISTINCT page_url) FROM mentions WHERE page_url NOT LIKE 'import:%'")[0][0])

    def source_count(self) -> int:
        """How many catalogue sources have been read at least once."""
        return int(self._rows("SELECT count(*) FROM sources")[0][0])

    def unresolved_count(self) -> int:
        """Papers a page links to that have no abstract yet, though an outside id says where it is."""
        sql = """SELECT count(*) FROM papers WHERE abstract IS NULL
            AND coalesce(openreview_id, arxiv_id, doi) IS NOT NULL"""
        return int(self._rows(sql)[0][0])

    def counted(self, field: Literal["year", "venue"], *, limit: int = 50) -> dict[str, int]:
        """Papers and talks by year or venue, most first."""
        sql = f"""SELECT value, sum(n) FROM (
            SELECT {field} AS value, count(*) AS n FROM papers GROUP BY 1
            UNION ALL SELECT e.{field}, count(*) FROM talks t JOIN events e ON e.id = t.event_id GROUP BY 1)
            WHERE value IS NOT NULL GROUP BY value ORDER BY 2 DESC, 1 LIMIT ?"""
        return {str(value): n for value, n in self._rows(sql, (limit,))}

    # --- runs

    def begin_run(self, command: str) -> int:
        """A new row in `runs`; its id goes with every change of the run."""
        with self.transaction() as conn:
            cursor = conn.execute("INSERT INTO runs (command, started_at) VALUES (?, ?)", (command, utc_now()))
        return int(cursor.lastrowid or 0)

    def finish_run(self, run_id: int, report: dict[str, Any]) -> None:
        """Keep a run's report."""
        with self.transaction() as conn:
            sql = "UPDATE runs SET finished_at = ?, report = ? WHERE id = ?"
            conn.execute(sql, (utc_now(), json.dumps(report, ensure_ascii=False), run_id))

    # --- the user's layer

    def user_states(self, ids: Sequence[str]) -> dict[str, layer.UserState]:
        """What the user said about these records."""
        with translated(self.home.database):
            return layer.states(self.conn, ids)

    def listed(self, *, tag: str | None = None, starred: bool = False, reading: str | None = None) -> list[str]:
        """Ids of tagged, starred or reading-list records."""
        with translated(self.home.database):
            return layer.listed(self.conn, tag=tag, starred=starred, reading=reading)

    def set_user_state(self, record_id: str, **values: Any) -> None:
        """Change one record's star, tag, note or reading state (the keyword arguments of `KnowledgeBase`)."""
        self._kind_of(record_id)
        record_id = self.canonical(record_id)
        with self.writer() as writer:
            conn = self.conn
            if "star" in values:
                layer.star(conn, record_id, values["star"], utc_now())
            if "tag" in values:
                layer.tag(conn, record_id, values["tag"], values.get("on", True))
                conn.execute("UPDATE records SET generation = ? WHERE id = ?", (writer.generation, record_id))
                writer.dirty = True
            if "note" in values:
                layer.note(conn, record_id, values["note"], utc_now())
            if "reading" in values:
                layer.set_reading(conn, record_id, values["reading"], utc_now())

    # --- health

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the file, in words; [] when it is sound."""
        found = [row[0] for row in self._rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [
            f"row {row[1]} of {row[0]} refers to a missing {row[2]}" for row in self._rows("PRAGMA foreign_key_check")
        ]
        return found


def open_store(home: Home, *, readonly: bool = False) -> Store:
    """The store of a home; a read-only one must exist already."""
    if readonly and not home.exists():
        raise UsageError(f"There is no knowledge base in {home.path}", hint="Start with `kb demo` or `kb add URL`")
    return Store(home, readonly=readonly)


__all__ = ["PageInfo", "Store", "open_store", "utc_now"]
