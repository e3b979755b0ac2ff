"""Re-ranking: a cross-encoder reads the query with each of the best hits and puts them in its own order.

Off by default: it needs the extra `models`, and takes a second or so for 50 hits on a laptop, where the rest takes
milliseconds.
"""

from __future__ import annotations

import importlib.util
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.ranking import NAME_BOOST, Mode, Sort
from index.sync import DocumentSource, Progress, plain_text
from kb.errors import ModelError
from kb.knowledge_base import SearchIndex
from kb.models import Document, IndexStatus, Ranking, RecordKind, Scored, SyncReport
from kb.query import Query

INSTALL = "pip install 'conference-kb[models]'"
# How many hits are read again, and for how long at most; what is not reached keeps its place behind
DEPTH = 50
BUDGET_S = 2.0
_BATCH = 8
_MAX_TEXT = 2_000
# The order of a query is kept, so that its pages fit together even if the clock cut one run short
_REMEMBERED = 32


class CrossEncoder(Protocol):
    """Scores (query, text) pairs; higher means the text answers the query better."""

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Any: ...


class Reranked:
    """A search index whose first hits are read again. Everything but `search` is the inner index's."""

    def __init__(
        self,
        inner: SearchIndex,
        encoder: Callable[[], CrossEncoder],
        document: Callable[[str], Document | None],
        *,
        depth: int = DEPTH,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._inner, self._load, self._document = inner, encoder, document
        self._depth, self._budget = depth, budget_s
        self._encoder: CrossEncoder | None = None
        self._lock = threading.Lock()
        self._orders: OrderedDict[tuple[object, ...], tuple[Scored, ...]] = OrderedDict()

    def search(
        self,
        query: Query,
        *,
        limit: int = 20,
        offset: int = 0,
        mode: Mode = "hybrid",
        sort: Sort = "relevance",
        fold: bool = True,
        facets: bool = False,
        as_you_type: bool = False,
    ) -> Ranking:
        """Like the inner index's, the first hits in the order of the cross-encoder. Not while typing."""

        def ask(limit: int, offset: int) -> Ranking:
            return self._inner.search(
                query, limit=limit, offset=offset, mode=mode, sort=sort, fold=fold, facets=facets,
                as_you_type=as_you_type,
            )  # fmt: skip

        if sort != "relevance" or as_you_type or not query.text.strip() or offset >= self._depth:
            return ask(limit, offset)
        found = ask(max(self._depth, offset + limit), 0)
        first = self._ordered(query, found.hits[: self._depth], (str(query), mode, fold))
        hits = (*first, *found.hits[self._depth :])[offset : offset + limit]
        return replace(found, hits=hits)

    def _ordered(self, query: Query, hits: tuple[Scored, ...], key: tuple[object, ...]) -> tuple[Scored, ...]:
        key = (*key, tuple(hit.id for hit in hits))
        if key in self._orders:
            return self._orders[key]
        # A page that the query names stays where it is: its text says little about why
        named = [hit for hit in hits if hit.score >= NAME_BOOST]
        others = [hit for hit in hits if hit.score < NAME_BOOST]
        scores = self._scores(query.text, others)
        read = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
        ordered = (*named, *(others[i] for i in read), *others[len(scores) :])
        # Scores keep falling down the page, whoever gave them
        falling = sorted((hit.score for hit in hits), reverse=True)
        ordered = tuple(replace(hit, score=score) for hit, score in zip(ordered, falling, strict=True))
        with self._lock:
            self._orders[key] = ordered
            while len(self._orders) > _REMEMBERED:
                self._orders.popitem(last=False)
        return ordered

    def _scores(self, text: str, hits: Sequence[Scored]) -> list[float]:
        """Scores of the first hits, as many as the budget allows; at least one batch."""
        with self._lock:
            self._encoder = self._encoder or self._load()
        deadline = time.monotonic() + self._budget
        scores: list[float] = []
        while len(scores) < len(hits) and (not scores or time.monotonic() < deadline):
            batch = [self._text(hit.id) for hit in hits[len(scores) : len(scores) + _BATCH]]
            answer = np.asarray(self._encoder.predict([(text[:_MAX_TEXT], each) for each in batch]), dtype=float)
            # A model of several classes says last how well the two fit
            flat = answer if answer.ndim == 1 else answer[:, -1]
            scores += [score if math.isfinite(score) else -math.inf for score in flat.tolist()]
        return scores

    def _text(self, record_id: str) -> str:
        document = self._document(record_id)
        return plain_text(document)[:_MAX_TEXT] if document else ""

    def related(
        self, document: Document, *, kinds: Collection[RecordKind] | None = None, limit: int = 10
    ) -> tuple[Scored, ...]:
        return self._inner.related(document, kinds=kinds, limit=limit)

    def like(self, text: str, *, limit: int = 20, kinds: Collection[RecordKind] | None = None) -> Ranking:
        return self._inner.like(text, limit=limit, kinds=kinds)

    def sync(self, source: DocumentSource, *, progress: Progress | None = None, rebuild: bool = False) -> SyncReport:
        return self._inner.sync(source, progress=progress, rebuild=rebuild)  # type: ignore[arg-type]  # asks for less

    def status(self, *, generation: int | None = None) -> IndexStatus:
        return self._inner.status(generation=generation)

    def verify(self) -> list[str]:
        return self._inner.verify()

    def close(self) -> None:
        self._inner.close()


def load_cross_encoder(name: str, *, device: str | None = None) -> CrossEncoder:
    """The cross-encoder in a folder, in the local cache, or on the hub, tried in that order.

    ModelError, with the one command that helps, when it or the extra is missing.
    """
    if importlib.util.find_spec("sentence_transformers") is None:
        raise ModelError(f"The re-ranker {name} needs sentence-transformers", hint=f"Run: {INSTALL}")
    from sentence_transformers import CrossEncoder as Model  # 3-8 s and PyTorch

    folder = Path(name).expanduser()
    source = str(folder) if folder.is_dir() else name
    try:
        loaded: CrossEncoder = Model(source, device=device, local_files_only=True)
        return loaded
    except Exception as local:
        if folder.is_dir():
            raise ModelError(f"The re-ranker in {name} is damaged: {_line(local)}", hint="Download it anew") from local
    try:
        loaded = Model(source, device=device)
        return loaded
    except Exception as why:  # the hub's client raises errors of many kinds
        raise ModelError(
            f"The re-ranker {name} cannot be loaded: {_line(why)}", hint=f"Run: hf download {name}"
        ) from why


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
