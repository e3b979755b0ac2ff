"""One writer at a time: a lock file the operating system lets go when its holder dies."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.errors import LockedError


def _owner_file(path: Path) -> Path:
    return path.with_suffix(".owner")


def owner(path: Path) -> tuple[str, float] | None:
    """("kb refresh (process 123)", age in seconds) of whoever wrote the lock last; None when nobody did."""
    try:
        data = json.loads(_owner_file(path).read_text(encoding="utf-8"))
        return f"{data['what']} (process {data['pid']})", max(0.0, time.time() - float(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def writer_lock(path: Path, what: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the writer lock for a job such as "kb refresh"; LockedError names the holder and the lock's age.

    The lock is the file's `flock`, so a killed process leaves nothing to clean up; the owner file beside it only
    tells people who it was.
    """
    from filelock import FileLock, Timeout  # 38 ms, and only for jobs that write

    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=wait_s)
    try:
        lock.acquire()
    except Timeout as why:
        holder = owner(path)
        told = f"{holder[0]} has been writing for {holder[1]:.0f} s" if holder else "another process is writing"
        raise LockedError(f"The knowledge base is locked: {told}", hint="Wait for it to end, then try again") from why
    try:
        _owner_file(path).write_text(json.dumps({"what": what, "pid": os.getpid(), "since": time.time()}))
        yield
    finally:
        _owner_file(path).unlink(missing_ok=True)
        lock.release()
