"""Every rule of counting, on examples that can be worked by hand."""

from dataclasses import replace
from fractions import Fraction
from statistics import median

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook import datasets
from safetybook.estimands import (
    Column,
    Count,
    Derived,
    Function,
    Ratio,
    Share,
    Statement,
    Summary,
    Unit,
    Value,
    Where,
    except_where,
    where,
)
from safetybook.invariants import InvariantError, check, implies, of_results
from safetybook.results import ABSENT, Result, compute, computed, difference
from safetybook.study import Study

ANYTHING = where()
DATASETS = (datasets.ADSL, datasets.ADEX, datasets.ADAE)
EMERGENT = where(TRTEMFL="Y")
DRUG = Column("drug", "Drug", where(TRTA="Drug", APERIOD=1))
PLACEBO = Column("placebo", "Placebo", where(TRTA="Placebo", APERIOD=1))
NOBODY = Column("nobody", "A third treatment", where(TRTA="Other"))


def study(infusions: list[tuple], events: list[tuple]) -> Study:
    """Patients follow from the infusions (patient, treatment, period) and events
    (patient, treatment, period, intensity, term, related, duration)."""
    adex = pd.DataFrame(infusions, columns=["USUBJID", "TRTA", "APERIOD"])
    adex["CYCLE"] = adex.groupby("USUBJID").cumcount() + 1
    adex["EPISODE"] = 1
    adex["ASTDTM"] = pd.Timestamp("2018-03-05T09:00") + pd.to_timedelta(28 * (adex["CYCLE"] - 1), unit="D")
    adex["AENDTM"] = adex["ASTDTM"] + pd.Timedelta(hours=5)
    names = ["USUBJID", "TRTA", "APERIOD", "AESEV", "AEDECOD", "AEREL", "ADURN"]
    adae = pd.DataFrame(events, columns=names).assign(TRTEMFL="Y")
    adae["AESEQ"] = adae.groupby("USUBJID").cumcount() + 1
    adsl = pd.DataFrame({"USUBJID": sorted(set(adex["USUBJID"])), "SAFFL": "Y"})
    return Study({"adsl": adsl, "adex": adex, "adae": adae}, DATASETS)


# A and D receive the drug, C placebo; B switches from placebo to the drug within the first period.
TRIAL = study(
    [
        ("A", "Drug", 1), ("A", "Drug", 1), ("B", "Placebo", 1), ("B", "Drug", 1), ("C", "Placebo", 1),
        ("D", "Drug", 1),
    ],
    [
        ("A", "Drug", 1, "MILD", "Headache", "POSSIBLE", 1),
        ("A", "Drug", 1, "MILD", "Headache", "PROBABLE", 2),
        ("A", "Drug", 1, "SEVERE", "Nausea", "NOT RELATED", 5),
        ("B", "Placebo", 1, "MODERATE", "Headache", "UNLIKELY", 8),
        ("B", "Drug", 1, "MILD", "Fever", "POSSIBLE", None),
        ("C", "Placebo", 1, "MILD", "Fever", "NOT RELATED", 3),
    ],
)  # fmt: skip


def patients(filter_: Where = ANYTHING, column: Column = DRUG, name: str = "teae") -> Count:
    return Count(
        f"{name}.{column.id}.patients", name, "adae", EMERGENT & filter_ & column.where, Unit.PATIENTS
    )


def events(filter_: Where = ANYTHING, column: Column = DRUG, name: str = "teae") -> Count:
    return Count(f"{name}.{column.id}.events", name, "adae", EMERGENT & filter_ & column.where, Unit.ROWS)


def summary(function: Function, filter_: Where = ANYTHING) -> Summary:
    return Summary(f"duration.{function}", "Duration", "adae", filter_, "ADURN", function)


def printed(estimand, decimals=None, trial=TRIAL) -> str:
    return compute(trial, estimand).formatted(decimals)


def test_a_patient_with_several_events_counts_once():
    assert (printed(patients()), printed(events())) == ("2", "4")


