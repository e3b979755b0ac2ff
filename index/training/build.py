"""From papers to a model folder: vocabulary, teacher, student, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding import static
from index.training import vocabulary
from index.training.corpus import Paper, sample_abstracts, sample_sentences
from index.training.student import Lessons, Recipe, Taught, train
from index.training.teacher import Teacher
from index.training.texts import Bags, tokenise
from kb.errors import UsageError

Progress = Callable[[str], None]

# How many of the teacher's texts of each kind a batch holds
_BATCHES = {"title": 1024, "sentence": 512, "abstract": 256}
# How the time for the teacher is shared out. Sentences teach most for their length.
_TIME = {"title": 0.3, "sentence": 0.5, "abstract": 0.2}


@dataclass(frozen=True)
class Report:
    """What was done, for the model card."""

    papers: int
    tokens: int
    taught: dict[str, int]
    recipe: Recipe


def build(
    papers: Sequence[Paper],
    folder: Path,
    *,
    name: str,
    teacher: Teacher,
    recipe: Recipe,
    teacher_seconds: float,
    progress: Progress,
) -> Report:
    """Train on `papers` and write the model to `folder`. Equal papers, cache and recipe give equal vectors."""
    if len(papers) < 2:
        raise UsageError(f"{len(papers)} papers are too few to train on", hint="Give a file of thousands of papers.")
    if recipe.dim % 2:
        raise UsageError(f"{recipe.dim} dimensions cannot be packed", hint="Give an even number.")
    progress(f"vocabulary of {recipe.vocabulary:,} from {len(papers):,} papers")
    tokenizer = vocabulary.train_tokenizer(papers, size=recipe.vocabulary, teacher_words=teacher.words())
    texts = {
        "title": [paper.title for paper in papers],
        "sentence": sample_sentences(papers, seed=recipe.seed),
        "abstract": sample_abstracts(papers, seed=recipe.seed),
    }
    said = {
        kind: teacher.encode_cached(kind, texts[kind], seconds=share * teacher_seconds, progress=progress)
        for kind, share in _TIME.items()
    }
    said = {kind: vectors for kind, vectors in said.items() if len(vectors)}
    axes = vocabulary.principal_axes(np.concatenate(list(said.values())), recipe.dim)

    progress("tokens")
    bags = {
        "title": tokenise(tokenizer, texts["title"]),
        "abstract": tokenise(tokenizer, [paper.abstract for paper in papers]),
        "keyword": tokenise(tokenizer, [", ".join(paper.keywords) for paper in papers]),
    }
    taught = tuple(
        Taught(tokenise(tokenizer, texts[kind][: len(vectors)]), vectors @ axes, _BATCHES[kind])
        for kind, vectors in said.items()
    )
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    counts = _counts((bags["title"], bags["abstract"]), len(tokens))
    progress(f"first vectors of {len(tokens):,} tokens")
    start = vocabulary.initial_vectors(tokens, counts, axes, teacher.encode)
    lessons = Lessons(bags["title"], bags["abstract"], bags["keyword"], taught)
    static.save(folder, name=name, tokenizer=tokenizer, vectors=train(start, lessons, recipe, progress=progress))
    return Report(len(papers), len(tokens), {kind: len(vectors) for kind, vectors in said.items()}, recipe)


def _counts(bags: Sequence[Bags], tokens: int) -> vocabulary.Counts:
    return np.bincount(np.concatenate([bag.ids for bag in bags]), minlength=tokens).astype(np.int64)
