"""Linear systems of counts: what data satisfy is never refuted, what cannot be is."""

import random

import numpy as np
import pandas as pd
import pytest

from safetybook.estimands import Count, Share, Unit, Value, Where, where
from safetybook.reconstruct.conflicts import conflicts
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.event_tallies import EventTallies
from safetybook.reconstruct.tallies import PatientTallies

KINDS = pd.DataFrame(
    [(arm, severity, serious) for arm in "AB" for severity in ("MILD", "SEVERE") for serious in "YN"],
    columns=["TRTA", "AESEV", "AESER"],
)
FILTERS: list[Where] = [
    where(**{name: value for name, value in (("TRTA", arm), ("AESEV", sev), ("AESER", ser)) if value})
    for arm in ("A", "B", "")
    for sev in ("MILD", "SEVERE", "")
    for ser in ("Y", "")
]


def count(asked: Where, unit: Unit, dataset: str = "adae") -> Count:
    return Count(f"{unit}/{dataset}/{asked}", "", dataset, asked, unit)


def impose(system: EventTallies | PatientTallies, estimand: Count | Share | Value, printed: str) -> str:
    assert system.impose(Constraint(estimand.id, "", printed), estimand, printed)
    return estimand.id


def counted(frame: pd.DataFrame, estimand: Count) -> int:
    chosen = frame[estimand.where.mask(frame)]
    return len(chosen) if estimand.unit is Unit.ROWS else int(chosen["USUBJID"].nunique())


@pytest.mark.parametrize("seed", range(40))
def test_counts_of_random_events_are_never_refuted(seed):
    rng = random.Random(seed)
    exposed = {patient: rng.sample("AB", rng.randint(1, 2)) for patient in range(rng.randint(2, 12))}
    lines = [
        (patient, arm, rng.choice(("MILD", "SEVERE")), rng.choice("YNN"))
        for patient, own in exposed.items()
        for arm in own
        for _ in range(rng.randint(0, 4))
    ]
    events = pd.DataFrame(lines, columns=["USUBJID", "TRTA", "AESEV", "AESER"])
    exposure = pd.DataFrame(
        [(p, arm) for p, arms in exposed.items() for arm in arms], columns=["USUBJID", "TRTA"]
    )
    system = EventTallies(KINDS)
    for asked in FILTERS:
        for unit in Unit:
            impose(system, count(asked, unit), str(counted(events, count(asked, unit))))
    for asked in (where(), where(TRTA="A"), where(TRTA="B")):
        at_risk = count(asked, Unit.PATIENTS, "adex")
        impose(system, at_risk, str(counted(exposure, at_risk)))
    assert not system.impossible(system.imposed)


@pytest.mark.parametrize(
    ("stated", "conflict"),
    [
        # Patients are no more than their events.
        ([("A", "", Unit.PATIENTS, 5), ("A", "", Unit.ROWS, 4)], 2),
        # An event has a patient.
        ([("A", "", Unit.PATIENTS, 0), ("A", "", Unit.ROWS, 1)], 2),
        # A narrower kind has no more patients.
        ([("A", "", Unit.PATIENTS, 5), ("A", "MILD", Unit.PATIENTS, 6)], 2),
        # Parts make up the whole.
        *(
            ([("A", "", unit, 9), ("A", "MILD", unit, 5), ("A", "SEVERE", unit, 3)], 3)
            for unit in (Unit.PATIENTS, Unit.ROWS)
        ),
        # One event more is at most one patient more.
        (
            [
                ("A", "", Unit.PATIENTS, 5), ("A", "", Unit.ROWS, 8),
                ("A", "MILD", Unit.PATIENTS, 2), ("A", "MILD", Unit.ROWS, 6),
            ],
            4,
        ),
    ],
)  # fmt: skip
def test_what_no_data_satisfy_is_refuted(stated, conflict):
    system = EventTallies(KINDS)
    names = []
    for arm, severity, unit, number in stated:
        asked = where(TRTA=arm) & (where(AESEV=severity) if severity else Where())
        names.append(impose(system, count(asked, unit), str(number)))
    (found,) = conflicts(names, system.impossible)
    assert len(found) == conflict


def test_nobody_has_an_event_without_exposure():
    system = EventTallies(KINDS)
    names = [
        impose(system, count(where(TRTA="A"), Unit.PATIENTS, "adex"), "3"),
        impose(system, count(where(TRTA="A", AESER="Y"), Unit.PATIENTS), "4"),
    ]
    assert system.impossible(names)


