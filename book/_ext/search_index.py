"""A search that finds numbers and claims, works from disk and shows the words it found.

Sphinx's own index knows pages, but no places within a table, and its script passes over numbers; to show what
surrounds a word it fetches the page, which a browser refuses to do from disk. Here every section, table,
figure, term and claim is an entry with its text, and ``search.js`` looks for words and numbers in them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

from made_before import Made, made
from one_stylesheet import SEARCH_INDEX, html_pages
from sphinx.application import Sphinx
from sphinx.config import Config

from safetybook.layout import DRAWINGS_AND_CODE

PAGE = "search.html"

VOID = frozenset("area br col embed hr img input link meta source wbr".split())
INLINE = frozenset("a abbr b code em i kbd mark small span strong sub sup".split())
"""Elements whose text belongs to the word or the sentence around them; others stand apart."""

UNREAD = frozenset("script style noscript svg form colgroup".split())
UNREAD_CLASSES = frozenset("hide headerlink sb-downloads highlight sb-filter sb-paper".split())
"""Code, links, forms, and what only paper has. What a drawing shows stands in its label."""

SENTENCE = re.compile(r"(?<=[a-z)])\. (?=[A-Z])")
"""Where a caption's first sentence ends, which is the title; its number stands before, as in Fig. 5."""

LISTED = "claim-"
"""Begins the id of a claim in the list of its chapter; the page of all claims has it too."""


@dataclass
class Entry:
    """A place that a search can find.

    Attributes:
        kind: ``page``, ``section``, ``table``, ``figure``, ``term`` or ``claim``.
        anchor: The id of the place on its page; empty for the page itself.
        title: What it is called.
        text: Its words, without those of the entries within it.
    """

    kind: str
    anchor: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Element:
    """An element that is open: whether its text counts, whose it is, and whether it names its entry."""

    tag: str
    is_read: bool
    entry: Entry | None
    is_title: bool


@dataclass
class _Claim(Entry):
    """A row of the page of all claims, cell by cell."""

    cells: list[str] = field(default_factory=list)
    part: str = ""

    def settle(self) -> None:
        """Make title and text of the cells."""
        what, words, printed, _, verdict, *_ = (_plain(cell) for cell in self.cells)
        self.title = f"{printed} · {what}" if printed else what
        self.text = " · ".join(filter(None, (words, self.part, verdict)))


class _Reader(HTMLParser):
    """Collects the entries of an article."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Entry] = []
        self.open: list[_Element] = []
        self.part = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element, and the entry that it stands for."""
        named = {name: value or "" for name, value in attrs}
        around = self.open[-1] if self.open else _Element("", True, None, False)
        if tag == "svg" and around.is_read:
            self.handle_data(f" {named.get('aria-label', '')} ")
        elif tag not in INLINE:
            self.handle_data(" ")
        if tag in VOID:
            return
        self.part = named.get("data-part", self.part)
        is_read = around.is_read and tag not in UNREAD and not named.get("id", "").startswith(LISTED)
        is_read = is_read and UNREAD_CLASSES.isdisjoint(named.get("class", "").split())
        begun = self._begun(tag, named) if is_read else None
        # What explains a term goes on with the entry of the term.
        if begun and not (self.found and begun is self.found[-1]):
            self.found.append(begun)
        if isinstance(around.entry, _Claim) and tag in ("th", "td"):
            around.entry.cells.append("")
        is_title = tag in ("h1", "h2", "h3", "h4", "figcaption", "dt") or (around.is_title and not begun)
        self.open.append(_Element(tag, is_read, begun or around.entry, is_title))

    def _begun(self, tag: str, named: dict[str, str]) -> Entry | None:
        """The entry that an element begins, or goes on with."""
        anchor = named.get("id", "")
        if tag == "section" and anchor:
            return Entry("section", anchor) if self.found else Entry("page", "")
        if tag == "figure" and anchor:
            return Entry("table" if "sb-float" in named.get("class", "") else "figure", anchor)
        if tag == "dt" and anchor:
            return Entry("term", anchor)
        if tag == "dd" and self.found and self.found[-1].kind == "term":
            return self.found[-1]
        if tag == "tr" and anchor and "group" not in named.get("class", "") and self.part:
            return _Claim("claim", anchor, part=self.part)
        return None

    def handle_endtag(self, tag: str) -> None:
        """End an element, with those within it that were left open."""
        if tag not in INLINE:
            self.handle_data(" ")
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Add words to the entry that is open."""
        if not self.open or not self.open[-1].is_read:
            return
        entry = self.open[-1].entry
        if isinstance(entry, _Claim):
            if entry.cells:
                entry.cells[-1] += data
        elif entry and self.open[-1].is_title:
            entry.title += data
        elif entry:
            entry.text += data


def article(page: str) -> str:
    """What a page says, without what all pages have around it; empty if it says nothing."""
    found = re.search(r'<article class="bd-article">.*</article>', page, re.DOTALL)
    return found[0] if found else ""


def entries(page: str) -> list[Entry]:
    """The places of one page that a search can find, in the page's order."""
    reader = _Reader()
    reader.feed(DRAWINGS_AND_CODE.sub(r"\1\3", article(page)))
    reader.close()
    for entry in reader.found:
        if isinstance(entry, _Claim):
            entry.settle()
        title, *more = SENTENCE.split(_plain(entry.title), maxsplit=1)
        entry.title, entry.text = title, _plain(" ".join([*more, entry.text]))
    return [entry for entry in reader.found if entry.title]


def _plain(text: str) -> str:
    return " ".join(text.split())


def index(pages: dict[str, str], before: Made | None = None) -> str:
    """The script that holds all entries, by page: its address, and kind, anchor, title and text of each."""
    before = before or Made()
    listed = []
    for address, page in pages.items():
        found = before.of(f"entries in {address}", article(page), partial(_listed, page))
        if found:
            listed.append([address, found])
    return f"const SEARCH_INDEX = {json.dumps(listed, ensure_ascii=False, separators=(',', ':'))};\n"


def _listed(page: str) -> list[list[str]]:
    return [[entry.kind, entry.anchor, entry.title, entry.text] for entry in entries(page)]


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the index when all pages are written."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in html_pages(out)}
    text = index(pages, made(app))
    (out / SEARCH_INDEX).write_text(text, encoding="utf-8", newline="\n")
    # Named by what it holds, so that no reader keeps an old one.
    versioned = f"{SEARCH_INDEX}?v={sha256(text.encode()).hexdigest()[:8]}"
    search = pages[PAGE].replace(f'"{SEARCH_INDEX}"', f'"{versioned}"')
    (out / PAGE).write_text(search, encoding="utf-8", newline="\n")


def replace_search(app: Sphinx, config: Config) -> None:
    """Let the page of the search be the book's own."""
    config.html_additional_pages = {**config.html_additional_pages, "search": "search.html"}


def leave_out_index(app: Sphinx) -> None:
    """Let Sphinx write neither its index nor its page."""
    if app.builder.format == "html":
        app.builder.search = False


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the steps; the index comes after the style sheet, for which its words are no classes."""
    app.setup_extension("made_before")
    app.connect("config-inited", replace_search)
    app.connect("builder-inited", leave_out_index)
    app.connect("build-finished", write, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
