"""The teacher: a sentence-transformers model whose vectors the student imitates, encoded once and kept on disk."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.training.vocabulary import Floats

_SHARD = 4_096  # texts a file: a run that is stopped loses at most this much
_MAX_TOKENS = 256


class Teacher:
    """Vectors of a sentence-transformers model, in half precision, with a cache of shards in `cache`."""

    def __init__(self, name: str, cache: Path) -> None:
        from sentence_transformers import SentenceTransformer

        self.name = name
        self._cache = cache
        self._model: Any = SentenceTransformer(name)
        self._model.max_seq_length = _MAX_TOKENS

    def words(self) -> list[str]:
        """The tokens that the teacher reads without cutting them up."""
        return list(self._model.tokenizer.get_vocab())

    def encode(self, texts: Sequence[str]) -> Floats:
        """(len(texts), width) unit vectors, uncached."""
        import torch

        # bfloat16 doubles the speed of a recent processor; the cosine with full precision is above 0.9999.
        with torch.autocast(self._model.device.type, dtype=torch.bfloat16):
            vectors = self._model.encode(list(texts), batch_size=64, convert_to_tensor=True, show_progress_bar=False)
        unit: Floats = torch.nn.functional.normalize(vectors.float(), dim=1).cpu().numpy()
        return unit

    def encode_cached(
        self, kind: str, texts: Sequence[str], *, seconds: float, progress: Callable[[str], None]
    ) -> Floats:
        """Vectors of the first texts of `texts`: as many as are cached, or as `seconds` allow on top of that."""
        self._cache.mkdir(parents=True, exist_ok=True)
        began, shards = time.monotonic(), []
        for start in range(0, len(texts), _SHARD):
            part = texts[start : start + _SHARD]
            path = self._cache / f"{kind}-{start:08d}-{_digest(self.name, part)}.npy"
            if not path.exists():
                if time.monotonic() - began > seconds:
                    break
                partial = path.with_suffix(".part.npy")
                np.save(partial, self.encode(part).astype(np.float16), allow_pickle=False)
                os.replace(partial, path)
                progress(f"teacher: {start + len(part):,} of {len(texts):,} {kind}s, {time.monotonic() - began:.0f} s")
            shards.append(np.load(path, allow_pickle=False))
        return np.concatenate(shards).astype(np.float32) if shards else np.zeros((0, 0), np.float32)


def _digest(name: str, texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join((name, *texts)).encode()).hexdigest()[:16]
