"""The traps of real pages, each by itself."""

from kb.models import Extraction
from scrapers.extract import extract


def read(body: str, *, url: str = "https://example.org/2024/", head: str = "") -> Extraction:
    return extract(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), url=url)


def names(found: Extraction, role: str | None = None) -> list[str]:
    return [p.name for p in found.people if role is None or p.role == role]


def test_people_in_html_comments_are_not_on_the_page() -> None:
    found = read("<h2>Speakers</h2><ul><li>Anna Bell (ETH)</li><!-- <li>Carl Diaz (MIT)</li> --></ul>")
    assert names(found) == ["Anna Bell"]


def test_a_comment_that_is_shown_as_text_is_none_either() -> None:
    found = read("<h2>Speakers</h2><p>Anna Bell, ETH</p><p>&lt;!-- Carl Diaz, MIT</p><p>Eve Fox, Mila --&gt;</p>")
    assert names(found) == ["Anna Bell"]


def test_struck_out_and_hidden_speakers_are_left_out() -> None:
    found = read(
        "<h2>Speakers</h2><ul><li>Anna Bell (ETH)</li><li><s>Carl Diaz (MIT)</s></li>"
        '<li><del>Eve Fox (Mila)</del></li><li style="display: none">Lena Voss (Broad Institute)</li></ul>'
    )
    assert names(found) == ["Anna Bell"]


def test_what_a_button_shows_is_not_hidden() -> None:
    found = read(
        "<h2>Keynotes</h2><h4>Anna Bell (ETH)</h4><p>Title: Folding proteins by hand</p>"
        '<button data-target="#a1">Abstract</button><div id="a1" style="display:none"><p>A talk about patience, '
        "paper, scissors and what they tell us about the energy landscapes of small proteins.</p></div>"
    )
    assert (found.talks[0].summary or "").startswith("A talk about patience")


def test_placeholders_are_nobody() -> None:
    found = read("<h2>Invited Speakers</h2><ul><li>Anna Bell (ETH)</li><li>TBA</li><li>TBD (MIT)</li></ul>")
    assert names(found) == ["Anna Bell"]


def test_an_empty_list_and_a_page_drawn_by_javascript_say_why_nothing_was_found() -> None:
    empty = read("<h1>Accepted Papers</h1><p>TBA</p>", url="https://example.org/papers")
    assert empty.empty
    assert empty.notes
    drawn = read('<div id="root"></div><noscript>Please enable JavaScript.</noscript><script>x=1</script>')
    assert drawn.empty
    assert any("JavaScript" in note for note in drawn.notes)


def test_a_duplicated_table_gives_each_talk_once() -> None:
    rows = ("9:00</td><td>Anna Bell: Folding proteins by hand", "9:30</td><td>Carl Diaz: Cells in motion at last")
    table = "<table>" + "".join(f"<tr><td>{row}</td></tr>" for row in rows) + "</table>"
    found = read(f"<h2>Schedule</h2>{table}<h3>In your time zone</h3>{table}")
    assert [t.title for t in found.talks] == ["Folding proteins by hand", "Cells in motion at last"]


def test_a_link_pasted_twice_leaves_two_papers() -> None:
    link = "https://openreview.net/forum?id=abcdefghij"
    found = read(
        f'<h2>Accepted Papers</h2><ul><li><a href="{link}">Folding proteins by hand</a>, Anna Bell</li>'
        f'<li><a href="{link}">Cells in motion at last</a>, Carl Diaz</li></ul>'
    )
    assert [p.title for p in found.papers] == ["Folding proteins by hand", "Cells in motion at last"]


def test_links_to_nowhere_are_none() -> None:
    for href in ("nan", "#", "", "None", "javascript:void(0)", "mailto:a@b.org", "http://[broken"):
        found = read(f'<h2>Speakers</h2><div><h4><a href="{href}">Anna Bell</a></h4><p>ETH Zurich</p></div>')
        assert (found.people[0].name, found.people[0].url) == ("Anna Bell", None), href


