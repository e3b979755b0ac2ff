"""A record as one line for a message or a bibliography."""

from __future__ import annotations

from io import StringIO

from kb.models import Event, Person, Record
from tui.document import links_of
from tui.rows import title_of, where_of
from tui.text import clean


def citation(record: Record) -> str:
    """Authors or speakers, year, title, venue and the first link, in the manner of a reference list."""
    people = () if isinstance(record, Person | Event) else record.people
    names = [clean(person.name) for person in people]
    who = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    year = None if isinstance(record, Person) else record.year
    when = f"({year})" if year else ""
    links = links_of(record)
    head = " ".join(part for part in (who, when) if part)
    parts = [head, title_of(record), where_of(record), links[0][1] if links else ""]
    return ". ".join(part for part in parts if part)


def bibtex(record: Record) -> str:
    """The record as a BibTeX entry."""
    from kb.export import write

    out = StringIO()
    write([record], "bibtex", out)
    return out.getvalue().strip()
