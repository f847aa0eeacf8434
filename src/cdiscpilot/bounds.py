"""`make pilot`: every question bounded from the pilot's printed tables, its ends certified by witnesses.

An outer bound is proved: no patients that satisfy the tables go beyond it. A witness is a set of patients
that satisfy all the tables and attain an answer. Where a witness attains the bound, the end is certified;
elsewhere it is open between the bound and the most extreme witness.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from cdiscpilot.ledger import TABLES, Ledger, ledger
from cdiscpilot.questions import QUESTIONS, Interval, Pattern, Question
from cdiscpilot.reconstruct import Rebuilt, differing
from cdiscpilot.study import ARMS, Arm
from safetybook import whole_files
from safetybook.estimands import definition
from safetybook.stored_answers import StaleAnswersError

STORE = Path(__file__).parents[2] / "data/pilot/bounds.json"
"""Where `make pilot` keeps the answers: solving them takes longer than a page may."""


@dataclass(frozen=True)
class Bound:
    """What the printed tables leave to the answer to a question in an arm.

    Attributes:
        arm, question: their names.
        low, high: the outer bounds from all tables.
        proved: whether the solver proved both.
        least, greatest: the most extreme answers that witnesses attain.
        by_table: the bounds from the first table, the first two, ...; None where the tables do not show
            what is counted.
    """

    arm: str
    question: str
    low: int
    high: int
    proved: bool
    least: int
    greatest: int
    by_table: tuple[tuple[int, int] | None, ...]

    @property
    def certified(self) -> tuple[bool, bool]:
        """Whether a witness attains the lower and the upper end."""
        return self.least == self.low, self.greatest == self.high

    @property
    def determined(self) -> bool:
        """Whether the tables leave one answer only."""
        return self.low == self.high


def by_table(known: Ledger, arm: Arm, question: Question) -> list[Interval | None]:
    """The bounds as table after table is printed."""
    return [question.bounds(known, arm, TABLES[:number]) for number in range(1, len(TABLES) + 1)]


class Witnesses:
    """Events that satisfy the tables of an arm, found one after the other; each can answer any question."""

    def __init__(self, known: Ledger, arm: Arm) -> None:
        self._ledger, self._arm = known, arm
        self._rebuilt = Rebuilt(known, arm)
        self._answers: dict[str, set[int]] = {question.id: set() for question in QUESTIONS}
        self._keep(self._rebuilt.events)

    def _keep(self, events: pd.DataFrame) -> None:
        wrong = list(differing(self._ledger, self._arm, events))
        if wrong:
            raise RuntimeError(f"{self._arm.label}: a witness does not print the table {wrong[0]!r}")
        for question in QUESTIONS:
            self._answers[question.id].add(question.count(self._arm, events))

    def answers(self, question: Question) -> set[int]:
        """The answers attained so far."""
        return self._answers[question.id]

    def seek(self, question: Question, bound: int) -> None:
        """Look for events that attain a bound, unless a witness does already."""
        if bound in self.answers(question):
            return
        events = self._rebuilt.witness(question, bound)
        if events is not None:
            self._keep(events)


def solve(arm: Arm) -> Iterator[Bound]:
    """The bounds on every question in an arm."""
    known = ledger()
    witnesses = Witnesses(known, arm)
    steps = {question.id: by_table(known, arm, question) for question in QUESTIONS}
    for question in QUESTIONS:
        outer = steps[question.id][-1]
        assert outer is not None
        witnesses.seek(question, outer.low)
        witnesses.seek(question, outer.high)
        print(f"  {arm.label}: {question.label}, {outer.low} to {outer.high}", file=sys.stderr, flush=True)
    for question in QUESTIONS:
        found, attained = steps[question.id], witnesses.answers(question)
        outer = found[-1]
        assert outer is not None
        ends = tuple(None if step is None else (step.low, step.high) for step in found)
        yield Bound(
            arm.name, question.id, outer.low, outer.high, outer.proved, min(attained), max(attained), ends
        )


def digest() -> str:
    """Changes with any printed number of the pilot and with any question."""
    asked = "\n".join(
        definition((question.id, question.asked(ARMS[0])) if isinstance(question, Pattern) else question)
        for question in QUESTIONS
    )
    return f"{ledger().digest} {hashlib.sha256(asked.encode()).hexdigest()}"


@cache
def stored(path: Path = STORE) -> tuple[Bound, ...]:
    """The bounds as last solved.

    Raises:
        StaleAnswersError: if the tables or the questions have changed since.
    """
    known = json.loads(path.read_text(encoding="utf-8"))
    if known["digest"] != digest():
        raise StaleAnswersError(path, "other tables or of other questions", "pilot")
    return tuple(
        Bound(**{**bound, "by_table": tuple(tuple(ends) if ends else None for ends in bound["by_table"])})
        for bound in known["bounds"]
    )


def main() -> int:
    """Solve all bounds and store them with the digest of the tables and the questions they are of."""
    bounds = [asdict(bound) for arm in ARMS for bound in solve(arm)]
    lines = ",\n".join(json.dumps(bound) for bound in bounds)
    whole_files.write(STORE, f'{{"digest": "{digest()}", "bounds": [\n{lines}\n]}}\n')
    print(f"Wrote {len(bounds)} bounds to {STORE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
