"""The cache of vectors and tokens: what a crash leaves, and what a rebuild clears out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from search_library import HashEmbedder

from index.cache import VectorCache, cached, open_tokens, open_vectors
from kb.errors import KBError


def read_tokens(texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
    """A token for each letter, far apart, so that all three bytes count."""
    return [np.array([ord(c) * 1_000 for c in text], np.int32) for text in texts]


def opened(folder: Path, model: HashEmbedder, **options: int) -> VectorCache:
    return VectorCache(folder, model.dim, model.encode_documents, **{"number": 1, **options}, tokens=read_tokens)


def test_each_text_goes_through_the_model_once(tmp_path: Path, embedder: HashEmbedder) -> None:
    with opened(tmp_path, embedder) as cache:
        assert cache.slots(["one", "two", "one"]) == [0, 1, 0]
    with opened(tmp_path, embedder) as cache:
        assert cache.slots(["two", "three", ""]) == [1, 2, 3]
        assert cache.embedded == 2
    assert embedder.documents == ["one", "two", "three", ""]
    stored = open_vectors(tmp_path, embedder.dim, 1)
    assert np.allclose(stored, embedder.encode_queries(["one", "two", "three", ""]), atol=1e-3)


def test_the_tokens_of_each_text_are_kept_beside_its_vector(tmp_path: Path, embedder: HashEmbedder) -> None:
    with opened(tmp_path, embedder) as cache:
        cache.slots(["abca", ""])
        cache.slots(["zz"])
    tokens = open_tokens(tmp_path, 1)
    assert tokens is not None
    found = [ids.tolist() for ids in tokens.of(np.array([2, 0, 1], np.int32))]
    assert found == [[122_000], [97_000, 98_000, 99_000], []]


@pytest.mark.parametrize("name", ["keys-1.bin", "vectors-1.f16", "token-ends-1.u64"])
def test_what_a_torn_write_left_is_written_again(tmp_path: Path, embedder: HashEmbedder, name: str) -> None:
    with opened(tmp_path, embedder) as cache:
        cache.slots(["one", "two"])
    torn = tmp_path / name
    torn.write_bytes(torn.read_bytes()[:-3] if name != "token-ends-1.u64" else torn.read_bytes() + b"xyz")
    with opened(tmp_path, embedder) as cache:
        slots = cache.slots(["one", "two", "three"])
    assert slots == [0, 1, 2]
    assert cached(tmp_path, embedder.dim, 1) == 3
    tokens = open_tokens(tmp_path, 1)
    assert tokens is not None
    assert tokens.of(np.array([2], np.int32))[0].tolist() == sorted({ord(c) * 1_000 for c in "three"})


def test_a_fresh_cache_takes_what_it_needs_from_the_one_before(tmp_path: Path, embedder: HashEmbedder) -> None:
    with opened(tmp_path, embedder) as cache:
        cache.slots(["waste", "kept", "more waste"])
    with opened(tmp_path, embedder, number=2, seed=1) as cache:
        assert cache.slots(["kept", "new"]) == [0, 1]
        assert cache.embedded == 1
    assert np.array_equal(open_vectors(tmp_path, embedder.dim, 2)[0], open_vectors(tmp_path, embedder.dim, 1)[1])
    tokens = open_tokens(tmp_path, 2)
    assert tokens is not None
    assert len(tokens.of(np.array([0], np.int32))[0]) == 4


def test_vectors_of_the_wrong_shape_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(KBError, match="shape"),
        VectorCache(tmp_path, 8, lambda texts: np.zeros((len(texts), 4), np.float32), number=1) as cache,
    ):
        cache.slots(["one"])
