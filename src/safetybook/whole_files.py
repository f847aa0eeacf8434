"""Files and folders that change in one step: whoever stops a run finds the old ones or the new ones.

A set of files is first written into ``.writing`` beside them. Renaming this folder to ``.written`` is the one
step: before it the old set counts, after it the new one, although its files have yet to be moved into place.
A writer that was stopped leaves one of the two folders behind. The next writer removes the first;
:func:`settle`, which writers and readers call, moves what the second still holds.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

if sys.platform != "win32":
    import fcntl

WRITING, WRITTEN = ".writing", ".written"


def write(path: Path, content: str | bytes) -> None:
    """Write a file, in UTF-8 if it is text; its folder is made if it is missing."""
    write_all(path.parent, {path.name: content})


def write_all(folder: Path, contents: Mapping[str, str | bytes]) -> None:
    """Write files by name, all or none of them; the folder is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    writing = folder / WRITING
    with _alone(folder):
        _move_into_place(folder)
        shutil.rmtree(writing, ignore_errors=True)
        writing.mkdir()
        try:
            for name, content in contents.items():
                (writing / name).write_bytes(content.encode() if isinstance(content, str) else content)
            writing.rename(folder / WRITTEN)
        except BaseException:
            shutil.rmtree(writing)
            raise
        _move_into_place(folder)


def settle(folder: Path) -> None:
    """Complete a set of files whose writer was stopped on its last step; call it before reading a set."""
    if (folder / WRITTEN).is_dir():
        with _alone(folder):
            _move_into_place(folder)


def _move_into_place(folder: Path) -> None:
    written = folder / WRITTEN
    if written.is_dir():
        for part in sorted(written.iterdir()):
            part.replace(folder / part.name)
        written.rmdir()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process writes into the folder, and keep others waiting; a kill ends that too."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems lock no folders: there, two writers at once are for the user to avoid.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


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