def test_whoever_switches_is_at_risk_and_counts_in_both_columns():
    assert (printed(DRUG.at_risk), printed(PLACEBO.at_risk)) == ("3", "2")
    assert (printed(patients()), printed(patients(column=PLACEBO))) == ("2", "2")
    everyone = Count("all", "All", "adsl", where(), Unit.PATIENTS)
    assert printed(everyone) == "4"


def test_denominators_are_those_exposed_with_or_without_an_event():
    share = Share("teae.drug.percent", "TEAEs", patients(), DRUG.at_risk)
    result = compute(TRIAL, share)
    assert (result.numerator, result.denominator) == (2, 3)
    assert result.value == Fraction(200, 3)
    assert result.formatted() == "66.7"
    assert result.formatted(2) == "66.67"


def test_any_level_counts_a_patient_at_each_intensity():
    # A has mild and severe events. By the worst level alone, A would not be among the mild.
    levels = {level: patients(where(AESEV=level)) for level in ("MILD", "MODERATE", "SEVERE")}
    assert {level: printed(count) for level, count in levels.items()} == {
        "MILD": "2",
        "MODERATE": "0",
        "SEVERE": "1",
    }
    assert sum(compute(TRIAL, count).number for count in levels.values()) > compute(TRIAL, patients()).number


def test_an_exclusion_keeps_rows_without_a_value():
    assert printed(events(except_where(ADURN=1))) == "3"


def test_a_percentage_of_nobody_is_no_number():
    share = Share("x", "x", patients(column=NOBODY), NOBODY.at_risk)
    assert compute(TRIAL, share).value is None
    assert printed(share) == ABSENT == "–"


def test_the_median_of_an_even_number_is_the_mean_of_the_middle_two():
    # Durations 1, 2, 3, 5, 8; one event is unresolved. Without the 8: (2 + 3) / 2.
    assert printed(summary(Function.MEDIAN)) == "3.0"
    assert printed(summary(Function.MEDIAN, except_where(ADURN=8))) == "2.5"
    assert compute(TRIAL, summary(Function.MEDIAN)).denominator == 5


def test_extremes_mean_and_total():
    found = {str(function): printed(summary(function)) for function in Function}
    assert found == {"median": "3.0", "minimum": "1.0", "maximum": "8.0", "mean": "3.8", "total": "19.0"}


def test_nothing_has_a_total_but_no_median():
    nothing = where(AEDECOD="Cough")
    assert printed(summary(Function.TOTAL, nothing)) == "0.0"
    for function in set(Function) - {Function.TOTAL}:
        assert printed(summary(function, nothing)) == ABSENT


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Fraction("0.05"), 1, "0.1"),
        (Fraction("0.15"), 1, "0.2"),
        (Fraction("0.25"), 1, "0.3"),
        (Fraction("2.675"), 2, "2.68"),
        (Fraction("-0.04"), 1, "0.0"),
        (Fraction("-0.05"), 1, "-0.1"),
        (Fraction(1000, 16), 1, "62.5"),
        (Fraction(5, 2), 0, "3"),
    ],
)
def test_ties_go_away_from_zero_and_zero_has_no_sign(value, decimals, text):
    assert Result("x", "", "", "derived", value).formatted(decimals) == text


def test_decimal_text_is_exact():
    # Ten times 0.1 is 1 in decimals, 0.9999999999999999 in binary.
    frame = pd.DataFrame({"USUBJID": [str(i) for i in range(10)], "SAFFL": "Y", "AGE": [0.1] * 10})
    total = Summary("age", "", "adsl", where(), "AGE", Function.TOTAL)
    assert compute(Study({"adsl": frame}, [datasets.ADSL]), total).value == 1


def test_a_value_is_that_of_the_rows_picked_out():
    term = Value("a.severe", "", "adae", where(USUBJID="A", AESEV="SEVERE"), "AEDECOD")
    days = Value("a.severe.days", "", "adae", where(USUBJID="A", AESEV="SEVERE"), "ADURN")
    assert (printed(term), printed(days)) == ("Nausea", "5")


def test_a_value_of_no_row_is_absent_and_values_that_differ_are_all_told():
    nobody = Value("z", "", "adae", where(USUBJID="Z"), "AEDECOD")
    several = Value("a", "", "adae", where(USUBJID="A"), "AEDECOD")
    assert (printed(nobody), printed(several)) == (ABSENT, "Headache / Nausea")


