"""The book's build beside ``jupyter-book build`` with execution, and nbval on two processes beside one.

All work on copies of the checkout, so that nothing is up to date and nothing here is changed.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "_build", ".*_cache", "__pycache__", ".hypothesis")

OURS = "make book, from nothing"
PLAIN = "jupyter-book build, executing"
NBVAL = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "notebooks"]

OFF = 'execute_notebooks: "off"'

BIN = Path(sys.executable).parent


def measured_builds(runs: int) -> list[dict[str, str | float]]:
    """Wall and CPU seconds of each way to build or to check, medians of so many runs."""
    rows: list[dict[str, str | float]] = []
    for what, commands, plain in (
        (OURS, [["sh", "-ec", _make_book()]], False),
        (
            PLAIN,
            [[str(BIN / "jupyter-book"), *"build . --path-output _build/next --all --quiet".split()]],
            True,
        ),
        ("nbval, two processes", [[sys.executable, *NBVAL, "-n", "2", "--dist", "loadscope"]], False),
        ("nbval, one process", [[sys.executable, *NBVAL]], False),
    ):
        taken = [_run(commands, executing=plain) for _ in range(runs)]
        wall, cpu = (round(median(each), 1) for each in zip(*taken, strict=True))
        rows.append({"what": what, "wall": wall, "cpu": cpu})
        print(f"{what:<32} {wall:8.1f} s {cpu:8.1f} CPU s", flush=True)
    return rows


def _make_book() -> str:
    """What `make book` runs where the environment is there."""
    asked = ["make", "--dry-run", "--assume-old", ".venv/.installed", f"BIN={BIN}", "book"]
    return subprocess.check_output(asked, text=True)


def _run(commands: Sequence[Sequence[str]], *, executing: bool) -> tuple[float, float]:
    """Run commands one by one in a fresh copy; with `executing`, the builder executes the notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(".", copy, ignore=LEFT_OUT)
        if executing:
            config = copy / "_config.yml"
            text = config.read_text(encoding="utf-8")
            if OFF not in text:
                raise ValueError("_config.yml does not switch execution off where it is expected to")
            config.write_text(text.replace(OFF, "execute_notebooks: force"), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": str(copy / "src")}
        wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        for command in commands:
            subprocess.run(command, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.perf_counter() - wall, cpu
