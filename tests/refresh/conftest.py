"""A workshop site on loopback, a home that has it as its only source, and runs of the job over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import workshop
from loopback import Site, serving

from kb.home import Home, write_atomically
from kb.knowledge_base import KnowledgeBase
from kb.refresh import RefreshReport, refresh
from kb.wiring import open_kb

Run = Callable[..., RefreshReport]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,127.0.0.2,localhost")


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with a home page, a schedule of four talks and a page of three speakers."""
    with serving() as running:
        running.validated("/", workshop.home(("/schedule", "/speakers")), etag='"home"')
        running.pages["/schedule"] = workshop.schedule(3)
        running.pages["/speakers"] = workshop.speakers(workshop.PEOPLE[:3])
        yield running


def configure(home: Home, *entries: str, settings: str = "min_interval = 0.0\n") -> None:
    """Write settings with these `[[sources]]` entries."""
    write_atomically(home.settings, settings + "".join(f"\n[[sources]]\n{entry}\n" for entry in entries))


@pytest.fixture
def kb(home: Home, site: Site) -> Iterator[KnowledgeBase]:
    """A knowledge base with the site as the source `quiet`."""
    configure(home, f'name = "quiet"\nurl = "{site.url}/"')
    with open_kb(home.path) as opened:
        yield opened


@pytest.fixture
def run(kb: KnowledgeBase) -> Run:
    """Runs the job over `quiet` alone."""

    def once(*names: str, **options: object) -> RefreshReport:
        return refresh(kb, sources=names or ("quiet",), **options)  # type: ignore[arg-type]

    return once


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The same site as a saved tree, under two host names."""
    folder = tmp_path / "tree"
    for host in ("quiet.example", "loud.example"):
        place = folder / host
        place.mkdir(parents=True)
        (place / "index.html").write_bytes(workshop.home(("/schedule.html", "/speakers.html", "/nowhere.html")))
        (place / "schedule.html").write_bytes(workshop.schedule(3, year=2031 if host == "quiet.example" else 2032))
        (place / "speakers.html").write_bytes(workshop.speakers(workshop.PEOPLE[:3]))
    return folder
