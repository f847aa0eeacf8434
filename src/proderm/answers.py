"""All that the pages ask of a solver, answered anew: ``python -m proderm.answers``.

What the catalogue, the page of all claims and the explorer ask is known; what a chapter asks, only when it
has run. So every chapter is run, and what it asked is kept (:mod:`safetybook.stored_answers`).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from proderm.claims import ANSWERS, ROOT
from proderm.known_counts import known_counts
from proderm.origins import defined
from proderm.pages import study, verdicts
from safetybook import stored_answers
from safetybook.notebooks.pairs import read
from safetybook.notebooks.shell import execute, new_shell
from safetybook.stored_answers import Answers

CHAPTERS = sorted((ROOT / "notebooks").glob("*.md"))


def asked() -> Answers:
    """Every question of the pages, with its answer; each chapter runs in a process of its own."""
    known_counts(study(), verdicts())
    for estimand in defined().values():
        verdicts().standing(estimand)
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        return together([stored_answers.asked(), *pool.map(asked_by, CHAPTERS, chunksize=1)])


def asked_by(chapter: Path) -> Answers:
    """Every question of this process after it has run a chapter, with its answer.

    Raises:
        CellFailed: at the first cell that fails, with its line.
    """
    with TemporaryDirectory() as folder:
        execute(read(chapter), chapter, new_shell(folder))
    return stored_answers.asked()


def together(parts: Iterable[Answers]) -> Answers:
    """All answers in one."""
    found: Answers = {}
    for part in parts:
        for kind, given in part.items():
            found.setdefault(kind, {}).update(given)
    return found


def main() -> int:
    """Solve all that the pages ask, whatever is kept, and keep the answers."""
    stored_answers.forget()
    answers = asked()
    stored_answers.write(answers, ANSWERS)
    counts = ", ".join(f"{len(given)} on {kind}" for kind, given in sorted(answers.items()))
    print(f"Wrote the answers to {ANSWERS}: {counts}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
