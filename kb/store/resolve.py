"""Which record a fact belongs to: the same person, the same paper, the same talk, or a new one.

Works inside one write transaction: it reads what is stored, and what this page has already added to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from urllib.parse import urlsplit

from kb import ids
from kb.models import EventFact, PaperFact, PersonFact, TalkFact
from kb.names import contradict, is_placeholder, name_key
from kb.store.rows import load
from kb.text import fold

# Family names shared by tens of millions: the name alone is no evidence that two people are one
_COMMON = frozenset(
    [
        "wang",
        "li",
        "zhang",
        "liu",
        "chen",
        "yang",
        "huang",
        "zhao",
        "wu",
        "zhou",
        "xu",
        "sun",
        "ma",
        "zhu",
        "hu",
        "guo",
        "he",
        "lin",
        "gao",
        "luo",
        "zheng",
        "liang",
        "song",
        "tang",
        "xie",
        "han",
        "kim",
        "lee",
        "park",
        "choi",
        "jung",
        "kang",
        "cho",
        "nguyen",
        "tran",
        "le",
        "pham",
        "singh",
        "kumar",
        "sharma",
        "gupta",
        "khan",
        "ali",
        "ahmed",
        "smith",
        "jones",
    ]
)
# Words that say nothing about which organisation it is
_ORG_NOISE = frozenset(
    [
        "university",
        "of",
        "the",
        "institute",
        "for",
        "and",
        "at",
        "college",
        "school",
        "department",
        "dept",
        "research",
        "center",
        "lab",
    ]
)
# Hosts that hold many events: the same host is no evidence that two pages are about one event
_SHARED_HOSTS = frozenset(
    [
        "openreview.net",
        "arxiv.org",
        "icml.cc",
        "neurips.cc",
        "nips.cc",
        "iclr.cc",
        "slideslive.com",
        "youtube.com",
        "github.com",
        "medium.com",
        "sites.google.com",
        "docs.google.com",
        "proceedings.mlr.press",
        "aclanthology.org",
    ]
)
SHORT_TITLE_WORDS = 3  # "Opening", "Protein Design": too short to be the same talk on the title alone


_PEOPLE_OF_KEY = "SELECT p.* FROM person_keys k JOIN people p ON p.id = k.person_id WHERE k.name_key = ? ORDER BY p.id"


def site_of(url: str) -> str | None:
    """Host of a page, or None where a host is shared by many events."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return None if not host or host in _SHARED_HOSTS else host


def beside(url: str, other: str) -> bool:
    """True for two pages in one folder of a site, or one folder apart: "/2024/" and "/2024/schedule/"."""
    folders = [[part for part in urlsplit(u).path.rpartition("/")[0].split("/") if part] for u in (url, other)]
    short, long = sorted(folders, key=len)
    return len(long) - len(short) <= 1 and long[: len(short)] == short


def profile_ids(url: str | None) -> dict[str, str]:
    """`openreview_profile`, `scholar_id`, `orcid` or `homepage` named by a person's link."""
    if not url:
        return {}
    parts = urlsplit(url)
    host, query = (parts.hostname or "").removeprefix("www."), dict(_pairs(parts.query))
    if host == "openreview.net" and query.get("id", "").startswith("~"):
        return {"openreview_profile": query["id"]}
    if host.startswith("scholar.google.") and query.get("user"):
        return {"scholar_id": query["user"]}
    if host == "orcid.org" and parts.path.strip("/"):
        return {"orcid": parts.path.strip("/").upper()}
    return {"homepage": url}


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    from urllib.parse import parse_qsl

    return parse_qsl(query)


def organisations_agree(a: str, b: str) -> bool:
    """True when two affiliations share a telling word ("MIT CSAIL", "MIT")."""
    return bool((set(fold(a).split()) - _ORG_NOISE) & (set(fold(b).split()) - _ORG_NOISE))


