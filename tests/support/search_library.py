"""A source of documents in memory and a tiny deterministic embedder: what the search tests are made of."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.engine import SearchIndex
from kb.models import Document
from kb.text import fold

# Words that mean the same to the embedder, so that a test can tell meaning from wording
SYNONYMS = {"car": "automobile", "physician": "doctor", "forces": "force", "molecules": "molecule"}


class HashEmbedder:
    """A bag of hashed words, synonyms joined. Counts what it was asked to embed."""

    def __init__(self, name: str = "hash-32", dim: int = 32) -> None:
        self.name, self.dim = name, dim
        self.documents: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.documents += texts
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in fold(text).split():
                seed = zlib.crc32(f"{self.name}{SYNONYMS.get(word, word)}".encode())
                row += np.random.default_rng(seed).normal(size=self.dim).astype(np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


class MemorySource:
    """What the store offers the index: documents with the generation of their last change."""

    def __init__(self, *documents: Document) -> None:
        self._generation = 0
        self._changed: dict[str, tuple[int, Document | None]] = {}
        if documents:
            self.put(*documents)

    def put(self, *documents: Document) -> None:
        self._generation += 1
        for document in documents:
            self._changed.pop(document.id, None)
            self._changed[document.id] = (self._generation, document)

    def remove(self, *ids: str) -> None:
        self._generation += 1
        for record_id in ids:
            self._changed.pop(record_id, None)
            self._changed[record_id] = (self._generation, None)

    def generation(self) -> int:
        return self._generation

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        yield from [d for generation, d in self._changed.values() if d and generation > since]

    def deleted(self, *, since: int = 0) -> Iterator[str]:
        yield from [i for i, (generation, d) in self._changed.items() if d is None and generation > since]

    def document(self, record_id: str) -> Document | None:
        return self._changed.get(record_id, (0, None))[1]


def paper(number: int | str, title: str, text: str = "", **more: object) -> Document:
    return Document(f"paper/{number}", "paper", title, text, **more)  # type: ignore[arg-type]


LIBRARY = (
    paper(1, "Equivariant neural networks for molecular force fields",
          "We learn interatomic forces. Symmetry under rotation is built in: SE(3)-equivariant layers.",
          people=("Max Welling", "Tess E. Smidt"), venue="ICML", year=2023, topics=("molecules",),
          sources=("openreview",), has=("pdf", "abstract"), keywords=("equivariance",)),
    paper(2, "Diffusion models generate protein backbones",
          "Generative models of protein structure design new folds.", people=("David Baker",), venue="NeurIPS",
          year=2024, date="2024-12-10", topics=("proteins", "generative"), sources=("arxiv",), has=("pdf", "code"),
          fold_key="backbones|baker"),
    paper(3, "Diffusion models generate protein backbones",
          "Generative models of protein structure, preprint.", people=("David Baker",), venue="arXiv", year=2023,
          topics=("proteins",), sources=("arxiv",), fold_key="backbones|baker"),
    paper(4, "Weather forecasting with graph networks", "A global forecast in one minute.",
          people=("Remi Lam",), venue="ICML 2024", year=2024, topics=("weather",), sources=("openreview",)),
    Document("talk/1", "talk", "De novo protein design", "A talk about designing proteins that bind.",
             people=("David Baker",), venue="ICLR 2024", year=2024, date="2024-05-11", has=("slides", "video"),
             topics=("proteins",), sources=("site",), tags=("to-read",)),
    Document("talk/2", "talk", "To be or not to be", "On stopping.", people=("Hamlet Prince",), year=2022),
    Document("person/1", "person", "David Baker", "University of Washington", people=("David Baker",)),
    Document("person/2", "person", "Max Welling", "University of Amsterdam", people=("Max Welling",)),
    Document("event/1", "event", "AI for Science: Scaling in AI for Scientific Discovery", "A workshop. Vienna.",
             people=("David Baker", "Max Welling"), venue="ICML 2024", year=2024, date="2024-07-26"),
)  # fmt: skip


BuildIndex = Callable[[Path, HashEmbedder], SearchIndex]


def milvus_index(folder: Path, embedder: HashEmbedder) -> SearchIndex:
    """The same contract by milvus-lite; skips where the extra is missing."""
    import pytest

    pytest.importorskip("milvus_lite", reason="the extra `milvus` is not installed")
    from index.milvus import MilvusIndex

    return MilvusIndex(folder, embedder, uri=str(folder / "milvus.db"))  # type: ignore[return-value]


def builtin_index(folder: Path, embedder: HashEmbedder) -> SearchIndex:
    return SearchIndex(folder, embedder)
