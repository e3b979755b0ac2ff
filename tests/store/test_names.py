"""Names as keys, ids, and text made inert."""

from __future__ import annotations

import pytest

from kb import ids
from kb.models import EventFact, PaperFact
from kb.names import contradict, is_placeholder, name_key
from kb.text import clean, fold, slug


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Michael W. Mahoney", "mahoney michael"),
        ("Mahoney, Michael W.", "mahoney michael"),
        ("Dr. Žiga Avsec", "avsec ziga"),
        ("Juan Felipe Carrasquilla Álvarez", "alvarez juan"),
        ("Sinéad O’Brien", "obrien sinead"),
        ("DAVID BAKER", "baker david"),
        ("David Baker, PhD", "baker david"),
        ("李明", "李明"),
        ("", ""),
    ],
)
def test_spellings_of_one_name_have_one_key(name: str, key: str) -> None:
    assert name_key(name) == key


def test_middle_names_can_contradict() -> None:
    assert contradict("Michael W. Mahoney", "Michael J. Mahoney")
    assert not contradict("Michael W. Mahoney", "Michael William Mahoney")
    assert not contradict("Michael Mahoney", "Michael J. Mahoney")


@pytest.mark.parametrize("name", ["TBA", "tbd", "and others", "et al.", "…", "42", "To be announced"])
def test_placeholders_are_nobody(name: str) -> None:
    assert is_placeholder(name)


def test_text_is_made_inert() -> None:
    assert clean("a\x1b[31mred\x1b[0m\u202eevil\u2066\n b") == "aredevil b"
    assert clean("\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b]52;c;ZXZpbA==\x1b\\x") == "link x"
    assert fold("Žiga's  <b>Straße</b>") == "ziga s b strasse b"
    assert (
        slug("De novo protein design, and very many further words that do not fit", limit=30)
        == "de-novo-protein-design-and"
    )


def test_ids_are_made_from_what_is_known() -> None:
    event = EventFact(name="Machine Learning for Drug Discovery (MLDD)", venue="ICLR 2024", year=2024)
    assert ids.event_base(event) == "event/iclr-2024-mldd"
    assert (
        ids.talk_base("De novo protein design", (), "event/iclr-2024-mldd")
        == "talk/iclr-2024-mldd/de-novo-protein-design"
    )
    assert ids.paper_base(PaperFact("T", arxiv_id="2306.14070")) == "paper/arxiv-2306.14070"
    assert ids.paper_base(PaperFact("T", doi="10.1038/s41586-021-03819-2")) == "paper/doi-10.1038-s41586-021-03819-2"
    assert ids.paper_base(PaperFact("A title", year=2024)) == "paper/a-title-2024"
    assert ids.unique("person/wei-wang", {"person/wei-wang", "person/wei-wang-2"}.__contains__) == "person/wei-wang-3"
