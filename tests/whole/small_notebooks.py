"""A small book of notebooks in a folder, with data and sources, for the tests of their execution."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

HEADER = """---
jupytext:
  formats: ipynb,md:myst
  notebook_metadata_filter: -jupytext.text_representation.jupytext_version
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

"""

READS = "from pathlib import Path\nname = Path('../data/n.csv').read_text()\nname"


def cell(source: str) -> str:
    return f"```{{code-cell}} ipython3\n{source}\n```\n\n"


def write_book(root: Path, notebooks: Mapping[str, Iterable[str]] | None = None) -> None:
    """Notebooks by name, each with the sources of its cells: if none are given, two that show a datum."""
    for name in ("data", "src", "notebooks"):
        (root / name).mkdir(parents=True)
    (root / "requirements.txt").write_text("")
    (root / "data" / "n.csv").write_text("42")
    for name, sources in (notebooks or {"01_one": [READS], "02_two": [READS, "name * 1"]}).items():
        (root / "notebooks" / f"{name}.md").write_text(HEADER + "".join(map(cell, sources)).strip() + "\n")


class Book:
    """Such a book, and what its execution says."""

    def __init__(self, root: Path, notebooks: Mapping[str, Iterable[str]] | None = None) -> None:
        self.root = root
        write_book(root, notebooks)

    def write(self, name: str, cells: str) -> None:
        self.text(name).write_text(HEADER + cells)

    def text(self, name: str) -> Path:
        return self.root / "notebooks" / f"{name}.md"

    def notebook(self, name: str) -> Path:
        return self.text(name).with_suffix(".ipynb")

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a passage of a file, which must have it."""
        file = self.root / path
        before = file.read_text()
        assert old in before
        file.write_text(before.replace(old, new))

    def texts(self) -> list[str]:
        return [f"notebooks/{path.name}" for path in sorted((self.root / "notebooks").glob("*.md"))]

    def execute(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "safetybook.notebooks", "execute", *options, *self.texts())

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the book's folder, with its sources on the import path."""
        environment = {**os.environ, "PYTHONPATH": str(self.root / "src")}
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def did(self, *options: str) -> dict[str, list[str]]:
        """Bring the book up to date; the numbers of the notebooks by what was done, such as ``executed``."""
        result = self.execute(*options)
        assert result.returncode == 0, result.stderr
        found: dict[str, list[str]] = {}
        for line in sorted(result.stdout.splitlines()):
            text, _, what = line.partition(": ")
            found.setdefault(what, []).append(text.removeprefix("notebooks/")[:2])
        return found

    def values(self, name: str) -> list[str]:
        notebook = json.loads(self.notebook(name).read_text())
        outputs = [output for c in notebook["cells"] if c["cell_type"] == "code" for output in c["outputs"]]
        return ["".join(output["data"]["text/plain"]) for output in outputs if "data" in output]