class Resolver:
    """Finds or mints record ids. `taken` answers for stored ids and for those minted in this transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._minted: set[str] = set()

    # --- ids

    def mint(self, base: str) -> str:
        """A free id, taken from now on."""
        record_id = ids.unique(base, self._taken)
        self._minted.add(record_id)
        return record_id

    def _taken(self, record_id: str) -> bool:
        if record_id in self._minted:
            return True
        sql = """SELECT 1 FROM records WHERE id = ?1 UNION ALL SELECT 1 FROM aliases WHERE alias = ?1
            UNION ALL SELECT 1 FROM deleted WHERE id = ?1 LIMIT 1"""
        return self._conn.execute(sql, (record_id,)).fetchone() is not None

    def _canonical(self, record_id: str) -> str:
        row = self._conn.execute("SELECT id FROM aliases WHERE alias = ?", (record_id,)).fetchone()
        return str(row[0]) if row else record_id

    # --- events

    def event(self, fact: EventFact, page_url: str) -> str | None:
        """The event's id, "" to mint one, None when the fact names no event."""
        if not (fact.name or fact.series or fact.venue):
            return None
        venue, names = fold(fact.venue or ""), {fold(fact.name or ""), fold(fact.series or "")} - {""}
        if venue:
            rows = self._conn.execute("SELECT * FROM events WHERE venue_key = ?", (venue,)).fetchall()
        else:
            rows = self._conn.execute("SELECT * FROM events WHERE year IS ? OR year IS NULL", (fact.year,)).fetchall()
        for row in rows:
            known = {fold(row["name"]), row["series_key"] or ""} - {""}
            if names & known and (venue or (fact.year, fact.venue) == (row["year"], row["venue"])):
                return str(row["id"])
        site = site_of(page_url)
        if venue and site:
            for row in rows:
                pages = self._pages_of(row["id"], site)
                if any(beside(page_url, page) for page in pages):
                    return str(row["id"])  # a workshop's own pages; each calls it a little differently
                if pages and _alike(names, {fold(row["name"]), row["series_key"] or ""}):
                    return str(row["id"])
        return ""

    def _pages_of(self, event_id: str, site: str) -> list[str]:
        sql = "SELECT page_url FROM mentions WHERE record_id = ? LIMIT 50"
        return [row[0] for row in self._conn.execute(sql, (event_id,)) if site_of(row[0]) == site]

    # --- people

    def person(self, fact: PersonFact, *, page_people: dict[str, str]) -> str:
        """The person's id, or "" to mint one. `page_people` maps name keys of this page to ids already decided."""
        key = name_key(fact.name)
        if key in page_people:
            return page_people[key]
        mine = profile_ids(fact.url)
        sql = "SELECT a FROM decisions WHERE what = 'merge' AND json_extract(detail, '$.label') = ? ORDER BY rowid DESC"
        if row := self._conn.execute(sql, (fold(fact.name),)).fetchone():
            return self._canonical(row[0])  # the user said that this spelling is that person
        for row in self._conn.execute(_PEOPLE_OF_KEY, (key,)):
            if self._same_person(fact, mine, row):
                return str(row["id"])
        return ""

    @staticmethod
    def _same_person(fact: PersonFact, mine: dict[str, str], row: sqlite3.Row) -> bool:
        strong = [name for name in ("openreview_profile", "orcid", "scholar_id") if mine.get(name) and row[name]]
        for name in strong:  # in this order of trust: the first that both have decides
            return bool(mine[name] == row[name])
        if contradict(fact.name, row["name"]):
            return False
        if mine.get("homepage") and mine["homepage"] == row["homepage"]:
            return True
        if not fact.affiliation or not row["affiliations"]:
            return name_key(fact.name).partition(" ")[0] not in _COMMON or fold(fact.name) == fold(row["name"])
        if any(organisations_agree(fact.affiliation, org) for org, _year in load(row["affiliations"])):
            return True
        # People change places; with a rare name that is likelier than a homonym, with a common one it is not
        return name_key(fact.name).partition(" ")[0] not in _COMMON

    # --- talks

    def talk(self, fact: TalkFact, event_id: str | None, speaker_ids: list[str], *, year: int | None) -> str:
        """The talk's id, or "" to mint one: same title in the event, or the event's only talk of that speaker."""
        title = fold(fact.title or "")
        if title:
            rows = self._conn.execute("SELECT id, event_id FROM talks WHERE title_key = ?", (title,)).fetchall()
            for row in rows:
                if row["event_id"] == event_id and (
                    len(title.split()) > SHORT_TITLE_WORDS or self._shares_speaker(row["id"], speaker_ids)
                ):
                    return str(row["id"])
            for row in rows:  # the review post and the schedule give different events for one talk
                if (
                    self._shares_speaker(row["id"], speaker_ids)
                    and speaker_ids
                    and self._same_year(row["event_id"], year)
                ):
                    return str(row["id"])
        if event_id and speaker_ids:
            sql = """SELECT t.id, t.title, t.talk_kind FROM roles r JOIN talks t ON t.id = r.record_id
                WHERE r.person_id = ? AND t.event_id = ?"""
            rows = self._conn.execute(sql, (speaker_ids[0], event_id)).fetchall()
            panel = fact.kind == "panel"
            same = [row for row in rows if (row["talk_kind"] == "panel") == panel]
            if len(same) == 1 and (not title or not same[0]["title"]):
                return str(same[0]["id"])
        return ""

    def _shares_speaker(self, talk_id: str, speaker_ids: list[str]) -> bool:
        known = {row[0] for row in self._conn.execute("SELECT person_id FROM roles WHERE record_id = ?", (talk_id,))}
        return not known or not speaker_ids or bool(known & set(speaker_ids))

    def _same_year(self, event_id: str | None, year: int | None) -> bool:
        row = self._conn.execute("SELECT year FROM events WHERE id = ?", (event_id,)).fetchone()
        return row is None or year is None or row[0] in (None, year)

    # --- papers

    def paper(self, fact: PaperFact, *, imported_from: str | None = None) -> str:
        """The paper's id, or "" to mint one: an outside id, else the title with an author in common.

        A page that lists a title without authors is matched by a title of more than three words; an imported row
        (`imported_from` names its list) is not, since a list's rows are distinct papers unless an author says
        otherwise. A row with nothing but a title is the same row when the list is read again.
        """
        imported = imported_from is not None
        outside = {"openreview_id": fact.openreview_id, "arxiv_id": fact.arxiv_id, "doi": (fact.doi or "").lower()}
        for column, value in outside.items():
            if value:
                sql = f"SELECT id FROM papers WHERE {column} = ? ORDER BY id LIMIT 1"
                if row := self._conn.execute(sql, (value,)).fetchone():
                    return str(row[0])
        if not fact.title:
            if fact.url and (row := self._conn.execute("SELECT id FROM papers WHERE url = ?", (fact.url,)).fetchone()):
                return str(row[0])
            return ""
        title = fold(fact.title)
        if not title:
            return ""
        if imported and fact.source_id:
            # EXISTS, not a join: a join may start from the list's 100,000 mentions (3 ms a row instead of 10 us)
            sql = """SELECT id FROM papers p WHERE source_id = ? AND title_key = ?
                AND EXISTS (SELECT 1 FROM mentions m WHERE m.record_id = p.id AND m.page_url = ?)"""
            if row := self._conn.execute(sql, (fact.source_id, title, imported_from)).fetchone():
                return str(row[0])
        mine = {name_key(name) for name in fact.authors}
        families = {key.partition(" ")[0] for key in mine}
        for row in self._conn.execute("SELECT * FROM papers WHERE title_key = ? ORDER BY id", (title,)):
            if any(value and row[column] and value != row[column] for column, value in outside.items()):
                continue  # another version: linked, not merged
            theirs = {name_key(name) for name in load(row["authors"])}
            if imported and not (fact.source_id or row["source_id"] or mine or theirs) and fact.year == row["year"]:
                sql = "SELECT 1 FROM mentions WHERE record_id = ? AND page_url = ?"
                if self._conn.execute(sql, (row["id"], imported_from)).fetchone():
                    return str(row["id"])
            if mine & theirs or (not imported and families & {key.partition(" ")[0] for key in theirs}):
                return str(row["id"])
            if not imported and (not mine or not theirs) and len(title.split()) > SHORT_TITLE_WORDS:
                return str(row["id"])
        return ""


def nameable(name: str) -> bool:
    """True for a name that can be a person's record: two words or more, nobody's placeholder."""
    return not is_placeholder(name) and " " in name_key(name)


def _alike(names: set[str], known: set[str]) -> bool:
    """Do two sets of event names share a telling word? Words of every workshop's name do not tell."""
    common = {"workshop", "conference", "the", "on", "for", "of", "and", "in", "at", "machine", "learning", "neurips",
              "icml", "iclr", "symposium", "schedule", "speakers", "papers", "accepted", "program"}  # fmt: skip
    telling = {word for name in names for word in name.split() if not word.isdigit()} - common
    theirs = {word for name in known for word in name.split() if not word.isdigit()} - common
    return not telling or not theirs or bool(telling & theirs)
