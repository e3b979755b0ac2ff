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
    "start and end columns": (
        (
            "<h2>Schedule</h2><table><thead><tr><th>Start</th><th>End</th><th>Session</th><th>Speaker(s)</th></tr"
            "></thead><tbody><tr><td>8:15</td><td>8:30</td><td>Opening</td><td>Organizers</td></tr><tr><td>8:30</"
            "td><td>9:00</td><td>Invited Talk: Geometry of grids in the brain</td><td>Anna "
            "Bell</td></tr><tr><td>9:00</td><td>9:30</td><td>Contributed Talk: Sheaves for the rest of "
            "us</td><td>Carl Diaz</td></tr><tr><td>9:30</td><td>10:30</td><td>Panel</td><td>Anna Bell, Eve Fox, "
            "Lena Voss</td></tr></tbody></table>"
        ),
        [
            ("Geometry of grids in the brain", ("Anna Bell",)),
            ("Sheaves for the rest of us", ("Carl Diaz",)),
            ("Panel Discussion", ("Anna Bell", "Eve Fox", "Lena Voss")),
        ],
    ),
    "one event column with details": (
        (
            "<h2>Schedule</h2><table><tr><th>Time</th><th>Event</th></tr><tr><td>9:00 - 9:15</td><td>Welcome and "
            "Opening Remarks</td></tr><tr><td>9:15 - 9:45</td><td>Invited talk: Emma Brunskill "
            "<details><summary>Details</summary>We consider how reinforcement learning could help energy systems "
            "decide, and what it needs before that can happen.</details></td></tr><tr><td>9:45 - "
            "10:00</td><td>Spotlights: <ul><li>(1) Forecasting wind with graphs</li><li>(2) Methane from space "
            "again</li></ul></td></tr></table>"
        ),
        [(None, ("Emma Brunskill",)), ("Forecasting wind with graphs", ()), ("Methane from space again", ())],
    ),
    "a table for each day": (
        (
            '<main><h1 class="title">Programme</h1><section id="day-1" class="level2"><h2>Day 1 '
            '(Monday)</h2><table class="table"><tbody><tr><td '
            'style="text-align:left">09:00–09:45</td><td><strong>Anna Bell</strong> (ETH): Learning to '
            "fold</td></tr><tr><td>09:45–10:30</td><td><strong>Carl Diaz</strong> (MIT): Cells in "
            'motion</td></tr></tbody></table></section><section class="level2"><h2>Day 2 (Tuesday)</h2><table '
            'class="table"><tbody><tr><td>09:00–09:45</td><td><strong>Eve Fox</strong> (Mila): Graphs of '
            "graphs</td></tr></tbody></table></section></main>"
        ),
        [("Learning to fold", ("Anna Bell",)), ("Cells in motion", ("Carl Diaz",)), ("Graphs of graphs", ("Eve Fox",))],
    ),
    "title headings with the speaker below": (
        (
            "<h2>Invited Talks</h2><h4>Learning to fold proteins by hand</h4><p>Anna Bell (University of "
            "Oslo)</p><p>Abstract: Proteins fold in milliseconds and this talk shows how.</p><h4>Cells in motion "
            "at last</h4><p>Carl Diaz (Genentech)</p><p>Abstract: Cells move, and we show how to tell where they "
            "go next.</p>"
        ),
        [("Learning to fold proteins by hand", ("Anna Bell",)), ("Cells in motion at last", ("Carl Diaz",))],
    ),
    "bullets below a panel": (
        (
            "<h2>Schedule</h2><ul><li><strong>14:00 - 15:00</strong> Panel: The next decade of "
            "simulation<ul><li>Anna Bell (ETH)</li><li>Carl Diaz (MIT)</li><li>Moderator: Eve "
            "Fox</li></ul></li><li><strong>15:00 - 15:30</strong> Invited talk by Lena Voss (EPFL)<ul><li>Title: "
            "Cells in motion at last</li></ul></li></ul>"
        ),
        [
            ("The next decade of simulation", ("Anna Bell", "Carl Diaz", "Eve Fox")),
            ("Cells in motion at last", ("Lena Voss",)),
        ],
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
    "boxes with biographies": (
        (
            '<h1>Machine Learning in Structural Biology</h1><h2>Invited Speakers</h2><div class="r"><div '
            'class="c"><h3>Frank Noé</h3><p>Microsoft Research AI4Science</p><p>Frank Noé is a partner research '
            "manager at Microsoft Research AI4Science in Berlin, where he works on molecules.</p></div><div "
            'class="c"><h3>Noelia Ferruz</h3><p>Centre for Genomic Regulation</p><p>Noelia Ferruz is a group '
            "leader at the Centre for Genomic Regulation in Barcelona and designs enzymes with "
            "models.</p></div></div>"
        ),
        [
            ("Frank Noé", "speaker", "Microsoft Research AI4Science"),
            ("Noelia Ferruz", "speaker", "Centre for Genomic Regulation"),
        ],
    ),
    "cards with generated class names": (
        (
            '<article><header><h1>Speakers</h1></header><div class="row_x1"><div class="col_a2"><div '
            'class="card_b3"><img><div class="card__header"><strong>Anna Bell</strong></div><div '
            'class="card__body"><small>Professor, University of Oslo</small></div></div></div><div '
            'class="col_a2"><div class="card_b3"><div class="card__header"><strong>Carl Diaz</strong></div><div '
            'class="card__body"><small>Genentech</small></div></div></div></div></article>'
        ),
        [("Anna Bell", "speaker", "University of Oslo"), ("Carl Diaz", "speaker", "Genentech")],
    ),
    "image boxes": (
        (
            '<div class="e"><h2>Keynote Speakers</h2></div><div class="e"><div '
            'class="i"><figure><img></figure><h3 class="elementor-image-box-title">Prof. Anna '
            'Bell</h3><p>University of Oslo<br>Norway</p></div><div class="i"><h3 '
            'class="elementor-image-box-title">Dr. Carl Diaz</h3><p>Genentech<br>USA</p></div></div>'
        ),
        [("Anna Bell", "speaker", "University of Oslo"), ("Carl Diaz", "speaker", "Genentech")],
    ),
    "two cells of one row": (
        (
            "<h2>Organizers</h2><table><tr><td><b>Anna Bell</b><br><i>University of Oslo</i></td><td><b>Carl "
            "Diaz</b><br><i>Genentech</i></td></tr></table>"
        ),
        [("Anna Bell", "organizer", "University of Oslo"), ("Carl Diaz", "organizer", "Genentech")],
    ),
    "sections within a team": (
        (
            '<h2>Team</h2><h3>Organizers</h3><ul><li><a href="/a">Anna Bell</a>, ETH '
            "Zurich</li></ul><h3>Advisors</h3><ul><li>Carl Diaz, MIT</li></ul><h3>Student "
            "volunteers</h3><ul><li>Eve Fox</li></ul>"
        ),
        [("Anna Bell", "organizer", "ETH Zurich"), ("Carl Diaz", "committee", "MIT"), ("Eve Fox", "team", None)],
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
    "several links a paper": (
        (
            "<h2>Accepted Papers</h2><ul><li><b>Learning to fold proteins</b> <a "
            'href="https://openreview.net/forum?id=AAAAbbbb11">[OpenReview]</a> <a '
            'href="https://arxiv.org/abs/2101.00001">[arXiv]</a><br><small>Anna Bell (ETH), Carl Diaz '
            '(MIT)</small></li><li><b>Cells in motion</b> <a href="#">[OpenReview]</a><br><small>Eve Fox '
            "(Mila)</small></li></ul>"
        ),
        [("Learning to fold proteins", ("Anna Bell", "Carl Diaz")), ("Cells in motion", ("Eve Fox",))],
    ),
    "cards of papers with footnote numbers": (
        (
            '<h2>Posters</h2><div class="paper"><div class="title"><a href="/p/1.pdf">Learning to fold '
            'proteins</a></div><div class="authors">Anna Bell<sup>1</sup>, Carl Diaz<sup>1,2</sup></div><div '
            'class="abs">We fold proteins with models that nobody has folded before and see what '
            'happens.</div></div><div class="paper"><div class="title"><a href="/p/2.pdf">Cells in motion at '
            'last</a></div><div class="authors">Eve Fox<sup>3</sup></div><div class="abs">We move cells with '
            "models that nobody has moved before and see what happens.</div></div>"
        ),
        [("Learning to fold proteins", ("Anna Bell", "Carl Diaz")), ("Cells in motion at last", ("Eve Fox",))],
    ),
    "awards and talks within a list of papers": (
        (
            "<h2>Accepted papers</h2><h3>Best Paper Award</h3><p><a "
            'href="https://openreview.net/forum?id=AAAAbbbb11">Learning to fold proteins</a><br>Anna Bell, Carl '
            'Diaz</p><h3>Contributed talks</h3><p><a href="https://openreview.net/forum?id=AAAAbbbb12">Cells in '
            'motion at last</a><br>Eve Fox</p><p><a href="https://openreview.net/forum?id=AAAAbbbb13">Graphs of '
            "graphs of molecules</a><br>Lena Voss</p>"
        ),
        [
            ("Learning to fold proteins", ("Anna Bell", "Carl Diaz")),
            ("Cells in motion at last", ("Eve Fox",)),
            ("Graphs of graphs of molecules", ("Lena Voss",)),
        ],
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
