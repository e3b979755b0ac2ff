"""Cited works in running text: quoted titles, reference-list entries, bare arXiv, DOI and OpenReview ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.models import Evidence, PaperFact
from kb.text import clean, fold
from scrapers.extract.documents.bylines import is_name, split_names
from scrapers.extract.documents.identifiers import find_ids, identified, without_ids

EXTRACTOR = "citations/1"

MAX_BLOCK = 2000  # characters: the longest reference with forty authors has 1,100
MAX_WORKS = 2000

_LINK = re.compile(r"!?\[([^\[\]]{3,300})\]\(([^()\s]*)(?:\s[^()]*)?\)")
_QUOTED = re.compile(r"[“\"„«]\s*([^“”\"„«»]{8,300}?)\s*[”\"“»]")
_OPEN_QUOTE = re.compile(r"^[“\"„«]")
_MARKER = re.compile(r"^(?:[-*•●○▪‣■–—+]|\[\d{1,3}\]|\(?\d{1,3}[.)](?=\s))\s*")
_NUMBERED = re.compile(r"(?:^|(?<=[.;\s]))\[\d{1,3}\]\s+")
_YEAR = re.compile(r"(?<![\d.:/-])(?:19[5-9]\d|20[0-4]\d)(?![\d.]\d)")
_VENUE = re.compile(r"\b([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\s?['’]?((?:19|20)?\d{2})\b")  # "NeurIPS23", "ICML 2019"
_NAMED_VENUE = re.compile(
    r"\b(?:Proc(?:eedings|\.)|Conf(?:erence|\.)|Workshop|Symposium|Journal|Trans(?:actions|\.)|Letters|Lett\.|Phys(?:ics|\.)"
    r"|Nature|Science|PNAS|Cell|IEEE|ACM|JMLR|TMLR|PMLR|Springer|Press|preprint|Advances in|Comm(?:unications|\.)?)\b"
)
_TELLING = re.compile(r"\d|\bet\.? al|openreview", re.I)  # every reference has a year, an id or "et al."
_STARS = re.compile(r"(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)")


@dataclass(frozen=True, slots=True)
class Block:
    """Text that belongs together (a paragraph, a bullet), one line a physical line; `place` is for evidence."""

    text: str
    place: str = ""


def cited_works(blocks: Iterable[Block], *, own_title: str | None = None) -> tuple[PaperFact, ...]:
    """The works cited in `blocks`, each once, in order of first appearance.

    `own_title` is the title of the document itself, whose own reference is no citation. A work needs a title with
    authors next to it, or an id; quotations and speeches have neither.
    """
    works: list[PaperFact] = []
    sequence = list(blocks)
    for number, block in enumerate(sequence):
        for segment in _segments(block.text):
            works += _work(segment, block.place)
        works += _embedded(sequence, number)
        if len(works) > MAX_WORKS:
            break
    return _distinct(works, own_title)


# --- one reference --------------------------------------------------------------------------------------------


def _segments(text: str) -> list[str]:
    """The references of a block: one for each bullet, number, or line that opens a quotation."""
    segments: list[str] = []
    for line in text[: MAX_BLOCK * 4].splitlines():
        line = line.strip()
        if not line:
            continue
        opens = bool(_MARKER.match(line))
        if segments and not opens and _OPEN_QUOTE.match(_STARS.sub("", line)):
            opens = split_names(_strip_brackets(segments[-1])) is None  # authors on the line above belong to it
        if opens or not segments or _finished(segments[-1]):
            segments.append(line)
        else:
            segments[-1] += " " + line
    return [part for segment in segments for part in _NUMBERED.split(segment) if part.strip()]


def _strip_brackets(names: str) -> str:
    """An author list without years and affiliations in brackets."""
    return re.sub(r"\([^()]{0,80}\)|\b(?:19|20)\d\d\b", "", names)


def _finished(segment: str) -> bool:
    """Does nothing that belongs to this reference follow on the next line? Only a closed one is sure."""
    return len(segment) > MAX_BLOCK or bool(re.search(r"\barxiv:?\s*\d{4}\.\d{4,5}(?:v\d)?[*_.]*$", segment, re.I))


def _work(segment: str, place: str) -> list[PaperFact]:
    """The work of one reference: none, one, or for bare ids in running text several without a title."""
    if not _TELLING.search(segment):
        return []
    text = clean(_MARKER.sub("", segment))[:MAX_BLOCK]
    ids = find_ids(text)
    linked = _LINK.search(text)
    plain = _STARS.sub("", _LINK.sub(r"\1", text))
    bare = clean(without_ids(plain))
    found = _quoted(bare, known=bool(ids)) or _linked(linked, bare) or _reference(bare, known=bool(ids))
    evidence = Evidence(text=text[:300], place=place, extractor=EXTRACTOR)
    if found is None:
        nameless = PaperFact(title=None, evidence=replace(evidence, confidence=0.5), cited=True)
        return [identified(nameless, [one]) for one in ids]
    title, authors, rest = found
    venue, year = _venue(rest)
    work = PaperFact(
        title=title,
        url=linked.group(2) if linked and linked.group(2).startswith("http") else None,
        authors=authors,
        venue=venue,
        year=year,
        cited=True,
        evidence=replace(evidence, confidence=0.95 if ids and authors else 0.8),
    )
    return [identified(work, ids[:1])]


def _quoted(text: str, *, known: bool) -> tuple[str, tuple[str, ...], str] | None:
    """ "Title," Authors, venue; Authors. "Title." venue; "Title, Authors," venue."""
    match = _QUOTED.search(text)
    if match is None or (match.start() > 400):
        return None
    title, before, after = match.group(1), text[: match.start()], text[match.end() :]
    names_before = split_names(_strip_brackets(before)) if before.strip(" .,:;") else ()
    if names_before is None and not known:
        return None
    names, rest = _leading_names(after)
    authors = names_before or names
    if not authors:
        title, authors = _trailing_names(title)
    title = _title(title)
    if title is None or not (authors or known) or not (known or "et al" in before + after or _dated(rest)):
        return None
    return title, authors, rest


def _linked(link: re.Match[str] | None, bare: str) -> tuple[str, tuple[str, ...], str] | None:
    """Authors, [Title](link), venue."""
    if link is None:
        return None
    label = clean(_STARS.sub("", link.group(1)))
    before, _, rest = bare.partition(label)
    title, names = _title(label), split_names(before) if before.strip(" .,:;") else None
    return (title, names, rest) if title and names else None


def _reference(text: str, *, known: bool) -> tuple[str, tuple[str, ...], str] | None:
    """Authors (year). Title. Venue. or Authors, Title, venue: as reference lists have them."""
    lead_in = re.match(r"[^:“\"]{3,100}:\s+(?=[A-ZÀ-Þ])", text)
    if (
        lead_in
        and split_names(lead_in.group().rstrip(" :")) is None
        and (found := _reference(text[lead_in.end() :], known=known))
    ):
        return found  # "Find out more in the paper: Jones, A. ..."
    for end in re.finditer(r"(?:\.|\)|:)\s+(?=[\w“\"])", text[:1500]):
        head = text[: end.start() + 1]
        year = re.search(r"[\s,(]+((?:19|20)\d\d)[a-z]?\)?[.,:]?$", head)
        names = split_names(head[: year.start()] if year else head)
        tail = text[end.end() :]
        if names is None or re.match(r"(?:[A-Z]\.[,\s]|and\s|&|et\.? al)", tail):
            continue
        title, rest = _sentence(tail)
        if not _dated(rest):
            title, venue = _until_venue(title)
            rest = venue or rest
        named = _title(title)
        careful = len(names) > 1 or "et al" in head or bool(re.search(r"\b[A-Z]\.", head))
        if named and careful and (known or year or "et al" in head or _dated(rest)):
            return named, names, f"{year.group(1) if year else ''} {rest}"
        return None
    names, rest = _leading_names(text)
    if not names or not (len(names) > 1 or "et al" in text):
        return None
    title, rest = _until_venue(rest)
    named = _title(title)
    return (named, names, rest) if named and (known or _dated(rest)) else None


def _leading_names(text: str) -> tuple[tuple[str, ...], str]:
    """The names `text` begins with, taken part by part, and what follows them."""
    names: list[str] = []
    rest = text.strip(" ,.;:–—-")
    while rest and len(names) < 200:
        match = re.match(r"(?:and|&)?\s*(.{2,60}?)(?=\s*[,;()]|\s+(?:and|&)\s|\s*\bet\.? al\b|\.\s|\.?$)", rest)
        found = split_names(match.group(1)) if match else None
        if match is None or found is None or _NAMED_VENUE.search(match.group(1)):
            break
        names += found
        rest = rest[match.end() :].lstrip(" ,;")
        if et_al := re.match(r"(?:and\s+)?et\.? al\.?,?\s*", rest):
            rest = rest[et_al.end() :]
            break
        if rest.startswith((".", "(")):
            break
    return tuple(names), rest


def _trailing_names(title: str) -> tuple[str, tuple[str, ...]]:
    """A title whose closing quotation mark came too late: "Title, Martin and Mahoney," holds its authors."""
    for comma in re.finditer(r",\s+", title):
        head, tail = title[: comma.start()], title[comma.end() :]
        if len(head.split()) >= 4 and (" and " in tail or "et al" in tail) and (names := split_names(tail)):
            return head, names
    return title, ()


def _sentence(text: str) -> tuple[str, str]:
    """The first sentence of `text` and the rest."""
    end = re.search(r"[.?!](?=\s+[A-Z\d(]|\s*$)", text)
    if end is None:
        return text, ""
    return text[: end.start() + (text[end.start()] != ".")], text[end.end() :]


def _until_venue(text: str) -> tuple[str, str]:
    """Title and rest of a comma separated reference: the title ends where venue or year begins."""
    parts = re.split(r",\s+|\.\s+", text)
    for number, part in enumerate(parts):
        if number and (_YEAR.search(part) or _VENUE.search(part) or _NAMED_VENUE.match(part)):
            return ", ".join(parts[:number]), ", ".join(parts[number:])
    return text, ""


def _title(text: str) -> str | None:
    """A title without the punctuation around it, None when it cannot be one."""
    title = clean(_STARS.sub("", text)).strip(" ,;:–—").rstrip(".")
    words = title.split()
    if not 10 <= len(title) <= 300 or len(words) < 2 or not re.match(r"[^\W_]|[(\"“$]", title) or "et al" in title:
        return None
    return title if sum(c.isalpha() for c in title) > 0.6 * len(title.replace(" ", "")) else None


def _dated(text: str) -> bool:
    return bool(_YEAR.search(text) or _VENUE.search(text))


def _venue(rest: str) -> tuple[str | None, int | None]:
    """ "NeurIPS23" as ("NeurIPS 2023", 2023); "Physica D (2024)" as ("Physica D", 2024)."""
    rest = clean(without_ids(rest)).strip(" .,;:()")
    if match := _VENUE.search(rest):
        year = int(match.group(2)) if len(match.group(2)) == 4 else _century(int(match.group(2)))
        return f"{match.group(1)} {year}", year
    found = _YEAR.search(rest)
    year_of = int(found.group()) if found else None
    name = clean(re.sub(r"[(\[]?\b(?:19|20)\d\d\b[a-z]?[)\]]?|\s*[,:]\s*\d[\d\s(),:–-]*$", " ", rest)).strip(" .,;:")
    return (name if 2 <= len(name) <= 80 and name[0].isupper() else None), year_of


def _century(two_digits: int) -> int:
    return 2000 + two_digits if two_digits < 50 else 1900 + two_digits


# --- first pages shown on a slide --------------------------------------------------------------------------------


def _embedded(blocks: Sequence[Block], number: int) -> list[PaperFact]:
    """A paper's or article's first page pasted into a slide: title above authors above "Abstract", or under a DOI."""
    text = clean(blocks[number].text)
    if fold(text) == "abstract":
        for above in range(number - 1, max(number - 8, 0), -1):
            names = split_names(" ".join(blocks[above].text.split()), surnames=False)
            title = _title(blocks[above - 1].text) if names and len(names) > 1 else None
            if names and title:
                return [_front(title, names, blocks[above - 1])]
    ids = find_ids(text)
    if ids and len(text) < 80 and len(blocks) > number + 2:
        first, second = clean(blocks[number + 1].text), clean(blocks[number + 2].text)
        name, title = (first, _title(second)) if is_name(first) else (second, _title(first))
        if is_name(name) and title and len(title.split()) >= 3:
            return [identified(_front(title, (name,), blocks[number + 1]), ids[:1])]
    return []


def _front(title: str, names: tuple[str, ...], block: Block) -> PaperFact:
    evidence = Evidence(text=clean(block.text)[:300], place=block.place, extractor=EXTRACTOR, confidence=0.7)
    return PaperFact(title=title, authors=names, cited=True, evidence=evidence)


# --- each work once -------------------------------------------------------------------------------------------


def _distinct(works: Sequence[PaperFact], own_title: str | None) -> tuple[PaperFact, ...]:
    """Repeated citations as one; a bare id is dropped where the work it names is there with its title."""
    kept: list[PaperFact] = []
    by_key: dict[str, int] = {}
    own = fold(own_title or "")
    for work in sorted(works, key=lambda w: w.title is None):
        title = fold(work.title or "")
        if own and title and (title == own or (len(title) >= 25 and (own.startswith(title) or title.startswith(own)))):
            continue
        ids = {"arxiv": work.arxiv_id, "openreview": work.openreview_id, "doi": work.doi}
        keys = [f"{kind}:{value}" for kind, value in ids.items() if value]
        keys += [title[:60]] if title else []
        at = next((by_key[key] for key in keys if key in by_key), None)
        if at is None:
            at = len(kept)
            kept.append(work)
        else:
            kept[at] = _merged(kept[at], work)
        for key in keys:
            by_key.setdefault(key, at)
    order = {id(work.evidence): n for n, work in enumerate(works)}
    return tuple(sorted(kept, key=lambda w: order.get(id(w.evidence), len(order))))


def _merged(one: PaperFact, other: PaperFact) -> PaperFact:
    """`one` with what only `other` knows."""
    return replace(
        one,
        title=one.title or other.title,
        url=one.url or other.url,
        openreview_id=one.openreview_id or other.openreview_id,
        arxiv_id=one.arxiv_id or other.arxiv_id,
        doi=one.doi or other.doi,
        authors=one.authors or other.authors,
        venue=one.venue or other.venue,
        year=one.year or other.year,
    )