def test_relative_links_are_resolved_against_page_and_base() -> None:
    body = '<h2>Speakers</h2><div><h4><a href="people/bell.html">Anna Bell</a></h4></div>'
    assert read(body).people[0].url == "https://example.org/2024/people/bell.html"
    assert read(body, head='<base href="https://cdn.org/x/">').people[0].url == "https://cdn.org/x/people/bell.html"


def test_an_openreview_pdf_by_hash_has_no_id_and_other_archives_keep_theirs() -> None:
    found = read(
        "<h2>Accepted Papers</h2><ul>"
        '<li><a href="https://openreview.net/pdf/f1783ddf0a1c8990511ede94c4ebd18226d4280c.pdf">'
        "Folding proteins by hand</a></li>"
        '<li><a href="https://www.biorxiv.org/content/10.1101/2023.03.24.534055v1">Cells in motion at last</a></li>'
        '<li><a href="https://proceedings.mlr.press/v162/bell22a.html">Learning to wait for proteins</a></li>'
        '<li><a href="https://arxiv.org/pdf/2101.00001v3.pdf">Graphs of graphs of molecules</a></li></ul>'
    )
    assert [p.openreview_id for p in found.papers] == [None] * 4
    assert found.papers[1].doi == "10.1101/2023.03.24.534055"
    assert found.papers[3].arxiv_id == "2101.00001"
    assert all(p.url for p in found.papers)


def test_honorifics_degrees_and_notes_are_no_part_of_a_name() -> None:
    found = read(
        "<h2>Panel</h2><ul><li>Prof. Dr. Anna Bell (Moderator)</li><li>Carl Diaz, PhD, MIT</li>"
        "<li>Dr Eve Fox* (she/her)</li></ul>"
    )
    assert [(p.name, p.role) for p in found.people] == [
        ("Anna Bell", "moderator"),
        ("Carl Diaz", "panelist"),
        ("Eve Fox", "panelist"),
    ]
    assert found.people[1].affiliation == "MIT"


def test_two_speakers_on_a_line_are_two_people_and_share_the_affiliation_after_them() -> None:
    found = read("<h2>Keynote Speakers</h2><h4>Anna Bell &amp; Dr. Carl Diaz (TU Berlin)</h4><h4>Eve Fox (Mila)</h4>")
    assert [(p.name, p.affiliation) for p in found.people] == [
        ("Anna Bell", "TU Berlin"),
        ("Carl Diaz", "TU Berlin"),
        ("Eve Fox", "Mila"),
    ]


def test_groups_are_not_persons() -> None:
    found = read("<h2>Organizers</h2><p>Anna Bell (ETH), Carl Diaz (MIT) and the Organizing Team</p>")
    assert names(found) == ["Anna Bell", "Carl Diaz"]


def test_names_of_many_scripts_and_shapes_are_names() -> None:
    listed = "Žiga Avsec, Juan Felipe Carrasquilla Álvarez, Jean-Baptiste Masson, Guy Van den Broeck, Yuhuai (Tony) Wu"
    found = read("<h2>Speakers</h2><ul>" + "".join(f"<li>{n}</li>" for n in listed.split(", ")) + "</ul>")
    assert names(found) == listed.split(", ")


def test_double_encoded_names_are_put_right() -> None:
    page = "<!doctype html><h2>Speakers</h2><ul><li>GÃ¡bor CsÃ¡nyi</li><li>Anna Bell</li></ul>"
    found = extract(page.encode(), url="https://example.org/")
    assert [p.name for p in found.people] == ["Gábor Csányi", "Anna Bell"]


def test_navigation_footers_and_sponsors_give_nothing() -> None:
    found = read(
        '<nav><ul><li><a href="/s">Speakers</a></li><li>Anna Bell</li></ul></nav>'
        "<h2>Sponsors</h2><h4>Carl Diaz Ltd</h4>"
        "<footer><h2>Organizers</h2><p>Eve Fox, Mila</p></footer>"
    )
    assert found.empty


