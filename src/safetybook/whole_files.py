"""Files that are written whole or not at all: whoever stops a run finds the old file or the new one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write a file, in UTF-8 if it is text; its folder is made if it is missing."""
    write_all(path.parent, {path.name: content})


def write_all(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write files by name, once all of them could be; the folder is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f".{name}.{os.getpid()}.part" for name in contents}
    try:
        for name, content in contents.items():
            parts[name].write_bytes(content.encode() if isinstance(content, str) else content)
        for name, part in parts.items():
            part.replace(folder / name)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def replace_folder(new: Path, folder: Path) -> None:
    """Put a whole folder, such as freshly built pages, in the place of another, which is removed.

    Stopped between the two steps it takes, it leaves no folder in the place, and :func:`settle_folder`
    brings the old one back.
    """
    settle_folder(folder)
    if folder.exists():
        folder.rename(_aside(folder))
    new.rename(folder)
    settle_folder(folder)


def settle_folder(folder: Path) -> None:
    """Bring back or remove what a :func:`replace_folder` that was stopped has put aside."""
    aside = _aside(folder)
    if folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
    elif aside.exists():
        aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
