"""Fixtures every part of the suite shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb.home import Home
from kb.store import Store


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home folder of its own."""
    return Home(tmp_path / "home")


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """A real SQLite store in a temporary folder."""
    opened = Store(home)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the home folder of the person who runs it."""
    monkeypatch.setenv("KB_HOME", str(tmp_path / "kb-home"))
    monkeypatch.delenv("KB_DEBUG", raising=False)
