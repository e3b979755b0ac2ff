"""The knowledge base: records, identity, storage, search and the program `kb`.

from kb import open_kb

with open_kb() as kb:
    for hit in kb.search("protein design", kinds=["talk"]):
        print(hit.record.title, hit.id)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.errors import KBError
    from kb.knowledge_base import KnowledgeBase
    from kb.models import Event, Hit, Paper, Person, SearchResult, Talk
    from kb.wiring import open_kb

__all__ = ["Event", "Hit", "KBError", "KnowledgeBase", "Paper", "Person", "SearchResult", "Talk", "open_kb"]
__version__ = "0.1.0"

_HOMES = {"open_kb": "kb.wiring", "KnowledgeBase": "kb.knowledge_base", "KBError": "kb.errors"}


def __getattr__(name: str) -> Any:
    """Import on first use (PEP 562): `index` imports `kb.models`, which must not import `index` in turn."""
    if name not in __all__:
        raise AttributeError(f"module 'kb' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "kb.models")), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
