"""Reads a PDF in a process of its own: run by path, the file on stdin, one JSON object a line on stdout.

PDFium is C++ fed with other people's bytes: a crash, a loop or a memory bomb must end this process and no other.
The first line is {"pages", "title", "author"} or {"error"}; then one line a page, {"lines": [...], "width", "height"},
each text line as [text, size, left, bottom, right, top] in points, in reading order. Imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import Any

MAX_PAGES = 500
MAX_PAGE_CHARACTERS = 20_000  # the fullest real slide has 4,000
MAX_LINES = 400
MEMORY = 1 << 30  # bytes of address space beyond what the process has after its imports


def main(seconds: float) -> None:
    import pypdfium2  # 45 ms; here, so that the limits below also hold for what it allocates later

    _limit(seconds)
    end = time.monotonic() + seconds
    body = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(body)
        count = len(document)
        about = document.get_metadata_dict()
    except Exception as why:
        _put({"error": "it needs a password" if "assword" in str(why) else "its structure is damaged"})
        return
    _put({"pages": count, "title": about.get("Title", "")[:300], "author": about.get("Author", "")[:300]})
    for number in range(min(count, MAX_PAGES)):
        if time.monotonic() > end:
            return
        try:
            page = _page(document[number])
        except Exception:  # one broken page does not take the others with it
            page = {"lines": [], "width": 0, "height": 0}
        _put(page)


def _page(page: Any) -> dict[str, Any]:
    width, height = page.get_size()
    textpage = page.get_textpage()
    lines = []
    count = min(textpage.count_chars(), MAX_PAGE_CHARACTERS)
    text = textpage.get_text_range(0, count) if count > 0 else ""
    start = 0  # of the line, as a character index of PDFium: counts UTF-16 units, as its text does
    for line in text.split("\r\n")[:MAX_LINES]:
        if line.strip():
            lines.append([line, *_box(textpage, line, start)])
        start += len(line) + 2 + sum(char > "\uffff" for char in line)
    page.close()
    return {"lines": lines, "width": width, "height": height}


def _box(textpage: Any, line: str, start: int) -> tuple[float, ...]:
    """(size, left, bottom, right, top) of a line; the size is the largest of three characters, so no superscript."""
    solid = [index for index, char in enumerate(line) if not char.isspace()]
    boxes = []
    for index in {solid[0], solid[len(solid) // 2], solid[-1]}:
        with suppress(Exception):  # characters PDFium made up have no place
            boxes.append(textpage.get_charbox(start + index, loose=True))
    if not boxes:
        return (0.0, 0.0, 0.0, 0.0, 0.0)
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    size = max(box[3] - box[1] for box in boxes)
    return tuple(round(value, 1) for value in (size, left, bottom, right, top))


def _limit(seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's timeout still holds
        return
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 2, int(seconds) + 2))
    if sys.platform == "linux":  # elsewhere the address space in use is not known, and a limit below it kills
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def _put(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]))
