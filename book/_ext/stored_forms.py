"""The forms in which files store things, put back into those that the rest of the book reads.

A text and a notebook are read in many places, and store what reads well in all of them. Here is the one door
through which they come to the pages: numbers and links, stored as words, are MyST's roles again
(:mod:`safetybook.notebooks.prose`, :mod:`safetybook.links`), captions are no longer part of the text
(:mod:`safetybook.captions`), and HTML that needs neither trust nor a style sheet is that of a page
(:mod:`safetybook.stored_html`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from safetybook import captions, links
from safetybook.html_tables import UNNAMED, captioned
from safetybook.notebooks import prose
from safetybook.stored_html import for_page

GLOSSARY = "book/glossary.md"


def put_back(app: Sphinx, page: str, source: list[str]) -> None:
    """Put back what a file stores; the text of a notebook is the JSON of the file."""
    roles = _roles(app, page)
    if app.env.doc2path(page).endswith(".ipynb"):
        notebook = json.loads(source[0])
        captions.put_back(notebook["cells"])
        put_back_html(notebook)
        put_back_prose(notebook, roles)
        source[0] = json.dumps(notebook, ensure_ascii=False)
    else:
        source[0] = prose.outside_code(source[0], roles)


def put_back_prose(notebook: dict[str, Any], roles: Callable[[str], str]) -> None:
    """Put roles into the text and the captions of a notebook."""
    for holder, key in prose.passages(notebook["cells"]):
        holder[key] = prose.outside_code("".join(holder[key]), roles)


def put_back_html(notebook: dict[str, Any]) -> None:
    """Put back all HTML that a notebook's cells show, or glue for other pages; a numbered table is named."""
    for cell in notebook["cells"]:
        figure = cell["metadata"].get("mystnb", {}).get("figure", {})
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for kind in data:
                if kind.endswith("text/html"):
                    html = for_page("".join(data[kind]))
                    unnamed = figure.get("classes") == "table" and UNNAMED in html
                    data[kind] = captioned(html, captions.plain(figure["caption"])) if unnamed else html


def _roles(app: Sphinx, page: str) -> Callable[[str], str]:
    """What turns the prose of a page into prose with roles."""
    glossary = Path(app.srcdir, GLOSSARY)
    terms = links.terms(glossary.read_text(encoding="utf-8")) if glossary.is_file() else {}
    places = {PurePosixPath(document).name: document for document in app.env.found_docs}

    def address(chapter: str) -> str:
        return path_between(app.env, page, places[chapter]) if chapter in places else f"{chapter}.ipynb"

    return lambda text: links.as_roles(prose.as_roles(text, address), terms)


def path_between(env: BuildEnvironment, page: str, document: str) -> str:
    """The path from the file of one page to that of another."""
    path = os.path.relpath(env.doc2path(document), Path(env.doc2path(page)).parent)
    return Path(path).as_posix()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step, after the text that stands in the file was noted."""
    app.setup_extension("whole_book")
    app.connect("source-read", put_back)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
