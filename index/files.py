"""The index folder: a manifest that names one immutable snapshot, and a lock for the one writer.

    manifest.json       which snapshot is current, what it was made from, and size and checksum of each of its files
    snap-000012/        columns/*.npy, vectors-*.faiss, lexical/ (a tantivy index): never changed once named
    models/<model>/     vectors of texts, kept across snapshots and rebuilds
    sync.lock           held by the process that writes

A new snapshot begins as hard links to the files of the one before, so adding a hundred records to a million costs
what the hundred cost. It becomes visible by one rename of the manifest: a crash before that leaves the old snapshot
untouched, and readers keep the files they have open for as long as they like.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kb.errors import DamagedError, KBError, LockedError, NewerError
from kb.home import write_atomically

FORMAT = 1
REBUILD_HINT = "Run `kb index build`: it makes the index again from the database"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the current snapshot is. `files` maps a path inside it to (size in bytes, CRC-32)."""

    snapshot: str
    generation: int
    model: str
    dim: int
    rows: int
    documents: int
    slots: int = 0  # vectors in the model's cache that this snapshot may point to
    cache: int = 1  # which numbered cache of the model
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        return sum(size for size, _ in self.files.values())


def manifest_path(folder: Path) -> Path:
    return folder / "manifest.json"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest; None when there is none. DamagedError when it cannot be read, NewerError by its format number."""
    try:
        data: Any = json.loads(manifest_path(folder).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as why:
        raise DamagedError("The search index has an unreadable manifest", hint=REBUILD_HINT) from why
    try:
        if int(data["format"]) > FORMAT:
            raise NewerError("The search index was written by a newer version of kb", hint=REBUILD_HINT)
        files = {str(name): (int(size), int(crc)) for name, (size, crc) in data["files"].items()}
        return Manifest(
            str(data["snapshot"]), int(data["generation"]), str(data["model"]), int(data["dim"]),
            int(data["rows"]), int(data["documents"]), int(data["slots"]), int(data["cache"]),
            files, int(data["format"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as why:
        raise DamagedError("The search index has an unreadable manifest", hint=REBUILD_HINT) from why


def publish(folder: Path, manifest: Manifest) -> None:
    """Make a finished snapshot the current one, in one rename, and remove the ones before it."""
    write_atomically(manifest_path(folder), json.dumps(asdict(manifest)))
    sweep(folder, keep=manifest.snapshot)


def sweep(folder: Path, *, keep: str | None) -> None:
    """Remove snapshots nobody names: older ones, and what a crash left half made."""
    for old in folder.glob("snap-*"):
        if old.name != keep:
            # Windows keeps files that a reader has open; the next sync tries again
            shutil.rmtree(old, ignore_errors=True)


def new_snapshot(folder: Path, previous: Manifest | None) -> Path:
    """An empty folder for the next snapshot."""
    number = int(previous.snapshot.rpartition("-")[2]) + 1 if previous else 1
    path = folder / f"snap-{number:06d}"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def link_tree(source: Path, target: Path, *, skip: tuple[str, ...] = ()) -> None:
    """Hard links to all files below `source`; copies where the file system has no links."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path.name not in skip:
            place.parent.mkdir(parents=True, exist_ok=True)
            link_file(path, place)


def link_file(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def checksums(snapshot: Path, known: Manifest | None, folder: Path) -> dict[str, tuple[int, int]]:
    """Size and CRC-32 of each file of a snapshot; files shared with the known one are not read again."""
    result = {}
    for path in sorted(p for p in snapshot.rglob("*") if p.is_file()):
        name = path.relative_to(snapshot).as_posix()
        if path.name.endswith(".lock"):
            continue
        stat = path.stat()
        if known and name in known.files:
            before = folder / known.snapshot / name
            if before.exists() and os.path.samefile(before, path):
                result[name] = known.files[name]
                continue
        result[name] = (stat.st_size, _crc(path))
    return result


def problems(folder: Path, manifest: Manifest, *, deep: bool = False) -> list[str]:
    """What is wrong with the files of the current snapshot; `deep` reads them all (about 0.1 s for 100 MB)."""
    found = []
    base = str(folder / manifest.snapshot)
    for name, (size, crc) in manifest.files.items():
        path = f"{base}/{name}"  # asked at every search: a Path costs four times the system call
        try:
            actual = os.stat(path).st_size
            if actual != size:
                found.append(f"{name} has {actual} bytes instead of {size}")
            elif deep and _crc(Path(path)) != crc:
                found.append(f"{name} is not what was written")
        except OSError:
            found.append(f"{name} is missing")
    return found


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            crc = zlib.crc32(chunk, crc)
    return crc


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the folder's writer lock; LockedError at once when another process has it. Freed when the process dies."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "sync.lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as why:
        raise KBError(f"{folder} cannot be written: {why.strerror}", hint="Choose another --home") from why
    try:
        _lock(handle)
    except OSError as why:
        os.close(handle)
        raise LockedError("Another process is writing the search index", hint="Wait until it is done") from why
    try:
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    # Two branches that mypy reads per platform: each module exists on one of them only
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
