"""Slide decks as PDF: read through PDFium in a process of its own, whatever the file."""

from __future__ import annotations

import pytest
from tiny_pdf import make_pdf

from kb.errors import ExtractionError
from kb.models import Extraction
from scrapers.extract.documents import pdf
from scrapers.extract.registry import RawDocument

URL = "https://example.org/talks/ICML23-folding.pdf"

TITLE_SLIDE = [
    ("Folding Long Chains: ", 50, 60, 300),
    ("What Networks Know", 40, 60, 245),
    ("Ann Lee, Bo Wu and Eve Fox", 24, 60, 170),
    ("Department of Chemistry, University of Oslo", 16, 60, 130),
    ("@annlee", 20, 60, 40),
]
CITING_SLIDE = [
    ("Why chains fold", 44, 40, 340),
    ("They are long, and water is wet.", 20, 40, 260),
    ('"Unfolding Long Chains," Wu and Fox, arXiv:2301.00001, NeurIPS23', 12, 40, 30),
]


def read(body: bytes, url: str = URL, filename: str = "") -> Extraction:
    reader = pdf.PdfReader()
    document = RawDocument(body, url=url, content_type="application/pdf", filename=filename)
    assert reader.score(document) == 1
    return reader.read(document)


def outcome(body: bytes) -> Extraction | ExtractionError:
    try:
        return read(body)
    except ExtractionError as why:
        return why


def test_a_deck_is_one_talk_with_its_authors_event_and_cited_works() -> None:
    found = read(make_pdf([TITLE_SLIDE, CITING_SLIDE]))
    (talk,) = found.talks
    assert (talk.title, talk.kind) == ("Folding Long Chains: What Networks Know", "slides")
    assert talk.speakers == ("Ann Lee",)
    assert talk.affiliation == "Department of Chemistry, University of Oslo"
    assert [(link.kind, link.url) for link in talk.links] == [("slides", URL)]
    assert [(p.name, p.role) for p in found.people] == [
        ("Ann Lee", "speaker"),
        ("Bo Wu", "author"),
        ("Eve Fox", "author"),
    ]
    assert found.event is not None
    assert (found.event.name, found.event.venue, found.event.year) == ("ICML 2023", "ICML 2023", 2023)
    (paper,) = found.papers
    assert (paper.title, paper.arxiv_id, paper.cited) == ("Unfolding Long Chains", "2301.00001", True)
    assert paper.evidence.place == "slide 2"


def test_every_slide_keeps_its_text_with_its_heading_first() -> None:
    found = read(make_pdf([TITLE_SLIDE, list(reversed(CITING_SLIDE)), []]))
    assert len(found.pages) == 3
    assert found.pages[1].startswith("Why chains fold\n")
    assert "water is wet" in found.pages[1]
    assert found.pages[2] == ""
    assert "water is wet" in found.text


def test_a_picture_may_come_before_the_title_slide() -> None:
    found = read(make_pdf([[], TITLE_SLIDE]))
    assert found.talks[0].evidence.place == "slide 2"


def test_the_file_says_who_speaks_when_no_slide_does() -> None:
    body = make_pdf([[("Folding Long Chains", 50, 60, 300)]], title="Microsoft PowerPoint - a.pptx", author="Ann Lee")
    assert read(body).talks[0].speakers == ("Ann Lee",)


def test_slides_without_text_are_read_and_say_so() -> None:
    found = read(make_pdf([[], []]))
    assert found.empty
    assert found.notes == ("No talk: the slides hold no text",)


def test_an_upright_page_full_of_text_is_a_paper() -> None:
    lines = [("On Folding Long Chains", 20, 60, 780), ("Ann Lee, Bo Wu", 12, 60, 750)]
    lines += [
        ("We show that chains fold when they are long enough and nobody looks at them at all.", 9, 60, 720 - 12 * n)
        for n in range(50)
    ]
    found = read(make_pdf([lines, lines, lines], width=595, height=842))
    assert not found.talks
    (paper,) = found.papers
    assert (paper.title, paper.authors, paper.cited) == ("On Folding Long Chains", ("Ann Lee", "Bo Wu"), False)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"%PDF-1.7 and nothing else", "damaged"),
        (make_pdf([TITLE_SLIDE])[:300], "damaged"),
        (
            make_pdf([TITLE_SLIDE]).replace(
                b"trailer\n<<",
                b"trailer\n<< /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"
                + b"41" * 32
                + b"> /U <"
                + b"42" * 32
                + b"> >>",
            ),
            "password",
        ),
    ],
)
def test_a_broken_or_locked_pdf_is_one_line_with_a_way_out(body: bytes, why: str) -> None:
    with pytest.raises(ExtractionError, match=why) as caught:
        read(body, filename="talk.pdf")
    assert "talk.pdf" in str(caught.value)
    assert caught.value.hint


def test_ten_thousand_pages_are_read_up_to_the_limit() -> None:
    found = read(make_pdf([[("Folding Long Chains", 40, 60, 300), ("Ann Lee", 20, 60, 200)]] * 10_000))
    assert len(found.pages) <= 500
    assert "Only the first" in found.notes[0]
    assert found.talks[0].speakers == ("Ann Lee",)


def test_a_page_tree_that_contains_itself_ends() -> None:
    body = make_pdf([TITLE_SLIDE]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")
    found = outcome(body)
    assert isinstance(found, ExtractionError) or found.empty


def test_a_page_that_keeps_pdfium_busy_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "READ_SECONDS", 0.3)
    monkeypatch.setattr(pdf, "KILL_SECONDS", 1.5)
    busy = b"BT /F1 1 Tf " + b"(aaaaaaaaaaaaaaaaaaaa) Tj 0 1 Td " * 400_000 + b" ET"
    found = outcome(make_pdf([[], []], raw_content=busy))
    assert isinstance(found, ExtractionError) or found.empty
