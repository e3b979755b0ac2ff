"""Organisations: does a text name one, and what of it is the organisation rather than a position or a country code."""

from __future__ import annotations

import re
from functools import lru_cache

from scrapers.extract.lang.words import ascii_fold, weight, word_list

_ORG = re.compile(
    r"\b(?:univ(?:ersit|\b|\.)\w*|institut\w*|inst\.|college|school|academy|laborator\w+|labs?\b|"
    r"centre|center|hospital|clinic\w*|"
    r"polytechni\w+|politecnico|hochschule|facult\w+|department|dept\b|foundation\b|corporation|"
    r"corp\b|inc\b|ltd\b|gmbh|llc|plc|a\.?g\b|"
    r"company|research|technolog\w+|sciences?|therapeutics|pharma\w*|biosciences?|biotech|genomics|"
    r"medicines?|observatory|agency|council|"
    r"museum|society|association|consortium|group|campus|ministry|startup|universit[àäéy]|"
    r"universidad\w*|universidade|ecole|école|eidgen\w+|"
    r"tech\b|health\b|bio\b|systems|ventures|capital|intelligence|robotics|informatics|unit\b|max planck|mpi\b)",
    re.I,
)
# Words of organisations that are nobody's name
ORG_WORD = re.compile(
    r"^(?:univer\w+|institut\w+|polytechni\w+|politecnico|hochschule|laborator\w+|department|dept\.?|"
    r"faculty|academy|foundation|corporation|hospital|clinic|[eé]cole|tech|inc\.?|ltd\.?|gmbh|llc|"
    r"corp\.?|zentrum|labs?|ag|ventures|therapeutics|pharma\w*|national|contributors?|participants?|"
    r"workshop|team|committee)$",
    re.I,
)
_WEAK = re.compile(
    r"(?:research|technolog\w+|sciences?|genomics|medicines?|health|bio|systems|intelligence|robotics|informatics|"
    r"society|council|agency|capital|campus|group|clinic\w*|pharma\w*|school|inst)",
    re.I,
)
_UNIT = re.compile(
    r"^(?:the\s+)?(?:department|dept\.?|institute|laboratory|lab|faculty|school|cent(?:er|re)|"
    r"university|college|division|chair|ellis unit|max planck)\b(?!.*[:?])",
    re.I,
)
# Abbreviations and names of organisations that hold no word such as "university"
_KNOWN = word_list("organisations")
_POSITION = re.compile(
    r"^(?:(?:full|assistant|associate|adjunct|senior|principal|staff|lead|chief|distinguished|"
    r"research|applied|visiting|group|team|head|"
    r"co-?founder|founder|director|phd|ph\.d\.|doctoral|postdoctoral|graduate|master'?s|tenure[- ]track|"
    r"machine learning|ai|ml|data|software|founding|junior|honorary|emeritus|scientific|executive|"
    r"managing|vice|deputy|bsc|msc|undergraduate)[\s/-]+)*"
    r"(?:professor|prof\.?|scientist|researcher|student|postdoc(?:toral)?(?: fellow| researcher|"
    r" associate| scholar)?|fellow|engineer|lecturer|director|manager|"
    r"president|founder|ceo|cto|cso|cfo|chief \w+ officer|head|candidate|reader|chair|lead|leader|"
    r"scholar|associate|vp|dean|instructor|"
    r"co-?founder|investigator|pi|partner|intern|developer|architect|advisor|analyst|consultant|"
    r"editor|faculty|staff|assistant|resident|member|group leader|team leader)\b",
    re.I,
)
_AT = re.compile(r"^.{0,90}?(?:\s+at\s+(?:the\s+)?|\s*@\s*|\s+(?:with|from)\s+(?=[A-Z]))(?=\S)")
_EDGES = " \t,;:|·•–—/&()[]\n."


# e-mail and web addresses
_ADDRESS = re.compile(
    r"[\w.]+@[\w-]+\.\w|^(?:https?:|www\.)|^[\w-]+(?:\.[\w-]+)+/|^[\w-]+(?:\.[\w-]+)*\.(?:com|edu|org|"
    r"io|net|gov|de|uk|ca)$",
    re.I,
)


def is_address(text: str) -> bool:
    """True for e-mail and web addresses."""
    return bool(_ADDRESS.search(text.strip()))


