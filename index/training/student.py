"""The student: one vector a token, taught by pairs of texts and by a teacher's vectors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.training.grouping import clusters, order
from index.training.texts import Bags, join

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_ROW_KEY = 1 << 20  # more than there are tokens: row and token in one number


@dataclass(frozen=True)
class Taught:
    """Texts of one kind with the teacher's vector of each, already in the student's axes."""

    texts: Bags
    vectors: Floats
    batch: int


@dataclass(frozen=True)
class Recipe:
    """Every number of the training, so that a model card can show them all."""

    dim: int = 256
    vocabulary: int = 100_000
    epochs: int = 3
    batch: int = 1024
    learning_rate: float = 4e-3
    temperature: float = 0.05
    title_share: float = 0.5
    keyword_share: float = 0.1
    neighbours: int = 32  # texts of one cluster that stand side by side in a batch; 0 mixes freely
    clusters: int = 256
    pair_weight: float = 0.5
    relation_weight: float = 2.0
    regression_weight: float = 1.0
    abstract_tokens: int = 256
    shared_dropout: float = 0.3
    seed: int = 1


@dataclass(frozen=True)
class Lessons:
    """All that one training reads. The first of `taught` is the papers' titles, in the papers' order."""

    titles: Bags
    abstracts: Bags
    keywords: Bags
    taught: tuple[Taught, ...]


def _spans(bags: Bags, longest: int, rng: np.random.Generator) -> tuple[Bags, Bags]:
    """A random span of each row (a sixth to a half of it), and what is left on its longer side."""
    lengths = np.minimum(bags.lengths, longest)
    size = np.minimum(lengths, 1 + (lengths * rng.uniform(1 / 6, 1 / 2, len(bags))).astype(np.int64))
    offset = (rng.uniform(0, 1, len(bags)) * (lengths - size + 1)).astype(np.int64)
    before, after = offset, lengths - offset - size
    rest_start = np.where(before >= after, 0, offset + size)
    return bags.cut(bags.starts + offset, size), bags.cut(bags.starts + rest_start, np.maximum(before, after))


def pairs(lessons: Lessons, rows: Ints, recipe: Recipe, rng: np.random.Generator) -> tuple[Bags, Bags]:
    """A batch of (short text, paper): title and abstract, keywords and paper, or a span and its surroundings."""
    draw = rng.uniform(0, 1, len(rows))
    has_words = lessons.keywords.lengths[rows] > 0
    by_words = (draw < recipe.keyword_share) & has_words
    by_title = ~by_words & (draw < recipe.keyword_share + recipe.title_share)
    abstracts = lessons.abstracts.take(rows)
    capped = Bags(abstracts.ids, abstracts.starts, np.minimum(abstracts.lengths, recipe.abstract_tokens))
    titled, worded, spanned = np.flatnonzero(by_title), np.flatnonzero(by_words), np.flatnonzero(~by_title & ~by_words)
    spans, rests = _spans(capped.take(spanned), recipe.abstract_tokens, rng)
    left = join([lessons.titles.take(rows[titled]), lessons.keywords.take(rows[worded]), spans])
    right = join([capped.take(titled), capped.take(worded), rests])
    left = without_shared(left, right, recipe.shared_dropout, rng)
    whole = np.flatnonzero((left.lengths > 0) & (right.lengths > 0))
    return left.take(whole), right.take(whole)


def without_shared(left: Bags, right: Bags, share: float, rng: np.random.Generator) -> Bags:
    """`left` (packed) with that share of the tokens dropped which its row of `right` (packed) holds as well.

    Words in common are what BM25 already finds; without them the student must learn what else tells of a paper.
    """
    if not share:
        return left
    left_row = np.repeat(np.arange(len(left)), left.lengths)
    right_row = np.repeat(np.arange(len(right)), right.lengths)
    shared = np.isin(left_row * _ROW_KEY + left.ids, right_row * _ROW_KEY + right.ids)
    kept = ~(shared & (rng.uniform(0, 1, len(shared)) < share))
    lengths = np.bincount(left_row[kept], minlength=len(left))
    return Bags(left.ids[kept], np.cumsum(lengths) - lengths, lengths)


def train(
    start: Floats,
    lessons: Lessons,
    recipe: Recipe,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Floats:
    """Token vectors after `recipe.epochs` epochs from `start`; equal seeds give equal vectors."""
    import torch
    from torch.nn import functional

    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    weight = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimizer = torch.optim.Adam([weight], lr=recipe.learning_rate, fused=True)
    batches = len(lessons.titles) // recipe.batch
    total = max(1, batches * recipe.epochs)
    warm = max(1, total // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / total)
    )

    def embed(bags: Bags) -> Any:
        ids = torch.from_numpy(bags.ids.astype(np.int64))
        vectors = functional.embedding_bag(ids, weight, torch.from_numpy(bags.starts))
        return functional.normalize(vectors, dim=1)

    began = time.monotonic()
    near = [_clusters(taught, recipe) for taught in lessons.taught]
    # The teacher may not have had time for every title; then papers have no clusters.
    topics = near[0] if near and len(lessons.taught[0].texts) == len(lessons.titles) else None
    streams = [
        _stream(len(taught.texts), taught.batch, cluster, recipe, rng)
        for taught, cluster in zip(lessons.taught, near, strict=True)
    ]
    for epoch in range(recipe.epochs):
        papers = order(len(lessons.titles), topics, recipe.neighbours, rng)
        sums = np.zeros(3)
        for step in range(batches):
            rows = papers[step * recipe.batch : (step + 1) * recipe.batch]
            left, right = pairs(lessons, rows, recipe, rng)
            chosen = [next(stream) for stream in streams]
            sizes = [len(left), len(right), *map(len, chosen)]
            parts = [left, right, *(t.texts.take(c) for t, c in zip(lessons.taught, chosen, strict=True))]
            vectors = torch.split(embed(join(parts)), sizes)
            scores = vectors[0] @ vectors[1].T / recipe.temperature
            goal = torch.arange(len(left))
            pair = (functional.cross_entropy(scores, goal) + functional.cross_entropy(scores.T, goal)) / 2
            relation, regression = torch.zeros(()), torch.zeros(())
            if chosen:
                said = [torch.from_numpy(t.vectors[c]) for t, c in zip(lessons.taught, chosen, strict=True)]
                relation = _relation(vectors[2:], said, recipe.temperature)
                regression = torch.stack(
                    [1 - functional.cosine_similarity(v, t).mean() for v, t in zip(vectors[2:], said, strict=True)]
                ).mean()
            loss = recipe.pair_weight * pair + recipe.relation_weight * relation + recipe.regression_weight * regression
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            sums += [pair.item(), relation.item(), regression.item()]
        means = "  ".join(
            f"{name} {value:.3f}"
            for name, value in zip(("pair", "relation", "regression"), sums / max(1, batches), strict=True)
        )
        progress(f"epoch {epoch + 1}/{recipe.epochs}  {means}  {time.monotonic() - began:.0f} s")
    trained: Floats = weight.detach().numpy().astype(np.float32)
    return trained


def _relation(student: Any, teacher: Any, temperature: float) -> Any:
    """How far the student's ranking of a batch's own texts is from the teacher's, kind by kind (KL divergence)."""
    import torch
    from torch.nn import functional

    losses = []
    for mine, said in zip(student, teacher, strict=True):
        hidden = torch.eye(len(mine), dtype=torch.bool)
        said = functional.normalize(said, dim=1)
        goal = (said @ said.T / temperature).masked_fill(hidden, -1e4)
        got = (mine @ mine.T / temperature).masked_fill(hidden, -1e4)
        losses.append(
            functional.kl_div(got.log_softmax(1), goal.log_softmax(1), reduction="batchmean", log_target=True)
        )
    return torch.stack(losses).mean()


def _clusters(taught: Taught, recipe: Recipe) -> Ints | None:
    return clusters(taught.vectors, recipe.clusters, seed=recipe.seed) if recipe.neighbours else None


def _stream(count: int, batch: int, cluster: Ints | None, recipe: Recipe, rng: np.random.Generator) -> Iterator[Ints]:
    """Batches for ever, each text once before any comes again."""
    size = min(batch, count)
    while True:
        rows = order(count, cluster, recipe.neighbours, rng)
        for start in range(0, count - size + 1, size):
            yield rows[start : start + size]
