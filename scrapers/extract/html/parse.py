"""HTML text becomes a `Page`: lxml builds the tree, this walks it once and collects the visible lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree
import lxml.html
from lxml.etree import _Element

from kb.text import inert
from scrapers.extract.html.page import Hints, Line, Page, Run
from scrapers.extract.html.urls import Resolver
from scrapers.extract.lang.sections import classify

# A line costs up to 0.4 ms to read in several cuts, so that 10,000 take 4 s at worst; the largest of 450 real pages
# has 1,400. A megabyte of markup takes 0.2 s to walk when it is nothing but tags.
MAX_CHARS = 8_000_000
MAX_LINES = 10_000
MAX_LINKS = 20_000
MAX_PIECES = 2_000  # stretches of text on one line

# fmt: off
_SKIP = frozenset(
    (
        "script", "style", "noscript", "template", "head", "svg", "math", "canvas", "object", "embed", "select",
        "option", "datalist", "audio", "title", "meta", "link", "s", "strike", "del", "input", "textarea",
    )
)
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img",
        "ins", "kbd", "label", "mark", "meter", "output", "q", "rp", "rt", "ruby", "samp", "small", "span", "strong",
        "sub", "sup", "time", "tt", "u", "var", "wbr", "nobr", "center-inline", "d-cite", "d-footnote", "iframe",
        "video", "source", "picture", "svg",
    )
)
# fmt: on
_BOLD = frozenset(["b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"])
_ITALIC = frozenset(["i", "em", "cite", "dfn", "var"])
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_CHROME_TAGS = frozenset(("nav", "footer"))
_CHROME_ROLES = frozenset(("navigation", "contentinfo", "search"))
_CHROME_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|igation)?|(?:top|site|main|side|mobile|page|drop)-?(?:nav|menu|bar)|"
    r"menu|breadcrumbs?|(?<!card-)(?<!modal-)(?<!panel-)(?<!item-)(?<!card_)footer|pagination|toc|"
    r"table-of-contents|cookie\S*|skip-?(?:link|nav)\S*|share\S*|masthead__menu)(?:$|[\s_-](?!tabs?\b|pills?\b))",
    re.I,
)
_MENU_WORD = re.compile(
    r"^(?:home|about|back|contact|news|blog|archive|past|people|faqs?|info|login|register|posts?|tags|menu|\d{4})\b",
    re.I,
)
_SKIP_LINK = re.compile(
    r"^(?:(?:skip|jump) to (?:the )?(?:main )?(?:content|navigation)\b.{0,3}|page (?:last )?updated\b.{0,30}|"
    r"report abuse|google sites|(?:made|built|powered|created) (?:with|by|using) \S{2,20}|"
    r".{0,40}\(?(?:click|tap) (?:here )?to (?:expand|collapse|show|hide|toggle|view|open)\)?.{0,12})$",
    re.I,
)
_POPUP = re.compile(
    r"modal|collaps|accordion|tab|popup|dialog|toggle|abstract|detail|bio|lightbox|drawer|reveal|"
    r"overlay|fade|panel|expand",
    re.I,
)
# words for screen readers and the "#" that copies a heading's address: glued to the text before them they spoil it
_CSS_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)|^\W*bold", re.I)
_BLOCK = re.compile(r"(?:^|\s)(?:d-block|d-flex|block)(?:$|\s)")  # a span laid out as a block
_ASIDE = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-(?:text|only)|header-?link|anchor(?:js)?-?link|"
    r"heading-anchor|permalink)(?:$|[\s])",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def parse(html: str, url: str, *, hints: Hints | None = None) -> Page:
    """The page's lines, links and metadata. Never raises: markup of any kind gives a page, perhaps without lines."""
    notes: list[str] = []
    if len(html) > MAX_CHARS:
        notes.append(f"the page is {len(html):,} characters long; only the first {MAX_CHARS:,} were read")
        html = html[:MAX_CHARS]
    html = inert(html)
    root = _tree(html)
    head = _Head(root, url)
    walk = _Walk(head.resolver, root)
    body = root.find("body")
    walk.run(body if body is not None else root)
    if walk.full:
        notes.append(f"the page has more than {MAX_LINES:,} lines; the rest was not read")
    return Page(
        url=url,
        title=head.title,
        lines=tuple(walk.lines),
        spans=walk.spans,
        body=body if body is not None else root,
        meta=head.meta,
        json_ld=head.json_ld,
        links=tuple(dict.fromkeys(walk.links)),
        anchors=walk.anchors,
        hints=hints or Hints(),
        notes=tuple(notes),
        scripted=walk.scripted,
        resolver=head.resolver,
    )


