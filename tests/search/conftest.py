"""Indexes the search tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from search_library import LIBRARY, BuildIndex, HashEmbedder, MemorySource, builtin_index, milvus_index, paper

from index.engine import SearchIndex


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def source() -> MemorySource:
    return MemorySource(*LIBRARY)


@pytest.fixture(
    scope="session", params=[pytest.param(builtin_index, id="builtin"), pytest.param(milvus_index, id="milvus")]
)
def build_index(request: pytest.FixtureRequest) -> BuildIndex:
    """Makes an index of each backend: the contract tests run once for every one."""
    maker: BuildIndex = request.param
    return maker


@pytest.fixture(scope="session")
def builtin_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a built-in index of the small library, for tests of what only that one does."""
    folder = tmp_path_factory.mktemp("builtin") / "index"
    builtin_index(folder, HashEmbedder()).sync(MemorySource(*LIBRARY))
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, build_index: BuildIndex) -> Path:
    """The folder of an index of the small library: built once, copied by each test, as a commit waits for the disk."""
    folder = tmp_path_factory.mktemp("library") / "index"
    made = build_index(folder, HashEmbedder())
    made.sync(MemorySource(*LIBRARY))
    made.close()
    shutil.copytree(folder, folder.with_name("pristine"))  # a file of milvus-lite is locked while it is open
    return folder


@pytest.fixture(scope="session")
def shared(library: Path, build_index: BuildIndex) -> Iterator[SearchIndex]:
    """The index of the small library itself. Only read."""
    made = build_index(library, HashEmbedder())
    yield made
    made.close()


@pytest.fixture
def index(library: Path, tmp_path: Path, embedder: HashEmbedder, build_index: BuildIndex) -> Iterator[SearchIndex]:
    """An index of the small library, free to be changed."""
    shutil.copytree(library.with_name("pristine"), tmp_path / "index")
    made = build_index(tmp_path / "index", embedder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory, build_index: BuildIndex) -> Iterator[SearchIndex]:
    """450 papers that all match "common words", more than either side's candidates. Only read."""
    made = build_index(tmp_path_factory.mktemp("many") / "index", HashEmbedder())
    made.sync(MemorySource(*(paper(i, f"Common words number {i % 37}", year=2000 + i % 20) for i in range(450))))
    yield made
    made.close()
