"""JSON values out of a file of any size: arrays, wrappers such as {"notes": [...]}, maps by id, object after object.

`json.load` would hold a 1 GB list several times over. Here one element is decoded at a time, from a buffer that holds
little more than that element; a broken element is stepped over by counting brackets, so the rest of the list stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

CHUNK = 1 << 18
MAX_ELEMENT = 64 << 20  # characters; one paper is some kilobytes, a forum with all its reviews some hundred

# Members that hold the papers of a wrapper object
WRAPPERS = (
    "notes", "results", "papers", "data", "items", "submissions", "entries", "records", "references", "publications",
    "documents", "articles", "hits", "works", "accepted",
)  # fmt: skip
_SPACE = re.compile(r"\s*")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)  # raw line ends and tabs inside strings are common in hand-made files


@dataclass(frozen=True, slots=True)
class Row:
    """A value and the line it begins on. `key` is its name where it was the member of a map."""

    line: int
    value: Any
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """What could not be decoded, and why."""

    line: int
    error: str


class _Text:
    """A text stream with a window: `buffer[at:]` is what has not been consumed."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.buffer = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the end of the file. The chunk doubles with the window, so decoding again stays cheap."""
        self.buffer = self.buffer[self.at :]
        self.at = 0
        chunk = self._stream.read(max(CHUNK, len(self.buffer)))
        self.buffer += chunk
        self.ended = self.ended or not chunk
        return bool(chunk)

    def consume(self, end: int) -> None:
        self.line += self.buffer.count("\n", self.at, end)
        self.at = end

    def peek(self) -> str:
        """The next character that is not white space, "" at the end; consumes the space before it."""
        while True:
            match = _SPACE.match(self.buffer, self.at)
            self.consume(match.end() if match else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.more():
                return ""

    def value(self) -> Any:
        """Decode one value. ValueError when it is broken; EOFError when the file ends inside it."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except json.JSONDecodeError as why:
                if self._surely_broken(why):
                    raise ValueError(f"{why.msg} (column {why.pos - self.buffer.rfind(chr(10), 0, why.pos)})") from why
                if len(self.buffer) - self.at > MAX_ELEMENT or not self.more():
                    raise EOFError(why.msg) from why
                continue
            except RecursionError as why:
                raise ValueError("nested too deeply") from why
            # A number may go on in the next chunk
            if end == len(self.buffer) and isinstance(value, (int, float)) and self.more():
                continue
            self.consume(end)
            return value

    def _surely_broken(self, why: json.JSONDecodeError) -> bool:
        """False while more text could still make sense of it."""
        return self.ended or (
            not why.msg.startswith(("Unterminated", "Invalid \\")) and why.pos < len(self.buffer) - 16
        )

    def skip_broken(self) -> bool:
        """Step over one broken element by its brackets; False when its end is not found."""
        depth, at = 0, self.at
        while True:
            match = _STRUCTURE.search(self.buffer, at)
            if match is None:
                offset = len(self.buffer) - self.at
                if offset > MAX_ELEMENT or not self.more():
                    return False
                at = offset
                continue
            char, at = match[0], match.end()
            if char == '"':
                closed = _STRING_END.match(self.buffer, at)
                if closed is None:
                    begin = match.start() - self.at
                    if len(self.buffer) - self.at > MAX_ELEMENT or not self.more():
                        return False
                    at = begin
                    continue
                at = closed.end()
            elif char in "{[":
                depth += 1
            else:
                depth -= 1
                if depth <= 0:
                    # Below zero the array's own end came first; a stray "}" is no end of it
                    self.consume(match.start() if depth < 0 and char == "]" else at)
                    return True


def stream_values(stream: IO[str]) -> Iterator[Row | BrokenRow]:
    """Every element of the file's list, with its line; several documents one after another are read in turn."""
    text = _Text(stream)
    while char := text.peek():
        if char == "[":
            yield from _array(text)
        elif char == "{":
            yield from _object(text)
        elif char == ",":  # lists glued together
            text.consume(text.at + 1)
        else:
            yield BrokenRow(text.line, f"this is not JSON: {text.buffer[text.at : text.at + 20]!r}")
            return


def _array(text: _Text, key: str | None = None) -> Iterator[Row | BrokenRow]:
    text.consume(text.at + 1)
    while True:
        char = text.peek()
        if char == "":
            yield BrokenRow(text.line, "the file ends inside the list")
            return
        if char in ",]":
            text.consume(text.at + 1)
            if char == "]":
                return
            continue
        line = text.line
        try:
            value = text.value()
        except EOFError:
            yield BrokenRow(line, "the file ends inside this row")
            text.consume(len(text.buffer))
            return
        except ValueError as why:
            yield BrokenRow(line, f"broken JSON: {why}")
            if not text.skip_broken():
                yield BrokenRow(line, "no end of this row is found; what follows it is not read")
                text.consume(len(text.buffer))
                while text.more():
                    text.consume(len(text.buffer))
                return
            continue
        yield Row(line, value, key)


def _object(text: _Text) -> Iterator[Row | BrokenRow]:
    """A wrapper's rows, a map's members, or the object itself when it is one paper."""
    start = text.line
    text.consume(text.at + 1)
    rest: dict[str, Any] = {}
    found = False
    while True:
        char = text.peek()
        if char in (",", ":"):
            text.consume(text.at + 1)
            continue
        if char == "}":
            text.consume(text.at + 1)
            break
        line = text.line
        try:
            if char != '"':
                raise ValueError("a member's name is missing" if char else "the file ends inside this object")
            name = text.value()
            if text.peek() != ":":
                raise ValueError(f"no ':' after {name!r}")
            text.consume(text.at + 1)
            opening = text.peek()
            if opening == "[" and name in WRAPPERS and "title" not in rest and "content" not in rest:
                found = True
                yield from _array(text)
                continue
            value = text.value()
        except (EOFError, ValueError) as why:
            yield BrokenRow(
                line, f"broken JSON: {why}" if isinstance(why, ValueError) else "the file ends inside this row"
            )
            text.consume(len(text.buffer))
            while text.more():
                text.consume(len(text.buffer))
            return
        if isinstance(value, dict) and "title" not in rest and name != "content" and is_paper_shaped(value):
            found = True
            yield Row(line, value, name)
        else:
            rest[name] = value
    if not found or is_paper_shaped(rest):
        yield Row(start, rest)


def is_paper_shaped(value: dict[str, Any]) -> bool:
    """True for an object that may be a paper or an OpenReview note."""
    return any(name in value for name in ("title", "Title", "content", "paper_title"))
