"""The model card that is written beside the weights."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from index.training.build import Report

_TEXT = """\
---
license: mit
library_name: sentence-transformers
tags: [sentence-transformers, static-embedding, scientific-papers]
---

# {name}

A static embedding model of scientific English: one vector a token, a text is the mean of its tokens' vectors. It runs
on a processor without PyTorch, and exports to an ordinary sentence-transformers folder.

## Data

{papers:,} papers (title, abstract, keywords). Papers that a benchmark judges were left out by id. The abstracts are
their authors' and are not part of this model's files, which hold token vectors alone.

## Recipe

{tokens:,} tokens of {dim} dimensions, 4 bits a number with one scale a token. The teacher is `{teacher}`.
It read {taught}.

Token vectors start as the teacher's vectors of the single tokens, on the principal axes of all it read, times smooth
inverse frequencies. The student then learns, with Adam:

- pairs: title and abstract, keywords and abstract, a span and what surrounds it, each against the rest of the batch;
- the teacher's ranking of a batch's own texts (KL divergence of the similarities' softmax);
- the teacher's vectors themselves (cosine).

| setting | value |
|---|---|
{settings}

## Scores

{scores}

## Licence

The weights are released under the MIT licence, like the program that carries them.
"""
_NO_SCORES = "Not measured yet: `tests/benchmarks/search_quality.py` measures."


def write_card(path: Path, report: Report, *, name: str, teacher: str, scores: str = "") -> None:
    """Write what was trained, on what, and how. `scores` is Markdown; without it the card says they are missing."""
    taught = ", ".join(f"{count:,} {kind}s" for kind, count in report.taught.items())
    settings = "\n".join(f"| {key} | {value} |" for key, value in asdict(report.recipe).items())
    text = _TEXT.format(
        name=name,
        papers=report.papers,
        tokens=report.tokens,
        dim=report.recipe.dim,
        teacher=teacher,
        taught=taught,
        settings=settings,
        scores=scores.strip() or _NO_SCORES,
    )
    path.write_text(text, encoding="utf-8")
