"""The built-in index's folder: snapshots, crashes, damage, and several processes at once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from search_library import LIBRARY, HashEmbedder, MemorySource, paper

from index import files
from index.engine import SearchIndex
from index.snapshot import open_snapshot
from kb.errors import DamagedError, KBError, LockedError, ModelError, NewerError
from kb.models import Document
from kb.query import parse


@pytest.fixture
def index(builtin_library: Path, tmp_path: Path, embedder: HashEmbedder) -> SearchIndex:
    """The built-in index of the small library, free to be changed."""
    shutil.copytree(builtin_library, tmp_path / "index")
    return SearchIndex(tmp_path / "index", embedder)


def found(index: SearchIndex, query: str) -> list[str]:
    return [hit.id for hit in index.search(parse(query), mode="lexical", limit=50).hits]


def in_another_process(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code with `index` and `source` of the small library in a fresh interpreter."""
    head = f"""
        import os, sys
        sys.path[:0] = {sys.path!r}
        from pathlib import Path
        from search_library import *
        from index.engine import SearchIndex
        from kb.query import parse
        index = SearchIndex(Path({str(folder)!r}), HashEmbedder())
        source = MemorySource(*LIBRARY)
    """
    program = textwrap.dedent(head) + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


# --- several processes


def test_a_second_process_sees_changes_without_restart(index: SearchIndex, folder: Path, source: MemorySource) -> None:
    assert found(index, "xylophone") == []
    done = in_another_process("source.put(paper(77, 'A xylophone')); print(index.sync(source).added)", folder)
    assert done.stdout.strip() == "1", done.stderr
    assert found(index, "xylophone") == ["paper/77"]


def test_two_processes_never_write_at_once(index: SearchIndex, folder: Path, source: MemorySource) -> None:
    source.put(paper(9, "New"))
    with files.write_lock(folder):
        with pytest.raises(LockedError, match="Another process"):
            index.sync(source)
        done = in_another_process("source.put(paper(9, 'New')); index.sync(source)", folder)
        assert "LockedError" in done.stderr
        assert found(index, "weather") == ["paper/4"]  # reading goes on
    assert index.sync(source).added == 1


def test_a_reader_keeps_its_snapshot_while_a_writer_replaces_it(
    index: SearchIndex, folder: Path, source: MemorySource
) -> None:
    snapshot = open_snapshot(folder)
    assert snapshot is not None
    source.remove("paper/4")
    index.sync(source)
    index.sync(source, rebuild=True)
    plan = snapshot.lexical.plan(parse("weather"))
    rows, _ = snapshot.lexical.search(plan.any_word(), 10)
    assert [snapshot.columns.id(int(row)) for row in rows] == ["paper/4"]
    vector = HashEmbedder().encode_queries(["weather"])[0]
    assert len(snapshot.columns) == len(LIBRARY)
    assert vector.shape == (32,)
    assert found(index, "weather") == []


# --- crashes


@pytest.mark.parametrize("moment", ["columns.ColumnsWriter.finish", "lexical.LexicalWriter.commit", "files.publish"])
def test_a_process_killed_while_syncing_leaves_the_old_index_and_the_next_sync_heals_it(
    index: SearchIndex, folder: Path, source: MemorySource, moment: str
) -> None:
    module, *path = moment.split(".")
    code = f"""
        import importlib
        module = importlib.import_module("index.{module}")
        owner = module if {len(path)} == 1 else getattr(module, "{path[0]}")
        setattr(owner, "{path[-1]}", lambda *a, **k: os._exit(9))
        source.put(paper(77, "A xylophone")); source.remove("paper/4")
        index.sync(source)
    """
    done = in_another_process(code, folder)
    assert done.returncode == 9, done.stderr
    assert found(index, "xylophone") == []
    assert found(index, "weather") == ["paper/4"]
    assert index.verify() == []
    source.put(paper(77, "A xylophone"))
    source.remove("paper/4")
    index.sync(source)
    assert found(index, "xylophone") == ["paper/77"]
    assert found(index, "weather") == []
    assert index.verify() == []
    assert len(list(folder.glob("snap-*"))) == 1


