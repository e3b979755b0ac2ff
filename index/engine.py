"""The built-in search index: tantivy for words, faiss for meaning, in one folder that can be deleted and rebuilt."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from index import files
from index.cache import cached, model_folder
from index.fusion import semantic_weight
from index.ranking import Mode, Ranker, Request, Sort
from index.snapshot import Snapshot, open_snapshot
from index.sync import DocumentSource, Progress, embedded_text, plain_text, sync
from kb.errors import DamagedError, KBError, ModelError, NewerError
from kb.models import Document, IndexStatus, Ranking, RecordKind, Scored, SyncReport
from kb.query import Part, Query
from kb.text import inert

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

# What of a query is embedded: a longer text is a document, and says the same in its first page
_MAX_QUERY_TEXT = 10_000
# Typing, paging and facets ask for the same text again and again
_REMEMBERED = 64

T = TypeVar("T")
Vector = npt.NDArray[np.float32]


class SearchIndex:
    """Search over one index folder. Opening costs nothing; the first search opens the snapshot.

    Safe to share between threads. A snapshot that another process publishes is seen by the next call.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder, self._embedder = folder, embedder
        self._lock = threading.Lock()
        self._open: tuple[tuple[int, int, int], Snapshot | None] | None = None
        self._weight = semantic_weight(embedder)
        self._vectors: OrderedDict[str, Vector] = OrderedDict()

    # --- search --------------------------------------------------------------------------------------------

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
        """Hits `offset` to `offset + limit`, best first; an empty ranking when nothing was built yet.

        `as_you_type` takes the last word for the beginning of one. DamagedError, NewerError when the files say so.
        """

        def run(snapshot: Snapshot) -> Ranking:
            vector = self._query_vector(snapshot, query.text, mode)
            ranker = Ranker(
                snapshot, Request(query, mode, vector, self._weight, as_you_type=as_you_type, model=self._embedder)
            )
            return ranker.page(limit=max(limit, 0), offset=max(offset, 0), sort=sort, fold=fold, facets=facets)

        return self._on_snapshot(run) or Ranking((), 0)

    def like(self, text: str, *, limit: int = 20, kinds: Collection[RecordKind] | None = None) -> Ranking:
        """Records about the same as a text, such as the abstract of a draft. Nothing in it is query syntax."""

        def run(snapshot: Snapshot) -> Ranking:
            query = _plain(text, kinds)
            vector = self._encode(text, document=True) if self._comparable(snapshot) else None
            ranker = Ranker(snapshot, Request(query, "hybrid", vector, self._weight))
            return ranker.page(limit=max(limit, 0), offset=0, sort="relevance", fold=True, facets=False)

        return self._on_snapshot(run) or Ranking((), 0)

    def related(
        self, document: Document, *, kinds: Collection[RecordKind] | None = None, limit: int = 10
    ) -> tuple[Scored, ...]:
        """Records close to a document in words and meaning, itself and its near-duplicates left out."""

        def run(snapshot: Snapshot) -> tuple[Scored, ...]:
            text = plain_text(document)
            row = snapshot.columns.row_of(document.id)
            own = {row} if row is not None else set()
            if row is not None and (key := int(snapshot.columns["fold"][row])):
                own |= set(snapshot.lexical.folded(np.array([key], np.int64)).tolist())
            vector = None
            if self._comparable(snapshot):
                vector = (
                    snapshot.vectors.vector(row)
                    if row is not None
                    else self._encode(embedded_text(document), document=True)
                )
            words = " ".join((text, *document.keywords))
            request = Request(_plain(words, kinds), "hybrid", vector, self._weight, without=frozenset(own))
            return (
                Ranker(snapshot, request)
                .page(limit=max(limit, 0), offset=0, sort="relevance", fold=True, facets=False)
                .hits
            )

        return self._on_snapshot(run) or ()

    def _query_vector(self, snapshot: Snapshot, text: str, mode: Mode) -> Vector | None:
        if mode == "lexical" or not any(c.isalnum() for c in text):
            return None
        if not self._comparable(snapshot):
            if mode == "semantic":
                raise ModelError(
                    f"The index holds vectors of '{snapshot.manifest.model}', not of '{self._embedder.name}'",
                    hint="Run `kb index build`",
                )
            return None
        return self._encode(text, document=False)

    def _comparable(self, snapshot: Snapshot) -> bool:
        """Vectors of two models mean nothing to each other: until the next sync words alone are searched."""
        manifest = snapshot.manifest
        return (manifest.model, manifest.dim) == (self._embedder.name, self._embedder.dim)

    def _encode(self, text: str, *, document: bool) -> Vector:
        text = inert(text[:_MAX_QUERY_TEXT])
        if not document and text in self._vectors:
            return self._vectors[text]
        encode = self._embedder.encode_documents if document else self._embedder.encode_queries
        vector = np.asarray(encode([text])[0], dtype=np.float32)
        if not np.isfinite(vector).all():
            vector = np.zeros_like(vector)
        if not document:
            with self._lock:
                self._vectors[text] = vector
                while len(self._vectors) > _REMEMBERED:
                    self._vectors.popitem(last=False)
        return vector

    # --- snapshots -----------------------------------------------------------------------------------------

    def _on_snapshot(self, run: Callable[[Snapshot], T]) -> T | None:
        """Run on the current snapshot; once more on the next when it was replaced while being opened.

        Bytes that changed behind our back make tantivy, faiss or numpy fail in ways of their own: when something fails,
        the checksums say whether that is why.
        """
        snapshot = None
        try:
            snapshot = self._snapshot()
            return run(snapshot) if snapshot is not None else None
        except DamagedError:
            current = self._snapshot()
            if current is None or current is snapshot:
                raise
            return run(current)
        except (KBError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as why:  # a panic of tantivy is no Exception
            if found := self.verify():
                raise DamagedError(f"The search index is damaged: {found[0]}", hint=files.REBUILD_HINT) from why
            raise

    def _snapshot(self) -> Snapshot | None:
        """The current snapshot. Whether a newer one was published is asked of the file system: 3 microseconds."""
        try:
            stat = os.stat(files.manifest_path(self._folder))
            stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        except OSError:
            stamp = (0, 0, 0)
        opened = self._open
        if opened is not None and opened[0] == stamp:
            return opened[1]
        with self._lock:
            snapshot = open_snapshot(self._folder)
            self._open = (stamp, snapshot)
            return snapshot

    # --- keeping in step -----------------------------------------------------------------------------------

    def sync(self, source: DocumentSource, *, progress: Progress | None = None, rebuild: bool = False) -> SyncReport:
        """Bring the index to the source's state, whatever state its files are in; LockedError when another does so.

        `progress` gets (documents read, None). A crash leaves the index as it was before.
        """
        return sync(self._folder, self._embedder, source, progress=progress, rebuild=rebuild)

    def status(self, *, generation: int | None = None) -> IndexStatus:
        """What is on disk, judged by its manifest and the sizes of its files, against the store's `generation`."""
        try:
            manifest = files.read_manifest(self._folder)
            if manifest is None:
                return IndexStatus("missing", model=self._embedder.name)
            found = files.problems(self._folder, manifest)
            if cached(model_folder(self._folder, manifest.model), manifest.dim, manifest.cache) < manifest.slots:
                found.append("vectors are missing")
        except (DamagedError, NewerError) as why:
            return IndexStatus("damaged", note=str(why))
        state: Literal["ok", "behind", "damaged"] = "ok"
        note = ""
        if found:
            state, note = "damaged", found[0]
        elif (manifest.model, manifest.dim) != (self._embedder.name, self._embedder.dim):
            state, note = "behind", f"built with the model {manifest.model}"
        elif generation is not None and manifest.generation != generation:
            state = "behind"
        return IndexStatus(
            state,
            manifest.documents,
            manifest.generation,
            manifest.model,
            "builtin",
            _size(self._folder, manifest),
            note,
        )

    def verify(self) -> list[str]:
        """Read every file and compare the parts with each other; what is wrong, in words, [] when healthy."""
        try:
            manifest = files.read_manifest(self._folder)
            if manifest is None:
                return []
            if found := files.problems(self._folder, manifest, deep=True):
                return found
            snapshot = Snapshot(self._folder, manifest)
            return _contradictions(snapshot)
        except KBError as why:
            return [str(why)]

    def close(self) -> None:
        """Let go of the files. The index can be used again; it is then opened anew."""
        with self._lock:
            self._open = None


def _contradictions(snapshot: Snapshot) -> list[str]:
    manifest, columns = snapshot.manifest, snapshot.columns
    found = []
    alive = np.flatnonzero(columns["alive"])
    if len(alive) != manifest.documents:
        found.append(f"{len(alive)} documents are live, the manifest says {manifest.documents}")
    if (words := len(snapshot.lexical)) != manifest.documents:
        found.append(f"the word index holds {words} documents, the manifest says {manifest.documents}")
    if len(columns) and int(columns["slot"].max()) >= manifest.slots:
        found.append("rows point to vectors that do not exist")
    if (covered := snapshot.vectors.rows) != len(columns):
        found.append(f"the vector index covers {covered} rows of {len(columns)}")
    for row in alive[:: max(1, len(alive) // 1000)].tolist():
        length = float(np.linalg.norm(snapshot.vectors.vector(row)))
        if not (length == 0 or abs(length - 1) < 0.01):
            found.append(f"the vector of {columns.id(row)} has length {length:.3f}")
            break
    return found


def _size(folder: Path, manifest: files.Manifest) -> int:
    """Bytes of the snapshot and of its model's vectors. Asked for at every search, so no walk over the folder."""
    vectors = model_folder(folder, manifest.model) / f"vectors-{manifest.cache}.f16"
    return manifest.bytes + (vectors.stat().st_size if vectors.exists() else 0)


def _plain(text: str, kinds: Collection[RecordKind] | None) -> Query:
    """A text as a query of words only."""
    text = inert(text)
    return Query((Part(text),), raw=text).with_filters(kinds=kinds)
