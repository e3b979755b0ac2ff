"""Titles of talks and papers: kinds printed before them, badges after them, and slots that are no talks at all."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.models import TalkKind
from scrapers.extract.lang.affiliations import affiliation_score
from scrapers.extract.lang.names import name_score
from scrapers.extract.lang.times import leading_moment
from scrapers.extract.lang.words import weight

_SLOT = re.compile(
    r"^(?:(?:short|coffee|tea|lunch|morning|afternoon|bio|virtual|mid|long|networking|quick|evening|"
    r"extended|informal|small|buffet|health|\d+ ?min(?:ute)?s?)[\s/-]*)*"
    r"(?:break|lunch|coffee|tea|dinner|breakfast|reception|refreshments|social|registration|"
    r"check[- ]?in|welcome|"
    r"(?:opening|closing)(?! (?:the|an?|up)\s+(?!workshop|session|ceremony|remarks|day|event|meeting))|introductions?$|"
    r"(?:introduc\w+|intro)(?! to (?!the\b|our\b|this\b|workshop\b|speakers?\b|day\b))|"
    r"openn+ing|organi[sz](?:ing|ation) (?:team|"
    r"committee)|organi[sz]ers?$|"
    r"concluding|conclusions?|wrap[- ]?up|final remarks|remarks|adjourn|end of|end$|the end|farewell|"
    r"good ?bye|start of|begin|doors open|arrival|set ?-?up|tbd|tba|tbc|"
    r"to be (?:announced|determined|confirmed)|free time|happy hour|group photo|photo|networking|"
    r"mingl\w+|discussions?$|open discussion|audience q|q ?[&/+] ?a|questions|"
    r"selected (?:contributors|speakers|authors)|contributors$|\d+ (?:contributed|spotlight|oral|"
    r"lightning|invited|short) (?:talks|presentations|papers)|"
    r"poster|posters|demo session|best (?:paper|poster) (?:awards?|announcements?)|awards?|"
    r"award (?:ceremony|announcements?|session)|announcements?|hackathon|ceremony|"
    r"logistics|housekeeping|parallel|breakouts?|break ?- ?outs?|round ?tables?|mentoring|mentorship|"
    r"excursion|banquet|drinks|cocktail|snacks?|meet (?:and|&) greet|"
    r"gather|gathertown|watch party|office hours?|n/?a|all$|everyone|travel|checkout|session (?:\d|"
    r"[ivx]+|chair|opening|closing)\b|session$|"
    r"sponsors?|group (?:work|activity|discussions?)|working groups?|town hall|business meeting|"
    r"ice ?breaker|buffer|transition|walk|move to|moderator|"
    r"(?:virtual )?(?:poster|demo|social|coffee|networking|interactive|industry) (?:session|hour|"
    r"event|time|breaks?)|spotlights?$|talks?$|invited talks?$|"
    r"(?:contributed|spotlight|oral|lightning|invited|short|flash)\s+(?:talks|presentations|"
    r"papers)\s+(?:for|session|by|from|\(|\*|[-–x×]?\s*\d)|"
    r"published (?:on|in|by)|posted (?:on|by)|last (?:updated|modified)|updated on|\d+ min(?:ute)?s? read|"
    r"(?:[\w-]+ ){0,4}awards?$|"
    r"(?:talk )?titles?:? (?:tba|tbd|tbc|to be)|"
    r"live q|pre-?recorded|recordings?|technical setup|online session|onsite|in-person)\b",
    re.I,
)
_KINDS: tuple[tuple[str, TalkKind], ...] = (
    (r"keynotes?|plenary|opening keynote|closing keynote", "keynote"),
    (r"invited|featured|distinguished|guest", "invited"),
    (
        r"contributed|orals?|spotlights?|lightning|flash|short|selected|highlighted|accepted|rapid|"
        r"poster spotlights?|runner[- ]up|best[- ]paper|paper|student|award",
        "contributed",
    ),
    (r"panels?|round ?table|fireside|debate", "panel"),
    (r"tutorials?|lab session|hands[- ]on|lectures? series", "tutorial"),
)
_NUMBER = r"(?:\s*(?:no\.?|nr\.?|#)?\s*(?:\d{1,2}|[ivx]{1,4}|[a-d])\b(?!\s*[-–]\s*\d))?"
_PREFIX = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s+)?[\[\(<]?\s*(?P<kind>(?:(?:opening|closing|virtual|remote|live|in-person|regular|session|"
    r"first|second|third|best|academic|industry|research|technical|short|long|"
    r"poster|workshop|student|award|sponsored|sponsor|main|special|young|early[- ]career)[\s-]+)*"
    r"(?:keynotes?|plenary|invited|contributed|orals?|spotlights?|lightning|flash|tutorials?|panels?|"
    r"featured|selected|accepted|highlighted|rapid|guest|fireside|foundations?|case study|talks?|"
    r"presentations?|papers?|lectures?|seminar|distinguished)"
    r"(?:[\s/&+-]+(?:talks?|speakers?|presentations?|lectures?|address|keynotes?|session|papers?|"
    r"discussions?|posters?|spotlights?|orals?|chats?|seminars?|contributed|invited|tutorials?|and|"
    r"address|plenary))*)"
    rf"{_NUMBER}\s*[\]\)>]?\s*(?P<sep>by\b\s*|:\s*|[-–—|•·]\s+|[-–—|]\s*|\s+[-–—]\s*|,\s+|\.\s+|$|\n|"
    rf"(?<=[\]\)>])\s*|\s(?=[\"“]))",
    re.I,
)
_BADGE = re.compile(
    r"\s*[\(\[{<]\s*(?:spotlight|oral|poster|outstanding|best|award|runner|honou?rable|invited|"
    r"keynote|contributed|lightning|highlight|talk|virtual|remote|online|in[- ]person|"
    r"pre-?recorded|recording|recorded|video|slides?|paper|pdf|link|openreview|arxiv|code|abstract|"
    r"cancell?ed|tentative|long|short|live|poster\s*#?\d*|top \d+%|"
    r"notable|accept|new|📄|🏆|🎥)[^\)\]}>]{0,60}[\)\]}>]",
    re.I,
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b06\ufe0f\u23e9-\u23ff]+")
_LINK_WORDS = re.compile(
    r"\s*[\[\(]?\s*\b(?:pdf|paper link|paper|slides? link|slides?|video link|video|recording link|"
    r"recording|poster|code|openreview|arxiv|forum|link|abs|bibtex|supp(?:lementary)?|website|"
    r"slideslive(?: video)?|project page|github|"
    r"talk|watch|camera[- ]ready|download|full text|url|html|doi|biorxiv|preprint|read more|more info|"
    r"details|abstract|show abstract|bio)\b\s*[\]\)]\s*$",
    re.I,
)
_DURATION = re.compile(r"\s+\(?(?:\d{1,2}\s?h(?:ours?)?\s*)?(?:\d{1,3}\s?(?:m|mins?|minutes))\)?$", re.I)
_AWARD = re.compile(
    r"\s+(?:🏆\s*)?(?:Best (?:Student )?(?:Paper|Poster)(?: Award| Runner[- ]Up| Finalist)?|Spotlight|"
    r"Oral|Honou?rable Mention|Outstanding Paper(?: Award)?)(?::\s[\w ]{3,30} Track)?$"
)
_QUOTES = '"“”„«»‟'
_LABEL = re.compile(
    r"^\s*(?:(?:talk|keynote|paper|presentation|tutorial|invited talk|lecture|working|"
    r"tentative)\s+)?(?:title|topic)\s*(?:\d+\s*)?[:\-–—]\s*",
    re.I,
)


def is_slot(text: str) -> bool:
    """True for breaks, meals, posters, opening and closing remarks, and empty placeholders."""
    text = _EMOJI.sub("", text).strip(" \t[](){}*:-–—|.,")
    return not text or bool(_SLOT.match(text))


def kind_of(text: str) -> TalkKind | None:
    """The talk kind that words such as "Spotlight talk" mean."""
    low = text.lower()
    for pattern, kind in _KINDS:
        if re.search(rf"\b(?:{pattern})\b", low):
            return kind
    return None


def split_kind(text: str) -> tuple[str | None, str]:
    """The kind label a text starts with and the rest: "Invited talk 2: Name" gives "Invited talk" and "Name".

    A title that merely begins with such a word ("Keynote extraction with...") is left alone.
    """
    match = _PREFIX.match(text)
    if match is None and text.rstrip().endswith((")", "]")):
        text = _BADGE.sub("", text)
        match = _PREFIX.match(text)
    if match is None:
        return None, text
    label = match.group("kind")
    rest = text[match.end() :]
    separator = match.group("sep").strip()
    if separator in (",", ".") and kind_of(label) is None:
        return None, text
    if (
        label.lower()
        in ("paper", "papers", "selected", "accepted", "rapid", "flash", "foundations", "foundation", "presentation")
        and rest
        and separator != ":"
    ):
        return None, text
    return label, rest.strip()


def kind_badge(text: str) -> str | None:
    """The kind in a badge after a title: "Oral" in "Attention without tears (Oral)"."""
    for match in _BADGE.finditer(text):
        inner = match.group().strip(" ()[]{}<>")
        if len(inner.split()) < 4 and kind_of(inner) is not None and not re.search(r"paper|award|best", inner, re.I):
            return inner
    return None


def clean_title(text: str) -> str:
    """A title without label, quotes, badges, trailing link words and footnote marks."""
    text = _LABEL.sub("", text)
    text = re.sub(r"^\s*(?:\(?\d{1,3}[.)\]:]|[•▪◦‣►–-])\s+", "", _EMOJI.sub(" ", text))
    previous = None
    while previous != text:
        previous = text
        text = _LINK_WORDS.sub("", text)
        text = _BADGE.sub("", text).strip()
    text = _DURATION.sub("", text)
    if text.count(" ") >= 4:
        text = _AWARD.sub("", text)
    text = re.sub(r"\s+", " ", text).strip(" \t|•·–—*†:;,><")
    text = re.sub(r"^[-\s]+|[\s-]+$", "", text)
    if len(text) > 2 and text[0] in _QUOTES + "'‘" and text[-1] in _QUOTES + "'’.,":
        inner = text.rstrip(".,")[1:]
        inner = inner[:-1] if inner and inner[-1] in _QUOTES + "'’" else inner
        if not any(q in inner for q in _QUOTES):
            text = inner.strip(" .,")
    if sum(text.count(q) for q in _QUOTES) == 1:
        text = text.strip(_QUOTES + " ,")
    if text.endswith(".") and not text.endswith(("...", "etc.", " al.")):
        text = text[:-1]
    return text.strip()


def quoted(text: str) -> str | None:
    """The text in double quotes when it is a title's length."""
    match = re.search(r"[\"“„«]([^\"“”„«»]{8,250})[\"”“»]", text)
    return match.group(1).strip(" ,.") if match else None


