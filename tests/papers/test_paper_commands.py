"""`kb import`, `kb login`, `kb resolve` and `kb add` of services: what they print, and their exit codes."""

from __future__ import annotations

import io
import json
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from services import atom_feed, group, note_v2, token_for

from kb.cli.main import run

VENUE = "ICML.cc/2024/Workshop/AI4Science"


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


class Program:
    """The program in this process (starting one takes a second), on a home folder of its own."""

    def __init__(self, home: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.home, self._capture, self._patch = home, capture, patch

    def __call__(self, *arguments: str | Path, stdin: str = "", code: int = 0) -> Done:
        self._patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        self._capture.readouterr()
        returned = run(["--home", str(self.home), *map(str, arguments)])
        said = self._capture.readouterr()
        assert returned == code, said
        return Done(said.out, said.err)


@pytest.fixture
def kb(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(tmp_path / "home", capsys, monkeypatch)


def saved(tree: Path, host: str, name: str, body: str | bytes) -> None:
    path = tree / host / name.replace("/", "%2F") if "?" in name else tree / host / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())


def test_imported_papers_are_counted_searchable_and_keep_their_ids(kb: Program, tmp_path: Path) -> None:
    rows = [
        '{"id": "h:1", "title": "Equivariant flows", "abstract": "About crystals."}',
        "{broken",
        '{"id": "h:3", "title": "Other"}',
    ]
    (tmp_path / "p.jsonl").write_text("\n".join(rows))
    done = kb("import", "papers", tmp_path / "p.jsonl", "--json", code=1)
    report = json.loads(done.stdout)
    assert (report["read"], report["added"], report["updated"]) == (3, 2, 0)
    assert [row["line"] for row in report["skipped"]] == [2]
    assert "p.jsonl:2: broken JSON" in done.stderr
    again = json.loads(kb("import", "papers", tmp_path / "p.jsonl", "--json", code=1).stdout)
    assert (again["added"], again["updated"]) == (0, 0)
    (hit,) = json.loads(kb("search", "crystals", "--json", "--limit", "1").stdout)["hits"]
    assert hit["source_id"] == "h:1"


def test_several_lists_one_of_them_unreadable_is_done_in_part(kb: Program, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("@article{one, title={One}, author={Doe, Jane}}")
    (tmp_path / "b.json").write_text("")
    done = kb("import", "papers", tmp_path / "a.bib", tmp_path / "b.json", code=1)
    assert "1 papers read: 1 added" in done.stdout
    assert "b.json is empty" in done.stderr


def test_a_list_comes_through_standard_input(kb: Program) -> None:
    assert "1 added" in kb("import", "papers", "-", stdin="title,year\nOne,2024\n").stdout


@pytest.mark.parametrize("arguments", [("none.json",), ("--format", "xlsx", "-"), ()])
def test_wrong_use_of_import_is_one_line_and_exit_code_2(kb: Program, arguments: tuple[str, ...]) -> None:
    done = kb("import", "papers", *arguments, code=2)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_venue_is_added_and_a_wrong_case_is_put_right(kb: Program, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    saved(
        tree,
        "api2.openreview.net",
        f"groups?id={VENUE}",
        json.dumps({"groups": [group(VENUE, title="AI for Science")]}),
    )
    query = f"notes?content.venueid={VENUE}&sort=number%3Aasc&count=true&limit=1000&offset=0"
    saved(tree, "api2.openreview.net", query, json.dumps({"notes": [note_v2("note000001", VENUE)], "count": 1}))
    assert "added 1 paper" in kb("add", f"openreview:{VENUE}", "--replay", tree).stdout
    assert "Nothing new" in kb("add", f"https://openreview.net/group?id={VENUE}", "--replay", tree).stdout
    done = kb("add", "openreview:icml.cc/2024/workshop/ai4science", "--replay", tree, code=2)
    assert f"Near it: {VENUE}" in done.stderr


def test_an_arxiv_paper_is_added_by_id_and_by_address(kb: Program, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    name = "api/query?id_list=2306.14070&start=0&max_results=1"
    (tree / "export.arxiv.org/api").mkdir(parents=True)
    (tree / "export.arxiv.org" / name).write_bytes(atom_feed([("2306.14070", "Flows")]))
    assert "paper/arxiv-2306.14070" in kb("add", "arxiv:2306.14070", "--replay", tree).stdout
    assert "Nothing new" in kb("add", "https://arxiv.org/pdf/2306.14070v2.pdf", "--replay", tree).stdout
    assert "no arXiv id" in kb("add", "arxiv:nonsense", "--replay", tree, code=2).stderr


def test_a_recording_is_added_with_its_title(kb: Program, tmp_path: Path) -> None:
    tree = tmp_path / "tree/www.youtube.com"
    tree.mkdir(parents=True)
    name = "oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9WgXcQ&format=json"
    (tree / name).write_text('{"title": "Learning on graphs", "author_name": "A channel"}')
    done = kb("add", "https://youtu.be/dQw4w9WgXcQ?t=42", "--replay", tmp_path / "tree")
    assert "learning-on-graphs" in done.stdout
    assert "no video" in kb("add", "youtube:aaaaaaaaaaa", "--replay", tmp_path / "tree", code=2).stderr


def test_links_are_resolved_and_the_queue_is_shown(kb: Program, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    saved(tree, "arxiv.org", "abs/2306.14070",
          '<html><head><meta name="citation_title" content="Flows of proteins"><meta name="citation_abstract" '
          'content="What flows find, at some length."></head><body></body></html>')  # fmt: skip
    kb("import", "papers", "-", stdin='{"title": "Flows of proteins", "arxiv_id": "2306.14070"}')
    assert json.loads(kb("resolve", "--replay", tree, "--json").stdout)["resolved"] == 1
    assert json.loads(kb("resolve", "--status", "--json").stdout) == {"arxiv": {"done": 1}}
    assert "What flows find" in kb("show", "paper/arxiv-2306.14070").stdout


def test_a_pasted_token_is_kept_shown_by_user_only_and_forgotten(kb: Program) -> None:
    assert "not logged in" in kb("login", "status").stdout
    token = token_for("ada@example.org")
    done = kb("login", "openreview", "--token", stdin=f"{token}\n")
    assert "ada@example.org" in done.stdout
    assert token not in done.stdout + done.stderr
    path = kb.home / "openreview-token.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    status = kb("login", "status", "--json").stdout
    assert json.loads(status)["openreview"]["state"] == "valid"
    assert token not in status
    kb("login", "openreview", "--logout")
    assert not path.exists()


def test_a_login_that_cannot_work_is_one_line(kb: Program) -> None:
    assert "not an OpenReview token" in kb("login", "openreview", "--token", stdin="hello\n", code=2).stderr
    assert "No user" in kb("login", "openreview", stdin="", code=2).stderr
    assert "No password" in kb("login", "openreview", "--user", "ada", "--password-stdin", stdin="", code=2).stderr
