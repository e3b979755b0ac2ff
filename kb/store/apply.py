"""One page's facts into the database, in one transaction: resolve, replace its mentions, fold what they touch.

What a page said is kept as its *mentions*; records are folds over mentions (`kb.store.fold`). Applying the same page
twice therefore changes nothing, and a changed page changes exactly the records whose mentions changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from kb import ids
from kb.models import Change, EventFact, Evidence, Extraction, PaperFact, PersonFact, RecordKind, TalkFact
from kb.names import name_key
from kb.store import fold
from kb.store.fields import event_fields, paper_fields, pruned
from kb.store.fingerprints import forget_key, paper_keys, talk_key
from kb.store.resolve import Resolver, nameable, profile_ids
from kb.store.rows import TABLES, load
from kb.text import clean, inert
from kb.text import fold as fold_text

ORDER: tuple[RecordKind, ...] = ("event", "person", "talk", "paper")  # foreign keys point backwards in it
# Sure facts of an outside record (a service's own answer, an imported list) outrank what a page's layout suggests
IMPORT_CONFIDENCE = 2.0


@dataclass(frozen=True, slots=True)
class PageInfo:
    """The page facts come from: canonical URL, when it was fetched (ISO 8601 UTC), the catalogue source's name."""

    url: str
    fetched_at: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class _Mention:
    record_id: str
    fact_key: str
    fields: dict[str, Any]
    evidence: Evidence


def _together(speakers: Iterable[str]) -> str:
    """Equal for the same speakers in the same order."""
    return "|".join(speakers)


