"""The program in a real terminal: started by its command under tmux, driven by keys, read off the screen."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE_S = 30.0  # a loaded machine starts Python slowly; nothing here is timed

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

KB = [sys.executable, "-c", "from kb.cli import main; main()"]


class Terminal:
    """A tmux server of its own with one window."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", os.devnull]
        self._size = size

    def _run(self, *arguments: str) -> str:
        # COLUMNS and LINES, where something has exported them, outrank the terminal's own size.
        env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, timeout=20, check=False, env=env
        )
        return done.stdout

    def start(self, command: list[str], env: dict[str, str]) -> None:
        """Run a command in the window; its exit code is printed when it ends."""
        width, height = self._size
        line = f"{shlex.join(command)}; echo exit code $?; sleep 600"
        settings = [part for name, value in env.items() for part in ("-e", f"{name}={value}")]
        self._run("new-session", "-d", "-x", str(width), "-y", str(height), *settings, line)

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names."""
        self._run("send-keys", *names)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def screen(self, *, styles: bool = False) -> str:
        return self._run("capture-pane", "-p", *(["-e"] if styles else []))

    def shows(self, *landmarks: str) -> str:
        """Wait until all landmarks are on the screen; returns it."""
        until = time.monotonic() + PATIENCE_S
        while not all(mark in (screen := self.screen()) for mark in landmarks):
            if time.monotonic() > until:
                raise AssertionError(f"{landmarks} did not come up in {self.size()}:\n{screen}")
            time.sleep(0.05)
        return screen

    def resize(self, width: int, height: int) -> None:
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def size(self) -> str:
        return self._run("display", "-p", "#{pane_width}x#{pane_height}").strip()

    def close(self) -> None:
        self._run("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def make(size: tuple[int, int] = (80, 24)) -> Terminal:
        opened.append(Terminal(tmp_path, size))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@needs_tmux
def test_a_reader_searches_follows_a_name_and_leaves(
    terminal: Callable[..., Terminal], kb_home: Path, tmp_path: Path
) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{opened}"\n')
    browser.chmod(0o755)
    screen = terminal((80, 24))
    screen.start([*KB, "--home", str(kb_home), "tui"], {"BROWSER": str(browser), "NO_COLOR": ""})
    screen.shows("[Search]", "140 papers", "^q Quit")
    screen.type("steered generation")
    screen.shows("Steered generation of molecules", "Smita Krishnaswamy", "ICML 2024", "found in", "1 slides")
    screen.keys("Enter", "o")
    screen.shows("Opened https://example.org/slides.pdf")
    assert opened.read_text() == "https://example.org/slides.pdf\n"
    screen.keys("Enter")
    screen.shows("People (1)", "Events (1)")
    screen.keys("Right", "n", "n", "Enter")
    screen.shows("Yale", "Talks (1)")
    screen.keys("BSpace", "BSpace")
    screen.shows("found in")
    screen.resize(60, 20)
    screen.shows("[Search]", "Steered generation")
    screen.resize(20, 5)
    screen.shows("steered generation")
    screen.resize(120, 40)
    screen.shows("Steered generation of molecules", "^q Quit")
    screen.keys("M-2")
    screen.shows("[Events]", "AI for Science")
    screen.keys("Enter", "?")
    screen.shows("Anywhere", "All commands")
    screen.keys("q")
    screen.keys("C-q")
    screen.shows("exit code 0")


@needs_tmux
def test_a_note_is_written_in_the_readers_editor(
    terminal: Callable[..., Terminal], kb_home: Path, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "the editor has the terminal"\nread line\nprintf "%s" "$line" > "$1"\n')
    editor.chmod(0o755)
    screen = terminal((80, 24))
    screen.start([*KB, "--home", str(kb_home), "tui", "steered"], {"EDITOR": str(editor), "VISUAL": ""})
    screen.shows("Steered generation of molecules", "found in")
    screen.keys("Enter", "e")
    screen.shows("the editor has the terminal")
    screen.type("compare with SaProt")
    screen.keys("Enter")
    screen.shows("Note kept", "compare with SaProt", "[Search]")
    screen.keys("C-q")
    screen.shows("exit code 0")


@needs_tmux
def test_without_colour_nothing_is_coloured_and_the_cursor_is_still_seen(
    terminal: Callable[..., Terminal], kb_home: Path
) -> None:
    screen = terminal((80, 24))
    screen.start([*KB, "--home", str(kb_home), "tui", "steered"], {"NO_COLOR": "1", "COLORTERM": "truecolor"})
    shown = screen.shows("Steered generation of molecules", "found in")
    assert any(line.startswith("▌ talk") for line in shown.splitlines())
    coloured = [code for code in _rgb(screen.screen(styles=True)) if len(set(code)) > 1]
    assert coloured == []


def _rgb(screen: str) -> list[tuple[str, ...]]:
    """Every colour on a screen captured with its escapes, as (red, green, blue)."""
    return re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", screen)


def test_without_a_terminal_it_says_so(kb_home: Path) -> None:
    done = subprocess.run(
        [*KB, "--home", str(kb_home), "tui"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a terminal" in done.stderr
    assert "kb search" in done.stderr


def test_help_does_not_wait_for_textual() -> None:
    code = "import sys; from kb.cli.main import run; run(['tui', '--help']); sys.exit('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--demo" in done.stdout


def test_the_first_frame_waits_for_no_index() -> None:
    heavy = ("faiss", "tantivy", "tokenizers", "numpy", "sqlite_utils", "lxml", "httpx")
    code = f"import sys, tui.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
