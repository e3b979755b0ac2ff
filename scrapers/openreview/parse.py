"""OpenReview notes and groups as facts: both API versions, no network.

v1 notes hold plain content values, v2 notes hold {"value": ...} for each field; authors come as names beside
`authorids` or as objects; the TL;DR has two spellings. A field or note that not everyone may read is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kb.models import LinkFact, PaperFact
from scrapers.paper_links import as_arxiv_id, as_doi, forum_url, openreview_file, paper_ids
from scrapers.plain import listed, plain

_EVERYONE = "everyone"
_OUTCOMES = (
    r"notable[ -]top[ -]?\d+%|spotlight|oral|poster|talk|highlight|top[ -]?\d+%|accept(?:ed)?|reject(?:ed)?|withdrawn|"
    r"desk[ -]rejected|submitted|submission|tiny ?papers?|main|findings|short|long"
)
_DECISION_WORDS = re.compile(
    rf"[\s:,(-]+((?:{_OUTCOMES})(?:[ ,+/()-]+(?:poster|oral|spotlight|talk|paper))*)\)?$", re.IGNORECASE
)
_DECIDES = re.compile(r"decision|acceptance|meta_review", re.IGNORECASE)
_OUT = re.compile(r"/-/((?:Withdrawn|Desk_Rejected|Rejected)_Submission)$")
_SUBMITTED = re.compile(r"^(?:submitted to|under review at|accepted at|accepted to)\s+", re.IGNORECASE)
_VENUE_ID = re.compile(
    r"^([\w.-]+?)(?:\.cc|\.org|\.com|\.net|\.ai|\.io|\.github\.io)?/(\d{4})(?:/([\w /-]+))?$", re.IGNORECASE
)
_GENERIC_TRACKS = ("conference", "main", "main_conference", "")
# What follows the venue id in `venueid` while, or after, a paper is not accepted
STATES = {
    "Submission": "submitted",
    "Rejected_Submission": "rejected",
    "Withdrawn_Submission": "withdrawn",
    "Desk_Rejected_Submission": "desk rejected",
    "Post_Submission": "submitted",
    "Rejected": "rejected",
    "Withdrawn": "withdrawn",
    "Desk_Rejected": "desk rejected",
}
# Notes imported from elsewhere carry these instead of a venue that accepted them
IMPORTS = (
    "dblp.org/",
    "DBLP.org/",
    "OpenReview.net/Archive",
    "OpenReview.net/Public_Article",
    "OpenReview.net/Anonymous_Preprint",
)


def is_note(row: Mapping[str, Any]) -> bool:
    """True for an object that is an OpenReview note of either version."""
    return isinstance(row.get("content"), Mapping) and (
        "id" in row or "forum" in row or "invitation" in row or "invitations" in row
    )


def is_v2(note: Mapping[str, Any]) -> bool:
    content = note.get("content") or {}
    return "invitations" in note or any(isinstance(v, Mapping) and "value" in v for v in content.values())


def is_public(note: Mapping[str, Any]) -> bool:
    """True when everyone may read it. An export that leaves `readers` out is taken as public."""
    readers = note.get("readers")
    return readers is None or (isinstance(readers, Sequence) and _EVERYONE in readers)


def is_reply(note: Mapping[str, Any]) -> bool:
    """True for a review, comment or decision: a note that answers another one."""
    forum = note.get("forum")
    return bool(note.get("replyto")) or (isinstance(forum, str) and bool(note.get("id")) and forum != note["id"])


def value(note: Mapping[str, Any], *names: str) -> Any:
    """The first of these content fields that is there and that everyone may read; v2's wrapper is taken off."""
    content = note.get("content")
    if not isinstance(content, Mapping):
        return None
    for name in names:
        found = content.get(name)
        if isinstance(found, Mapping) and ("value" in found or "readers" in found):
            if not is_public(found):
                continue
            found = found.get("value")
        if found not in (None, "", []):
            return found
    return None


def text(note: Mapping[str, Any], *names: str) -> str | None:
    found = value(note, *names)
    if isinstance(found, list) and found and isinstance(found[0], str):
        found = found[0]
    return plain(found) or None if isinstance(found, str) else None


