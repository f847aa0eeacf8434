"""Small repairs of the pages that Sphinx and its theme write: reachable by keyboard, and light.

- Code and data frames that are wider than the page scroll; a scrolling region must take the focus.
- The roles that Sphinx gives a bibliography are outdated and lack the items they ask for.
- A button that says what it shows is announced as that, not as "Toggle hidden content".
- Source maps, the font of icons and the theme's other scripts and pictures are not used by any page, and
  weigh more than all pages together. Nor is the picture of the README.
- A table's LaTeX form makes Sphinx believe in formulas, for which it would fetch a script from elsewhere.
- Sphinx's note on the build serves a second build in the same folder, and differs from machine to machine.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

REPAIRS = {
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
    '<div class="output text_html"><div>\n<style scoped>': (
        '<div class="output text_html" role="region" aria-label="Table" tabindex="0"><div>\n<style scoped>'
    ),
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    ' role="doc-biblioentry"': "",
    '<summary aria-label="Toggle hidden content">': "<summary>",
}
UNUSED = (
    ".buildinfo",
    "_static/vendor",
    "_static/scripts/fontawesome.js",
    "_static/scripts/fontawesome.js.LICENSE.txt",
    "_static/scripts/bootstrap.js",
    "_static/scripts/sphinx-book-theme.js",
    "_static/scripts/bootstrap.js.LICENSE.txt",
    "_static/doctools.js",
    "_static/language_data.js",
    "_static/searchtools.js",
    "_static/design-tabs.js",
    "_static/sphinx_highlight.js",
    "_static/images",
    "_static/locales",
    "_static/file.png",
    "_static/minus.png",
    "_static/plus.png",
    "_static/styles/theme.css",
    "_static/webpack-macros.html",
    "_static/sbt-webpack-macros.html",
    "_static/screenshot.png",
)


def repair(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Apply the repairs to the text of one page."""
    for stock, mended in REPAIRS.items():
        context["body"] = context.get("body", "").replace(stock, mended)


def refuse_formula(page: HTML5Translator, node: nodes.Node) -> None:
    """Stop at a formula: nothing here could draw it."""
    raise ExtensionError(f"{node.source}:{node.line}: the pages hold no formulas")


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Remove files that no page loads."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in [*out.rglob("*.map"), *(out / name for name in UNUSED)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect both steps, and register the renderer of formulas that `_config.yml` names."""
    app.add_html_math_renderer("no_formulas", (refuse_formula, None), (refuse_formula, None))
    app.connect("html-page-context", repair)
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
