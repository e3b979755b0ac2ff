"""Exports survive hostile titles and are read back by other programs."""

from __future__ import annotations

import csv
import io
import json

import bibtexparser
import pytest

from kb.errors import UsageError
from kb.export import FORMATS, write
from kb.export.tables import COLUMNS
from kb.models import Event, Link, Paper, Person, PersonRole, Record, Talk

HOSTILE = "Café {α} <b>& $x^2$ \\input{/etc} [x](javascript:1) \u202e\x1b[31m 100% #1_a\nnew 😀"
RECORDS: list[Record] = [
    Paper(
        "paper/kzGuiRXZrQ",
        HOSTILE,
        (PersonRole("", "Rianne van den Berg", "author"), PersonRole("", "Le, Tuan", "author")),
        abstract=HOSTILE,
        keywords=("a", "b"),
        venue="ICLR 2024",
        year=2024,
        arxiv_id="2306.14070",
        doi="10.1/x{y}",
        url="https://openreview.net/forum?id=kzGuiRXZrQ&x={1}",
    ),
    Paper("paper/untitled", "=HYPERLINK(1)"),
    Talk(
        "talk/a/b",
        None,
        (PersonRole("person/x", "Max Jaderberg", "speaker"),),
        links=(Link("slides", "javascript:alert(1)"),),
    ),
    Person("person/x", "Aristotle"),
    Event("event/icml-2024", "AI for Science", venue="ICML 2024", year=2024),
]


def written(form: str, records: list[Record] | None = None) -> str:
    stream = io.StringIO(newline="")
    write(RECORDS if records is None else records, form, stream)
    return stream.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_no_export_carries_a_control_character(form: str) -> None:
    if form == "jsonl":
        return  # JSON escapes them; it is data for programs
    text = written(form)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert written(form) == text


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_written_as_nothing(form: str) -> None:
    empty = {"csl": "[\n]\n", "csv": ",".join(COLUMNS) + "\n"}
    assert written(form, []) == empty.get(form, "")


def test_bibtex_is_read_back_by_bibtexparser() -> None:
    library = bibtexparser.parse_string(written("bibtex"))
    assert library.failed_blocks == []
    assert len({entry.key for entry in library.entries}) == len(RECORDS)
    first = library.entries[0]
    assert first.entry_type == "inproceedings"
    assert first.fields_dict["author"].value == "van den Berg, Rianne and Le, Tuan"
    assert first.fields_dict["year"].value == "2024"


def test_csl_has_parts_of_names() -> None:
    items = json.loads(written("csl"))
    assert items[0]["author"][0] == {"family": "van den Berg", "given": "Rianne"}
    assert items[0]["issued"] == {"date-parts": [[2024]]}
    assert items[2]["type"] == "speech"


def test_ris_values_never_break_a_line() -> None:
    for line in written("ris").split("\r\n")[:-1]:
        assert line[2:6] == "  - "


def test_csv_cells_are_no_formulas() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    assert len(rows) == len(RECORDS)
    assert rows[1]["title"] == "'=HYPERLINK(1)"


def test_markdown_links_are_http_only_and_text_is_inert() -> None:
    text = written("markdown")
    assert "](javascript" not in text.replace("\\]\\(", "")
    assert "<b>" not in text
    assert len(text.splitlines()) == len(RECORDS)


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="No export format is named 'docx'"):
        written("docx")
