"""Timers and crontab lines, with small programs in place of systemctl and crontab."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from kb.errors import KBError, UsageError
from kb.home import Home
from kb.schedule import calendar, cron_time, install, remove, show

DAY = timedelta(days=1)

CRONTAB = """#!/bin/sh
if [ "$1" = "-l" ]; then
  [ -f "{table}" ] || {{ echo "no crontab for you" >&2; exit 1; }}
  cat "{table}"
else
  cat > "{table}"
fi
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with a crontab that keeps its table in `table`, and a systemctl that writes its arguments to `told`."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in {
        "crontab": CRONTAB.format(table=tmp_path / "table"),
        "systemctl": f'#!/bin/sh\necho "$@" >> "{tmp_path / "told"}"\n',
    }.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_a_timer_is_written_enabled_and_removed(machine: Path, home: Home) -> None:
    done = install(home, DAY)
    assert done.way == "systemd"
    service, timer = (text for _, text in done.written)
    assert f'"--home" "{home.path.resolve()}" "refresh" "--due"' in service
    assert "Nice=" in service
    assert "Persistent=true" in timer
    assert "OnCalendar=daily" in timer
    assert "enable --now kb-refresh-" in (machine / "told").read_text()
    assert all(Path(where).read_text() == text for where, text in done.written)
    assert show(home) == (done,)
    assert remove(home) == (done,)
    assert show(home) == remove(home) == ()


def test_installing_again_changes_the_interval_and_adds_nothing(machine: Path, home: Home) -> None:
    for way in ("systemd", "cron"):
        install(home, DAY, way=way)  # type: ignore[arg-type]
        first = show(home)
        install(home, DAY, way=way)  # type: ignore[arg-type]
        assert show(home) == first
        install(home, timedelta(hours=6), way=way)  # type: ignore[arg-type]
        (only,) = show(home)
        assert only.way == way
        assert only != first[0]


def test_other_lines_of_the_crontab_stay_as_they_are(machine: Path, home: Home, tmp_path: Path) -> None:
    (machine / "table").write_text("# mine\n5 4 * * * echo 100\\%\n")
    other = Home(tmp_path / "another home")
    install(home, DAY, way="cron")
    install(other, timedelta(days=7), way="cron")
    lines = (machine / "table").read_text().splitlines()
    assert lines[:2] == ["# mine", "5 4 * * * echo 100\\%"]
    assert len(lines) == 4
    assert "'" in lines[3]  # a folder with a space is quoted
    remove(home)
    remove(other)
    assert (machine / "table").read_text() == "# mine\n5 4 * * * echo 100\\%\n"


def test_a_crontab_that_cannot_be_read_is_not_overwritten(machine: Path, home: Home) -> None:
    (machine / "tools" / "crontab").write_text(
        f'#!/bin/sh\n[ "$1" = "-l" ] && {{ echo "permission denied" >&2; exit 1; }}\ncat > "{machine / "table"}"\n'
    )
    with pytest.raises(KBError, match="permission denied"):
        install(home, DAY, way="cron")
    assert not (machine / "table").exists()


def test_without_a_session_the_files_are_written_and_the_rest_is_said(machine: Path, home: Home) -> None:
    (machine / "tools" / "systemctl").write_text('#!/bin/sh\necho "no bus" >&2\nexit 1\n')
    assert install(home, DAY).way == "cron"  # where nobody asked for systemd
    done = install(home, DAY, way="systemd")
    assert "no bus" in done.notes[0]
    assert "systemctl --user enable --now" in done.notes[0]


def test_a_machine_with_neither_is_told_what_to_do(machine: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("systemctl", "crontab"):
        (machine / "tools" / name).unlink()
    monkeypatch.setenv("PATH", str(machine / "tools"))
    with pytest.raises(UsageError, match="Neither"):
        install(home, DAY)
    with pytest.raises(UsageError, match="no crontab"):
        install(home, DAY, way="cron")


def test_intervals_become_calendar_times() -> None:
    assert [calendar(DAY * n) for n in (1, 3, 7, 30)] == ["daily", "*-*-1/3", "weekly", "monthly"]
    assert [cron_time(DAY * n) for n in (1, 3, 7, 30)] == ["17 4 * * *", "17 4 */3 * *", "17 4 * * 1", "17 4 1 * *"]
    assert calendar(timedelta(hours=6)) == "*-*-* 0/6:00:00"
    assert cron_time(timedelta(minutes=15)) == "*/15 * * * *"
    for odd in (timedelta(hours=5), timedelta(minutes=45), timedelta(hours=36)):
        with pytest.raises(UsageError, match="fits no calendar"):
            calendar(odd)
        with pytest.raises(UsageError, match="fits no calendar"):
            cron_time(odd)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_understands_what_is_written(machine: Path, tmp_path: Path) -> None:
    for every in (DAY, timedelta(hours=6), timedelta(minutes=15), DAY * 3):
        checked = subprocess.run(
            ["systemd-analyze", "calendar", calendar(every)], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
    done = install(Home(tmp_path / 'odd "name" 100% $HOME'), DAY, way="systemd")
    files = [where for where, _ in done.written]
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--user", *files], capture_output=True, text=True, check=False
    )
    assert "kb-refresh" not in verified.stderr, verified.stderr
