"""The built book as one page to be printed: chapters in their order, links within it, nothing to click.

The chapters are taken as they were built, so that paper shows what the screen shows. Each keeps its ids, with
the chapter's name before them: two chapters may use the same one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from safetybook.typesetting import sheet

START = "index.html"
"""The book's first page, or one that leads on to it."""

SCREEN_ONLY = (
    "script",
    "noscript",
    "a.headerlink",
    ".sb-downloads",
    "p:has(a.download)",
    ".sb-figure .sb-data",
    "div.cell details.hide",
    ".sb-paper",
)
"""What a chapter has for the screen, or for its own printing: code, files, the numbers behind figures."""

REFERRING = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details")
"""Attributes that hold ids, beside links."""

FLOAT = "figure[id]:has(.caption-number)"
"""A table or figure with a number."""


class UnboundError(ValueError):
    """What was built is not a book that can be put on one page."""


@dataclass(frozen=True)
class Look:
    """What only this book can say.

    Attributes:
        title: The book's title.
        cover: The HTML of the cover.
        opening: What the first chapter is called, whose own heading is the book's title.
        instead: What stands on paper in place of an element, by chapter and id.
        listed: Lists that another chapter repeats in full: what every row's id begins with, and that chapter.
    """

    title: str
    cover: str
    opening: str = ""
    instead: Mapping[tuple[str, str], str] = field(default_factory=dict)
    listed: tuple[str, str] | None = None


@dataclass(frozen=True)
class Chapter:
    """A page of the book: its path below the built book without suffix, its part, its title, its content."""

    path: str
    part: str
    title: str
    content: Tag

    @property
    def name(self) -> str:
        """The id of the chapter, and the beginning of all ids within it."""
        return self.path.replace("/", "-")


@dataclass(frozen=True)
class Float:
    """A numbered table or figure.

    Attributes:
        number: As in ``Table 3``.
        caption: The caption without raised letters.
        full: The caption with them.
        is_table: Whether it is a table.
    """

    number: str
    caption: str
    full: str
    is_table: bool

    @property
    def short(self) -> str:
        """The first sentence of the caption."""
        return self.caption.partition(". ")[0].removesuffix(".")


@dataclass(frozen=True)
class OnePage:
    """The book on one page, and what must be found in its print.

    Attributes:
        html: The page, which loads the styles of the built book.
        titles: The chapters' titles, by id.
        floats: The numbered tables and figures, by id.
        headings: All headings, those of the contents as well.
        tables: How many tables there are.
    """

    html: str
    titles: Mapping[str, str]
    floats: Mapping[str, Float]
    headings: Sequence[str]
    tables: int


def one_page(built: Path, look: Look) -> OnePage:
    """Put the book that was built into a folder on one page.

    Raises:
        UnboundError: The folder holds no built book.
    """
    start, contents = first_page(built)
    chapters = [_prepared(chapter, look) for chapter in _chapters(built, start, contents)]
    targets = {chapter.path: _named(chapter) for chapter in chapters}
    for chapter in chapters:
        _lead_within(chapter, targets)
    titles = {chapter.name: chapter.title for chapter in chapters}
    floats = {name: one for chapter in chapters for name, one in _floats(chapter)}
    for chapter in chapters:
        _see(chapter, titles)
    body = [
        f'<section class="sb-cover">{look.cover}</section>',
        _contents(chapters, floats),
        *map(_article, chapters),
    ]
    html = _page(built, start, contents, look, chapters, "\n".join(body))
    found = BeautifulSoup(html, "html.parser")
    headings = [_text(heading) for heading in found.select("h1, h2, h3, h4, h5, h6")]
    return OnePage(html, titles, floats, headings, len(found.select("table")))


def first_page(built: Path) -> tuple[str, BeautifulSoup]:
    """Path and content of the page that the book begins with.

    Raises:
        UnboundError: There is none.
    """
    path = START
    for _ in range(2):
        file = built / path
        if not file.is_file():
            raise UnboundError(f"{file} is missing: expected the pages of a built book in {built}")
        page = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        onward = page.select_one("meta[http-equiv=Refresh]")
        if onward is None:
            return path, page
        path = posixpath.normpath(str(onward["content"]).partition("url=")[2])
    raise UnboundError(f"{built / START} leads to {path}, which leads on: expected the first page there")


