"""Any bytes and any markup give an extraction or an `ExtractionError`, never anything else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import ExtractionError
from scrapers.extract import extract, to_json
from scrapers.extract.html.parse import parse
from scrapers.extract.html.reader import read_html

TAGS = ["p", "div", "ul", "li", "table", "tr", "td", "th", "h1", "h2", "h3", "a", "b", "span", "br", "dl", "dt", "dd"]
WORDS = [
    "Schedule", "Invited Speakers", "Organizers", "Accepted Papers", "9:00", "9:00 - 9:30", "Anna Bell", "(ETH)",
    "and", ",", "Title:", "Abstract:", "Speaker:", "Moderator:", "Panel", "Keynote", "Deep learning for proteins",
    "TBA", "<!--", "-->", "*", "** Organizer", "“", "(", ")", "[", "Bio:", "et al", "·", "ICML 2024", '\u202e',
    '\x00', "et al (",
]  # fmt: skip
nested = st.recursive(
    st.sampled_from(WORDS) | st.text(max_size=12),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=5)),
    max_leaves=25,
)


def markup(tree: object) -> str:
    if isinstance(tree, tuple):
        tag, children = tree
        href = ' href="/x"' if tag == "a" else ""
        return f"<{tag}{href}>" + " ".join(markup(child) for child in children) + f"</{tag}>"
    return str(tree)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        found = extract(body, url="https://example.org/schedule")
    except ExtractionError:
        return
    json.loads(to_json(found)).keys()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=30))
def test_any_text_is_read_as_html(text: str, url: str) -> None:
    to_json(read_html(text, url)).encode()


@settings(max_examples=200, deadline=None)
@given(st.lists(nested, max_size=6), st.sampled_from(["schedule", "speakers", "papers", "", "author/anna-bell/"]))
def test_any_nesting_of_tags_and_words_is_read(trees: list[object], path: str) -> None:
    found = read_html("<html><body>" + "".join(map(markup, trees)), f"https://example.org/{path}")
    to_json(found).encode()
    assert not [note for note in found.notes if "failed on this page" in note]
    assert all(p.name for p in found.people)
    assert all(t.title or t.speakers for t in found.talks)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000,
        "<ul><li>a" * 50_000,
        "<table><tr><td>" * 20_000,
        "<p>" + "(" * 1_000_000,
        "<h2>Speakers</h2><p>" + "Anna Bell, " * 200_000,
        "<h2>Speakers</h2><p>" + "Anna Bell<br>" * 100_000,
        "<h2>Schedule</h2><table>" + "<tr><td>9:00<td>Anna Bell: Folding proteins" * 40_000,
        "<h2>Papers</h2><ul>" + '<li><a href="/p">Folding proteins by hand</a>, Anna Bell' * 40_000,
        "<p " + 'a="b" ' * 500_000,
        '<script type="application/ld+json">' + "[" * 200_000,
        "&#65;" * 300_000,
    ],
    ids=["div", "li", "td", "bracket", "names", "br", "rows", "papers", "attributes", "json", "entities"],
)
def test_large_and_hostile_pages_are_read(body: str) -> None:
    found = extract(("<!doctype html><html><body>" + body).encode(), url="https://example.org/")
    assert to_json(found)


def test_a_page_cut_short_says_so() -> None:
    page = parse("<p>x</p>" * 20_000, "https://example.org/")
    assert any("rest was not read" in note for note in page.notes)


@pytest.mark.parametrize("body", [b"", b"   \n\t", b"\x00\x01\x02\x03" * 50, b"PK\x03\x04" + bytes(range(256)) * 4])
def test_nothing_and_binaries_are_refused_in_one_line(body: bytes) -> None:
    with pytest.raises(ExtractionError) as error:
        extract(body, url="https://example.org/x")
    assert "\n" not in error.value.line()


def test_no_extractor_of_ours_fails_on_nonsense() -> None:
    nonsense = (
        "<h2>Schedule</h2><table><tr><td colspan='x' rowspan='-3'>9:00<td>((((<td>]]]</table><h2>Speakers</h2><p>(((,,,"
    )
    assert not [note for note in read_html(nonsense, "https://example.org/").notes if "failed" in note]


@pytest.mark.parametrize(
    "html", ["<!-- a comment -->", "<?xml version='1.0'?>", "<", "</p>", "&", "<![CDATA[x]]>", "\x00"]
)
def test_markup_without_an_element_is_an_empty_page(html: str) -> None:
    found = read_html(html, "https://example.org/")
    assert found.empty
    assert found.notes