def _tree(html: str) -> _Element:
    """An <html> element, whatever the text is."""
    # encoded, because lxml refuses a str with an XML encoding declaration
    data = html.encode("utf-8", "replace")
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(data, parser=parser) if data.strip() else None
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        root = None
    if root is not None and root.tag == "html":
        return root
    return _repaired(html)


def _repaired(html: str) -> _Element:
    """What Python's own tolerant parser makes of markup that libxml2 gives up on."""
    from bs4 import BeautifulSoup  # 60 ms to import, needed for one page in thousands

    soup = BeautifulSoup(html[:200_000], "html.parser")
    text = soup.get_text("\n")
    root: _Element = lxml.html.Element("html")
    body = lxml.etree.SubElement(root, "body")
    for row in text.splitlines():
        paragraph = lxml.etree.SubElement(body, "p")
        paragraph.text = _xml_safe(row)
    return root


def _xml_safe(text: str) -> str:
    return "".join(
        c for c in text if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )


_INSIDE = "#"  # a link to another place on the page


@dataclass(frozen=True, slots=True)
class _Style:
    """How the text at a place of the tree is shown: the block around it, its link, emphasis and inline element."""

    block: _Element
    href: str | None = None
    bold: bool = False
    italic: bool = False
    inline: int = 0


Piece = tuple[str, _Style]


def text_of(element: _Element) -> str:
    """All text inside an element."""
    return "".join(map(str, element.itertext()))


class _Head:
    """Title, base, meta tags and JSON-LD."""

    def __init__(self, root: _Element, url: str) -> None:
        base = root.find(".//base[@href]")
        self.resolver = Resolver(url, base.get("href") if base is not None else None)
        title = root.find(".//head/title")
        if title is None:
            title = root.find(".//title")
        self.title = " ".join(text_of(title).split()) if title is not None else ""
        self.meta: dict[str, tuple[str, ...]] = {}
        for element in root.iter("meta"):
            key = (element.get("property") or element.get("name") or element.get("itemprop") or "").strip().lower()
            value = " ".join((element.get("content") or "").split())
            if key and value:
                self.meta[key] = (*self.meta.get(key, ()), value)
        self.json_ld = tuple(_json_ld(root))


def _json_ld(root: _Element) -> Iterator[dict[str, Any]]:
    for element in root.iter("script"):
        if "ld+json" not in (element.get("type") or ""):
            continue
        try:
            data = json.loads((element.text or "").strip().strip(";"))
        except (ValueError, RecursionError):
            continue
        pending = [data]
        while pending:
            item = pending.pop(0)
            if isinstance(item, list):
                pending = [*item[:1000], *pending]
            elif isinstance(item, dict):
                yield item
                if isinstance(graph := item.get("@graph"), list):
                    pending = [*graph[:1000], *pending]


