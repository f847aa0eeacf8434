"""Files that are written whole or not at all: whoever stops a run finds the old file or the new one."""

from __future__ import annotations

import os
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