def test_a_percentage_of_patients_at_risk_is_a_claim_too():
    system = EventTallies(KINDS)
    serious, at_risk = (
        count(where(TRTA="A", AESER="Y"), Unit.PATIENTS),
        count(where(TRTA="A"), Unit.PATIENTS, "adex"),
    )
    share = impose(system, Share("share", "", serious, at_risk), "40.0")
    names = [impose(system, at_risk, "10"), impose(system, serious, "4")]
    assert not system.impossible([share, *names])
    assert system.ends(names[1], [share, names[0]]) == (4, 4)


def test_what_the_kinds_cannot_express_is_not_imposed():
    system = EventTallies(KINDS)
    other = count(where(AEREL="POSSIBLE"), Unit.ROWS)
    assert not system.impose(Constraint("other", ""), other, "3")
    assert system.imposed == {}


# Patients --------------------------------------------------------------------------------------------


def patients() -> PatientTallies:
    """Kinds by number, sex and two conditions; patient 1 is one patient."""
    adsl, admh = [], []
    for number in ("1", ""):
        for sex in "FM":
            for conditions in ((), ("X",), ("Y",), ("X", "Y")):
                kind = len(adsl)
                adsl.append((kind, number, sex, len(conditions)))
                admh += [(kind, number, condition) for condition in conditions]
    return PatientTallies(
        {
            "adsl": pd.DataFrame(adsl, columns=["USUBJID", "ARTNO", "SEX", "NUMBER"]),
            "admh": pd.DataFrame(admh, columns=["USUBJID", "ARTNO", "TERM"]),
        },
        [(where(ARTNO="1"), 1)],
    )


def test_conditions_and_their_number_per_patient_are_tied():
    system = patients()
    names = [
        impose(system, count(where(), Unit.PATIENTS, "adsl"), "10"),
        impose(system, count(where(TERM="X"), Unit.PATIENTS, "admh"), "6"),
        impose(system, count(where(TERM="Y"), Unit.PATIENTS, "admh"), "7"),
    ]
    both = impose(system, count(where(NUMBER=2), Unit.PATIENTS, "adsl"), "2")
    assert not system.impossible(names)
    # 6 and 7 of 10 overlap in at least 3, and in no more than 6.
    assert system.ends(both, names) == (3, 6)
    assert system.impossible([*names, both])


def test_a_numbered_patients_value_is_tied_to_the_counts():
    system = patients()
    woman = impose(system, Value("sex", "", "adsl", where(ARTNO="1"), "SEX"), "F")
    none = impose(system, count(where(SEX="F"), Unit.PATIENTS, "adsl"), "0")
    listed = impose(system, Value("x", "", "admh", where(ARTNO="1", TERM="X"), "WORDS"), "some words")
    clear = impose(system, count(where(TERM="X"), Unit.ROWS, "admh"), "0")
    assert system.impossible([woman, none])
    assert system.impossible([listed, clear])
    assert not system.impossible([woman, clear])


def test_a_percentage_leaves_whole_counts_only_what_prints_so():
    system = patients()
    everyone, women = count(where(), Unit.PATIENTS, "adsl"), count(where(SEX="F"), Unit.PATIENTS, "adsl")
    share = impose(system, Share("share", "", women, everyone), "33.3")
    names = [impose(system, everyone, "9"), impose(system, women, "3")]
    assert not system.impossible([share, *names])
    assert system.ends(women.id, [share, names[0]]) == (3, 3)


def test_each_claim_read_too_many_is_told_with_those_that_exclude_it():
    """Among six numbers, two may not be equal; three pairs are."""
    numbers = dict(zip("abcdef", (1, 2, 1, 3, 2, 3), strict=True))

    def impossible(names):
        values = [numbers[name] for name in names]
        return len(values) > len(set(values))

    assert list(conflicts("abcdef", impossible)) == [("c", "a"), ("e", "b"), ("f", "d")]
    assert list(conflicts("abcdef", impossible, most=1)) == [("c", "a")]
    assert list(conflicts("abd", impossible)) == []
    assert list(conflicts("ab", lambda names: "b" in names)) == [("b",)]


def test_row_counts_add_each_row_of_a_kind():
    system = patients()
    assert np.array_equal(system._times("admh", where(), distinct=False), [0, 1, 1, 2] * 4)