class _Walk:
    """One pass over the tree in document order, without recursion: pages nest thousands deep."""

    def __init__(self, resolver: Resolver, root: _Element) -> None:
        self.lines: list[Line] = []
        self.spans: dict[_Element, tuple[int, int]] = {}
        self.links: list[str] = []
        self.anchors: dict[str, _Element] = {}
        self.scripted = 0
        self.full = False
        self._resolve = resolver
        self._pieces: list[Piece] = []
        self._hrefs: list[tuple[str, str]] = []
        self._in_comment = False
        self._referred: set[str] = set()
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            if (name := element.get("id")) or (element.tag == "a" and (name := element.get("name"))):
                self.anchors.setdefault(name, element)
            if element.tag == "script" and "ld+json" not in (element.get("type") or ""):
                self.scripted += len(element.text or "") + (500 if element.get("src") else 0)
            if element.tag == "noscript" and "javascript" in text_of(element).lower():
                self.scripted += 10_000
            for key in ("data-target", "data-bs-target", "aria-controls", "onclick", "data-toggle-id", "for"):
                if value := element.get(key):
                    self._referred.update(re.findall(r"[A-Za-z][\w-]*", value[:200]))
            if element.tag == "a" and (href := element.get("href")):
                if href.startswith("#"):
                    self._referred.add(href[1:])
                elif len(self.links) < MAX_LINKS and (found := resolver(href)) is not None:
                    self.links.append(found)

    def run(self, body: _Element) -> None:
        start = _Style(body)
        # An element is entered with the style around it and left with its own.
        stack: list[tuple[_Element, _Style, _Style | None]] = [(body, start, None)]
        while stack:
            element, around, own = stack.pop()
            tag = element.tag
            if own is not None:
                if own.block is element:
                    self._flush(element)
                    self.spans[element] = (self.spans[element][0], len(self.lines))
                self._leave(element, tag, own.href)
                if element.tail and element is not body:
                    self._text(element.tail, around)
                continue
            if len(self.lines) >= MAX_LINES:
                self.full = True
                break
            if not isinstance(tag, str) or tag in _SKIP or self._unseen(element, tag):
                self._text(element.tail, around)
                continue
            if tag in ("br", "hr"):
                self._flush(around.block)
                self._text(element.tail, around)
                continue
            own = self._enter(element, tag, around)
            stack.append((element, around, own))
            self._text(element.text, own)
            stack.extend((child, own, None) for child in reversed(element))
        self._flush(body)
        if self.full:
            for element, (first, last) in list(self.spans.items()):
                if last == first:
                    self.spans[element] = (first, len(self.lines))

    def _enter(self, element: _Element, tag: str, around: _Style) -> _Style:
        block, href, inline = around.block, around.href, around.inline
        if tag in _INLINE and not (tag == "span" and _BLOCK.search(element.get("class") or "")):
            inline = id(element)
        else:
            self._flush(block)
            self.spans[element] = (len(self.lines), len(self.lines))
            block, inline = element, 0
        if tag == "a":
            raw = element.get("href")
            href = self._resolve(raw) or (_INSIDE if raw and raw.startswith("#") and len(raw) > 1 else None)
        css = (element.get("style") or "") if tag == "span" else ""
        bold = around.bold or tag in _BOLD or (bool(css) and _CSS_BOLD.search(css) is not None)
        italic = around.italic or tag in _ITALIC or "italic" in css
        return _Style(block, href, bold, italic, inline)

    def _unseen(self, element: _Element, tag: str) -> bool:
        """Navigation, footers and what the author has hidden. What a button shows is not hidden."""
        if tag in _CHROME_TAGS or element.get("role") in _CHROME_ROLES:
            return True
        classes = element.get("class") or ""
        name = element.get("id") or ""
        if tag in ("span", "a", "small", "i") and classes and _ASIDE.search(classes):
            return tag != "a" or (element.get("href") or "#").startswith("#")
        if tag in ("div", "ul", "ol", "header", "section", "aside", "p") and (
            _CHROME_CLASS.search(classes) or _CHROME_CLASS.search(name)
        ):
            return not self._holds_content(element)
        style = element.get("style")
        if (element.get("hidden") is not None or (style and _HIDDEN.search(style))) and not (
            name in self._referred or _POPUP.search(classes) or _POPUP.search(name)
        ):
            return True
        return tag in ("ul", "ol") and self._is_contents(element)

    @staticmethod
    def _holds_content(element: _Element) -> bool:
        """A wrapper with a class like a menu's that holds more than links: headings, tables or long text."""
        if next(element.iter("table", "h2", "h3"), None) is not None:
            return True
        text = len(text_of(element))
        linked = sum(len(text_of(a)) for a in element.iter("a"))
        return text - linked > 600 and linked < 0.5 * text

    def _is_contents(self, element: _Element) -> bool:
        """A table of contents: a list whose every item is one link into this page."""
        items = [child for child in element if child.tag == "li"]
        if len(items) < 2:
            return False
        inside = 0
        for item in items:
            link = next(item.iter("a"), None)
            href = link.get("href") if link is not None else None
            if href is None or "#" not in href:
                return False
            target = href.split("#", 1)[1]
            if target in self.anchors:
                inside += 1
            text = text_of(item).strip()
            linked = sum(len(text_of(a).strip()) for a in item.iter("a"))
            if linked < 0.8 * len(text.strip()):
                return False
        return inside >= 0.5 * len(items)

    # --- lines ----------------------------------------------------------------------------------------------

    def _text(self, text: str | None, style: _Style) -> None:
        if text and (self._pieces or text.strip()):
            if len(self._pieces) > MAX_PIECES:
                self._flush(style.block)
            self._pieces.append((text, style))

    def _leave(self, element: _Element, tag: str, href: str | None) -> None:
        if tag == "a" and href is not None and href != _INSIDE:
            words = " ".join(text_of(element).split())
            if not words:
                words = element.get("title") or element.get("aria-label") or ""
                for child in element.iter("img", "i", "svg", "span"):
                    words = words or child.get("alt") or child.get("title") or child.get("class") or ""
            self._hrefs.append((href, words[:200]))
        elif tag in ("iframe", "video", "source") and (
            src := self._resolve(element.get("src") or element.get("data-src"))
        ):
            self._hrefs.append((src, tag))

    def _flush(self, element: _Element) -> None:
        if not self._pieces and not self._hrefs:
            return
        text, runs = _join(self._pieces)
        self._pieces = []
        if self._in_comment or "<!--" in text or "-->" in text:
            text, self._in_comment = _without_comments(text, self._in_comment)
            runs = tuple(r for r in (Run(0, len(text)),) if text)
        if not text and not self._hrefs:
            return
        inside = [text[r.start : r.stop] for r in runs if r.href == _INSIDE]
        if inside:
            if len(inside) >= 3 and sum(map(len, inside)) > 0.5 * len(text):
                self._hrefs = []
                return  # "Jump to: Speakers - Schedule - Organizers"
            runs = tuple(
                Run(r.start, r.stop, None, r.bold, r.italic, r.inline) if r.href == _INSIDE else r for r in runs
            )
        if _SKIP_LINK.match(text) or (
            len(self._hrefs) >= 3 and element.tag not in ("td", "th") and _is_menu(text, runs)
        ):
            self._hrefs = []
            return
        tag = element.tag
        self.lines.append(
            Line(
                index=len(self.lines),
                text=text,
                element=element,
                level=_heading_level(element, tag),
                runs=runs,
                hrefs=tuple(h for h, _ in self._hrefs),
                titles=tuple(t for _, t in self._hrefs),
            )
        )
        self._hrefs = []


