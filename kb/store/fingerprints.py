"""What a forgotten record is recognised by when it comes back: hashes, none of its data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kb.models import PaperFact
from kb.names import name_key
from kb.text import fold


def talk_key(title: str | None, speakers: Iterable[str]) -> str:
    """What tells a talk from others when it comes back: its title with its speakers."""
    return f"{fold(title or '')}|{','.join(sorted(name_key(name) for name in speakers))}"


def paper_keys(fact: PaperFact) -> list[str]:
    """What tells a paper from others when it comes back: each outside id, and its title with its first author."""
    outside = (("openreview", fact.openreview_id), ("arxiv", fact.arxiv_id), ("doi", (fact.doi or "").lower()))
    first = name_key(fact.authors[0]) if fact.authors else ""
    return [*(f"{kind}:{value}" for kind, value in outside if value), f"{fold(fact.title or '')}|{first}"]


def forget_key(kind: str, label: str) -> str:
    """A fingerprint that recognises a forgotten record when it comes back, without keeping its data."""
    return hashlib.sha256(f"{kind}:{label}".encode()).hexdigest()[:32]
