"""The pages of a book, in ``_build/html``: what changed is built again, with the bytes of a clean build.

``python -m safetybook.html_book`` stands at the root of the book. The digests of all files that the pages are
made of were noted with the last build, and the digest of the pages themselves.

- Nothing changed: nothing is started.
- Texts of pages changed: Sphinx goes on from a copy of what it kept. The book's extensions say which other
  pages follow from them.
- Anything else changed, be it data, code, configuration, contents, style or what was built: from nothing.

*A warning is an error.* A build that fails or is stopped leaves the pages, and what Sphinx kept of them, as
they were, so that the next build reads again whatever changed since the last good one.

*What is noted is what was read.* If a file changes while the pages are built, the build fails; so it does if
a page includes a file that is none of those noted, as the book's extensions find. A build waits for another.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from safetybook.whole_files import alone, replace_folder, settle, settle_folder

INPUTS = ("_config.yml", "_toc.yml", "requirements.txt", "book", "data", "notebooks", "src")
CONTENTS = "_toc.yml"
BUILD, HTML, KEPT, NEXT = "_build", "html", "pages", "next"
"""Within the first: the pages, what Sphinx keeps of them for the next build, and where that is made."""

NOTE = "note.json"
"""Stands beside what Sphinx keeps."""

PAGE = re.compile(r"(?:root|file): (\S+)")
SUFFIXES = (".md", ".ipynb")


class BuildError(Exception):
    """The pages could not be built, and the old ones stay. The message says why."""


class Note(NamedTuple):
    """What the last build was made of, and what it made.

    Attributes:
        inputs: the digest of each file that was read, by its path.
        html: the digest of the pages.
        kept: the digest of what Sphinx keeps.
    """

    inputs: Mapping[str, str]
    html: str
    kept: str


def files(top: Path) -> Iterator[Path]:
    """A file, or all files below a folder in the order of their paths; no hidden ones, no compiled code."""
    if top.is_dir():
        for path in sorted(top.iterdir()):
            if not path.name.startswith(".") and path.name != "__pycache__":
                yield from files(path)
    elif top.is_file():
        yield top


def inputs_of(root: Path) -> Iterator[Path]:
    """All files that the pages are made of.

    The text beside a notebook is none: the page shows the notebook.
    """
    for name in INPUTS:
        for path in files(root / name):
            if path.suffix != ".md" or not path.with_suffix(".ipynb").exists():
                yield path


def digests(root: Path) -> dict[str, str]:
    """The digest of every file that the pages are made of, by its path; the Python version is one of them."""
    found = {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest() for path in inputs_of(root)
    }
    return {"python": sys.version, **found}


def settle_inputs(root: Path) -> None:
    """Complete the sets of files, data and notebooks among them, whose writers were stopped."""
    for name in INPUTS:
        for folder, _, _ in os.walk(root / name):
            settle(Path(folder))


def digest(folder: Path) -> str:
    """One digest over all files below a folder but its note, hidden ones too."""
    total = sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / NOTE:
            content = path.read_bytes()
            total.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


def noted(build: Path) -> Note | None:
    """The note of the last build; None if there is none, if it is damaged, or if the pages are others."""
    try:
        note = Note(**json.loads((build / KEPT / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return note if isinstance(note.inputs, dict) and note.html == digest(build / HTML) else None


def only_pages(root: Path, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether the files are the same ones, and those whose bytes changed are texts of pages."""
    contents = set(PAGE.findall((root / CONTENTS).read_text(encoding="utf-8")))
    changed = {name for name, found in now.items() if before.get(name) != found}
    pages = {name + suffix for name in contents for suffix in SUFFIXES}
    return before.keys() == now.keys() and changed <= pages


def bring_up_to_date(root: Path) -> None:
    """Build what is not up to date, once no other build is under way.

    Raises:
        BuildError: if a page gives a warning or an error, a file changes meanwhile, the contents are missing,
            or something else is in the place of a folder; the pages stay then.
    """
    if not (root / CONTENTS).is_file():
        raise BuildError(f"{CONTENTS} is missing")
    build = root / BUILD
    build.mkdir(exist_ok=True)
    with alone(build):
        try:
            for name in (HTML, KEPT, NEXT):
                settle_folder(build / name)
        except FileExistsError as error:
            raise BuildError(str(error)) from error
        settle_inputs(root)
        _build_if_changed(root, build)


def _build_if_changed(root: Path, build: Path) -> None:
    html, kept, made = build / HTML, build / KEPT, build / NEXT / "_build"
    shutil.rmtree(build / NEXT, ignore_errors=True)
    note, inputs = noted(build), digests(root)
    if note is not None and note.inputs == inputs:
        return
    if note is not None and only_pages(root, note.inputs, inputs) and note.kept == digest(kept):
        shutil.copytree(kept, made)
        shutil.copytree(html, made / HTML)
    build_pages(root, build / NEXT)
    if digests(root) != inputs:
        raise BuildError("files changed while the pages were built from them: build again")
    (made / NOTE).unlink(missing_ok=True)
    pages = digest(made / HTML)
    made.joinpath(HTML).rename(build / NEXT / HTML)
    note = Note(inputs, pages, digest(made))
    (made / NOTE).write_text(json.dumps(note._asdict(), indent=1) + "\n", encoding="utf-8")
    # Stopped between the two, the note fits no pages any more, and the next build begins from nothing.
    replace_folder(build / NEXT / HTML, html)
    replace_folder(made, kept)
    shutil.rmtree(build / NEXT)


def build_pages(root: Path, folder: Path) -> None:
    """Let Jupyter Book build into a folder, from what an earlier build has left there.

    Raises:
        BuildError: if there is a warning or an error; Sphinx has printed it.
    """
    # Slow to load, and not needed when nothing changed.
    from jupyter_book.cli.main import main

    options = ["--path-output", str(folder), "--warningiserror", "--nitpick", "--keep-going", "--quiet"]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            main(["build", str(root), *options], standalone_mode=False)
    except (RuntimeError, SystemExit) as error:
        raise BuildError("the pages give warnings or errors") from error


def run() -> int:
    """Bring the pages of the book in this folder up to date; the exit code is 1 if that fails."""
    # Sphinx makes millions of nodes and keeps most of them. To look through all for those that are not needed
    # any more takes a fifth of the time; among the newest, 300 MB are found in a fifteenth.
    gc.set_threshold(50_000)
    try:
        bring_up_to_date(Path())
    except BuildError as error:
        print(f"{error}; {BUILD}/{HTML} is as it was", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run())
