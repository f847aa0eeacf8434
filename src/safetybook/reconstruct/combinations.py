"""Combinations of conditions over possible rows: of how many patients a predicate is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from ortools.sat.python import cp_model

from safetybook.estimands import Combination, Where
from safetybook.predicates import Both, Either, Has, Lacks, Predicate
from safetybook.reconstruct.possible import PossibleRows, groups

if TYPE_CHECKING:
    from safetybook.reconstruct.stage import Stage

Truth = cp_model.IntVar | int
"""A variable or its negation, or 0 or 1 where it is certain."""


def number(stage: Stage, asked: Combination) -> cp_model.LinearExpr | None:
    """The number of patients as an expression of the stage's model.

    None if the stage's possible events cannot express the filters, or if it does not know who was exposed.
    """
    variables = frozenset().union(*(condition.variables for condition in asked.predicate.filters()))
    rows = next((rows for rows in stage.tables.get("adae", []) if variables <= set(rows.frame.columns)), None)
    exposed = next((rows for rows in stage.tables.get("adex", []) if rows.covers(asked.among)), None)
    if rows is None or exposed is None:
        return None
    selected = {condition: set(rows.selected(condition)) for condition in asked.predicate.filters()}
    own = dict(groups(rows.frame, "USUBJID"))
    patients = exposed.frame["USUBJID"].iloc[exposed.selected(asked.among)].unique()
    return cp_model.LinearExpr.sum(
        [_of_patient(stage, rows, asked.predicate, selected, own.get(who, [])) for who in patients]
    )


def _of_patient(
    stage: Stage,
    rows: PossibleRows,
    predicate: Predicate,
    selected: dict[Where, set[int]],
    own: list[int],
) -> Truth:
    def has(condition: Where) -> Truth:
        return stage.occurs(rows, [position for position in own if position in selected[condition]])

    return truth(stage, predicate, has)


def truth(stage: Stage, predicate: Predicate, has: Callable[[Where], Truth]) -> Truth:
    """A truth value of the model for a predicate, given those of its filters."""
    match predicate:
        case Has():
            return has(predicate.where)
        case Lacks():
            return _no(truth(stage, predicate.part, has))
        case Either():
            return stage.any_of([truth(stage, part, has) for part in (predicate.first, predicate.second)])
        case Both():
            parts = (predicate.first, predicate.second)
            return _no(stage.any_of([_no(truth(stage, part, has)) for part in parts]))
    raise TypeError(f"no way to state {predicate!r}")


def _no(value: Truth) -> Truth:
    # The negation of a variable is used just as the variable is.
    return 1 - value if isinstance(value, int) else cast(cp_model.IntVar, value.negated())
