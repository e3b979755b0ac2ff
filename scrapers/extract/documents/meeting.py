"""Which meeting a source or data file is about, by its name, path and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.models import EventFact, Evidence
from kb.text import clean

CONFERENCES = {
    name.casefold(): name
    for name in re.findall(
        r"\S+",
        "NeurIPS ICML ICLR AAAI IJCAI ACL EMNLP NAACL EACL CVPR ICCV ECCV KDD UAI AISTATS COLT LoG MLSys CoRL ICRA"
        " RECOMB ISMB MLHC CHIL SIAM MLCB CinC CoLM WACV SIGIR",
    )
} | {"nips": "NeurIPS"}
_ACRONYM = re.compile(
    rf"(?<![A-Za-z])({'|'.join(CONFERENCES)})(?![a-z])(?:/\w+)?[\s_'’|-]*(\d{{4}}|\d{{2}})?(?!\d)", re.I
)
_YEAR = re.compile(r"(?<!\d)(?:19[89]|20[0-4])\d(?!\d)")


def conference(text: str) -> tuple[str, int | None] | None:
    """("ICML", 2024) in "/icml24", "ICML 2024", "icml-2024"; the year is None where it does not follow."""
    match = _ACRONYM.search(text)
    if match is None:
        return None
    digits = match.group(2)
    year = None if digits is None else int(digits) if len(digits) == 4 else 2000 + int(digits)
    return CONFERENCES[match.group(1).casefold()], year if year and 1980 <= year <= 2049 else None


def describe(
    name: str | None,
    *,
    places: Iterable[str | None],
    dates: str | None = None,
    place: str | None = None,
    date: str | None = None,
) -> EventFact | None:
    """The event called `name`; `places` (title, path, address ...) are searched for conference and year, in order."""
    texts = [text for text in places if text]
    found = next((hit for text in texts if (hit := conference(text))), None)
    years = [
        found[1] if found else None,
        *(int(m.group()) for text in (*texts, dates or "", date or "") for m in [_YEAR.search(text)] if m),
    ]
    year = next((year for year in years if year), None)
    if not (name or found):
        return None
    evidence = Evidence(text=clean(" / ".join(texts))[:300], place="front matter", extractor="source/1", confidence=0.7)
    series = clean(_YEAR.sub("", name.split(":")[0])).strip(" -–|,") if name else None
    return EventFact(
        name=name,
        year=year,
        series=series or None,
        venue=f"{found[0]} {year}" if found and year else None,
        dates=dates,
        place=place,
        evidence=evidence,
    )
