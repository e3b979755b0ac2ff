"""Running the job from time to time with what the machine has: a systemd user timer, or a line in the crontab."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from kb.errors import KBError, UsageError
from kb.home import Home, write_atomically

Way = Literal["systemd", "cron"]
_TOOL_SECONDS = 20.0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What is installed: the files or the crontab line, word for word. `notes` say what is left to do."""

    way: Way
    written: tuple[tuple[str, str], ...]  # (where, text)
    notes: tuple[str, ...] = ()


def install(home: Home, every: timedelta, *, way: Way | None = None) -> Scheduled:
    """Run `kb refresh --due` from time to time. Doing it again changes the interval, and adds nothing.

    Without `way` the timer is used where systemd runs for this user, the crontab otherwise. Raises `UsageError` when
    neither is there or the interval fits no calendar.
    """
    chosen = way or _usable_way()
    if chosen == "systemd":
        done = _install_timer(home, every)
        _edit_crontab(home, None, must=False)  # one way at a time
        return done
    line = f"{cron_time(every)} {_cron_command(home)} {_marker(home)}"
    _edit_crontab(home, line, must=True)
    _remove_timer(home)
    return Scheduled("cron", (("crontab", line),))


def show(home: Home) -> tuple[Scheduled, ...]:
    """What is installed for this home; () when nothing is."""
    found = []
    files = tuple((str(path), path.read_text(encoding="utf-8")) for path in _units(home) if path.exists())
    if files:
        found.append(Scheduled("systemd", files))
    lines = tuple(("crontab", line) for line in _crontab() if line.endswith(_marker(home)))
    if lines:
        found.append(Scheduled("cron", lines))
    return tuple(found)


def remove(home: Home) -> tuple[Scheduled, ...]:
    """Take it all away; returns what was there."""
    found = show(home)
    _remove_timer(home)
    if any(one.way == "cron" for one in found):
        _edit_crontab(home, None, must=True)
    return found


def _usable_way() -> Way:
    if shutil.which("systemctl") and _run(["systemctl", "--user", "show-environment"]).returncode == 0:
        return "systemd"
    if shutil.which("crontab"):
        return "cron"
    raise UsageError(
        "Neither a systemd user session nor a crontab was found on this machine",
        hint="Have something else run `kb refresh --due` daily, or use --systemd to write the unit files all the same",
    )


