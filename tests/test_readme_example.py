"""The README's Python example runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"


def test_the_python_example_runs_on_the_sample(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kb.cli.main import run

    monkeypatch.setenv("KB_HOME", str(tmp_path / "sample"))
    assert run(["demo"]) == 0
    capsys.readouterr()
    for code in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL):
        exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert "De novo protein design - David Baker (ICLR 2024)" in out
    assert "'talks':" in out
