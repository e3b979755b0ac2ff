"""arXiv, OpenReview and DOI identifiers, wherever in a text or address they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from kb.models import PaperFact

IdKind = Literal["arxiv", "openreview", "doi"]

_ARXIV = re.compile(
    r"(?:https?://)?(?:www\.)?(?:arxiv\s*(?:preprint)?\s*[:/]?\s*(?:arxiv:)?|arxiv\.org/(?:abs|pdf|html)/)\s*"
    r"(\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?",
    re.I,
)
_OPENREVIEW = re.compile(
    r"openreview\.net/(?:forum|pdf|attachment|references/pdf)\?(?:[^\s\"<>]{0,200}&)?id=([\w-]{6,14})"
)
_DOI = re.compile(r"(?:https?://)?(?:dx\.)?(?:doi\.org/|doi\s*[:=]?\s*)(10\.\d{4,9}/[^\s\"<>,;)\]}]+)", re.I)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+")

_PAGES = {
    "arxiv": "https://arxiv.org/abs/",
    "openreview": "https://openreview.net/forum?id=",
    "doi": "https://doi.org/",
}


def find_ids(text: str) -> list[tuple[IdKind, str]]:
    """(kind, id) of every reference, each once, in text order. arXiv ids come without version."""
    found: list[tuple[int, IdKind, str]] = [(m.start(), "arxiv", m.group(1)) for m in _ARXIV.finditer(text)]
    found += [(m.start(), "openreview", m.group(1)) for m in _OPENREVIEW.finditer(text)]
    found += [(m.start(), "doi", m.group(1).rstrip(".")) for m in _DOI.finditer(text)]
    return list(dict.fromkeys((kind, value) for _, kind, value in sorted(found)))


def identified(paper: PaperFact, ids: Sequence[tuple[IdKind, str]]) -> PaperFact:
    """`paper` with these ids, and the page of the first as its `url` where it has none."""
    for kind, value in ids:
        url = paper.url or _PAGES[kind] + value
        if kind == "arxiv":
            paper = replace(paper, url=url, arxiv_id=paper.arxiv_id or value)
        elif kind == "openreview":
            paper = replace(paper, url=url, openreview_id=paper.openreview_id or value)
        else:
            paper = replace(paper, url=url, doi=paper.doi or value)
    return paper


def without_ids(text: str) -> str:
    """`text` with ids and addresses taken out, a comma in their place."""
    for pattern in (_ARXIV, _DOI, _URL):
        text = pattern.sub(" , ", text)
    return re.sub(r"(?:\s*,){2,}", ",", re.sub(r"\(\s*,?\s*\)|\[\s*,?\s*\]", "", text)).replace(" ,", ",").strip(" ,")
