"""Front matter and YAML data: split from the text, loaded without types or code, repaired where it is not valid."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

import yaml

# The base loader knows no types and no constructors: every scalar is the text as printed ("No", "2024-05-11"), a tag
# such as `!!python/object` is ignored, and an alias is the same object again, never a copy.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's is 12 times as fast

MAX_YAML = 1_000_000  # characters: 1.1 s with libyaml, 12 s without
MAX_PURE_YAML = 250_000
MAX_NESTING = 60  # levels of indentation and brackets; deeper text is no front matter
MAX_REPAIRS = 40
MAX_LINE = 2000  # characters of a line worth mending: abstracts have that

_YAML = re.compile(r"\s*---[ \t]*\n(?:(.*?)\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)", re.S)
_YAML_LINE = re.compile(r"[\w -]{1,40}:|[ \t]|- |#|$")
_TOML = re.compile(r"\s*\+\+\+[ \t]*\n(?:(.*?)\n)??\+\+\+[ \t]*(?:\n|$)", re.S)
_PAIR = re.compile(
    r"^(\s*(?:- +)*)([^\s:#'\"\[{-][^:#'\"\[{]{0,60}?|\"[^\"]{1,60}\"|'[^']{1,60}')\s*:[ \t]+(\S.*?)\s*$"
)
_GLUED = re.compile(r"^(\s*(?:- +)*[A-Za-z_][\w-]{0,30}):(?=[^\s:/\\])")
_TOP_KEY = re.compile(r"^(?=[^\s#-])", re.M)
_ITEM = re.compile(r"^(?=\s*- )", re.M)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`data` of the front matter ({} when there is none), the `body` below it, `notes` on what had to be left out."""

    data: dict[str, Any]
    body: str
    notes: tuple[str, ...] = ()


def split_front_matter(text: str) -> FrontMatter:
    """Take YAML, TOML or JSON front matter off a text. Never raises: what cannot be read is left out with a note."""
    if match := _YAML.match(text):
        block, body = match.group(1) or "", text[match.end() :]
        data, notes = load_yaml(block)
        if isinstance(data, dict):
            return FrontMatter(data, body, notes)
        # Two rules around prose are no front matter, unless nothing could be read of it
        return FrontMatter({}, body if notes else text, notes)
    if match := _TOML.match(text):
        body = text[match.end() :]
        try:
            return FrontMatter(_texts(tomllib.loads(match.group(1) or "")), body)
        except (ValueError, RecursionError):
            return FrontMatter({}, body, ("The front matter is not valid TOML and was left out",))
    if text.lstrip().startswith("{"):
        start = text.lstrip()
        try:
            data, end = json.JSONDecoder().raw_decode(start)
        except (ValueError, RecursionError):
            return FrontMatter({}, text)
        if isinstance(data, dict) and start[end:].strip():
            return FrontMatter(_texts(data), start[end:])
    if len(text) < MAX_PURE_YAML and _is_unclosed(text):
        data, notes = load_yaml(text.lstrip()[4:])
        if isinstance(data, dict):
            return FrontMatter(data, "", notes)
    return FrontMatter({}, text)


def _is_unclosed(text: str) -> bool:
    """Nothing but YAML below a first rule: the second rule is missing."""
    first, *rest = text.strip().splitlines() or [""]
    return first.rstrip() == "---" and bool(rest) and all(map(_YAML_LINE.match, rest))


def load_yaml(text: str) -> tuple[Any, tuple[str, ...]]:
    """(data, notes): mappings, lists and strings; text that is not valid YAML is repaired, or skipped in part."""
    limit = MAX_YAML if _Loader is not yaml.BaseLoader else MAX_PURE_YAML
    if len(text) > limit:
        return None, (f"YAML of more than {limit} characters was left out",)
    if _nesting(text) > MAX_NESTING:
        return None, ("YAML nested too deeply was left out",)
    ok, data = _load(text)
    if ok:
        return data, ()
    repaired = _quoted(text.expandtabs(4))
    ok, data = _load(repaired)
    if ok:
        return data, ()
    return _in_parts(repaired)


