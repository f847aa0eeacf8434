"""A directive for the page that explores the events: ``explorer``.

The page itself is made in the reader's browser by a classic script, which works from disk: a page opened as a
file may neither import modules nor fetch data. So data and parts are joined into one file with the pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from whole_book import goes_on

from proderm.explorer import script
from proderm.known_counts import known_counts
from proderm.pages import study, verdicts

SOURCES = Path(__file__).parents[1] / "_explorer"
PARTS = ("count.js", "state.js", "draw.js", "patient.js", "page.js")
"""In the order in which they need each other."""

SCRIPT, STYLE = "explorer.js", "explorer.css"

WITHOUT_SCRIPT = (
    "This page counts in your browser and needs JavaScript. Without it, the chapters show the article’s "
    'tables, figures and numbers: begin with <a href="{overview}">the overview of adverse events</a>, or '
    'look a number up among <a href="{claims}">all claims</a>.'
)


class Explorer(Directive):  # type: ignore[misc]  # docutils has no types
    """``explorer``: the place that the scripts fill; without them, a sentence that leads to the chapters."""

    def run(self) -> list[nodes.Node]:
        """The place, hidden until the scripts are there."""
        builder = self.state.document.settings.env.app.builder
        here = self.state.document.settings.env.docname
        links = {
            "claims": builder.get_relative_uri(here, "book/claims"),
            "overview": builder.get_relative_uri(here, "notebooks/02_ae_overview"),
        }
        text = WITHOUT_SCRIPT.format(**links)
        place = f'<div id="explorer" class="x-explorer" data-claims="{links["claims"]}" hidden></div>'
        return [nodes.raw("", f"{place}\n<noscript><p>{text}</p></noscript>", format="html")]


def program() -> str:
    """The data, then the parts of the script."""
    data = script(study(), known_counts(study(), verdicts()))
    return "\n".join([data, *((SOURCES / part).read_text(encoding="utf-8") for part in PARTS)])


def load_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the script, and add it and the style to the one page that has the place for it."""
    if 'id="explorer"' not in context.get("body", ""):
        return
    path = Path(app.outdir) / "_static" / SCRIPT
    if not (goes_on(app.env) and path.is_file()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(program(), encoding="utf-8", newline="\n")
    app.add_css_file(STYLE)
    app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and what loads its script."""
    app.add_directive("explorer", Explorer)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
