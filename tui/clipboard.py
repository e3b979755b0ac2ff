"""Copying text where the reader can paste it, and saying which way it went."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

TOOL_WAIT_S = 2.0
"""A clipboard tool without a display server can hang; two seconds is more than a working one ever takes."""


def clipboard_command(
    env: Mapping[str, str], platform: str = sys.platform, which: Callable[[str], str | None] = shutil.which
) -> list[str] | None:
    """The command that puts its standard input on this machine's clipboard.

    None over SSH (the reader's clipboard is elsewhere) and where no tool is there: then the terminal is asked.
    """
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return None
    candidates: list[list[str]] = []
    if platform == "darwin":
        candidates.append(["pbcopy"])
    elif platform == "win32" or env.get("WSL_DISTRO_NAME"):
        candidates.append(["clip.exe"])
    if env.get("WAYLAND_DISPLAY"):
        candidates.append(["wl-copy"])
    if env.get("DISPLAY"):
        candidates += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    return next((command for command in candidates if which(command[0])), None)


def copy(text: str, osc52: Callable[[str], None]) -> str:
    """Copy `text`; returns how, to be shown. `osc52` asks the terminal to do it, which no terminal acknowledges."""
    command = clipboard_command(os.environ)
    if command is not None:
        try:
            subprocess.run(command, input=text.encode(), timeout=TOOL_WAIT_S, check=True, capture_output=True)  # noqa: S603 - a fixed tool, no shell
            return f"copied with {command[0]}"
        except (OSError, subprocess.SubprocessError):
            pass  # the terminal is the way that is left
    osc52(text)
    return "sent to your terminal's clipboard"
