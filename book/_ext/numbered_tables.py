"""Number the tables and figures that notebook cells show: the article's keep the article's numbers.

MyST-NB knows one kind of captioned output, the figure, and numbers every output as a figure. Here a
captioned output with ``classes: table`` becomes a float of its own, with its caption above it.

Sphinx numbers by the order of the pages. The book's order is not the article's (Table 4 comes before
Table 3), so the label decides: ``table-4`` is Table 4 wherever it stands. What the article does not have
continues after its last number, in the book's order.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator
from whole_book import facts, kept

from proderm.chapters import FLOATS, number

ARTICLE = {label: number(location) for location, label in FLOATS.items()}
"""The article's number of each label."""

SUPPLEMENT = "suppl-"
"""What the label of a supplementary table begins with."""

Numbers = dict[str, dict[str, dict[str, tuple[int, ...]]]]
"""Sphinx's numbers: by document, then by kind of float, then by label."""


class TableFloat(nodes.figure):
    """A figure whose content is a table."""


class SupplementFloat(TableFloat):
    """A table of the article's supplement, which counts by itself."""


class TableCaption(nodes.caption):
    """The caption above a table."""


class CountAsTable(SphinxTransform):
    """Turn figures of class ``table`` into :class:`TableFloat`, and move their caption to the top."""

    # Before labels and numbers are collected.
    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace every such figure of the document."""
        for figure in list(self.document.findall(nodes.figure)):
            if "table" not in figure["classes"]:
                continue
            supplementary = any(name.startswith(SUPPLEMENT) for name in figure["names"])
            kind = SupplementFloat if supplementary else TableFloat
            table = kind(figure.rawsource, **figure.attributes | {"classes": ["sb-float"]})
            for child in figure.children:
                if isinstance(child, nodes.caption):
                    table.insert(0, TableCaption(child.rawsource, "", *child.children))
                else:
                    table.append(child)
            figure.parent.replace(figure, table)
            # References look the target up by its id.
            self.document.ids.update(dict.fromkeys(table["ids"], table))


def renumber(numbers: Numbers) -> None:
    """Give each float the article's number, the others the next ones in their order."""
    for kind in sorted({kind for kinds in numbers.values() for kind in kinds}):
        found = sorted(
            (old, document, label)
            for document, kinds in numbers.items()
            for label, old in kinds.get(kind, {}).items()
        )
        free = max((n for label, n in ARTICLE.items() if _kind(label) == kind), default=0)
        for _, document, label in found:
            free += label not in ARTICLE
            numbers[document][kind][label] = (ARTICLE.get(label, free),)


def _kind(label: str) -> str:
    if label.startswith(SUPPLEMENT):
        return "supplement"
    return "figure" if label.startswith("fig-") else "table"


def restore_numbers(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx its own numbers back, with which it compares the new ones; no page is written for that."""
    env.toc_fignumbers = kept(env).numbers or env.toc_fignumbers
    return []


def number_as_the_article(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Renumber after Sphinx has numbered; where a number changed, all pages are written again."""
    kept(env).numbers = deepcopy(env.toc_fignumbers)
    renumber(env.toc_fignumbers)
    return []


def note_captions(app: Sphinx, document: nodes.document) -> None:
    """Note the captions of a page, for pages that list them."""
    found = facts(app.env, "captions")[app.env.docname] = {}
    for node in document.findall(nodes.figure):
        caption = next(node.findall(nodes.caption), None)
        if caption is not None:
            text = "".join(part.astext() for part in caption if not isinstance(part, nodes.superscript))
            found |= dict.fromkeys(node["ids"], text)


def captions(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """By page, then by label: the captions of tables and figures, without footnote letters."""
    return facts(env, "captions")


def open_float(page: HTML5Translator, node: TableFloat) -> None:
    """Begin the float; docutils would leave the caption open until the end."""
    page.body.append(page.starttag(node, "figure"))


def close_float(page: HTML5Translator, node: TableFloat) -> None:
    """End the float."""
    page.body.append("</figure>\n")


def open_caption(page: HTML5Translator, node: TableCaption) -> None:
    """Write the number, then begin the caption's text."""
    page.body.append("<figcaption>\n<p>")
    page.add_fignumber(node.parent)
    page.body.append('<span class="caption-text">')


def close_caption(page: HTML5Translator, node: TableCaption) -> None:
    """End the text, add the link to the table, end the caption."""
    page.body.append("</span>")
    page.add_permalink_ref(node.parent, "Link to this table")
    page.body.append("</p>\n</figcaption>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the nodes, the transform and the numbers; builders other than HTML write a figure."""
    app.setup_extension("whole_book")
    app.add_enumerable_node(TableFloat, "table", html=(open_float, close_float))
    app.add_enumerable_node(SupplementFloat, "supplement", html=(open_float, close_float))
    app.add_node(TableCaption, html=(open_caption, close_caption))
    app.add_transform(CountAsTable)
    app.connect("doctree-read", note_captions, priority=990)
    # Around Sphinx's own handler, which has the usual priority of 500.
    app.connect("env-get-updated", restore_numbers, priority=100)
    app.connect("env-get-updated", number_as_the_article, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
