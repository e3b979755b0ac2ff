"""`kb demo` from the outside: the real pipeline into a real store and index, twice, offline."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kb.cli.main import run
from kb.demo import SEARCHES, demo_home, papers
from kb.home import default_home
from kb.wiring import open_kb


@dataclass(frozen=True)
class Built:
    """A home that one run of `kb demo` filled, and what the run reported."""

    home: Path
    report: dict[str, Any]


def demo(home: Path) -> dict[str, Any]:
    """What `kb demo --json` prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["--home", str(home), "demo", "--json"]) == 0
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Built once, with the network out of reach."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("kb demo asked for the network")

    home = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield Built(home, demo(home))


def ids(report: dict[str, Any]) -> list[list[str]]:
    return [[hit["id"] for hit in answer["hits"]] for answer in report["searches"]]


def test_the_first_run_fills_a_knowledge_base(built: Built) -> None:
    told = built.report
    assert told["home"] == str(built.home)
    assert told["read"] == {"pages": 7, "papers": len(list(papers()))}
    assert told["changes"] > 0
    assert told["errors"] == []
    assert told["records"]["talks"] >= 30
    assert told["records"]["papers"] >= 110
    assert told["records"]["events"] == 3  # the slides name no event


def test_a_second_run_changes_nothing(built: Built) -> None:
    again = demo(built.home)
    assert again["changes"] == 0
    assert again["records"] == built.report["records"]
    assert ids(again) == ids(built.report)


def test_the_searches_find_what_they_ask_for(built: Built) -> None:
    answers = {answer["query"]: answer["hits"] for answer in built.report["searches"]}
    assert list(answers) == list(SEARCHES)
    molecules, mutations, weather = (answers[query] for query in SEARCHES)
    assert (molecules[0]["kind"], molecules[0]["people"]) == ("talk", ["Smita Krishnaswamy"])
    assert (mutations[0]["kind"], mutations[0]["people"]) == ("talk", ["Žiga Avsec"])
    assert (weather[0]["kind"], weather[0]["title"]) == ("person", "Megan Stanley")


def test_people_read_the_answers_and_how_to_go_on(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(built.home), "demo"]) == 0
    said = capsys.readouterr()
    for query in SEARCHES:
        assert f'kb search "{query}"' in said.out
    assert "Learnable Geometric Scattering" in said.out
    assert "nothing changed" in said.err
    assert f"kb --home {built.home} tui" in said.err


def test_markup_and_names_from_pages_arrive_as_they_are_written(built: Built) -> None:
    with open_kb(built.home, readonly=True) as kb:
        colwell = next(talk for talk in kb.talks() if [s.name for s in talk.speakers] == ["Lucy Colwell"])
        assert "[bold]two threads[/bold]" in (colwell.summary or "")
        names = {person.name for person in kb.people()}
        assert {"Žiga Avsec", "Gábor Csányi", "Frank Noé"} <= names
        assert not names & {"Sara Beery", "Yoshua Bengio", "Bing W. Brunton", "Fabian Theis", "TBA"}


def test_the_panel_of_two_pages_is_one_talk(built: Built) -> None:
    with open_kb(built.home, readonly=True) as kb:
        (panel,) = (talk for talk in kb.talks() if talk.talk_kind == "panel")
        assert len(kb.mentions(panel.id)) == 2
        assert {"Max Welling", "Gege Wen"} <= {speaker.name for speaker in panel.speakers}


def test_a_paper_that_several_sources_name_is_one_record(built: Built) -> None:
    with open_kb(built.home, readonly=True) as kb:
        assert len([p for p in kb.papers() if p.openreview_id == "6MRm3G4NiU"]) == 1
        assert len(kb.mentions("paper/6MRm3G4NiU")) == 2
        failure_modes = [p for p in kb.papers() if p.title.startswith("Characterizing possible failure modes")]
        assert len(failure_modes) == 1


def test_the_sample_has_a_home_of_its_own_unless_one_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KB_HOME", str(tmp_path / "named"))
    assert demo_home() == tmp_path / "named"
    monkeypatch.delenv("KB_HOME")
    assert demo_home() != default_home()
    assert demo_home().parent == default_home().parent
