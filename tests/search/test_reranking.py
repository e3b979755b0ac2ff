"""Re-ranking the first hits with a cross-encoder, and a real one where the extra `models` is installed."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from search_library import LIBRARY, HashEmbedder, MemorySource, paper

from index.engine import SearchIndex
from index.rerank import Reranked, load_cross_encoder
from kb.errors import ModelError
from kb.query import parse

needs_models = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None, reason="the extra `models` is not installed"
)


@pytest.fixture
def index(builtin_library: Path, tmp_path: Path, embedder: HashEmbedder) -> SearchIndex:
    """The built-in index of the small library, free to be changed."""
    shutil.copytree(builtin_library, tmp_path / "index")
    return SearchIndex(tmp_path / "index", embedder)


@pytest.fixture
def many(tmp_path: Path, embedder: HashEmbedder) -> SearchIndex:
    """More papers than are read again."""
    made = SearchIndex(tmp_path / "many", embedder)
    made.sync(MemorySource(*(paper(i, f"Common words number {i}") for i in range(60))))
    return made


class PrefersWord:
    """Scores a text by how often it holds a word, and counts what it read."""

    def __init__(self, word: str) -> None:
        self.word, self.read = word, 0

    def predict(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.read += len(pairs)
        return [float(text.lower().count(self.word)) for _, text in pairs]


def reranked(index: SearchIndex, encoder: PrefersWord, **options: float) -> Reranked:
    return Reranked(index, lambda: encoder, MemorySource(*LIBRARY).document, **options)  # type: ignore[arg-type]


def test_the_first_hits_come_in_the_order_of_the_cross_encoder(index: SearchIndex) -> None:
    found = reranked(index, PrefersWord("talk")).search(parse("protein design"))
    assert found.hits[0].id == "talk/1"
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert {hit.id for hit in found.hits} == {hit.id for hit in index.search(parse("protein design")).hits}


def test_a_page_the_query_names_stays_first(index: SearchIndex) -> None:
    assert reranked(index, PrefersWord("talk")).search(parse("David Baker")).hits[0].id == "person/1"


def test_pages_fit_together_and_the_encoder_reads_each_hit_once(index: SearchIndex) -> None:
    encoder = PrefersWord("protein")
    search = reranked(index, encoder, depth=3).search
    whole = [hit.id for hit in search(parse("protein design"), limit=50).hits]
    pages = [hit.id for start in range(0, 8, 2) for hit in search(parse("protein design"), limit=2, offset=start).hits]
    assert pages == whole
    assert encoder.read == 3


def test_what_the_time_budget_does_not_reach_keeps_its_place_behind(many: SearchIndex) -> None:
    encoder = PrefersWord("x")
    slow = Reranked(many, lambda: encoder, lambda _: None, budget_s=0.0)
    assert [h.id for h in slow.search(parse("common")).hits] == [h.id for h in many.search(parse("common")).hits]
    assert encoder.read == 8


@pytest.mark.parametrize("query", ["", "kind:talk"])
def test_nothing_is_read_where_there_is_nothing_to_rank(index: SearchIndex, query: str) -> None:
    encoder = PrefersWord("x")
    search = reranked(index, encoder)
    search.search(parse(query))
    search.search(parse("protein"), sort="date")
    search.search(parse("prot"), as_you_type=True)
    assert encoder.read == 0


def test_everything_else_is_the_inner_index(index: SearchIndex, source: MemorySource) -> None:
    outer = reranked(index, PrefersWord("x"))
    assert outer.related(LIBRARY[0]) == index.related(LIBRARY[0])
    assert outer.like("protein") == index.like("protein")
    assert outer.status() == index.status()
    assert outer.sync(source).added == 0
    assert outer.verify() == []
    outer.close()


def test_a_re_ranker_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="needs sentence-transformers") as caught:
        load_cross_encoder("any/model")
    assert "conference-kb[models]" in caught.value.hint


@pytest.mark.needs_models
@needs_models
def test_a_small_cross_encoder_from_a_folder_ranks(index: SearchIndex, tmp_path: Path) -> None:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path / "encoder"
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "protein", "design", "diffusion", "weather", "models"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    shape = {"vocab_size": len(words), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertForSequenceClassification(BertConfig(**shape, intermediate_size=16, num_labels=1)).save_pretrained(folder)
    encoder = load_cross_encoder(str(folder), device="cpu")
    outer = Reranked(index, lambda: encoder, MemorySource(*LIBRARY).document)
    found = outer.search(parse("protein design"))
    assert {hit.id for hit in found.hits} == {hit.id for hit in index.search(parse("protein design")).hits}


@pytest.mark.needs_models
@needs_models
def test_a_folder_that_is_no_cross_encoder_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="is damaged"):
        load_cross_encoder(str(tmp_path))
