"""Backups: consistent, whole or not at all, and never trusted."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from kb.backup import backup, restore
from kb.errors import DamagedError, UsageError
from kb.home import Home, write_atomically
from kb.models import PaperFact
from kb.store import Store
from kb.store.apply import PageInfo

PAGE = PageInfo("import:list", "2026-01-01T00:00:00Z")


@pytest.fixture
def saved(store: Store, home: Home, tmp_path: Path) -> Path:
    store.import_papers([PaperFact("A paper", authors=("Eve Fox",))], PAGE)
    store.set_user_state("paper/a-paper", note="mine")
    write_atomically(home.settings, 'contact = "me@example.org"\n')
    backup(home, tmp_path / "kb.tar.gz")
    return tmp_path / "kb.tar.gz"


def test_a_backup_comes_back_whole(saved: Path, tmp_path: Path) -> None:
    copy = Home(tmp_path / "copy")
    restore(copy, saved)
    store = Store(copy)
    assert store.counts()["papers"] == 1
    assert store.user_states(["paper/a-paper"])["paper/a-paper"].note == "mine"
    assert "me@example.org" in copy.settings.read_text()


def test_a_backup_is_taken_while_another_writes(store: Store, home: Home, tmp_path: Path) -> None:
    store.import_papers([PaperFact("First")], PAGE)
    with store.transaction() as conn:
        conn.execute("DELETE FROM papers")
        backup(home, tmp_path / "kb.tar.gz")
        conn.execute("ROLLBACK")
        conn.execute("BEGIN")
    restore(Home(tmp_path / "copy"), tmp_path / "kb.tar.gz")
    assert Store(Home(tmp_path / "copy")).counts()["papers"] == 1


def test_what_is_there_is_not_overwritten_unasked(saved: Path, home: Home) -> None:
    with pytest.raises(UsageError, match="holds a knowledge base already"):
        restore(home, saved)
    restore(home, saved, replace=True)


@pytest.mark.parametrize("cut", [0, 10, 400])
def test_a_truncated_backup_changes_nothing(saved: Path, home: Home, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(saved.read_bytes()[:cut])
    with pytest.raises(DamagedError):
        restore(home, broken, replace=True)
    assert Store(home).counts()["papers"] == 1


def test_an_archive_cannot_choose_where_it_lands(home: Home, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as tar:
        for name in ("../outside", "/tmp/outside", "kb.db/../../outside"):
            info = tarfile.TarInfo(name)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("kb.db")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(DamagedError, match="holds no knowledge base"):
        restore(home, evil)
    assert not (tmp_path / "outside").exists()
