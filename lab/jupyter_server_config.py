"""What ``make lab`` sets in Jupyter's server, so that a chapter opens as trusted and saving leaves no trace.

Jupyter executes this file in its own environment. The kernel runs in the pinned one.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import get_kernel_spec
from jupytext import TextFileContentsManager
from traitlets.config import get_config

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "src"))

from safetybook.notebooks import pairs  # noqa: E402

SIGNATURES = ROOT / "_build" / "lab"

TELL_LANGUAGE = "import json, ipykernel.ipkernel as at; print(json.dumps(at.IPythonKernel.language_info))"


def language_info() -> dict[str, Any]:
    """What the kernel will say of its language."""
    kernel = get_kernel_spec("python3").argv[0]
    told: dict[str, Any] = json.loads(subprocess.check_output([kernel, "-c", TELL_LANGUAGE]))
    return told


class Chapters(TextFileContentsManager):
    """Notebooks as jupytext pairs them; those of the book as the runner stores them."""

    language = language_info()

    def is_chapter(self, path: str) -> bool:
        """Whether a path of the server is one of the book's notebooks."""
        return path.strip("/").startswith("notebooks/")

    def mark_trusted_cells(self, nb: nbformat.NotebookNode, path: str = "") -> None:
        """Trust the outputs that the runner or a kernel of the user has written."""
        if self.is_chapter(path):
            self.notary.mark_cells(nb, trusted=True)
        else:
            super().mark_trusted_cells(nb, path)

    def check_and_sign(self, nb: nbformat.NotebookNode, path: str = "", **options: Any) -> None:
        """Sign what needs a signature to be trusted again."""
        if not self.is_chapter(path):
            super().check_and_sign(nb, path, **options)

    def get(self, path: str, content: bool = True, **options: Any) -> dict[str, Any]:
        """Read; a notebook comes with what JupyterLab would add when the kernel starts, and call a change."""
        model: dict[str, Any] = super().get(path, content=content, **options)
        if content and model["type"] == "notebook" and self.is_chapter(path):
            model["content"].metadata.language_info = self.language
        return model

    def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Write what the text of a notebook describes, and its outputs, without what Jupyter adds to them."""
        if model["type"] == "notebook" and self.is_chapter(path):
            stored = pairs.serialise(nbformat.from_dict(model["content"]))
            notebook = pairs.with_outputs(pairs.parse(pairs.text_of(stored)), stored)
            model = {**model, "content": notebook}
        saved: dict[str, Any] = super().save(model, path)
        return saved


SIGNATURES.mkdir(parents=True, exist_ok=True)
c = get_config()
c.ServerApp.contents_manager_class = Chapters
c.NotebookNotary.data_dir = str(SIGNATURES)
