"""What a chapter needs when it is printed by itself: its title on every sheet, and the works that it cites.

On the screen a citation leads to the page of references. Paper leads nowhere, so that each page carries the
entries it cites; they are hidden until it is printed.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from pybtex_docutils import Backend
from sphinx.application import Sphinx


def complete(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the running head and the references to one page."""
    if doctree is None:
        return
    title = app.env.titles[page].astext().replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    context["metatags"] = (
        context.get("metatags", "")
        + f'<style media="print">@page {{ @top-right {{ content: "{title}"; }} }}</style>\n'
    )
    if entries := cited(app, page, doctree):
        lines = ['<section class="sb-paper" hidden>', "<h2>References</h2>", *entries, "</section>"]
        context["body"] = context.get("body", "") + "\n".join(lines) + "\n"


def cited(app: Sphinx, page: str, doctree: nodes.document) -> list[str]:
    """The entries that a page cites, in the order of the list of references, unless it is that list."""
    domain = app.env.get_domain("cite")
    addresses = {str(reference.get("refuri", "")) for reference in doctree.findall(nodes.reference)}
    found = []
    for citation in domain.citations:
        listing = citation.bibliography_key
        anchors = domain.bibliographies[listing].citation_nodes[citation.key]["ids"]
        address = app.builder.get_relative_uri(page, listing.docname)
        if any(f"{address}#{anchor}" in addresses for anchor in anchors):
            text = Backend().paragraph(citation.formatted_entry)
            found.append(f'<div class="citation">{app.builder.render_partial(text)["fragment"]}</div>')
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step; files for download are made of the page without it."""
    app.connect("html-page-context", complete, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
