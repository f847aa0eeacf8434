"""The captions of numbered tables and figures: paragraphs of a notebook's text, which every viewer shows.

The caption of a table is the last paragraph before its cell, that of a figure the first one after it. It
begins with the number in bold, which is a reference to the label of the cell::

    **[Fig. 1](#cell-id=fig-design).** Study design. Points are planned infusion cycles.

A numbered table has no other caption. MyST-NB takes captions from the metadata of cells, which no other
viewer shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from safetybook.links import CELL


def put_back(cells: Sequence[Any]) -> None:
    """Put the captions of a notebook's cells into their metadata, and take them out of the text.

    The cells stay as many as they are.

    Raises:
        ValueError: if a numbered cell has no caption.
    """
    for place, cell in enumerate(cells):
        figure = cell["metadata"].get("mystnb", {}).get("figure", {})
        if "name" in figure and "caption" not in figure:
            figure["caption"] = _taken(cells[max(place - 1, 0) : place + 2], figure["name"])


def plain(caption: str) -> str:
    """The words of a caption, a letter that is raised after ``^``, without the full stop."""
    words = re.sub(r"\[([^\[\]]+)\]\([^()]*\)", r"\1", caption.replace("<sup>", "^"))
    return " ".join(unescape(re.sub(r"<[^>]*>|\*+", "", words)).split()).removesuffix(".")


def _taken(around: Sequence[Any], label: str) -> str:
    reference = rf"\{{numref\}}`{re.escape(label)}`|\[[^\]]+\]\([^()\s]*#(?:{CELL})?{re.escape(label)}\)"
    paragraph = re.compile(rf"(?:^|\n\n)\*\*(?:{reference})\.\*\* (.+?)(?=\n\n|\Z)", re.DOTALL)
    for cell in around:
        source = "".join(cell["source"])
        found = paragraph.search(source) if cell["cell_type"] == "markdown" else None
        if found is not None:
            cell["source"] = (source[: found.start()] + source[found.end() :]).strip("\n")
            return found[1]
    raise ValueError(f"{label} has no caption: no paragraph beside its cell begins with its number in bold")
