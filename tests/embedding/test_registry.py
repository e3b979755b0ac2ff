from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.embedding import BUILT_IN, available_models, load_embedder
from index.embedding import transformer as transformer_module
from kb.errors import ModelError


def test_the_built_in_model_is_the_default() -> None:
    assert load_embedder().name == BUILT_IN == available_models()[0].name


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="empty"):
        load_embedder(name)


def test_a_missing_extra_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformer_module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        load_embedder("sentence-transformers/all-MiniLM-L6-v2")
    assert "pip install 'conference-kb[models]'" in caught.value.line()


def test_a_folder_of_another_kind_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(ModelError, match="no embedding model"):
        load_embedder(str(tmp_path))


def test_a_folder_that_is_not_there_is_not_looked_up_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No model folder"):
        load_embedder(str(tmp_path / "nowhere"))


def test_the_built_in_model_runs_without_torch() -> None:
    program = (
        "import sys\n"
        "from index.embedding import load_embedder\n"
        "load_embedder().encode_queries(['protein'])\n"
        "assert not {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
