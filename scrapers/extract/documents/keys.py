"""What people call the same thing in data: keys as words (see `words.key_words`), the most telling first."""

from __future__ import annotations

NAME = ("name", "full name", "fullname", "display name", "person", "speaker name", "author name")
URL = (
    "url",
    "website",
    "homepage",
    "home page",
    "web",
    "webpage",
    "site",
    "link",
    "href",
    "personal page",
    "page",
    "profile",
    "home",
)
AFFILIATION = (
    "aff", "affil", "affiliation", "affiliations", "institution", "institutions", "institute", "org",
    "organization", "organisation", "organizations", "organisations", "company", "university", "employer",
    "affliation", "inst", "school", "affil1", "affiliation1",
)  # fmt: skip
INTERESTS = ("interest", "interests", "research interests", "research", "areas", "keywords", "expertise", "field")
BIO = ("bio", "biography", "about", "short bio", "description")
TITLE = ("title", "talk title", "paper title", "presentation title", "headline")
TALK = ("talk", "talk title", "topic", "presentation", "lecture")
SPEAKERS = ("speaker", "speakers", "presenter", "presenters", "panelists", "panelist", "lecturer", "by", "who")
AUTHORS = ("authors", "author", "author list", "creators")
ABSTRACT = ("abstract", "summary", "talk abstract", "description", "details", "tldr", "content")
START = ("start", "time", "start time", "starttime", "begin", "when", "slot", "hour")
LINKS = (
    "slides", "slide", "video", "recording", "youtube", "slideslive", "paper", "pdf", "code", "github", "poster",
    "openreview", "arxiv", "forum", "doi", "link", "url", "links", "paper url", "paper link", "pdf url", "website",
)  # fmt: skip
ID_KEYS = (
    ("arxiv", "arxiv:"), ("arxiv id", "arxiv:"), ("eprint", "arxiv:"), ("doi", "doi:"),
    ("openreview id", "openreview.net/forum?id="), ("forum", "openreview.net/forum?id="),
)  # fmt: skip
TYPE = ("role", "type", "kind", "category", "session", "track")
