"""The opening of a chapter: its question, in bold, and the answer, set apart from the rest.

The question is the first paragraph after the title, if nothing but bold text stands in it. The answer is the
paragraphs that follow, up to anything else.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def question(document: nodes.document) -> nodes.paragraph | None:
    """The question that a page opens with; None if it does not."""
    title = next(document.findall(nodes.title), None)
    first = title.next_node(siblings=True, descend=False) if title else None
    if not isinstance(first, nodes.paragraph):
        return None
    # Empty texts stand around what is marked up.
    parts = [part for part in first if part.astext()]
    return first if len(parts) == 1 and isinstance(parts[0], nodes.strong) else None


def set_apart(app: Sphinx, document: nodes.document) -> None:
    """Put question and answer into a container."""
    asked = question(document)
    if asked is None:
        return
    section, place = asked.parent, asked.parent.index(asked)
    opening = nodes.container(classes=["sb-opening"])
    asked["classes"].append("sb-question")
    while place < len(section) and isinstance(section[place], nodes.paragraph):
        opening.append(section.pop(place))
    section.insert(place, opening)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the step."""
    app.connect("doctree-read", set_apart)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
