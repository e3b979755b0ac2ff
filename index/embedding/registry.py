"""From the name of a model to the embedder, with errors that say the command that helps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.embedding.embedder import Embedder
from index.embedding.static import StaticEmbedder, is_static_folder
from kb.errors import ModelError

BUILT_IN = "kb-static-v1"
_WEIGHTS = Path(__file__).resolve().parent.parent / "weights"


@dataclass(frozen=True)
class ModelInfo:
    """One line of `kb model list`."""

    name: str
    description: str
    folder: Path | None = None


@dataclass(frozen=True)
class ModelOptions:
    """How a sentence-transformers model is to be run. The built-in model has no use for any of it.

    A prompt of None is the model's own, where it has one; "" is none at all.
    """

    batch_size: int = 32
    device: str | None = None
    query_prompt: str | None = None
    document_prompt: str | None = None


def built_in_folder() -> Path:
    """Where the built-in model's files lie."""
    return _WEIGHTS / BUILT_IN


def available_models() -> tuple[ModelInfo, ...]:
    """Models that need no download."""
    return (ModelInfo(BUILT_IN, "built in: static, 256 dimensions, no PyTorch, offline", built_in_folder()),)


def load_embedder(name: str = BUILT_IN, *, options: ModelOptions | None = None) -> Embedder:
    """The model called `name`: the built-in one, a folder, or a sentence-transformers model of the hub.

    ModelError, one line with its way out, when the model or what it needs is missing or damaged.
    """
    if not name.strip():
        raise ModelError("An empty model name", hint=f"The built-in model is {BUILT_IN}.")
    if name == BUILT_IN:
        return StaticEmbedder.load(built_in_folder())
    folder = Path(name).expanduser()
    if is_static_folder(folder):
        return StaticEmbedder.load(folder)
    from index.embedding.transformer import load_transformer

    return load_transformer(name, options=options or ModelOptions())