def test_a_process_killed_during_its_first_build_leaves_nothing_that_misleads(folder: Path) -> None:
    done = in_another_process("import index.files as f; f.publish = lambda *a: os._exit(9); index.sync(source)", folder)
    assert done.returncode == 9, done.stderr
    index = SearchIndex(folder, HashEmbedder())
    assert index.status().state == "missing"
    index.sync(MemorySource(*LIBRARY))
    assert index.verify() == []
    assert len(list(folder.glob("snap-*"))) == 1


class FailingSource(MemorySource):
    """A database that breaks off in the middle."""

    def documents(self, *, since: int = 0) -> Iterator[Document]:
        yield from list(super().documents(since=since))[:2]
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_said_in_one_line_and_changes_nothing(index: SearchIndex, folder: Path) -> None:
    with pytest.raises(KBError, match="No space left") as caught:
        index.sync(FailingSource(*LIBRARY), rebuild=True)
    assert "kb index build" in caught.value.line()
    assert found(index, "weather") == ["paper/4"]
    assert index.verify() == []


class BrokenEmbedder(HashEmbedder):
    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:  # type: ignore[type-arg]
        return np.full((len(texts), self.dim), np.nan, np.float32)


def test_a_model_that_gives_nan_poisons_nothing(folder: Path) -> None:
    index = SearchIndex(folder, BrokenEmbedder("nan"))
    index.sync(MemorySource(*LIBRARY))
    assert index.search(parse("weather"), mode="semantic").hits == ()
    assert found(index, "weather") == ["paper/4"]
    assert index.search(parse("weather")).hits[0].id == "paper/4"


# --- damage


VICTIMS = (
    "manifest.json", "snap-*/columns/ids.npy", "snap-*/columns/alive.npy", "snap-*/columns/slot.npy",
    "snap-*/columns/venue.npy", "snap-*/columns/topic_rows.npy", "snap-*/columns/values.json",
    "snap-*/lexical/meta.json", "snap-*/lexical/*.term", "snap-*/lexical/*.idx", "snap-*/lexical/*.fast",
    "snap-*/lexical/*.store", "snap-*/lexical/*.pos", "snap-*/lexical/*.fieldnorm", "snap-*/*.faiss",
    "models/*/vectors-*.f16",
)  # fmt: skip


@pytest.mark.parametrize("pattern", [VICTIMS[i] for i in (0, 1, 7, 8, 14, 15)])
def test_a_deleted_file_is_noticed_and_the_next_sync_rebuilds(
    index: SearchIndex, folder: Path, source: MemorySource, pattern: str
) -> None:
    next(folder.glob(pattern)).unlink()
    assert index.status(generation=source.generation()).state in ("missing", "damaged")
    assert index.sync(source).rebuilt
    assert index.verify() == []
    assert index.search(parse("weather")).hits[0].id == "paper/4"


@pytest.mark.parametrize("pattern", VICTIMS)
def test_overwritten_bytes_are_found_by_verify_and_never_end_the_process(
    index: SearchIndex, folder: Path, pattern: str
) -> None:
    victim = next(folder.glob(pattern))
    victim.write_bytes(b"\xff" * victim.stat().st_size)
    assert index.verify()
    for query in ("protein", "David Baker", "venue:ICML", "topic:proteins"):
        with contextlib.suppress(DamagedError):  # a part that was not touched may still answer
            index.search(parse(query), facets=True)


