"""Clock times and dates as schedules print them."""

from __future__ import annotations

import re

_CLOCK = (
    r"(?:[01]?\d|2[0-4])\s?(?:[:.h]\s?[0-5]\d)(?::\d\d)?\s*(?:[ap]\.?\s?m\.?)?|(?:1[0-2]|"
    r"0?[1-9])\s*(?:[ap]\.?m\.?)(?![a-z])"
)
_ZONE = (
    r"(?:\s*\(?(?-i:[A-Z]{2,4}T|UTC|GMT|PT|ET|CT|MT|CEST|CET|BST|IST|JST|KST|HST|AoE|"
    r"local(?: time)?)\b(?:\s?[+-−]\s?\d+)?\)?)?"
)
_RANGE = re.compile(
    rf"(?:{_CLOCK}){_ZONE}(?:\s*(?:[-–—−~→]|&ndash;)+(?:\s*(?:{_CLOCK}){_ZONE})?|\s+(?:to|until|till)\s+(?:{_CLOCK}){_ZONE})?",
    re.I,
)
_LEADING = re.compile(
    rf"^\s*[\[\(]?\s*(?:(?:mon|tue|wed|thu|fri|sat|"
    rf"sun)[a-z]{{0,6}}\.?,?\s+(?=\d))?(?:{_RANGE.pattern})(?:\s*[/|"
    rf"(]\s*(?:{_RANGE.pattern})\s*\)?)*\s*[\]\)]?\s*[:|\-–—•·,]*\s*",
    re.I,
)
_DURATION = re.compile(r"^\s*\(?~?\d{1,3}\s*(?:\+\s*\d+\s*)?(?:min(?:ute)?s?|mins?|m|h|hours?|hrs?)\.?\)?\s*$", re.I)
_TRAILING = re.compile(rf"[\s,(\[|–—-]+(?:{_RANGE.pattern})\s*[\)\]]?\s*$", re.I)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = re.compile(
    rf"\b(?:{_DAY}\s*(?:[-–—]|to|and|&)\s*)?{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?:of\s+)?\d{{4}}\b|"
    rf"\b{_MONTH}\s+{_DAY}(?:\s*(?:[-–—]|to|and|&)\s*(?:{_MONTH}\s+)?{_DAY})?,?\s+\d{{4}}\b|"
    r"\b(?:19|20)\d\d-\d\d-\d\d\b",
    re.I,
)
_LEADING_DATE = re.compile(
    rf"^\s*((?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|"
    rf"sun)(?:day)?\.?,?\s+)?(?:{_DAY}\s+{_MONTH}|{_MONTH}\s+{_DAY}|\d{{4}}-\d\d-\d\d|"
    rf"\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}})(?:,?\s+\d{{4}})?)\s*[:–—|-]+\s*(?=\S)",
    re.I,
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MOMENT = re.compile(
    rf"^\s*(?P<day>(?:{_WEEKDAY}\.?,?\s+)?(?:{_DAY}\s+{_MONTH}|{_MONTH}\s+{_DAY}|\d{{4}}-\d\d-\d\d)"
    r"(?:,?\s+\d{4})?)\s*(?:[,:·•|–—@-]|at)*\s*(?=\d)",
    re.I,
)
_DAY_HEADING = re.compile(
    rf"^(?:day\s*(?:\d+|one|two|three|four)\b.*|{_WEEKDAY}\b.{{0,40}}|(?:{_DAY}\s+{_MONTH}|"
    rf"{_MONTH}\s+{_DAY}|\d{{4}}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}(?:/\d+)?)\b.{{0,30}})$",
    re.I,
)


def leading_time(text: str) -> tuple[str | None, str]:
    """The time a text starts with, as printed, and the rest ("09:00 - 09:30 Talk" gives "09:00 - 09:30" and "Talk")."""
    match = _LEADING.match(text)
    if match and re.search(r"\d", match.group()) and (not text[match.end() :] or not text[match.end() :][0].isdigit()):
        printed = match.group().strip(" \t[](|:-–—•·,")
        return printed, text[match.end() :]
    return None, text


def leading_date(text: str) -> tuple[str | None, str]:
    """The day a list item starts with, as printed, and the rest ("January 12: Anna Bell")."""
    match = _LEADING_DATE.match(text)
    return (match.group(1).strip(" ,:"), text[match.end() :]) if match else (None, text)


def leading_moment(text: str) -> tuple[str | None, str]:
    """The day and clock time a text starts with ("Dec 12, 2020 9:00 AM · Anna Bell") and the rest."""
    match = _MOMENT.match(text)
    if match is None:
        return None, text
    time, rest = leading_time(text[match.end() :])
    return (f"{match.group('day').strip(' ,')} {time}", rest) if time else (None, text)


def trailing_time(text: str) -> tuple[str | None, str]:
    """The time a text ends with, as printed, and the text before it."""
    match = _TRAILING.search(text)
    if match:
        return match.group().strip(" ,()[]|–—-"), text[: match.start()].strip(" ,([|–—-")
    return None, text


def is_time(text: str) -> bool:
    """True for a text that is nothing but a clock time, a range of them, or a duration."""
    time, rest = leading_time(text)
    rest = re.sub(r"^[A-Z]{2,5}\b|[()\s]", "", rest)
    return (time is not None and not rest) or bool(_DURATION.match(text))


def is_day(text: str) -> bool:
    """True for "Day 2", "Friday, July 26th" and plain dates."""
    return bool(_DAY_HEADING.match(text.strip()))
