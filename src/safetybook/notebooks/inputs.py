"""What stands below the root of a book, as digests, and what of it a process reads."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

SOURCES = "src"
"""The folder below the root in which the notebooks' own modules are."""

DATA = "data"
"""The folder below the root in which the data are."""

NOTEBOOKS = "notebooks"
"""The folder below the root in which the notebooks are whose numbers other pages show."""

OPENED_BY_PYTHON = {".csv", ".json", ".md", ".txt", ".xz"}
"""Kinds of data files that are opened by Python code, which :class:`Reads` sees."""

APART = {"_build", "__pycache__"}
"""Folders that hold what was made from something else."""


def paired(text: Path) -> Path:
    """The ``.ipynb`` beside a notebook's text."""
    return text.with_suffix(".ipynb")


class Contents:
    """Files and folders below a root by name (``data/n.csv``), each as it was when first asked for.

    The content of a folder is the names in it. Neither files nor folders whose name begins with a dot count,
    nor what is built or installed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._digests: dict[str, str] = {}

    def name(self, path: str) -> str | None:
        """The name of a path, which may be relative to the working directory; None if it does not count."""
        # Not resolved: where a link below the root leads to is for the root to say.
        whole = Path(os.path.normpath(Path.cwd() / path))
        if not whole.is_relative_to(self.root) or whole.is_relative_to(sys.prefix):
            return None
        parts = whole.relative_to(self.root).parts
        return "/".join(parts) if parts and all(map(_counts, parts)) else None

    def names(self, paths: Iterable[Path]) -> set[str]:
        """The names of those of some paths that count."""
        return {name for path in paths if (name := self.name(str(path))) is not None}

    def always(self) -> set[str]:
        """What every notebook counts as reading, because it can be read unseen.

        These are the folders of data, whose names tell what exists, and the files that a library may open by
        itself, such as Parquet.
        """
        found = [self.root / DATA]
        for folder, folders, files in os.walk(self.root / DATA):
            unseen = (name for name in files if Path(name).suffix not in OPENED_BY_PYTHON)
            found += (Path(folder, name) for name in (*folders, *unseen))
        return self.names(found)

    def digest(self, name: str) -> str:
        """What tells one content from another; empty if there is none that can be read."""
        if name not in self._digests:
            self._digests[name] = _digest(self.root / name)
        return self._digests[name]

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """The digest of each of some names, in their order."""
        return {name: self.digest(name) for name in sorted(names)}


def total(digests: dict[str, str]) -> str:
    """One digest over those of several names."""
    return hashlib.sha256("".join(f"{name}\0{of}\n" for name, of in digests.items()).encode()).hexdigest()


def _counts(part: str) -> bool:
    return not part.startswith(".") and part not in APART


def _digest(path: Path) -> str:
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        content = "\n".join(sorted(filter(_counts, (entry.name for entry in path.iterdir())))).encode()
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(content).hexdigest()


class Reads:
    """The names of all that this process and its forks read below a root, from :meth:`watch` on.

    The digest of a file is taken just before it is opened for the first time. Sources that the import system
    reads do not count: see :mod:`safetybook.notebooks.imports`. Neither a library that opens a file by itself
    or in another process is seen, nor who asks whether a file exists; for this see :meth:`Contents.always`.
    Unseen remain both outside the folder of data, and files there that are opened by Python as a rule but
    by such a library this time.
    """

    def __init__(self, contents: Contents) -> None:
        self.names: set[str] = set()
        self._contents = contents

    def watch(self) -> None:
        """Begin; nothing ends it but the end of the process."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & os.O_WRONLY:
                return
        elif event in ("os.listdir", "os.scandir"):
            path = arguments[0] or "."
            if path in sys.path:
                return
        else:
            return
        imports = sys._getframe(1).f_code.co_filename.startswith("<frozen importlib")
        if isinstance(path, int) or (imports and event != "open"):
            return
        name = self._contents.name(_source(os.fsdecode(path)) if imports else os.fsdecode(path))
        if imports and name and name.startswith(f"{SOURCES}/") and name.endswith(".py"):
            return
        if name is not None and name not in self.names:
            self.names.add(name)  # before its digest is taken, which opens it again
            self._contents.digest(name)


def _source(path: str) -> str:
    """The file of the source of a compiled one, which may be read in its place; else the path itself."""
    try:
        return source_from_cache(path)
    except ValueError:
        return path
