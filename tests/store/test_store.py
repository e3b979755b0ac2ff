"""Opening, locking, listing and streaming."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb.errors import DamagedError, LockedError, NewerError, UsageError
from kb.home import Home, load_settings, parse_setting, write_atomically
from kb.models import PaperFact
from kb.store import Store, open_store
from kb.store.apply import PageInfo
from kb.store.migrations import LATEST

PAGE = PageInfo("import:list", "2026-01-01T00:00:00Z")


def papers(number: int) -> list[PaperFact]:
    return [
        PaperFact(f"Paper number {i:04} about things", authors=(f"Ann Bell{i}",), year=2020 + i % 3)
        for i in range(number)
    ]


def test_a_newer_database_is_refused(home: Home) -> None:
    Store(home).counts()
    with sqlite3.connect(home.database) as conn:
        conn.execute(f"PRAGMA user_version = {LATEST + 1}")
    with pytest.raises(NewerError, match="newer version"):
        Store(home).counts()


def test_a_damaged_database_is_named(home: Home) -> None:
    write_atomically(home.database, b"this is no database, but it is long enough to look like a page" * 100)
    with pytest.raises(DamagedError, match="damaged"):
        Store(home).counts()


def test_one_writer_at_a_time(home: Home, store: Store) -> None:
    with store.job("kb refresh"), pytest.raises(LockedError, match="kb refresh"), Store(home).job("kb add"):
        pass
    with store.job("kb add"):
        pass


def test_a_readonly_store_never_writes(home: Home, store: Store) -> None:
    with pytest.raises(UsageError, match="no knowledge base"):
        open_store(Home(home.path / "nowhere"), readonly=True)
    store.import_papers(papers(3), PAGE)
    reader = open_store(home, readonly=True)
    assert reader.counts()["papers"] == 3
    with pytest.raises(Exception, match="read-only"):
        reader.import_papers(papers(5), PAGE)


def test_documents_stream_in_order_of_change(store: Store) -> None:
    store.import_papers(papers(1200), PAGE)
    first = store.generation()
    assert len({document.id for document in store.documents()}) == 1200
    store.import_papers([PaperFact("A new paper", authors=("Eve Fox",))], PAGE)
    assert [document.title for document in store.documents(since=first)] == ["A new paper"]
    assert list(store.documents(since=store.generation())) == []


def test_lists_are_paged_in_a_stable_order(store: Store) -> None:
    store.import_papers(papers(700), PAGE)
    whole = [record.id for record in store.list_records("paper")]
    assert len(whole) == 700
    assert [r.id for r in store.list_records("paper", limit=10, offset=650)] == whole[650:660]
    assert {r.year for r in store.list_records("paper", year=2021)} == {2021}  # type: ignore[union-attr]


def test_ids_are_found_in_any_case_and_near_ones_suggested(store: Store) -> None:
    store.import_papers([PaperFact("SaProt of proteins", openreview_id="6MRm3G4NiU")], PAGE)
    assert store.canonical("paper/6mrm3g4niu") == "paper/6MRm3G4NiU"
    assert store.suggest("paper/6MRm3GXXXX") == ["paper/6MRm3G4NiU"]


def test_settings_say_what_they_take(home: Home) -> None:
    write_atomically(home.settings, 'contact = "me@example.org"\nmin_interval = 2\n[[sources]]\nname = "x"\n')
    assert load_settings(home).min_interval == 2.0
    with pytest.raises(UsageError, match="No setting is named 'colour'"):
        parse_setting("colour", "red")
    with pytest.raises(UsageError, match="'soon' does not fit"):
        parse_setting("min_interval", "soon")
    write_atomically(home.settings, "contact = [unclosed")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings(home)


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