def _chapters(built: Path, start: str, contents: BeautifulSoup) -> Iterator[Chapter]:
    """The chapters in the order of the book's contents, which stand on every page."""
    part = ""
    for entry in contents.select("nav.bd-links :is(p.caption, li.toctree-l1 > a)"):
        if entry.name == "p":
            part = entry.get_text().strip()
            continue
        path = start if entry["href"] == "#" else _resolved(start, str(entry["href"]))
        page = contents if path == start else BeautifulSoup((built / path).read_text("utf-8"), "html.parser")
        found = page.select("article.bd-article")
        if not found or found[-1].find("h1") is None:
            raise UnboundError(f"{built / path}: expected an article with a heading")
        yield Chapter(path.removesuffix(".html"), part, _text(found[-1].find("h1")), found[-1])


def _resolved(path: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(urlsplit(href).path)))


def _text(tag: object) -> str:
    """The text of a heading, without the sign of its link."""
    return " ".join(tag.get_text().split()).removesuffix("#") if isinstance(tag, Tag) else ""


def _floats(chapter: Chapter) -> Iterator[tuple[str, Float]]:
    for found in chapter.content.select(FLOAT):
        number, caption = (found.select_one(f"figcaption .caption-{part}") for part in ("number", "text"))
        if number and caption:
            raised = {id(text) for mark in caption.select("sup") for text in mark.find_all(string=True)}
            bare = "".join(text for text in caption.find_all(string=True) if id(text) not in raised)
            is_table = "sb-float" in found.get_attribute_list("class")
            yield str(found["id"]), Float(_text(number), " ".join(bare.split()), _text(caption), is_table)


def _prepared(chapter: Chapter, look: Look) -> Chapter:
    """The chapter as paper shows it: what folds is open, what only a screen can use is gone."""
    content = chapter.content
    for (path, name), html in look.instead.items():
        place = content.find(id=name) if path == chapter.path else None
        if place:
            place.replace_with(BeautifulSoup(html, "html.parser"))
    for gone in content.select(", ".join(SCREEN_ONLY)):
        gone.decompose()
    for table in content.select("table:not(:has(td))"):
        (table.find_parent(class_="sb-block") or table).decompose()
    for empty in content.select("div.cell"):
        if not empty.get_text(strip=True) and not empty.find(["svg", "img"]):
            empty.decompose()
    for folded in content.select("details"):
        if look.listed and chapter.path != look.listed[1] and folded.select_one(f'[id^="{look.listed[0]}"]'):
            _refer(folded, look.listed[1])
        else:
            folded["open"] = ""
    heading = content.find("h1")
    if chapter.title == look.title and look.opening and isinstance(heading, Tag):
        heading.string = look.opening
    return Chapter(chapter.path, chapter.part, _text(heading), content)


def _refer(folded: Tag, path: str) -> None:
    """Leave of a list only its heading, and say where its rows stand."""
    summary = folded.find("summary")
    said = escape(summary.get_text(strip=True)) if summary else ""
    line = f'<p class="sb-note">{said}. They stand in <a href="/{path}.html" data-see="{path}"></a>.</p>'
    folded.replace_with(BeautifulSoup(line, "html.parser"))


def _named(chapter: Chapter) -> set[str]:
    """Put the chapter's name before its ids and whatever refers to them; return the ids as they were."""
    names = set()
    for tag in chapter.content.select("[id]"):
        names.add(str(tag["id"]))
        tag["id"] = f"{chapter.name}--{tag['id']}"
    for attribute in REFERRING:
        for tag in chapter.content.select(f"[{attribute}]"):
            value = tag[attribute]
            words = value.split() if isinstance(value, str) else value
            tag[attribute] = " ".join(f"{chapter.name}--{word}" for word in words)
    for svg in chapter.content.find_all("svg"):
        for tag in svg.find_all(True):
            for attribute, value in list(tag.attrs.items()):
                if isinstance(value, str) and "url(#" in value:
                    tag[attribute] = value.replace("url(#", f"url(#{chapter.name}--")
                elif attribute in ("href", "xlink:href") and str(value).startswith("#"):
                    tag[attribute] = f"#{chapter.name}--{str(value)[1:]}"
    return names


