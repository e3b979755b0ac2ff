"""The one place that picks parts: which index, which model, which collector a knowledge base is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.home import Home, default_home, load_settings
from kb.knowledge_base import Collector, KnowledgeBase
from kb.store import open_store

if TYPE_CHECKING:
    from kb.knowledge_base import SearchIndex


def open_kb(home: str | Path | None = None, *, readonly: bool = False, model: str | None = None) -> KnowledgeBase:
    """Open the knowledge base in `home` (else `KB_HOME`, else the platform's data folder), creating it if need be.

    `readonly=True` never writes and raises `UsageError` when there is none. `model` is an embedding model's name or
    folder, instead of the one in the settings. Raises `StoreError` when the files cannot be used.
    """
    place = Home(Path(home).expanduser() if home is not None else default_home())
    store = open_store(place, readonly=readonly)

    def index() -> SearchIndex:
        settings = load_settings(place)
        from index.opening import open_index

        return open_index(place.index, settings, model=model, document=store.document)

    def collector() -> Collector:
        from kb.collect import Collecting

        return Collecting(place)

    return KnowledgeBase(store, index=index, collector=collector)
