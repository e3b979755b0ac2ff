"""Measures what the second looks of `index.embedding.rescoring` give, with their settings chosen on the other sets.

    python tests/benchmarks/search_quality_rescoring.py [--shared DIR] [--set NAME ...]

Each set is ranked by words alone, by both sides fused, and by both with the second looks: once with the product's
constants, and once with the settings that did best on the other sets, which is the honest figure.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import search_quality as quality

from index.embedding import BUILT_IN, load_embedder
from index.embedding import rescoring as look
from index.embedding.documents import document_text
from index.embedding.embedder import Vectors
from index.embedding.static import StaticEmbedder
from index.embedding.tokens import TokenIds
from index.engine import SearchIndex
from index.fusion import DEPTH, Side, fuse
from kb.query import Part, Query


@dataclass(frozen=True)
class Setting:
    """The weight of meaning, the neighbours' share, and the weight of word-by-word likeness."""

    weight: float
    share: float
    interaction: float


PRODUCT = Setting(look.SEMANTIC_WEIGHT, look.NEIGHBOUR_SHARE, look.INTERACTION_WEIGHT)
FUSED = Setting(look.SEMANTIC_WEIGHT, 0.0, 0.0)
GRID = tuple(Setting(*each) for each in product((0.25, look.SEMANTIC_WEIGHT, 0.4), (0.0, 0.3, 0.5), (0.0, 0.4, 0.8)))


@dataclass(frozen=True)
class Candidates:
    """All that one query's ranking is made from."""

    query: str
    ids: tuple[str, ...]
    words: Side
    meaning: Side
    vectors: Vectors
    query_ids: TokenIds
    tokens: tuple[TokenIds, ...]


def gather(bench: quality.Bench, model: StaticEmbedder) -> list[Candidates]:
    """The candidates of every query of a set: the best by words from the product's index, and by exact cosine."""
    texts = [document_text(document.title, document.text) for document in bench.documents]
    vectors, tokens = model.encode_documents(texts), model.token_ids(texts)
    place = {document.id: row for row, document in enumerate(bench.documents)}
    found = []
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(SearchIndex(Path(folder), model)) as index:
        index.sync(quality.Fixed(bench.documents))
        for key, row in bench.queries.items():
            query = Query((Part(row["text"]),), raw=row["text"])
            hits = index.search(query, mode="lexical", limit=DEPTH, fold=False).hits
            words = {place[hit.id]: hit.score for hit in hits if not bench.is_own(key, hit.id)}
            cosines = vectors @ model.encode_queries([row["text"]])[0]
            near = [int(d) for d in np.argsort(-cosines)[:DEPTH] if not bench.is_own(key, bench.documents[d].id)]
            rows = np.array(list(dict.fromkeys((*words, *near))))
            found.append(
                Candidates(
                    key,
                    tuple(bench.documents[r].id for r in rows),
                    Side(
                        np.fromiter(words.values(), np.float32, len(words)),
                        np.array([words.get(int(r), np.nan) for r in rows], np.float32),
                        len(bench.documents),
                    ),
                    Side(cosines[near], cosines[rows]),
                    vectors[rows],
                    model.token_ids([row["text"]])[0],
                    tuple(tokens[r] for r in rows),
                )
            )
    return found


def rank(each: Candidates, model: StaticEmbedder, setting: Setting) -> quality.Hits:
    scores = fuse(each.words, each.meaning, weight=setting.weight)
    final = look.smooth(scores, each.vectors, share=setting.share) if setting.share else scores
    if setting.interaction and len(each.query_ids) < look.SHORT_QUERY:
        best = np.argsort(-scores, kind="stable")[: look.INTERACTION_DEPTH]
        likeness = look.late_interaction(model, each.query_ids, [each.tokens[place] for place in best])
        final = look.add_interaction(
            final, best, likeness, query_tokens=len(each.query_ids), weight=setting.interaction
        )
    return {each.ids[place]: float(final[place]) for place in np.argsort(-final, kind="stable")}


def compare(benches: Sequence[quality.Bench], score: ModuleType) -> list[str]:
    """The lines of a Markdown table."""
    model = load_embedder(BUILT_IN)
    assert isinstance(model, StaticEmbedder)
    figures: dict[str, dict[Setting, quality.Figures]] = {}
    words: dict[str, quality.Figures] = {}
    for bench in benches:
        candidates = gather(bench, model)
        figures[bench.name] = {
            setting: quality.ndcg(bench, {each.query: rank(each, model, setting) for each in candidates}, score)
            for setting in {*GRID, PRODUCT, FUSED}
        }
        by_words = {each.query: _by_words(each) for each in candidates}
        words[bench.name] = quality.ndcg(bench, by_words, score)
        print(bench.name, file=sys.stderr, flush=True)
    lines = ["| set | words | fused | second looks | settings from the other sets | second looks - fused |"]
    lines.append("|---|---|---|---|---|---|")
    totals = []
    for bench in benches:
        of, held_out = figures[bench.name], elsewhere(figures, bench.name)
        delta, low, high = quality.paired(of[PRODUCT], of[FUSED])
        row = [words[bench.name].mean(), of[FUSED].mean(), of[PRODUCT].mean(), of[held_out].mean()]
        cells = " | ".join(f"{figure:.3f}" for figure in row)
        lines.append(f"| {bench.name} | {cells} | {delta:+.3f} [{low:+.3f}, {high:+.3f}] |")
        lines.extend(quality.classes(bench, "", words[bench.name], of[FUSED], of[PRODUCT], of[held_out]))
        if bench.name in quality.STEERED:
            totals.append(row)
    means = " | ".join(f"{mean:.3f}" for mean in np.mean(totals, axis=0)) if totals else "| | |"
    lines.append(f"| **mean of {len(totals)}** | {means} | |")
    return lines


def _by_words(each: Candidates) -> quality.Hits:
    """The hits by words alone, best first."""
    scores = np.nan_to_num(each.words.candidates, nan=-np.inf)
    order = np.argsort(-scores, kind="stable")
    return {each.ids[place]: float(scores[place]) for place in order if np.isfinite(scores[place])}


def elsewhere(figures: dict[str, dict[Setting, quality.Figures]], name: str) -> Setting:
    """The setting of the grid that does best on average over the steered sets other than `name`."""
    others = [other for other in quality.STEERED if other != name and other in figures]
    return max(GRID, key=lambda setting: np.mean([figures[other][setting].mean() for other in others or [name]]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=quality.SHARED, help="folder with bench/ and tools/")
    parser.add_argument("--set", action="append", dest="sets", choices=quality.SETS, help="only this set; repeatable")
    args = parser.parse_args()
    if not (args.shared / "tools" / "score_search.py").is_file():
        print(f"No benchmarks in {args.shared}. Name their folder with --shared.", file=sys.stderr)
        return 2
    score = quality.scorer(args.shared)
    benches = [quality.read(args.shared, name, score) for name in args.sets or quality.SETS]
    print("\n".join(compare(benches, score)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