_SENTENCE = re.compile(
    r"^(?:this (?:is|talk|work|paper|session|tutorial)|here (?:is|are)|please|congratulations|we|you|"
    r"they|their|it|its|he|she|his|her|our|these|those|see|click|check|for more|find|thanks?|"
    r"thank you|post your|submit|visit|register|download|apply|join|subscribe|jump to|"
    r"discussion panel\w* include|moderated by|published (?:on|in|by)|posted|updated|last|if you|"
    r"in this (?:talk|paper|work)|all (?:the )?(?:papers|talks|times)|"
    r"using .*, (?:they|we)|accepted papers (?:are|will)|there (?:is|are|will))\b",
    re.I,
)
_REQUEST = re.compile(
    r"^(?:congratulations|thank|welcome|submit|download|register|subscribe|click|apply (?:now|here|by)|sign up|"
    r"read more|learn more|see all)\b",
    re.I,
)
_WHERE = re.compile(
    r"\b(?:can be found|is available|are available|will be (?:announced|posted|available|presented))\b|\bhere$", re.I
)
# "Anna Bell (ETH) presented ..." is a sentence about a talk
_NAMED_START = re.compile(
    r"^((?:[A-ZÀ-ÞĀ-ſ][\w'’.-]*\s+){1,3}[A-ZÀ-ÞĀ-ſ][\w'’-]*)(?:\s*\([^)]*\))?\s+(?!and\b|et\b|of\b|for\b|"
    r"in\b|on\b|with\b|from\b|to\b)[a-z]{2,}"
)


