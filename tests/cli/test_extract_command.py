"""`kb extract`: facts on stdout, talk on stderr, exit codes as promised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_pdf import make_pdf

from kb.cli.main import run

DECK = "Folding Long Chains\n\nAnn [bold red]Lee\n\nUniversity of Oslo\n\nApril 2025\n"
PAGE = """<html><head><title>Folding Workshop at ICML 2024</title></head><body><h1>Folding Workshop</h1>
<h2>Organizers</h2><ul><li><a href="/ann">Ann Lee</a> (MIT)</li><li>Bo Wu (ETH Zurich)</li><li>Eve Fox (EPFL)</li></ul>
</body></html>"""
SOURCE = "---\ntitle: Folding \x1b[31mred\nspeakers:\n  - {name: Ann Lee, aff: '[red]MIT[/red]'}\n---\nText"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_HOME", str(tmp_path / "home"))


def test_a_file_is_printed_as_the_contract_has_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "talk.pdf"
    path.write_bytes(make_pdf([[("Folding Long Chains", 50, 60, 300), ("Ann Lee", 24, 60, 170)]]))
    assert run(["extract", str(path), "--url", "https://example.org/talk.pdf"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["url"] == "https://example.org/talk.pdf"
    assert found["talks"][0]["title"] == "Folding Long Chains"
    assert found["talks"][0]["links"] == [{"kind": "slides", "url": "https://example.org/talk.pdf"}]
    assert found["people"][0]["role"] == "speaker"
    assert {"name", "year", "series", "venue"} <= set(found["event"])


def test_compact_output_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.md").write_text(SOURCE)
    assert run(["extract", str(tmp_path / "x.md"), "--compact"]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    assert json.loads(out)["url"] is None


def test_explain_shows_facts_beside_their_evidence_and_no_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.md").write_text(SOURCE)
    assert run(["extract", str(tmp_path / "x.md"), "--explain"]) == 0
    out = capsys.readouterr().out
    assert "speaker: Ann Lee" in out
    assert "[red]MIT[/red]" in out
    assert "front matter: speakers[0]" in " ".join(out.split())
    assert "\x1b" not in out


def test_a_saved_tree_stands_in_for_the_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example.org").mkdir()
    (tmp_path / "example.org" / "index.html").write_text(PAGE)
    assert run(["extract", "https://example.org/", "--replay", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {person["name"] for person in found["people"]} == {"Ann Lee", "Bo Wu", "Eve Fox"}
    assert run(["extract", "https://example.org/missing.html", "--replay", str(tmp_path)]) == 2
    assert capsys.readouterr().out == ""


def test_a_page_without_facts_is_read_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.html").write_text("<html><body><p>Nothing to see here.</p></body></html>")
    assert run(["extract", str(tmp_path / "x.html")]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["talks"] == []
    assert "no talks, people or papers" in told.err


@pytest.mark.parametrize(
    "body",
    [b"", b"  \n", b"\x89PNG\r\n\x1a\n\x00\x00", b"%PDF-1.4 broken", b"\x00\x01\x02" * 500, b'{"a": '],
    ids=["empty", "blank", "picture", "broken PDF", "binary", "broken JSON"],
)
def test_what_cannot_be_read_is_one_line_and_nothing_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    path = tmp_path / "strange.json" if body.startswith(b"{") else tmp_path / "strange"
    path.write_bytes(body)
    assert run(["extract", str(path)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert "strange" in told.err


def test_missing_files_and_folders_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in (tmp_path / "nowhere.html", tmp_path):
        assert run(["extract", str(source)]) == 2
        told = capsys.readouterr()
        assert str(source) in told.err.replace("\n", "")
        assert told.out == ""
