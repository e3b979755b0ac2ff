"""A small knowledge base on real SQLite, and the program on it, driven by Textual's pilot."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from tui_pilot import Start, begun

from kb import open_kb
from kb.home import Home
from kb.knowledge_base import KnowledgeBase
from kb.models import EventFact, Extraction, LinkFact, PersonFact, TalkFact
from kb.store import Store
from kb.store.apply import PageInfo
from tui.app import KBApp

PAGE = "https://example.org/workshop/2024/"

HOSTILE = "Reading [bold red]markup[/] and \x1b[31mescapes\x1b[0m \u202egnp.exe"

TALKS = (
    TalkFact(
        "Steered generation of molecules", ("Smita Krishnaswamy",), "Yale", "invited",
        "A latent space of graphs is organised by scattering, so that generation can be steered to wanted properties.",
        (LinkFact("slides", "https://example.org/slides.pdf"), LinkFact("video", "https://example.org/video")),
    ),
    TalkFact("Proteins by diffusion", ("David Baker",), "University of Washington", "keynote", "New folds."),
    TalkFact(None, ("Max Jaderberg",), "Isomorphic Labs", "invited"),
    TalkFact(HOSTILE, ("Eve [/] Example",), None, "contributed", "Steers no terminal: \x1b]0;title\x07."),
    TalkFact("Weather and the 天気 of wide characters 🌦️", ("José Ñandú", "Zoë Ångström"), "Åbo Akademi", "contributed"),
)  # fmt: skip

PAPERS = [
    {
        "title": f"Diffusion models for molecules, part {number}",
        "abstract": f"We sample molecules by diffusion. This is part {number} of a long series on molecules.",
        "authors": ["David Baker", "Smita Krishnaswamy", f"Author Number{number}"],
        "year": 2020 + number % 5,
        "venue": f"ICML {2020 + number % 5}",
        "openreview_id": f"paper{number:05d}",
        "pdf": f"https://example.org/pdf/{number}.pdf",
        "keywords": ["molecules", "diffusion"],
    }
    for number in range(140)
]


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tui") / "home"
    event = EventFact("AI for Science", 2024, "AI for Science", "ICML 2024", "26 July 2024", "Vienna", PAGE)
    people = (
        PersonFact("Smita Krishnaswamy", "speaker", "Yale", "https://example.org/smita", ("graphs", "geometry")),
        PersonFact("Anna Organizer", "organizer", "MIT"),
    )
    store = Store(Home(path))
    store.apply(Extraction(PAGE, event, TALKS, people), PageInfo(PAGE, "2024-07-27T10:00:00Z"))
    store.close()
    with open_kb(path) as kb:
        kb.add_papers(PAPERS)
    return path


@pytest.fixture
def kb_home(_built: Path, tmp_path: Path) -> Path:
    """A home with one workshop and 140 papers, this test's own."""
    return Path(shutil.copytree(_built, tmp_path / "tui-home"))


@pytest.fixture
def kb(kb_home: Path) -> Iterator[KnowledgeBase]:
    """The knowledge base of `kb_home`, opened a second time."""
    with open_kb(kb_home) as opened:
        yield opened


@pytest.fixture
def start(kb_home: Path) -> Start:
    """Starts the program on `kb_home`: `async with start(size=(80, 24), query="...") as pilot`."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (100, 30), *, home: Path = kb_home, **options: object
    ) -> AsyncIterator[Pilot[None]]:
        app = KBApp(lambda: open_kb(home), **options)  # type: ignore[arg-type]  # the tests' own options
        async with app.run_test(size=size, notifications=True) as pilot:
            await begun(pilot)
            yield pilot

    return run
