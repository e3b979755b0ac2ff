"""BibTeX: one entry a record, LaTeX escaped, keys stable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from kb.export.common import Work, citation_key, family_given, work_of
from kb.models import Record
from kb.text import clean

_TYPES = {
    "article": "article",
    "proceedings": "inproceedings",
    "speech": "misc",
    "event": "proceedings",
    "person": "misc",
}
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def escape(text: str) -> str:
    """Plain text as LaTeX text: every special character is escaped, so any title compiles."""
    return clean(text).translate(_ESCAPES)


def entry(work: Work) -> str:
    """One BibTeX entry."""
    fields: list[tuple[str, str]] = [("title", "{" + escape(work.title) + "}")]
    if work.people:
        names = (", ".join(filter(None, family_given(name))) for name in work.people)
        fields.insert(0, ("author", " and ".join(escape(name) for name in names)))
    kind = _TYPES[work.type]
    container = {"inproceedings": "booktitle", "article": "journal"}.get(kind, "howpublished")
    for name, value in (
        (container, work.container),
        ("year", str(work.year) if work.year else None),
        ("doi", work.doi),
        ("eprint", work.eprint),
        ("archiveprefix", "arXiv" if work.eprint else None),
        ("keywords", ", ".join(work.keywords)),
        ("note", work.note),
        ("abstract", work.abstract),
    ):
        if value:
            fields.append((name, escape(value)))
    if work.url:  # URLs are not text: braces and backslashes are encoded, the rest is left to \url
        fields.append(("url", clean(work.url).replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")))
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
    return f"@{kind}{{{citation_key(work)},\n{body}\n}}\n"


def write(records: Iterable[Record], stream: TextIO) -> None:
    """Entries separated by blank lines."""
    for number, record in enumerate(records):
        stream.write(("\n" if number else "") + entry(work_of(record)))
