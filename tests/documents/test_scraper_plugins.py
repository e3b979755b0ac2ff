"""A second distribution adds readers by declaring them, and ours come in by the same door."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import UsageError
from scrapers.plugins import find, installed, load_scraper

MODULE = '''
"""Reads minutes of reading groups: "Name: title" a line under a first line "Minutes"."""

from kb.models import Evidence, Extraction, TalkFact


class MinutesReader:
    """Reads minutes."""

    name = "minutes"
    version = "3"

    def score(self, document):
        return 1.0 if document.body.startswith(b"Minutes\\n") else 0.0

    def read(self, document):
        rows = [line.split(": ", 1) for line in document.body.decode().splitlines()[1:]]
        evidence = Evidence(extractor="minutes/3")
        talks = tuple(TalkFact(title=title, speakers=(name,), evidence=evidence) for name, title in rows)
        return Extraction(document.url, talks=talks)
'''
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kb-minutes"
version = "3.1"

[project.entry-points."kb.scrapers"]
"document.minutes" = "kb_minutes:MinutesReader"
"""


@pytest.fixture(scope="module")
def second_distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `kb-minutes` installed: built by pip, or laid out as pip does where hatchling is not there."""
    target = tmp_path_factory.mktemp("site")
    if importlib.util.find_spec("hatchling") is None:
        (target / "kb_minutes.py").write_text(MODULE)
        about = target / "kb_minutes-3.1.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kb-minutes\nVersion: 3.1\n")
        (about / "entry_points.txt").write_text("[kb.scrapers]\ndocument.minutes = kb_minutes:MinutesReader\n")
        return target
    source = tmp_path_factory.mktemp("kb-minutes")
    (source / "kb_minutes.py").write_text(MODULE)
    (source / "pyproject.toml").write_text(PROJECT)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(source)], check=True, capture_output=True)
    return target


def run_kb(site: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(site), str(root)])
    return subprocess.run(
        [sys.executable, "-c", "from kb.cli import main; main()", *arguments],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "KB_HOME": str(site / "home")},
    )


def test_a_second_distributions_reader_is_listed_and_used(second_distribution: Path) -> None:
    listed = run_kb(second_distribution, "scrapers", "list")
    assert "kb-minutes 3.1" in listed.stdout
    assert "kb_minutes:MinutesReader" in listed.stdout
    read = run_kb(second_distribution, "extract", "-", "--compact", text="Minutes\nAnn Lee: Why chains fold\n")
    assert '"title": "Why chains fold"' in read.stdout
    assert '"extractor": "minutes/3"' in read.stdout
    other = run_kb(second_distribution, "extract", "-", "--compact", text="---\ntitle: x\n---\nHello")
    assert other.returncode == 0


def test_listing_imports_no_reader() -> None:
    code = (
        "import sys; from scrapers.plugins import installed; assert installed();"
        "assert 'scrapers.extract.html.reader' not in sys.modules and 'lxml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_our_own_readers_come_in_by_the_same_door() -> None:
    names = {f"{plugin.kind}.{plugin.name}": plugin.distribution for plugin in installed()}
    for name in ("document.html", "document.pdf", "document.source", "document.text", "document.data", "page.metadata"):
        assert names[name] == "conference-kb"


def test_a_reader_is_found_with_and_without_its_kind() -> None:
    assert find("pdf") == find("document.pdf")
    assert load_scraper("pdf").name == "pdf"


def test_an_unknown_name_says_what_is_installed_and_what_was_meant() -> None:
    with pytest.raises(UsageError, match="No scraper is named 'pfd'") as caught:
        find("pfd")
    assert caught.value.hint.startswith("Installed: ")
    assert "'pdf'" in caught.value.hint
