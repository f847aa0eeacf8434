"""What the chapter on validation shows: brackets with the truth in them, and what each table narrows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cdiscpilot.bounds import Bound, stored
from cdiscpilot.ledger import TABLES, ledger
from cdiscpilot.questions import QUESTIONS, Question
from cdiscpilot.study import ARMS, Arm
from cdiscpilot.truth import answer
from safetybook.brackets import Bracket
from safetybook.determinacy import Determinacy, Standing
from safetybook.results import ABSENT
from safetybook.rounding import half_up
from safetybook.tables import Cell, Group, Row, Table

HEADINGS = tuple(arm.label.capitalize() for arm in ARMS)

PROVED = Standing(
    Determinacy.DETERMINED,
    why="the bounds are proved, and the truth is counted",
    meaning="fixed by the public records of CDISC Pilot 01 and the tables made from them",
)
"""Of the bounds on this trial, and of the true numbers beside them."""


def bracket(bound: Bound) -> Bracket:
    """A stored bound with the truth beside it."""
    arm = next(arm for arm in ARMS if arm.name == bound.arm)
    at_risk = ledger().value(arm.at_risk)
    return Bracket(bound.low, bound.high, bound.certified, at_risk, answer(bound.question, arm))


def of_question(question: Question) -> tuple[Bound, ...]:
    """The stored bounds on a question, arm by arm."""
    return tuple(_stored(question, arm) for arm in ARMS)


def _stored(question: Question, arm: Arm) -> Bound:
    return next(bound for bound in stored() if (bound.arm, bound.question) == (arm.name, question.id))


def brackets_of(most: bool) -> dict[str, list[Bracket]]:
    """By question the brackets of the arms: of numbers of patients, or of the `most` that one patient has."""
    return {
        question.label: [bracket(bound) for bound in of_question(question)]
        for question in QUESTIONS
        if question.id.endswith("_most") == most
    }


def width(bounds: Sequence[Bound], number: int) -> Fraction | None:
    """The mean width of the bounds from the first so many tables; None if they do not show what is asked."""
    ends = [bound.by_table[number - 1] for bound in bounds]
    known = [high - low for pair in ends if pair is not None for low, high in [pair]]
    return Fraction(sum(known), len(known)) if len(known) == len(ends) else None


def narrowing(caption: str) -> Table:
    """The mean width of each question's intervals as table after table is printed."""
    body = []
    for question in QUESTIONS:
        widths = [width(of_question(question), number) for number in range(1, len(TABLES) + 1)]
        cells = [Cell(ABSENT if found is None else half_up(found, 1)) for found in widths]
        body.append(Row(question.label, tuple(cells)))
    columns = ((TABLES[0].capitalize(),), *((f"+ {table}",) for table in TABLES[1:]))
    return Table(caption, "What is asked", columns, (Group("", tuple(body)),), standing=PROVED)