def _is_menu(text: str, runs: tuple[Run, ...]) -> bool:
    """A row of links to the sections of the site: "Home Speakers Schedule Call for Papers"."""
    linked = [text[r.start : r.stop] for r in runs if r.href]
    if sum(map(len, linked)) < 0.75 * len(text.replace(" ", "")):
        return False
    menu = sum(1 for words in linked if len(words) < 40 and (_MENU_WORD.match(words) or classify(words) is not None))
    return menu >= 2 and menu >= 0.5 * len(linked)


def _heading_level(element: _Element, tag: str) -> int:
    """1..6 inside a heading element, also when a block stands between; 0 elsewhere."""
    for _ in range(3):
        if tag in _HEADINGS:
            return _HEADINGS[tag]
        parent = element.getparent()
        if parent is None or tag in ("td", "li", "body", "section"):
            return 0
        element, tag = parent, parent.tag
    return 0


def _join(pieces: list[Piece]) -> tuple[str, tuple[Run, ...]]:
    """Whitespace-normalised text of the pieces, and one run for each stretch of one formatting."""
    out = ""
    runs: list[Run] = []
    numbers: dict[int, int] = {0: 0}
    inline = 0
    for raw, style in pieces:
        words = " ".join(raw.split())
        if not words:
            if raw and out and not out.endswith(" "):
                out += " "
            continue
        if raw[0].isspace() and out and not out.endswith(" "):
            out += " "
        elif out and runs and style.inline != inline and out[-1].isalnum() and words[0].isupper() and out[-1].islower():
            out += " "  # "<a>Title</a><span>Room</span>" are two words, as style sheets show them
        inline = style.inline
        start = len(out)
        out += words
        if raw[-1].isspace():
            out += " "
        last = runs[-1] if runs else None
        number = numbers.setdefault(style.inline, len(numbers))
        look = (style.href, style.bold, style.italic, number)
        if last and (last.href, last.bold, last.italic, last.inline) == look:
            runs[-1] = Run(last.start, start + len(words), *look)
        else:
            runs.append(Run(start, start + len(words), *look))
    return out.rstrip(), tuple(runs)


def _without_comments(text: str, inside: bool) -> tuple[str, bool]:
    """Text outside of `<!-- -->` that the page shows as text, and whether a comment is still open at its end."""
    out = ""
    while text:
        if inside:
            _, mark, text = text.partition("-->")
            inside = not mark
        else:
            before, mark, text = text.partition("<!--")
            out += before
            inside = bool(mark)
    return out.strip(), inside
