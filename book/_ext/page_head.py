"""What the head of a page says to those who do not see the page, and which scripts it loads.

- A description: the question that a chapter opens with, or the first sentences of another page.
- The address of the card that is shown where a page is linked, if the book has an address of its own.
- The page at the book's address says where it leads.
- The scripts of the theme, without those that serve what this book does not have, and none that a page waits
  for before it is drawn.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

CARD = "_static/card.png"
FIRST = """\
<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>{title}</title>
    <meta http-equiv="refresh" content="0; url={first}" />
    <link rel="icon" href="_static/favicon.svg" />
    <link rel="canonical" href="{first}" />
  </head>
  <body>
    <main><h1><a href="{first}">{title}</a></h1></main>
  </body>
</html>
"""
LENGTH = 160
"""Characters that a description may have; search engines show no more."""

UNUSED_SCRIPTS = ("doctools.js", "sphinx_highlight.js", "design-tabs.js", "sphinx-book-theme.js")
"""For Sphinx's own search, for tabs, and for the frame of the page, which page.js serves."""


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the templates the description, the card and the scripts of one page."""
    if doctree is not None:
        context["description"] = description(doctree) or f"{context['title']}: {app.config.html_title}"
    context["card"] = f"{app.config.html_baseurl.rstrip('/')}/{CARD}"
    context["script_files"] = [script for script in context["script_files"] if is_used(script)]
    for script in context["script_files"]:
        script.attributes.setdefault("defer", "defer")


def is_used(script: Any) -> bool:
    """Whether a script serves something that the book has; the theme's inline ones only set its defaults."""
    name = str(script.filename or "").rpartition("/")[2]
    return bool(name) and name not in UNUSED_SCRIPTS


def description(document: nodes.document) -> str:
    """The question in bold that a chapter opens with; otherwise its first sentences, if it has any."""
    asked = next(
        (node for node in document.findall(nodes.paragraph) if "sb-question" in node["classes"]), None
    )
    if asked is not None:
        return plain(asked)
    paragraphs = [
        node for node in document.findall(nodes.paragraph) if isinstance(node.parent, nodes.section)
    ]
    return shortened(" ".join(plain(paragraph) for paragraph in paragraphs), LENGTH)


def plain(paragraph: nodes.paragraph) -> str:
    """The words of a paragraph, without citations."""
    text = "".join(
        leaf.astext() for leaf in paragraph.findall(nodes.Text) if not _within_citation(leaf, paragraph)
    )
    return " ".join(text.split()).replace(" .", ".")


def _within_citation(leaf: nodes.Node, top: nodes.Node) -> bool:
    node = leaf.parent
    while node is not None and node is not top:
        if isinstance(node, nodes.inline) and "bibtex" in " ".join(node.get("classes", ())):
            return True
        node = node.parent
    return False


def shortened(text: str, length: int) -> str:
    """As many whole sentences as fit, or else as many words."""
    if len(text) <= length:
        return text
    head = text[: length + 1]
    for end in (". ", "? "):
        if end in head:
            return head[: head.rindex(end) + 1]
    return head[: head.rindex(" ")].rstrip(",;:") + " …"


def lead_in(app: Sphinx, error: Exception | None) -> None:
    """Write the page at the book's own address, which leads to the first one; Jupyter Book's has no text."""
    path = Path(app.outdir) / "index.html"
    if error or app.builder.format != "html" or path.exists():
        return
    title, first = escape(app.config.html_title), app.builder.get_target_uri(app.config.root_doc)
    path.write_text(FIRST.format(title=title, first=first), encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step, after all that adds scripts."""
    app.connect("html-page-context", describe, priority=990)
    # Before the extension that reads the contents writes its own.
    app.connect("build-finished", lead_in, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
