#!/usr/bin/env python3
"""Coverage-guided fuzzing of the extractor: no bytes may raise anything but `ExtractionError`.

    pip install atheris
    python tests/fuzz/fuzz_extract.py -max_total_time=1800 CORPUS_DIR

Pages of the shipped sample are the first inputs when CORPUS_DIR is empty. Not collected by pytest.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["scrapers", "kb"]):
    from kb.demo import pages
    from kb.errors import ExtractionError
    from scrapers.extract import extract, to_json

    # Readers are imported when they are first asked: ask now, so that they are instrumented too
    extract(b"<html><body><h1>Talks</h1><ul><li>Eve Fox</li></ul></body></html>", url="https://example.org/")
    extract(b"---\nspeakers:\n  - name: Eve Fox\n---\n# Talks\n", url="https://example.org/", filename="post.md")

_KINDS = (
    ("page.html", "text/html"), ("post.md", ""), ("deck.txt", "text/plain"), ("data.yml", ""), ("data.json", ""),
    ("refs.bib", ""), ("unknown", ""),
)  # fmt: skip


def one(data: bytes) -> None:
    """The first byte says which kind of document the rest claims to be."""
    if not data:
        return
    name, content_type = _KINDS[data[0] % len(_KINDS)]
    with contextlib.suppress(ExtractionError):
        to_json(extract(data[1:], url="https://example.org/a/page", content_type=content_type, filename=name))


def main() -> None:
    """Fuzz until libFuzzer is told to stop; a finding is written beside, as `crash-...`."""
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    if folders and not any(folders[0].glob("*")):
        folders[0].mkdir(parents=True, exist_ok=True)
        with pages() as samples:
            for number, page in enumerate(samples):
                (folders[0] / f"sample-{number}").write_bytes(bytes([number % len(_KINDS)]) + page.path.read_bytes())
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
