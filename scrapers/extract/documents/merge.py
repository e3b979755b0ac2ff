"""Facts that two readers found in one document become one list, each fact once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import TypeVar

from kb.models import PaperFact, PersonFact, TalkFact
from kb.text import fold

Fact = TypeVar("Fact", TalkFact, PersonFact, PaperFact)
Facts = tuple[Sequence[TalkFact], Sequence[PersonFact], Sequence[PaperFact]]


def merged(first: Facts, second: Facts) -> tuple[tuple[TalkFact, ...], tuple[PersonFact, ...], tuple[PaperFact, ...]]:
    """Both sides' facts; of one that both have the first side's, with what only the second knows filled in."""
    return (
        _merged(first[0], second[0], _talk_keys),
        _merged(first[1], second[1], lambda person: [(fold(person.name), person.role)]),
        _merged(first[2], second[2], _paper_keys),
    )


def _merged(first: Sequence[Fact], second: Sequence[Fact], keys: Callable[[Fact], list[Hashable]]) -> tuple[Fact, ...]:
    kept: list[Fact] = []
    at: dict[Hashable, int] = {}
    for fact in chain(first, second):
        mine = keys(fact)
        place = next((at[key] for key in mine if key in at), None)
        if place is None:
            place = len(kept)
            kept.append(fact)
        else:
            kept[place] = _filled(kept[place], fact)
        for key in mine:
            at.setdefault(key, place)
    return tuple(kept)


def _filled(one: Fact, other: Fact) -> Fact:
    missing = {
        item.name: value
        for item in fields(one)
        if getattr(one, item.name) in (None, "", ()) and (value := getattr(other, item.name)) not in (None, "", ())
    }
    return replace(one, **missing) if missing else one


def _talk_keys(talk: TalkFact) -> list[Hashable]:
    if talk.title:
        return [("title", fold(talk.title))]
    return [("speakers", *(fold(name) for name in talk.speakers))]


def _paper_keys(paper: PaperFact) -> list[Hashable]:
    keys: list[Hashable] = [
        (kind, value)
        for kind, value in (("openreview", paper.openreview_id), ("arxiv", paper.arxiv_id), ("doi", paper.doi))
        if value
    ]
    keys += [("title", fold(paper.title))] if paper.title else []
    return keys or [("url", paper.url)]