def test_a_truncated_file_is_said_with_the_way_out(index: SearchIndex, folder: Path, source: MemorySource) -> None:
    victim = next(folder.rglob("*.term"))
    os.truncate(victim, victim.stat().st_size // 2)
    index.close()
    assert index.status().state == "damaged"
    with pytest.raises(DamagedError, match=r"\.term has \d+ bytes") as caught:
        index.search(parse("protein"))
    assert "kb index build" in caught.value.hint
    assert index.sync(source).rebuilt
    assert found(index, "weather") == ["paper/4"]


def test_an_index_of_a_newer_version_is_said_and_rebuilt(
    index: SearchIndex, folder: Path, source: MemorySource
) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": files.FORMAT + 1}))
    assert "newer version" in index.status().note
    with pytest.raises(NewerError):
        index.search(parse("protein"))
    assert index.sync(source).rebuilt
    assert found(index, "weather") == ["paper/4"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}', "null", "\x00" * 50])
def test_a_manifest_that_is_none_is_damage_not_a_crash(
    index: SearchIndex, folder: Path, source: MemorySource, text: str
) -> None:
    (folder / "manifest.json").write_text(text)
    assert index.status().state == "damaged"
    assert index.verify()
    with pytest.raises(DamagedError):
        index.search(parse("protein"))
    assert index.sync(source).rebuilt


def test_a_deleted_index_folder_is_built_again(index: SearchIndex, folder: Path, source: MemorySource) -> None:
    assert found(index, "weather")
    shutil.rmtree(folder)
    assert index.search(parse("weather")).hits == ()
    assert index.sync(source).rebuilt
    assert found(index, "weather") == ["paper/4"]


def test_a_database_restored_from_an_older_copy_rebuilds(index: SearchIndex, source: MemorySource) -> None:
    for number in range(5):
        source.put(paper(f"n{number}", "New"))
    index.sync(source)
    assert index.sync(MemorySource(*LIBRARY)).rebuilt
    assert found(index, "new") == ["paper/2"] or "paper/n0" not in found(index, "new")


def test_semantic_search_with_another_models_index_says_what_helps(index: SearchIndex, folder: Path) -> None:
    other = SearchIndex(folder, HashEmbedder("other"))
    with pytest.raises(ModelError, match="'hash-32', not of 'other'") as caught:
        other.search(parse("protein"), mode="semantic")
    assert caught.value.hint == "Run `kb index build`"


# --- growth


def test_an_index_that_is_mostly_dead_rows_is_compacted(folder: Path) -> None:
    source = MemorySource(*(paper(i, f"number {i}") for i in range(3_000)))
    index = SearchIndex(folder, HashEmbedder(dim=8))
    index.sync(source)
    before = index.status().bytes
    source.remove(*(f"paper/{i}" for i in range(2_900)))
    report = index.sync(source)
    assert report.rebuilt
    assert report.embedded == 0
    assert index.verify() == []
    assert index.status().documents == 100
    index.sync(source, rebuild=True)
    assert index.status().bytes < before / 5
    assert index.sync(source).added == 0


def test_many_small_syncs_give_what_one_build_gives(folder: Path, tmp_path: Path) -> None:
    source = MemorySource()
    index = SearchIndex(folder, HashEmbedder())
    for start in range(0, 60, 5):
        source.put(*(paper(i, f"paper about topic{i % 7} number{i}", year=2000 + i) for i in range(start, start + 5)))
        source.remove(f"paper/{start}")
        index.sync(source)
    whole = SearchIndex(tmp_path / "whole", HashEmbedder())
    whole.sync(source)
    assert index.verify() == whole.verify() == []
    for query in ("topic3 paper", "number17", "", "year:2010..2020 topic1"):
        for mode in ("lexical", "semantic"):
            one = index.search(parse(query), mode=mode, limit=100, facets=True)  # type: ignore[arg-type]
            other = whole.search(parse(query), mode=mode, limit=100, facets=True)  # type: ignore[arg-type]
            assert {hit.id for hit in one.hits} == {hit.id for hit in other.hits}
            assert one.facets == other.facets
