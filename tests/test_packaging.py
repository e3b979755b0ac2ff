"""The distribution owns its four packages, offers what it says, and keeps imports light."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

import kb


@pytest.mark.parametrize("package", ["kb", "scrapers", "index", "tui"])
def test_each_top_level_package_has_one_owner(package: str) -> None:
    owners = importlib.metadata.packages_distributions().get(package)
    if owners is None:
        pytest.skip("an editable install lists no packages; `pip install .` does")
    assert set(owners) == {"conference-kb"}


def test_the_version_is_said_once() -> None:
    assert kb.__version__ == importlib.metadata.version("conference-kb")


def test_the_public_names_are_these() -> None:
    assert sorted(kb.__all__) == [
        "Event", "Hit", "KBError", "KnowledgeBase", "Paper", "Person", "SearchResult", "Talk", "open_kb",
    ]  # fmt: skip
    assert all(getattr(kb, name) is not None for name in kb.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        kb.nothing  # noqa: B018 (the access is the test)


HEAVY = [
    "torch",
    "sentence_transformers",
    "textual",
    "httpx",
    "lxml",
    "bs4",
    "pypdfium2",
    "sqlite_utils",
    "jinja2",
    "rich",
]


@pytest.mark.parametrize("module", ["kb", "kb.cli", "kb.wiring", "kb.knowledge_base"])
def test_importing_brings_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_base_install_needs_no_torch() -> None:
    requirements = importlib.metadata.requires("conference-kb") or []
    base = [line for line in requirements if "extra ==" not in line]
    assert not any(line.startswith(("torch", "sentence-transformers", "transformers")) for line in base)
