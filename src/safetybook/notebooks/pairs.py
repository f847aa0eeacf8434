"""The two files of a notebook: its MyST text, and the ``.ipynb`` with the same cells and their outputs.

Both are as Jupyter writes them when the notebook is saved there: opening it finds no difference between the
two, and saving it changes neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from safetybook.notebooks.cell_ids import name_cells
from safetybook.notebooks.prose import passages

FOLDED = {"hide-input", "remove-input", "remove-cell"}
"""The tags of cells whose code a page does not show at once."""


class UnreadableTextError(Exception):
    """A file is missing, or is no MyST text of a notebook; the message says why."""


def read(text: Path) -> NotebookNode:
    """The notebook that a file of MyST text describes; see :func:`parse`.

    Raises:
        UnreadableTextError: if it describes none.
    """
    try:
        return parse(text.read_text(encoding="utf-8"))
    except Exception as error:  # of many kinds: of the file, its encoding, its header
        raise UnreadableTextError(f"it cannot be read: {error}") from error


def parse(content: str) -> NotebookNode:
    """The notebook that a MyST text describes: no outputs yet, cell ids that follow from the text.

    Code that the page folds or leaves out is folded in Jupyter, too.
    """
    notebook = jupytext.reads(content, fmt="md:myst")
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in code_cells(notebook):
        if FOLDED & set(cell.metadata.get("tags", ())):
            # Jupyter takes it away when the cell is unfolded to be read. In a file, metadata are sorted.
            cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
            cell["metadata"] = NotebookNode(sorted(cell.metadata.items()))
    return name_cells(notebook)


def text_of(stored: str) -> str:
    """The MyST text of the notebook in an ``.ipynb`` file, in the one form that jupytext gives it."""
    text: str = jupytext.writes(nbformat.reads(stored, as_version=4), fmt="md:myst")
    return text


def with_prose(stored: str, change: Callable[[str], str]) -> str:
    """The content of an ``.ipynb`` file with each piece of its Markdown changed, in text and captions."""
    notebook = nbformat.reads(stored, as_version=4)
    for holder, key in passages(notebook.cells):
        holder[key] = change(holder[key])
    return serialise(name_cells(notebook))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that are executed, in their order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_digest(notebook: NotebookNode) -> str:
    """What tells whether an execution would run the same: the source of the code cells, in their order."""
    total = hashlib.sha256()
    for cell in code_cells(notebook):
        source = cell.source.encode()
        total.update(len(source).to_bytes(8, "big") + source)
    return total.hexdigest()


def with_outputs(notebook: NotebookNode, stored: str) -> NotebookNode:
    """A notebook with the outputs of a stored one that has the same code, as an execution would give it."""
    executed = code_cells(nbformat.reads(stored, as_version=4))
    for cell, before in zip(code_cells(notebook), executed, strict=True):
        cell["outputs"], cell["execution_count"] = before.outputs, before.execution_count
    return notebook


def serialise(notebook: NotebookNode) -> str:
    """The text of an ``.ipynb`` file, checked against the notebook format; the same for the same notebook."""
    content: str = nbformat.writes(notebook)
    return content + "\n"
