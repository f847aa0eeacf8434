"""The table by class and term: worked by hand, by brute force, and on studies with next to nothing."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safetybook.estimands import Column, Function, Summary, where
from safetybook.incidence import ANY, CLASS, NOT_CODED, TERM, Level, incidence, p_value
from safetybook.invariants import InvariantError
from safetybook.results import ABSENT, compute
from safetybook.study import Study

DRUG = Column("drug", "Drug", where(TRTA="Drug"))
PLACEBO = Column("placebo", "Placebo", where(TRTA="Placebo"))
NOBODY = Column("nobody", "A third treatment", where(TRTA="Other"))
COLUMNS = (PLACEBO, DRUG, NOBODY)
EMERGENT = where(TRTEMFL="Y")
HEART, SKIN = "Cardiac disorders", "Skin disorders"


def study(treatments: dict[str, str], events: list[tuple]) -> Study:
    """Patients with their treatment, and events (patient, class, term[, flag])."""
    adsl = pd.DataFrame({"USUBJID": list(treatments), "TRTA": list(treatments.values())}, dtype="str")
    names = ["USUBJID", CLASS, TERM, "TRTEMFL"]
    adae = pd.DataFrame([(*event, "Y")[:4] for event in events], columns=names, dtype="str")
    adae["APERIOD"], adae["AESEQ"], adae["ADURN"] = 1, range(len(adae)), np.nan
    return Study({"adsl": adsl, "adex": adsl.assign(APERIOD=1), "adae": adae}, ())


def table(trial, leading=DRUG, among=EMERGENT):
    return incidence(trial, COLUMNS, among, leading)


def shown(line):
    return [" ".join(r.formatted() for r in (t.patients, t.percent, t.events)) for t in line.tallies]


TRIAL = study(
    {"A": "Drug", "B": "Drug", "C": "Drug", "D": "Placebo", "E": "Placebo"},
    [
        ("A", SKIN, "Rash"), ("A", SKIN, "Rash"), ("A", SKIN, "Pruritus"), ("B", SKIN, "Pruritus"),
        ("B", HEART, "Syncope"), ("D", SKIN, "Acne"), ("D", SKIN, "Blister"),
        ("E", HEART, "Angina", "N"),
    ],
)  # fmt: skip


def test_the_rows_worked_by_hand():
    assert [(line.level, line.label) for line in table(TRIAL)] == [
        (Level.ANY, ANY), (Level.CLASS, HEART), (Level.TERM, "Syncope"), (Level.CLASS, SKIN),
        (Level.TERM, "Pruritus"), (Level.TERM, "Rash"), (Level.TERM, "Acne"), (Level.TERM, "Blister"),
    ]  # fmt: skip
    nobody = f"0 {ABSENT} 0"
    assert [shown(line) for line in table(TRIAL)] == [
        ["1 50.0 2", "2 66.7 5", nobody],
        ["0 0.0 0", "1 33.3 1", nobody],
        ["0 0.0 0", "1 33.3 1", nobody],
        ["1 50.0 2", "2 66.7 4", nobody],
        ["0 0.0 0", "2 66.7 2", nobody],
        ["0 0.0 0", "1 33.3 2", nobody],
        ["1 50.0 1", "0 0.0 0", nobody],
        ["1 50.0 1", "0 0.0 0", nobody],
    ]


def test_the_leading_group_orders_the_terms():
    skin = [line.label for line in table(TRIAL, leading=PLACEBO)[4:]]
    assert skin == ["Acne", "Blister", "Pruritus", "Rash"]


def test_other_events_are_counted_if_asked_for():
    assert "Angina" in [line.label for line in table(TRIAL, among=where())]


def test_p_values_worked_by_hand():
    # Of ten ways in which two of five patients have it, in three both are on the drug, in one none is.
    (pruritus,) = (line for line in table(TRIAL) if line.label == "Pruritus")
    placebo, drug, nobody = pruritus.tallies
    assert p_value(drug, placebo) == p_value(placebo, drug) == pytest.approx(0.4)
    assert p_value(nobody, placebo) is None
    assert p_value(placebo, nobody) is None


def test_nothing_to_compare_has_no_p_value_and_all_alike_have_one():
    events = [(who, SKIN, "Rash") for who in "ABDE"] + [("C", HEART, "Syncope")]
    trial = study({"A": "Drug", "B": "Drug", "C": "Other", "D": "Placebo", "E": "Placebo"}, events)
    found = {line.label: line.tallies for line in table(trial)}
    assert p_value(found["Rash"][1], found["Rash"][0]) == 1
    assert p_value(found["Syncope"][1], found["Syncope"][0]) is None


def test_an_event_that_is_not_coded_is_counted_last_not_lost():
    events = [
        ("A", None, None),
        ("A", SKIN, None),
        ("B", SKIN, "Rash"),
        ("B", None, "Zoster"),
        ("C", SKIN, None),
    ]
    trial = study({"A": "Drug", "B": "Drug", "C": "Drug"}, events)
    assert [(line.label, shown(line)[1]) for line in table(trial)] == [
        (ANY, "3 100.0 5"),
        (SKIN, "3 100.0 3"),
        ("Rash", "1 33.3 1"),
        (NOT_CODED, "2 66.7 2"),
        (NOT_CODED, "2 66.7 2"),
        ("Zoster", "1 33.3 1"),
        (NOT_CODED, "1 33.3 1"),
    ]


def test_events_without_exposure_are_refused():
    trial = study({"A": "Drug"}, [("A", SKIN, "Rash")])
    frames = {name: trial.frame(name) for name in trial.names}
    frames["adex"] = frames["adex"].iloc[:0]
    with pytest.raises(InvariantError, match="without an infusion"):
        table(Study(frames, ()))


SOME = st.lists(
    st.tuples(
        st.sampled_from("ABCDE"),
        st.sampled_from([HEART, SKIN, None]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from("YN"),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(SOME)
def test_every_row_counts_what_brute_force_counts(events):
    treatments = {"A": "Drug", "B": "Drug", "C": "Drug", "D": "Placebo", "E": "Placebo"}
    lines = table(study(treatments, events))
    emergent = [event for event in events if event[3] == "Y"]
    of_class, in_a_term = None, []
    for line in lines:
        of_class = line.label if line.level is Level.CLASS else of_class
        rows = [
            event
            for event in emergent
            if (line.level is Level.ANY or (event[1] or NOT_CODED) == of_class)
            and (line.level is not Level.TERM or (event[2] or NOT_CODED) == line.label)
        ]
        for column, tally in zip(("Placebo", "Drug", "Other"), line.tallies, strict=True):
            own = [event for event in rows if treatments[event[0]] == column]
            assert (tally.patients.number, tally.events.number) == (len({e[0] for e in own}), len(own))
        assert rows or line.level is Level.ANY
        in_a_term += rows if line.level is Level.TERM else []
    assert sorted(map(str, in_a_term)) == sorted(map(str, emergent)), "each event in one term"


# Next to nothing ------------------------------------------------------------------------------------


def test_a_study_of_nobody_has_one_row_and_no_percentage():
    trial = study({}, [])
    (line,) = table(trial)
    assert shown(line) == [f"0 {ABSENT} 0"] * 3
    assert p_value(line.tallies[0], line.tallies[1]) is None


def test_a_study_without_events_has_percentages_of_0():
    (line,) = table(study({"A": "Drug", "D": "Placebo"}, []))
    assert shown(line) == ["0 0.0 0", "0 0.0 0", f"0 {ABSENT} 0"]
    assert p_value(line.tallies[0], line.tallies[1]) is None


def test_a_study_of_one_patient():
    lines = table(study({"A": "Drug"}, [("A", SKIN, "Rash")]))
    assert [line.label for line in lines] == [ANY, SKIN, "Rash"]
    for line in lines:
        assert shown(line) == [f"0 {ABSENT} 0", "1 100.0 1", f"0 {ABSENT} 0"]
        assert p_value(line.tallies[1], line.tallies[0]) is None


def test_a_study_in_which_all_is_missing():
    trial = study(
        {"A": "Drug", "D": "Placebo"}, [("A", None, None), ("D", None, None), ("D", None, None, None)]
    )
    lines = table(trial)
    assert [line.label for line in lines] == [ANY, NOT_CODED, NOT_CODED]
    assert [shown(line)[:2] for line in lines] == [["1 100.0 1", "1 100.0 1"]] * 3
    assert p_value(lines[0].tallies[0], lines[0].tallies[1]) == 1
    for function in Function:
        found = compute(trial, Summary(f"d.{function}", "Duration", "adae", where(), "ADURN", function))
        assert (found.value, found.denominator) == (Fraction(0) if function is Function.TOTAL else None, 0)
