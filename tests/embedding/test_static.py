from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from index.embedding.registry import built_in_folder
from index.embedding.static import CONFIG, SCALES, TOKENIZER, VECTORS, StaticEmbedder, is_static_folder, save
from index.embedding.tokens import TEXT_MAX
from kb.errors import ModelError

WORDS = ["[UNK]", "protein", "folding", "weather", "##s", ".", ","]


def small_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vectors = np.random.default_rng(0).normal(size=(len(WORDS), 8)).astype(np.float32)
    vectors[0] = 0
    save(tmp_path / "small", name="small", tokenizer=small_tokenizer(), vectors=vectors)
    return tmp_path / "small"


@pytest.fixture(scope="module")
def built_in() -> StaticEmbedder:
    return StaticEmbedder.load(built_in_folder())


def test_a_saved_model_says_its_name_and_width(folder: Path) -> None:
    model = StaticEmbedder.load(folder)
    assert (model.name, model.dim) == ("small", 8)
    assert is_static_folder(folder)


def test_a_text_is_the_mean_of_its_tokens(folder: Path) -> None:
    model = StaticEmbedder.load(folder)
    expected = model.token_vectors(np.array([1, 2, 4], np.int32)).sum(axis=0)
    (vector,) = model.encode_documents(["Protein foldings"])
    assert vector == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_unknown_tokens_and_empty_texts_are_zero_and_never_nan(folder: Path) -> None:
    vectors = StaticEmbedder.load(folder).encode_queries(["", "   ", "☃ ☃", "\x00", "xyzzy qqq"])
    assert vectors.shape == (5, 8)
    assert not vectors.any()


def test_unknown_tokens_do_not_move_a_known_one(folder: Path) -> None:
    known, mixed = StaticEmbedder.load(folder).encode_queries(["weather", "weather ☃ xyzzy"])
    assert mixed == pytest.approx(known, abs=1e-6)


def test_no_texts_give_no_rows(folder: Path) -> None:
    assert StaticEmbedder.load(folder).encode_documents([]).shape == (0, 8)


def test_ten_megabytes_are_read_to_the_limit_only(built_in: StaticEmbedder) -> None:
    start = "protein folding " * (TEXT_MAX // 16)
    long, short = built_in.encode_documents([start + "weather " * 1_250_000, start])
    assert long == pytest.approx(short, abs=1e-6)


def test_one_word_of_ten_megabytes_is_no_trouble(built_in: StaticEmbedder) -> None:
    vectors = built_in.encode_documents(["a" * 10_000_000])
    assert np.isfinite(vectors).all()


def test_words_by_way_of_the_cache_are_tokenised_as_the_tokenizer_does(built_in: StaticEmbedder) -> None:
    texts = [
        "SE(3)-equivariant networks; naïve Schrödinger's α-helix, 图神经网络 and\u00a0non-breaking\u2028spaces",
        "e\u0301tude \x00control\x07 \u200bzero-width ﬁligature ½ 10^-3 µm don't “quoted” 🧬 protein",
        "x" * 700,
    ]
    for text, ids in zip(texts, built_in.token_ids(texts), strict=True):
        assert ids.tolist() == built_in.tokenizer.encode(text, add_special_tokens=False).ids


def test_a_batch_and_single_texts_give_the_same_vectors(built_in: StaticEmbedder) -> None:
    texts = ["protein design", "weather forecasting with graph networks", ""]
    alone = np.concatenate([built_in.encode_queries([text]) for text in texts])
    assert np.array_equal(built_in.encode_documents(texts), alone)


def test_the_built_in_model_knows_what_belongs_together(built_in: StaticEmbedder) -> None:
    query, near, far = built_in.encode_queries(
        ["predicting how proteins fold", "amino acid structure prediction", "traffic light scheduling"]
    )
    assert built_in.dim == 256
    assert query @ near > query @ far + 0.1


def test_the_built_in_model_fits_in_sixteen_megabytes() -> None:
    assert sum(path.stat().st_size for path in built_in_folder().iterdir()) <= 16_000_000


def test_vectors_are_unit_length_float32(built_in: StaticEmbedder) -> None:
    vectors = built_in.encode_documents(["diffusion models for molecules"] * 3)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No model folder"):
        StaticEmbedder.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [CONFIG, TOKENIZER, VECTORS, SCALES])
def test_a_truncated_file_is_called_damaged(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match="damaged") as caught:
        StaticEmbedder.load(folder)
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize("name", [TOKENIZER, VECTORS, SCALES])
def test_a_missing_or_empty_file_is_called_damaged(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")
    with pytest.raises(ModelError, match="damaged"):
        StaticEmbedder.load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        StaticEmbedder.load(folder)


def test_weights_of_another_shape_are_refused(folder: Path) -> None:
    np.save(folder / VECTORS, np.zeros((3, 8), np.uint8))
    with pytest.raises(ModelError, match="do not fit"):
        StaticEmbedder.load(folder)


def test_a_tokenizer_of_another_model_is_refused(folder: Path) -> None:
    Tokenizer(WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]")).save(str(folder / TOKENIZER))
    with pytest.raises(ModelError, match="2 tokens"):
        StaticEmbedder.load(folder)


def test_pickled_weights_are_refused(folder: Path) -> None:
    np.save(folder / SCALES, np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="damaged"):
        StaticEmbedder.load(folder)


@pytest.mark.parametrize("config", [[], {"format": "other"}, {"format": "kb-static", "version": 99}])
def test_a_foreign_config_is_refused(folder: Path, config: object) -> None:
    (folder / CONFIG).write_text(json.dumps(config))
    with pytest.raises(ModelError):
        StaticEmbedder.load(folder)
