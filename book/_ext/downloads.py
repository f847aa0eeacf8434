"""Beside every table, the same table as a file: CSV, XLSX, RTF and LaTeX.

A page that is ready to be written is read once more: whatever made its tables, each is laid out in HTML, and
the files are made from that (:mod:`safetybook.layout`). They lie in ``_downloads/tables``, and the links
are relative, so that they work without a server. ``index.csv`` lists the tables. A table that is passed over
is an error.

``downloads_source`` is the sentence that every file says of its origin, with ``{chapter}`` for the title of
the page; ``downloads_sources`` has other sentences by page.
"""

from __future__ import annotations

import csv
import io
from functools import partial
from html import escape
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from made_before import made
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from safetybook.exports import FORMS, Export, exports, write_table
from safetybook.layout import blocks

FOLDER = "_downloads/tables"
INDEX = "index.csv"
HEADINGS = ("table", "title", "page")

Listed = tuple[str, str, str]
"""A table's name, title and page."""


def offer(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the files of one page's tables, and link them below each table."""
    body = context.get("body", "")
    if doctree is None:
        return
    tables_of = written(app).setdefault(page, [])
    if "<table" not in body:
        return
    found = blocks(body)
    if len(found) != body.count("<table"):
        raise ExtensionError(f"{page}: {len(found)} of {body.count('<table')} tables can be downloaded")
    chapter = app.env.titles[page].astext()
    said = app.config.downloads_sources.get(page, app.config.downloads_source)
    source = said.format(chapter=chapter)
    tables = exports(found, PurePosixPath(page).name, source)
    # What stands before a table is looked at too: its number is there, and the rest does no harm.
    parts = [body[start:end] for start, end in pairwise([0, *(block.end for block in found)])]
    above = "../" * page.count("/")
    for block, table in zip(reversed(found), reversed(tables), strict=True):
        body = body[: block.end] + links(table, f"{above}{FOLDER}/{table.name}") + body[block.end :]
    context["body"] = body
    for table, part in zip(tables, parts, strict=True):
        tables_of.append((table.name, table.layout.caption.bare, page))
        text = f"{table.layout.caption} {source} {part}"
        made(app).of(place(table.name), text, partial(write_table, table, Path(app.outdir) / FOLDER))


def place(table: str) -> str:
    """What the files of a table are remembered under."""
    return f"files of the table {table}"


def written(app: Sphinx) -> dict[str, list[Listed]]:
    """The tables written so far, by page."""
    found: dict[str, list[Listed]] = app.__dict__.setdefault("tables_written", {})
    return found


def links(table: Export, address: str) -> str:
    """The links to the files of a table, for the end of its block."""
    called = escape(table.short)
    found = [
        f'<a href="{escape(address)}.{suffix}" download aria-label="{called} as {name}">{name}</a>'
        for suffix, (name, _) in FORMS.items()
    ]
    return f'<p class="sb-downloads">{" ".join(found)}</p>\n'


def index(app: Sphinx, error: Exception | None) -> None:
    """List all tables, with title and page; remove the files of those that no page has any more."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    before, now = listed(folder / INDEX), written(app)
    rows = [row for row in before if row[2] in app.env.found_docs and row[2] not in now]
    rows = sorted([*rows, *(row for rows in now.values() for row in rows)])
    for (name, _, page), (next_name, _, next_page) in pairwise(rows):
        if name == next_name:
            raise ExtensionError(f"{page} and {next_page} both have a table {name!r}: label one of them")
    for name in {row[0] for row in before} - {row[0] for row in rows}:
        for suffix in FORMS:
            (folder / f"{name}.{suffix}").unlink(missing_ok=True)
        made(app).forget(place(name))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADINGS, *rows])
    (folder / INDEX).write_text(text.getvalue(), encoding="utf-8", newline="\n")


def listed(index: Path) -> list[Listed]:
    """The tables that the last build listed; pages that are not written again still have theirs."""
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as file:
        return [(name, title, page) for name, title, page in list(csv.reader(file))[1:]]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect both steps; pages are written in one process, which knows all names."""
    app.setup_extension("made_before")
    app.add_config_value("downloads_source", "", "html")
    app.add_config_value("downloads_sources", {}, "html")
    # After whatever else mends the page.
    app.connect("html-page-context", offer, priority=900)
    app.connect("build-finished", index)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
