"""Vectors of texts, kept by model and by content: only a text never seen before goes through the model.

Two append-only files: `keys-1.bin` (16 bytes of hash a text) and `vectors-1.f16` (`dim` half floats a text). A vector
is written before its key, so a torn write leaves a vector without key, which is overwritten. Half precision keeps the
cosine to 1e-3 and halves the size. A rebuild that finds more waste than use starts the next number beside it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.errors import KBError

_KEY = 16
Half = npt.NDArray[np.float16]
Vectors = npt.NDArray[np.float32]


def model_folder(folder: Path, model: str) -> Path:
    """Where a model's vectors lie: a readable name, and a hash because names may hold slashes."""
    readable = re.sub(r"[^\w.-]+", "-", model)[:40].strip("-.")
    return folder / "models" / f"{readable}-{hashlib.blake2b(model.encode(), digest_size=4).hexdigest()}"


def text_key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_KEY).digest()


def open_vectors(folder: Path, dim: int, number: int) -> Half:
    """(slots, dim) half floats, memory-mapped; empty when there are none."""
    count = cached(folder, dim, number)
    if not count:
        return np.empty((0, dim), np.float16)
    mapped = np.memmap(folder / f"vectors-{number}.f16", dtype=np.float16, mode="r", shape=(count, dim))
    return mapped.view(np.ndarray)


def cached(folder: Path, dim: int, number: int) -> int:
    """How many vectors a cache holds."""
    try:
        keys, vectors = (os.path.getsize(folder / name) for name in (f"keys-{number}.bin", f"vectors-{number}.f16"))
    except OSError:
        return 0
    return min(keys // _KEY, vectors // (2 * dim))


def newest(folder: Path) -> int:
    """The highest number of a model's caches, 1 when there are none."""
    numbers = [path.stem.rpartition("-")[2] for path in folder.glob("keys-*.bin")]
    return max((int(number) for number in numbers if number.isdigit()), default=1)


def sweep(folder: Path, *, keep: int) -> None:
    """Remove a model's other caches. A reader that has one open keeps it until it is done."""
    for path in (*folder.glob("keys-*.bin"), *folder.glob("vectors-*.f16")):
        if path.stem.rpartition("-")[2] != str(keep):
            path.unlink(missing_ok=True)


def _read_keys(folder: Path, number: int, count: int) -> dict[bytes, int]:
    known = (folder / f"keys-{number}.bin").read_bytes() if count else b""
    return {known[at : at + _KEY]: slot for slot, at in enumerate(range(0, count * _KEY, _KEY))}


class VectorCache:
    """The writer's side. Used under the index's write lock."""

    def __init__(
        self,
        folder: Path,
        dim: int,
        encode: Callable[[Sequence[str]], Vectors],
        *,
        number: int,
        seed: int | None = None,
    ) -> None:
        self._dim, self._encode = dim, encode
        folder.mkdir(parents=True, exist_ok=True)
        self._count = cached(folder, dim, number)
        self._keys = (folder / f"keys-{number}.bin").open("ab")
        self._vectors = (folder / f"vectors-{number}.f16").open("ab")
        self._keys.truncate(self._count * _KEY)
        self._vectors.truncate(self._count * 2 * dim)
        self._slots = _read_keys(folder, number, self._count)
        # The cache a fresh one takes its vectors from before it asks the model
        self._seed = _read_keys(folder, seed, cached(folder, dim, seed)) if seed else {}
        self._seed_vectors = open_vectors(folder, dim, seed) if seed else np.empty((0, dim), np.float16)
        self.embedded = 0

    def __len__(self) -> int:
        return self._count

    def slots(self, texts: Sequence[str]) -> list[int]:
        """The slot of each text's vector; texts without one are embedded first, each once."""
        keys = [text_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._slots}
        kept = [key for key in missing if key in self._seed]
        if kept:
            self._append(kept, self._seed_vectors[[self._seed[key] for key in kept]])
            missing = {key: text for key, text in missing.items() if key not in self._seed}
        if missing:
            vectors = np.asarray(self._encode(list(missing.values())), dtype=np.float32)
            if vectors.shape != (len(missing), self._dim):
                raise KBError(f"The model gave vectors of shape {vectors.shape}, not {(len(missing), self._dim)}")
            # A model's NaN or infinity must not reach the index, where it would poison every distance
            vectors[~np.isfinite(vectors).all(axis=1)] = 0.0
            self._append(list(missing), vectors.astype(np.float16))
            self.embedded += len(missing)
        return [self._slots[key] for key in keys]

    def _append(self, keys: list[bytes], vectors: Half) -> None:
        self._vectors.write(vectors.tobytes())
        self._vectors.flush()
        self._keys.write(b"".join(keys))
        self._keys.flush()
        for key in keys:
            self._slots[key] = self._count
            self._count += 1

    def flush(self) -> None:
        """Bring everything to the disk, vectors before keys."""
        for file in (self._vectors, self._keys):
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        self._vectors.close()
        self._keys.close()

    def __enter__(self) -> VectorCache:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