def test_a_bibliography_is_not_the_workshop_s_papers() -> None:
    found = read(
        "<h2>References</h2><ol><li>A. Bell, C. Diaz. "
        '<a href="https://arxiv.org/abs/2101.00001">Folding by hand</a>. 2021.</li></ol>'
    )
    assert found.papers == ()


def test_breaks_posters_and_remarks_are_no_talks() -> None:
    slots = [
        "Opening Remarks",
        "Coffee Break",
        "Lunch",
        "Poster Session 1",
        "Closing remarks",
        "Spotlight talks",
        "Break",
    ]
    rows = "".join(f"<tr><td>{9 + i}:00</td><td>{slot}</td></tr>" for i, slot in enumerate(slots))
    found = read(f"<h2>Schedule</h2><table>{rows}<tr><td>17:00</td><td>Invited Talk: Anna Bell</td></tr></table>")
    assert [(t.title, t.speakers) for t in found.talks] == [(None, ("Anna Bell",))]


def test_a_panel_nobody_is_named_for_is_still_a_talk() -> None:
    found = read("<h2>Schedule</h2><ul><li>9:00 Coffee</li><li>10:00 - 11:00 Panel Discussion</li></ul>")
    assert [(t.title, t.kind) for t in found.talks] == [("Panel Discussion", "panel")]


def test_a_speaker_without_title_and_a_title_without_speaker_are_talks() -> None:
    found = read(
        "<h2>Schedule</h2><table><tr><td>9:00</td><td>Invited Talk</td><td>Anna Bell</td></tr>"
        "<tr><td>9:30</td><td>Spotlight</td><td>Folding proteins by hand and foot</td></tr></table>"
    )
    assert [(t.title, t.speakers, t.kind) for t in found.talks] == [
        (None, ("Anna Bell",), "invited"),
        ("Folding proteins by hand and foot", (), "contributed"),
    ]


def test_a_stale_template_is_told() -> None:
    found = read(
        "<h1>ICLR 2023 Workshop on Folding</h1><h2>Schedule</h2><p>See the "
        '<a href="https://iclr.cc/virtual/2022/workshop/4556">virtual site</a></p>'
        "<ul><li>9:00 Invited Talk: Anna Bell</li><li>9:30 Invited Talk: Carl Diaz</li></ul>",
        head="<title>ICLR 2023 Workshop on Folding</title>",
    )
    assert any("stale template" in note and "2022" in note for note in found.notes)
    assert found.event is not None
    assert found.event.evidence.confidence < 0.5


def test_marks_beside_names_take_their_meaning_from_the_legend() -> None:
    found = read(
        "<h2>Speakers and organizers</h2><ul><li>Anna Bell, ETH**</li><li>Carl Diaz, MIT</li>"
        "<li>Eve Fox, Mila*</li></ul>"
        "<p>** Organizer * Moderator</p>"
    )
    assert [(p.name, p.role, p.affiliation) for p in found.people] == [
        ("Anna Bell", "organizer", "ETH"),
        ("Carl Diaz", "speaker", "MIT"),
        ("Eve Fox", "moderator", "Mila"),
    ]


def test_the_same_person_occurs_once_for_each_role() -> None:
    card = "<div><h4>Anna Bell</h4><p>ETH Zurich</p></div>"
    found = read(f"<h2>Speakers</h2>{card}{card}<h2>Organizers</h2>{card}")
    assert [(p.name, p.role) for p in found.people] == [("Anna Bell", "speaker"), ("Anna Bell", "organizer")]


def test_markup_in_names_and_titles_stays_text() -> None:
    found = read(
        "<h2>Schedule</h2><ul><li>9:00 Invited Talk: Anna Bell - Proteins [bold]&lt;b&gt; folded by hand</li></ul>"
    )
    assert found.talks[0].title == "Proteins [bold]<b> folded by hand"
