"""Every saved page of the shared corpus is read without an exception, and says so when it holds nothing."""

from pathlib import Path

import pytest

from scrapers.extract import extract, to_json

WEB = Path(__file__).parents[2].parent / "shared" / "web"


@pytest.mark.slow
@pytest.mark.skipif(not WEB.is_dir(), reason="needs the saved pages in ../shared, which are not part of the project")
def test_all_saved_html_pages_are_read() -> None:
    pages = sorted(WEB.rglob("*.html"))
    assert len(pages) > 400
    for page in pages:
        found = extract(page.read_bytes(), url=f"https://{page.relative_to(WEB)}", filename=page.name)
        assert to_json(found)
        assert not found.empty or found.notes, page
        assert not [note for note in found.notes if "failed on this page" in note], page
