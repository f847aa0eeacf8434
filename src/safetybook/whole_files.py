"""Files and folders that change in one step: whoever stops a run finds the old ones or the new ones.

A set of files is first written into ``.writing`` beside them. Renaming this folder to ``.written`` is the one
step: before it the old set counts, after it the new one, although its files have yet to be moved into place.
A writer that was stopped leaves one of the two folders behind. The next writer removes the first;
:func:`settle`, which writers and readers call, moves what the second still holds.

What stands in the way is refused before the first step, so that nothing is left half-way. A folder is
replaced only if it is one: what a link leads to may lie on another disk, where no one step leads.
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
    """Write files by name, all or none of them; the folder is made if it is missing.

    Raises:
        ValueError: for a name that leads elsewhere, or is one of the two that stand for a set.
        FileExistsError: if a folder has one of the names, or something else the name of a set.
    """
    for name in contents:
        if name != Path(name).name or name in ("", "..", WRITING, WRITTEN):
            raise ValueError(f"{name!r} is no name for a file in {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    writing = folder / WRITING
    with alone(folder):
        _refuse_other_than_folder(writing)
        _refuse_other_than_folder(folder / WRITTEN)
        _move_into_place(folder)
        for name in contents:
            if _is_folder(folder / name):
                raise FileExistsError(f"{folder / name} is a folder, and a file is to be written there")
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
    if _is_folder(folder / WRITTEN):
        with alone(folder):
            _move_into_place(folder)


def _move_into_place(folder: Path) -> None:
    written = folder / WRITTEN
    if _is_folder(written):
        for part in sorted(written.iterdir()):
            part.replace(folder / part.name)
        written.rmdir()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _refuse_other_than_folder(path: Path) -> None:
    if not _is_folder(path) and (path.exists() or path.is_symlink()):
        raise FileExistsError(f"{path} is no folder, or a link to one: put it elsewhere")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no one else is alone in the folder, and keep others waiting; a kill ends that too.

    Who writes is alone in the folder of the files: within, only folders below it can be written into.
    """
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

    Raises:
        FileExistsError: if a file or a link is in the place.
    """
    settle_folder(folder)
    if folder.exists():
        folder.rename(_aside(folder))
    new.rename(folder)
    settle_folder(folder)


def settle_folder(folder: Path) -> None:
    """Bring back or remove what a :func:`replace_folder` that was stopped has put aside.

    Raises:
        FileExistsError: if no folder can be replaced here, because a file or a link is in the way.
    """
    aside = _aside(folder)
    _refuse_other_than_folder(folder)
    _refuse_other_than_folder(aside)
    if folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
    elif aside.exists():
        aside.rename(folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