def test_ratios_derived_values_and_statements():
    ratio = Ratio("per", "Events per patient", events(), DRUG.at_risk)
    assert printed(ratio, 2) == "1.33"
    assert printed(Ratio("none", "", events(), NOBODY.at_risk)) == ABSENT
    assert printed(Derived("rows", "", lambda trial: len(trial.frame("adae"))), 0) == "6"
    assert (
        printed(Statement("all", "", lambda trial: bool((trial.frame("adae")["TRTEMFL"] == "Y").all())))
        == "yes"
    )


def test_the_first_answer_is_kept():
    calls = []
    slow = Derived("slow", "", lambda trial: calls.append(1) or 1)
    assert compute(TRIAL, slow) is compute(TRIAL, slow)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (patients(), patients(where(AESEV="MILD"))),
        (Derived("n", "", lambda trial: 1), Derived("n", "", lambda trial: 2)),
    ],
)
def test_an_id_names_one_number(one, other):
    trial = study([("A", "Drug", 1)], [])
    for estimand in (one, other, DRUG.at_risk):
        compute(trial, estimand)
    with pytest.raises(ValueError, match=f"two different estimands are called '{one.id}'"):
        computed(trial)


def test_the_same_number_may_be_computed_under_other_words():
    trial, again = study([("A", "Drug", 1)], []), replace(DRUG.at_risk, label="Exposed")
    for estimand in (DRUG.at_risk, again):
        compute(trial, estimand)
    assert computed(trial) == {again.id: (again, compute(trial, again))}


def test_what_is_no_number_says_so():
    with pytest.raises(TypeError, match=r"a\.severe is 'Nausea', not a number"):
        _ = Result("a.severe", "", "adae", "value", "Nausea").number


def test_a_difference_has_newcombes_interval():
    # Newcombe 1998 (Stat Med 17:873), Table II, method 10: 56/70 - 48/80 is 0.2000 (0.0524, 0.3339).
    found = difference(_share(56, 70), _share(48, 80))
    assert found.value == 20
    assert (round(found.low, 2), round(found.high, 2)) == (5.24, 33.39)


def _share(part: int, whole: int) -> Result:
    return Result("x", "", "adae", "percent", Fraction(100 * part, whole), "%", "", part, whole)


def test_a_difference_needs_two_percentages():
    with pytest.raises(TypeError, match="percentage"):
        difference(_share(1, 2), Result("n", "", "adae", "patients", Fraction(3)))


# What holds for all data


SEVERITIES = st.sampled_from(["MILD", "MODERATE", "SEVERE"])
EVENTS = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        SEVERITIES,
        st.sampled_from(["Headache", "Nausea"]),
        st.sampled_from(["POSSIBLE", "NOT RELATED"]),
        st.one_of(st.none(), st.integers(1, 90)),
    ),
    max_size=30,
)


def _trial(rows: list[tuple]) -> Study:
    return study(
        [(patient, "Drug", 1) for patient in "ABCD"],
        [
            (patient, "Drug", 1, severity, term, related, days)
            for patient, severity, term, related, days in rows
        ],
    )


@given(EVENTS)
def test_no_data_break_the_invariants(rows):
    trial = _trial(rows)
    filters = [
        where(),
        where(AEREL="POSSIBLE"),
        where(AEDECOD="Headache"),
        where(AEDECOD=("Headache", "Nausea")),
    ]
    filters += [where(AESEV=level) for level in ("MILD", "MODERATE", "SEVERE")]
    counts = [f(w, name=str(i)) for i, w in enumerate(filters) for f in (patients, events)]
    shares = [
        Share(f"{i}.percent", "", patients(w, name=str(i)), DRUG.at_risk) for i, w in enumerate(filters)
    ]
    results = check(trial, [*counts, *shares, *(summary(function) for function in Function)])
    assert len(results) == len(counts) + len(shares) + len(Function)


