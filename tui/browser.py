"""Opening a URL in the reader's browser, without letting a text browser take over the terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping


def browser_command(url: str, env: Mapping[str, str], platform: str = sys.platform) -> list[str] | None:
    """The command that opens `url`, or None where there is no graphical browser.

    `BROWSER` wins, as everywhere on Unix (the first of a colon-separated list, `%s` is the URL). The standard
    library's `webbrowser` is not used: without a display it starts lynx or w3m inside the running program.
    """
    if wanted := env.get("BROWSER", "").split(os.pathsep)[0].strip():
        parts = shlex.split(wanted)
        return [part.replace("%s", url) for part in parts] if "%s" in wanted else [*parts, url]
    if platform == "darwin":
        return ["open", url]
    if platform == "win32":
        return ["rundll32", "url.dll,FileProtocolHandler", url]
    if env.get("WSL_DISTRO_NAME") and shutil.which("wslview"):
        return ["wslview", url]
    if (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")) and shutil.which("xdg-open"):
        return ["xdg-open", url]
    return None


def open_in_browser(url: str) -> bool:
    """Start the browser with `url` and do not wait for it. False where there is none or it cannot be started."""
    command = browser_command(url, os.environ)
    if command is None:
        return False
    quiet = subprocess.DEVNULL  # its chatter must not land on the screen we draw
    try:
        subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603 - no shell; the URL is one argument, checked to be http(s)
    except OSError:
        return False
    return True
