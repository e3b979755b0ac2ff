"""The sample's list of papers: what `kb import papers` takes, and true to its sources."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from kb.demo import papers
from kb.paper_rows import paper_fact
from kb.text import fold

FIELDS = {"id", "title", "abstract", "authors", "venue", "year", "openreview_id", "arxiv_id", "url"}


def test_there_are_at_least_sixty_papers_and_each_is_valid() -> None:
    rows = list(papers())
    assert len(rows) >= 60
    for row in rows:
        assert set(row) <= FIELDS
        fact = paper_fact(row)
        assert fact.title == row["title"] == " ".join(row["title"].split())
        assert fact.year is not None
        assert 1980 <= fact.year <= 2026
        assert fact.venue


def test_no_paper_occurs_twice() -> None:
    rows = list(papers())
    for field in ("id", "openreview_id", "arxiv_id", "url"):
        values = [row[field] for row in rows if field in row]
        assert len(values) == len(set(values)), field
    titles = [fold(row["title"]) for row in rows]
    assert len(titles) == len(set(titles))


def test_every_paper_links_to_where_it_was_published() -> None:
    for row in papers():
        parts = urlsplit(row["url"])
        assert parts.scheme == "https"
        assert parts.hostname
        if "openreview_id" in row:
            assert row["url"] == f"https://openreview.net/forum?id={row['openreview_id']}"
            assert row["id"] == f"or:{row['openreview_id']}"
        elif "arxiv_id" in row:
            assert re.fullmatch(r"\d{4}\.\d{5}", row["arxiv_id"])
            assert row["id"] == f"ax:{row['arxiv_id']}"


def test_every_paper_is_described_in_a_sentence_or_two() -> None:
    for row in papers():
        assert 60 <= len(row["abstract"]) <= 300, row["title"]
        assert row["abstract"].endswith(".")


def test_authors_are_single_names() -> None:
    for row in papers():
        for author in row.get("authors", ()):
            assert "," not in author
            assert author == " ".join(author.split())
            assert " " in author
