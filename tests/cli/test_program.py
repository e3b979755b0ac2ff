"""The program as a person or script meets it: real processes, exit codes, one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

POST = """\
<html><head><title>ICLR 2024 Health Review</title></head><body><h1>ICLR 2024 Health Review</h1>
<h3>Talks</h3>
<h4>Steering molecules in a latent space - Smita Krishnaswamy</h4>
<p>Smita Krishnaswamy (Yale University) showed how [/bold] graphs of molecules can be steered towards a property.</p>
<h4>Which missense variants are pathogenic - Žiga Avsec</h4>
<p>Žiga Avsec (Google DeepMind) told how a protein model tells harmful mutations from harmless ones.</p>
<h3>Selected papers</h3>
<h4>SaProt: Protein Language Modeling with Structure-aware Vocabulary</h4>
<p>Jin Su et al add structure to the words of a protein language model.</p>
<a href="https://openreview.net/forum?id=6MRm3G4NiU">[Paper link]</a>
</body></html>
"""


def kb(*arguments: str, home: Path, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", "from kb.cli import main; main()", "--home", str(home), *arguments],
        capture_output=True,
        input=stdin,
        env={**os.environ, **env},
        timeout=120,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one review post in it."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "post.html").write_text(POST, encoding="utf-8")
    done = kb("add", str(folder / "post.html"), "--url", "https://blog.example.org/iclr2024.html", home=folder / "home")
    assert done.returncode == 0, done.stderr
    return folder / "home"


def test_an_empty_knowledge_base_says_what_to_do(tmp_path: Path) -> None:
    done = kb("search", "protein design", home=tmp_path / "new")
    assert done.returncode == 0
    assert "kb demo" in done.stderr
    assert "kb add" in done.stderr
    done = kb("search", "protein design", "--json", home=tmp_path / "new")
    assert json.loads(done.stdout)["hits"] == []


def test_what_was_added_is_found_by_meaning(filled: Path) -> None:
    answer = json.loads(kb("search", "steered generation of molecules", "--json", home=filled).stdout)
    assert set(answer) >= {"query", "took_ms", "total", "hits"}
    top = answer["hits"][0]
    assert set(top) >= {"id", "kind", "title", "score", "snippet", "venue", "year", "people", "url", "why"}
    assert top["title"] == "Steering molecules in a latent space"
    assert top["people"] == ["Smita Krishnaswamy"]
    assert set(top["why"]) == {"lexical", "semantic", "matched"}
    answer = json.loads(kb("search", "harmful mutations in proteins", "--json", "--kind", "talk", home=filled).stdout)
    assert answer["hits"][0]["people"] == ["Žiga Avsec"]


def test_markup_in_page_text_is_shown_as_text(filled: Path) -> None:
    assert "[/bold]" in kb("search", "steered molecules", home=filled).stdout


def test_adding_again_changes_nothing(filled: Path) -> None:
    post = filled.parent / "post.html"
    done = kb("add", str(post), "--url", "https://blog.example.org/iclr2024.html", home=filled)
    assert done.returncode == 0
    assert "Nothing new" in done.stdout


def test_show_names_the_page(filled: Path) -> None:
    done = kb("show", "person/ziga-avsec", "--why", home=filled)
    assert done.returncode == 0
    assert "https://blog.example.org/iclr2024.html" in done.stdout
    assert "Which missense variants are pathogenic" in done.stdout


def test_stats_and_doctor_keep_their_contract(filled: Path) -> None:
    stats = json.loads(kb("stats", "--json", home=filled).stdout)
    assert set(stats) >= {"records", "pages", "sources", "index"}
    assert stats["records"]["talks"] == 2
    done = kb("doctor", "--json", home=filled)
    assert done.returncode == 0
    assert json.loads(done.stdout)["healthy"] is True


def test_the_users_own_layer_is_searchable(filled: Path) -> None:
    assert kb("tag", "paper/6MRm3G4NiU", "to-read", home=filled).returncode == 0
    hits = json.loads(kb("search", "tag:to-read", "--json", home=filled).stdout)["hits"]
    assert [hit["id"] for hit in hits] == ["paper/6MRm3G4NiU"]
    assert "6MRm3G4NiU" in kb("list", "--tag", "to-read", home=filled).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("add", "nowhere.html"), 2, "No file at nowhere.html"),
        (("add", "*.nothing"), 2, "No file matches"),
        (("show", "paper/none"), 2, "No record has the id 'paper/none'"),
        (("search", "--kind", "banana", "x"), 2, "banana"),
        (("config", "set", "colour", "red"), 2, "No setting is named 'colour'"),
        (("config", "set", "min_interval", "-1"), 2, "min_interval"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = kb(*arguments, home=tmp_path / "new")
    assert done.returncode == code
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("body", [b"", b"   \n", b"\x00\x01\x02\x7fELF" * 100, bytes(range(256)) * 40])
def test_what_cannot_be_read_leaves_the_knowledge_base_untouched(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "bad.html").write_bytes(body)
    done = kb("add", str(tmp_path / "bad.html"), home=tmp_path / "new")
    assert done.returncode == 2
    assert "bad.html" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(kb("stats", "--json", home=tmp_path / "new").stdout)["pages"] == 0


def test_a_page_without_facts_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "plain.html").write_text("<html><body><p>Nothing to see here, only a paragraph.</p></body></html>")
    done = kb("add", str(tmp_path / "plain.html"), home=tmp_path / "new")
    assert done.returncode == 0
    assert "no talks, people or papers" in done.stderr


def test_a_damaged_or_newer_database_is_exit_code_3(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "kb.db").write_bytes(b"not a database at all, but long enough for a header to be read" * 50)
    done = kb("search", "x", home=home)
    assert done.returncode == 3
    assert "damaged" in done.stderr
    assert kb("doctor", home=home).returncode == 3


def test_standard_input_is_read(tmp_path: Path) -> None:
    done = kb("add", "-", "--url", "https://blog.example.org/x.html", home=tmp_path / "new", stdin=POST.encode())
    assert done.returncode == 0, done.stderr
    assert "added 2 talks" in done.stdout


def test_exports_of_a_search(filled: Path) -> None:
    done = kb("search", "protein", "--kind", "paper", "--format", "bibtex", home=filled)
    assert "SaProt" in done.stdout
    assert kb("export", "--tag", "none", "--format", "csl", home=filled).returncode == 0
