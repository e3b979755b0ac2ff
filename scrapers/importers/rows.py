"""A row of any list becomes a `PaperFact`: column names of the usual exports, nested rows, strings that hold lists."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.models import LinkFact, PaperFact
from scrapers.openreview.parse import is_note, paper_of_note, split_venue, venue_of_id
from scrapers.paper_links import (
    OPENREVIEW,
    arxiv_url,
    as_arxiv_id,
    as_doi,
    forum_url,
    openreview_file,
    paper_ids,
    year_of_arxiv,
)
from scrapers.plain import plain

MAX_TITLE = 1_000
MAX_TEXT = 50_000
MAX_AUTHORS = 5_000  # the longest author lists of physics have some 3,000 names

# Column names, lower case without punctuation, in order of trust
_COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "papertitle", "ti", "articletitle", "documenttitle", "name"),
    "abstract": ("abstract", "summary", "abstractnote", "abstracttext", "ab"),
    "authors": ("authors", "author", "authorlist", "authornames", "authorfullnames", "creators", "au"),
    "year": ("year", "publicationyear", "pubyear", "issued", "py", "published", "publicationdate", "date",
             "publisheddate", "updated", "updatedate"),
    "venue": ("venue", "conference", "booktitle", "containertitle", "journal", "journalref", "sourcetitle",
              "publicationtitle", "proceedings", "event", "eventtitle"),
    "keywords": ("keywords", "keyword", "authorkeywords", "tags", "manualtags", "de", "topics"),
    "openreview_id": ("openreviewid", "openreview", "forumid", "forum"),
    "arxiv_id": ("arxivid", "arxiv", "eprint"),
    "doi": ("doi",),
    "url": ("url", "site", "link", "paperurl", "openreviewurl", "openreviewlink", "forumurl", "arxivurl", "abs",
            "absurl", "html", "virtualsiteurl", "paperlink"),
    "pdf": ("pdf", "pdfurl", "paperpdfurl", "pdflink", "openaccesspdf"),
    "tldr": ("tldr", "oneliner", "onesentencesummary"),
    "decision": ("decision", "status", "presentationtype", "eventtype"),
    "source_id": ("id", "paperid", "sourceid", "key", "citationkey", "citekey", "uid", "entryid"),
    "code": ("code", "codeurl", "github", "software"),
}  # fmt: skip
_FIELD_OF = {column: name for name, columns in _COLUMNS.items() for column in columns}
_RANK = {column: rank for columns in _COLUMNS.values() for rank, column in enumerate(columns)}
_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d|21\d\d)(?!\d)")
_AND = re.compile(r"\s+(?:and|&)\s+", re.IGNORECASE)
_MARKS = re.compile(r"[\s*†‡§¶#,;]+$|(?<=[A-Za-z.])\d+$")
_EDITION_FILE = re.compile(r"(?:^|[^A-Za-z0-9])([A-Za-z][A-Za-z0-9]*?)[-_ ]?((?:19|20)\d\d)(?![0-9])")
_BIBTEX_YEAR = re.compile(r"\byear\s*=\s*[{\"]?\s*(\d{4})")
_SPELLINGS = {
    "nips": "NeurIPS", "neurips": "NeurIPS", "corl": "CoRL", "ai4x": "AI4X", "interspeech": "Interspeech",
    "eurips": "EurIPS", "chil": "CHIL", "log": "LoG", "colm": "COLM", "automl": "AutoML",
}  # fmt: skip
# Nested lists of papers inside a row: {"venue": ..., "submissions": [...]}
_NESTED = ("submissions", "notes", "papers", "results")


class RowError(ValueError):
    """A row that is not a paper; the message says why."""


@dataclass(frozen=True, slots=True)
class ListInfo:
    """What the list as a whole says about its rows, from its file name (`iclr2018.json`)."""

    venue: str | None = None
    year: int | None = None


def list_info(name: str) -> ListInfo:
    """Conference and year named by a file: the last such pair counts (`papercopilot_iclr_iclr2018.json`)."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].partition(".")[0]
    matches = _EDITION_FILE.findall(stem)
    if not matches:
        return ListInfo()
    word, year = matches[-1]
    return ListInfo(_SPELLINGS.get(word.lower(), word.upper()), int(year))


def papers_of_row(row: Any, info: ListInfo, key: str | None = None) -> Iterator[PaperFact]:
    """The papers of one row, mostly one; none for an OpenReview reply. RowError when the row is no paper."""
    if not isinstance(row, Mapping):
        raise RowError(f"a paper is an object, this is {_kind(row)}")
    if is_note(row):
        if (fact := paper_of_note(row, key=key)) is not None:
            yield fact
        return
    if "title" not in row:
        for name in _NESTED:
            if isinstance(row.get(name), list):
                for child in row[name]:
                    yield from papers_of_row(child, info)
                return
    yield paper_of_row(row, info, key)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {str: "a text", list: "a list", bool: "a truth value", int: "a number", float: "a number"}.get(
        type(value), "not one"
    )


