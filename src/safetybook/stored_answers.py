"""Answers that take a solver, kept under what was asked.

What a solver finds follows from its question: from what is asked, and from all that the answer rests on. An
answer is kept under the text of both, so it is never stale. Whoever adds a count, or changes a printed
number, asks another question, which is solved on the spot; :func:`asked` tells the command that makes the
file of answers what there is to keep. Pages ask only what is kept: a test sees to it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from safetybook import whole_files

Answers = dict[str, dict[str, Any]]
"""By kind of question, then by its text: an answer that JSON can hold."""


class StaleAnswersError(ValueError):
    """What is stored answers other questions, or rests on something else, than what is there now."""

    def __init__(self, path: Path, of: str, target: str) -> None:
        super().__init__(f"{path.name} is of {of}: run make {target}")


_files: list[Path] = []
_read: dict[Path, Answers] = {}
_asked: Answers = {}


def consult(path: Path) -> None:
    """Look for answers in a file from now on; it is read when the first question is asked."""
    if path not in _files:
        _files.append(path)


def answer(kind: str, question: str, solve: Callable[[], Any]) -> Any:
    """The answer to a question: as it is kept or was given before, else as `solve` finds it.

    `question` must tell all that the answer depends on, in the same words on every run.
    """
    given = _asked.setdefault(kind, {})
    if question not in given:
        kept = next((of for of in _consulted(kind) if question in of), None)
        given[question] = solve() if kept is None else kept[question]
    return given[question]


def _consulted(kind: str) -> Iterable[dict[str, Any]]:
    for path in _files:
        if path not in _read:
            _read[path] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        yield _read[path].get(kind, {})


def asked() -> Answers:
    """Every question of this process, with its answer."""
    return {kind: dict(given) for kind, given in _asked.items()}


def forget() -> None:
    """Consult no file any more and know no answer: every question is solved anew."""
    _files.clear()
    _asked.clear()


def write(answers: Answers, path: Path) -> None:
    """Keep answers in a file: the same bytes for the same answers, whatever their order."""
    whole_files.write(path, json.dumps(answers, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def digest(text: str) -> str:
    """A short name for a text that is too long to stand in a question."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
