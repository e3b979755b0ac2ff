from __future__ import annotations

import numpy as np
import pytest

from index.embedding import load_embedder
from index.embedding.rescoring import SHORT_QUERY, add_interaction, late_interaction, smooth
from index.embedding.static import StaticEmbedder


@pytest.fixture(scope="module")
def model() -> StaticEmbedder:
    embedder = load_embedder()
    assert isinstance(embedder, StaticEmbedder)
    return embedder


def test_a_candidate_among_good_neighbours_rises() -> None:
    good, bad = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    vectors = np.array([good, good, good, bad, bad, bad], np.float32)
    scores = np.array([3.0, 3.0, 1.0, 1.0, 0.0, 0.0], np.float32)
    smoothed = smooth(scores, vectors, neighbours=2, share=0.5)
    assert smoothed[2] > smoothed[3]
    assert smoothed == pytest.approx([4.0, 4.0, 2.5, 1.0, 0.25, 0.25])


def test_few_candidates_are_left_as_they_are() -> None:
    scores = np.array([2.0, 1.0], np.float32)
    assert smooth(scores, np.eye(2, dtype=np.float32)).tolist() == [2.0, 1.0]


def test_a_candidate_without_a_vector_keeps_its_own_level() -> None:
    vectors = np.eye(4, dtype=np.float32)
    vectors[3] = 0
    smoothed = smooth(np.array([1.0, 1.0, 1.0, 5.0], np.float32), vectors, neighbours=2, share=0.5)
    assert smoothed[3] == pytest.approx(7.5)


def test_the_document_with_the_words_meaning_is_closest(model: StaticEmbedder) -> None:
    query, *documents = model.token_ids(
        ["protein folding", "amino acid structure prediction", "traffic light scheduling", ""]
    )
    near, far, empty = late_interaction(model, query, documents)
    assert near > far + 0.1
    assert empty == 0


def test_the_documents_own_words_are_a_perfect_answer(model: StaticEmbedder) -> None:
    query, document = model.token_ids(["protein folding", "we study protein folding with graphs"])
    assert late_interaction(model, query, [document]) == pytest.approx([1.0], abs=1e-5)


def test_a_query_of_unknown_tokens_is_close_to_nothing(model: StaticEmbedder) -> None:
    query, document = model.token_ids(["☃ ☃", "protein"])
    assert late_interaction(model, query, [document, query]).tolist() == [0.0, 0.0]
    assert late_interaction(model, np.zeros(0, np.int32), [document]).tolist() == [0.0]


def test_interaction_moves_short_queries_and_not_paragraphs() -> None:
    scores = np.array([2.0, 1.9, 0.0], np.float32)
    best, likeness = np.array([0, 1]), np.array([0.1, 0.9], np.float32)
    assert add_interaction(scores, best, likeness, query_tokens=5).argmax() == 1
    assert add_interaction(scores, best, likeness, query_tokens=SHORT_QUERY) is scores
    assert add_interaction(scores, best, np.ones(2, np.float32), query_tokens=5) is scores