@lru_cache(maxsize=100_000)
def affiliation_score(text: str) -> float:
    """How sure it is that a short text names an organisation (perhaps with a position before it), 0..1."""
    text = text.strip(_EDGES)
    words = text.split()
    if not words or len(text) > 200 or len(words) > 26:
        return 0.0
    if text.endswith("?") or "http" in text or _ADDRESS.search(text):
        return 0.0
    known = any(ascii_fold(w.strip("(),.;:&/’'")) in _KNOWN for word in words for w in re.split(r"[/,]", word))
    org = len(_ORG.findall(text))
    position = bool(_POSITION.match(text))
    capital = sum(w[0].isupper() or not w[0].isalpha() for w in words) / len(words)
    score = 0.0
    if org:
        score = 0.62 + 0.08 * min(org, 3)
    if known:
        score = max(score, 0.8 if len(words) <= 5 else 0.6)
    if position:
        score = max(score, 0.7)
    if not score and 2 <= len(text) <= 6 and text.isupper() and text.isalpha():
        score = 0.5
    if not score and re.match(
        r"^(?:U\.?\s?(?:of|C|T)\b|TU\s|ETH\b|Uni\s|UC\s|IIT\s|MPI\b|KU\s|(?:UC|UW|UT|UNC|UMass|TU|NYU|CMU)[-–])", text
    ):
        score = 0.8
    if org and not known and len(words) >= 4 and all(_WEAK.fullmatch(found) for found in _ORG.findall(text)):
        # "Fairness of Models on Health Data" holds a word that organisations like too
        titleish = sum((weight(w.strip("(),.;:")) or 0) <= -2 for w in words)
        if titleish >= 0.4 * len(words):
            score -= 0.45
    if _UNIT.match(text):
        score = max(score, 0.92)
    if score and len(words) > 9:
        score -= 0.03 * (len(words) - 9)
    if score and capital < 0.45 and not position:
        score -= 0.3
    if score and re.search(r"\b(?:is|are|was|we|this|that|how|can|will|has|have|her|his|their)\b", text):
        score -= 0.4
    if score and re.search(r"[:?!“”]", text):
        score -= 0.2
    return max(0.0, min(1.0, score))


def is_position(text: str) -> bool:
    """True for "Research Scientist", "PhD student at X": a text that starts with a job."""
    return bool(_POSITION.match(text.strip(_EDGES)))


def strip_affiliation(text: str) -> str:
    """The organisation as printed, without brackets and edges."""
    text = text.strip()
    out = text.strip(" \t,;:|·•–—/&\n*†‡§")
    while len(out) > 1 and out[0] in "([" and out[-1] in ")]":
        out = out[1:-1].strip()
    if out.startswith("@"):
        out = out[1:].strip()
    if out.count("(") > out.count(")"):
        out += ")" if out.rfind("(") > 0 else ""
    return re.sub(r"\s+", " ", out.lstrip("([") if out.count("(") > out.count(")") else out).strip()


_IN_BIO = re.compile(
    r"(?:\bat|\bwith|\bfrom|\bof|\bjoined|\bin|\bfor)\s+(?:the\s+)?(?P<org>(?:[A-Z][\w&’'\-/]*|ETH|"
    r"MIT)(?:(?:\s+(?:of|for|the|and|in|de|&|di|für|der|"
    r"des)(?=\s+(?:the\s+)?[\[A-Z])(?:\s+the)?)?\s+(?:[A-Z][\w&’'\-/]*))*)"
)


def affiliation_in_bio(text: str) -> str | None:
    """The organisation a biography names first: "is a professor of biology at the University of Oslo"."""
    found: list[tuple[float, int, str]] = []
    for number, sentence in enumerate(re.split(r"(?<=[a-z)A-Z]{2})\.\s+(?=[A-Z])", text[:900])[:3]):
        for match in _IN_BIO.finditer(sentence):
            org = re.sub(r"['’]s$", "", match.group("org").strip(" .,;"))
            campus = re.match(r",? (?:at )?([A-Z]\w+(?: [A-Z]\w+)?)", sentence[match.end() :])
            if campus and _CAMPUS.search(org):
                org = f"{org}, {campus.group(1)}"
            if len(org.split()) == 1 and _ORG.fullmatch(org):
                continue
            score = affiliation_score(org)
            if score < 0.5 or (match.group().split()[0] in ("of", "in", "for") and not _ORG.search(org)):
                continue
            top = bool(_TOP.search(org)) or not _ORG.search(org)
            if not top and _FIELD.match(org):
                continue
            found.append((number - 0.6 * top, match.start(), org))
    return min(found)[2] if found else None


_FIELD = re.compile(
    r"^(?:Computer|Computational|Data|Machine|Applied|Information|Political|Materials?|Life|Cognitive|"
    r"Physical|Natural)? ?(?:Sciences?|Learning|Physics|Mathematics|Chemistry|Biology|Statistics|"
    r"Artificial Intelligence|Intelligence|Research)\b[^,]*$"
)
_CAMPUS = re.compile(r"University of California$")
_TOP = re.compile(
    r"\b(?:univers\w+|college|max planck|eth\b|epfl|mit\b|polytechni\w+|politecnico|[eé]cole|inria|cnrs|"
    r"helmholtz|academy|national lab\w*)",
    re.I,
)


def best_affiliation(lines: list[str]) -> str | None:
    """Of the lines below a name the one that names the employer rather than a department of it."""
    if not lines:
        return None
    top = next((t for t in lines if _TOP.search(t) and not _UNIT.match(t)), None) or next(
        (t for t in lines if _TOP.search(t)), None
    )
    return top or next((t for t in lines if not _UNIT.match(t) and not is_position(t)), lines[0])


def organisation(text: str) -> str:
    """A printed affiliation without the position before it: "Professor at ETH" gives "ETH"."""
    text = strip_affiliation(text)
    if _POSITION.match(text) and (match := _AT.match(text)) and affiliation_score(text[match.end() :]) >= 0.4:
        return strip_affiliation(text[match.end() :])
    if (
        _POSITION.match(text)
        and "," in text
        and affiliation_score(text.split(",", 1)[1]) >= 0.5
        and not affiliation_score(text.split(",")[0]) >= 0.75
    ):
        return strip_affiliation(text.split(",", 1)[1])
    return text
