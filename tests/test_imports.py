"""What a chapter imports before it computes anything."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]

HEAVY = (
    "distributed", "docutils", "matplotlib", "ortools", "playwright", "scipy.optimize", "scipy.stats",
    "seaborn", "sphinx",
)  # fmt: skip
"""Solvers, drawing, statistics, a browser, the book's builder: each takes about as long as all of a chapter's
own modules, or longer."""

SOLVING = ("09_consistency", "11_validation")
"""Chapters about the solver, which name its models."""


def imports(notebook: Path) -> list[str]:
    cells = nbformat.read(notebook, as_version=4).cells
    lines = (line for cell in cells if cell.cell_type == "code" for line in ast.parse(cell.source).body)
    return [ast.unparse(line) for line in lines if isinstance(line, ast.Import | ast.ImportFrom)]


def test_a_chapter_imports_neither_drawing_nor_statistics_nor_a_solver_before_it_needs_them():
    chapters = [path for path in sorted(ROOT.glob("notebooks/*.ipynb")) if path.stem not in SOLVING]
    lines = [line for chapter in chapters for line in imports(chapter)]
    assert len(chapters) == 9
    assert any("safetybook.figures" in line for line in lines)
    asked = f"import sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    script = "\n".join([*lines, asked])
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "notebooks", capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []
