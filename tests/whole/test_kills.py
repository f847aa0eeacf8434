"""Whoever is killed while writing leaves nothing that is taken for whole, and the next run recovers."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("scenario", "least"),
    [("sets", 15), ("folders", 4), ("data", 15), ("ensemble", 15), ("notebooks", 20)],
)
def test_a_kill_leaves_the_old_or_the_new(tmp_path: Path, scenario: str, least: int) -> None:
    """At every step of the four that write, and at random moments of the fifth: more than fifty in all."""
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), scenario, str(tmp_path / "it")]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= least
