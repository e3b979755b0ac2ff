"""One snapshot, opened for reading: rows, words and vectors that belong together."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from index.cache import Tokens, model_folder, open_tokens, open_vectors
from index.columns import Columns
from index.files import REBUILD_HINT, Manifest, problems, read_manifest
from index.lexical import LexicalIndex
from index.vectors import VectorIndex
from kb.errors import DamagedError


class Snapshot:
    """What a manifest named when it was read. It stays readable while a writer replaces it.

    Words and columns are opened at once (5 ms), vectors when first asked for, as faiss takes 50 ms to import.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        if found := problems(folder, manifest):
            raise DamagedError(f"The search index is damaged: {found[0]}", hint=REBUILD_HINT)
        self.manifest = manifest
        self._folder = folder
        self._path = folder / manifest.snapshot
        try:
            self.columns = Columns.load(self._path / "columns")
            self.lexical = LexicalIndex(self._path / "lexical")
        except (OSError, ValueError, KeyError) as why:
            raise DamagedError("The search index is damaged", hint=REBUILD_HINT) from why
        if len(self.columns) != manifest.rows:
            raise DamagedError("The search index is damaged: its columns do not fit", hint=REBUILD_HINT)

    @cached_property
    def vectors(self) -> VectorIndex:
        """The vectors of this snapshot; DamagedError when their files are gone or too short."""
        manifest = self.manifest
        stored = open_vectors(model_folder(self._folder, manifest.model), manifest.dim, manifest.cache)
        if len(stored) < manifest.slots:
            raise DamagedError("The search index is damaged: vectors are missing", hint=REBUILD_HINT)
        try:
            alive = np.asarray(self.columns["alive"])
            return VectorIndex(self._path, stored, self.columns["slot"], alive, dead=self.columns.dead)
        except (OSError, ValueError) as why:
            raise DamagedError(f"The search index is damaged: {why}", hint=REBUILD_HINT) from why

    @cached_property
    def tokens(self) -> Tokens | None:
        """The tokens of this snapshot's texts; None when its model has none."""
        manifest = self.manifest
        found = open_tokens(model_folder(self._folder, manifest.model), manifest.cache)
        return found if found and len(found.ends) >= manifest.slots else None

    def __len__(self) -> int:
        return len(self.columns) - self.columns.dead


def open_snapshot(folder: Path) -> Snapshot | None:
    """The current snapshot; None when nothing was built yet. DamagedError and NewerError as the files say."""
    for attempt in range(5):
        manifest = read_manifest(folder)
        if manifest is None:
            return None
        try:
            return Snapshot(folder, manifest)
        except DamagedError:
            # Another process may have published the next snapshot and removed this one meanwhile
            if attempt == 4 or read_manifest(folder) == manifest:
                raise
    return None