def _load(text: str) -> tuple[bool, Any]:
    try:
        return True, yaml.load(text, Loader=_Loader)  # noqa: S506 -- the base loader builds nothing but text
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError, AttributeError):
        return False, None


def _nesting(text: str) -> int:
    """The deepest nesting text can have: open brackets, or steps of indentation and dashes on one line."""
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth = max(0, depth - 1)
    dashes = max((line.count("- ") + line.count("? ") for line in text.splitlines()), default=0)
    indents = {len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip()}
    return max(deepest, dashes, len(indents))


def _quoted(text: str) -> str:
    """Values that people forget to quote ("title: AI for Science: Scaling", "name: @jane") put in quotes."""
    lines = []
    for line in text.splitlines():
        if len(line) > MAX_LINE:
            lines.append(line)
            continue
        line = _GLUED.sub(r"\1: ", line.rstrip())
        match = _PAIR.match(line)
        if match is None:
            lines.append(line)
            continue
        indent, key, value = match.groups()
        bare = re.sub(r"[ \t]#.*$", "", value).rstrip()
        if bare[:1] in "'\"" and bare[-1:] == bare[:1] and len(bare) > 1:
            inner = bare[1:-1]
            odd = '"' in inner.replace('\\"', "") if bare[0] == '"' else "'" in inner.replace("''", "")
            value = _single(inner) if odd or "\\" in inner else bare
        elif bare[:1] in "'\"@`%&*!|>{[}],?-" or ": " in bare or bare.endswith(":"):
            block = re.fullmatch(r"[|>][+-]?\d?", bare)
            flow = (
                (bare[0], bare[-1]) in (("[", "]"), ("{", "}")) and not bare.startswith(("{{", "{%")) and _load(bare)[0]
            )
            value = bare if block or flow else _single(bare)
        else:
            value = bare
        lines.append(f"{indent}{key}: {value}")
    return "\n".join(lines)


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _in_parts(text: str) -> tuple[Any, tuple[str, ...]]:
    """Each top-level key on its own; of a list that does not load, each item on its own."""
    data: dict[str, Any] = {}
    left_out: list[str] = []
    for part in _TOP_KEY.split(text)[: 10 * MAX_REPAIRS]:
        if not part.strip() or part.startswith("#"):
            continue
        ok, value = _load(part)
        if ok and isinstance(value, dict):
            data.update(value)
            continue
        key = part.partition(":")[0].strip()[:40]
        items = [item for item in _ITEM.split(part.partition("\n")[2]) if item.strip().startswith("- ")]
        loaded = [_load(_dedented(item)) for item in items[: 50 * MAX_REPAIRS]]
        good = [value[0] for ok, value in loaded if ok and isinstance(value, list) and value]
        if good:
            data[key] = good
        if len(good) < max(len(items), 1):
            left_out.append(key)
    if not data and not left_out:
        return None, ("The front matter is not valid YAML and was left out",)
    names = ", ".join(repr(name) for name in left_out[:5])
    return data, (f"Not valid YAML, left out in whole or part: {names}",) if left_out else ()


def _dedented(item: str) -> str:
    """An item moved to the left edge; lines that are not indented below it are dropped."""
    first, *rest = item.rstrip().splitlines()
    indent = len(first) - len(first.lstrip())
    return "\n".join([first[indent:], *(line[indent:] for line in rest if line[: indent + 1].isspace())])


def _texts(value: Any, depth: int = 0) -> Any:
    """TOML and JSON values as text, as the YAML loader gives them."""
    if depth > MAX_NESTING:
        return ""
    if isinstance(value, dict):
        return {str(key): _texts(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, depth + 1) for item in value]
    return "" if value is None else str(value)
