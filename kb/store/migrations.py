"""Numbered, append-only migrations of `kb.db`. `PRAGMA user_version` is how many have been applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database


def _script(db: Database, sql: str) -> None:
    """Run several statements inside the migration's transaction (`executescript` would commit it first)."""
    for statement in filter(str.strip, sql.split(";")):
        db.conn.execute(statement)


def _m001_records(db: Database) -> None:
    """Every record has a row in `records`; its fields are in the table of its kind."""
    _script(
        db,
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        INSERT INTO meta VALUES ('generation', 0);

        CREATE TABLE records (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, generation INTEGER NOT NULL,
            created_at TEXT NOT NULL, updated_at TEXT NOT NULL, listed INTEGER NOT NULL DEFAULT 1
        ) WITHOUT ROWID;
        CREATE INDEX records_generation ON records (generation, id);
        CREATE INDEX records_kind ON records (kind, id);
        CREATE TABLE aliases (alias TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE deleted (id TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX deleted_generation ON deleted (generation, id);

        CREATE TABLE events (
            id TEXT PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE, name TEXT NOT NULL, series TEXT, venue TEXT,
            year INTEGER, dates TEXT, place TEXT, url TEXT, series_key TEXT, venue_key TEXT
        );
        CREATE INDEX events_venue_key ON events (venue_key);
        CREATE TABLE talks (
            id TEXT PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE, title TEXT,
            event_id TEXT REFERENCES events(id), talk_kind TEXT, summary TEXT, start TEXT, links TEXT, title_key TEXT
        );
        CREATE INDEX talks_event ON talks (event_id);
        CREATE INDEX talks_title_key ON talks (title_key);
        CREATE TABLE people (
            id TEXT PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE, name TEXT NOT NULL, name_key TEXT NOT NULL,
            affiliations TEXT, homepage TEXT, openreview_profile TEXT, scholar_id TEXT, orcid TEXT, interests TEXT,
            bio TEXT
        );
        CREATE TABLE person_keys (
            name_key TEXT NOT NULL, person_id TEXT NOT NULL REFERENCES people(id) ON DELETE CASCADE,
            PRIMARY KEY (name_key, person_id)
        ) WITHOUT ROWID;
        CREATE INDEX person_keys_person ON person_keys (person_id);
        CREATE TABLE papers (
            id TEXT PRIMARY KEY REFERENCES records(id) ON DELETE CASCADE, title TEXT NOT NULL, abstract TEXT, tldr TEXT,
            keywords TEXT, authors TEXT, venue TEXT, year INTEGER, decision TEXT, openreview_id TEXT, arxiv_id TEXT,
            doi TEXT, url TEXT, pdf TEXT, source_id TEXT, links TEXT, title_key TEXT
        );
        CREATE INDEX papers_openreview ON papers (openreview_id) WHERE openreview_id IS NOT NULL;
        CREATE INDEX papers_arxiv ON papers (arxiv_id) WHERE arxiv_id IS NOT NULL;
        CREATE INDEX papers_doi ON papers (doi) WHERE doi IS NOT NULL;
        CREATE INDEX papers_source ON papers (source_id) WHERE source_id IS NOT NULL;
        CREATE INDEX papers_title_key ON papers (title_key);

        CREATE TABLE roles (
            person_id TEXT NOT NULL REFERENCES people(id) ON DELETE CASCADE,
            record_id TEXT NOT NULL REFERENCES records(id) ON DELETE CASCADE,
            role TEXT NOT NULL, affiliation TEXT, position INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (record_id, role, person_id)
        ) WITHOUT ROWID;
        CREATE INDEX roles_person ON roles (person_id);
        CREATE TABLE authorships (
            name_key TEXT NOT NULL, paper_id TEXT NOT NULL, PRIMARY KEY (name_key, paper_id)
        ) WITHOUT ROWID;

        CREATE TABLE links (
            from_id TEXT NOT NULL, to_id TEXT NOT NULL, kind TEXT NOT NULL, score REAL NOT NULL, why TEXT NOT NULL,
            page_url TEXT, by_user INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (from_id, to_id, kind)
        ) WITHOUT ROWID;
        CREATE INDEX links_to ON links (to_id);

        CREATE TABLE mentions (
            record_id TEXT NOT NULL, page_url TEXT NOT NULL, fact_key TEXT NOT NULL, fields TEXT, evidence TEXT,
            fetched_at TEXT NOT NULL, source TEXT, PRIMARY KEY (record_id, page_url, fact_key)
        ) WITHOUT ROWID;
        CREATE INDEX mentions_page ON mentions (page_url);

        CREATE TABLE runs (
            id INTEGER PRIMARY KEY, command TEXT NOT NULL, started_at TEXT NOT NULL, finished_at TEXT, report TEXT
        );
        CREATE TABLE changes (
            run_id INTEGER, record_id TEXT NOT NULL, what TEXT NOT NULL, fields TEXT, page_url TEXT, at TEXT NOT NULL
        );
        CREATE INDEX changes_at ON changes (at);
        CREATE INDEX changes_record ON changes (record_id);
        CREATE TABLE sources (
            name TEXT PRIMARY KEY, last_run_at TEXT, last_status TEXT, state TEXT
        ) WITHOUT ROWID;
        CREATE TABLE forgotten (key TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
        """,
    )


def _m002_user_layer(db: Database) -> None:
    """What the user adds: never touched by a scrape."""
    _script(
        db,
        """
        CREATE TABLE tags (record_id TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (record_id, tag)) WITHOUT ROWID;
        CREATE INDEX tags_tag ON tags (tag);
        CREATE TABLE notes (record_id TEXT PRIMARY KEY, text TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE stars (record_id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE reading (record_id TEXT PRIMARY KEY, state TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE edits (
            record_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT, at TEXT NOT NULL, PRIMARY KEY (record_id, field)
        ) WITHOUT ROWID;
        CREATE TABLE saved_searches (
            name TEXT PRIMARY KEY, query TEXT NOT NULL, created_at TEXT NOT NULL, last_run_at TEXT, state TEXT
        ) WITHOUT ROWID;
        CREATE TABLE topic_records (
            record_id TEXT NOT NULL, topic TEXT NOT NULL, score REAL NOT NULL, PRIMARY KEY (record_id, topic)
        ) WITHOUT ROWID;
        CREATE INDEX topic_records_topic ON topic_records (topic);
        """,
    )


def _m003_decisions(db: Database) -> None:
    """Merges, splits, links and unlinks the user decided: no later run undoes them."""
    _script(
        db,
        """
        CREATE TABLE decisions (
            what TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL
        );
        CREATE INDEX decisions_a ON decisions (what, a);
        CREATE INDEX decisions_label ON decisions (json_extract(detail, '$.label')) WHERE what = 'merge';
        """,
    )


def _m004_read_pages(db: Database) -> None:
    """What was made of each fetched page: written with its facts, in one transaction."""
    _script(
        db,
        """
        CREATE TABLE read_pages (
            url TEXT PRIMARY KEY, facts_url TEXT, source TEXT, body_hash TEXT, links TEXT, at TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX read_pages_body ON read_pages (body_hash);
        CREATE INDEX read_pages_source ON read_pages (source, url);
        CREATE INDEX read_pages_facts ON read_pages (facts_url);
        """,
    )


def _m005_resolution(db: Database) -> None:
    """The queue of links to look up: one row for each outside id or page, with its state and next time."""
    _script(
        db,
        """
        CREATE TABLE resolution (
            kind TEXT NOT NULL, key TEXT NOT NULL, paper_id TEXT NOT NULL, state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0, next_at TEXT NOT NULL, error TEXT, updated_at TEXT NOT NULL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID;
        CREATE INDEX resolution_due ON resolution (kind, next_at) WHERE state != 'done';
        CREATE INDEX papers_unresolved ON papers (id) WHERE abstract IS NULL;
        """,
    )


def _m006_slides(db: Database) -> None:
    """The text of every slide of a deck, with its number."""
    _script(
        db,
        """
        CREATE TABLE slide_pages (
            record_id TEXT NOT NULL, page INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (record_id, page)
        ) WITHOUT ROWID;
        """,
    )


def _m007_paper_urls(db: Database) -> None:
    """A linked work without a title is known by its address."""
    db.conn.execute("CREATE INDEX papers_url ON papers (url) WHERE url IS NOT NULL")


MIGRATIONS: tuple[Callable[[Database], None], ...] = (
    _m001_records,
    _m002_user_layer,
    _m003_decisions,
    _m004_read_pages,
    _m005_resolution,
    _m006_slides,
    _m007_paper_urls,
)
LATEST = len(MIGRATIONS)


def migrate(db: Database) -> None:
    """Bring `db` to the latest schema; each step and its record are one transaction."""
    from sqlite_utils import Migrations

    steps = Migrations("kb")
    for number, step in enumerate(MIGRATIONS, start=1):
        steps(name=step.__name__.lstrip("_"))(_numbered(step, number))
    steps.apply(db)


def _numbered(step: Callable[[Database], None], number: int) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        step(db)
        db.conn.execute(f"PRAGMA user_version = {number:d}")

    return run
