"""The lines of one slot become its talks: a small state machine over what each line says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.models import LinkFact, TalkKind
from scrapers.extract.html.page import Line, Page
from scrapers.extract.html.people import is_position_only, person_line
from scrapers.extract.html.tables import column_head
from scrapers.extract.html.talkline import TalkLine, read_line
from scrapers.extract.html.urls import is_social, link_kind, same_page
from scrapers.extract.lang.affiliations import best_affiliation, organisation
from scrapers.extract.lang.names import clean_name, name_score
from scrapers.extract.lang.people import Mention, people_in
from scrapers.extract.lang.titles import clean_title, is_prose, is_slot, kind_of, title_score

_BIO = re.compile(
    r"^(?:(?:dr|prof|professor)\.?\s+)?(?:[A-Z][\w.'’-]+\s+){1,4}(?:\([^)]*\)\s+)?(?:is|was|are|"
    r"received|has been|holds|joined|leads|serves|obtained|earned|works|completed|studied|"
    r"graduated|did|currently|heads|directs|founded|co-founded|develops|researches)\b|^(?:he|she|they|"
    r"i)\s+(?:is|was|received|holds|am)\b|^(?:speaker )?bio(?:graphy)?\b",
    re.I,
)
_NOTHING = re.compile(r"^(?:coming soon|tba|tbd|tbc|to be (?:announced|added|confirmed)|n/?a|none|-+)\W*$", re.I)
_INNER = re.compile(
    r"[.;,|]?\s+(moderators?|moderated by|panell?ists?|chairs?|hosts?|speakers?|discussants?)\s*:\s*", re.I
)
_POSTER = re.compile(r"^\W*poster\W*$", re.I)
_NEAR = 2  # lines from a title to its badge
_NO_TALK_LINKS = ("page", "other", "poster")


@dataclass
class Draft:
    """A talk in the making."""

    start: int
    stop: int
    time: str | None = None
    label: str | None = None
    title: str | None = None
    titled_by: str = ""  # the shape of the title's line: a second one of this shape is another talk
    people: list[Mention] = field(default_factory=list)
    moderators: list[Mention] = field(default_factory=list)
    affiliation: str | None = None
    affiliations: list[str] = field(default_factory=list)
    summary: str | None = None
    bio: str | None = None
    links: list[LinkFact] = field(default_factory=list)
    people_lines: list[int] = field(default_factory=list)
    labelled: bool = False
    spoken: bool = False  # a field says who speaks
    poster: bool = False  # a badge says that this is a poster: a paper, no talk
    weak: str = ""  # a line before the people that could be a title only because of where it stands

    @property
    def kind(self) -> TalkKind | None:
        return kind_of(self.label) if self.label else None

    @property
    def begun(self) -> bool:
        return self.title is not None or bool(self.people)


def fold(page: Page, start: int, stop: int, *, people_loose: bool = False) -> tuple[list[Draft], int]:
    """The talks in the lines `start` to `stop` of one slot, and how many of its lines were understood."""
    return _Fold(page, start, stop, people_loose=people_loose).run()


class _Fold:
    def __init__(self, page: Page, start: int, stop: int, *, people_loose: bool) -> None:
        self.page = page
        self.start, self.stop = start, stop
        self.loose = people_loose
        self.done: list[Draft] = []
        self.now = Draft(start, stop)
        self.label: str | None = None
        self.time: str | None = None
        self.dead = False  # a break: what follows in the slot is no talk
        self.mode = ""  # the field whose value stands on the next line
        self.understood = 0

    def run(self) -> tuple[list[Draft], int]:
        for line in self.page.lines[self.start : self.stop]:
            if not line.text:
                self._links(line)
                continue
            head = column_head(self.page, line.element)
            if head == "head":
                self.understood += 1
                continue
            token = self._token(line, head)
            if self._take(line, token, head):
                self.understood += 1
        self._flush(self.stop)
        return self.done, self.understood

    def _token(self, line: Line, head: str) -> TalkLine:
        # several cuts of a region read the same lines
        key = ("talkline", line.index, head)
        token: TalkLine | None = self.page.memo.get(key)
        if token is None:
            token = self.page.memo[key] = read_line(line, column=head)
        if head == "chair" and token.what == "people":
            return TalkLine("field", line.text, field="chair")
        if head == "affiliation" and token.what in ("other", "title", "people"):
            return TalkLine("affiliation", line.text)
        if head in ("abstract",) and token.what in ("title", "other"):
            return TalkLine("prose", line.text)
        if head == "kind" and token.what in ("title", "other", "people"):
            return TalkLine("other", line.text)
        if head == "author" and token.what in ("other", "title"):
            people, purity = people_in(line.text, loose=True)
            if people and purity > 0.6:
                return TalkLine("people", line.text, people=tuple(people))
        return token

    def _take(self, line: Line, token: TalkLine, head: str) -> bool:
        if token.time and token.time != self.time:
            if self.time is not None and self.now.begun and token.what != "time":
                self._flush(line.index)
                self.label, self.dead = None, False
            if self.time is None or token.what != "time" or not self.now.begun:
                self.time = self.time if token.what == "time" and self.time else token.time
        what = token.what
        if what in ("time", "day"):
            if what == "day" and self.time is None and head in ("date", "time"):
                self.time = token.text
            return True
        if what == "field":
            return self._field(line, token)
        if what == "links":
            self.mode = _mode_of(token.text) or self.mode
            self._links(line)
            return True
        if self.mode and what in ("prose", "title", "other", "people", "affiliation", "talk"):
            return self._mode(line, token)
        if what == "slot":
            if not self.now.begun:
                self.dead = True
                self.now.label = None
            elif _POSTER.match(token.text) and line.index - self._titled <= _NEAR:
                self.now.poster = True
            return True
        if what == "kind":
            if self.now.begun:
                self._flush(line.index)
            self.dead = False
            self.label = token.kind
            self.now.label = token.kind
            self._links(line)
            return True
        if self.dead and token.kind is None and what != "talk":
            return False
        if (
            token.kind is not None
            and what == "title"
            and kind_of(token.kind) is None
            and self.now.people
            and self.now.title is None
        ):
            self.now.labelled = True  # "Talk: ..." below a name
        elif token.kind is not None:
            if self.now.begun:
                self._flush(line.index)
            self.dead = False
            self.label = self.now.label = token.kind
        return self._content(line, token)

    def _content(self, line: Line, token: TalkLine) -> bool:
        what, now = token.what, self.now
        if what in ("title", "talk") and now.title is not None and now.people and not line.bold and is_prose(line.text):
            return self._bio(line) or self._prose(line, line.text)
        if (
            what == "talk"
            and now.title is None
            and now.people
            and not self._same_people(token.people)
            and title_score(token.text) >= 0.45
        ):
            # the speaker has been named: what looks like "Name: title" is a title with a colon
            now.title, now.titled_by = clean_title(token.text), _look(line)
            self._links(line)
            return True
        if what == "talk":
            if now.begun and not (now.title is None and self._same_people(token.people)):
                self._flush(line.index)
                now = self.now
            now.title, now.people = token.title, list(token.people)
            now.summary = now.summary or token.rest or None
            now.titled_by = _look(line)
            self._titled = line.index
            now.summary = now.summary or token.rest or None
            now.people_lines.append(line.index)
            self._links(line)
            return True
        if what == "people":
            return self._people(line, token)
        if (
            what in ("title", "other", "slot")
            and len(now.affiliations) == 1
            and is_position_only(now.affiliations[0])
            and line.index - self._position == 1
            and len(line.text.split()) <= 6
            and line.text[0].isupper()
            and not line.hrefs
        ):
            now.affiliations.append(line.text)  # the employer stands below the position
            return True
        if what == "title":
            if now.title is not None:
                if not (now.people or now.titled_by == _look(line)):
                    return False
                if now.people and now.titled_by != _look(line) and not line.bold and not line.level and now.titled_by:
                    # a subtitle, an interest or a remark below a complete talk
                    return False
                self._flush(line.index)
                now = self.now
            now.title = token.title
            now.titled_by = _look(line)
            self._titled = line.index
            now.summary = now.summary or token.rest or None
            self._links(line)
            return True
        if what == "affiliation":
            self._links(line)
            if now.people and now.people[-1].affiliation is None and len(now.affiliations) < 4:
                now.affiliations.append(token.text)
                self._position = line.index
                return True
            return bool(now.people)
        if what == "prose":
            return self._bio(line) or self._prose(line, token.text)
        if what == "other" and line.level and not now.begun and len(token.text) > 3:
            now.title, now.titled_by = clean_title(token.text), _look(line)
            return True
        if (
            what == "other"
            and not now.begun
            and not now.weak
            and (now.label or column_head(self.page, line.element) == "title")
        ):
            now.weak = clean_title(token.text)
        self._links(line)
        return False

    def _bio(self, line: Line) -> bool:
        """A biography opens the record of its person, unless it is about the speaker at hand."""
        if not _BIO.match(line.text):
            return False
        person = person_line(line)
        if person is None or person.whole or self._same_people(person.people):
            return False
        if self.now.people or self.now.title:
            if self.now.title and not self.now.people:
                self.now.people = list(person.people)
                self.now.people_lines.append(line.index)
                self.now.bio = line.text
                return True
            self._flush(line.index)
        self.now.people = list(person.people)
        self.now.people_lines.append(line.index)
        self.now.bio = line.text
        return True

    def _people(self, line: Line, token: TalkLine) -> bool:
        now = self.now
        people = list(token.people)
        if now.people and self._same_people(token.people):
            self._links(line)
            return True
        if now.people:
            panel = now.kind == "panel"
            consecutive = now.people_lines and line.index - now.people_lines[-1] == 1
            if panel or (
                now.title is not None
                and now.title
                and consecutive
                and now.people_lines[0] > now.start
                and len(people) == 1
                and _look(line) == self._people_look
            ):
                now.people.extend(people)
                now.people_lines.append(line.index)
                return True
            self._flush(line.index)
            now = self.now
        now.people = people
        now.people_lines.append(line.index)
        self._people_look = _look(line)
        self._links(line)
        return True

    _titled = -9  # the line of the last title
    _people_look = ""
    _position = -1  # the line of the last affiliation

    def _same_people(self, people: Sequence[Mention]) -> bool:
        mine = {clean_name(m.name).split()[-1].lower() for m in self.now.people}
        theirs = {clean_name(m.name).split()[-1].lower() for m in people}
        return bool(mine) and theirs <= mine

    def _prose(self, line: Line, text: str) -> bool:
        now = self.now
        self._links(line)
        if (
            _BIO.match(text)
            and now.people
            and any(clean_name(m.name).split()[-1].lower() in text[:90].lower() for m in now.people)
        ):
            now.bio = now.bio or text
            return True
        if now.summary is None and now.begun:
            now.summary = text
            return True
        return now.begun

    def _field(self, line: Line, token: TalkLine) -> bool:
        name, value, now = token.field, token.text, self.now
        self.mode = ""
        if name.startswith(("panel", "speaker", "moderat", "chair", "host", "presenter")) and (
            inner := _INNER.search(value)
        ):
            # "Panelists: A, B. Moderator: C" on one line
            self._field(line, TalkLine("field", value[: inner.start()], field=name))
            return self._field(line, TalkLine("field", value[inner.end() :], field=inner.group(1).lower()))
        if not value:
            self.mode = name
            self._links(line)
            return True
        if name.endswith(("title", "topic")):
            if now.title is not None and now.titled_by == "field":
                self._flush(line.index)
                now = self.now
            now.title, now.titled_by, now.labelled = clean_title(value), "field", True
        elif name.startswith(
            (
                "invited speaker",
                "keynote speaker",
                "speaker",
                "presenter",
                "presented",
                "author",
                "instructor",
                "lecturer",
                "panel",
                "organi",
                "contributor",
            )
        ):
            people, purity = people_in(value, loose=True)
            if not people or purity < 0.4:
                return False
            now.spoken = not name.startswith("author")
            if now.people and not name.startswith("panel") and not self._same_people(people):
                if now.title is not None and not now.labelled:
                    return True
                self._flush(line.index)
                now = self.now
            now.people = [*now.people, *people] if name.startswith("panel") else list(people)
            now.people_lines.append(line.index)
            if name.startswith("panel") and now.label is None:
                now.label = "panel"
        elif name.startswith(("moderat", "host", "chair", "session chair", "discussant")):
            people, purity = people_in(value, loose=True)
            if people and purity > 0.4 and name.startswith(("moderat", "discussant")):
                now.moderators.extend(people)
        elif name in ("abstract", "summary", "description", "tl;dr", "tldr"):
            if (now.summary is None or not now.labelled) and not _NOTHING.match(value):
                now.summary = value
            now.labelled = True
        elif name.endswith(("bio", "biography", "bio sketch", "about", "about the speaker", "biosketch")):
            now.bio = value
            self.mode = "bio"
        elif name in ("affiliation", "institution"):
            now.affiliation = organisation(value)
        elif name.startswith(("time", "when")):
            self.time = value
        elif name.startswith("date"):
            self.time = self.time or value
        self._links(line)
        return True

    def _mode(self, line: Line, token: TalkLine) -> bool:
        """A line whose label stood alone on the line before."""
        name = self.mode
        if name.endswith("bio") or name.startswith(("bio", "about")):
            if token.what in ("prose", "other"):
                self.now.bio = self.now.bio or line.text
                return True
            self.mode = ""
            return self._content(line, token)
        if name in ("abstract", "summary", "description"):
            if token.what == "prose" or (is_prose(line.text) or len(line.text) > 60):
                if not self.now.labelled or self.now.summary is None:
                    self.now.summary = line.text
                    self.now.labelled = True
                self._links(line)
                self.mode = ""
                return True
            self.mode = ""
            return self._content(line, token)
        self.mode = ""
        return self._field(line, TalkLine("field", line.text, field=name))

    def _links(self, line: Line) -> None:
        target = self.now if self.now.begun or not self.done else self.done[-1]
        if self.dead and not self.now.begun:
            return
        for href, title in zip(line.hrefs, line.titles, strict=True):
            if is_social(href) or same_page(href, self.page.url):
                continue
            if name_score(clean_name(title)) >= 0.5:
                continue
            kind = link_kind(href, title)
            if kind == "paper" and column_head(self.page, line.element) == "slides":
                kind = "slides"
            if kind in _NO_TALK_LINKS or (kind == "code" and "code" not in title.lower() and href.count("/") < 4):
                continue
            if all(link.url != href for link in target.links):
                target.links.append(LinkFact(kind, href))

    def _flush(self, at: int) -> None:
        now = self.now
        if self.done and not now.begun:
            # links before the first line of the next talk still belong to the last one
            self.done[-1].links.extend(link for link in now.links if link not in self.done[-1].links)
        if now.begun and not (now.title is not None and is_slot(now.title) and not now.people):
            now.stop = at
            now.time = self.time
            if now.title is None and now.weak and now.people:
                now.title = now.weak
            if now.label is None:
                now.label = self.label
            self.done.append(now)
        elif now.label and kind_of(now.label) == "panel" and not now.begun and not self.dead:
            now.stop = at
            now.time = self.time
            self.done.append(now)
        if now.affiliation is None and now.affiliations:
            now.affiliation = organisation(best_affiliation(now.affiliations) or "")
        self.now = Draft(at, self.stop)
        self.mode = ""


def _look(line: Line) -> str:
    first = line.runs[0] if line.runs else None
    return f"{line.element.tag}{line.level}{line.bold}{bool(first and first.href)}"


def _mode_of(text: str) -> str:
    low = text.strip(" []()|:▶").lower()
    if re.fullmatch(r"(?:show |view |read |hide )?abstract", low):
        return "abstract"
    return "bio" if re.fullmatch(r"(?:show |view |read )?(?:speaker )?bio(?:graphy)?", low) else ""


def worth(draft: Draft) -> float:
    """How convincing a draft is as a talk, 0..1."""
    score = 0.0
    if draft.title:
        score += 0.25 + 0.3 * title_score(draft.title)
    if draft.people:
        score += 0.3
    if draft.label:
        score += 0.12
    if draft.time:
        score += 0.12
    if draft.summary or draft.labelled:
        score += 0.1
    return min(1.0, score)
