"""Without make: the requirements, then the book's own packages, and Jupyter Book and nbval do what they do.

Nothing is downloaded: the environment of the test is a new one that finds what .venv has, but for what is in
``src``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT, changes, clone

from safetybook.notebooks.pairs import code_cells, read

INSTALL = "python -m pip install --no-deps --no-build-isolation -e ."
CHAPTER = "notebooks/06_dose_reduction.md"
BUILD = "from jupyter_book.cli.main import main; main()"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout."""
    return clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def run(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run Python in the folder of the book, as a new environment has it."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    folders = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    (Path(folders["purelib"]) / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {**inherited, "PIP_NO_INDEX": "1", "HOME": str(folder)}
    python = Path(folders["scripts"]) / Path(sys.executable).name

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [python, *arguments]
        return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)

    return run


def first_cell(copy: Path) -> tuple[str, str]:
    """The first cell of a chapter, where a kernel runs it."""
    return "-c", f"import os; os.chdir('notebooks'); exec({code_cells(read(copy / CHAPTER))[0].source!r})"


@pytest.mark.parametrize("text", sorted((ROOT / "notebooks").glob("*.md")), ids=lambda path: path.stem)
def test_each_chapter_asks_first_whether_all_is_installed(text: Path) -> None:
    assert code_cells(read(text))[0].source.startswith("import installed\n")


def test_what_to_install_is_said_first_and_then_all_works(run: Run, copy: Path) -> None:
    validation = ("-m", "pytest", "--nbval", "notebooks/06_dose_reduction.ipynb")
    build = ("-c", BUILD, "build", ".", "--warningiserror", "--quiet")
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert INSTALL in readme
    for way in (validation, build, first_cell(copy)):
        failed = run(*way)
        assert failed.returncode
        assert INSTALL in failed.stdout + failed.stderr

    installed = run("-m", *INSTALL.split()[2:])
    assert installed.returncode == 0, installed.stderr
    for way in (validation, build, first_cell(copy)):
        worked = run(*way)
        assert worked.returncode == 0, worked.stdout + worked.stderr
    assert (copy / "_build" / "html" / "index.html").is_file()
    assert changes(copy) == ""
