"""A static model as an ordinary sentence-transformers folder, written without PyTorch."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import numpy as np

from index.embedding.embedder import Vectors
from index.embedding.static import StaticEmbedder
from kb.errors import ModelError

_STATIC_MODULE = "0_StaticEmbedding"
_MODULES = [
    {"idx": 0, "name": "0", "path": _STATIC_MODULE, "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_SETTINGS = {
    "__version__": {"sentence_transformers": "3.3.0"},  # the first version that reads StaticEmbedding
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
    "model_type": "SentenceTransformer",
}


def export_model(embedder: StaticEmbedder, folder: Path, *, card: Path | None = None) -> None:
    """Write `embedder` so that `SentenceTransformer(folder)` gives the same vectors. A folder in use is refused.

    float32, four times the size of the int8 original. `card` becomes the folder's README.md.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(f"{folder} is there already and not empty", hint="Name a new or an empty folder.")
    module = folder / _STATIC_MODULE
    try:
        module.mkdir(parents=True, exist_ok=True)
        (folder / "1_Normalize").mkdir(exist_ok=True)
        everything = np.arange(embedder.config.tokens, dtype=np.int32)
        write_safetensors(module / "model.safetensors", "embedding.weight", embedder.token_vectors(everything))
        embedder.tokenizer.save(str(module / "tokenizer.json"))
        _write_json(folder / "modules.json", _MODULES)
        _write_json(folder / "config_sentence_transformers.json", _SETTINGS)
        _write_json(folder / "1_Normalize" / "config.json", {})
        if card is not None and card.is_file():
            shutil.copyfile(card, folder / "README.md")
    except OSError as error:
        raise ModelError(f"{folder} cannot be written: {error.strerror}", hint="Name a folder that can.") from error


def write_safetensors(path: Path, name: str, values: Vectors) -> None:
    """One float32 matrix in the safetensors format: header length, JSON header, little-endian data."""
    data = np.ascontiguousarray(values, dtype="<f4")
    entry = {"dtype": "F32", "shape": list(data.shape), "data_offsets": [0, data.nbytes]}
    header = json.dumps({name: entry, "__metadata__": {"format": "pt"}}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)  # the data must start at a multiple of eight
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(header)))
        out.write(header)
        out.write(data.data)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
