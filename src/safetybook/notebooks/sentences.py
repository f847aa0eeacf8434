"""The numbers in the sentences of a book's files: write those of the results, and tell which are others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from safetybook.notebooks import prose
from safetybook.notebooks.prose import BETWEEN, Lookup, Results, Wrong

# What parses notebooks is imported where it is used: mostly nothing changed.


class Told(NamedTuple):
    """A file with the numbers of the results.

    Attributes:
        content: what it should hold.
        shown: the stored notebooks of other chapters whose numbers it shows.
        put_right: the numbers that were others, each with its place.
        problems: the numbers that no result has, each with its place.
    """

    content: str
    shown: list[Path]
    put_right: list[str]
    problems: list[str]


def chapter(text: Path, content: str) -> Told:
    """The ``.ipynb`` of a text with the numbers of its own outputs, and of the notebooks stored beside it."""
    from safetybook.notebooks import pairs

    lookup, pieces = _lookup(text, content), prose.pieces(content)
    found = _wrong(pieces, lookup)
    written = pairs.with_prose(content, lambda piece: prose.filled(piece, lookup))
    told = _told(text, pairs.text_of(content) if found else "", found)
    return Told(written, _shown(pieces, text.parent), *told)


def page(path: Path, folder: Path) -> Told:
    """A page with the numbers of the notebooks that are stored in a folder."""
    lookup, content = Results(folder).lookup(), path.read_text(encoding="utf-8")
    told = _told(path, content, _wrong([content], lookup))
    return Told(prose.filled(content, lookup), _shown([content], folder), *told)


def wrong_in_chapter(text: Path, content: str) -> list[str]:
    """What is wrong with the numbers of a text, each with its place; `content` is that of its ``.ipynb``."""
    from safetybook.notebooks import pairs

    pieces = [holder[key] for holder, key in prose.passages(pairs.read(text).cells)]
    return _problems(text, text.read_text(encoding="utf-8"), pieces, _lookup(text, content))


def wrong_in_page(path: Path, folder: Path) -> list[str]:
    """What is wrong with the numbers of a page, each with its place."""
    content = path.read_text(encoding="utf-8")
    return _problems(path, content, [content], Results(folder).lookup())


def _lookup(text: Path, content: str) -> Lookup:
    own = prose.values(json.loads(content)["cells"])
    return Results(text.parent, {text.stem: own}).lookup(text.stem)


def _shown(pieces: Sequence[str], folder: Path) -> list[Path]:
    chapters = {name.rpartition(BETWEEN)[0] for piece in pieces for name, _ in prose.spans(piece)}
    return [prose.stored(folder, name) for name in sorted(chapters - {""})]


def _wrong(pieces: Sequence[str], lookup: Lookup) -> list[Wrong]:
    return [one for piece in pieces for one in prose.wrong(piece, lookup)]


def _told(path: Path, content: str, found: Sequence[Wrong]) -> tuple[list[str], list[str]]:
    """Those that have a result, and those that have none."""
    told: tuple[list[str], list[str]] = [], []
    for one in found:
        told[one.expected is None].append(one.told(str(path), content))
    return told


def _problems(path: Path, content: str, pieces: Sequence[str], lookup: Lookup) -> list[str]:
    return [one.told(str(path), content) for one in _wrong(pieces, lookup)]
