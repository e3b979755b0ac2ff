"""LaTeX, HTML and PDF leftovers become plain text: a title from BibTeX or a web export as a reader would print it.

Deliberately small: accents, the symbols of titles, font commands and simple mathematics. A full LaTeX converter
(pylatexenc) takes about 1 ms a text, minutes for a list of 100,000 abstracts; this takes some microseconds.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

from kb.text import inert

_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_ACCENT = re.compile(
    r"""\{?\\(?:(['`^"~=.])\s*|([uvHckrdb])(?=[\s{])\s*)"""  # \' takes the next letter, \v needs a space or a brace
    r"""(?:\{\s*(\\[ij]|[A-Za-z])\s*\}|(\\[ij](?![A-Za-z])|[A-Za-z]))(?:(?<=[{].)\})?"""
)
_SYMBOLS = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "ss": "ß", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "textdollar": "$", "textbackslash": "\\", "textasciitilde": "~", "textregistered": "®",
    "texttrademark": "™", "textdegree": "°", "ldots": "…", "dots": "…", "cdots": "…", "LaTeX": "LaTeX", "TeX": "TeX",
    "times": "×", "cdot": "·", "pm": "±", "sim": "~", "approx": "≈", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "ne": "≠", "ll": "≪", "gg": "≫", "infty": "∞", "to": "→", "rightarrow": "→", "leftarrow": "←",
    "leftrightarrow": "↔", "Rightarrow": "⇒", "mapsto": "↦", "in": "∈", "subset": "⊂", "cup": "∪", "cap": "∩",
    "forall": "∀", "exists": "∃", "nabla": "∇", "partial": "∂", "sum": "∑", "prod": "∏", "int": "∫", "ell": "ℓ",
    "star": "*", "ast": "*", "circ": "°", "deg": "°", "propto": "∝", "otimes": "⊗", "oplus": "⊕", "perp": "⊥",
    "quad": " ", "qquad": " ", "space": " ", "epsilon": "ε", "varepsilon": "ε", "phi": "φ", "varphi": "φ",
    "vartheta": "θ", "log": "log", "exp": "exp", "min": "min", "max": "max", "arg": "arg",
}  # fmt: skip
_GREEK = "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon chi psi omega"
_GREEK_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
for _case, _names in (("SMALL", _GREEK), ("CAPITAL", _GREEK_CAPITALS)):
    for _name in _names.split():
        # Unicode spells this one letter without b
        _letter = _name.upper().replace("LAMBDA", "LAMDA")
        _SYMBOLS[_name] = unicodedata.lookup(f"GREEK {_case} LETTER {_letter}")

_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(?:\[[^\]]{0,80}\])?[ \t]*")
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_KEPT = re.compile("[\ue000-\ue006]")
_SPACING = re.compile(r"\\[,;:! ]|(?<!\\)~")
# "$5 to $10" is money: mathematics has a space on both sides, or on neither
_MATH = re.compile(
    r"(?<![^\s(])\$\$([^$\n]{1,400})\$\$|\$(?!\s)([^$\n]{1,400}?)(?<!\s)\$(?!\d)|\$\s+([^$\n]{1,100}?)\s+\$"
)
_SCRIPT = re.compile(r"([\^_])\{([^{}]{1,12})\}")
_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SUBSCRIPT = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_DROPPED = frozenset(
    (
        "em",
        "it",
        "bf",
        "sc",
        "tt",
        "rm",
        "sl",
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "displaystyle",
        "textstyle",
    )
)

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_TAG = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|u|em|strong|sub|sup|p|br|div|span|a|tt|code|sc|scp|title|sec|italic|bold|inline-formula|math|mi|mn|"
    r"mo|mrow|msub|msup|mtext|tex-math|ul|ol|li|font|small|big|h[1-6])(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_CID = re.compile(r"\(cid:\d+\)")
_SOFT_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
# A PDF's text wraps words everywhere; typed text has a line end after a real hyphen now and then
_WRAPPED_WORDS = 3


def plain(text: str) -> str:
    """One line of plain text: entities and tags resolved, LaTeX decoded, control characters dropped."""
    if "-\n" in text:
        text = _SOFT_HYPHEN.sub("" if text.count("-\n") >= _WRAPPED_WORDS else "-", text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
        if "&" in text and _ENTITY.search(text):  # exported twice: "&amp;amp;"
            text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(_tag, text)
    if "(cid:" in text:
        text = _CID.sub("", text)
    if "\\" in text or "$" in text or "{" in text:
        text = latex(text)
    # `str.split` parts at the same characters as `clean` does and takes a tenth of its time
    return " ".join(inert(text).split())


def listed(value: object) -> list[Any]:
    """The value when it is a list, else []: answers of services are not always of the shape they promise."""
    return value if isinstance(value, list) else []


def _tag(match: re.Match[str]) -> str:
    # Block elements part words, inline ones do not ("H<sub>2</sub>O")
    return " " if re.match(r"</?(?:jats:)?(?:p|br|div|sec|title|li|ul|ol|h\d)\b", match[0], re.IGNORECASE) else ""


def latex(text: str) -> str:
    """LaTeX in running text, decoded: accents, symbols, font commands, braces, simple mathematics."""
    if "\\" in text:
        text = _ACCENT.sub(_accent, text.replace("\\\\", " "))
        # Kept out of the way of the steps below, put back at the end
        text = _ESCAPED.sub(lambda m: chr(0xE000 + "&%$#_{}".index(m[1])), text)
    if "$" in text:
        text = _MATH.sub(lambda m: _math(m[1] or m[2] or m[3]), text)
    if "\\" in text:
        text = re.sub(r"\\\((.{1,400}?)\\\)", lambda m: _math(m[1]), text)
        text = _SPACING.sub(" ", text)
        text = _COMMAND.sub(_command, text)
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    text = text.replace("{", "").replace("}", "")
    text = _KEPT.sub(lambda m: "&%$#_{}"[ord(m[0]) - 0xE000], text)
    return unicodedata.normalize("NFC", text)


def _accent(match: re.Match[str]) -> str:
    letter = (match[3] or match[4]).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[match[1] or match[2]])


def _math(body: str) -> str:
    body = _COMMAND.sub(_command, body)
    body = _SCRIPT.sub(lambda m: _script(m[1], m[2]), body)
    body = re.sub(r"([\^_])([0-9n+-])(?![0-9])", lambda m: _script(m[1], m[2]), body)
    return body.replace("\\,", " ").replace("\\!", "")


def _script(kind: str, body: str) -> str:
    table = _SUPERSCRIPT if kind == "^" else _SUBSCRIPT
    if all(ord(char) in table for char in body):
        return body.translate(table)
    return f"{kind}{body}"


def _command(match: re.Match[str]) -> str:
    name = match[1]
    if name in _SYMBOLS:
        symbol = _SYMBOLS[name]
        # "\alpha-helix" and "Proof of \LaTeX support": a space after the command ends it, and shows after a word
        return symbol + (" " if match[0][-1:] in (" ", "\t") and not symbol.isspace() else "")
    if name in _DROPPED or match.string[match.end() : match.end() + 1] == "{":
        return ""
    # An unknown command without argument: its name is the best that can be shown
    return "" if len(name) < 3 else name + " "
