"""The search index in Milvus: the way beyond one machine.

The same code talks to milvus-lite (a file) and to a cluster. `kb_documents_N` holds the records with a dense vector and
BM25 over their stems, `kb_words` the words of titles and names, for unfinished and misspelt ones. What the index was
made from stands in `kb_state`, written last: a sync that breaks off is done again by the next. Vectors of texts are
kept in the local index folder too, so that a rebuild, or a change of model and back, embeds nothing twice.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import milvus_rows as rows
from index.cache import VectorCache, model_folder, newest, open_vectors
from index.columns import document_hash
from index.embedding.embedder import Embedder
from index.files import write_lock
from index.fusion import semantic_weight
from index.milvus_search import WINDOW, WORDS, MilvusSearch
from index.ranking import Mode, Sort
from index.sync import DocumentSource, Progress, embedded_text, indexable, plain_text
from kb.errors import KBError, LockedError, ModelError
from kb.models import Document, IndexStatus, Ranking, RecordKind, Scored, SyncReport
from kb.query import Part, Query
from kb.text import inert

INSTALL = "pip install 'conference-kb[milvus]'"
_STATE, _DOCUMENTS = "kb_state", "kb_documents_"
_BATCH = 512
_MAX_QUERY_TEXT = 10_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _State:
    """What the current collection was made from."""

    collection: str
    generation: int
    model: str
    dim: int
    documents: int


class MilvusIndex:
    """Search over one Milvus database. Connects on first use; safe to share between threads."""

    def __init__(self, folder: Path, embedder: Embedder, *, uri: str) -> None:
        self._folder, self._embedder, self._uri = folder, embedder, uri
        self._connected: Any = None
        self._loaded: set[str] = set()

    # --- search

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
    ) -> Ranking:
        """Hits `offset` to `offset + limit`, best first; an empty ranking when nothing was built yet."""
        with self._speaking():
            state = self._state()
            if state is None:
                return Ranking((), 0)
            vector = None
            if mode != "lexical" and any(c.isalnum() for c in query.text):
                vector = self._query_vector(state, query.text, mode)
            asked = MilvusSearch(
                self._client, state.collection, query, mode, vector, weight=semantic_weight(self._embedder),
                as_you_type=as_you_type, population=state.documents,
            )  # fmt: skip
            return asked.page(limit=max(limit, 0), offset=max(offset, 0), sort=sort, fold_twins=fold, facets=facets)

    def like(self, text: str, *, limit: int = 20, kinds: Collection[RecordKind] | None = None) -> Ranking:
        """Records about the same as a text. Nothing in it is query syntax."""
        return self._close_to(text, kinds=kinds, limit=limit)

    def related(
        self, document: Document, *, kinds: Collection[RecordKind] | None = None, limit: int = 10
    ) -> tuple[Scored, ...]:
        """Records close to a document in words and meaning, itself and its near-duplicates left out."""
        with self._speaking():
            state = self._state()
            if state is None:
                return ()
            own = {document.id}
            known = self._client.query(
                state.collection, filter=f"id == {rows.quoted(document.id)}", output_fields=["fold"], limit=1
            )
            if known and known[0]["fold"]:
                twins = self._client.query(
                    state.collection, filter=f"fold == {known[0]['fold']}", output_fields=["id"], limit=WINDOW
                )
                own |= {row["id"] for row in twins}
        text = " ".join((plain_text(document), *document.keywords))
        return self._close_to(text, kinds=kinds, limit=limit, without=frozenset(own)).hits

    def _close_to(
        self, text: str, *, kinds: Collection[RecordKind] | None, limit: int, without: frozenset[str] = frozenset()
    ) -> Ranking:
        text = inert(text)
        with self._speaking():
            state = self._state()
            if state is None:
                return Ranking((), 0)
            query = Query((Part(text),), raw=text).with_filters(kinds=kinds)
            vector = self._document_vector(text) if self._comparable(state) else None
            asked = MilvusSearch(
                self._client, state.collection, query, "hybrid", vector, weight=semantic_weight(self._embedder),
                without=without, population=state.documents,
            )  # fmt: skip
            return asked.page(limit=max(limit, 0), offset=0, sort="relevance", fold_twins=True, facets=False)

    def _query_vector(self, state: _State, text: str, mode: Mode) -> npt.NDArray[np.float32] | None:
        if not self._comparable(state):
            if mode == "semantic":
                raise ModelError(
                    f"The index holds vectors of '{state.model}', not of '{self._embedder.name}'",
                    hint="Run `kb index build`",
                )
            return None
        return _finite(self._embedder.encode_queries([inert(text[:_MAX_QUERY_TEXT])])[0])

    def _document_vector(self, text: str) -> npt.NDArray[np.float32]:
        return _finite(self._embedder.encode_documents([text[:_MAX_QUERY_TEXT]])[0])

    def _comparable(self, state: _State) -> bool:
        return (state.model, state.dim) == (self._embedder.name, self._embedder.dim)

    # --- keeping in step

    def sync(self, source: DocumentSource, *, progress: Progress | None = None, rebuild: bool = False) -> SyncReport:
        """Bring the collection to the source's state; LockedError when another process does so."""
        started = time.perf_counter()
        with write_lock(self._folder), self._speaking():
            old = self._state()
            usable = old is not None and self._comparable(old) and self._client.has_collection(old.collection)
            state = old if usable and not rebuild else None
            generation = source.generation()
            if state and state.generation > generation:
                state = None  # the database was restored from an older copy
            if state and state.generation == generation:
                return SyncReport(took_s=time.perf_counter() - started)
            collection = state.collection if state else self._new_collection(old)
            report = self._write(collection, source, state, progress)
            documents = self._count(collection)
            self._save(_State(collection, generation, self._embedder.name, self._embedder.dim, documents))
            for name in self._client.list_collections():
                if name.startswith(_DOCUMENTS) and name != collection:
                    self._client.drop_collection(name)
        added, removed, embedded = report
        return SyncReport(added, removed, embedded, time.perf_counter() - started, rebuilt=state is None)

    def _write(
        self, collection: str, source: DocumentSource, state: _State | None, progress: Progress | None
    ) -> tuple[int, int, int]:
        models = model_folder(self._folder, self._embedder.name)
        number, dim = newest(models), self._embedder.dim
        since = state.generation if state else 0
        read = added = removed = 0
        with VectorCache(models, dim, self._embedder.encode_documents, number=number) as cache:
            for batch in _batches(source.documents(since=since)):
                read += len(batch)
                changed = self._changed(collection, batch) if state else batch
                if changed:
                    slots = cache.slots([embedded_text(document) for document in changed])
                    vectors = np.asarray(open_vectors(models, dim, number)[slots], dtype=np.float32)
                    self._client.upsert(collection, [rows.row(d, v) for d, v in zip(changed, vectors, strict=True)])
                    self._learn(changed)
                    added += len(changed)
                if progress:
                    progress(read, None)
            cache.flush()
            if state:
                gone = list(source.deleted(since=since))
                for start in range(0, len(gone), _BATCH):
                    ids = gone[start : start + _BATCH]
                    wanted = f"id in {rows.quoted(ids)}"
                    removed += len(self._client.query(collection, filter=wanted, output_fields=["id"], limit=WINDOW))
                    self._client.delete(collection, ids=ids)
            return added, removed, cache.embedded

    def _changed(self, collection: str, batch: Sequence[Document]) -> list[Document]:
        """Those of a batch that the collection does not hold as they are."""
        wanted = f"id in {rows.quoted([document.id for document in batch])}"
        found = self._client.query(collection, filter=wanted, output_fields=["id", "doc_hash"], limit=WINDOW)
        known = {row["id"]: row["doc_hash"] for row in found}
        return [document for document in batch if known.get(document.id) != document_hash(document)]

    def _learn(self, documents: Sequence[Document]) -> None:
        """Add the words of titles and names to the vocabulary."""
        words = {w for d in documents for text in (d.title, *d.people) for w in rows.words(text) if 1 < len(w) <= 60}
        if words:
            self._client.upsert(
                WORDS, [{"id": word, "letters": len(word), "unused": [0.0, 0.0]} for word in sorted(words)]
            )

    def status(self, *, generation: int | None = None) -> IndexStatus:
        """What the database holds, against the store's `generation`."""
        try:
            with self._speaking():
                state = self._state()
                present = state is not None and self._client.has_collection(state.collection)
        except LockedError:
            raise
        except KBError as why:
            return IndexStatus("damaged", backend="milvus", note=str(why))
        if state is None:
            return IndexStatus("missing", model=self._embedder.name, backend="milvus")
        # milvus-lite's "file" is a folder; of a server nobody knows
        size = sum(path.stat().st_size for path in Path(self._uri).rglob("*")) if os.path.isdir(self._uri) else 0
        answer = IndexStatus("ok", state.documents, state.generation, state.model, "milvus", size)
        fields = asdict(answer)
        if not present:
            fields |= {"state": "damaged", "note": f"the collection {state.collection} is gone"}
        elif not self._comparable(state):
            fields |= {"state": "behind", "note": f"built with the model {state.model}"}
        elif generation is not None and generation != state.generation:
            fields |= {"state": "behind"}
        return IndexStatus(**fields)

    def verify(self) -> list[str]:
        """Compare what the database holds with what was written; [] when healthy."""
        try:
            with self._speaking():
                state = self._state()
                if state is None:
                    return []
                if not self._client.has_collection(state.collection):
                    return [f"the collection {state.collection} is gone"]
                count = self._count(state.collection)
        except KBError as why:
            return [str(why)]
        return [] if count == state.documents else [f"{count} documents are there, {state.documents} were written"]

    def close(self) -> None:
        """Disconnect. The index can be used again; it then connects anew."""
        if self._connected is not None:
            self._connected.close()
            self._connected = None
            self._loaded.clear()

    # --- collections

    @property
    def _client(self) -> Any:
        if self._connected is None:
            try:
                from pymilvus import MilvusClient
            except ImportError as why:
                raise KBError("The backend milvus needs pymilvus", hint=f"Run: {INSTALL}") from why
            # Its log repeats on stderr, with tracebacks, what is raised and told in one line
            for name in ("pymilvus", "grpc._server"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
            if "://" not in self._uri:
                Path(self._uri).parent.mkdir(parents=True, exist_ok=True)
            self._connected = MilvusClient(self._uri, token=os.environ.get("KB_MILVUS_TOKEN", ""))
        return self._connected

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Milvus' errors as ours, in one line."""
        try:
            yield
        except KBError:
            raise
        except Exception as why:
            # pymilvus is an optional extra, so its classes are told by their module
            if type(why).__module__.partition(".")[0] not in ("pymilvus", "milvus_lite", "grpc"):
                raise
            text = " ".join(str(why).split())[:300]
            if "lock" in text.lower() or "opened by another" in text.lower():
                raise LockedError(
                    "The Milvus file is in use by another process", hint="A file serves one at a time"
                ) from why
            raise KBError(
                f"Milvus at {self._uri}: {text}", hint="Is it running? `kb config show` shows its URI"
            ) from why

    def _state(self) -> _State | None:
        if not self._client.has_collection(_STATE):
            return None
        self._load(_STATE)
        found = self._client.query(
            _STATE, filter='id == "current"', output_fields=["collection", "generation", "model", "dim", "documents"],
            limit=1,
        )  # fmt: skip
        if not found:
            return None
        row = found[0]
        if self._client.has_collection(row["collection"]):
            self._load(row["collection"])
            self._load(WORDS)
        return _State(row["collection"], row["generation"], row["model"], row["dim"], row["documents"])

    def _load(self, collection: str) -> None:
        """Have Milvus answer from a collection: milvus-lite forgets that it did when its process ends."""
        if collection not in self._loaded:
            self._client.load_collection(collection)
            self._loaded.add(collection)

    def _save(self, state: _State) -> None:
        self._client.upsert(_STATE, [{"id": "current", "unused": [0.0, 0.0], **asdict(state)}])

    def _count(self, collection: str) -> int:
        return int(self._client.query(collection, filter="", output_fields=["count(*)"])[0]["count(*)"])

    def _new_collection(self, old: _State | None) -> str:
        """An empty collection beside the current one, and the two small ones where they are missing."""
        from pymilvus import DataType

        text, number, small = DataType.VARCHAR, DataType.INT64, {"max_length": 512}
        if not self._client.has_collection(_STATE):
            fields = [("collection", text, small), ("generation", number, {}), ("model", text, small)]
            self._create_small(_STATE, [*fields, ("dim", number, {}), ("documents", number, {})])
        if not self._client.has_collection(WORDS):
            self._create_small(WORDS, [("letters", number, {})])
        following = int(old.collection.rpartition("_")[2]) + 1 if old else 1
        name = f"{_DOCUMENTS}{following}"
        if self._client.has_collection(name):
            self._client.drop_collection(name)  # what a sync that broke off left
        self._create_documents(name)
        return name

    def _create_small(self, name: str, fields: Sequence[tuple[str, Any, dict[str, Any]]]) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=512)
        for field, kind, options in fields:
            schema.add_field(field, kind, **options)
        # Milvus takes no collection without a vector
        schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
        indexes = self._client.prepare_index_params()
        indexes.add_index("unused", index_type="FLAT", metric_type="L2")
        self._client.create_collection(name, schema=schema, index_params=indexes, consistency_level="Strong")

    def _create_documents(self, name: str) -> None:
        from pymilvus import DataType, Function, FunctionType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=512)
        for field in ("kind", "venue", "title"):
            schema.add_field(field, DataType.VARCHAR, max_length=1_024)
        for field in ("year", "date", "title_hash", "fold", "doc_hash", "name_words"):
            schema.add_field(field, DataType.INT64)
        for field in rows.LISTS:
            schema.add_field(
                field, DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=rows.LISTED, max_length=1_024
            )
        # The text is stems already, so splitting at spaces is all the analysis Milvus does
        schema.add_field(
            "body", DataType.VARCHAR, max_length=65_535, enable_analyzer=True, enable_match=True,
            analyzer_params={"tokenizer": "standard"},
        )  # fmt: skip
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=self._embedder.dim)
        schema.add_function(
            Function(
                name="bm25", function_type=FunctionType.BM25, input_field_names=["body"], output_field_names=["sparse"]
            )
        )
        indexes = self._client.prepare_index_params()
        indexes.add_index("dense", index_type="AUTOINDEX", metric_type="IP")
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        self._client.create_collection(name, schema=schema, index_params=indexes, consistency_level="Strong")


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, _BATCH)):
        # Of the same record twice in one batch the later one counts
        yield list({document.id: document for document in map(indexable, batch)}.values())


def _finite(vector: Any) -> npt.NDArray[np.float32]:
    made = np.asarray(vector, dtype=np.float32)
    return made if np.isfinite(made).all() else np.zeros_like(made)