def authors(note: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """(name, profile id or None) of each author; an e-mail address in place of a profile is not kept."""
    listed = value(note, "authors")
    if isinstance(listed, str):
        listed = [name for name in re.split(r";|,(?![^(]*\))|\sand\s", listed) if name.strip()]
    if not isinstance(listed, list):
        return []
    ids = value(note, "authorids")
    profiles = ids if isinstance(ids, list) and len(ids) == len(listed) else [None] * len(listed)
    found = []
    for item, profile in zip(listed, profiles, strict=True):
        if isinstance(item, Mapping):
            name, profile = item.get("fullname") or item.get("name"), item.get("username") or item.get("authorid")
        else:
            name = item
        if isinstance(name, str) and (name := plain(name).rstrip("*†‡ ")) and name.lower() != "anonymous":
            found.append((name, profile if isinstance(profile, str) and profile.startswith("~") else None))
    return found


def keywords(note: Mapping[str, Any]) -> tuple[str, ...]:
    found = value(note, "keywords", "Keywords")
    if isinstance(found, str):
        found = re.split(r"[;,]", found)
    if not isinstance(found, list):
        return ()
    return tuple(dict.fromkeys(word for item in found if isinstance(item, str) and (word := plain(item)[:100])))


def split_venue(venue: str | None) -> tuple[str | None, str | None]:
    """("NeurIPS 2024", "oral") of "NeurIPS 2024 oral"; ("ICLR 2022", "submitted") of "Submitted to ICLR 2022"."""
    if not venue:
        return None, None
    submitted = _SUBMITTED.match(venue)
    rest = venue[submitted.end() :] if submitted else venue
    decision = None
    if submitted and submitted[0].lower().startswith(("submitted", "under")):
        decision = "submitted"
    while (match := _DECISION_WORDS.search(rest)) and match.start() > 1:
        rest, decision = rest[: match.start()].rstrip(" (,:-"), match[1]
    return rest or None, decision


def venue_of_id(venue_id: str | None) -> str | None:
    """A readable venue for "NeurIPS.cc/2023/Workshop/AI4Science": "NeurIPS 2023 Workshop AI4Science"."""
    if not venue_id or venue_id.startswith(IMPORTS):
        return None
    base, _, last = venue_id.rpartition("/")
    if last in STATES:
        venue_id = base
    match = _VENUE_ID.match(venue_id)
    if not match:
        return None
    track = (match[3] or "").replace("/", " ").replace("_", " ")
    return f"{match[1]} {match[2]}" + ("" if track.lower().replace(" ", "_") in _GENERIC_TRACKS else f" {track}")


def venue_id_of(note: Mapping[str, Any]) -> str | None:
    """The venue a note was sent to: `domain` or `venueid` without its state, else the head of its invitation."""
    for candidate in (note.get("domain"), value(note, "venueid")):
        if isinstance(candidate, str) and "/" in candidate and not candidate.startswith(IMPORTS):
            base, _, last = candidate.rpartition("/")
            return base if last in STATES else candidate
    for invitation in (note.get("invitation"), *listed(note.get("invitations"))):
        if (
            isinstance(invitation, str)
            and "/-/" in invitation
            and not invitation.startswith(("dblp.org", "DBLP.org", "OpenReview.net"))
        ):
            return re.sub(r"/(?:Submission|Paper)\d+$", "", invitation.split("/-/")[0])
    return None


def decision_of(note: Mapping[str, Any]) -> str | None:
    """What was decided, as far as the note and the replies in its `details` tell; None when they do not.

    v2: `venueid` equal to the venue's id is an acceptance, a state after it is not. v1: `venueid` is no evidence
    (rejected papers of ICLR 2022 carry it), so the printed venue and the Decision reply count.
    """
    printed = split_venue(text(note, "venue"))[1]
    for invitation in (note.get("invitation"), *listed(note.get("invitations"))):
        # v1 moves a submission to another invitation when it is withdrawn or turned away
        if isinstance(invitation, str) and (out := _OUT.search(invitation)):
            return STATES[out[1]]
    venue_id = value(note, "venueid")
    if isinstance(venue_id, str) and not venue_id.startswith(IMPORTS):
        state = STATES.get(venue_id.rpartition("/")[2])
        if state:
            return state
        if is_v2(note):
            return printed or "accepted"
    if printed and printed != "submitted":
        return printed
    return reply_decision(note) or printed


def reply_decision(note: Mapping[str, Any]) -> str | None:
    """The text of the public Decision among the note's replies, "Accept (Poster)"."""
    for reply in replies_of(note):
        invitations = (reply.get("invitation"), *listed(reply.get("invitations")))
        decides = any(isinstance(i, str) and _DECIDES.search(i) for i in invitations)
        if decides and (found := text(reply, "decision", "recommendation", "Decision")):
            return found[:80]
    return None


def replies_of(note: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The public replies that came with the note."""
    details = note.get("details")
    if not isinstance(details, Mapping):
        return
    for name in ("replies", "directReplies"):
        for reply in listed(details.get(name)):
            if isinstance(reply, Mapping) and is_public(reply):
                yield reply


def is_accepted(note: Mapping[str, Any]) -> bool | None:
    """True or False by the rules above; None where nothing says."""
    decision = decision_of(note)
    if decision is None:
        return None
    return not re.search(r"reject|withdraw|submitted|submission|under review|desk", decision, re.IGNORECASE)


def paper_of_note(note: Mapping[str, Any], *, key: str | None = None) -> PaperFact | None:
    """A submission as a paper; None for a reply, a note that is not public, was deleted, or has no title."""
    note_id = note.get("id") or note.get("forum") or key
    if not isinstance(note_id, str) or is_reply(note) or not is_public(note) or note.get("ddate"):
        return None
    title = text(note, "title")
    if not title:
        return None
    people = authors(note)
    printed, _ = split_venue(text(note, "venue"))
    venue = printed if printed and "/" not in printed else None
    venue = venue or venue_of_id(venue_id_of(note))
    pdf_value = value(note, "pdf")
    pdf = (
        openreview_file(pdf_value, note_id)
        if isinstance(pdf_value, str) and pdf_value.startswith(("/", "http"))
        else None
    )
    external = [item for item in listed(note.get("externalIds")) if isinstance(item, str)]
    external += [item for item in (value(note, "html"), value(note, "arxiv"), pdf) if isinstance(item, str)]
    arxiv, doi = None, None
    for item in external:
        found = paper_ids(item)
        arxiv = arxiv or found.arxiv_id or (as_arxiv_id(item) if item.lower().startswith("arxiv:") else None)
        doi = doi or found.doi or as_doi(item)
    return PaperFact(
        title=title[:1_000],
        url=forum_url(note_id),
        openreview_id=note_id,
        arxiv_id=arxiv,
        doi=doi or as_doi(text(note, "doi")),
        authors=tuple(name for name, _ in people),
        author_profiles=tuple(profile or "" for _, profile in people) if any(p for _, p in people) else (),
        abstract=text(note, "abstract"),
        tldr=text(note, "TL;DR", "TLDR", "TL_DR", "tldr", "one-sentence_summary", "one_sentence_summary"),
        keywords=keywords(note),
        venue=venue,
        year=_year(note, venue),
        pdf=pdf,
        decision=decision_of(note),
        source_id=note_id,
        links=tuple(_links(note)),
    )


def _year(note: Mapping[str, Any], venue: str | None) -> int | None:
    """The year of the venue; else of its id, else of publication."""
    for candidate in (venue, venue_id_of(note)):
        if match := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", candidate or ""):
            return int(match[1])
    bibtex = value(note, "_bibtex")
    if isinstance(bibtex, str) and (match := re.search(r"\byear\s*=\s*[{\"]?\s*(\d{4})", bibtex)):
        return int(match[1])
    for name in ("pdate", "odate", "cdate", "tcdate"):
        stamp = note.get(name)
        if isinstance(stamp, (int, float)) and stamp > 0:
            return 1970 + int(stamp / 1000 / 31_556_952)
    return None


def _links(note: Mapping[str, Any]) -> Iterator[LinkFact]:
    for kind, names in (
        ("code", ("code", "software", "github")),
        ("video", ("video", "full_presentation_video", "spotlight_video")),
        ("slides", ("slides",)),
        ("poster", ("poster",)),
    ):
        found = value(note, *names)
        if isinstance(found, str) and found.startswith(("http://", "https://")) and " " not in found:
            yield LinkFact(kind, found)  # type: ignore[arg-type]  # one of the four above


def ratings_of(note: Mapping[str, Any]) -> tuple[str, ...]:
    """The rating of each public review that came with the note, as printed but short ("6", "8")."""
    found = []
    for reply in replies_of(note):
        rating = value(reply, "rating", "overall_rating", "recommendation", "overall_recommendation")
        if isinstance(rating, (int, float)):
            found.append(str(rating))
        elif isinstance(rating, str) and (match := re.match(r"\s*(\d+(?:\.\d+)?)", rating)):
            found.append(match[1])
    return tuple(found)
