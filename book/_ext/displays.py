"""A directive that lists the numbered tables or figures of the whole book: ``displays``.

It leaves a mark while the pages are read, and is filled in when every number is known.
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import Directive
from numbered_tables import ARTICLE, captions
from sphinx.application import Sphinx

KINDS = {"tables": ("table", "supplement"), "figures": ("figure",)}


class Listed(nodes.General, nodes.Element):  # type: ignore[misc]  # docutils has no types
    """Stands for the list."""


class Displays(Directive):  # type: ignore[misc]
    """``displays``: the ``tables`` or the ``figures`` of the book, each as a link, with its chapter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A mark, or an error."""
        if self.arguments[0] not in KINDS:
            raise self.error(f"displays lists one of {', '.join(KINDS)}")
        return [Listed(kinds=KINDS[self.arguments[0]])]


def fill_in(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Replace the marks of one page."""
    for mark in list(tree.findall(Listed)):
        mark.replace_self(listed(app, page, mark["kinds"]))


def listed(app: Sphinx, page: str, kinds: tuple[str, ...]) -> nodes.Node:
    """The list, by kind and number: what the article has comes first, since its numbers are the lowest."""
    found = nodes.bullet_list(classes=["sb-displays"])
    for kind in kinds:
        for number, document, label in numbered(app, kind):
            address = f"{app.builder.get_relative_uri(page, document)}#{label}"
            name = app.config.numfig_format[kind] % number
            words = title(captions(app.env)[document][label])
            link = nodes.reference("", "", nodes.strong("", name), internal=True, refuri=address)
            link += nodes.Text(f" {words}")
            chapter = app.env.titles[document].astext()
            origin = "the article’s, rebuilt" if label in ARTICLE else "ours"
            place = nodes.inline("", f"{chapter} · {origin}", classes=["sb-place"])
            found += nodes.list_item("", nodes.paragraph("", "", link), nodes.paragraph("", "", place))
    return found


def numbered(app: Sphinx, kind: str) -> list[tuple[int, str, str]]:
    """Number, document and label of every table or figure of a kind, in the order of the numbers."""
    return sorted(
        (number[0], document, label)
        for document, floats in app.env.toc_fignumbers.items()
        for label, number in floats.get(kind, {}).items()
    )


def title(caption: str) -> str:
    """The first sentence of a caption, without full stop."""
    return " ".join(caption.split()).partition(". ")[0].rstrip(".")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and what fills it in."""
    app.add_node(Listed)
    app.add_directive("displays", Displays)
    app.connect("doctree-resolved", fill_in)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
