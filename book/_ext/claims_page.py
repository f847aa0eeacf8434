"""Directives that need the whole book: the page of all claims, and the list of the article's tables.

They leave a mark while the pages are read, and are filled in when every chapter is known: links lead to
the number itself, and only to chapters that the book has.
"""

from __future__ import annotations

from typing import Any

from addresses import place, shown
from docutils import nodes
from docutils.parsers.rst import Directive
from numbered_tables import captions
from sphinx.application import Sphinx

from proderm.chapters import FLOATS, responsible
from proderm.estimands import CATALOGUE
from proderm.pages import verdicts
from safetybook.ledger import Links, full_table, proofs, summary

SCRIPT = "ledger.js"


class Awaited(nodes.General, nodes.Element):  # type: ignore[misc]  # docutils has no types
    """Stands for what is written when the whole book is known."""


class ArticleFloats(Directive):  # type: ignore[misc]
    """``article-floats``: the tables and figures of the article that the book has, as links."""

    def run(self) -> list[nodes.Node]:
        """A mark."""
        return [Awaited(what="floats")]


class Claims(Directive):  # type: ignore[misc]
    """``claims``: of all claims the ``summary``, the ``table`` or the ``proofs``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A mark, or an error."""
        if self.arguments[0] not in ("summary", "table", "proofs"):
            raise self.error("claims shows a summary, a table or proofs")
        return [Awaited(what=self.arguments[0])]


def fill_in(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Replace the marks of one page."""
    for mark in list(tree.findall(Awaited)):
        if mark["what"] == "floats":
            mark.replace_self(floats(app, page))
            continue
        mark.replace_self(nodes.raw("", claims(mark["what"], links_from(app, page)), format="html"))


def claims(what: str, links: Links) -> str:
    """One of the three views of all claims, as HTML."""
    if what == "summary":
        return summary(verdicts(), links)
    return full_table(verdicts(), CATALOGUE, links) if what == "table" else proofs(verdicts(), CATALOGUE)


def links_from(app: Sphinx, page: str) -> Links:
    """The addresses of all claims and parts of the article, relative to a page."""
    pages = shown(app.env)
    numbers, parts = {}, {}
    for verdict in verdicts():
        found = place(verdict.claim, pages) if verdict.result else None
        if found:
            numbers[verdict.claim.claim_id] = _address(app, page, *found)
        location = verdict.claim.location
        chapter = responsible(location)
        if chapter and chapter.name in pages:
            rebuilt = pages[chapter.name]
            label = FLOATS.get(location, "")
            name = label if label in rebuilt.ids else ""
            parts[location] = (
                _address(app, page, rebuilt.document, name),
                app.env.titles[rebuilt.document].astext(),
            )
    return Links(numbers, parts)


def _address(app: Sphinx, page: str, document: str, name: str) -> str:
    file: str = app.builder.get_relative_uri(page, document)
    return f"{file}#{name}" if name else file


def floats(app: Sphinx, page: str) -> nodes.Node:
    """The tables and figures of the article that the book has, in the article's order, each a link."""
    labels = app.env.get_domain("std").labels
    found = nodes.bullet_list(classes=["sb-floats"])
    for location, label in FLOATS.items():
        if label in labels:
            document, name, _ = labels[label]
            caption = captions(app.env)[document][name]
            link = nodes.reference("", "", internal=True, refuri=_address(app, page, document, name))
            # A caption may go on; its first sentence is the title.
            link += [nodes.strong("", location), nodes.Text(f" {caption.partition('. ')[0].rstrip('.')}")]
            found += nodes.list_item("", nodes.paragraph("", "", link))
    return found


def load_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the script to the one page that has the table."""
    if 'id="ledger"' in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and what fills them in."""
    app.add_node(Awaited)
    app.add_directive("article-floats", ArticleFloats)
    app.add_directive("claims", Claims)
    app.connect("doctree-resolved", fill_in)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
