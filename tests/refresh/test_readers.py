"""Extraction on worker processes: the same facts, and nothing that one page does to a worker stops the run."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest
import workshop

from kb.errors import ExtractionError
from kb.refresh.readers import IN_PLACE, Readers

URL = "https://quiet.example/schedule"


@pytest.fixture
def readers() -> Iterator[Readers]:
    opened = Readers(bulk=True)
    yield opened
    opened.close()


def test_workers_read_what_is_read_in_place(readers: Readers) -> None:
    reading = [readers.submit(workshop.schedule(n % 6), URL, "text/html") for n in range(IN_PLACE + 8)]
    titles = [len(readers.result(future, URL).talks) for future in reading]
    assert titles == [1 + n % 6 for n in range(IN_PLACE + 8)]


def test_a_page_that_is_none_is_an_error_from_workers_too(readers: Readers) -> None:
    reading = [readers.submit(b"\x00\x01\x02binary" * 100, URL, None) for _ in range(IN_PLACE + 1)]
    for future in (reading[0], reading[-1]):
        with pytest.raises(ExtractionError) as caught:
            readers.result(future, URL)
        assert caught.value.hint


def test_a_worker_that_dies_takes_its_page_with_it_and_no_other(readers: Readers) -> None:
    for future in [readers.submit(workshop.schedule(1), URL, "text/html") for _ in range(IN_PLACE + 2)]:
        assert readers.result(future, URL).talks
    for worker in multiprocessing.active_children():
        worker.kill()
        worker.join()
    outcomes = []
    for _ in range(4):
        future = readers.submit(workshop.schedule(1), URL, "text/html")
        try:
            outcomes.append(bool(readers.result(future, URL).talks))
        except ExtractionError as why:
            outcomes.append(False)
            told = str(why)
    assert outcomes[-1]
    assert all(outcomes) or "brought its reader down" in told
