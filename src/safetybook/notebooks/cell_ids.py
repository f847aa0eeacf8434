"""The ids of a notebook's cells, by which links lead to them: they follow from the text, and seldom change.

A cell has the label of what it shows, or the first label that stands in its text, as its id: what links
lead to in Jupyter. A label that ends a text is that of the next cell. A text without a label has its first
heading. All other cells have the heading that they stand under, and are counted. So an edit of a sentence or
of code changes no id.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from itertools import chain, count

from nbformat import NotebookNode

from safetybook.links import LABEL

HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
TAG = re.compile(r"<[^>]*>|\]\([^)]*\)")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the notebook format allows."""

MOST = 60
"""So many characters of a heading leave room for a count."""


def name_cells(notebook: NotebookNode) -> NotebookNode:
    """A notebook whose cells have the ids that follow from its text; each is there once."""
    before = [None, *notebook.cells[:-1]]
    labels = [_label(*pair) for pair in zip(notebook.cells, before, strict=True)]
    given: set[str] = set()
    under = "cell"
    for cell, label in zip(notebook.cells, labels, strict=True):
        headings = HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
        name = label or (_slug(headings[0]) if headings else under)
        cell["id"] = _free(name, given if label else given.union(labels))
        given.add(cell["id"])
        under = _slug(headings[-1]) if headings else under
    return notebook


def _label(cell: NotebookNode, before: NotebookNode | None) -> str:
    """What links to a cell name it by; empty if it has no label, or one that cannot be an id."""
    if cell.cell_type == "markdown":
        found = LABEL.search(cell.source.rstrip())
        label = found[1] if found and found.end() < len(cell.source.rstrip()) else ""
    else:
        label = cell.metadata.get("mystnb", {}).get("figure", {}).get("name", "")
    if not label and before is not None and before.cell_type == "markdown":
        *_, last = before.source.rstrip().splitlines() or [""]
        label = found[1] if (found := LABEL.fullmatch(last)) else ""
    return label if ID.fullmatch(label) else ""


def _free(name: str, taken: set[str]) -> str:
    counted = (f"{name}-{number}" for number in count(2))
    return next(free for free in chain([name], counted) if free not in taken)


def _slug(heading: str) -> str:
    """A heading's words in the characters that an id may have."""
    words = unicodedata.normalize("NFKD", unescape(TAG.sub("", heading))).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", words.lower())[:MOST].strip("-") or "cell"
