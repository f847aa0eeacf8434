"""This checkout as a clone of its own, in which a test can work."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = (".venv", ".venv-lab")


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder."""
    identity = ["-c", "user.name=A reader", "-c", "user.email=reader@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def clone(folder: Path) -> Path:
    """Clone this checkout as it stands, committed or not; the environments are its own, and up to date."""
    for name in git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for lock in folder.glob("requirements*.txt"):
        os.utime(lock, (0, 0))
    git(folder, "init", "--quiet")
    for name in ENVIRONMENTS:
        (folder / name).symlink_to((ROOT / name).resolve())
    (folder / ".git" / "info" / "exclude").write_text("".join(f"/{name}\n" for name in ENVIRONMENTS))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "As cloned")
    return folder


def changes(folder: Path) -> str:
    """What git finds changed or new."""
    return git(folder, "status", "--porcelain")
