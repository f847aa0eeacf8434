"""Combinations of conditions: over data, and over rows that may occur."""

from itertools import product

import pandas as pd
import pytest
from ortools.sat.python import cp_model
from plain_predicates import satisfied

from safetybook.estimands import Combination, where
from safetybook.predicates import Has, Predicate
from safetybook.reconstruct.combinations import number
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.stage import Stage

MILD, SEVERE, FIRST = Has(where(AESEV="MILD")), Has(where(AESEV="SEVERE")), Has(where(APERIOD=1))
PREDICATES = (MILD & SEVERE, MILD | ~SEVERE, ~(MILD & FIRST), FIRST & ~MILD, ~~SEVERE)
PATIENTS = ["A", "B", "C"]
EXPOSED = pd.DataFrame({"USUBJID": PATIENTS, "TRTA": ["IVIg", "IVIg", "Placebo"]})
KINDS = pd.DataFrame(product(("MILD", "SEVERE"), (1, 2)), columns=["AESEV", "APERIOD"])


def asked(predicate: Predicate, **among: str) -> Combination:
    return Combination("n", "", predicate, where(**among))


def solved(stage: Stage) -> cp_model.CpSolver:
    solver = stage.solver()
    assert solver.solve(stage.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return solver


@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize("own", [(), (0,), (1, 2), (0, 3), (0, 1, 2, 3)])
def test_of_known_rows_it_is_what_the_data_say(predicate, own):
    rows = KINDS.iloc[list(own)].assign(USUBJID="A")
    stage = Stage("known")
    stage.know("adae", rows)
    stage.know("adex", EXPOSED)
    total = stage.model.new_int_var(0, 3, "")
    stage.model.add(total == number(stage, asked(predicate)))
    assert solved(stage).value(total) == satisfied(predicate, rows, EXPOSED["USUBJID"]).sum()


@pytest.mark.parametrize("predicate", PREDICATES)
@pytest.mark.parametrize("printed", ["0", "1", "2", "3"])
def test_rows_are_chosen_so_that_it_is_true_of_so_many(predicate, printed):
    frame = pd.concat([KINDS.assign(USUBJID=who) for who in PATIENTS], ignore_index=True)
    stage = Stage("chosen")
    rows = stage.choose("adae", frame)
    stage.know("adex", EXPOSED)
    assert stage.impose(Constraint("n", "n"), asked(predicate), printed)
    made = rows.chosen(solved(stage))
    assert satisfied(predicate, made, EXPOSED["USUBJID"]).sum() == int(printed)


def test_only_those_who_were_exposed_are_asked_about():
    stage = Stage("among")
    stage.know("adae", KINDS.assign(USUBJID="C"))
    stage.know("adex", EXPOSED)
    total = stage.model.new_int_var(0, 3, "")
    stage.model.add(total == number(stage, asked(SEVERE, TRTA="IVIg")))
    assert solved(stage).value(total) == 0


def test_what_the_rows_do_not_tell_is_not_expressed():
    stage = Stage("silent")
    stage.know("adae", KINDS.assign(USUBJID="A"))
    assert number(stage, asked(MILD)) is None
    stage.know("adex", EXPOSED)
    assert number(stage, asked(Has(where(AEDECOD="Headache")))) is None
    assert not stage.impose(Constraint("n", "n"), asked(Has(where(AEDECOD="Headache"))), "1")
