"""Brings the index to the state of its source: reads what changed, writes the next snapshot, publishes it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from index import cache as vector_cache
from index import files
from index.cache import VectorCache, model_folder, open_vectors
from index.columns import MULTI, Columns, ColumnsWriter, document_hash, hash64
from index.embedding.documents import document_text
from index.embedding.embedder import Embedder
from index.files import Manifest
from index.fusion import TokenEmbedder
from index.lexical import LexicalWriter
from index.snapshot import Snapshot
from index.vectors import write_parts
from kb.errors import DamagedError, KBError, NewerError
from kb.models import RECORD_KINDS, Document, SyncReport

Progress = Callable[[int, int | None], None]

_BATCH = 1_024
# Dead rows cost every search; past these a rebuild (with all vectors kept) gets rid of them
_DEAD_SHARE = 0.3
_DEAD_ROWS = 2_000
# A book pasted as an abstract must not take the build hostage: characters that are indexed, and embedded
_MAX_TEXT = 200_000
_MAX_EMBEDDED = 20_000


class DocumentSource(Protocol):
    """What the index is kept in step with. `kb.store` implements it."""

    def generation(self) -> int:
        """Grows with each committed write."""
        ...

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        """Documents whose record changed after generation `since` (0: all), in a stable order."""
        ...

    def deleted(self, *, since: int = 0) -> Iterator[str]:
        """Ids gone after `since`."""
        ...


def embedded_text(document: Document) -> str:
    """What of a document is given to the model."""
    return document_text(document.title, document.text[:_MAX_EMBEDDED])


def plain_text(document: Document) -> str:
    """Title and text of a document, as a reader meets them."""
    return f"{document.title}\n{document.text}"


def sync(
    folder: Path, embedder: Embedder, source: DocumentSource, *, progress: Progress | None, rebuild: bool
) -> SyncReport:
    """Bring the index in `folder` to the source's state. LockedError when another process is doing so.

    A crash at any point leaves the index as it was, and the next sync does the work again.
    """
    started = time.perf_counter()
    with files.write_lock(folder):
        before = None if rebuild else _usable(folder, embedder)
        generation = source.generation()
        if before and before.manifest.generation > generation:
            before = None  # the database was restored from an older copy
        if before and before.manifest.generation == generation:
            return SyncReport(took_s=time.perf_counter() - started)
        changed = _Batches(source, since=before.manifest.generation if before else 0)
        report = _write(folder, embedder, changed, before, generation, progress)
        if report is None:
            report = _write(folder, embedder, _Batches(source, since=0), None, generation, progress)
            assert report is not None
    return replace(report, took_s=time.perf_counter() - started)


def _usable(folder: Path, embedder: Embedder) -> Snapshot | None:
    """The snapshot to go on from; None when there is none, it is unreadable, or of another model."""
    try:
        manifest = files.read_manifest(folder)
        if manifest is None or (manifest.model, manifest.dim) != (embedder.name, embedder.dim):
            return None
        snapshot = Snapshot(folder, manifest)
        held = vector_cache.cached(model_folder(folder, manifest.model), manifest.dim, manifest.cache)
        return snapshot if held >= manifest.slots else None
    except (DamagedError, NewerError):
        return None


@dataclass(frozen=True)
class _Batches:
    source: DocumentSource
    since: int

    def __iter__(self) -> Iterator[list[Document]]:
        documents = iter(self.source.documents(since=self.since))
        while batch := list(islice(documents, _BATCH)):
            yield batch


def _write(
    folder: Path, embedder: Embedder, batches: _Batches, before: Snapshot | None, generation: int,
    progress: Progress | None,
) -> SyncReport | None:  # fmt: skip
    """Write and publish the next snapshot. None when so many rows are dead that a rebuild is the better way."""
    old = before.manifest if before else _last_manifest(folder)
    files.sweep(folder, keep=old.snapshot if old else None)
    path = files.new_snapshot(folder, old)
    models = model_folder(folder, embedder.name)
    number, seed = _cache_numbers(models, embedder, before, old)
    try:
        if before:
            files.link_tree(folder / before.manifest.snapshot / "lexical", path / "lexical", skip=_TANTIVY_LOCKS)
            for part in (folder / before.manifest.snapshot).glob("vectors-*.faiss"):
                files.link_file(part, path / part.name)
        tokens = embedder.token_ids if isinstance(embedder, TokenEmbedder) else None
        with VectorCache(
            models, embedder.dim, embedder.encode_documents, number=number, seed=seed, tokens=tokens
        ) as cache:
            changes = _Changes(path, before.columns if before else None, cache)
            for batch in batches:
                changes.add(batch)
                if progress:
                    progress(changes.read, None)
            if before:
                for record_id in batches.source.deleted(since=batches.since):
                    changes.remove(record_id)
            if before and not changes.any:
                shutil.rmtree(path)
                files.publish(folder, replace(before.manifest, generation=generation))
                return SyncReport()
            cache.flush()
            columns = changes.finish()
            slots, embedded = len(cache), cache.embedded
        if before and columns.dead > max(_DEAD_ROWS, _DEAD_SHARE * len(columns)):
            shutil.rmtree(path)
            return None
        write_parts(path, open_vectors(models, embedder.dim, number), np.asarray(columns["slot"]))
        manifest = Manifest(
            path.name, generation, embedder.name, embedder.dim, len(columns), len(columns) - columns.dead, slots,
            number,
            files.checksums(path, before.manifest if before else None, folder),
        )  # fmt: skip
        files.publish(folder, manifest)
        vector_cache.sweep(models, keep=number)
        return SyncReport(changes.added, changes.removed, embedded, rebuilt=before is None)
    except BaseException as why:
        shutil.rmtree(path, ignore_errors=True)
        # tantivy reports a full disk as a ValueError with the system's words in it
        if isinstance(why, OSError) or (isinstance(why, ValueError) and "os error" in str(why).lower()):
            raise KBError(
                f"The search index could not be written: {why}", hint="Make room, then run `kb index build`"
            ) from why
        raise


_TANTIVY_LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")


def _last_manifest(folder: Path) -> Manifest | None:
    """The manifest in place, if only to keep its snapshot readable until the rebuild is done."""
    try:
        return files.read_manifest(folder)
    except (DamagedError, NewerError):
        return None


def _cache_numbers(
    models: Path, embedder: Embedder, before: Snapshot | None, old: Manifest | None
) -> tuple[int, int | None]:
    """Which cache of the model to write, and which one a fresh one is filled from.

    A rebuild over a cache of which less than half is in use starts the next one, so that waste goes away.
    """
    if before:
        return before.manifest.cache, None
    newest = vector_cache.newest(models)
    held = vector_cache.cached(models, embedder.dim, newest)
    if old and old.model == embedder.name and held > 2 * max(old.documents, _DEAD_ROWS):
        return newest + 1, newest
    return newest, None


class _Changes:
    """Applies documents to the columns and the words of a snapshot in the making."""

    def __init__(self, path: Path, before: Columns | None, cache: VectorCache) -> None:
        self._path, self._before, self._cache = path, before, cache
        self._columns = ColumnsWriter(before)
        # One thread leaves the other core to the model; a small change is not worth starting threads for
        self._lexical = LexicalWriter(path / "lexical", threads=min(os.cpu_count() or 1, 4) if before is None else 1)
        self._fresh: dict[str, tuple[int, int]] = {}
        self._gone: set[str] = set()
        self._order = np.argsort(before["id_hash"], kind="stable") if before else np.empty(0, np.int64)
        self._sorted = before["id_hash"][self._order] if before else np.empty(0, np.uint64)
        self.read = self.added = self.removed = 0

    @property
    def any(self) -> bool:
        return bool(self.added or self.removed)

    def add(self, batch: Sequence[Document]) -> None:
        # By id: of the same record twice in one batch the later one counts
        wanted: dict[str, tuple[Document, int]] = {}
        for document in map(indexable, batch):
            self.read += 1
            known, now = self._find(document.id), document_hash(document)
            wanted.pop(document.id, None)
            if known is None or known[1] != now:
                wanted[document.id] = document, now
        texts = [embedded_text(document) for document, _ in wanted.values()]
        for (document, now), slot in zip(wanted.values(), self._cache.slots(texts), strict=True):
            self._add(document, now, slot)

    def _add(self, document: Document, doc_hash: int, slot: int) -> None:
        if known := self._find(document.id):
            self._drop(known[0])
        columns = self._columns
        row = columns.append(document, doc_hash=doc_hash, slot=slot)
        codes: dict[str, Sequence[int]] = {name: columns.codes(name, document) for name in MULTI}
        codes["kind"] = (RECORD_KINDS.index(document.kind),)
        if document.venue:
            codes["venue"] = (columns.code("venue", document.venue),)
        if document.year and 0 < document.year <= 9999:
            codes["year"] = (document.year,)
        self._lexical.add(document, row, codes, hash64(document.fold_key) if document.fold_key else 0)
        self._fresh[document.id] = (row, doc_hash)
        self._gone.discard(document.id)
        self.added += 1

    def remove(self, record_id: str) -> None:
        if known := self._find(record_id):
            self._drop(known[0])
            self._fresh.pop(record_id, None)
            self._gone.add(record_id)
            self.removed += 1

    def _drop(self, row: int) -> None:
        self._columns.kill(row)
        self._lexical.delete(row)

    def _find(self, record_id: str) -> tuple[int, int] | None:
        """Row and hash of the live version of a record."""
        if found := self._fresh.get(record_id):
            return found
        if self._before is None or record_id in self._gone:
            return None
        wanted = np.uint64(hash64(record_id))
        start, stop = np.searchsorted(self._sorted, wanted, "left"), np.searchsorted(self._sorted, wanted, "right")
        for row in self._order[start:stop].tolist():
            if self._before["alive"][row] and self._before.id(row) == record_id:
                return row, int(self._before["doc_hash"][row])
        return None

    def finish(self) -> Columns:
        self._lexical.commit()
        return self._columns.finish(self._path / "columns")


def indexable(document: Document) -> Document:
    """The document with lone surrogates replaced and its text cut to what is indexed."""
    if len(document.text) > _MAX_TEXT or len(document.title) > _MAX_TEXT:
        document = replace(document, text=document.text[:_MAX_TEXT], title=document.title[:_MAX_TEXT])
    try:
        "".join((document.title, document.text, *document.people, *document.keywords)).encode()
    except UnicodeEncodeError:
        return replace(
            document, title=_utf8(document.title), text=_utf8(document.text), people=tuple(map(_utf8, document.people)),
            keywords=tuple(map(_utf8, document.keywords)),
        )  # fmt: skip
    return document


def _utf8(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
