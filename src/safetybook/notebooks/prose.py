"""The numbers of the prose: visible words of the stored files, each in a span that names its result.

``<span data-n="teae_patients">83</span>``, in a Markdown cell or in a caption, shows what the notebook glues
under that name; ``data-n="02_ae_overview::teae_patients"`` what another chapter does. Whatever shows Markdown
shows the number. It is written here, never by hand: a new span may be empty.

For the pages a span becomes the role that MyST-NB knows, ``{glue:text}``. Code is left alone, in fences as in
sentences; the text of a directive is prose.
"""

from __future__ import annotations

import html
import json
import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

SPAN = re.compile(r'<span\s+data-n="(?P<name>[^"<>]+)">(?P<text>[^<]*)</span>')
UNREADABLE = re.compile(r"data-n=.{0,40}")
BETWEEN = "::"
"""Stands between a chapter and the name under which it glues a text."""

GLUED = "application/papermill.record/text/plain"
GLUED_HTML = "application/papermill.record/text/html"

QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)

FENCE = re.compile(r"\s*(?P<marks>`{3,}|~{3,}|:{3,})(?P<directive>\{[\w:-]+\})?")
CODE_DIRECTIVES = {"{code-cell}", "{code-block}", "{code}", "{raw}"}
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
HIDDEN = re.compile("\0(\\d+)\0")
MARKDOWN = re.compile(r"[\\`*_\[\]|~$\n\r]")
"""What may be more than a character in Markdown, or in a viewer's dialect of it."""

Lookup = Callable[[str], str | None]
"""The text of a result by the name in a span; None if there is none."""


class Span(NamedTuple):
    """A number of the prose: the name of its result, and the Markdown that shows it."""

    name: str
    text: str


@dataclass(frozen=True)
class Wrong:
    """A span whose text is not that of its result: `expected` is None if there is no such result."""

    name: str
    stands: str
    expected: str | None

    def told(self, file: str, content: str) -> str:
        """What is wrong and in which line of the content of a file."""
        span = f'data-n="{self.name}">{escaped(self.stands)}<' if self.name else self.stands
        where = f"{file}:{line_of(content, span) or line_of(content, self.name)}"
        if not self.name:
            return (
                f'{where}: {self.stands!r} is no span of a number: expected <span data-n="NAME">TEXT</span>'
            )
        if self.expected is None:
            return f"{where}: no result is called {self.name!r}, and {self.stands!r} stands there"
        return f"{where}: {self.name} is {self.expected!r}, and {self.stands!r} stands there"


def line_of(content: str, words: str) -> int:
    """The line, from 1, in which words begin, however lines are broken; 0 if they do not stand there."""
    found = re.search(r"\s+".join(map(re.escape, words.split())), content)
    return content.count("\n", 0, found.start()) + 1 if found else 0


def escaped(text: str) -> str:
    """Markdown that shows a text, whatever stands in it, in a sentence as in a cell of a table."""
    return MARKDOWN.sub(lambda hit: f"&#{ord(hit[0])};", html.escape(text, quote=False))


def outside_code(markdown: str, change: Callable[[str], str]) -> str:
    """A Markdown text with its prose changed, in one piece: for each piece of code a mark stands in it."""
    code: list[str] = []

    def hide(piece: str) -> str:
        code.append(piece)
        return f"\0{len(code) - 1}\0"

    prose = "\n".join(hide(line) if is_code else line for line, is_code in _fenced(markdown))
    changed = change(INLINE_CODE.sub(lambda hit: hide(hit[0]), prose))
    while HIDDEN.search(changed):
        changed = HIDDEN.sub(lambda hit: code[int(hit[1])], changed)
    return changed


def _fenced(markdown: str) -> Iterator[tuple[str, bool]]:
    """The lines of a text, and whether each is one of code, or a fence: what a directive holds is prose."""
    opened: list[tuple[str, bool]] = []
    for line in markdown.split("\n"):
        fence = FENCE.match(line)
        within = bool(opened) and opened[-1][1]
        if opened and line.strip() == opened[-1][0]:
            opened.pop()
        elif fence is not None and not within:
            marks, directive = fence["marks"], fence["directive"]
            is_code = directive in CODE_DIRECTIVES or (directive is None and not marks.startswith(":"))
            opened.append((marks, is_code))
        yield line, within or fence is not None


