"""Make installs into environments of its own: never through a link, which leads to another checkout's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from checkout import ROOT

INTERPRETER = '#!/bin/sh\necho "$0 $*" >> installed\n'
"""Stands for the Python that would make the environment."""


@pytest.mark.parametrize(
    ("environment", "stamp", "lock"),
    [
        (".venv", ".installed", "requirements.txt"),
        (".venv", ".installed-dev", "requirements-dev.txt"),
        (".venv-lab", ".installed", "requirements-lab.txt"),
        (".venv-bench", ".installed", "requirements-bench.txt"),
    ],
)
def test_nothing_is_installed_through_a_link(tmp_path: Path, environment: str, stamp: str, lock: str) -> None:
    elsewhere, here = tmp_path / "elsewhere", tmp_path / "here"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("")
    here.mkdir()
    shutil.copy(ROOT / "Makefile", here)
    for name in ("requirements.txt", lock):
        (here / name).write_text("")
    python = here / "python"
    python.write_text(INTERPRETER)
    python.chmod(0o755)
    (here / environment).symlink_to(elsewhere)
    if stamp == ".installed-dev":  # what it adds to is there
        (elsewhere / ".installed").write_text("")
        os.utime(here / "requirements.txt", (0, 0))
    before = sorted(path.name for path in elsewhere.iterdir())

    command = ["make", "--silent", f"PYTHON={python}", f"{environment}/{stamp}"]
    result = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert result.returncode
    refused = f"{environment} is a link: remove it, or run make in the checkout it leads to"
    assert result.stderr.splitlines()[0] == refused
    assert result.stdout == ""
    assert sorted(path.name for path in elsewhere.iterdir()) == before
    assert not (here / "installed").exists()