@lru_cache(maxsize=50_000)
def title_score(text: str) -> float:
    """How sure it is that a text is the title of a talk or paper, 0..1."""
    stop = text.rstrip().endswith((".", "!", ";"))
    text = clean_title(text)
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    if not words or len(text) < 4 or len(text) > 320 or is_slot(text):
        return 0.0
    if name_score(text) >= 0.6:
        return 0.1
    if "http" in text or "@" in text or not leading_moment(text)[1].strip():
        return 0.0
    if len(words) == 1:
        return 0.25
    known = [w for word in words if (w := weight(word)) is not None]
    titleish = sum(w < 0 for w in known) / max(1, len(words))
    score = 0.3 + 0.5 * titleish
    if len(words) >= 4:
        score += 0.15
    if len(words) >= 3 and ":" in text:
        score += 0.05
    if len(words) > 35:
        score -= 0.35
    sentences = len(re.findall(r"[a-z)]\.\s+[A-Z]", text))
    if sentences:
        score -= 0.2 * sentences
    if stop and len(words) > 13:
        score -= 0.3
    if (
        re.search(
            r"\b(?:we|our|will be|please|is a|are a|has been|have been|received|her|his|their research)\b", text, re.I
        )
        and len(words) > 8
    ):
        score -= 0.25
    if re.match(
        r"(?:this|the|these|all|our) (?:talks?|papers?|works?|sessions?|list|following|"
        r"workshop)\b.*\b(?:is|are|was|were|will|can|based)\b",
        text,
        re.I,
    ):
        score -= 0.4
    if (len(words) > 5 and _SENTENCE.match(text)) or _REQUEST.match(text) or _WHERE.search(text):
        score -= 0.5
    elif len(words) > 7 and (start := _NAMED_START.match(text)) and name_score(start.group(1)) >= 0.75:
        score -= 0.6
    score -= 0.5 * max(0.0, affiliation_score(text) - 0.3)
    return max(0.0, min(1.0, score))


def is_prose(text: str) -> bool:
    """True for an abstract, a summary or a biography: sentences rather than a title or a list."""
    words = text.split()
    if len(words) < 12:
        return False
    return len(words) >= 28 or bool(re.search(r"[a-z0-9)\]]\.(?:\s|$)", text))
