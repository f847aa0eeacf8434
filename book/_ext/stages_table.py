"""A table of the reconstruction's stages: what each settles, in the page's words, beside its counts.

The counts come from ``data/adam/MANIFEST.json``, which is written with the data, so that no page types
them. The page says in plain words what each stage settles, one line per stage: ``name: words``.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

MANIFEST = Path("data/adam/MANIFEST.json")
HEADINGS = ("Claims", "Unknowns", "Constraints")
COUNTS = ("claims", "variables", "constraints")

STANDING = f' data-standing="determined" data-why="as the reconstruction recorded it in {MANIFEST}"'
"""What the numbers are, for the page's provenance."""


class StagesTable(Directive):  # type: ignore[misc]  # docutils has no types
    """``stages-table``: its content has a line ``name: words`` for every stage, in their order."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The table, or an error where the page and the manifest name other stages."""
        environment = self.state.document.settings.env
        path = Path(environment.srcdir) / MANIFEST
        environment.note_dependency(str(path))
        stages = json.loads(path.read_text(encoding="utf-8"))["stages"]
        words = dict(line.split(": ", 1) for line in self.content if line.strip())
        if list(words) != [stage["name"] for stage in stages]:
            raise self.error(f"{MANIFEST} has the stages {', '.join(stage['name'] for stage in stages)}")
        return [nodes.raw("", table(self.arguments[0], words, stages), format="html")]


def table(caption: str, words: dict[str, str], stages: list[dict[str, Any]]) -> str:
    """The table as HTML, in the form of the chapters' tables."""
    heads = '<th scope="col">Stage</th><th scope="col" class="text">What it settles</th>'
    heads += "".join(f'<th scope="col">{heading}</th>' for heading in HEADINGS)
    rows = [
        f'<tr><th scope="row">{escape(stage["name"])}</th><td>{escape(words[stage["name"]])}</td>'
        + "".join(f'<td class="num"{STANDING}>{stage[count]:,}</td>' for count in COUNTS)
        + "</tr>"
        for stage in stages
    ]
    return "\n".join(
        [
            '<div class="sb-block">',
            f'<div class="sb-table" role="region" tabindex="0" aria-label="{escape(caption)}">',
            '<table class="dataframe sb">',
            f"<caption>{escape(caption)}</caption>",
            f"<thead><tr>{heads}</tr></thead>",
            "<tbody>",
            *rows,
            "</tbody>",
            "</table>",
            "</div>",
            "</div>",
        ]
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("stages-table", StagesTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
