"""Which index a home's settings ask for, ready to search."""

from __future__ import annotations

from pathlib import Path

from index.embedding.registry import ModelOptions, load_embedder
from index.engine import SearchIndex
from kb.errors import UsageError
from kb.home import Settings


def open_index(folder: Path, settings: Settings, *, model: str | None = None) -> SearchIndex:
    """The index in `folder` with the model of the settings, or `model` instead.

    ModelError when the model cannot be loaded, UsageError for a backend that does not exist.
    """
    if settings.backend != "builtin":
        raise UsageError(f"No index backend is named '{settings.backend}'", hint="Backends: builtin")
    embedder = load_embedder(model or settings.model, options=ModelOptions(device=settings.device or None))
    return SearchIndex(folder, embedder)
