from __future__ import annotations

from index.embedding.documents import document_text


def test_the_title_counts_more_than_once() -> None:
    assert document_text("Folding", "We fold.").count("Folding") > 1


def test_a_document_without_title_or_text_is_what_it_has() -> None:
    assert document_text("", "We fold.") == "We fold."
    assert document_text(" ", "") == ""
