"""Which index a home's settings ask for, ready to search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding.registry import ModelOptions, load_embedder
from kb.errors import UsageError
from kb.home import Settings

if TYPE_CHECKING:
    from kb.knowledge_base import SearchIndex
    from kb.models import Document


def open_index(
    folder: Path,
    settings: Settings,
    *,
    model: str | None = None,
    document: Callable[[str], Document | None] | None = None,
) -> SearchIndex:
    """The index in `folder` with the model of the settings, or `model` instead.

    `document` looks a record up for the re-ranker; without it there is no re-ranking. ModelError when the model cannot
    be loaded, UsageError for a backend that does not exist or says too little.
    """
    embedder = load_embedder(model or settings.model, options=ModelOptions(device=settings.device or None))
    opened: SearchIndex
    if settings.backend == "builtin":
        from index.engine import SearchIndex as BuiltinIndex

        opened = BuiltinIndex(folder, embedder)
    elif settings.backend == "milvus":
        from index.milvus import MilvusIndex  # 0.5 s, and only with the extra `milvus`

        opened = MilvusIndex(folder, embedder, uri=settings.milvus_uri or str(folder / "milvus.db"))
    else:
        raise UsageError(f"No index backend is named '{settings.backend}'", hint="Backends: builtin, milvus")
    if settings.reranker and document:
        from index.rerank import Reranked, load_cross_encoder

        name, device = settings.reranker, settings.device or None
        return Reranked(opened, lambda: load_cross_encoder(name, device=device), document)
    return opened
