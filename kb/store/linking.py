"""Links between talks and papers, and between versions of a paper: each with a score and the reason.

Run after pages or lists were added. Only what changed since the last run is looked at; what the user linked or
unlinked is never touched.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.names import name_key
from kb.store.rows import load
from kb.text import fold

# Scores are how sure the evidence makes us; a link below KEEP is not kept
IN_THE_TALK, SAME_TITLE_AND_SPEAKER, SAME_TITLE, SPEAKERS_PAPER, CITED = 1.0, 0.97, 0.85, 0.75, 0.6
KEEP = 0.6
TELLING_WORDS = 4  # a paper title with fewer words of its own proves nothing
OVERLAP = 0.8  # share of the paper title's words that the talk's text must hold
MANY_PAPERS = 2_000  # beyond this it is quicker to look at every talk once than to ask each paper for its talks

_STOP = frozenset(
    "a an and are as at by for from in into is it its of on or the to towards via we with using".split()  # noqa: SIM905
)
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE)
_FORUM = re.compile(r"openreview\.net/(?:forum|pdf|attachment)\?(?:[^#]*&)?id=([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that might be made."""

    to_id: str
    kind: str
    score: float
    why: str


def link_changed(conn: sqlite3.Connection, *, since: int) -> int:
    """Link what changed after generation `since`; returns how many links are new."""
    changed = [row[0] for row in conn.execute("SELECT id FROM records WHERE generation > ?", (since,))]
    papers = [i for i in changed if i.startswith("paper/")]
    talks = {i for i in changed if i.startswith("talk/")}
    if len(papers) > MANY_PAPERS:
        talks |= {row[0] for row in conn.execute("SELECT id FROM talks")}
    else:
        for paper_id in papers:
            talks |= set(_talks_near(conn, paper_id))
    refused = {(row[0], row[1]) for row in conn.execute("SELECT a, b FROM decisions WHERE what = 'unlink'")}
    new = sum(_replace(conn, talk_id, talk_candidates(conn, talk_id), refused) for talk_id in sorted(talks))
    return new + sum(_versions(conn, paper_id, refused) for paper_id in papers)


def talk_candidates(conn: sqlite3.Connection, talk_id: str) -> list[Candidate]:
    """The papers a talk was about, surest first, each once."""
    talk = conn.execute("SELECT * FROM talks WHERE id = ?", (talk_id,)).fetchone()
    if talk is None:
        return []
    speakers = [
        row[0]
        for row in conn.execute(
            "SELECT k.name_key FROM roles r JOIN person_keys k ON k.person_id = r.person_id WHERE r.record_id = ?",
            (talk_id,),
        )
    ]
    best: dict[str, Candidate] = {}
    for candidate in (
        *_by_link(conn, talk),
        *_by_title(conn, talk, set(speakers)),
        *_by_speaker(conn, talk, speakers),
        *_cited(conn, talk_id),
    ):
        if candidate.score >= KEEP and candidate.score > getattr(best.get(candidate.to_id), "score", 0.0):
            best[candidate.to_id] = candidate
    return sorted(best.values(), key=lambda c: (-c.score, c.to_id))


def _by_link(conn: sqlite3.Connection, talk: sqlite3.Row) -> Iterator[Candidate]:
    for _kind, url in load(talk["links"]):
        for pattern, column in ((_FORUM, "openreview_id"), (_ARXIV, "arxiv_id")):
            if match := pattern.search(url):
                for row in conn.execute(f"SELECT id FROM papers WHERE {column} = ?", (match[1],)):
                    yield Candidate(row[0], "about", IN_THE_TALK, f"the talk links to {url}")


def _by_title(conn: sqlite3.Connection, talk: sqlite3.Row, speakers: set[str]) -> Iterator[Candidate]:
    if not talk["title_key"]:
        return
    for row in conn.execute("SELECT id, authors FROM papers WHERE title_key = ?", (talk["title_key"],)):
        authors = {name_key(name) for name in load(row["authors"])}
        if authors & speakers:
            yield Candidate(row["id"], "about", SAME_TITLE_AND_SPEAKER, "same title, and the speaker is an author")
        elif len(_telling(talk["title_key"])) >= TELLING_WORDS and not (authors and speakers):
            yield Candidate(row["id"], "about", SAME_TITLE, "same title")


