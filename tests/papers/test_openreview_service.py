"""OpenReview over a real loopback server: listings, look-ups, login, and each kind of refusal."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import Services, group, note_v1, note_v2, token_for

from kb.errors import UsageError
from kb.home import Home
from scrapers.catalogue import Source
from scrapers.fetch import Fetcher, Limits
from scrapers.fetch.client import HttpFetcher
from scrapers.openreview.client import OpenReview, nearest
from scrapers.openreview.errors import (
    ChallengeRequired,
    Forbidden,
    LoginRejected,
    MfaPending,
    NotFound,
    RateLimited,
    TokenExpired,
    Unreadable,
)
from scrapers.openreview.source import OpenReviewSource, collect, target_of

VENUE = "ICML.cc/2024/Workshop/AI4Science"
OLD = "ICLR.cc/2020/Workshop/Old"


@pytest.fixture
def services() -> Iterator[Services]:
    with Services() as running:
        running.groups = {
            VENUE: group(VENUE, title="AI for Science", subtitle="ICML 2024 Workshop", start_date="Jul 26 2024"),
            OLD: group(OLD, v2=False),
        }
        yield running


@pytest.fixture
def fetcher(services: Services) -> Iterator[Fetcher]:
    with HttpFetcher(
        limits=Limits(min_interval=0, retry_wait_s=0.01, attempts=1), start_urls=(services.url,)
    ) as opened:
        yield opened


@pytest.fixture
def client(services: Services, fetcher: Fetcher, tmp_path: Path) -> OpenReview:
    return OpenReview(fetcher, tmp_path, api_hosts=services.api_hosts)


@pytest.fixture
def logged_in(client: OpenReview) -> OpenReview:
    client.login("ada@example.org", "correct horse")
    client.calls = 0
    return client


def test_a_venue_of_2500_notes_is_listed_in_four_calls(services: Services, logged_in: OpenReview) -> None:
    services.v2 = [note_v2(f"note{n:06d}", VENUE, number=n) for n in range(2_500)]
    services.v2 += [note_v2(f"rejected{n}", VENUE, state="Rejected_Submission", number=5_000 + n) for n in range(10)]
    extraction = collect(logged_in, VENUE)
    assert len(extraction.papers) == 2_500
    assert logged_in.calls <= 4
    assert extraction.event is not None
    assert (extraction.event.name, extraction.event.venue, extraction.event.year) == (
        "AI for Science",
        "ICML 2024",
        2024,
    )
    first = extraction.papers[0]
    assert (first.decision, first.tldr, first.venue) == ("Poster", "In short.", "ICML 2024 AI4Science")
    assert first.author_profiles == ("~Ada_Lovelace1", "")


def test_a_venue_of_the_first_api_is_judged_by_its_decisions(services: Services, logged_in: OpenReview) -> None:
    services.v1 = [
        note_v1("accepted1", OLD, decision="Accept (Poster)", venueid=OLD),
        note_v1("rejected1", OLD, decision="Reject", venueid=OLD),
        note_v1("printed01", OLD, venue="ICLR 2020 Workshop Old Oral"),
        note_v1("rejected2", OLD, venue="Submitted to ICLR 2020", venueid=OLD),
        note_v1("unknown01", OLD),
    ]
    extraction = collect(logged_in, OLD)
    assert [paper.openreview_id for paper in extraction.papers] == ["accepted1", "printed01", "unknown01"]
    assert [paper.decision for paper in extraction.papers] == ["Accept (Poster)", "Oral", None]
    assert any("2 rejected" in note for note in extraction.notes)
    assert any("no decision is public for 1" in note for note in extraction.notes)


@pytest.mark.parametrize("gate", ["json", "html"])
def test_the_browser_check_is_told_apart_from_an_empty_list_and_asked_once(
    services: Services, client: OpenReview, gate: str
) -> None:
    services.v2, services.gate = [note_v2("note000001", VENUE)], gate
    with pytest.raises(ChallengeRequired) as caught:
        collect(client, VENUE)
    assert "kb login openreview" in caught.value.line()
    assert sum("/notes?" in line for line in services.log) == 1


def test_without_the_gate_nobody_needs_to_log_in(services: Services, client: OpenReview) -> None:
    services.v2, services.gate = [note_v2("note000001", VENUE)], None
    assert len(collect(client, VENUE).papers) == 1


def test_an_accepted_list_that_is_empty_is_said_to_be_empty(logged_in: OpenReview) -> None:
    extraction = collect(logged_in, VENUE)
    assert extraction.empty
    assert "no accepted public paper" in extraction.notes[0]


def test_notes_and_fields_that_are_not_public_are_left_out(services: Services, logged_in: OpenReview) -> None:
    private = note_v2("private001", VENUE) | {"readers": [VENUE]}
    partly = note_v2("partly0001", VENUE)
    partly["content"]["abstract"] = {"value": "secret", "readers": [f"{VENUE}/Submission1/Authors"]}
    services.v2 = [private, partly]
    (paper,) = collect(logged_in, VENUE).papers
    assert (paper.openreview_id, paper.abstract) == ("partly0001", None)


def test_a_note_is_looked_up_on_the_second_api_then_on_the_first(services: Services, logged_in: OpenReview) -> None:
    services.v2, services.v1 = [note_v2("new0000001", VENUE)], [note_v1("old0000001", OLD, decision="Accept")]
    found = logged_in.notes_by_id(["new0000001", "old0000001", "unknown001"])
    assert sorted(found) == ["new0000001", "old0000001"]
    assert collect(logged_in, "old0000001").papers[0].decision == "Accept"


def test_the_id_of_a_reply_leads_to_its_paper(services: Services, logged_in: OpenReview) -> None:
    review = {
        "id": "review0001", "forum": "note000001", "replyto": "note000001", "readers": ["everyone"],
        "invitations": [f"{VENUE}/Submission1/-/Official_Review"], "content": {"rating": {"value": 7}},
    }  # fmt: skip
    services.v2 = [note_v2("note000001", VENUE), review]
    assert collect(logged_in, "review0001").papers[0].openreview_id == "note000001"


def test_a_withdrawn_paper_is_listed_only_when_all_are_asked_for(services: Services, logged_in: OpenReview) -> None:
    services.v2 = [
        note_v2("gone000001", VENUE, state="Withdrawn_Submission", venue="ICML 2024 Conference Withdrawn Submission")
    ]
    assert collect(logged_in, VENUE).empty
    assert collect(logged_in, "gone000001").papers[0].decision == "withdrawn"


def test_reviews_are_read_when_asked_for(services: Services, logged_in: OpenReview) -> None:
    note = note_v2("note000001", VENUE)
    replies = [{"id": f"r{n}", "readers": ["everyone"], "content": {"rating": {"value": f"{n}: good"}}} for n in (6, 8)]
    services.v2 = [note | {"details": {"replies": replies}}]
    assert collect(logged_in, VENUE).papers[0].evidence.text == ""
    assert collect(logged_in, f"{VENUE}?reviews").papers[0].evidence.text == "reviews: ratings 6, 8"


def test_a_title_with_latex_and_html_becomes_plain_text(services: Services, logged_in: OpenReview) -> None:
    services.v2 = [note_v2("note000001", VENUE, title="<b>{\\'E}quivariant</b> $\\alpha$-helices &amp; more")]
    assert collect(logged_in, VENUE).papers[0].title == "Équivariant α-helices & more"


def test_a_venue_in_the_wrong_case_brings_the_right_one(client: OpenReview) -> None:
    with pytest.raises(NotFound) as caught:
        client.venue("icml.cc/2024/workshop/ai4science")
    assert VENUE in caught.value.hint
    assert nearest("NeurIPS.cc/2023/Workshop/AI4MAT", ["NeurIPS.cc/2023/Workshop/AI4Mat"]) == [
        "NeurIPS.cc/2023/Workshop/AI4Mat"
    ]


def test_a_login_keeps_a_token_that_only_its_owner_may_read(client: OpenReview, tmp_path: Path) -> None:
    token = client.login("ada@example.org", "correct horse")
    path = tmp_path / "openreview-token.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token.text not in repr(token)
    assert "correct horse" not in path.read_text()
    assert client.account == "ada@example.org"


def test_a_wrong_password_and_a_second_factor_are_two_errors(services: Services, client: OpenReview) -> None:
    with pytest.raises(LoginRejected) as caught:
        client.login("ada@example.org", "wrong-secret")
    assert "wrong-secret" not in caught.value.line()
    services.mfa = True
    with pytest.raises(MfaPending, match="totp"):
        client.login("ada@example.org", "correct horse")
    assert client.tokens.load() is None


def test_a_pasted_token_is_used_and_nonsense_is_refused(services: Services, client: OpenReview) -> None:
    for text in ("hello", "a.b.c", "", token_for("x@y.z", expires_in=-10)):
        with pytest.raises(UsageError):
            client.tokens.accept(text)
    pasted = token_for("ada@example.org")
    services.tokens.add(pasted)
    assert client.tokens.accept(f"  Bearer {pasted}\n").user == "ada@example.org"
    services.v2 = [note_v2("note000001", VENUE)]
    assert len(collect(client, VENUE).papers) == 1


def test_an_expired_token_asks_for_a_new_login(services: Services, client: OpenReview) -> None:
    client.tokens.accept(token_for("ada@example.org"))  # in time, but the server has withdrawn it
    with pytest.raises(TokenExpired):
        list(client.notes_of(client.venue(VENUE)))


def test_a_token_past_its_time_is_not_sent_and_said_to_be_over(
    services: Services, fetcher: Fetcher, tmp_path: Path
) -> None:
    clock = [0.0]
    client = OpenReview(fetcher, tmp_path, api_hosts=services.api_hosts, now=lambda: clock[0])
    client.login("ada@example.org", "correct horse")
    clock[0] = 9e9
    with pytest.raises(TokenExpired):
        collect(client, VENUE)


def test_a_spent_budget_is_kept_over_restarts_and_not_asked_again(
    services: Services, fetcher: Fetcher, logged_in: OpenReview, tmp_path: Path
) -> None:
    venue = logged_in.venue(VENUE)
    services.budget = 0
    with pytest.raises(RateLimited) as caught:
        list(logged_in.notes_of(venue))
    assert caught.value.reset_at is not None
    asked = len(services.log)
    again = OpenReview(fetcher, tmp_path, api_hosts=services.api_hosts)
    with pytest.raises(RateLimited):
        list(again.notes_of(venue))
    assert len(services.log) == asked
    assert again.budgets.known("ada@example.org")["notes"].remaining == 0


def test_the_budget_is_what_the_headers_say(services: Services, logged_in: OpenReview) -> None:
    services.v2, services.budget = [note_v2("note000001", VENUE)], 42
    collect(logged_in, VENUE)
    known = logged_in.budgets.known("ada@example.org")
    assert (known["notes"].limit, known["notes"].remaining, known["groups"].limit) == (500, 40, 700)


@pytest.mark.parametrize("body", ['{"notes": [{"id": "a', '{"count": 3}', "[]", "<html>502 Bad Gateway</html>"])
def test_half_an_answer_is_never_an_empty_list(services: Services, logged_in: OpenReview, body: str) -> None:
    services.broken = body
    with pytest.raises(Unreadable):
        collect(logged_in, VENUE)


def test_search_by_title_needs_no_login(services: Services, client: OpenReview) -> None:
    services.v2 = [note_v2("note000001", VENUE, title="Crystal graphs")]
    assert [note["id"] for note in client.search("Crystal graphs of salts")] == ["note000001"]


def test_forbidden_is_its_own_error() -> None:
    from scrapers.fetch import Fetched
    from scrapers.openreview.errors import payload

    body = {
        "name": "ForbiddenError",
        "message": "This action is forbidden. (2026-02-17-8058870)",
        "status": 403,
        "details": {},
    }
    answer = Fetched(
        "https://api2.openreview.net/x", "https://api2.openreview.net/x", 403, json.dumps(body).encode(), ""
    )
    with pytest.raises(Forbidden, match="forbidden"):
        payload(answer, now=0)


@pytest.mark.parametrize(
    "text", ["", "   ", "~Ada_Lovelace1", "https://openreview.net/", "a b\nc", "<script>", "../../etc"]
)
def test_targets_that_name_nothing_are_wrong_use(text: str) -> None:
    with pytest.raises(UsageError):
        target_of(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (VENUE, VENUE),
        ("kzGuiRXZrQ", "kzGuiRXZrQ"),
        ("https://openreview.net/forum?id=kzGuiRXZrQ&noteId=abcdefghij", "kzGuiRXZrQ"),
        (f"https://openreview.net/group?id={VENUE}#tab-accept", VENUE),
        (f"https://openreview.net/submissions?venue={VENUE}", VENUE),
        ("https://openreview.net/pdf?id=kzGuiRXZrQ", "kzGuiRXZrQ"),
    ],
)
def test_targets_are_venues_notes_or_addresses(text: str, what: str) -> None:
    assert target_of(text)[0] == what


def test_the_source_kind_reports_a_refusal_as_an_error(fetcher: Fetcher, tmp_path: Path) -> None:
    source = Source("x", "openreview:~nobody")
    with pytest.raises(UsageError):
        list(OpenReviewSource().collect(source, fetcher=fetcher, home=Home(tmp_path)))


def test_a_service_that_repeats_a_page_does_not_hold_us_for_ever(services: Services, logged_in: OpenReview) -> None:
    page = {"notes": [note_v2(f"note{n:06d}", VENUE) for n in range(1_000)]}
    services.broken = json.dumps(page)
    with pytest.raises(Unreadable, match="twice"):
        collect(logged_in, VENUE)