@given(EVENTS)
def test_any_level_is_never_below_worst_level(rows):
    trial = _trial(rows)
    order = ["MILD", "MODERATE", "SEVERE"]
    worst: dict[str, int] = {}
    for patient, severity, *_ in rows:
        worst[patient] = max(worst.get(patient, 0), order.index(severity))
    for level, severity in enumerate(order):
        at_worst = sum(rank == level for rank in worst.values())
        assert compute(trial, patients(where(AESEV=severity))).number >= at_worst
    assert compute(trial, patients()).number == len(worst)


@given(st.lists(st.one_of(st.none(), st.integers(1, 90)), max_size=12))
def test_medians_agree_with_the_standard_library(days):
    trial = _trial([("A", "MILD", "Headache", "POSSIBLE", day) for day in days])
    known = [day for day in days if day is not None]
    expected = Fraction(median(known)) if known else None
    assert compute(trial, summary(Function.MEDIAN)).value == expected


def test_one_error_names_every_violation():
    fewer = Result("teae.drug.patients", "", "adae", "patients", Fraction(3))
    more = Result("teae.drug.events", "", "adae", "events", Fraction(2))
    related = Result("related.drug.patients", "", "adae", "patients", Fraction(4))
    share = Share("teae.drug.percent", "", patients(), DRUG.at_risk)
    impossible = Result(share.id, "", "adae", "percent", Fraction(150), "%", "", 3, 2)
    of_related = patients(where(AEREL="POSSIBLE"), name="related")
    found = list(
        of_results([(patients(), fewer), (events(), more), (of_related, related), (share, impossible)])
    )
    assert found == [
        "teae.drug.patients = 3 exceeds teae.drug.events = 2",
        "related.drug.patients = 4 exceeds teae.drug.patients = 3",
        "related.drug.patients = 4 exceeds teae.drug.events = 2",
        "teae.drug.percent = 150.0 %: 3 of 2",
    ]


def test_levels_hold_no_more_than_the_whole():
    pairs = [(events(), Result("all", "", "adae", "events", Fraction(5)))]
    pairs += [
        (events(where(AESEV=level), name=level), Result(level, "", "adae", "events", Fraction(3)))
        for level in ("MILD", "SEVERE")
    ]
    assert list(of_results(pairs)) == ["MILD = 3 + SEVERE = 3 by AESEV exceed all = 5"]


def test_a_median_lies_between_the_extremes():
    pairs = [
        (summary(Function.MEDIAN), Result("median", "", "adae", "median", Fraction(9))),
        (summary(Function.MAXIMUM), Result("maximum", "", "adae", "maximum", Fraction(8))),
    ]
    assert list(of_results(pairs)) == ["median = 9.0 exceeds maximum = 8.0"]


def test_events_without_exposure_and_cycles_without_time_are_refused():
    trial = study([("A", "Drug", 1)], [("A", "Placebo", 1, "MILD", "Fever", "POSSIBLE", 1)])
    with pytest.raises(InvariantError, match="event 1 of A is on Placebo in period 1, without an infusion"):
        check(trial, [])
    adex = trial.frame("adex").assign(AENDTM=pd.Timestamp("2018-03-05T09:00"))
    frames = {"adsl": trial.frame("adsl"), "adex": adex, "adae": trial.frame("adae").iloc[:0]}
    with pytest.raises(InvariantError, match="cycle 1 of A lasts no time"):
        check(Study(frames, DATASETS), [])


@pytest.mark.parametrize(
    ("narrow", "wide", "implied"),
    [
        (where(A="x"), where(), True),
        (where(), where(A="x"), False),
        (where(A="x"), where(A=("x", "y")), True),
        (where(A=("x", "y")), where(A="x"), False),
        (where(A=("x", "y")) & where(A="x"), where(A="x"), True),
        (where(A="x", B=1), where(B=1), True),
        (except_where(A="x"), except_where(A="x"), True),
        (where(A="y"), except_where(A="x"), True),
        (where(A=("x", "y")), except_where(A="x"), False),
        (where(), except_where(A="x"), False),
    ],
)
def test_containment_is_read_off_the_conditions(narrow, wide, implied):
    assert implies(narrow, wide) is implied