def _run(command: list[str], *, text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  # fixed programs, arguments of ours
            command, input=text, capture_output=True, text=True, timeout=_TOOL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        return subprocess.CompletedProcess(command, 127, "", str(why))


def program() -> Path:
    """The console script `kb` of this installation."""
    beside = Path(sys.executable).with_name("kb")
    found = beside if beside.exists() else shutil.which("kb")
    if not found:
        raise UsageError("The program `kb` was not found", hint="Install conference-kb, or put it on the PATH")
    return Path(os.path.abspath(found))


def _name(home: Home) -> str:
    """One job for each home folder."""
    return f"kb-refresh-{hashlib.sha256(str(home.path.resolve()).encode()).hexdigest()[:8]}"


# --- systemd


def _units(home: Home) -> tuple[Path, Path]:
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    return base / f"{_name(home)}.service", base / f"{_name(home)}.timer"


def _unit_word(text: str) -> str:
    """A word of ExecStart: quoted, with systemd's own specials doubled."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def calendar(every: timedelta) -> str:
    """The interval as a systemd calendar expression: only those catch up after a night switched off."""
    minutes = int(every.total_seconds() // 60)
    if every >= _DAY and every % _DAY == timedelta(0):
        days = every.days
        return "daily" if days == 1 else "weekly" if days == 7 else f"*-*-1/{days}" if days < 28 else "monthly"
    if minutes >= 60 and minutes % 60 == 0 and 24 % (minutes // 60) == 0:
        return f"*-*-* 0/{minutes // 60}:00:00"
    if minutes < 60 and 60 % minutes == 0:
        return f"*-*-* *:0/{minutes}:00"
    raise _no_interval(every)


def _install_timer(home: Home, every: timedelta) -> Scheduled:
    service, timer = _units(home)
    when = calendar(every)
    command = " ".join(map(_unit_word, (str(program()), "--home", str(home.path.resolve()), "refresh", "--due")))
    delay = int(min(every / 10, timedelta(minutes=30)).total_seconds())
    described = str(home.path.resolve()).replace("%", "%%")
    texts = (
        f"""[Unit]
Description=Refresh the conference knowledge base in {described}

[Service]
Type=oneshot
ExecStart={command}
# 1: done in part; the report says which sources failed, and the next run tries them again
SuccessExitStatus=1
Nice=15
CPUSchedulingPolicy=idle
IOSchedulingClass=idle
""",
        f"""[Unit]
Description=Refresh the conference knowledge base in {described} from time to time

[Timer]
OnCalendar={when}
# After a night switched off it runs once at the next start
Persistent=true
# Not everybody on the hour
RandomizedDelaySec={delay}

[Install]
WantedBy=timers.target
""",
    )
    written = []
    for path, text in zip((service, timer), texts, strict=True):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, text)
        written.append((str(path), text))
    notes = []
    enable = ["systemctl", "--user", "enable", "--now", timer.name]
    reload = _run(["systemctl", "--user", "daemon-reload"])
    if reload.returncode != 0 or _run(enable).returncode != 0:
        notes.append(f"systemd could not be told ({_first_line(reload.stderr)}); run: {shlex.join(enable)}")
    return Scheduled("systemd", tuple(written), tuple(notes))


def _remove_timer(home: Home) -> None:
    service, timer = _units(home)
    if not timer.exists() and not service.exists():
        return
    _run(["systemctl", "--user", "disable", "--now", timer.name])
    for path in (timer, service):
        path.unlink(missing_ok=True)
    _run(["systemctl", "--user", "daemon-reload"])


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["no user session"])[0]


# --- cron


def cron_time(every: timedelta) -> str:
    """The five time fields of a crontab line. At an odd minute, as not everybody should come on the hour."""
    minutes = int(every.total_seconds() // 60)
    if every >= _DAY and every % _DAY == timedelta(0):
        days = every.days
        day = "* * *" if days == 1 else "* * 1" if days == 7 else f"*/{days} * *" if days < 28 else "1 * *"
        return f"17 4 {day}"
    if minutes >= 60 and minutes % 60 == 0 and 24 % (minutes // 60) == 0:
        return f"17 */{minutes // 60} * * *"
    if minutes < 60 and 60 % minutes == 0:
        return f"*/{minutes} * * * *"
    raise _no_interval(every)


def _no_interval(every: timedelta) -> UsageError:
    return UsageError(
        f"An interval of {every} fits no calendar",
        hint="Use minutes that divide an hour, hours that divide a day, or days: 30m, 6h, 1d, 7d",
    )


def _cron_command(home: Home) -> str:
    words = ("nice", "-n", "15", str(program()), "--home", str(home.path.resolve()), "refresh", "--due")
    return f"{shlex.join(words)} >/dev/null 2>&1".replace("%", "\\%")  # cron reads % as the end of a line


def _marker(home: Home) -> str:
    return f"# {_name(home)}"


def _crontab() -> list[str]:
    if not shutil.which("crontab"):
        return []
    answer = _run(["crontab", "-l"])
    if answer.returncode == 0:
        return answer.stdout.splitlines()
    told = answer.stderr.lower()
    if "no crontab" in told or "no such file" in told:
        return []
    # Anything else may hide lines that writing would then destroy
    raise KBError(f"The crontab cannot be read: {_first_line(answer.stderr)}", hint="Use --systemd")


def _edit_crontab(home: Home, line: str | None, *, must: bool) -> None:
    """Replace our line, or take it out; every other line stays as it is."""
    if not shutil.which("crontab"):
        if must:
            raise UsageError("This machine has no crontab", hint="Use --systemd")
        return
    lines = _crontab()
    kept = [other for other in lines if not other.endswith(_marker(home))]
    wanted = [*kept, line] if line is not None else kept
    if wanted == lines:
        return
    answer = _run(["crontab", "-"], text="".join(f"{one}\n" for one in wanted))
    if answer.returncode != 0:
        raise KBError(f"crontab refused: {_first_line(answer.stderr)}", hint="Use --systemd, or ask your administrator")
