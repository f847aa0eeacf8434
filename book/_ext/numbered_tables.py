"""Number a table that a notebook cell shows as "Table 1", with its caption above it.

MyST-NB knows one kind of captioned output, the figure, and numbers every output as a figure. Here a
captioned output with ``classes: table`` becomes a float of its own, counted with the tables.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.writers.html5 import HTML5Translator


class TableFloat(nodes.figure):
    """A figure whose content is a table."""


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
            table = TableFloat(figure.rawsource, **figure.attributes | {"classes": ["sb-float"]})
            for child in figure.children:
                if isinstance(child, nodes.caption):
                    table.insert(0, TableCaption(child.rawsource, "", *child.children))
                else:
                    table.append(child)
            figure.parent.replace(figure, table)
            # References look the target up by its id.
            self.document.ids.update(dict.fromkeys(table["ids"], table))


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
    """Register both nodes and the transform; builders other than HTML write a figure."""
    app.add_enumerable_node(TableFloat, "table", html=(open_float, close_float))
    app.add_node(TableCaption, html=(open_caption, close_caption))
    app.add_transform(CountAsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
