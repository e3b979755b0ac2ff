"""The same program in a browser: served on loopback behind a token, and drawn by a real one where there is one."""

from __future__ import annotations

import asyncio
import base64
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="needs the extra `web`")

PATIENCE_S = 30.0

DRAWN_BYTES = 40_000  # the page before it is drawn packs to 9 kB, a screen full of text to more than 100

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def link(kb_home: Path) -> Iterator[str]:
    """The link that `kb tui --web` prints."""
    kb = [sys.executable, "-c", "from kb.cli import main; main()", "--home", str(kb_home)]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([*kb, "tui", "--web", "steered"], stderr=subprocess.PIPE, text=True, env=env) as server:
        assert server.stderr is not None
        found = None
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", line):
                break
        assert found, "no link was printed"
        yield found.group()
        server.send_signal(signal.SIGINT)
        server.wait(20)


def get(link: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    host, port = link.removeprefix("http://").split("/")[0].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, dict(answer.getheaders()), text


def test_only_the_link_opens_it(link: str) -> None:
    path = "/" + link.split("/", 3)[3]
    assert get(link, "/")[0] == 403
    assert get(link, "/?token=wrong")[0] == 403
    assert get(link, "/ws")[0] == 403
    assert get(link, path, Host="evil.example")[0] == 403
    status, headers, text = get(link, path)
    assert (status, "textual" in text) == (200, True)
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert get(link, "/static/js/textual.js", Cookie=cookie.split(";")[0])[0] == 200
    assert get(link, "/static/js/textual.js")[0] == 403


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt install chromium)")
async def test_a_browser_draws_it(link: str, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    profile = tmp_path / "profile"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    command += ["--window-size=1200,800", "--remote-debugging-port=0", link]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            picture = await drawn(profile / "DevToolsActivePort")
        finally:
            browser.terminate()
    if keep := os.environ.get("KB_KEEP_PICTURE"):
        Path(keep).write_bytes(picture)
    assert len(picture) > DRAWN_BYTES


async def drawn(port_file: Path) -> bytes:
    """The page as PNG once the program has drawn itself, or as it is when patience ends."""
    import aiohttp

    until = time.monotonic() + PATIENCE_S
    while not (port_file.exists() and port_file.read_text().strip()) and time.monotonic() < until:
        await asyncio.sleep(0.05)
    port = int(port_file.read_text().split()[0])
    picture = b""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json") as answer:
            page = next(page for page in await answer.json() if page["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as devtools:
            while len(picture) <= DRAWN_BYTES and time.monotonic() < until:
                await asyncio.sleep(0.3)
                await devtools.send_json({"id": 1, "method": "Page.captureScreenshot"})
                answer_of = await devtools.receive_json(timeout=20)
                picture = base64.b64decode(answer_of.get("result", {}).get("data", ""))
    return picture