def _lead_within(chapter: Chapter, targets: Mapping[str, set[str]]) -> None:
    """Let links lead to the other chapters on this page; a link to a file becomes plain text."""
    for link in chapter.content.select("a[href]"):
        parts = urlsplit(str(link["href"]))
        if parts.scheme:
            continue
        page = _resolved(f"{chapter.path}.html", parts.path) if parts.path else f"{chapter.path}.html"
        path = page.removesuffix(".html").removeprefix("/")
        if path not in targets:
            link.unwrap()
            continue
        name = path.replace("/", "-")
        # What is gone from paper cannot be led to; its chapter can.
        link["href"] = f"#{name}--{parts.fragment}" if parts.fragment in targets[path] else f"#{name}"


def _see(chapter: Chapter, titles: Mapping[str, str]) -> None:
    """Name the chapter that a list stands in, and its page."""
    for link in chapter.content.select("a[data-see]"):
        name = str(link["data-see"]).replace("/", "-")
        said = f"{escape(titles[name])}, page {sheet(name)}"
        link.append(BeautifulSoup(said, "html.parser"))


def _contents(chapters: Sequence[Chapter], floats: Mapping[str, Float]) -> str:
    """The chapters by part, then the tables and the figures, each with its page."""
    lines = ['<nav class="sb-contents" id="contents">', "<h1>Contents</h1>"]
    for part, members in groupby(chapters, lambda chapter: chapter.part):
        lines += [f"<p>{escape(part)}</p>"] if part else []
        lines += _entries({chapter.name: escape(chapter.title) for chapter in members})
    for heading, tables in (("Tables", True), ("Figures", False)):
        found = {name: one for name, one in floats.items() if one.is_table is tables}
        lines += [f"<h2>{heading}</h2>"] if found else []
        lines += _entries(
            {name: f"<b>{escape(one.number)}</b> {escape(one.short)}" for name, one in found.items()}
        )
    return "\n".join([*lines, "</nav>"])


def _entries(entries: Mapping[str, str]) -> list[str]:
    lines = [
        f'<li><a href="#{name}"><span>{said}</span>{sheet(name)}</a></li>' for name, said in entries.items()
    ]
    return ["<ul>", *lines, "</ul>"] if lines else []


def _article(chapter: Chapter) -> str:
    part = f'<p class="sb-part">{escape(chapter.part)}</p>' if chapter.part else ""
    # The theme's styles ask for an article within an article.
    return (
        f'<article class="bd-article" id="{chapter.name}">{part}{chapter.content.decode_contents()}</article>'
    )


def _page(
    built: Path, start: str, contents: BeautifulSoup, look: Look, chapters: Sequence[Chapter], body: str
) -> str:
    """The whole page: the styles of the book's own pages, and a running head for each chapter."""
    styles = [
        f'<link rel="stylesheet" media="{link.get("media", "all")}" href="{_address(built, start, link)}">'
        for link in contents.select("link[rel=stylesheet]")
    ]
    heads = [
        f"#{chapter.name} {{ page: {chapter.name}; }}\n"
        f"@page {chapter.name} {{ @top-right {{ content: {_css_string(chapter.title)}; }} }}"
        for chapter in chapters
    ]
    language = str(contents.html["lang"]) if contents.html else "en"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{language}" data-theme="light">',
            f'<head><meta charset="utf-8"><title>{escape(look.title)}</title>',
            *styles,
            "<style>",
            *heads,
            "</style></head>",
            '<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">',
            body,
            "</div></div></main></body>",
            "</html>\n",
        ]
    )


def _address(built: Path, start: str, link: Tag) -> str:
    return (built / _resolved(start, str(link["href"]))).resolve().as_uri()


def _css_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