class Writer:
    """Applies facts within one open write transaction. `generation` stamps every record it touches."""

    def __init__(self, conn: sqlite3.Connection, *, generation: int, now: str, run_id: int | None = None) -> None:
        self._conn, self.generation, self._now, self._run_id = conn, generation, now, run_id
        self._resolver = Resolver(conn)
        self._forgotten = {row[0] for row in conn.execute("SELECT key FROM forgotten")}
        self.changes: list[Change] = []
        self.dirty = False  # set when something changed that is no change of a record: a tag, a deletion

    # --- pages

    def apply(self, extraction: Extraction, page: PageInfo) -> tuple[Change, ...]:
        """Replace what `page` says with the facts of `extraction`; returns what that changed."""
        if forget_key("page", page.url) in self._forgotten:
            return ()
        before = len(self.changes)
        old = {
            (row["record_id"], row["fact_key"]): row
            for row in self._conn.execute("SELECT * FROM mentions WHERE page_url = ?", (page.url,))
        }
        new: dict[tuple[str, str], _Mention] = {}
        for mention in self._mentions(extraction, page, self._earlier(old.values())):
            new.setdefault((mention.record_id, mention.fact_key), mention)
        touched = self._replace(old, new, page)
        self._refold(touched, page.url)
        deck = next((record_id for record_id, _key in new if record_id.startswith("talk/")), None)
        if deck and (extraction.pages or any(talk.kind == "slides" for talk in extraction.talks)):
            self._slides(deck, extraction, page.url)
        return tuple(self.changes[before:])

    def _slides(self, talk_id: str, deck: Extraction, page_url: str) -> None:
        """Keep the text of each slide, numbered from 1 (0 where the deck does not tell them apart), to be searched."""
        pages = list(enumerate(deck.pages, start=1)) or [(0, deck.text)]
        wanted = [(number, inert(text).strip()) for number, text in pages if text.strip()]
        sql = "SELECT page, text FROM slide_pages WHERE record_id = ? ORDER BY page"
        if [tuple(row) for row in self._conn.execute(sql, (talk_id,))] == wanted:
            return
        self._conn.execute("DELETE FROM slide_pages WHERE record_id = ?", (talk_id,))
        self._conn.executemany("INSERT INTO slide_pages VALUES (?, ?, ?)", [(talk_id, *row) for row in wanted])
        self._touch(talk_id, ["slides"], page_url)

    def _earlier(self, old: Iterable[sqlite3.Row]) -> dict[tuple[str, str], str]:
        """(kind, name or title) -> the record this page's fact went to before: ids and decisions stay."""
        out: dict[tuple[str, str], str] = {}
        for row in sorted(old, key=lambda row: (len(row["record_id"]), row["record_id"])):  # x-2 before x-10
            fields = json.loads(row["fields"] or "{}")
            kind = row["record_id"].partition("/")[0]
            label = fields.get("name") or fields.get("title") or fields.get("url")
            if label and kind == "talk":  # a page may hold "Invited Talk" several times: speakers tell them apart
                who = _together(pair[0] for pair in fields.get("speakers", ()))
                key = f"{fold_text(label)}|{who}"
                number = sum(k[0] == "talk" and k[1].startswith(f"{key}#") for k in out)
                out["talk", f"{key}#{number:04}"] = row["record_id"]
                known = out.setdefault(("talk", fold_text(label)), row["record_id"])
                if known != row["record_id"]:
                    out["talk", fold_text(label)] = ""
            elif label:
                out.setdefault((kind, fold_text(label)), row["record_id"])
            elif kind == "talk" and fields.get("speakers"):
                who = _together(pair[0] for pair in fields["speakers"])
                number = sum(key[0] == "untitled" and key[1].startswith(f"{who}#") for key in out)
                out["untitled", f"{who}#{number:04}"] = row["record_id"]
        return out

    @staticmethod
    def _earlier_untitled(speakers: Iterable[str], earlier: dict[tuple[str, str], str]) -> str | None:
        """The record of this page's next talk without a title by these speakers; each is given out once."""
        who = _together(speakers)
        keys = sorted(key for key in earlier if key[0] == "untitled" and key[1].startswith(f"{who}#"))
        return earlier.pop(keys[0]) if keys else None

    def _mentions(
        self, extraction: Extraction, page: PageInfo, earlier: dict[tuple[str, str], str]
    ) -> Iterator[_Mention]:
        people: dict[str, str] = {}
        event_id = None
        year = extraction.event.year if extraction.event else None
        if extraction.event:
            event_id = self._event(extraction.event, page, earlier)
            if event_id:
                yield self._event_mention(event_id, extraction.event)
        for fact in extraction.people:
            if mention := self._person_mention(fact, event_id, year, people, earlier):
                yield mention
        for talk in extraction.talks:
            own_event = event_id
            if talk.event:
                own_event = self._event(talk.event, page, earlier) or event_id
                if own_event and own_event != event_id:
                    yield self._event_mention(own_event, talk.event)
            yield from self._talk_mentions(talk, own_event, talk.event.year if talk.event else year, people, earlier)
        for paper in extraction.papers:
            if mention := self._paper_mention(paper, event_id, earlier):
                yield mention

    def _event(self, fact: EventFact, page: PageInfo, earlier: dict[tuple[str, str], str]) -> str | None:
        if self._forgotten and forget_key("event", fold_text(fact.name or "")) in self._forgotten:
            return None
        if fact.name and (known := earlier.get(("event", fold_text(fact.name)))):
            return known
        found = self._resolver.event(fact, page.url)
        return self._resolver.mint(ids.event_base(fact)) if found == "" else found

    @staticmethod
    def _event_mention(event_id: str, fact: EventFact) -> _Mention:
        return _Mention(event_id, "", pruned(event_fields(fact)), fact.evidence)

    def _person_id(self, fact: PersonFact, people: dict[str, str], earlier: dict[tuple[str, str], str]) -> str | None:
        if not nameable(fact.name) or forget_key("person", name_key(fact.name)) in self._forgotten:
            return None
        key = name_key(fact.name)
        person_id = people.get(key) or earlier.get(("person", fold_text(fact.name)))
        person_id = person_id or self._resolver.person(fact, page_people=people)
        if not person_id:
            person_id = self._resolver.mint(ids.person_base(fact.name))
        people[key] = person_id
        return person_id

    def _person_mention(
        self,
        fact: PersonFact,
        on: str | None,
        year: int | None,
        people: dict[str, str],
        earlier: dict[tuple[str, str], str],
    ) -> _Mention | None:
        person_id = self._person_id(fact, people, earlier)
        if person_id is None:
            return None
        fields = {
            "name": clean(fact.name),
            "role": fact.role,
            "affiliation": fact.affiliation,
            "year": year,
            "on": on,
            "interests": list(fact.interests),
            "bio": fact.bio,
            **profile_ids(fact.url),
        }
        return _Mention(person_id, f"{fact.role or 'person'}@{on or ''}", pruned(fields), fact.evidence)

    def _talk_mentions(
        self,
        fact: TalkFact,
        event_id: str | None,
        year: int | None,
        people: dict[str, str],
        earlier: dict[tuple[str, str], str],
    ) -> Iterator[_Mention]:
        label = fold_text(fact.title or "")
        if self._forgotten and forget_key("talk", talk_key(fact.title, fact.speakers)) in self._forgotten:
            return
        speakers: list[tuple[str, str | None]] = []
        affiliation = fact.affiliation if len(fact.speakers) == 1 else None
        for name in fact.speakers:
            person = PersonFact(name, "speaker", affiliation, evidence=fact.evidence)
            if (person_id := self._person_id(person, people, earlier)) and person_id not in dict(speakers):
                speakers.append((person_id, affiliation))
                fields = {"name": clean(name), "affiliation": affiliation, "year": year}
                yield _Mention(person_id, "talk", pruned(fields), fact.evidence)
        if not label and not speakers:
            return
        if label:
            who = _together(person for person, _ in speakers)
            same = sorted(key for key in earlier if key[0] == "talk" and key[1].startswith(f"{label}|{who}#"))
            talk_id = earlier.pop(same[0]) if same else earlier.get(("talk", label))
            if talk_id and earlier.get(("talk", label)) == talk_id:
                del earlier["talk", label]  # given out once: the page's next talk of this title is another
        else:
            talk_id = self._earlier_untitled((person for person, _ in speakers), earlier)
        talk_id = talk_id or self._resolver.talk(fact, event_id, [person for person, _ in speakers], year=year)
        if not talk_id:
            talk_id = self._resolver.mint(ids.talk_base(fact.title, fact.speakers, event_id))
        said: dict[str, Any] = {
            "title": fact.title and clean(fact.title),
            "event_id": event_id,
            "talk_kind": fact.kind,
            "summary": fact.summary,
            "start": fact.start,
            "speakers": [list(pair) for pair in speakers],
            "links": [[link.kind, link.url] for link in fact.links],
        }
        yield _Mention(talk_id, label[:80], pruned(said), fact.evidence)

    def _paper_mention(
        self, fact: PaperFact, event_id: str | None, earlier: dict[tuple[str, str], str]
    ) -> _Mention | None:
        label = fold_text(fact.title or "")
        if (not label and not fact.url) or self._is_forgotten(fact):
            return None
        fact = self._without_forgotten(fact)
        outside = (("openreview", fact.openreview_id), ("arxiv", fact.arxiv_id), ("doi", (fact.doi or "").lower()))
        keys = [(kind, value) for kind, value in outside if value]
        if label and not fact.openreview_id:
            keys.append(("paper", label))
        paper_id = next((earlier[key] for key in keys if key in earlier), None)
        paper_id = paper_id or self._resolver.paper(fact) or self._resolver.mint(ids.paper_base(fact))
        for key in keys:  # a work that the page names twice is one record at once, not only when it is read again
            earlier.setdefault(key, paper_id)
        fields = paper_fields(fact) | {"on": event_id, "cited": fact.cited}
        return _Mention(paper_id, "", pruned(fields), fact.evidence)

    def _is_forgotten(self, fact: PaperFact) -> bool:
        return bool(self._forgotten) and any(forget_key("paper", key) in self._forgotten for key in paper_keys(fact))

    def _without_forgotten(self, fact: PaperFact) -> PaperFact:
        """The paper without authors whom the user had forgotten."""
        if not self._forgotten:
            return fact
        kept = [name for name in fact.authors if forget_key("person", name_key(name)) not in self._forgotten]
        return fact if len(kept) == len(fact.authors) else replace(fact, authors=tuple(kept), author_profiles=())

    def _replace(
        self, old: dict[tuple[str, str], sqlite3.Row], new: dict[tuple[str, str], _Mention], page: PageInfo
    ) -> set[str]:
        """Write the difference between a page's old and new mentions; returns the ids of the records it touches."""
        touched: set[str] = set()
        for key, mention in new.items():
            fields = json.dumps(mention.fields, ensure_ascii=False, sort_keys=True)
            evidence = json.dumps(asdict(mention.evidence), ensure_ascii=False)
            row = old.get(key)
            if row is not None and row["fields"] == fields:
                if row["evidence"] != evidence:  # a newer extractor read the same fact
                    sql = "UPDATE mentions SET evidence = ? WHERE record_id = ? AND page_url = ? AND fact_key = ?"
                    self._conn.execute(sql, (evidence, key[0], page.url, key[1]))
                continue
            self.materialise(mention.record_id)
            self._conn.execute(
                """INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                fields = excluded.fields, evidence = excluded.evidence, fetched_at = excluded.fetched_at""",
                (mention.record_id, page.url, mention.fact_key, fields, evidence, page.fetched_at, page.source),
            )
            touched.add(mention.record_id)
            touched |= {on for on in (mention.fields.get("on"),) if on}
        for key in old.keys() - new.keys():
            sql = "DELETE FROM mentions WHERE record_id = ? AND page_url = ? AND fact_key = ?"
            self._conn.execute(sql, (key[0], page.url, key[1]))
            touched.add(key[0])
            if on := json.loads(old[key]["fields"] or "{}").get("on"):
                touched.add(on)
        return touched

    # --- imported papers

    def import_paper(self, fact: PaperFact, page: PageInfo) -> str:
        """Add one row of a list; returns "added", "updated" or "same".

        A paper known from its list alone keeps no second copy of its fields: its mention's `fields` are NULL.
        """
        if self._is_forgotten(fact):
            return "same"
        fact = self._without_forgotten(fact)
        paper_id = self._resolver.paper(fact, imported_from=page.url)
        if paper_id:
            before = len(self.changes)
            self.materialise(paper_id)
            fields = json.dumps(pruned(paper_fields(fact)), ensure_ascii=False, sort_keys=True)
            self._conn.execute(
                """INSERT INTO mentions VALUES (?, ?, '', ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                fields = excluded.fields, fetched_at = excluded.fetched_at WHERE fields IS NOT excluded.fields""",
                (paper_id, page.url, fields, _IMPORT_EVIDENCE, page.fetched_at, page.source),
            )
            self._refold({paper_id}, page.url)
            return "updated" if len(self.changes) > before else "same"
        paper_id = self._resolver.mint(ids.paper_base(fact))
        columns = fold.fold_paper([fold.Said(pruned(paper_fields(fact)), 1.0, page.fetched_at, page.url)])
        self._insert("paper", paper_id, columns)
        self._conn.execute(
            "INSERT INTO mentions VALUES (?, ?, '', NULL, ?, ?, ?)",
            (paper_id, page.url, _IMPORT_EVIDENCE, page.fetched_at, page.source),
        )
        self._change(paper_id, "added", (), page.url)
        return "added"

    def materialise(self, record_id: str) -> None:
        """Give a list's lone mention its own copy of the fields before a second mention joins it."""
        if not record_id.startswith("paper/"):
            return
        sql = "SELECT page_url FROM mentions WHERE record_id = ? AND fields IS NULL"
        rows = self._conn.execute(sql, (record_id,)).fetchall()
        if not rows:
            return
        row = self._conn.execute("SELECT * FROM papers WHERE id = ?", (record_id,)).fetchone()
        fields = {name: row[name] for name in (*fold.PAPER_SCALARS, "title", "abstract")}
        fields |= {name: load(row[name]) for name in ("keywords", "authors", "links")}
        text = json.dumps(pruned(fields), ensure_ascii=False, sort_keys=True)
        self._conn.execute("UPDATE mentions SET fields = ? WHERE record_id = ? AND fields IS NULL", (text, record_id))

    def mint(self, near: str) -> str:
        """A new id beside an existing one: `person/wei-wang-2`."""
        return self._resolver.mint(near)

    def note_change(self, record_id: str, what: str, fields: tuple[str, ...]) -> None:
        """Write a change of this transaction that no page made: a merge, a split."""
        self._change(record_id, what, fields, None)

    # --- folding

    def refold(self, record_ids: set[str], page_url: str | None = None) -> None:
        """Compute records again from their mentions and edits; records without mentions are no longer listed."""
        for record_id in record_ids:
            self.materialise(record_id)
        self._refold(record_ids, page_url)

    def _refold(self, touched: set[str], page_url: str | None) -> None:
        for kind in ORDER:
            for record_id in sorted(i for i in touched if i.startswith(f"{kind}/")):
                self._fold_one(kind, record_id, page_url)
        for event_id in sorted(i for i in touched if i.startswith("event/")):  # now that its people are stored
            if self._roles(event_id, self._event_roles(event_id)):
                self._touch(event_id, ["people"], page_url)

    def _said(self, record_id: str) -> list[fold.Said]:
        rows = self._conn.execute(
            "SELECT * FROM mentions WHERE record_id = ? ORDER BY page_url, fact_key", (record_id,)
        )
        out = []
        for row in rows.fetchall():
            if row["fields"] is not None:
                confidence = float(json.loads(row["evidence"] or "{}").get("confidence", 1.0))
                out.append(fold.Said(json.loads(row["fields"]), confidence, row["fetched_at"], row["page_url"]))
        return out

    def _fold_one(self, kind: RecordKind, record_id: str, page_url: str | None) -> None:
        said = self._said(record_id)
        row = self._conn.execute(f"SELECT * FROM {TABLES[kind]} WHERE id = ?", (record_id,)).fetchone()
        if not said:
            if row is not None:
                sql = "UPDATE records SET listed = 0, generation = ? WHERE id = ? AND listed = 1"
                if self._conn.execute(sql, (self.generation, record_id)).rowcount:
                    self._change(record_id, "vanished", (), page_url)
            return
        columns = fold.FOLDS[kind](said)
        for field, value in self._conn.execute("SELECT field, value FROM edits WHERE record_id = ?", (record_id,)):
            columns[field] = value
        speakers = columns.pop("speakers", None)
        if row is None:
            self._insert(kind, record_id, columns)
            self._change(record_id, "added", (), page_url)
            changed: list[str] = []
        else:
            changed = [name for name, value in columns.items() if row[name] != value]
            if changed:
                if kind == "paper":
                    self._authorships(record_id, load(row["authors"]), load(columns["authors"]))
                sets = ", ".join(f"{name} = ?" for name in changed)
                values = [columns[name] for name in changed]
                self._conn.execute(f"UPDATE {TABLES[kind]} SET {sets} WHERE id = ?", (*values, record_id))
        if kind == "talk" and self._roles(record_id, [(p, "speaker", a) for p, a in speakers or ()]):
            changed.append("speakers")
        if kind == "person":
            for name in {s.fields["name"] for s in said if s.fields.get("name")}:
                sql = "INSERT INTO person_keys VALUES (?, ?) ON CONFLICT DO NOTHING"
                self._conn.execute(sql, (name_key(name), record_id))
        if kind == "paper":
            self._paper_links(record_id, said)
        if row is not None:
            self._touch(record_id, [name for name in changed if not name.endswith("_key")], page_url)

    def _insert(self, kind: RecordKind, record_id: str, columns: dict[str, Any]) -> None:
        self._conn.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, 1)", (record_id, kind, self.generation, self._now, self._now)
        )
        names = ", ".join(columns)
        sql = f"INSERT INTO {TABLES[kind]} (id, {names}) VALUES (?{', ?' * len(columns)})"
        self._conn.execute(sql, (record_id, *columns.values()))
        if kind == "paper":
            self._authorships(record_id, (), load(columns["authors"]))

    def _touch(self, record_id: str, changed: list[str], page_url: str | None) -> None:
        """Stamp a record that changed, once a page: a record added by this page is not also changed by it."""
        returned = self._conn.execute(
            "UPDATE records SET listed = 1 WHERE id = ? AND listed = 0", (record_id,)
        ).rowcount
        if not changed and not returned:
            return
        sql = "UPDATE records SET generation = ?, updated_at = ? WHERE id = ?"
        self._conn.execute(sql, (self.generation, self._now, record_id))
        if not self.changes or not any(
            c.record_id == record_id and c.page_url == page_url for c in self.changes[-200:]
        ):
            self._change(record_id, "returned" if returned else "changed", tuple(changed), page_url)
        if record_id.startswith("event/") and {"name", "venue", "year"} & set(changed):
            # Talks show their event's name, venue and year: the index has to see them again
            self._conn.execute(
                "UPDATE records SET generation = ? WHERE id IN (SELECT id FROM talks WHERE event_id = ?)",
                (self.generation, record_id),
            )

    def _change(self, record_id: str, what: str, fields: tuple[str, ...], page_url: str | None) -> None:
        self.changes.append(Change(record_id, what, fields, page_url, self._now))
        self._conn.execute(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?)",
            (self._run_id, record_id, what, ",".join(fields) or None, page_url, self._now),
        )

    # --- what hangs on a record

    def _roles(self, record_id: str, roles: list[tuple[str, str, str | None]]) -> bool:
        wanted: dict[tuple[str, str], tuple[str | None, int]] = {}
        for position, (person_id, role, affiliation) in enumerate(roles):
            wanted.setdefault((role, person_id), (affiliation, position))
        sql = "SELECT role, person_id, affiliation, position FROM roles WHERE record_id = ?"
        present = {(r[0], r[1]): (r[2], r[3]) for r in self._conn.execute(sql, (record_id,))}
        if present == wanted:
            return False
        self._conn.execute("DELETE FROM roles WHERE record_id = ?", (record_id,))
        self._conn.executemany(
            "INSERT INTO roles (person_id, record_id, role, affiliation, position) VALUES (?, ?, ?, ?, ?)",
            [(person, record_id, role, affil, pos) for (role, person), (affil, pos) in wanted.items()],
        )
        return True

    def _event_roles(self, event_id: str) -> list[tuple[str, str, str | None]]:
        """Everyone whom a page of this event shows in a role there."""
        sql = """SELECT record_id, fields FROM mentions
            WHERE page_url IN (SELECT page_url FROM mentions WHERE record_id = ?)
            AND record_id >= 'person/' AND record_id < 'person0' ORDER BY page_url, record_id, fact_key"""
        out = []
        for record_id, text in self._conn.execute(sql, (event_id,)).fetchall():
            fields = json.loads(text or "{}")
            if fields.get("on") == event_id and fields.get("role"):
                out.append((record_id, fields["role"], fields.get("affiliation")))
        rank = {role: number for number, role in enumerate(_ROLE_ORDER)}
        return sorted(out, key=lambda item: rank.get(item[1], len(rank)))

    def _authorships(self, paper_id: str, old: Iterable[str], new: Iterable[str]) -> None:
        before, after = {name_key(name) for name in old} - {""}, {name_key(name) for name in new} - {""}
        if gone := before - after:
            sql = "DELETE FROM authorships WHERE name_key = ? AND paper_id = ?"
            self._conn.executemany(sql, [(key, paper_id) for key in gone])
        if fresh := after - before:
            sql = "INSERT INTO authorships VALUES (?, ?) ON CONFLICT DO NOTHING"
            self._conn.executemany(sql, [(key, paper_id) for key in fresh])
        # The index knows people by what they wrote as well: it has to see them again
        sql = """UPDATE records SET generation = ? WHERE generation < ?1
            AND id IN (SELECT person_id FROM person_keys WHERE name_key = ?)"""
        self._conn.executemany(sql, [(self.generation, key) for key in before ^ after])

    def _paper_links(self, paper_id: str, said: list[fold.Said]) -> None:
        """Links from a paper to the events whose pages list or discuss it."""
        wanted = {
            (s.fields["on"], "discussed" if s.fields.get("cited") else "listed"): s for s in said if s.fields.get("on")
        }
        sql = "SELECT to_id, kind FROM links WHERE from_id = ? AND by_user = 0 AND kind IN ('listed', 'discussed')"
        present = {(row[0], row[1]) for row in self._conn.execute(sql, (paper_id,))}
        for to_id, kind in present - wanted.keys():
            sql = "DELETE FROM links WHERE from_id = ? AND to_id = ? AND kind = ? AND by_user = 0"
            self._conn.execute(sql, (paper_id, to_id, kind))
        for (to_id, kind), s in wanted.items():
            if (to_id, kind) not in present:
                self._conn.execute(
                    "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                    (paper_id, to_id, kind, 1.0, f"{kind} on the page", s.page_url),
                )


_IMPORT_EVIDENCE = json.dumps(asdict(Evidence(extractor="import/1", confidence=IMPORT_CONFIDENCE)))
_ROLE_ORDER = ("speaker", "panelist", "moderator", "author", "organizer", "committee", "team")