def columns_of(names: Iterable[str]) -> dict[str, list[str]]:
    """Field -> the row's own column names for it, the most trusted first."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        flat = _PUNCTUATION.sub("", name.lower())
        if field := _FIELD_OF.get(flat):
            found.setdefault(field, []).append((_RANK[flat], name))
    return {field: [name for _, name in sorted(ranked)] for field, ranked in found.items()}


_column_cache: dict[tuple[str, ...], dict[str, list[str]]] = {}


def _columns(row: Mapping[str, Any]) -> dict[str, list[str]]:
    # Rows of one list share few shapes; finding the columns anew costs 15 us a row
    shape = tuple(row)
    columns = _column_cache.get(shape)
    if columns is None:
        if len(_column_cache) > 256:
            _column_cache.clear()
        columns = _column_cache[shape] = columns_of(name for name in shape if isinstance(name, str))
    return columns


def paper_of_row(row: Mapping[str, Any], info: ListInfo = ListInfo(), key: str | None = None) -> PaperFact:
    """A flat row as a paper. RowError when it has no title."""
    columns = _columns(row)

    def first(field: str) -> Any:
        for name in columns.get(field, ()):
            value = row[name]
            if value is not None and value != "" and value != []:
                return value
        return None

    title = _text(first("title"), MAX_TITLE)
    if not title:
        raise RowError("no title")
    paperlist = "author" in row and "site" in row and "track" in row
    ids = _ids(first, columns, row)
    venue, venue_decision = split_venue(_text(first("venue"), 300))
    decision = _text(first("decision"), 80) or venue_decision
    year = as_year(first("year"))
    if year is None and isinstance(row.get("bibtex"), str) and (match := _BIBTEX_YEAR.search(row["bibtex"])):
        year = int(match[1])
    if venue is None and paperlist and info.venue:
        year = year or info.year
        venue = f"{info.venue} {info.year}"
    if venue and "/" in venue and " " not in venue:
        venue = venue_of_id(venue) or venue
    source_id = first("source_id")
    code = _address(first("code"))
    return PaperFact(
        title=title,
        url=ids.url,
        openreview_id=ids.openreview_id,
        arxiv_id=ids.arxiv_id,
        doi=ids.doi,
        authors=names(first("authors")),
        abstract=_text(first("abstract"), MAX_TEXT),
        tldr=_text(_nested(first("tldr"), "text"), MAX_TEXT),
        keywords=words(first("keywords")),
        venue=venue,
        year=year or as_year(venue) or year_of_arxiv(ids.arxiv_id),
        pdf=ids.pdf,
        decision=decision,
        source_id=str(source_id)[:300] if isinstance(source_id, (str, int)) else key,
        links=(LinkFact("code", code),) if code else (),
    )


@dataclass(frozen=True, slots=True)
class _Ids:
    url: str | None
    openreview_id: str | None
    arxiv_id: str | None
    doi: str | None
    pdf: str | None


def _ids(first: Any, columns: Mapping[str, list[str]], row: Mapping[str, Any]) -> _Ids:
    """The row's ids: its own columns, else what its links name."""
    links = [link for name in columns.get("url", ()) if (link := _address(row[name]))]
    pdf_value = _nested(first("pdf"), "url")
    pdf = _address(pdf_value)
    external = row.get("externalIds")
    external = external if isinstance(external, Mapping) else {}
    own = first("openreview_id")
    note = (
        own
        if isinstance(own, str) and re.fullmatch(r"[A-Za-z0-9_-]{5,20}", own)
        else paper_ids(_address(own)).openreview_id
    )
    arxiv = as_arxiv_id(_string(first("arxiv_id"))) or as_arxiv_id(_string(external.get("ArXiv")))
    doi_text = _string(first("doi")) or _string(external.get("DOI"))
    doi = as_doi(doi_text)
    arxiv = arxiv or (as_arxiv_id(doi_text) if doi_text and "arxiv" in doi_text.lower() else None)
    for link in (*links, pdf):
        found = paper_ids(link)
        note, arxiv, doi = note or found.openreview_id, arxiv or found.arxiv_id, doi or found.doi
    if arxiv is None and isinstance(source := first("source_id"), str):
        # arXiv's own dumps name the paper by its id alone
        arxiv = (
            as_arxiv_id(source)
            if re.match(r"(?:arxiv:)?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", source)
            else None
        )
    if isinstance(pdf_value, str) and pdf_value.startswith("/pdf/") and note:
        pdf = openreview_file(pdf_value, note)
    url = links[0] if links else None
    if url is None:
        url = forum_url(note) if note else arxiv_url(arxiv) if arxiv else f"https://doi.org/{doi}" if doi else None
    return _Ids(url, note, arxiv, doi, pdf)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else None


