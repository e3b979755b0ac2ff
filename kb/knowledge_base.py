"""`KnowledgeBase`: the query API. What the command line, the terminal UI and programs are handed.

It reads and writes records through `kb.store`; ranking and collecting are parts it is given (`SearchIndex`,
`Collector`), so that nothing here knows tantivy, faiss, or the network.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, cast

from kb.errors import LockedError, UsageError
from kb.home import read_toml
from kb.models import (
    Change,
    Document,
    Event,
    Hit,
    IndexStatus,
    Mention,
    Paper,
    PaperFact,
    Person,
    Ranking,
    Record,
    RecordKind,
    Scored,
    SearchResult,
    SyncReport,
    Talk,
)
from kb.paper_rows import paper_fact
from kb.query import Query, parse
from kb.reports import AddReport, ImportReport, Stats
from kb.snippets import snippet, spans
from kb.store import Store
from kb.store.apply import PageInfo
from kb.store.layer import UserState
from kb.store.store import utc_now
from kb.store.topics import TopicCount
from kb.topics import Taxonomy, taxonomy

Mode = Literal["hybrid", "lexical", "semantic"]
Sort = Literal["relevance", "date", "title"]
Progress = Callable[[int, int | None], None]
IMPORT_BATCH = 1_000  # rows written in one transaction: 4,000 rows/s; larger batches gain nothing


class DocumentSource(Protocol):
    """Where an index gets its documents: the store. Generations only grow."""

    def generation(self) -> int: ...
    def documents(self, *, since: int = 0) -> Iterator[Document]: ...
    def deleted(self, *, since: int = 0) -> Iterator[str]: ...
    def document(self, record_id: str) -> Document | None: ...


class SearchIndex(Protocol):
    """What ranks. Derived from a `DocumentSource`: it may be deleted and is built again."""

    def search(
        self,
        query: Query,
        *,
        limit: int = 20,
        offset: int = 0,
        mode: Mode = "hybrid",
        sort: Sort = "relevance",
        fold: bool = True,
        facets: bool = False,
        as_you_type: bool = False,
    ) -> Ranking: ...
    def related(
        self, document: Document, *, kinds: Collection[RecordKind] | None = None, limit: int = 10
    ) -> tuple[Scored, ...]: ...
    def like(self, text: str, *, limit: int = 20, kinds: Collection[RecordKind] | None = None) -> Ranking: ...
    def sync(
        self, source: DocumentSource, *, progress: Progress | None = None, rebuild: bool = False
    ) -> SyncReport: ...
    def status(self, *, generation: int | None = None) -> IndexStatus: ...
    def verify(self) -> list[str]: ...
    def close(self) -> None: ...


class Collector(Protocol):
    """What turns sources into facts and stores them. Lives above this module; `kb.wiring` picks it."""

    def add(
        self,
        kb: KnowledgeBase,
        source: str,
        *,
        url: str | None = None,
        replay: Path | None = None,
        preview: bool = False,
    ) -> AddReport: ...
    def refresh(self, kb: KnowledgeBase, **options: Any) -> Any: ...


class KnowledgeBase:
    """Talks, people, papers and events, linked to one another, each fact with its source.

    Open one with `kb.open_kb`. Safe to share between threads. Close it, or use it as a context manager.
    """

    def __init__(self, store: Store, *, index: Callable[[], SearchIndex], collector: Callable[[], Collector]) -> None:
        self.store = store
        self._make_index, self._make_collector = index, collector
        self._index: SearchIndex | None = None
        self._opening = threading.Lock()

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<KnowledgeBase {str(self.store.home.path)!r}>"

    def close(self) -> None:
        """Close the database and the index."""
        if self._index is not None:
            self._index.close()
            self._index = None
        self.store.close()

    @property
    def index(self) -> SearchIndex:
        """The search index, opened on first use."""
        with self._opening:
            if self._index is None:
                self._index = self._make_index()
            return self._index

    # --- searching

    def search(
        self,
        query: str | Query,
        *,
        kinds: Iterable[str] | None = None,
        venues: Iterable[str] | None = None,
        years: Iterable[int | str | tuple[int, int]] | None = None,
        people: Iterable[str] | None = None,
        topics: Iterable[str] | None = None,
        limit: int = 20,
        offset: int = 0,
        mode: Mode = "hybrid",
        sort: Sort = "relevance",
        fold: bool = True,
        facets: bool = False,
        as_you_type: bool = False,
    ) -> SearchResult:
        """Ranked records for any string.

        The keyword arguments narrow what the query's own filters (`kind:talk year:2024`) allow; each takes several
        values, any of which matches. `fold=False` lists near-duplicates one by one. `facets=True` counts the whole
        result by kind, venue, year, topic and source. `as_you_type=True` reads the last word as a prefix.
        """
        began = time.perf_counter()
        if limit < 0 or offset < 0:
            raise UsageError(f"limit and offset cannot be negative ({limit}, {offset})")
        read = (parse(query) if isinstance(query, str) else query).with_filters(
            kinds=kinds, venues=venues, years=years, people=people, topics=topics
        )
        self._keep_in_step()
        ranking = self.index.search(
            read, limit=limit, offset=offset, mode=mode, sort=sort, fold=fold, facets=facets, as_you_type=as_you_type
        )
        hits = self._hits(ranking.hits)
        took = (time.perf_counter() - began) * 1000
        return SearchResult(read.raw, hits, ranking.total, took, ranking.exact_total, ranking.facets)

    def _hits(self, scored: Sequence[Scored]) -> tuple[Hit, ...]:
        records = self.store.get_many([s.id for s in scored])
        return tuple(
            Hit(s.id, record, s.score, self._snippet(record, s.why.matched), s.why, s.folded)
            for s in scored
            if (record := records.get(s.id)) is not None
        )

    def _snippet(self, record: Record, matched: Sequence[str]) -> str:
        """The part of a record's text that shows why it matched; of a deck, the slide that does, with its number."""
        text = text_of(record)
        if isinstance(record, Talk) and record.talk_kind == "slides" and not spans(text, matched):
            slides = self.store.slides(record.id)
            number = max(slides, key=lambda n: len(spans(slides[n], matched)), default=None)
            if number is not None and spans(slides[number], matched):
                where = f"slide {number}: " if number else ""
                return where + snippet(slides[number], matched)
        return snippet(text, matched)

    def like(self, text: str, *, kinds: Iterable[RecordKind] | None = None, limit: int = 20) -> SearchResult:
        """Records that read like a text: a draft abstract, a paragraph."""
        began = time.perf_counter()
        self._keep_in_step()
        ranking = self.index.like(text, limit=limit, kinds=list(kinds) if kinds else None)
        took = (time.perf_counter() - began) * 1000
        return SearchResult(text, self._hits(ranking.hits), ranking.total, took, ranking.exact_total, ranking.facets)

    def related(self, record_id: str, *, kinds: Iterable[RecordKind] | None = None, limit: int = 10) -> tuple[Hit, ...]:
        """Records close in meaning to this one, across kinds."""
        record = self.get(record_id)
        document = self.store.document(record.id)
        assert document is not None  # `get` found the record
        self._keep_in_step()
        return self._hits(self.index.related(document, kinds=list(kinds) if kinds else None, limit=limit))

    def facets(self, query: str | Query = "") -> dict[str, tuple[tuple[str, int], ...]]:
        """Counts by kind, venue, year, topic and source over everything a query matches."""
        return self.search(query, limit=0, facets=True).facets

    def _keep_in_step(self) -> None:
        """Sync before a search; while another process does, the snapshot that is there answers."""
        with contextlib.suppress(LockedError):
            self.sync()

    def sync(self, *, progress: Progress | None = None, rebuild: bool = False) -> SyncReport:
        """Bring the index in step with the records; at once when it already is."""
        if not rebuild and self.index.status(generation=self.store.generation()).state == "ok":
            return SyncReport()
        if self.store.readonly:
            return SyncReport()
        return self.index.sync(self.store, progress=progress, rebuild=rebuild)

    # --- records

    def get(self, record_id: str) -> Record:
        """One record by id, or by an id that was merged into it; UsageError with near ids when there is none."""
        record = self.store.get(record_id)
        if record is None:
            near = self.store.suggest(record_id)
            raise UsageError(
                f"No record has the id '{record_id}'",
                hint=f"Near it: {', '.join(near)}" if near else "`kb search` prints ids",
            )
        return record

    def neighbours(self, record_id: str) -> dict[str, tuple[Record, ...]]:
        """A record's neighbours by group: talks, papers, people, events, co-speakers, same series, versions."""
        groups = self.store.neighbour_ids(self.get(record_id).id)
        records = self.store.get_many([i for ids in groups.values() for i in ids])
        return {group: tuple(records[i] for i in ids if i in records) for group, ids in groups.items() if ids}

    def mentions(self, record_id: str) -> tuple[Mention, ...]:
        """Which pages gave a record, and what each said."""
        return self.store.mentions(self.get(record_id).id)

    def talks(
        self,
        *,
        event_id: str | None = None,
        venue: str | None = None,
        year: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Talk]:
        """Talks in order of id, streamed."""
        return cast(Iterator[Talk], self._list("talk", event_id, venue, year, limit, offset))

    def people(
        self,
        *,
        event_id: str | None = None,
        venue: str | None = None,
        year: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Person]:
        """People in order of id, streamed; narrowed to those who appeared at an event, venue or in a year."""
        return cast(Iterator[Person], self._list("person", event_id, venue, year, limit, offset))

    def papers(
        self,
        *,
        event_id: str | None = None,
        venue: str | None = None,
        year: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Paper]:
        """Papers in order of id, streamed."""
        return cast(Iterator[Paper], self._list("paper", event_id, venue, year, limit, offset))

    def events(
        self,
        *,
        event_id: str | None = None,
        venue: str | None = None,
        year: int | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Event]:
        """Events in order of id, streamed."""
        return cast(Iterator[Event], self._list("event", event_id, venue, year, limit, offset))

    def _list(
        self,
        kind: RecordKind,
        event_id: str | None,
        venue: str | None,
        year: int | None,
        limit: int | None,
        offset: int,
    ) -> Iterator[Record]:
        return self.store.list_records(kind, event_id=event_id, venue=venue, year=year, limit=limit, offset=offset)

    def changes(
        self, *, since: str | None = None, record_id: str | None = None, limit: int | None = None
    ) -> tuple[Change, ...]:
        """What runs added, changed or found gone; newest first. `since` is ISO 8601."""
        return self.store.changes(since=since, record_id=record_id, limit=limit)

    def counts(self) -> dict[str, int]:
        """How many papers, talks, people and events there are; one indexed query, unlike `stats`."""
        return self.store.counts()

    def stats(self) -> Stats:
        """Counts of records, pages and sources, and the state of the index."""
        return Stats(
            records=self.store.counts(),
            pages=self.store.page_count(),
            sources=self.store.source_count(),
            index=self.index.status(generation=self.store.generation()),
            home=str(self.store.home.path),
            bytes=_size(self.store.home.path),
            unresolved=self.store.unresolved_count(),
            years=self.store.counted("year"),
            venues=self.store.counted("venue"),
        )

    def taxonomy(self) -> Taxonomy:
        """The topics there are: the shipped ones and those of the settings."""
        return taxonomy(read_toml(self.store.home.settings))

    def topic_counts(self, topic: str | None = None) -> list[TopicCount]:
        """Papers and talks by topic, year and venue; of one topic, or of all."""
        return self.store.topic_counts(topic)

    def topic_records(self, topic: str, *, limit: int = 50) -> tuple[Record, ...]:
        """The records that are most about a topic, surest first."""
        ids = self.store.topic_record_ids(topic, limit=limit)
        records = self.store.get_many(ids)
        return tuple(records[i] for i in ids if i in records)

    # --- adding

    def add(
        self, source: str, *, url: str | None = None, replay: Path | None = None, preview: bool = False
    ) -> AddReport:
        """Add a URL, file, folder, glob or other source; `url` says where a file was published.

        `replay` is a `wget -r` tree that answers instead of the network. With `preview` nothing is written.
        """
        return self._make_collector().add(self, source, url=url, replay=replay, preview=preview)

    def refresh(self, **options: Any) -> Any:
        """Run the periodic job once; the options are those of `kb refresh`."""
        return self._make_collector().refresh(self, **options)

    def add_papers(
        self,
        papers: Iterable[PaperFact | Mapping[str, Any]],
        *,
        source: str = "papers",
        progress: Progress | None = None,
        index: bool = True,
    ) -> ImportReport:
        """Add papers from dictionaries `{id, title, abstract, authors, year, venue, keywords, openreview_id, arxiv_id,
        doi, url, pdf, tldr}`, all but `title` optional, or from `PaperFact`s. Streams; Ctrl-C keeps what was read.

        A row that cannot be read is skipped and reported with its number, from 1.
        """
        began = time.perf_counter()
        read = added = updated = 0
        skipped: list[tuple[int, str]] = []
        page = PageInfo(f"import:{source}", utc_now(), source)
        with self.store.job("import"):
            run_id = self.store.begin_run(f"import {source}")
            batch: list[PaperFact] = []

            def flush() -> tuple[int, int]:
                outcome = self.store.import_papers(batch, page, run_id=run_id)
                batch.clear()
                return outcome

            try:
                for number, row in enumerate(papers, start=1):
                    read += 1
                    try:
                        batch.append(row if isinstance(row, PaperFact) else paper_fact(row))
                    except (UsageError, TypeError, ValueError) as why:
                        skipped.append((number, str(why)))
                    if len(batch) >= IMPORT_BATCH:
                        fresh, changed = flush()
                        added, updated = added + fresh, updated + changed
                        if progress:
                            progress(read, None)
            finally:
                fresh, changed = flush()
                added, updated = added + fresh, updated + changed
                self.store.finish_run(
                    run_id, {"read": read, "added": added, "updated": updated, "skipped": len(skipped)}
                )
        self.store.link_changed()
        if index:
            self.sync(progress=progress)
        return ImportReport(read, added, updated, tuple(skipped), time.perf_counter() - began)

    # --- the user's own layer

    def user_state(self, record_id: str) -> UserState:
        """Star, tags, note and reading state of a record."""
        return self.store.user_states([record_id]).get(record_id, UserState())

    def user_states(self, ids: Sequence[str]) -> dict[str, UserState]:
        """The same for several records; those the user said nothing about are left out."""
        return self.store.user_states(ids)

    def star(self, record_id: str, on: bool = True) -> None:
        """Star a record, or take its star away."""
        self.store.set_user_state(record_id, star=on)

    def tag(self, record_id: str, tag: str, on: bool = True) -> None:
        """Tag a record, or take the tag off. Searchable as `tag:NAME`."""
        self.store.set_user_state(record_id, tag=tag, on=on)

    def note(self, record_id: str, text: str) -> None:
        """Keep a note on a record; an empty text removes it."""
        self.store.set_user_state(record_id, note=text)

    def set_reading(self, record_id: str, state: str | None) -> None:
        """Put a record on the reading list: to-read, reading, read; None takes it off."""
        self.store.set_user_state(record_id, reading=state)

    def listed(
        self, *, tag: str | None = None, starred: bool = False, reading: str | None = None
    ) -> tuple[Record, ...]:
        """Records with a tag, with a star, or on the reading list (all states when none is given)."""
        ids = self.store.listed(tag=tag, starred=starred, reading=reading)
        records = self.store.get_many(ids)
        return tuple(records[i] for i in ids if i in records)

    def edit(self, record_id: str, **values: str | int | None) -> Record:
        """Correct fields of a record; corrections outlive every refresh."""
        self.store.edit(record_id, values)
        return self.get(record_id)

    def forget(self, what: str) -> int:
        """Remove a record (by id) or what a page said (by URL) for good; returns how many records are gone."""
        if "://" in what or what.startswith("import:"):
            return self.store.forget_page(what)
        self.store.forget(self.get(what).id)
        return 1


def text_of(record: Record) -> str:
    """The text a snippet of this record is cut from."""
    if isinstance(record, Paper):
        return record.abstract or record.tldr or ""
    if isinstance(record, Talk):
        return record.summary or ""
    if isinstance(record, Person):
        organisations = ", ".join(dict.fromkeys(org for org, _year in record.affiliations))
        return ". ".join(filter(None, (organisations, ", ".join(record.interests), record.bio)))
    return ", ".join(filter(None, (record.series, record.venue, record.dates, record.place)))


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; one that goes while we look (an old index snapshot) counts nothing."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
