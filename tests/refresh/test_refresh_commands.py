"""The commands of the periodic job, as a person and a program see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import workshop
from loopback import Answer, Asked, Site

from kb.cli.main import run as kb_run
from kb.home import Home, write_atomically
from kb.store import Store

Kb = Callable[..., tuple[int, str, str]]


@pytest.fixture
def kb_command(home: Home, capsys: pytest.CaptureFixture[str]) -> Kb:
    """Runs `kb` in this process: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = kb_run(["--home", str(home.path), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def with_site(home: Home, site: Site) -> Site:
    write_atomically(home.settings, f'min_interval = 0.0\n[[sources]]\nname = "quiet"\nurl = "{site.url}/"\n')
    return site


def test_refresh_prints_a_table_and_json(kb_command: Kb, with_site: Site) -> None:
    code, out, err = kb_command("refresh", "--source", "quiet")
    assert code == 0
    assert out.splitlines()[0].split() == [
        "source",
        "status",
        "pages",
        "unchanged",
        "failed",
        "added",
        "changed",
        "vanished",
    ]
    assert out.splitlines()[1].split()[:3] == ["quiet", "ok", "3"]
    assert "3 pages" in err
    code, out, err = kb_command("refresh", "--source", "quiet", "--json")
    report = json.loads(out)
    assert code == 0
    assert {"name", "status", "pages", "unchanged", "failed", "added", "changed", "vanished", "errors"} <= set(
        report["sources"][0]
    )
    assert (report["fetched_bytes"] > 0, report["took_s"] > 0) == (True, True)


def test_refresh_reports_failures_with_exit_code_1(kb_command: Kb, with_site: Site) -> None:
    with_site.pages["/"] = Answer(b"", 403)
    code, out, err = kb_command("refresh", "--source", "quiet")
    assert code == 1
    assert "failed" in out
    assert "answered 403" in err
    code, out, err = kb_command("refresh", "--source", "quite")
    assert (code, out) == (2, "")
    assert err.startswith("kb: No source is named 'quite'")


def test_a_second_refresh_says_so_and_exits_0(kb_command: Kb, with_site: Site, home: Home) -> None:
    with Store(home).job("kb refresh"):
        code, out, err = kb_command("refresh", "--source", "quiet", "--json")
    assert code == 0
    assert "Another run is at work" in err
    assert json.loads(out)["already_running"].startswith("kb refresh")
    with Store(home).job("kb add x"):
        assert kb_command("refresh", "--source", "quiet")[0] == 3


def test_a_dry_run_names_what_is_due(kb_command: Kb, with_site: Site) -> None:
    code, out, _ = kb_command("refresh", "--due", "--dry-run")
    assert code == 0
    assert "quiet" in out
    assert "openreview-icml-2024-ai4science" in out
    assert with_site.asked == []


def test_runs_and_changes_tell_what_happened(kb_command: Kb, with_site: Site) -> None:
    assert kb_command("runs")[2].startswith("Nothing has been run")
    kb_command("refresh", "--source", "quiet")
    code, out, _ = kb_command("runs")
    assert code == 0
    assert "3 pages" in out
    assert json.loads(kb_command("runs", "--json")[1])[0]["report"]["sources"][0]["name"] == "quiet"
    code, out, _ = kb_command("changes", "--since", "1h", "--json")
    changes = json.loads(out)
    assert {change["what"] for change in changes} <= {"added", "changed"}
    assert workshop.TITLES[0] in {change["title"] for change in changes}
    assert "added" in kb_command("changes", "--since", "1h", "--what", "added", "--limit", "2")[1]
    assert "Nothing has changed" in kb_command("changes", "--since", "2999-01-01")[2]
    assert kb_command("changes", "--since", "whenever")[0] == 2


def test_reparse_changes_nothing(kb_command: Kb, with_site: Site) -> None:
    kb_command("refresh", "--source", "quiet")
    code, out, _ = kb_command("reparse", "--source", "quiet", "--json")
    source = json.loads(out)["sources"][0]
    assert code == 0
    assert (source["pages"], source["unchanged"], source["added"]) == (3, 3, 0)


def test_sources_are_added_listed_switched_and_removed(kb_command: Kb, home: Home) -> None:
    code, _, err = kb_command(
        "sources", "add", "https://quiet.example/2031/", "--tag", "a", "--every", "1d", "--depth", "0"
    )
    assert code == 0
    assert "'quiet-example'" in err
    shown = json.loads(kb_command("sources", "show", "quiet-example", "--json")[1])
    assert (shown["url"], shown["depth"], shown["every"], shown["tags"]) == (
        "https://quiet.example/2031/",
        0,
        "1d",
        ["a"],
    )
    listed = {source["name"]: source for source in json.loads(kb_command("sources", "list", "--json")[1])}
    assert {"quiet-example", "ai4science"} <= set(listed)
    assert kb_command("sources", "add", "https://quiet.example/2031/")[0] == 2
    assert kb_command("sources", "add", "no url")[0] == 2
    assert kb_command("sources", "disable", "quiet-example")[0] == 0
    assert "off" in kb_command("sources", "list", "--tag", "a")[1]
    assert kb_command("sources", "enable", "quiet-example")[0] == 0
    assert kb_command("sources", "remove", "quiet-example")[0] == 0
    assert kb_command("sources", "show", "quiet-example")[0] == 2
    code, _, err = kb_command("sources", "remove", "ruder")
    assert code == 0
    assert "Switched off the built-in source" in err
    assert json.loads(kb_command("sources", "show", "ruder", "--json")[1])["enabled"] is False


def test_removing_a_source_keeps_its_records_unless_told_to_forget(kb_command: Kb, with_site: Site, home: Home) -> None:
    kb_command("refresh", "--source", "quiet")
    settings = home.settings.read_text()
    kb_command("sources", "remove", "quiet")
    assert Store(home).counts()["talks"] == 4
    home.settings.write_text(settings)
    code, _, err = kb_command("sources", "remove", "quiet", "--forget")
    assert code == 0
    assert "3 pages" in err
    assert Store(home).counts() == {"papers": 0, "talks": 0, "people": 0, "events": 0}
    home.settings.write_text(settings)
    kb_command("refresh", "--source", "quiet")
    assert Store(home).counts()["talks"] == 4


def test_pages_are_listed_shown_and_exported(kb_command: Kb, with_site: Site, tmp_path: Path) -> None:
    assert kb_command("pages", "list")[0] == 2
    kb_command("refresh", "--source", "quiet")
    url = with_site.url + "/schedule"
    listed = json.loads(kb_command("pages", "list", with_site.url, "--json")[1])
    assert {page["url"] for page in listed} == {with_site.url + path for path in ("/", "/schedule", "/speakers")}
    assert workshop.TITLES[0] in kb_command("pages", "show", url, "--text")[1]
    assert "sha256" in kb_command("pages", "show", url)[1]
    assert len(json.loads(kb_command("pages", "show", url, "--json")[1])["versions"]) == 1
    code, _, err = kb_command("pages", "show", "https://nowhere.example/")
    assert (code, "not in the archive" in err) == (2, True)
    file = tmp_path / "out" / "pages.warc.gz"
    code, _, err = kb_command("archive", "export", str(file))
    assert (code, "Wrote 3 pages" in err, file.exists()) == (0, True, True)
    assert kb_command("archive", "export", str(tmp_path / "pages.zip"))[0] == 2


def test_a_schedule_is_installed_and_removed(kb_command: Kb, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, _ = kb_command("schedule", "install", "--every", "6h", "--systemd")
    assert code == 0
    assert "OnCalendar=*-*-* 0/6:00:00" in out
    assert "Persistent=true" in kb_command("schedule", "show")[1]
    assert "Removed" in kb_command("schedule", "remove")[2]
    assert "Nothing" in kb_command("schedule", "show")[2]
    assert kb_command("schedule", "install", "--every", "often")[0] == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_its_page_with_a_report(
    with_site: Site, home: Home, kb_command: Kb, number: signal.Signals
) -> None:
    reached = threading.Event()

    def slow(asked: Asked) -> Answer:
        reached.set()
        time.sleep(0.3)
        return Answer(workshop.schedule(3))

    with_site.pages["/schedule"] = slow
    script = "import sys; from kb.cli.main import run; sys.exit(run(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", script, "--home", str(home.path), "refresh", "--source", "quiet", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert reached.wait(timeout=60)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    report = json.loads(out)
    assert process.returncode == 1, err
    assert report["interrupted"] is True
    assert "Traceback" not in err
    again = json.loads(kb_command("refresh", "--source", "quiet", "--json")[1])
    assert again["resumed"] is True
    assert Store(home).counts()["talks"] == 4
    assert with_site.count("/") == 1
