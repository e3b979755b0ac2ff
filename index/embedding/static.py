"""The built-in model's kind: one small vector a token, averaged. Needs tokenizers and numpy, nothing else.

A folder holds `config.json`, `tokenizer.json`, `vectors.npy` (4-bit numbers, two a byte: tokens x dim/2) and
`scales.npy` (float32, one a token). A token's vector is its row times its scale; a text's is the mean of its tokens',
at unit length. Four bits instead of eight changed no benchmark figure by more than .002 and pay for twice the tokens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embedding.embedder import Vectors, unit_rows
from index.embedding.tokens import TokenIds, WordCache
from kb.errors import ModelError

FORMAT = "kb-static"
FORMAT_VERSION = 1
CONFIG, TOKENIZER, VECTORS, SCALES = "config.json", "tokenizer.json", "vectors.npy", "scales.npy"

_ZERO = 8  # the code that stands for 0: codes run from 1 to 15
_MANY = 500  # texts in one call from which unpacking all tokens first pays
_CHUNK = 2_048  # texts tokenised at a time: bounds memory, and the word cache is filled in one call a chunk


@dataclass(frozen=True)
class StaticConfig:
    """What `config.json` says of a model."""

    name: str
    dim: int
    tokens: int


class StaticEmbedder:
    """An embedder that averages token vectors. `StaticEmbedder.load(folder)` makes one."""

    def __init__(
        self, config: StaticConfig, tokenizer: Any, packed: npt.NDArray[np.uint8], scales: npt.NDArray[np.float32]
    ) -> None:
        self.config = config
        self._tokenizer = tokenizer
        self._words = WordCache(tokenizer)
        self._packed = packed
        self._scales = scales
        self._table: npt.NDArray[np.int8] | None = None

    @classmethod
    def load(cls, folder: Path) -> StaticEmbedder:
        """The model in `folder`; ModelError if it is not there, damaged or of another kind."""
        config = _read_config(folder)
        missing = [name for name in (TOKENIZER, VECTORS, SCALES) if not (folder / name).is_file()]
        if missing:
            raise _damaged(folder, f"{missing[0]} is missing")
        from tokenizers import Tokenizer  # 4 ms, and only a search by meaning needs it

        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises the bare class
            raise _damaged(folder, f"{TOKENIZER} cannot be read") from error
        try:
            packed = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
            scales = np.load(folder / SCALES, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(folder, "the weights are cut short or no numpy file") from error
        shape = (config.tokens, config.dim // 2)
        if packed.dtype != np.uint8 or packed.shape != shape or scales.shape != shape[:1]:
            raise _damaged(folder, f"weights of shape {packed.shape} do not fit {shape}")
        if tokenizer.get_vocab_size() != config.tokens:
            raise _damaged(folder, f"{TOKENIZER} has {tokenizer.get_vocab_size()} tokens, the weights {config.tokens}")
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(config, tokenizer, packed, np.ascontiguousarray(scales, dtype=np.float32))

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def dim(self) -> int:
        return self.config.dim

    @property
    def tokenizer(self) -> Any:
        return self._tokenizer

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) unit vectors; zero for a text without a known token. 75 microseconds an abstract."""
        sums = np.zeros((len(texts), self.dim), np.float32)
        rows = self._unpacked() if len(texts) >= _MANY else self._rows
        for start in range(0, len(texts), _CHUNK):
            for row, ids in enumerate(self.token_ids(texts[start : start + _CHUNK]), start):
                # One small product a text stays in the processor's cache; a gather over a whole batch does not.
                np.matmul(self._scales[ids], rows(ids).astype(np.float32), out=sums[row])
        return unit_rows(sums)

    encode_queries = encode_documents  # queries and documents are read alike

    def token_ids(self, texts: Sequence[str]) -> list[TokenIds]:
        """The token ids of each text, in order."""
        return self._words.ids(texts)

    def token_vectors(self, ids: TokenIds) -> Vectors:
        """(len(ids), dim) vectors of single tokens, not normalised: their length is their weight in a text."""
        rows: Vectors = self._rows(ids).astype(np.float32) * self._scales[ids, None]
        return rows

    def _rows(self, ids: TokenIds) -> npt.NDArray[np.int8]:
        packed = self._packed[ids]
        return np.concatenate([packed & 15, packed >> 4], axis=1).view(np.int8) - np.int8(_ZERO)

    def _unpacked(self) -> Callable[[TokenIds], npt.NDArray[np.int8]]:
        """The same as `_rows` by way of the whole table unpacked: 25 MB and 30 ms once, then twice as fast."""
        if self._table is None:
            self._table = self._rows(np.arange(self.config.tokens, dtype=np.int32))
        table = self._table
        return lambda ids: table.take(ids, axis=0)


def save(folder: Path, *, name: str, tokenizer: Any, vectors: Vectors) -> None:
    """Write a static model: float vectors are rounded to 4 bits with the scale that keeps each row's largest value."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.abs(vectors).max(axis=1).astype(np.float32) / (_ZERO - 1)
    rounded = np.rint(vectors / np.where(scales > 0, scales, 1.0)[:, None]).astype(np.int8) + _ZERO
    codes = rounded.astype(np.uint8)
    half = vectors.shape[1] // 2
    np.save(folder / VECTORS, codes[:, :half] | codes[:, half:] << 4, allow_pickle=False)
    np.save(folder / SCALES, scales, allow_pickle=False)
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    config = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "name": name,
        "dim": vectors.shape[1],
        "tokens": len(vectors),
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def is_static_folder(folder: Path) -> bool:
    """Whether `folder` says that it is a model of this kind, whole or not."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and config.get("format") == FORMAT


def _read_config(folder: Path) -> StaticConfig:
    if not folder.is_dir():
        raise ModelError(f"No model folder {folder}", hint="Name a folder, or a model of `kb model list`.")
    try:
        raw = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise ModelError(f"{folder} holds no {FORMAT} model", hint="`kb model list` shows the models at hand.")
        if raw.get("version") != FORMAT_VERSION:
            raise ModelError(f"{folder} has format version {raw.get('version')}", hint="Update kb, then try again.")
        return StaticConfig(str(raw["name"]), int(raw["dim"]), int(raw["tokens"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, f"{CONFIG} cannot be read") from error


def _damaged(folder: Path, why: str) -> ModelError:
    return ModelError(f"The model in {folder} is damaged: {why}", hint="Install it again, or export it anew.")
