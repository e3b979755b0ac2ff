"""One line of a schedule or talk list: what it is, and the time, kind, title and people on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from scrapers.extract.html.page import Line
from scrapers.extract.lang.affiliations import affiliation_score, is_position
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.people import Mention, people_in
from scrapers.extract.lang.times import is_day, leading_date, leading_moment, leading_time, trailing_time
from scrapers.extract.lang.titles import clean_title, is_prose, is_slot, kind_badge, kind_of, split_kind, title_score
from scrapers.extract.lang.words import weight

What = Literal[
    "empty", "time", "day", "slot", "kind", "people", "title", "talk", "affiliation", "prose", "links", "field", "other"
]

_FIELD = re.compile(
    r"^\s*[\[\(]?(?P<name>(?:talk |paper |keynote |invited |tutorial |presentation |working |"
    r"tentative |lecture )?(?:title|topic)|(?:invited |keynote )?speakers?(?: \d)?|"
    r"presenters?(?: and affiliation)?|"
    r"presented by|authors?|abstract|summary|description|(?:short |speaker )?bio(?:graphy|sketch)?|"
    r"about(?: the speaker)?|affiliation|institution|moderators?|moderated by|"
    r"panell?ists?|instructors?|lecturers?|chairs?|session chairs?|hosts?|organi[sz]ers?|"
    r"date(?: and time)?|time(?: ?slot)?|when|where|length|duration|room|location|venue|"
    r"slides?|video|recording|paper|code|link|links|openreview|arxiv|zoom|keywords?|tl;?dr|"
    r"discussants?|coauthors?|co-authors?|contributors?)\s*[\]\)]?\s*(?P<sep>[:：]|\s[-–—]\s|\.(?=\s)|"
    r"$)\s*",
    re.I,
)
_LINK_LINE = re.compile(
    r"^(?:[\[\(\s|•·,/>▶]*(?:(?:talk|paper|slides?|video|recording|poster|pdf|code|link|links|"
    r"abstract|openreview|arxiv|forum|website|watch|recorded|youtube|slideslive|here|"
    r"download|homepage|bio|more|info|details|read|github|project|page|to|the|on|of|and|presentation|"
    r"full|preprint|zoom|hide|show|click|view|teaser|suppl\w*)"
    r"[\]\)\s|•·,/:<]*)+)$",
    re.I,
)
_TOGGLE = re.compile(
    r"^[\[\(\s▶+]*(?:(?:show|view|read|hide|click|see|more|full|the|for)\s+)*(?:abstract|bio|details|"
    r"summary|more|info)\b",
    re.I,
)
# what listings print below every talk
_FILE_NAME = re.compile(r"^\S{1,60}\.(?:pdf|pptx?|key|odp|mp4|zip|ipynb)$", re.I)
_TYPE_TAG = re.compile(r"^(?:type|format|category|track|level|audience)\s*:?\s+(?:\S+\s?){1,3}$", re.I)
_CUT = re.compile(
    r"\s+[-–—|•·~/]+\s+|\s[-–—]|[-–—]\s|:\s*|,\s+|;\s+|\s+by\s+|\.\s+|\s+(?=[\(\[])|(?<=[\)\]])\s+|"
    r"\s*[“\"„]|[”\"]\s*|\s+from\s+|\s{2,}",
    re.I,
)
_PANEL_WITH = re.compile(r"^(?:panel(?: discussion| session)?)\s+(?:with|by|featuring|on)\s+", re.I)


@dataclass(frozen=True, slots=True)
class TalkLine:
    """A line and what was read from it. `field` is the label of a labelled line, lower case, `text` its value."""

    what: What
    text: str = ""
    time: str | None = None
    kind: str | None = None
    title: str | None = None
    people: tuple[Mention, ...] = ()
    field: str = ""
    rest: str = ""  # the abstract that follows a title on the same line
    order: str = ""  # "title-people" or "people-title" for a line that has both


def field_of(text: str) -> tuple[str, str] | None:
    """("abstract", value) for "Abstract: value"; the value is "" where the label stands alone."""
    match = _FIELD.match(text)
    if match is None:
        return None
    name = match.group("name").lower()
    rest = text[match.end() :].strip()
    separator = match.group("sep").strip()
    if not separator and (
        rest
        or not name.startswith(
            ("abstract", "summary", "bio", "short bio", "speaker bio", "about", "description", "title")
        )
    ):
        return None
    if separator == "." and not name.endswith(("abstract", "bio", "biography", "summary")):
        return None
    if separator in ("-", "–", "—") and not name.startswith(("abstract", "title", "bio", "speaker")):
        return None
    return name, rest


def read_line(line: Line, *, column: str = "", bare: bool = False) -> TalkLine:
    """What one line of a talk list says. `column` is the header of its table column ("speaker", "title", "").

    `bare` reads the text as it is: no time and no kind are looked for (the insides of a record).
    """
    text = line.text
    if not any(char.isalnum() for char in text):
        return TalkLine("empty")
    labelled = field_of(text)
    if labelled is not None:
        return TalkLine("field", labelled[1], field=labelled[0])
    time: str | None = None
    rest = text
    if not bare:
        time, rest = leading_time(text)
        if time is None:
            time, rest = leading_moment(text)
        if time is None:
            time, rest = leading_date(text)
        if time is None:
            time, rest = trailing_time(text)
        rest = rest.lstrip(" \t|–—-:•·)]").rstrip(" \t|–—-:•·").strip() if time else rest
        if not rest:
            return TalkLine("time", time=time)
    if not re.search(r"\w", rest):
        return TalkLine("empty", time=time)  # a dash in an empty cell
    rest = _without_room(line, rest)
    if column != "title" and is_day(rest) and len(rest) < 60:
        return TalkLine("day", rest, time=time)
    if line.hrefs and _FILE_NAME.match(rest):
        return TalkLine("links", rest, time=time)
    if line.hrefs and not line.level and len(rest) < 60 and _TYPE_TAG.match(rest):
        return TalkLine("links", rest, time=time)
    if _LINK_LINE.match(rest) and (line.hrefs or _TOGGLE.match(rest)):
        return TalkLine("links", rest, time=time)
    found = field_of(rest)
    if found is not None:
        return TalkLine("field", found[1], time=time, field=found[0])
    kind, body = split_kind(rest)
    if kind is not None and (told := _NAME_ON.match(body)):
        people, purity = people_in(told.group("people"))
        if people and purity > 0.93:  # "Keynote: Anna Bell on evaluation"
            title = clean_title(told.group("title"))
            return TalkLine("talk", rest, time=time, kind=kind, title=title, people=people, order="people-title")
    if kind is None and (match := _PANEL_WITH.match(rest)):
        kind, body = "Panel Discussion", rest[match.end() :]
    if kind is not None and not body:
        return TalkLine("kind", rest, time=time, kind=kind)
    token = _read_body(line, body, column)
    if kind is None and token.what in ("title", "talk"):
        kind = kind_badge(rest)
    if kind is None:
        if token.what in ("title", "other", "affiliation") and is_slot(rest) and column != "title":
            return TalkLine("slot", rest, time=time)
        if (
            token.what == "slot"
            and (word := kind_of(rest))
            and re.search(r"\btalks?\b|\bpanel\b|\btutorial\b|\bkeynote\b|\bspotlights?\b", rest, re.I)
        ):
            return TalkLine("kind", rest, time=time, kind=word)
    return replace(
        token, time=time, kind=kind if kind is not None else token.kind, text=rest if token.what != "prose" else body
    )


_NAME_ON = re.compile(r"^(?P<people>[^:]{4,60}?) on (?P<title>\S.{2,160})$")
_MINUTES = re.compile(r"\d{1,3}\s?(?:m|min(?:ute)?s?|h)\.?", re.I)
_ROOM = re.compile(
    r"^(?:(?:grand|main|lower|upper|level|floor|west|east|north|south|meeting|exhibit\w*|conference)\s+)*(?:ball)?"
    r"(?:\w+\s+){0,2}(?:room|hall|auditorium|theat(?:er|re)|foyer|lobby|atrium|zoom|online|gather\w*)\b.{0,25}$",
    re.I,
)


def _without_room(line: Line, text: str) -> str:
    """The text without the room that a schedule sets apart at the end of a line."""
    for run in line.runs[:0:-1]:
        last = line.text[run.start : run.stop]
        if not (_ROOM.match(last) or _MINUTES.fullmatch(last)) or not text.endswith(last) or len(text) <= len(last):
            break
        text = text[: -len(last)].rstrip(" ,|@–-·")
    return text


def _read_body(line: Line, text: str, column: str) -> TalkLine:
    """The rest of a line after time and kind."""
    if column == "speaker":
        people, purity = people_in(text, loose=True)
        if (
            affiliation_score(text) >= 0.6
            and name_score(clean_name(text)) < 0.5
            and all(m.name == text.strip() for m in people)
        ):
            return TalkLine("affiliation", text)
        if people and purity > 0.6:
            return TalkLine("people", text, people=tuple(people))
    if column == "title" and not is_slot(text):
        people, purity = people_in(text)
        if not (people and purity > 0.93):
            split = split_talk(text, line)
            return split if split is not None else TalkLine("title", text, title=clean_title(text))
    if len(text) < 700:
        people, purity = people_in(text)
        if people and purity > 0.93:
            return TalkLine("people", text, people=tuple(people))
    if is_slot(text) and len(text) < 120:
        # "Panel discussion" is a slot's name and a talk; the caller has looked at kinds before
        return TalkLine("slot", text)
    if text[0] == "(" and text[-1] == ")" and len(text) < 90 and "(" not in text[1:] and not is_prose(text):
        return TalkLine("affiliation", text)
    lead = _leading_title(text, line)
    if lead is not None:
        return lead
    split = split_talk(text, line) if len(text) < 500 else None
    if split is not None:
        return split
    if is_prose(text) and (len(text) > 200 or title_score(text) < 0.45 or text.count(". ") > 0):
        return TalkLine("prose", text)
    if is_position(text) and affiliation_score(text) >= 0.5 and len(text) < 120:
        return TalkLine("affiliation", text)
    if affiliation_score(text) >= 0.6 and (title_score(text) < 0.55 or affiliation_score(text) >= 0.85):
        return TalkLine("affiliation", text)
    if title_score(text) >= 0.35:
        return TalkLine("title", text, title=clean_title(text))
    if affiliation_score(text) >= 0.4:
        return TalkLine("affiliation", text)
    return TalkLine("other", text)


def _leading_title(text: str, line: Line) -> TalkLine | None:
    """A title in bold or italics that runs straight on into its abstract."""
    if len(line.runs) < 2 or len(text) < 100 or line.level:
        return None
    first, second = line.runs[0], line.runs[1]
    if not (first.bold or first.italic) or (second.bold, second.italic) == (first.bold, first.italic):
        return None
    title = line.text[first.start : first.stop].strip(" .:")
    rest = line.text[first.stop :].lstrip(" .:–-")
    if len(rest) > 60 and is_prose(rest):
        head, colon, tail = title.partition(": ")
        people, purity = people_in(head)
        if colon and people and purity > 0.93 and not is_slot(tail):
            return TalkLine("talk", text, title=clean_title(tail), people=people, rest=rest, order="people-title")
        if (told := split_talk(title)) is not None:
            return replace(told, rest=rest)
    if title_score(title) >= 0.45 and len(rest) > 100 and is_prose(rest) and not is_prose(title):
        return TalkLine("title", text, title=clean_title(title), rest=rest)
    return None


def split_talk(text: str, line: Line | None = None) -> TalkLine | None:
    """A title and people on one text, in either order: the most convincing cut, None when none convinces."""
    if not _may_hold_name(text) or (len(text) > 250 and text.count(". ") > 1):
        return None
    best: tuple[float, TalkLine] | None = None
    for left, right, bonus in _cuts(text, line):
        for people_text, title_text, order in ((left, right, "people-title"), (right, left, "title-people")):
            if len(people_text) > 400 or not 4 <= len(title_text) <= 320:
                continue
            people, purity = people_in(_unbracketed(people_text))
            if not people or purity < 0.93:
                continue
            title = clean_title(title_text)
            worth = title_score(title)
            if worth < 0.3 or (is_prose(title) and len(title) > 150):
                continue
            if order == "people-title" and title.split()[0].islower():
                continue  # "Anna Bell presented ..." is a sentence
            first = title.split(",")[0]
            if order == "people-title" and (affiliation_score(first) >= 0.5 or name_score(clean_name(first)) >= 0.5):
                worth -= 0.4
            last = title.rsplit(",", 1)[-1]
            if (
                order == "title-people"
                and "," in title
                and (affiliation_score(last) >= 0.6 or name_score(clean_name(last)) >= 0.55)
            ):
                worth -= 0.4
            if title.count("(") != title.count(")"):
                worth -= 0.3
            if title_text.lstrip().startswith(("(", "[")) and order == "people-title":
                continue  # the affiliation was cut off from its name
            score = worth + bonus + 0.03 * len(people)
            if best is None or score > best[0]:
                best = (score, TalkLine("talk", text, title=title, people=tuple(people), order=order))
    return _without_note(best[1]) if best is not None and best[0] >= 0.35 else None


def _without_note(talk: TalkLine) -> TalkLine:
    """ "Anna Bell: Title of her talk. A nice idea about X." ends its title at the sentence that follows."""
    if talk.order != "people-title" or talk.title is None or not talk.text.rstrip().endswith((".", "!")):
        return talk
    match = re.search(r"(?<=[^\W\d_]{2})[.?!]\s+(?=[A-Z])", talk.title)
    if match is None:
        return talk
    title, note = talk.title[: match.start()], talk.title[match.end() :]
    if len(title.split()) < 3 or len(note.split()) < 5 or title_score(title) < 0.4:
        return talk
    mark = match.group().strip()
    return replace(talk, title=title + (mark if mark == "?" else ""), rest=f"{note}.")


def _unbracketed(text: str) -> str:
    """ "(Anna Bell, Carl Diaz)" after a title is people; "(ETH)" is left as it is."""
    inner = text[1:-1]
    if text[:1] == "(" and text[-1:] == ")" and "(" not in inner and affiliation_score(inner.split(",")[0]) < 0.4:
        return inner
    return text


def _may_hold_name(text: str) -> bool:
    """True when two neighbouring capitalised words could be a name: spares most prose the search for one."""
    previous = False
    for word in re.findall(r"\S+", text):
        bare = word.strip("()[],.;:“”\"'*")
        good = bool(bare) and bare[0].isupper() and ((w := weight(bare)) is None or w > 0 or len(bare) <= 2)
        if good and previous:
            return True
        previous = good or (
            previous
            and bare.lower() in ("van", "von", "de", "der", "den", "del", "di", "da", "la", "le", "el", "al", "bin")
        )
    return False


def _cuts(text: str, line: Line | None) -> list[tuple[str, str, float]]:
    """(left, right, bonus) for every place where a title may meet its people."""
    out = []
    for match in list(_CUT.finditer(text))[:40]:
        left, right = text[: match.start()].strip(), text[match.end() :].strip()
        if not left or not right:
            continue
        mark = match.group().strip()
        bonus = 0.12 if mark in ("-", "–", "—", "|", ":", "by") or (mark in '“”"' and mark) else 0.0
        if mark.startswith("(") or text[match.end() : match.end() + 1] in "([":
            bonus = 0.05
        out.append((left, right, bonus))
    if line is not None and line.text.endswith(text) and len(line.runs) > 1:
        shift = len(line.text) - len(text)
        for before, after in zip(line.runs, line.runs[1:], strict=False):
            left, right = (
                text[: max(0, before.stop - shift)].strip(" ,:–-|"),
                text[max(0, after.start - shift) :].strip(" ,:–-|"),
            )
            if left and right:
                apart = (before.bold, before.italic, before.href) != (after.bold, after.italic, after.href)
                out.append((left, right, 0.15 if apart else 0.1))
    return out