def _nested(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else value


def _address(value: Any) -> str | None:
    """An http(s) address; paths of OpenReview become absolute; None for anything else."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, str):
        return None
    value = value.strip()
    if value.startswith(("/forum?", "/pdf?")):
        value = OPENREVIEW + value
    elif value.startswith("//"):
        value = f"https:{value}"
    return (
        value if value.lower().startswith(("http://", "https://")) and " " not in value and len(value) < 2_000 else None
    )


def _text(value: Any, limit: int) -> str | None:
    """Plain text of a value that may be a list of one (CSL, Crossref) or {"value": ...}."""
    if isinstance(value, list):
        value = value[0] if value else None
    value = _nested(value, "value") if isinstance(value, Mapping) and "value" in value else _nested(value, "name")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return plain(value[: limit * 2])[:limit].strip() or None


def as_year(value: Any) -> int | None:
    """A calendar year in a number, date, CSL date or epoch (milliseconds); None when there is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Mapping):  # CSL: {"date-parts": [[2024, 7]]} or {"raw": "2024"}
        parts = value.get("date-parts") or value.get("raw") or value.get("literal")
        return as_year(parts)
    if isinstance(value, list):
        return as_year(value[0]) if value else None
    if isinstance(value, float):
        value = int(value) if value == value and abs(value) < 1e15 else 0
    if isinstance(value, int):
        if value > 10**11:  # milliseconds since 1970, as OpenReview dates are
            value = 1970 + int(value / 1000 / 31_556_952)
        return value if 1500 <= value <= 2100 else None
    match = _YEAR.search(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def names(value: Any) -> tuple[str, ...]:
    """Names in order, whatever holds them: a list of texts or objects, or one text with `;`, `and` or commas."""
    if isinstance(value, str):
        value = _listed(value) or split_names(value)
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return ()
    found: list[str] = []
    for item in value[:MAX_AUTHORS]:
        name = _name(item)
        # affiliation marks stick to names in exports: "Md Amirul Islam*", "Jane Doe1"
        name = _MARKS.sub("", plain(name)[:200]) if name else ""
        if name:
            found.append(name)
    return tuple(found)


def _name(item: Any) -> str:
    if isinstance(item, str):
        return turned(item)
    if isinstance(item, Mapping):
        for key in ("name", "fullname", "full_name", "display_name", "literal", "author"):
            if isinstance(item.get(key), str):
                return str(item[key])
        given = item.get("given") or item.get("first") or item.get("firstname") or item.get("first_name")
        family = item.get("family") or item.get("last") or item.get("lastname") or item.get("last_name")
        parts = (given, item.get("non-dropping-particle"), family, item.get("suffix"))
        return " ".join(part for part in parts if isinstance(part, str) and part)
    return ""


def turned(name: str) -> str:
    """ "Baker, David" as "David Baker"; BibTeX's "Last, Jr, First" likewise."""
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and all(parts):
        return (
            name
            if re.fullmatch(r"(?:jr|sr|ph\.?d|m\.?d|ii|iii|iv)\.?", parts[1], re.IGNORECASE)
            else f"{parts[1]} {parts[0]}"
        )
    if len(parts) == 3 and all(parts):
        return f"{parts[2]} {parts[0]} {parts[1]}"
    return name


def split_names(text: str) -> list[str]:
    """Names in one text: by `;`, else by `and` where names hold commas, else by commas."""
    text = text.strip()
    if ";" in text:
        return [turned(part) for part in text.split(";") if part.strip()]
    if "|" in text:
        return [turned(part) for part in text.split("|") if part.strip()]
    groups = [part for part in _AND.split(text) if part.strip()]
    if "," not in text:
        return groups
    if len(groups) == 1:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        # "Baker, David" is one person, "David Baker, Jane Doe" are two
        return [turned(text)] if len(parts) == 2 and any(" " not in part for part in parts) else parts
    if all(part.count(",") == 1 for part in groups):  # "Baker, David and Doe, Jane"
        return [turned(part) for part in groups]
    # "A B, C D and E F"
    return [name.strip() for part in groups for name in part.split(",") if name.strip()]


def words(value: Any) -> tuple[str, ...]:
    """Keywords, each once, in order."""
    if isinstance(value, str):
        listed = _listed(value)
        value = listed if listed is not None else value.split(";" if ";" in value else ",")
    if not isinstance(value, (list, tuple)):
        return ()
    found = dict.fromkeys(plain(item)[:100] for item in value[:200] if isinstance(item, str))
    return tuple(word for word in found if word)


def _listed(text: str) -> list[Any] | None:
    """A list written into one cell, as JSON or as Python prints it; None for ordinary text."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > 200_000:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, list):
            return value
    return None
