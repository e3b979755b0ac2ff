"""Conferences by name: "NeurIPS'23", "33rd Conference on Neural Information Processing Systems", "icml24" in a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass

# canonical name, pattern of its spellings, year of its edition number 0 (None where editions are not yearly numbered)
_CONFERENCES: tuple[tuple[str, str, int | None], ...] = (
    ("NeurIPS", r"neurips|nips|(?:advances in )?neural information processing systems", 1986),
    ("ICML", r"icml|international conference on machine learning", 1983),
    ("ICLR", r"iclr|international conference on learning representations", 2012),
    ("AAAI", r"aaai", 1986),
    ("IJCAI", r"ijcai", None),
    ("AISTATS", r"aistats", None),
    ("UAI", r"(?-i:UAI)", None),
    ("COLT", r"(?-i:COLT)", None),
    ("ACL", r"(?-i:ACL)", 1962),
    ("EMNLP", r"emnlp", None),
    ("NAACL", r"naacl", None),
    ("EACL", r"eacl", None),
    ("COLING", r"coling", None),
    ("CVPR", r"cvpr", None),
    ("ICCV", r"iccv", None),
    ("ECCV", r"eccv", None),
    ("WACV", r"wacv", None),
    ("MICCAI", r"miccai", None),
    ("MIDL", r"midl", None),
    ("ISMB", r"ismb", None),
    ("RECOMB", r"recomb", None),
    ("KDD", r"(?:sig)?kdd", None),
    ("WWW", r"(?-i:WWW)|the web conference", None),
    ("SIGIR", r"sigir", None),
    ("CIKM", r"cikm", None),
    ("WSDM", r"wsdm", None),
    ("CoRL", r"corl", None),
    ("ICRA", r"icra", None),
    ("IROS", r"iros", None),
    ("RSS", r"(?-i:RSS)(?=\s*(?:19|20)\d\d)", None),
    ("LoG", r"(?-i:LoG)(?=\s*'?\d)|learning on graphs(?: conference)?", None),
    ("MLHC", r"mlhc|machine learning for healthcare conference", None),
    ("CHIL", r"(?-i:CHIL)(?=\s*'?\d)", None),
    ("ML4H", r"(?-i:ML4H)(?=\s*(?:symposium\s*)?'?\d)", None),
    ("MLCB", r"mlcb", None),
    ("INTERSPEECH", r"interspeech", None),
    ("ICASSP", r"icassp", None),
    ("ECML", r"ecml(?:[ -]?pkdd)?", None),
    ("ACS", r"(?-i:ACS (?:Fall|Spring))", None),
    ("APS", r"(?-i:APS March Meeting)", None),
    ("AGU", r"(?-i:AGU)(?=\s*(?:fall)?\s*(?:19|20)\d\d)", None),
    ("EGU", r"(?-i:EGU)(?=\s*'?\d)", None),
    ("COLM", r"(?-i:COLM)", None),
    ("MLSys", r"mlsys", None),
    ("ELLIS Symposium", r"ellis symposium", None),
    ("CogSci", r"cogsci", None),
    ("Cosyne", r"cosyne", None),
)  # fmt: skip
_YEAR = (
    r"(?:[\s,@/_\-–'’:()]|workshop|conference|virtual|symposium|main|annual|meeting)*(?P<year>(?:19|"
    r"20)\d\d|['’`]?\d\d(?!\d))"
)


def _compiled(pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The conference's name alone, and with a year beside it."""
    name = rf"(?<![A-Za-z])(?:{pattern})(?![a-z]{{2}})"
    return re.compile(name, re.I), re.compile(name + _YEAR, re.I)


_PATTERNS = tuple((name, *_compiled(pattern), zero) for name, pattern, zero in _CONFERENCES)
_BEFORE = re.compile(r"(?:19|20)\d\d$")
_ORDINAL = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)\s+(?:annual\s+)?(?:international\s+)?(?:meeting|conference)?[\w\s]{0,12}$", re.I
)


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference named in a text; `year` is None when the text gives none beside it."""

    name: str
    year: int | None = None
    place: int = 0  # offset in the text

    @property
    def label(self) -> str:
        return f"{self.name} {self.year}" if self.year else self.name


def venues_in(text: str) -> list[Venue]:
    """The conferences a text names, in order."""
    out: list[Venue] = []
    for name, bare, dated, zero in _PATTERNS:
        if not bare.search(text):
            continue
        found = False
        for match in dated.finditer(text):
            out.append(Venue(name, _year(match.group("year")), match.start()))
            found = True
        if found:
            continue
        for match in bare.finditer(text):
            before = text[max(0, match.start() - 60) : match.start()].rstrip(" '’-–,@")
            year = int(y.group()) if (y := _BEFORE.search(before)) else None
            if year is None and zero and (o := _ORDINAL.search(text[max(0, match.start() - 60) : match.start()])):
                year = zero + int(o.group(1))
            out.append(Venue(name, year, match.start()))
    return sorted(out, key=lambda v: v.place)


def _year(digits: str) -> int | None:
    digits = digits.strip("'’`")
    year = int(digits) if len(digits) == 4 else 2000 + int(digits)
    return year if 1985 <= year <= 2045 else None


def years_in(text: str) -> list[int]:
    """Four-digit years of this and the last century's end, in order."""
    return [int(y) for y in re.findall(r"(?<!\d)((?:19[89]|20[0-4])\d)(?!\d)", text)]
