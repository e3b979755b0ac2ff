"""The AI-for-science taxonomy, and which topics a text is about.

Two levels with stable ids, in `topics.toml`; users add topics in `settings.toml`. A text gets a topic from the phrases
that name it: one in the title, or two different ones (or one twice) in the text. A topic brings its field with it.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from kb.errors import UsageError
from kb.text import fold

THRESHOLD = 0.6  # a phrase in the title scores .63, one in the text .39, two .63
_TITLE_WEIGHT = 2
_LONGEST_TEXT = 20_000  # characters; a topic that an abstract names is named early


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, or a field of topics (`field` is None). `words` are the phrases that name it."""

    id: str
    name: str
    field: str | None
    about: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Topics by id, in the order of the file, each field before its topics."""

    topics: Mapping[str, Topic]
    # first word of a phrase -> (its further words, topic id)
    _phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]

    def topics_of(self, title: str, text: str = "") -> dict[str, float]:
        """Topic and field ids of a text with their scores, 0..1, those of `THRESHOLD` and more."""
        hits: dict[str, float] = {}
        for words, weight in ((_stems(title), _TITLE_WEIGHT), (_stems(text[:_LONGEST_TEXT]), 1)):
            for place, word in enumerate(words):
                if word not in self._phrases:
                    continue
                for rest, topic in self._phrases[word]:
                    if not rest or tuple(words[place + 1 : place + 1 + len(rest)]) == rest:
                        hits[topic] = hits.get(topic, 0.0) + weight
        scores = {topic: 1 - math.exp(-count / 2) for topic, count in hits.items()}
        out = {topic: round(score, 3) for topic, score in scores.items() if score >= THRESHOLD}
        for topic, score in list(out.items()):
            if parent := self.topics[topic].field:
                out[parent] = max(score, out.get(parent, 0.0))
        return out


@lru_cache(maxsize=100_000)  # abstracts use the same words over and over: 8 times quicker than asking each time
def _stem(word: str) -> str:
    """Plurals and singulars alike: enough for phrases of nouns."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in fold(text).split()]


def build(fields: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]] = ()) -> Taxonomy:
    """The taxonomy of the shipped fields and a user's own topics; UsageError names a topic that is not complete."""
    topics: dict[str, Topic] = {}
    for entry in fields:
        topics[entry["id"]] = Topic(entry["id"], entry["name"], None, entry["about"])
        for topic in entry.get("topics", ()):
            topics[topic["id"]] = Topic(topic["id"], topic["name"], entry["id"], topic["about"], tuple(topic["words"]))
    for topic in own:
        missing = [name for name in ("id", "name", "words") if not topic.get(name)]
        if missing:
            raise UsageError(f"A topic in settings.toml has no {missing[0]}", hint="It needs id, name and words")
        parent = topic.get("field")
        if parent is not None and parent not in topics:
            known = ", ".join(i for i, t in topics.items() if t.field is None)
            raise UsageError(f"The topic '{topic['id']}' is in no known field '{parent}'", hint=f"Fields: {known}")
        topics[topic["id"]] = Topic(
            topic["id"], topic["name"], parent, topic.get("about", topic["name"]), tuple(topic["words"])
        )
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for topic_ in topics.values():
        for phrase in topic_.words:
            if words := _stems(phrase):
                phrases.setdefault(words[0], []).append((tuple(words[1:]), topic_.id))
    return Taxonomy(topics, {word: tuple(rest) for word, rest in phrases.items()})


@cache
def shipped() -> Sequence[Mapping[str, Any]]:
    """The fields of the package's own file."""
    text = files("kb").joinpath("topics.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["fields"])


def taxonomy(settings: Mapping[str, Any] | None = None) -> Taxonomy:
    """The shipped taxonomy with the `[[topics]]` of a settings file (`kb.home.read_toml`)."""
    return build(shipped(), (settings or {}).get("topics", ()))
