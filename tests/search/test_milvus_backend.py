"""What is Milvus' own: one process a file, a missing extra, a server that is not there, a sync that broke off."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from search_library import LIBRARY, HashEmbedder, MemorySource, paper

from index.opening import open_index
from kb.errors import KBError, UsageError
from kb.home import Settings
from kb.query import parse

pytest.importorskip("milvus_lite", reason="the extra `milvus` is not installed")

from index.milvus import MilvusIndex


def made(folder: Path, embedder: HashEmbedder | None = None) -> MilvusIndex:
    return MilvusIndex(folder, embedder or HashEmbedder(), uri=str(folder / "milvus.db"))


def found(index: MilvusIndex, query: str) -> list[str]:
    return [hit.id for hit in index.search(parse(query), mode="lexical").hits]


class BreaksOff(HashEmbedder):
    """A model that fails on the second batch."""

    def encode_documents(self, texts: Any) -> Any:
        if self.documents:
            raise OSError(28, "No space left on device")
        return super().encode_documents(texts)


def test_a_sync_that_broke_off_is_done_again_by_the_next(tmp_path: Path) -> None:
    many = [paper(f"n{i}", f"number {i}") for i in range(600)]
    index = made(tmp_path, BreaksOff())
    with pytest.raises(OSError, match="No space"):
        index.sync(MemorySource(*many))
    assert index.search(parse("number")).hits == ()
    index.close()
    whole = made(tmp_path)
    assert whole.sync(MemorySource(*many)).added == 600
    assert whole.verify() == []
    assert whole.search(parse("number"), facets=True).facets["kind"] == (("paper", 600),)
    whole.close()


def test_an_old_collection_serves_until_the_new_one_is_whole(tmp_path: Path) -> None:
    source = MemorySource(*LIBRARY)
    index = made(tmp_path)
    index.sync(source)
    embedder = BreaksOff()
    embedder.documents.append("one batch is behind it")
    index.close()
    index = made(tmp_path, embedder)
    source.put(paper("x", "A xylophone"))
    with pytest.raises(OSError, match="No space"):
        index.sync(source, rebuild=True)
    assert found(index, "weather") == ["paper/4"]
    index.close()
    index = made(tmp_path)
    assert index.sync(source).added == 1
    assert found(index, "xylophone") == ["paper/x"]
    index.close()


def test_a_second_process_on_the_same_file_is_told_so_in_one_line(tmp_path: Path) -> None:
    index = made(tmp_path)
    index.sync(MemorySource(*LIBRARY))
    code = f"""if True:
        import sys
        sys.path[:0] = {sys.path!r}
        from pathlib import Path
        from search_library import HashEmbedder
        from index.milvus import MilvusIndex
        from kb.errors import KBError
        from kb.query import parse
        try:
            MilvusIndex(Path({str(tmp_path)!r}), HashEmbedder(), uri={str(tmp_path / "milvus.db")!r}).search(parse("x"))
        except KBError as why:
            print(why.line())
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    index.close()
    assert len(done.stdout.splitlines()) == 1, done.stdout + done.stderr
    assert "ilvus" in done.stdout


def test_a_server_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    index = MilvusIndex(tmp_path, HashEmbedder(), uri="http://127.0.0.1:9")
    with pytest.raises(KBError, match=r"Milvus at http://127\.0\.0\.1:9"):
        index.search(parse("protein"))
    assert index.status().state == "damaged"


def test_without_the_extra_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("pymilvus"):
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(KBError, match="needs pymilvus") as caught:
        made(tmp_path).search(parse("protein"))
    assert "conference-kb[milvus]" in caught.value.hint


def test_the_settings_choose_the_backend(tmp_path: Path) -> None:
    index = open_index(tmp_path, Settings(backend="milvus"))
    assert index.status().backend == "milvus"
    index.close()
    with pytest.raises(UsageError, match="No index backend is named 'lucene'"):
        open_index(tmp_path, Settings(backend="lucene"))