def _by_speaker(conn: sqlite3.Connection, talk: sqlite3.Row, speakers: Iterable[str]) -> Iterator[Candidate]:
    text = set(fold(f"{talk['title'] or ''} {talk['summary'] or ''}").split())
    if not text:
        return
    sql = (
        "SELECT p.id, p.title_key FROM authorships a JOIN papers p ON p.id = a.paper_id WHERE a.name_key = ? LIMIT 500"
    )
    for key in speakers:
        for row in conn.execute(sql, (key,)):
            words = _telling(row["title_key"] or "")
            if len(words) >= TELLING_WORDS and len(words & text) / len(words) >= OVERLAP:
                yield Candidate(
                    row["id"], "about", SPEAKERS_PAPER, "the speaker's paper, whose title the talk's text holds"
                )


def _cited(conn: sqlite3.Connection, talk_id: str) -> Iterator[Candidate]:
    sql = """SELECT DISTINCT p.record_id FROM mentions t JOIN mentions p ON p.page_url = t.page_url
        JOIN talks k ON k.id = t.record_id WHERE t.record_id = ? AND k.talk_kind = 'slides'
        AND p.record_id LIKE 'paper/%' AND json_extract(p.fields, '$.cited')"""
    for row in conn.execute(sql, (talk_id,)):
        yield Candidate(row[0], "cites", CITED, "cited on its slides")


def _telling(title_key: str) -> set[str]:
    return set(title_key.split()) - _STOP


def _talks_near(conn: sqlite3.Connection, paper_id: str) -> Iterator[str]:
    """Talks that may be about a paper: by its authors, of its title, or on a page that names it."""
    row = conn.execute("SELECT title_key, authors FROM papers WHERE id = ?", (paper_id,)).fetchone()
    # From the author list, not from `authorships`: that table is ordered by name, and a scan of it takes 80 ms
    for key in {name_key(name) for name in load(row["authors"])}:
        sql = """SELECT r.record_id FROM person_keys k JOIN roles r ON r.person_id = k.person_id
            WHERE k.name_key = ? AND r.record_id LIKE 'talk/%'"""
        yield from (found[0] for found in conn.execute(sql, (key,)))
    yield from (found[0] for found in conn.execute("SELECT id FROM talks WHERE title_key = ?", (row["title_key"],)))
    # An imported list holds no talks, and may hold 190,000 papers
    sql = """SELECT t.record_id FROM mentions p JOIN mentions t ON t.page_url = p.page_url
        WHERE p.record_id = ? AND p.page_url NOT LIKE 'import:%' AND t.record_id LIKE 'talk/%'"""
    yield from (found[0] for found in conn.execute(sql, (paper_id,)))


def _replace(conn: sqlite3.Connection, from_id: str, candidates: list[Candidate], refused: set[tuple[str, str]]) -> int:
    sql = "DELETE FROM links WHERE from_id = ? AND by_user = 0 AND kind IN ('about', 'cites') RETURNING to_id"
    before = {row[0] for row in conn.execute(sql, (from_id,)).fetchall()}
    wanted = [c for c in candidates if (from_id, c.to_id) not in refused]
    conn.executemany(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, NULL, 0) ON CONFLICT DO NOTHING",
        [(from_id, c.to_id, c.kind, c.score, c.why) for c in wanted],
    )
    return len({c.to_id for c in wanted} - before)


def _versions(conn: sqlite3.Connection, paper_id: str, refused: set[tuple[str, str]]) -> int:
    """Link papers of one title and a common author that outside ids keep apart: preprint, workshop, conference."""
    sql = """SELECT o.id, o.authors, p.authors FROM papers p JOIN papers o ON o.title_key = p.title_key AND o.id != p.id
        WHERE p.id = ?"""
    new = 0
    for other, theirs, ours in conn.execute(sql, (paper_id,)).fetchall():
        common = {name_key(n) for n in load(theirs)} & {name_key(n) for n in load(ours)}
        if common and (paper_id, other) not in refused:
            first, second = sorted((paper_id, other))
            insert = """INSERT INTO links VALUES (?, ?, 'version', 0.95, 'same title and a common author', NULL, 0)
                ON CONFLICT DO NOTHING"""
            new += conn.execute(insert, (first, second)).rowcount
    return new
