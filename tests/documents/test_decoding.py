"""Bytes become the text their author wrote, whatever the server and the editor did to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.decode import decode, undouble

NAMES = "Žiga Avsec, ETH Zürich – “Gábor Csányi’s” talk; Juan Felipe Carrasquilla Álvarez"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_told_apart_without_a_declaration(encoding: str) -> None:
    assert decode(NAMES.encode(encoding)) == NAMES


def test_windows_text_without_a_declaration_keeps_its_umlauts_and_quotes() -> None:
    text = "Zürich “quoted” – it’s"
    assert decode(text.encode("cp1252")) == text


def test_a_declared_encoding_is_used_from_the_header_or_the_page() -> None:
    czech = "<p>Žluťoučký kůň</p>"
    assert decode(czech.encode("iso8859-2"), "text/html; charset=ISO-8859-2") == czech
    page = '<meta charset="iso-8859-2">' + czech
    assert decode(page.encode("iso8859-2")) == page


def test_valid_utf8_wins_over_a_server_that_says_latin_1_for_everything() -> None:
    assert decode(NAMES.encode(), "text/html; charset=iso-8859-1") == NAMES


def test_japanese_mail_encoding_is_read_although_its_bytes_are_ascii() -> None:
    assert decode("日本".encode("iso2022_jp"), "text/plain; charset=iso-2022-jp") == "日本"


def test_an_unknown_or_absurd_declaration_is_ignored() -> None:
    for name in ("no-such-thing", "hex", "rot13", "utf-16", "idna", "unicode_escape"):
        assert decode("Zürich".encode(), f"text/html; charset={name}") == "Zürich"


def test_utf8_cut_in_the_middle_of_a_letter_stays_utf8() -> None:
    assert decode("Zürich und Gábor und Ž".encode()[:-1]) == "Zürich und Gábor und \ufffd"


def test_doubly_encoded_names_are_put_right() -> None:
    doubled = NAMES.encode().decode("cp1252", "surrogateescape").encode("utf-8", "surrogateescape")
    assert undouble("ETH ZÃ¼rich, itâ€™s Å½iga") == "ETH Zürich, it’s Žiga"
    assert "Zürich" in decode(doubled)


@pytest.mark.parametrize("honest", ["IRMÃ” disse", "das Ö“ hier", "MAÇÃ\u00a0e", "Zürich", "naïve café", "5 €"])
def test_honest_text_is_never_repaired(honest: str) -> None:
    assert undouble(honest) == honest


def test_control_characters_and_foreign_line_ends_go() -> None:
    assert decode(b"a\x00\x1b[31mb\r\nc\rd") == "a[31mb\nc\nd"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_become_text(body: bytes, header: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={header}"), str)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=200))
def test_plain_ascii_is_left_alone(text: str) -> None:
    assert undouble(text) == text
