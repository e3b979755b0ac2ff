from __future__ import annotations

import gzip
import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from index.training.corpus import clean, read_papers, sample_abstracts, sample_sentences, sentences
from index.training.grouping import clusters, order
from index.training.texts import Bags, join, tokenise
from index.training.vocabulary import principal_axes, sif_weights, train_tokenizer

ROWS = [
    {"id": "a", "title": "Protein folding with graphs", "abstract": "We study how a protein folds into its shape. "
     "Each residue is a node of a graph that is learnt from data.", "keywords": ["protein", "graphs"]},
    {"id": "b", "title": "Weather &amp; climate", "abstract": "A model forecasts the weather ten days ahead of time. "
     "It is trained on forty years of observations of the sky."},
    {"id": "judged", "title": "Kept apart", "abstract": "A benchmark judges this one."},
    {"id": "empty", "title": "", "abstract": "No title."},
    {"id": "c", "title": "Only a title", "abstract": None, "keywords": "not a list"},
]  # fmt: skip


@pytest.fixture
def papers_file(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join([*map(json.dumps, ROWS), "", "{not json", '"a string"']) + "\n", encoding="utf-8")
    return path


def test_excluded_and_untitled_papers_and_broken_lines_are_left_out(
    papers_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    papers = list(read_papers(papers_file, exclude=frozenset({"judged"})))
    assert [paper.id for paper in papers] == ["a", "b", "c"]
    assert papers[1].title == "Weather & climate"
    assert papers[2].keywords == ()
    assert papers[2].abstract == ""
    assert capsys.readouterr().err.splitlines() == [
        "papers.jsonl:7: not JSON (Expecting property name enclosed in double quotes), skipped",
        "papers.jsonl:8: not a JSON object, skipped",
    ]


def test_compressed_files_read_alike(papers_file: Path) -> None:
    data = papers_file.read_bytes()
    for suffix, pack in ((".gz", gzip.compress), (".xz", lzma.compress)):
        packed = papers_file.with_name(papers_file.name + suffix)
        packed.write_bytes(pack(data))
        assert list(read_papers(packed)) == list(read_papers(papers_file))


def test_a_limit_stops_reading(papers_file: Path) -> None:
    assert [paper.id for paper in read_papers(papers_file, limit=1)] == ["a"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("(cid:12)a  b\n", "a b"), (r"\textbf{Deep} nets", "Deep nets"), ("R&amp;D $x$", "R&D x"), (None, ""), (7, "")],
)
def test_text_is_cleaned(raw: object, expected: str) -> None:
    assert clean(raw) == expected


def test_samples_are_the_same_for_the_same_seed(papers_file: Path) -> None:
    papers = list(read_papers(papers_file))
    assert papers[0].is_science
    assert not papers[-1].is_science
    assert sample_sentences(papers, seed=3) == sample_sentences(papers, seed=3)
    assert sample_abstracts(papers, seed=3)[0].startswith(("Protein", "Weather"))
    assert len(sentences(papers[0].abstract)) == 2


def test_the_tokenizer_reads_any_word_and_keeps_known_ones_whole(papers_file: Path) -> None:
    tokenizer = train_tokenizer(
        list(read_papers(papers_file)) * 5, size=400, teacher_words=["homocysteine", "##x", "[CLS]"]
    )
    assert tokenizer.encode("Protein homocysteine").tokens == ["protein", "homocysteine"]
    assert "[UNK]" not in tokenizer.encode("proteinweather").tokens
    assert tokenizer.token_to_id("[UNK]") == 0


def test_bags_are_taken_and_joined_by_row() -> None:
    bags = Bags(np.array([1, 2, 3, 4, 5], np.int32), np.array([0, 2, 2]), np.array([2, 0, 3]))
    taken = bags.take(np.array([2, 0]))
    assert taken.ids.tolist() == [3, 4, 5, 1, 2]
    both = join([taken, bags.take(np.array([1, 0]))])
    assert both.starts.tolist() == [0, 3, 5, 5]
    assert both.lengths.tolist() == [3, 2, 0, 2]


def test_texts_become_bags_without_unknown_tokens(papers_file: Path) -> None:
    tokenizer = train_tokenizer(list(read_papers(papers_file)) * 5, size=400)
    bags = tokenise(tokenizer, ["protein ☃", "", "protein protein"])
    assert bags.lengths.tolist() == [1, 0, 2]
    assert len(set(bags.ids.tolist())) == 1


def test_frequent_tokens_weigh_less() -> None:
    weights = sif_weights(np.array([0, 10, 1_000_000]))
    assert weights[0] == 1.0
    assert weights[1] > weights[2]


def test_axes_are_orthonormal_and_repeatable() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    axes = principal_axes(vectors, 3)
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-5)
    assert np.array_equal(axes, principal_axes(vectors, 3))


def test_neighbours_stand_side_by_side() -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[1, 0], [0, 1]], np.float32)
    vectors = np.repeat(centres, 8, axis=0) + rng.normal(scale=0.01, size=(16, 2)).astype(np.float32)
    found = clusters(vectors, 2, seed=1)
    assert len(set(found[:8])) == len(set(found[8:])) == 1
    assert found[0] != found[8]
    rows = order(16, found, 4, rng)
    assert sorted(rows) == list(range(16))
    assert all(len(set(found[rows[start : start + 4]])) == 1 for start in range(0, 16, 4))


@pytest.mark.needs_models
def test_the_same_papers_and_seed_give_the_same_vectors_and_a_card(papers_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `models` is not installed")
    from index.embedding.static import StaticEmbedder
    from index.training.build import build
    from index.training.card import write_card
    from index.training.student import Recipe

    class Letters:
        """A teacher that counts letters."""

        def words(self) -> list[str]:
            return ["protein", "weather"]

        def encode(self, texts: list[str]) -> np.ndarray:
            rows = np.array([[text.count(letter) + 0.1 for letter in "abcdefgh"] for text in texts], np.float32)
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

        def encode_cached(self, kind: str, texts: list[str], **_: object) -> np.ndarray:
            return self.encode(texts)

    papers = list(read_papers(papers_file)) * 8
    recipe = Recipe(dim=4, vocabulary=300, epochs=2, batch=8, neighbours=2, clusters=2)
    vectors = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        report = build(
            papers, folder, name="small", teacher=Letters(), recipe=recipe, teacher_seconds=1, progress=lambda _: None
        )  # type: ignore[arg-type]
        write_card(folder / "model_card.md", report, name="small", teacher="letters")
        vectors.append(StaticEmbedder.load(folder).encode_documents(["protein weather", "a graph of the sky"]))
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-3)
    assert vectors[0].any(axis=1).all()
    card = (tmp_path / "one" / "model_card.md").read_text(encoding="utf-8")
    assert "32 papers" in card
    assert "licence" in card.lower()
    assert "letters" in card
