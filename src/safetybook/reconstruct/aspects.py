"""Patients' events from tables that describe them from several sides.

A report tabulates the severity of events, their relation to treatment, their class and their term, but
seldom one against another. The variables that no table joins fall apart into *aspects*, such as how an
event was judged and what it was called. Each aspect is solved by itself, with as many events per patient
as the one before it; afterwards a patient's events of one aspect are paired with those of the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from ortools.sat.python import cp_model

from safetybook.estimands import Count, Estimand, Unit, Where
from safetybook.predicates import Both, Either, Has, Lacks, Predicate
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, groups
from safetybook.reconstruct.stage import Stage

Requirement = Callable[[Stage, PossibleRows], None]
"""Adds to a stage what is asked of its rows beyond the claims."""

PLAIN = {"symmetry_level": 0, "cp_model_probing_level": 0, "linearization_level": 0}
"""A search for many kinds of events and loose claims: it is through before a relaxation would be solved."""

RELAXED = {"symmetry_level": 0, "cp_model_probing_level": 1, "linearization_level": 2}
"""A search for few kinds of events and tight claims, guided by the full linear relaxation."""


@dataclass(frozen=True)
class Statement:
    """A claim with its estimand, and the value as printed."""

    claim: Constraint
    estimand: Estimand
    printed: str


@dataclass(frozen=True)
class Aspect:
    """Some variables of an event, and what they can be together.

    Attributes:
        name: of the stage that solves it.
        kinds: one row per possible combination, with the treatment and whatever else filters look at.
        shared: the variables that an aspect before it has too, and of whose values each patient has as
            many events in both.
        require: what is asked of it beyond the claims.
        searches: parameters of the solver, tried in turn.
    """

    name: str
    kinds: pd.DataFrame
    shared: tuple[str, ...] = ()
    require: Requirement | None = None
    searches: tuple[Mapping[str, int], ...] = (PLAIN, RELAXED)

    def build(
        self,
        stage: Stage,
        patients: Sequence[str],
        statements: Sequence[Statement],
        known: pd.DataFrame | None = None,
    ) -> PossibleRows:
        """How often each kind of event occurs in each patient.

        Args:
            stage: to add to.
            patients: those who can have events.
            statements: those that no variable of this aspect expresses are passed over.
            known: the events as far as other aspects have settled them: each patient has as many of
                this aspect, with the same values of the shared variables.
        """
        most = ceilings(self.kinds, statements)
        possible = self.kinds.assign(MOST=most)
        frame = pd.DataFrame({"USUBJID": patients}).merge(possible, how="cross")
        keys = ["USUBJID", *self.shared]
        loads = None if known is None else Counter(known[keys].itertuples(index=False, name=None))
        if loads is not None:
            held = [loads[key] for key in frame[keys].itertuples(index=False, name=None)]
            frame = frame.assign(MOST=frame["MOST"].clip(upper=pd.Series(held, dtype="int64")))
        frame = frame[frame["MOST"] > 0].reset_index(drop=True)
        rows = stage.count("adae", frame.drop(columns="MOST"), list(frame["MOST"]))
        if loads is not None:
            for key, positions in groups(frame, keys):
                total = cp_model.LinearExpr.sum([rows.counts[i] for i in positions])
                stage.model.add(total == loads[key if isinstance(key, tuple) else (key,)])
        for statement in statements:
            stage.impose(statement.claim, statement.estimand, statement.printed)
        if self.require is not None:
            self.require(stage, rows)
        return rows


def ceilings(kinds: pd.DataFrame, statements: Iterable[Statement]) -> list[int]:
    """How often each kind of event can occur in one patient.

    If a table prints n patients with e events, one patient has at most e - n + 1 of them, and nobody
    has any if e is 0.

    Raises:
        ValueError: if no table limits a kind.
    """
    printed: dict[Where, dict[Unit, int]] = {}
    for statement in statements:
        estimand = statement.estimand
        if isinstance(estimand, Count) and estimand.where.variables <= set(kinds.columns):
            printed.setdefault(estimand.where, {})[estimand.unit] = int(statement.printed)
    limits: list[list[int]] = [[] for _ in range(len(kinds))]
    for condition, numbers in printed.items():
        if len(numbers) == len(Unit):
            events, patients = numbers[Unit.ROWS], numbers[Unit.PATIENTS]
            for i, hit in enumerate(condition.mask(kinds)):
                if hit:
                    limits[i].append(events - patients + 1 if events else 0)
    if not all(limits):
        raise ValueError("some kinds of events are in no row of a table with patients and events")
    return [min(found) for found in limits]


def attempt(
    aspects: Sequence[Aspect],
    patients: Sequence[str],
    statements: Sequence[Statement],
    known: pd.DataFrame | None = None,
    seed: int = 1,
    effort: float = 20.0,
) -> pd.DataFrame | None:
    """One row per event that satisfies all statements, or None if an aspect has no solution within `effort`.

    Args:
        aspects: solved in this order.
        patients: those who can have events.
        statements: the ledger.
        known: events of aspects that are settled already.
        seed: of the solver.
        effort: deterministic limit for each aspect and way of searching.
    """
    events = known
    for aspect in aspects:
        chosen = _chosen(aspect, patients, statements, events, seed, effort)
        if chosen is None:
            return None
        events = chosen if events is None else paired(events, chosen, aspect.shared)
    return events


def _chosen(
    aspect: Aspect,
    patients: Sequence[str],
    statements: Sequence[Statement],
    known: pd.DataFrame | None,
    seed: int,
    effort: float,
) -> pd.DataFrame | None:
    for search in aspect.searches:
        stage = Stage(aspect.name, seed, effort, search=dict(search))
        rows = aspect.build(stage, patients, statements, known)
        solver = stage.solver()
        status = solver.solve(stage.model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return rows.chosen(solver)
        if status == cp_model.INFEASIBLE:
            return None
    return None


def paired(first: pd.DataFrame, second: pd.DataFrame, shared: Sequence[str]) -> pd.DataFrame:
    """One row per event with the variables of both aspects; where both have one, the second's counts.

    Within a patient and value of the shared variables, the n-th event of one aspect is the n-th of the
    other: no claim says which, so it is as good a choice as any.

    Raises:
        ValueError: if a patient has more events of one aspect than of the other.
    """
    keys = ["USUBJID", *shared]
    one, two = (
        frame.assign(NUMBER=frame.groupby(keys, sort=False).cumcount()).set_index([*keys, "NUMBER"])
        for frame in (first, second)
    )
    if not one.index.sort_values().equals(two.index.sort_values()):
        raise ValueError(f"{len(first)} and {len(second)} events do not pair within patients")
    older = one.drop(columns=[name for name in one if name in two])
    return older.join(two, validate="one_to_one").reset_index().drop(columns="NUMBER")


# Requirements ---------------------------------------------------------------------------------------


def holding(stage: Stage, rows: PossibleRows, predicate: Predicate) -> dict[str, cp_model.IntVar | int]:
    """For each patient of the rows a truth value: the predicate holds."""
    own = {patient: set(positions) for patient, positions in groups(rows.frame, "USUBJID")}
    selected = {asked: rows.selected(asked) for asked in predicate.filters()}
    return {
        patient: _truth(stage, rows, predicate, {a: [i for i in s if i in mine] for a, s in selected.items()})
        for patient, mine in own.items()
    }


def _truth(
    stage: Stage, rows: PossibleRows, predicate: Predicate, selected: Mapping[Where, list[int]]
) -> cp_model.IntVar | int:
    match predicate:
        case Has(asked):
            return stage.occurs(rows, selected[asked])
        case Lacks(part):
            return _opposite(stage, _truth(stage, rows, part, selected))
        case Either(one, other):
            return stage.any_of([_truth(stage, rows, part, selected) for part in (one, other)])
        case Both(one, other):
            lacking = [
                _opposite(stage, _truth(stage, rows, part, selected))
                for part in (predicate.first, predicate.second)
            ]
            return _opposite(stage, stage.any_of(lacking))
    raise TypeError(f"no way to require {predicate!r}")


def _opposite(stage: Stage, truth: cp_model.IntVar | int) -> cp_model.IntVar | int:
    if isinstance(truth, int):
        return 1 - truth
    other = stage.model.new_bool_var("")
    stage.model.add(other + truth == 1)
    return other


def exactly(number: int, predicate: Predicate) -> Requirement:
    """The predicate holds of so many patients."""

    def require(stage: Stage, rows: PossibleRows) -> None:
        truths = list(holding(stage, rows, predicate).values())
        stage.model.add(cp_model.LinearExpr.sum(truths) == number)

    return require


def first_patients(number: int, predicate: Predicate) -> Requirement:
    """The predicate holds of the first so many patients and of no other.

    For the aspect solved first: its patients are interchangeable, so which they are is no loss.
    """

    def require(stage: Stage, rows: PossibleRows) -> None:
        for place, truth in enumerate(holding(stage, rows, predicate).values()):
            stage.model.add(truth == int(place < number))

    return require


def burdened(number: int, least: int, variable: str = "") -> Requirement:
    """The first so many patients have at least `least` events, and no other.

    With a `variable`, its different values in a patient's events are counted. For the aspect solved first.
    """

    def require(stage: Stage, rows: PossibleRows) -> None:
        for place, burden in enumerate(burdens(stage, rows, variable)):
            stage.model.add(burden >= least if place < number else burden < least)

    return require


def heaviest(most: int, variable: str = "") -> Requirement:
    """The first patient has so many events (or different values of a variable), and nobody has more."""

    def require(stage: Stage, rows: PossibleRows) -> None:
        for place, burden in enumerate(burdens(stage, rows, variable)):
            stage.model.add(burden == most if place == 0 else burden <= most)

    return require


def at_most(limit: int) -> Requirement:
    """Nobody has more than so many events: a plausibility, so that the search does not pile them up."""

    def require(stage: Stage, rows: PossibleRows) -> None:
        for burden in burdens(stage, rows):
            stage.model.add(burden <= limit)

    return require


def burdens(stage: Stage, rows: PossibleRows, variable: str = "") -> list[cp_model.LinearExpr]:
    """For each patient the number of events, or of different values of a variable among them."""
    found = []
    for _, positions in groups(rows.frame, "USUBJID"):
        if variable:
            values = rows.frame[variable].iloc[positions]
            parts = [
                [i for i, value in zip(positions, values, strict=True) if value == v] for v in values.unique()
            ]
            counted = [stage.occurs(rows, own) for own in parts]
        else:
            counted = [rows.counts[i] for i in positions]
        found.append(cp_model.LinearExpr.sum(counted))
    return found
