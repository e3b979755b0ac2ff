"""How much a word smells of a person's name rather than of a title.

`words.txt` holds 27,500 words, each with the logarithm of how much more often it stands in an author's name than in
a title, counted over 190,000 papers (300,000 author names) and rounded to -4..4 in steps of 1.5.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files


@cache
def _table() -> dict[str, int]:
    table: dict[str, int] = {}
    text = files("scrapers.extract.lang").joinpath("words.txt").read_text(encoding="utf-8")  # 12 ms, once
    for row in text.splitlines():
        weight, _, words = row.partition("\t")
        table.update(dict.fromkeys(words.split(" "), int(weight)))
    return table


@lru_cache(maxsize=50_000)
def ascii_fold(word: str) -> str:
    """Lower case without accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return kept.replace("ø", "o").replace("ł", "l").replace("ß", "ss").replace("đ", "d").replace("ı", "i")


def weight(word: str) -> int | None:
    """-4 (only in titles) .. 4 (only in names); None for a word that is not in the table."""
    return _table().get(ascii_fold(word))


def word_list(name: str) -> frozenset[str]:
    """The lower-case words of a text file of this package."""
    return frozenset(files("scrapers.extract.lang").joinpath(f"{name}.txt").read_text(encoding="utf-8").split())
