"""Give every number that a chapter shows an address of its own, so that the page of claims can lead to it.

A number in a sentence, glued under the name of its estimand, gets the id ``value-<name>`` where it first
stands. A cell of a table that shows an estimand gets the table's label and the estimand:
``table-1.teae.ivig_p1.patients``; in a table without a label the id begins with ``cell``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from whole_book import facts

from proderm.chapters import CHAPTERS, FLOATS, responsible
from proderm.pages import glue_name
from safetybook.claims import Claim

FOLDER = "notebooks/"
CELL = re.compile(r'<td([^>]*) data-estimand="([^"]+)"')
ADDRESSED = re.compile(r'<td id="([^"]+)"[^>]* data-estimand="([^"]+)"')


class AddressedText(PasteTextRole):  # type: ignore[misc]  # MyST-NB has no types
    """The role ``glue:text``, whose result remembers the name of what it shows."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The same nodes; a text of this very page bears its name."""
        found, messages = super().run()
        for node in found:
            if isinstance(node, nodes.inline) and "pasted-text" in node["classes"]:
                node["glue"] = self.text.rsplit(":", 1)[0]
        return found, messages


def address(app: Sphinx, document: nodes.document) -> None:
    """Write the ids into the document of a chapter, each once."""
    if not app.env.docname.startswith(FOLDER):
        return
    seen: set[str] = set()
    for node in document.findall(nodes.inline):
        name = f"value-{node.get('glue', '')}"
        # A title is repeated in the page's contents; its id would be as well.
        if "glue" in node and name not in seen and not within(node, nodes.title):
            seen.add(name)
            node["ids"] = [name]
    for raw in list(document.findall(nodes.raw)):
        if raw.get("format") == "html" and "data-estimand" in raw.astext():
            text = CELL.sub(partial(addressed, label=label_of(raw), seen=seen), raw.astext())
            raw.clear()
            raw.append(nodes.Text(text))


def addressed(cell: re.Match[str], label: str, seen: set[str]) -> str:
    """The beginning of a cell with an id, unless an earlier cell has it."""
    name = f"{label}.{cell[2].split()[0]}"
    if name in seen:
        return cell[0]
    seen.add(name)
    return f'<td id="{name}"{cell[1]} data-estimand="{cell[2]}"'


def within(node: nodes.Node, kind: type[nodes.Node]) -> bool:
    """Whether an ancestor is of a kind."""
    return node.parent is not None and (isinstance(node.parent, kind) or within(node.parent, kind))


def label_of(node: nodes.Node) -> str:
    """The label of the captioned output that a node stands in, or ``cell``."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.figure) and node["ids"]:
            label: str = node["ids"][0]
            return label
    return "cell"


@dataclass
class Shown:
    """What one chapter shows: the ids of values, of cells and of everything else."""

    document: str
    ids: set[str] = field(default_factory=set)
    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    def place(self, claim: Claim) -> str:
        """The id of the place that shows what a claim's estimand gives, or nothing.

        First the cell of the very table, then the sentence, then a cell of any other table.
        """
        label = FLOATS.get(claim.location, "")
        value = f"value-{glue_name(claim.estimand)}"
        if (label, claim.estimand) in self.cells:
            return self.cells[label, claim.estimand]
        if value in self.ids:
            return value
        found = (name for (_, estimand), name in self.cells.items() if estimand == claim.estimand)
        return next(found, "")


def note_shown(app: Sphinx, document: nodes.document) -> None:
    """Note what a chapter shows, for pages that lead there."""
    name = app.env.docname
    if not name.startswith(FOLDER):
        return
    page = facts(app.env, "addresses")[name] = Shown(name)
    for node in document.findall(nodes.Element):
        page.ids.update(node.get("ids", ()))
    for raw in document.findall(nodes.raw):
        page.ids.update(re.findall(r' id="([^"]+)"', raw.astext()))
        for cell, estimands in ADDRESSED.findall(raw.astext()):
            for estimand in estimands.split():
                page.cells.setdefault((cell.removesuffix(f".{estimands.split()[0]}"), estimand), cell)


def shown(env: BuildEnvironment) -> dict[str, Shown]:
    """What each chapter of the book shows, by its name, in the book's order."""
    found = facts(env, "addresses")
    documents = {chapter.name: FOLDER + chapter.name for chapter in CHAPTERS}
    return {name: found[document] for name, document in documents.items() if document in found}


def place(claim: Claim, pages: dict[str, Shown]) -> tuple[str, str] | None:
    """Document and id of the place that shows what a claim with an estimand states; None if there is none.

    The chapter that answers for the claim shows it, at least in its list of claims. For parts of the
    article without a chapter it is the first one that shows the same estimand.
    """
    chapter = responsible(claim.location)
    if chapter and chapter.name in pages:
        page = pages[chapter.name]
        name, listed = page.place(claim), f"claim-{claim.claim_id}"
        return (page.document, name or listed) if name or listed in page.ids else None
    return next(_elsewhere(claim, pages), None)


def _elsewhere(claim: Claim, pages: dict[str, Shown]) -> Iterator[tuple[str, str]]:
    for page in pages.values():
        if name := page.place(claim):
            yield page.document, name


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the role, address each document once it is read, and note last what it shows."""
    app.setup_extension("whole_book")
    app.add_role_to_domain("glue", "text", AddressedText(), override=True)
    app.connect("doctree-read", address)
    app.connect("doctree-read", note_shown, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