def spans(markdown: str) -> list[Span]:
    """The numbers of a Markdown text, in their order."""
    found: list[Span] = []

    def see(prose: str) -> str:
        found.extend(Span(hit["name"], hit["text"]) for hit in SPAN.finditer(prose))
        return prose

    outside_code(markdown, see)
    return found


def filled(markdown: str, lookup: Lookup) -> str:
    """A Markdown text with the numbers of the results; one without a result stays."""

    def fill(hit: re.Match[str]) -> str:
        text = lookup(hit["name"])
        return hit[0] if text is None else f'<span data-n="{hit["name"]}">{escaped(text)}</span>'

    return outside_code(markdown, lambda prose: SPAN.sub(fill, prose))


def wrong(markdown: str, lookup: Lookup) -> list[Wrong]:
    """The numbers of a Markdown text that are not those of the results, and spans that cannot be read."""
    found = []
    for name, stands in spans(markdown):
        text = lookup(name)
        if text is None or stands != escaped(text):
            found.append(Wrong(name, html.unescape(stands), text))

    def see(prose: str) -> str:
        found.extend(Wrong("", hit[0], None) for hit in UNREADABLE.finditer(SPAN.sub("", prose)))
        return prose

    outside_code(markdown, see)
    return found


def as_roles(prose: str, address: Callable[[str], str]) -> str:
    """Prose with the roles of MyST-NB in place of spans; `address` is the path to a chapter from the page."""

    def role(hit: re.Match[str]) -> str:
        chapter, _, name = hit["name"].rpartition(BETWEEN)
        return f"{{glue:text}}`{address(chapter)}::{name}:s`" if chapter else f"{{glue:text}}`{name}`"

    return SPAN.sub(role, prose)


def passages(cells: Iterable[Any]) -> Iterator[tuple[MutableMapping[str, Any], str]]:
    """Where Markdown stands in the cells of a notebook: in cells of text and in captions; holder and key."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield cell, "source"
        figure = cell["metadata"].get("mystnb", {}).get("figure", {})
        if "caption" in figure:
            yield figure, "caption"


def pieces(content: str) -> list[str]:
    """Each piece of Markdown in the content of an ``.ipynb`` file."""
    return ["".join(holder[key]) for holder, key in passages(json.loads(content)["cells"])]


def values(cells: Iterable[Any]) -> dict[str, str]:
    """The texts that the cells of a notebook glue, by name; whole tables and figures are none."""
    found = {}
    for output in (output for cell in cells for output in cell.get("outputs", ())):
        glued, data = output.get("metadata", {}).get("scrapbook"), output.get("data", {})
        if glued and GLUED in data and GLUED_HTML not in data:
            text = "".join(data[GLUED])
            found[glued["name"]] = str(literal_eval(text)) if QUOTED.fullmatch(text) else text
    return found


class Results:
    """The texts that the stored notebooks of a folder glue, or others in the place of some chapters'."""

    def __init__(self, folder: Path, instead: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._folder = folder
        self._known = dict(instead or {})

    def of(self, chapter: str, name: str) -> str | None:
        """The text that a chapter glues under a name; None if there is none."""
        if chapter not in self._known:
            path = stored(self._folder, chapter)
            content = path.read_text(encoding="utf-8") if path.is_file() else '{"cells": []}'
            self._known[chapter] = values(json.loads(content)["cells"])
        return self._known[chapter].get(name)

    def lookup(self, chapter: str = "") -> Lookup:
        """The results as the spans of a chapter name them, or those of a page, which glues nothing itself."""

        def found(name: str) -> str | None:
            of, _, key = name.rpartition(BETWEEN)
            return self.of(of or chapter, key) if of or chapter else None

        return found


def stored(folder: Path, chapter: str) -> Path:
    """The stored notebook of a chapter, which may be missing."""
    return folder / f"{chapter}.ipynb"
