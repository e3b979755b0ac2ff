"""Vectors of texts, kept by model and by content: only a text never seen before goes through the model.

Two append-only files: `keys-1.bin` (16 bytes of hash a text) and `vectors-1.f16` (`dim` half floats a text). A vector
is written before its key, so a torn write leaves a vector without key, which is overwritten. Half precision keeps the
cosine to 1e-3 and halves the size. A rebuild that finds more waste than use starts the next number beside it.
A model that reads token by token has its tokens kept too, in `tokens-1.u24` and `token-ends-1.u64`: searching looks at
the best candidates word by word.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from kb.errors import KBError

_KEY = 16
_ID = 3
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


@dataclass(frozen=True)
class Tokens:
    """The distinct token ids of each text, by slot."""

    ids: npt.NDArray[np.uint8]  # (tokens, 3)
    ends: npt.NDArray[np.uint64]

    def of(self, slots: npt.NDArray[np.int32]) -> list[npt.NDArray[np.int32]]:
        """The ids of each of these texts."""
        found = []
        for slot in slots.tolist():
            raw = self.ids[int(self.ends[slot - 1]) if slot else 0 : int(self.ends[slot])].astype(np.int32)
            found.append(raw[:, 0] | raw[:, 1] << 8 | raw[:, 2] << 16)
        return found


def open_tokens(folder: Path, number: int) -> Tokens | None:
    """The tokens of a cache, memory-mapped; None when its model has none."""
    ids, ends = folder / f"tokens-{number}.u24", folder / f"token-ends-{number}.u64"
    try:
        if not ids.stat().st_size or not ends.stat().st_size:
            return None
        flat, places = np.memmap(ids, dtype=np.uint8, mode="r"), np.memmap(ends, dtype=np.uint64, mode="r")
    except (OSError, ValueError):
        return None
    return Tokens(flat[: len(flat) // _ID * _ID].view(np.ndarray).reshape(-1, _ID), places.view(np.ndarray))


def newest(folder: Path) -> int:
    """The highest number of a model's caches, 1 when there are none."""
    numbers = [path.stem.rpartition("-")[2] for path in folder.glob("keys-*.bin")]
    return max((int(number) for number in numbers if number.isdigit()), default=1)


def sweep(folder: Path, *, keep: int) -> None:
    """Remove a model's other caches. A reader that has one open keeps it until it is done."""
    for path in (p for pattern in ("keys-*.bin", "vectors-*.f16", "token*-*.u*") for p in folder.glob(pattern)):
        if path.stem.rpartition("-")[2] != str(keep):
            path.unlink(missing_ok=True)


def _read_keys(folder: Path, number: int, count: int) -> dict[bytes, int]:
    known = (folder / f"keys-{number}.bin").read_bytes() if count else b""
    return {known[at : at + _KEY]: slot for slot, at in enumerate(range(0, count * _KEY, _KEY))}


@dataclass
class _TokenFiles:
    """The two token files being appended to; `last` is how many ids they hold."""

    ids: BinaryIO
    ends: BinaryIO
    last: int

    def append(self, tokens: Sequence[npt.NDArray[np.int32]]) -> None:
        distinct = [np.unique(each) for each in tokens]
        ends = self.last + np.cumsum([len(each) for each in distinct])
        if distinct:
            # Three of the four bytes: vocabularies have 30,000 to 300,000 tokens
            whole = np.concatenate(distinct).astype("<u4").view(np.uint8).reshape(-1, 4)
            self.ids.write(whole[:, :_ID].tobytes())
        self.ends.write(ends.astype(np.uint64).tobytes())
        self.last = int(ends[-1]) if len(ends) else self.last
        self.ids.flush()
        self.ends.flush()

    def close(self) -> None:
        self.ids.close()
        self.ends.close()


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
        tokens: Callable[[Sequence[str]], Sequence[npt.NDArray[np.int32]]] | None = None,
    ) -> None:
        self._dim, self._encode, self._read_tokens = dim, encode, tokens
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
        self._seed_tokens = open_tokens(folder, seed) if seed else None
        self._tokens = self._open_tokens(folder, number) if tokens else None
        self.embedded = 0

    def _open_tokens(self, folder: Path, number: int) -> _TokenFiles | None:
        """The token files cut to the texts that count; None where an older cache was made without them."""
        ids, ends = folder / f"tokens-{number}.u24", folder / f"token-ends-{number}.u64"
        known = np.fromfile(ends, np.uint64, self._count) if ends.exists() else np.empty(0, np.uint64)
        if len(known) < self._count:
            return None
        files = _TokenFiles(ids.open("ab"), ends.open("ab"), int(known[-1]) if len(known) else 0)
        files.ids.truncate(_ID * files.last)
        files.ends.truncate(8 * self._count)
        return files

    def __len__(self) -> int:
        return self._count

    def slots(self, texts: Sequence[str]) -> list[int]:
        """The slot of each text's vector; texts without one are embedded first, each once."""
        keys = [text_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._slots}
        kept = [key for key in missing if key in self._seed]
        if kept:
            slots = np.array([self._seed[key] for key in kept], np.int32)
            if self._tokens and (self._seed_tokens is None or len(self._seed_tokens.ends) <= slots.max()):
                self._tokens.close()
                self._tokens = None
            self._append(kept, self._seed_vectors[slots], self._seed_tokens.of(slots) if self._seed_tokens else [])
            missing = {key: text for key, text in missing.items() if key not in self._seed}
        if missing:
            vectors = np.asarray(self._encode(list(missing.values())), dtype=np.float32)
            if vectors.shape != (len(missing), self._dim):
                raise KBError(f"The model gave vectors of shape {vectors.shape}, not {(len(missing), self._dim)}")
            # A model's NaN or infinity must not reach the index, where it would poison every distance
            vectors[~np.isfinite(vectors).all(axis=1)] = 0.0
            tokens = self._read_tokens(list(missing.values())) if self._tokens and self._read_tokens else []
            self._append(list(missing), vectors.astype(np.float16), tokens)
            self.embedded += len(missing)
        return [self._slots[key] for key in keys]

    def _append(self, keys: list[bytes], vectors: Half, tokens: Sequence[npt.NDArray[np.int32]]) -> None:
        if self._tokens:
            self._tokens.append(tokens)
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
        if self._tokens:
            self._tokens.close()

    def __enter__(self) -> VectorCache:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
