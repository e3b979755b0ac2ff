"""Nearest neighbours: parts, filters and recall, with real faiss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index import vectors
from index.vectors import VectorIndex, part_files, write_parts

DIM = 32


def clustered(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Unit vectors in groups, as texts on a few hundred subjects are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(300, DIM))
    rows = centres[rng.integers(0, 300, count)] + 0.7 * rng.normal(size=(count, DIM))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


class Made:
    """An index over the first rows of some vectors, grown in steps."""

    def __init__(self, folder: Path, rows: npt.NDArray[np.float32], *steps: int) -> None:
        self.rows, self.half = rows, rows.astype(np.float16)
        self.slots = np.arange(len(rows), dtype=np.int32)
        folder.mkdir()
        for count in steps or (len(rows),):
            write_parts(folder, self.half, self.slots[:count])
        self.folder, self.count = folder, (steps or (len(rows),))[-1]

    def open(self, alive: npt.NDArray[np.bool_] | None = None) -> VectorIndex:
        living = np.ones(self.count, np.bool_) if alive is None else alive
        dead = self.count - int(living.sum())
        return VectorIndex(self.folder, self.half, self.slots[: self.count], living, dead=dead)

    def exact(self, query: npt.NDArray[np.float32], limit: int, admitted: npt.NDArray[np.bool_]) -> set[int]:
        cosines = np.where(admitted, self.rows[: self.count] @ query, -2)
        return set(np.argsort(-cosines)[:limit].tolist())


def recall(
    made: Made, admitted: npt.NDArray[np.bool_] | None = None, alive: npt.NDArray[np.bool_] | None = None
) -> float:
    index, everything = made.open(alive), np.ones(made.count, np.bool_)
    allowed = (everything if admitted is None else admitted) & (everything if alive is None else alive)
    found = 0
    for query in made.rows[: made.count : made.count // 50]:
        rows, _ = index.nearest(query, 10, mask=admitted)
        found += len(set(rows.tolist()) & made.exact(query, 10, allowed))
    return found / (10 * len(made.rows[: made.count : made.count // 50]))


@pytest.mark.parametrize("count", [1, 7, 8, 9, 900, 5_000])
def test_a_flat_index_finds_what_exact_search_finds(tmp_path: Path, count: int) -> None:
    made = Made(tmp_path / "v", clustered(max(count, 50)), count)
    rows, cosines = made.open().nearest(made.rows[0], 5)
    assert rows[0] == 0
    assert cosines[0] == pytest.approx(1, abs=1e-3)
    if count >= 900:
        assert recall(made) >= 0.97


def test_an_inverted_index_takes_over_when_there_are_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "FLAT_LIMIT", 10_000)
    made = Made(tmp_path / "v", clustered(20_000))
    import faiss

    assert isinstance(faiss.downcast_index(faiss.read_index(str(part_files(made.folder)[0]))), faiss.IndexIVF)
    assert recall(made) >= 0.95
    tenth = np.arange(20_000) % 10 == 3
    assert recall(made, admitted=tenth) >= 0.95
    assert recall(made, alive=~tenth) >= 0.95
    assert recall(made, admitted=np.arange(20_000) < 500) == pytest.approx(1, abs=0.01)


def test_dead_rows_and_rows_a_filter_leaves_out_are_never_found(tmp_path: Path) -> None:
    made = Made(tmp_path / "v", clustered(5_000), 3_001, 3_500)
    alive, mask = np.ones(3_500, np.bool_), np.zeros(3_500, np.bool_)
    alive[::3] = False
    mask[1_000:3_450] = True
    rows, _ = made.open(alive).nearest(made.rows[0], 500, mask=mask)
    assert len(rows) > 100
    assert all(alive[row] and mask[row] for row in rows)
    assert recall(made, admitted=mask, alive=alive) >= 0.97


def test_small_additions_leave_the_large_part_alone_and_merge_in_time(tmp_path: Path) -> None:
    made = Made(tmp_path / "v", clustered(9_000), 5_000)
    first = {path.name for path in part_files(made.folder)}
    for count in range(5_100, 6_000, 100):
        write_parts(made.folder, made.half, made.slots[:count])
        assert first <= {path.name for path in part_files(made.folder)}
        assert len(part_files(made.folder)) == 2
        made.count = count
        assert made.open().rows == count
    assert recall(made) >= 0.97
    write_parts(made.folder, made.half, made.slots)
    assert not first & {path.name for path in part_files(made.folder)}
    made.count = 9_000
    assert recall(made) >= 0.97


def test_nothing_is_close_to_a_zero_vector(tmp_path: Path) -> None:
    made = Made(tmp_path / "v", np.concatenate([clustered(20), np.zeros((5, DIM), np.float32)]))
    index = made.open()
    assert len(index.nearest(np.zeros(DIM, np.float32), 10)[0]) == 0
    rows, cosines = index.nearest(made.rows[0], 25)
    assert rows.max() < 20
    assert (cosines > 0).all()


def test_the_same_vectors_give_the_same_files(tmp_path: Path) -> None:
    one, two = (Made(tmp_path / name, clustered(2_000)) for name in ("a", "b"))
    assert [p.read_bytes() for p in part_files(one.folder)] == [p.read_bytes() for p in part_files(two.folder)]
