"""`kb index` and `kb related`, run as programs run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kb import open_kb
from kb.cli.main import run as run_kb

PAPERS = (
    {"id": "a", "title": "Diffusion models for protein design", "abstract": "We design proteins.", "authors": ["A B"]},
    {"id": "b", "title": "Protein structure by diffusion", "abstract": "Backbones of proteins.", "authors": ["C D"]},
    {"id": "c", "title": "Weather forecasting", "abstract": "Rain tomorrow.", "authors": ["E F"]},
)


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "filled"
    monkeypatch.setenv("KB_HOME", str(home))
    with open_kb(home) as kb:
        kb.add_papers(PAPERS)
    return home


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_kb(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def read_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_status_says_what_the_index_holds(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_json(capsys, "index", "status")["state"] == "ok"
    assert "3 records" in run(capsys, "index", "status")[1]


def test_build_makes_the_index_again_and_embeds_nothing_twice(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = read_json(capsys, "index", "build")
    assert (report["added"], report["embedded"], report["rebuilt"]) == (3, 0, True)


def test_verify_exits_with_three_when_a_file_is_damaged(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "index", "verify")[0] == 0
    victim = next((filled / "index").rglob("*.term"))
    victim.write_bytes(b"\xff" * victim.stat().st_size)
    code, _, err = run(capsys, "index", "verify")
    assert code == 3
    assert "is not what was written" in err
    assert run(capsys, "index", "build")[0] == 0
    assert run(capsys, "index", "verify")[0] == 0


def test_related_lists_what_is_close_first(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_kb(filled) as kb:
        first = kb.search("design kind:paper").hits[0].id
    hits = read_json(capsys, "related", first)["hits"]
    assert hits[0]["title"] == "Protein structure by diffusion"
    assert "Protein structure" in run(capsys, "related", first)[1]


def test_related_to_no_record_says_so(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "related", "paper/none")
    assert (code, out) == (2, "")
    assert "No record has the id 'paper/none'" in err


def test_build_moves_the_index_to_milvus_and_back(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("milvus_lite", reason="the extra `milvus` is not installed")
    assert read_json(capsys, "index", "build", "--backend", "milvus")["added"] == 3
    assert read_json(capsys, "index", "status")["backend"] == "milvus"
    assert read_json(capsys, "search", "protein design")["hits"][0]["title"] == PAPERS[0]["title"]
    assert run(capsys, "index", "build", "--backend", "builtin")[0] == 0
    assert read_json(capsys, "index", "status")["backend"] == "builtin"
