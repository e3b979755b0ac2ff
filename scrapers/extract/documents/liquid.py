"""Template tags in page sources (Liquid of Jekyll, shortcodes of Hugo): what they place, then nothing of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_PLACES = 500

_COMMENTS = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|\{%-?\s*comment\s*-?%\}.*?(?:\{%-?\s*endcomment\s*-?%\}|\Z)"
    r"|\{::comment\}.*?(?:\{:/(?:comment)?\}|\Z)"
    r"|\{\{[<%]?\s*/\*.*?(?:\*/\s*[>%]?\}\}|\Z)"
    r"|^\[//\]:\s*#.*$"
    r"|<(s|strike|del)>(?:(?!<\1>).)*?</\1>|~~(?=\S)[^~\n]{1,500}~~",
    re.S | re.I | re.M,
)
_RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_LOOP = re.compile(r"\{%-?\s*for\s+[\w-]+\s+in\s+([^%]{1,200}?)\s*-?%\}.*?(?:\{%-?\s*endfor\s*-?%\}|\Z)", re.S)
_BLOCKS = re.compile(r"\{%-?\s*(style|script|schema|javascript|css)\b.*?-?%\}.*?(?:\{%-?\s*end\1\s*-?%\}|\Z)", re.S)
_INCLUDE = re.compile(r"\{%-?\s*(?:include|include_relative|render|include_cached)\s+([^%]{1,400}?)\s*-?%\}", re.S)
_SHORTCODE = re.compile(r"\{\{[<%]\s*/?\s*([^}]{0,400}?)\s*/?\s*[>%]\}\}", re.S)
_OUTPUT = re.compile(r"\{\{-?\s*page\.([\w.-]{1,60})\s*(?:\|[^{}]{0,200})?-?\}\}")
_TAGS = re.compile(r"\{%(?:(?!\{%).)*?%\}|\{\{(?:(?!\{\{).)*?\}\}", re.S)  # an unclosed tag reaches to the next
_KRAMDOWN = re.compile(r"^[ \t]*\{:[^{}\n]{0,200}\}[ \t]*$|\{:\s*[.#][^{}\n]{0,200}\}", re.M)
_DEFINED = re.compile(r"^( {0,6}): +(?=\S|$)", re.M)  # definition lists, which plain Markdown has not: as bullets
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_HEADING = re.compile(
    r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*$|<h([1-6])\b[^>]{0,200}>((?:(?!<h[1-6]).){0,2000}?)</h\3>", re.M | re.S | re.I
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A list of the front matter that the page shows, with the headings above that place, nearest first."""

    key: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A body without template tags, what it places, and the keys that only comments mention."""

    text: str
    placed: tuple[Placed, ...]
    hidden: frozenset[str]


def resolve(body: str, data: Mapping[str, Any]) -> Template:
    """Take the comments and tags out of `body`; `data` is its front matter."""
    commented = " ".join(match.group() for match in _COMMENTS.finditer(body))
    text = _COMMENTS.sub("", body)
    places = _places(text, data)
    shown = set(_WORD.findall(" ".join(match.group() for match in _TAGS.finditer(text))))
    mentioned = {word for match in _TAGS.finditer(commented) for word in _WORD.findall(match.group()) if word in data}
    for pattern in (_RAW, _BLOCKS, _LOOP):
        text = pattern.sub("\n", text)
    text = _OUTPUT.sub(lambda match: _value(data, match.group(1)), text)
    text = _DEFINED.sub(r"\1- ", _KRAMDOWN.sub("", _TAGS.sub("", text)))
    return Template(text, places, frozenset(mentioned - shown))


def _places(text: str, data: Mapping[str, Any]) -> tuple[Placed, ...]:
    """Each include, loop and shortcode that names a list of the front matter."""
    by_word = {key.casefold(): key for key, value in data.items() if isinstance(value, (list, dict))}
    if not by_word:
        return ()
    found: list[tuple[int, str]] = []
    for pattern in (_INCLUDE, _LOOP, _SHORTCODE):
        for match in pattern.finditer(text):
            words = dict.fromkeys(word.casefold() for word in _WORD.findall(match.group(1)))
            found += [(match.start(), by_word[word]) for word in words if word in by_word]
    headings = [
        (m.start(), len(m.group(1)) if m.group(1) else int(m.group(3)), m.group(2) or m.group(4) or "")
        for m in _HEADING.finditer(text)
    ]
    places = []
    for at, key in sorted(found)[:MAX_PLACES]:
        above: list[str] = []
        level = 7
        for start, depth, heading in reversed(headings):
            if start < at and depth < level:
                above.append(re.sub(r"<[^<>]*>", "", heading).strip())
                level = depth
                if level == 1:
                    break
        places.append(Placed(key, tuple(above)))
    return tuple(dict.fromkeys(places))


def _value(data: Mapping[str, Any], path: str) -> str:
    value: Any = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
