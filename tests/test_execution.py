"""The execution of notebooks: stale ones only, the same bytes each time, nothing lost when a cell fails."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEADER = """---
jupytext:
  formats: ipynb,md:myst
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

"""


def cell(source: str) -> str:
    return f"```{{code-cell}} ipython3\n{source}\n```\n\n"


class Book:
    """A folder with two notebooks, data and code."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("data", "src", "notebooks"):
            (root / name).mkdir()
        (root / "requirements.txt").write_text("")
        (root / "data" / "n.csv").write_text("42")
        reads = cell("from pathlib import Path\nname = Path('../data/n.csv').read_text()\nname")
        self.write("01_one", reads + cell("print('out')\nimport pandas as pd\npd.DataFrame({'a': [name]})"))
        self.write("02_two", cell("'name' in globals()"))

    def write(self, name: str, cells: str) -> None:
        self.text(name).write_text(HEADER + cells)

    def text(self, name: str) -> Path:
        return self.root / "notebooks" / f"{name}.md"

    def notebook(self, name: str) -> Path:
        return self.text(name).with_suffix(".ipynb")

    def execute(self, *options: str) -> subprocess.CompletedProcess[str]:
        texts = [f"notebooks/{path.name}" for path in sorted((self.root / "notebooks").glob("*.md"))]
        command = [sys.executable, "-m", "safetybook.notebooks", "execute", *options, *texts]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    def executed(self) -> list[str]:
        """Execute, and say which notebooks were stale."""
        result = self.execute()
        assert result.returncode == 0, result.stderr
        return sorted(line.removeprefix("notebooks/")[:6] for line in result.stdout.splitlines())

    def values(self, name: str) -> list[str]:
        notebook = json.loads(self.notebook(name).read_text())
        outputs = [output for c in notebook["cells"] if c["cell_type"] == "code" for output in c["outputs"]]
        return ["".join(output["data"]["text/plain"]) for output in outputs if "data" in output]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_only_what_changed_is_executed_again(book: Book) -> None:
    assert book.executed() == ["01_one", "02_two"]
    assert book.values("01_one")[0] == "'42'"
    assert book.values("02_two") == ["False"], "notebooks share no variables"
    first = book.notebook("01_one").read_bytes()

    assert book.executed() == []
    book.text("02_two").write_text(book.text("02_two").read_text() + "More.\n")
    assert book.executed() == ["02_two"]

    (book.root / "data" / "n.csv").write_text("43")
    assert book.executed() == ["01_one", "02_two"]
    assert book.values("01_one")[0] == "'43'"

    (book.root / "data" / "n.csv").write_text("42")
    assert book.executed() == ["01_one", "02_two"]
    assert book.notebook("01_one").read_bytes() == first


def test_an_output_changed_by_hand_is_found_and_undone(book: Book) -> None:
    book.execute()
    stored = book.notebook("01_one")
    right = stored.read_text()
    stored.write_text(right.replace("'42'", "'41'"))

    check = book.execute("--check")
    assert check.returncode == 1
    assert "01_one.ipynb is not what its text, code and data give" in check.stderr
    assert stored.read_text() != right, "a check writes nothing"

    assert book.executed() == ["01_one"]
    assert stored.read_text() == right
    assert book.execute("--check").returncode == 0


def test_stored_notebooks_hold_no_trace_of_the_run(book: Book) -> None:
    book.execute()
    notebook = json.loads(book.notebook("01_one").read_text())
    assert set(notebook["metadata"]) == {"jupytext", "kernelspec"}
    assert [c["execution_count"] for c in notebook["cells"] if c["cell_type"] == "code"] == [1, 2]
    assert all(c["metadata"] == {} for c in notebook["cells"])
    assert len({c["id"] for c in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError: division by zero"),
        ("x = )", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("import os\nos._exit(3)", "its process ended without a result (exit code 3)"),
        ("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()", "raster image"),
        ("from IPython.display import clear_output\nclear_output()", "clears its output"),
    ],
)
def test_a_failing_cell_names_its_place_and_leaves_the_stored_outputs(
    book: Book, source: str, message: str
) -> None:
    book.text("01_one").unlink()
    book.write("02_two", cell("good = True") + cell(source))
    book.notebook("02_two").write_text("as stored")
    result = book.execute()
    assert result.returncode == 1
    assert message in result.stderr
    assert "02_two.md" in result.stderr
    if "os._exit" not in source:
        assert result.stderr.startswith("notebooks/02_two.md:20: code cell 2 of 2 failed:")
    assert book.notebook("02_two").read_text() == "as stored"
