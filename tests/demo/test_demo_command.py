"""`kb demo` from the outside: the real pipeline into a real store and index, twice, offline."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from kb.cli.main import run
from kb.demo import SEARCHES, demo_home, papers
from kb.home import default_home
from kb.wiring import open_kb


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that `kb demo` has filled once; tests only read it, or fill it again."""
    home = tmp_path_factory.mktemp("demo") / "home"
    assert run(["--home", str(home), "demo", "--json"]) == 0
    return home


def report(home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["--home", str(home), "demo", "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_the_first_run_fills_a_knowledge_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = report(tmp_path / "fresh", capsys)
    assert told["read"] == {"pages": 7, "papers": len(list(papers()))}
    assert told["changes"] > 0
    assert told["errors"] == []
    assert told["records"]["talks"] >= 30
    assert told["records"]["papers"] >= 110
    assert told["records"]["events"] == 3  # the slides name no event


def test_a_second_run_changes_nothing_and_says_so(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = report(built, capsys), report(built, capsys)
    assert second["changes"] == 0
    assert second["records"] == first["records"]
    assert [[hit["id"] for hit in answer["hits"]] for answer in first["searches"]] == [
        [hit["id"] for hit in answer["hits"]] for answer in second["searches"]
    ]
    assert run(["--home", str(built), "demo"]) == 0
    assert "nothing changed" in capsys.readouterr().err


def test_the_searches_find_what_they_ask_for(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = {answer["query"]: answer["hits"] for answer in report(built, capsys)["searches"]}
    assert list(answers) == list(SEARCHES)
    molecules, mutations, weather = (answers[query] for query in SEARCHES)
    assert molecules[0]["people"] == ["Smita Krishnaswamy"]
    assert mutations[0]["people"] == ["Žiga Avsec"]
    assert (weather[0]["kind"], weather[0]["title"]) == ("person", "Megan Stanley")


def test_people_read_the_answers_and_how_to_go_on(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(built), "demo"]) == 0
    said = capsys.readouterr()
    for query in SEARCHES:
        assert f'kb search "{query}"' in said.out
    assert "Learnable Geometric Scattering" in said.out
    assert f"kb --home {built} tui" in said.err


def test_markup_and_names_from_pages_arrive_as_they_are_written(built: Path) -> None:
    with open_kb(built, readonly=True) as kb:
        colwell = next(talk for talk in kb.talks() if [s.name for s in talk.speakers] == ["Lucy Colwell"])
        assert "[bold]two threads[/bold]" in (colwell.summary or "")
        names = {person.name for person in kb.people()}
        assert {"Žiga Avsec", "Gábor Csányi", "Frank Noé"} <= names
        assert not names & {"Sara Beery", "Yoshua Bengio", "Bing W. Brunton", "Fabian Theis", "TBA"}


def test_a_paper_that_several_sources_name_is_one_record(built: Path) -> None:
    with open_kb(built, readonly=True) as kb:
        assert len([p for p in kb.papers() if p.openreview_id == "6MRm3G4NiU"]) == 1
        assert len(kb.mentions("paper/6MRm3G4NiU")) == 2
        failure_modes = [p for p in kb.papers() if p.title.startswith("Characterizing possible failure modes")]
        assert len(failure_modes) == 1


def test_nothing_touches_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("kb demo opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert run(["--home", str(tmp_path / "offline"), "demo", "--json"]) == 0


def test_the_sample_has_a_home_of_its_own_unless_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KB_HOME", str(tmp_path / "named"))
    assert demo_home() == tmp_path / "named"
    monkeypatch.delenv("KB_HOME")
    assert demo_home() != default_home()
    assert demo_home().parent == default_home().parent
