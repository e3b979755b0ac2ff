"""One small shape each: where the parts of a talk, a person or a paper may stand."""

import pytest

from scrapers.extract import extract

TALKS = {
    "names in brackets after the title": (
        (
            "<h2>Schedule</h2><ul><li>9:00 - 9:30 Learning to fold proteins (Anna Bell, MIT)</li><li>9:30 - 10:00"
            " Cells in motion at last (Carl Diaz)</li><li>10:00 Break</li></ul>"
        ),
        [("Learning to fold proteins", ("Anna Bell",)), ("Cells in motion at last", ("Carl Diaz",))],
    ),
    "a table of name, affiliation and topic": (
        (
            "<h2>Speakers</h2><table><tr><th>Name</th><th>Affiliation</th><th>Topic</th></tr><tr><td>Anna "
            "Bell</td><td>ETH Zurich</td><td>Learning to fold proteins by hand</td></tr><tr><td>Carl "
            "Diaz</td><td>Some Odd Place</td><td>Cells in motion at last and forever</td></tr></table>"
        ),
        [
            ("Learning to fold proteins by hand", ("Anna Bell",)),
            ("Cells in motion at last and forever", ("Carl Diaz",)),
        ],
    ),
    "headed columns with odd titles and names": (
        (
            "<h1>Program</h1><table><tr><th>Time "
            "(CET)</th><th>Talk</th><th>Speaker</th><th>Links</th></tr><tr><td>09:00</td><td>Deep</td><td>Anna "
            'Bell</td><td><a href="/v.mp4">video</a></td></tr><tr><td>09:30</td><td>Wide networks for narrow '
            "minds</td><td>Xq "
            "Zrtk</td><td></td></tr><tr><td>10:00</td><td>Coffee</td><td></td><td></td></tr></table>"
        ),
        [("Deep", ("Anna Bell",)), ("Wide networks for narrow minds", ("Xq Zrtk",))],
    ),
    "bullets of name, affiliation and title": (
        (
            "<h3>Confirmed speakers</h3><ul><li>Anna Bell, ETH Zurich &mdash; <em>Learning to fold proteins by "
            "hand</em></li><li>Carl Diaz, MIT &mdash; <em>Cells in motion at last and forever</em></li></ul>"
        ),
        [
            ("Learning to fold proteins by hand", ("Anna Bell",)),
            ("Cells in motion at last and forever", ("Carl Diaz",)),
        ],
    ),
    "paragraphs with times and italic titles": (
        (
            "<h2>Program</h2><p>09:00 &ndash; 09:10 &nbsp; Welcome</p><p>09:10 &ndash; 09:50 &nbsp; Anna Bell: "
            "<i>Learning to fold</i></p><p>09:50 &ndash; 10:20 &nbsp; Carl Diaz: <i>Cells in motion</i></p>"
        ),
        [("Learning to fold", ("Anna Bell",)), ("Cells in motion", ("Carl Diaz",))],
    ),
    "times as headings": (
        (
            "<h2>Agenda</h2><h4>9:00 AM</h4><p>Anna Bell, ETH Zurich</p><p>Learning to fold proteins</p><h4>10:00"
            " AM</h4><p>Carl Diaz, MIT</p><p>Cells in motion at last</p>"
        ),
        [("Learning to fold proteins", ("Anna Bell",)), ("Cells in motion at last", ("Carl Diaz",))],
    ),
    "authors before the title": (
        (
            "<h2>Schedule</h2><table><tr><td>10:00</td><td>Spotlight 1</td><td>Anna Bell, Carl Diaz, Eve Fox. "
            "Learning to fold proteins</td></tr><tr><td>10:10</td><td>Spotlight 2</td><td>Lena Voss, Uwe Ohler. "
            "Cells in motion at last</td></tr></table>"
        ),
        [
            ("Learning to fold proteins", ("Anna Bell", "Carl Diaz", "Eve Fox")),
            ("Cells in motion at last", ("Lena Voss", "Uwe Ohler")),
        ],
    ),
    "headings of name and title": (
        (
            "<h1>Talks</h1><h3>Anna Bell</h3><h4>Learning to fold proteins</h4><p>Proteins fold in milliseconds, "
            "and this talk shows what models can learn from watching them do so again.</p><p><a "
            'href="s.pdf">Slides</a> <a href="https://youtu.be/x">Video</a></p><h3>Carl Diaz</h3><h4>Cells in '
            "motion</h4><p>Cells move, and we show how graph networks predict where they go next in developing "
            "embryos and tumours.</p>"
        ),
        [("Learning to fold proteins", ("Anna Bell",)), ("Cells in motion", ("Carl Diaz",))],
    ),
    "cards of a panel": (
        (
            "<h2>Panel Discussion</h2><h4>What comes after AlphaFold?</h4><div class=c><h5>Anna "
            "Bell</h5><p>ETH</p></div><div class=c><h5>Carl Diaz</h5><p>MIT</p></div><h4>Moderator</h4><div "
            "class=c><h5>Eve Fox</h5><p>Mila</p></div>"
        ),
        [("What comes after AlphaFold?", ("Anna Bell", "Carl Diaz"))],
    ),
}
PEOPLE = {
    "labels in a line": (
        (
            "<h2>Overview</h2><p>This is our workshop on things of many kinds, held for the third "
            "time.</p><p><b>Organizers:</b> Anna Bell (ETH), Carl Diaz (MIT)</p><p><b>Invited speakers:</b> Eve "
            "Fox (Mila), Lena Voss (EPFL)</p>"
        ),
        [
            ("Anna Bell", "organizer", "ETH"),
            ("Carl Diaz", "organizer", "MIT"),
            ("Eve Fox", "speaker", "Mila"),
            ("Lena Voss", "speaker", "EPFL"),
        ],
    ),
    "names and affiliations in separate boxes": (
        (
            "<div><h2>ORGANIZERS</h2></div><div><div><p><span>Anna Bell</span></p></div><div><p><span>ETH "
            "Zurich</span></p></div></div><div><div><p><span>Carl Diaz</span></p></div><div><p><span>University "
            "of Oslo</span></p></div></div><div><h2>SPONSORS</h2></div><div><p>Acme Corp</p></div>"
        ),
        [("Anna Bell", "organizer", "ETH Zurich"), ("Carl Diaz", "organizer", "University of Oslo")],
    ),
    "a run of linked names": (
        ('<h2>Committee</h2><p><a href="/a">Anna Bell</a>, <a href="/b">Carl Diaz</a>, <a href="/c">Eve Fox</a></p>'),
        [("Anna Bell", "committee", None), ("Carl Diaz", "committee", None), ("Eve Fox", "committee", None)],
    ),
    "biographies": (
        (
            '<h2>Invited Speakers</h2><p><a href="http://a.org">Anna Bell</a> is an associate professor at the '
            "University of Oslo working on folding. She received her PhD from MIT.</p><p><a "
            'href="http://b.org">Carl Diaz</a> leads the protein team at Genentech. Before that he was a postdoc '
            "at EPFL.</p>"
        ),
        [("Anna Bell", "speaker", "University of Oslo"), ("Carl Diaz", "speaker", "Genentech")],
    ),
    "roles as headings": (
        (
            "<h2>Organizing Committee</h2><h4>General Chair</h4><p>Anna Bell, ETH</p><h4>Publicity "
            "Chair</h4><p>Carl Diaz, MIT</p><h4>Advisory Board</h4><p>Eve Fox, Mila</p>"
        ),
        [("Anna Bell", "organizer", "ETH"), ("Carl Diaz", "organizer", "MIT"), ("Eve Fox", "committee", "Mila")],
    ),
}
PAPERS = {
    "numbered paragraphs": (
        (
            "<h2>Accepted Papers</h2><p>1. Anna Bell and Carl Diaz. Learning to fold proteins. <a "
            'href="1.pdf">[pdf]</a></p><p>2. Eve Fox, Lena Voss. Cells in motion at last. <a '
            'href="2.pdf">[pdf]</a></p>'
        ),
        [
            ("Learning to fold proteins", ("Anna Bell", "Carl Diaz")),
            ("Cells in motion at last", ("Eve Fox", "Lena Voss")),
        ],
    ),
    "headed columns of papers": (
        (
            "<h2>Accepted "
            "Papers</h2><table><tr><th>ID</th><th>Authors</th><th>Title</th></tr><tr><td>3</td><td>Anna Bell; "
            'Carl Diaz</td><td><a href="https://openreview.net/forum?id=AAAAbbbb11">Learning to fold '
            "proteins</a></td></tr><tr><td>4</td><td>Eve Fox</td><td><a "
            'href="https://openreview.net/forum?id=AAAAbbbb12">Cells in motion</a></td></tr></table>'
        ),
        [("Learning to fold proteins", ("Anna Bell", "Carl Diaz")), ("Cells in motion", ("Eve Fox",))],
    ),
    "papers as headings": (
        (
            '<h1>Accepted papers</h1><h3><a href="https://openreview.net/forum?id=AAAAbbbb11">Learning to fold '
            "proteins</a></h3><p><em>Anna Bell, Carl Diaz</em></p><p>Abstract: We fold.</p><h3><a "
            'href="https://openreview.net/forum?id=AAAAbbbb12">Cells in motion at last</a></h3><p><em>Eve '
            "Fox</em></p>"
        ),
        [("Learning to fold proteins", ("Anna Bell", "Carl Diaz")), ("Cells in motion at last", ("Eve Fox",))],
    ),
}


@pytest.mark.parametrize("shape", TALKS)
def test_talks_are_read_from(shape: str) -> None:
    markup, expected = TALKS[shape]
    found = extract(f"<!doctype html><html><body>{markup}</body></html>".encode(), url="https://example.org/w/")
    assert [(t.title, t.speakers) for t in found.talks] == expected


@pytest.mark.parametrize("shape", PEOPLE)
def test_people_are_read_from(shape: str) -> None:
    markup, expected = PEOPLE[shape]
    found = extract(f"<!doctype html><html><body>{markup}</body></html>".encode(), url="https://example.org/w/")
    assert [(p.name, p.role, p.affiliation) for p in found.people] == expected


@pytest.mark.parametrize("shape", PAPERS)
def test_papers_are_read_from(shape: str) -> None:
    markup, expected = PAPERS[shape]
    found = extract(f"<!doctype html><html><body>{markup}</body></html>".encode(), url="https://example.org/w/")
    assert [(p.title, p.authors) for p in found.papers] == expected
