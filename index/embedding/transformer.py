"""Any sentence-transformers model. Needs the extra `models`; nothing here is imported unless such a model is used."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.embedder import Vectors, unit_rows
from kb.errors import ModelError

if TYPE_CHECKING:
    from index.embedding.registry import ModelOptions

INSTALL = "pip install 'conference-kb[models]'"
# Models that want a prefix but do not carry it in their own settings. The first part of a name that matches decides.
_PREFIXES: tuple[tuple[str, str, str], ...] = (
    ("intfloat/e5-", "query: ", "passage: "),
    ("intfloat/multilingual-e5-", "query: ", "passage: "),
    ("BAAI/bge-small-en", "Represent this sentence for searching relevant passages: ", ""),
    ("BAAI/bge-base-en", "Represent this sentence for searching relevant passages: ", ""),
    ("BAAI/bge-large-en", "Represent this sentence for searching relevant passages: ", ""),
    ("nomic-ai/nomic-embed-text", "search_query: ", "search_document: "),
)


class TransformerEmbedder:
    """A loaded sentence-transformers model behind the `Embedder` protocol."""

    def __init__(self, model: Any, *, name: str, options: ModelOptions) -> None:
        self._model = model
        self._name = name
        self._batch_size = options.batch_size
        own = getattr(model, "prompts", None) or {}
        query, document = _known_prefixes(name)
        self._query = _first(options.query_prompt, own.get("query"), query)
        self._document = _first(options.document_prompt, own.get("document"), own.get("passage"), document)

    @property
    def name(self) -> str:
        return self._name

    @property
    def dim(self) -> int:
        return int(self._model.get_embedding_dimension())

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) unit vectors of documents, with the model's document prompt."""
        return self._encode(texts, self._document)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dim) unit vectors of queries, with the model's query prompt."""
        return self._encode(texts, self._query)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        # A model makes a vector of its special tokens alone; an empty text must match nothing.
        said = [row for row, text in enumerate(texts) if text.strip()]
        vectors = np.zeros((len(texts), self.dim), np.float32)
        if said:
            vectors[said] = self._model.encode(
                [texts[row] for row in said],
                prompt=prompt,
                batch_size=self._batch_size,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return unit_rows(vectors)


def load_transformer(name: str, *, options: ModelOptions) -> TransformerEmbedder:
    """The sentence-transformers model in a folder, in the local cache, or on the hub, tried in that order."""
    folder = Path(name).expanduser()
    is_folder = folder.is_dir()
    if is_folder and not any((folder / marker).is_file() for marker in ("modules.json", "config.json")):
        raise ModelError(
            f"{name} holds no embedding model", hint="Name the folder with `modules.json` or `config.json`."
        )
    if not is_folder and (folder.is_absolute() or name.startswith((".", "~"))):
        raise ModelError(f"No model folder {name}", hint="`kb model list` shows the models at hand.")
    if importlib.util.find_spec("sentence_transformers") is None:
        raise ModelError(f"The model {name} needs sentence-transformers", hint=f"Run: {INSTALL}")
    try:
        from sentence_transformers import SentenceTransformer  # 3-8 s and PyTorch
    except Exception as error:  # a broken PyTorch raises OSError, RuntimeError or ImportError
        raise ModelError(
            "sentence-transformers cannot be imported", hint=f"Run: {INSTALL} --force-reinstall"
        ) from error

    source = str(folder) if is_folder else name
    try:
        # A model that is here must not wait for the network: the hub is asked only when the local files do not do.
        model = SentenceTransformer(source, device=options.device, local_files_only=True)
    except Exception as local:
        if is_folder:
            raise ModelError(
                f"The model in {name} is damaged: {_line(local)}", hint="Download or export it anew."
            ) from local
        if os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}:
            raise ModelError(
                f"The model {name} is not on this computer and HF_HUB_OFFLINE is set", hint=f"Run: hf download {name}"
            ) from local
        model = _download(source, options)
    return TransformerEmbedder(model, name=name, options=options)


def _download(name: str, options: ModelOptions) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name, device=options.device)
    except Exception as error:
        reason = f"{type(error).__name__} {error}".lower()
        if any(
            word in reason for word in ("connect", "offline", "resolve", "timeout", "timed out", "network", "proxy")
        ):
            raise ModelError(
                f"The model {name} is not on this computer and the hub cannot be reached",
                hint=f"With a network, run: hf download {name}",
            ) from error
        raise ModelError(
            f"The model {name} cannot be loaded: {_line(error)}", hint="Check its name on the hub."
        ) from error


def _known_prefixes(name: str) -> tuple[str, str]:
    return next(((query, document) for start, query, document in _PREFIXES if name.startswith(start)), ("", ""))


def _first(*choices: str | None) -> str:
    return next((choice for choice in choices if choice is not None), "")


def _line(error: BaseException) -> str:
    """The first line of a library's message, short enough for a terminal."""
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
