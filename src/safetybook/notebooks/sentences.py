"""The numbers in the sentences of a book's files: write those of the results, and tell which are others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from safetybook.notebooks import prose
from safetybook.notebooks.prose import BETWEEN, Lookup, Results

# What parses notebooks is imported where it is used: mostly nothing changed.


class Told(NamedTuple):
    """A file with the numbers of the results.

    Attributes:
        content: what it should hold.
        shown: the stored notebooks of other chapters whose numbers it shows.
        problems: the numbers that no result has, each with its place.
    """

    content: str
    shown: list[Path]
    problems: list[str]


def chapter(text: Path, content: str) -> Told:
    """The ``.ipynb`` of a text with the numbers of its own outputs, and of the notebooks stored beside it."""
    from safetybook.notebooks import pairs

    lookup = _lookup(text, content)
    content = pairs.with_prose(content, lambda piece: prose.filled(piece, lookup))
    pieces = _pieces(content)
    is_wrong = any(prose.wrong(piece, lookup) for piece in pieces)
    problems = _problems(text, pairs.text_of(content), pieces, lookup) if is_wrong else []
    return Told(content, _shown(pieces, text.parent), problems)


def page(path: Path, folder: Path) -> Told:
    """A page with the numbers of the notebooks that are stored in a folder."""
    lookup = Results(folder).lookup()
    content = prose.filled(path.read_text(encoding="utf-8"), lookup)
    return Told(content, _shown([content], folder), _problems(path, content, [content], lookup))


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


def _pieces(content: str) -> list[str]:
    return ["".join(holder[key]) for holder, key in prose.passages(json.loads(content)["cells"])]


def _shown(pieces: Sequence[str], folder: Path) -> list[Path]:
    chapters = {name.rpartition(BETWEEN)[0] for piece in pieces for name, _ in prose.spans(piece)}
    return [prose.stored(folder, name) for name in sorted(chapters - {""})]


def _problems(path: Path, content: str, pieces: Sequence[str], lookup: Lookup) -> list[str]:
    return [one.told(str(path), content) for piece in pieces for one in prose.wrong(piece, lookup)]
