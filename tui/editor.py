"""Writing a text in the reader's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path


def editor_command(env: Mapping[str, str]) -> list[str] | None:
    """`VISUAL` or `EDITOR` as a command, or None when neither says anything that can be run."""
    try:
        return shlex.split(env.get("VISUAL") or env.get("EDITOR") or "") or None
    except ValueError:
        return None


def edit_text(text: str, command: list[str]) -> str | None:
    """The text as it was left in the editor; None when the editor failed. The terminal must be the editor's meanwhile.

    Raises OSError when the editor cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="kb-note-") as folder:
        path = Path(folder) / "note.md"
        path.write_text(text, encoding="utf-8")
        os.chmod(path, 0o600)
        done = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the reader's own EDITOR, no shell
        if done.returncode != 0:
            return None
        return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
