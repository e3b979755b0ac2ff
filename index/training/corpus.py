"""Papers as training text: read, cleaned, cut into titles, sentences and abstracts."""

from __future__ import annotations

import gzip
import html
import io
import json
import lzma
import random
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TextIO

_PDF_JUNK = re.compile(r"\(cid:\d+\)")
_LATEX_COMMAND = re.compile(r"\\(?:textbf|textit|emph|texttt|text|mathrm|mathbf|mathcal|mathbb)\s*\{([^{}]*)\}")
_SPACES = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\d])")

# The words by which a paper is counted as science rather than pure machine learning. Such papers give more sentences,
# because the knowledge base is searched for them and their vocabulary is the rarer one in the corpus.
_SCIENCE = re.compile(
    r"protein|molecul|\bdrug|\bcells?\b|cellular|clinical|disease|medic|\bgen(?:e|es|ome|omic|omics|etic)\b|chemi|"
    r"material|quantum|physic|climate|weather|fluid|turbulen|aerodynam|astro|galax|\bbrain|neuro(?:n|im|sci)|patient|"
    r"cancer|tumou?r|biolog|crystal|ocean|seismic|partial differential|\bpdes?\b|epidem|vaccin|bacteri|virus|enzym",
    re.IGNORECASE,
)
_SENTENCE_MIN, _SENTENCE_MAX = 40, 400  # characters: shorter is a fragment, longer is a sentence that was not split


@dataclass(frozen=True)
class Paper:
    """What training needs of a paper. Nothing else of the record is kept."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]

    @cached_property
    def is_science(self) -> bool:
        """Whether title or abstract speak of a natural science. Slow (0.4 ms), so computed once."""
        return bool(_SCIENCE.search(self.title)) or len(_SCIENCE.findall(self.abstract)) >= 2

    @property
    def text(self) -> str:
        return f"{self.title}. {self.abstract}" if self.abstract else self.title


def clean(text: object) -> str:
    """One line of plain text: entities decoded, PDF junk and LaTeX font commands gone; "" for what is no string."""
    if not isinstance(text, str):
        return ""
    text = _LATEX_COMMAND.sub(r"\1", _PDF_JUNK.sub(" ", html.unescape(text)))
    return _SPACES.sub(" ", text.replace("$", " ")).strip()


def sentences(text: str) -> list[str]:
    """The sentences of an abstract that are neither fragments nor whole paragraphs."""
    return [s for s in _SENTENCE_END.split(text) if _SENTENCE_MIN <= len(s) <= _SENTENCE_MAX]


def _open(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return io.TextIOWrapper(lzma.open(path), encoding="utf-8", errors="replace")
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8", errors="replace")
    return path.open(encoding="utf-8", errors="replace")


def read_papers(path: Path, *, exclude: frozenset[str] = frozenset(), limit: int | None = None) -> Iterator[Paper]:
    """The first `limit` papers of a JSONL file (plain, .gz or .xz) with a title, without the ids in `exclude`.

    A line that is not a JSON object is reported on stderr with its number and skipped.
    """
    given = 0
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            if limit is not None and given >= limit:
                return
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                print(f"{path.name}:{number}: not JSON ({error.msg}), skipped", file=sys.stderr)
                continue
            if not isinstance(row, dict):
                print(f"{path.name}:{number}: not a JSON object, skipped", file=sys.stderr)
                continue
            identifier, title = str(row.get("id", number)), clean(row.get("title"))
            if not title or identifier in exclude:
                continue
            keywords = row.get("keywords")
            words = tuple(filter(None, map(clean, keywords))) if isinstance(keywords, list) else ()
            given += 1
            yield Paper(identifier, title, clean(row.get("abstract")), words)


def sample_sentences(papers: Iterable[Paper], *, seed: int) -> list[str]:
    """Sentences for the teacher, in random order: three of a science paper, one of any other."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    chosen: list[str] = []
    for paper in papers:
        found = sentences(paper.abstract)
        chosen.extend(rng.sample(found, min(len(found), 3 if paper.is_science else 1)))
    rng.shuffle(chosen)
    return chosen


def sample_abstracts(papers: Iterable[Paper], *, seed: int) -> list[str]:
    """Title and abstract of every paper that has one, in random order, science papers before the others."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    found = [paper for paper in papers if paper.abstract]
    rng.shuffle(found)
    return [p.text for p in sorted(found, key=lambda paper: not paper.is_science)]
