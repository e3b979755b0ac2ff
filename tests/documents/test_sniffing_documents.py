"""What a document is shows in its bytes; names and content types only break ties."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extract.documents.sniff import sniff
from scrapers.extract.registry import RawDocument


def kind(body: bytes | str, **known: str) -> str:
    return sniff(RawDocument(body.encode() if isinstance(body, str) else body, **known))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("%PDF-1.7 ...", "pdf"),
        ("---\ntitle: A workshop\n---\n# Speakers\n", "source"),
        ("\ufeff---\n\n# a comment\ntitle: A workshop\n---\n", "source"),
        ("+++\ntitle = 'A workshop'\n+++\ntext", "source"),
        ("# Workshop\n\n## Speakers\n\n- [Ann Lee](https://ann.example)\n", "source"),
        ("speakers:\n  - name: Ann Lee\n    aff: MIT\n  - name: Bo Wu\n", "yaml"),
        ('{"speakers": []}', "json"),
        ('[{"name": "Ann Lee"}]', "json"),
        ("% my papers\n@inproceedings{lee2024,\n title = {A}\n}", "bibtex"),
        ("<!doctype html><title>x</title>", "html"),
        ("<p>One</p><p>Two</p>", "html"),
        ('<?xml version="1.0"?><rss version="2.0"></rss>', "xml"),
        ("Talk title\n\nAnn Lee\n\nMIT\n", "text"),
        ("[1] Lee et al. A paper. ICML 2019", "text"),
        ("Re: tomorrow\nThe talk is at nine. Bring slides.\nAnn", "text"),
    ],
)
def test_each_kind_is_told_by_its_text(body: str, expected: str) -> None:
    assert kind(body) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "latin-1"])
def test_other_encodings_do_not_make_text_binary(encoding: str) -> None:
    assert kind("---\ntitle: Zürich workshop\nplace: Zürich\n---\nText".encode(encoding)) == "source"


@pytest.mark.parametrize(
    "body",
    [
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04\x14\x00",
        b"\x7fELF\x02\x01",
        b"\x1f\x8b\x08",
        b"\x00\x01\x02" * 40,
        os.urandom(4000),
    ],
)
def test_pictures_archives_and_programs_are_binary(body: bytes) -> None:
    assert kind(body) == "binary"


def test_a_name_decides_only_where_the_text_does_not() -> None:
    assert kind("Just words", filename="notes.md") == "source"
    assert kind("Just words", filename="list.yml") == "yaml"
    assert kind("%PDF-1.4", filename="notes.md") == "pdf"
    assert kind("Just words", content_type="text/html; charset=utf-8") == "html"


@given(st.binary(max_size=400), st.text(max_size=12))
def test_any_bytes_have_a_kind(body: bytes, name: str) -> None:
    assert kind(body, filename=name) in ("pdf", "source", "yaml", "json", "bibtex", "html", "xml", "text", "binary")


def test_blank_and_repeated_text_is_sniffed_in_linear_time() -> None:
    for text in (
        "\n" * 8000,
        " " * 8000,
        "---\n" * 2000,
        "---\n" + " " * 8000,
        "%\n" * 4000,
        " \n" * 4000 + "@",
        "<!--" * 2000,
    ):
        assert kind(text)
