"""Counting on codes against the definition of counting: rows that satisfy a filter, and their patients.

The definition is :func:`satisfying`, one row and one filter at a time. Over a data frame it is
:meth:`safetybook.estimands.Where.mask`, and over patients ``plain_predicates.satisfied``.
"""

from collections import Counter
from fractions import Fraction
from statistics import mean, median

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_predicates import satisfied

from safetybook import coded, term_counts
from safetybook.coded import Coded, Variable
from safetybook.estimands import (
    Column,
    Combination,
    Count,
    Function,
    Share,
    Summary,
    Unit,
    Value,
    Where,
    where,
)
from safetybook.incidence import incidence
from safetybook.predicates import Has, Predicate
from safetybook.results import compute, compute_all
from safetybook.study import Study

PATIENTS = ["A", "B", "C", "D", None]
VALUES = {
    "AESEV": ["MILD", "MODERATE", "SEVERE", None],
    "AEREL": ["POSSIBLE", "NOT RELATED", None],
    "APERIOD": [1, 2, None],
    "ADURN": [0.5, 1.0, 2.0, 7.0, None],
    "AEBODSYS": ["Heart", "Skin", None],
    "AEDECOD": ["Rash", "Syncope", "Itch", None],
}
KINDS = {"APERIOD": "Int64", "ADURN": "float64"}

EVENTS = st.lists(st.tuples(st.sampled_from(PATIENTS), *map(st.sampled_from, VALUES.values())), max_size=25)
"""Rows in any order: the patients alternate, values are missing, there may be no row or one patient only."""

CONDITION = st.sampled_from(list(VALUES)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.frozensets(
            st.sampled_from([value for value in VALUES[name] if value is not None] + ["unknown", 99]),
            max_size=3,
        ),
    )
)
FILTER = st.builds(
    lambda allowed, excluded: Where(tuple(allowed), tuple(excluded)),
    st.lists(CONDITION, max_size=4),
    st.lists(CONDITION, max_size=2),
)
FILTERS = st.lists(FILTER, max_size=6)


def frame(events, as_categories=False) -> pd.DataFrame:
    columns = zip(*events, strict=True) if events else [()] * (len(VALUES) + 1)
    made = pd.DataFrame(
        {
            name: pd.Series(values, dtype=KINDS.get(name, "str"))
            for name, values in zip(["USUBJID", *VALUES], columns, strict=True)
        }
    )
    return made.astype("category") if as_categories else made


def satisfying(events, asked: Where) -> list[tuple]:
    """The definition: rows whose variables each have one of the values, and none of the excluded ones."""
    place = {name: place for place, name in enumerate(["USUBJID", *VALUES])}
    return [
        event
        for event in events
        if all(event[place[name]] in values for name, values in asked.allowed)
        and not any(event[place[name]] in values for name, values in asked.excluded)
    ]


def counted(events, asked: Where) -> tuple[int, int]:
    """Patients with a row that satisfies the filter, and such rows."""
    rows = satisfying(events, asked)
    return len({event[0] for event in rows} - {None}), len(rows)


def in_blocks_of(rows: int, count):
    """What a function gives when so few rows are counted at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "BLOCK", rows)
        return count()


@given(EVENTS, FILTERS, st.booleans(), st.sampled_from([1, 3, 1 << 16]))
def test_patients_and_rows_are_those_of_the_definition(events, filters, as_categories, block):
    data = frame(events, as_categories)
    found = in_blocks_of(block, lambda: Coded(data).tally(filters))
    assert list(zip(*map(list, found), strict=True)) == [counted(events, asked) for asked in filters]


@given(EVENTS, FILTER)
def test_a_mask_has_the_order_of_the_frame(events, asked):
    data = frame(events)
    assert list(asked.mask(data)) == [bool(satisfying([event], asked)) for event in events]
    assert list(Coded(data).mask(asked)) == list(asked.mask(data))
    trial = Study({"adsl": pd.DataFrame({"USUBJID": ["A", "B", "C", "D"]}), "adae": data}, ())
    pd.testing.assert_frame_equal(trial.rows("adae", asked), data[asked.mask(data)])


@settings(max_examples=3)
@given(EVENTS)
def test_more_filters_than_a_word_has_bits(events):
    data = frame(events)
    filters = [
        where(AESEV=severity, AEDECOD=term) & where(APERIOD=period, USUBJID=patient)
        for severity in ("MILD", "MODERATE", "SEVERE")
        for term in ("Rash", "Syncope", "Itch", "unknown")
        for period in (1, 2)
        for patient in "ABCD"
    ]
    assert len(filters) > coded.WORD
    found = Coded(data).tally(filters)
    assert list(zip(*map(list, found), strict=True)) == [counted(events, asked) for asked in filters]
    words = Coded(data).patient_words(filters)
    for place, asked in enumerate(filters):
        having = {event[0] for event in satisfying(events, asked)} - {None}
        assert {patient for patient, word in words.items() if word >> place & 1} == having


@given(EVENTS, FILTER, st.sampled_from([1, 3, 1 << 16]))
def test_a_distribution_is_that_of_the_definition(events, asked, block):
    data = frame(events)
    found = in_blocks_of(block, lambda: Coded(data).distribution(asked, "ADURN"))
    assert found == Counter(data.loc[asked.mask(data), "ADURN"].dropna())


@given(EVENTS, FILTER, st.sampled_from(Function))
def test_summaries_are_those_of_the_values_one_by_one(events, asked, function):
    trial = Study({"adsl": pd.DataFrame({"USUBJID": ["A", "B", "C", "D"]}), "adae": frame(events)}, ())
    result = compute(trial, Summary("x", "", "adae", asked, "ADURN", function))
    rows = trial.frame("adae")
    values = [Fraction(str(value)) for value in rows.loc[asked.mask(rows), "ADURN"].dropna()]
    expected = {
        Function.TOTAL: sum,
        Function.MINIMUM: min,
        Function.MAXIMUM: max,
        Function.MEAN: mean,
        Function.MEDIAN: median,
    }[function]
    assert result.denominator == len(values)
    assert result.value == (expected(values) if values or function is Function.TOTAL else None)


@given(EVENTS, FILTERS, FILTER, st.data())
def test_combinations_are_those_of_the_definition(events, filters, among, data):
    exposure = frame([(who, *(None for _ in VALUES)) for who in "ABBCD"]).assign(APERIOD=[1, 1, 2, 2, 1])
    predicate: Predicate = Has(where(AESEV="MILD"))
    for asked in filters:
        part = data.draw(st.sampled_from([Has(asked), ~Has(asked)]))
        predicate = data.draw(st.sampled_from([predicate & part, predicate | part, ~predicate & part]))
    adsl = pd.DataFrame({"USUBJID": ["A", "B", "C", "D"]})
    trial = Study({"adsl": adsl, "adex": exposure, "adae": frame(events)}, ())
    rows, exposed = trial.frame("adae"), trial.frame("adex")
    patients = exposed.loc[among.mask(exposed), "USUBJID"].drop_duplicates()
    result = compute(trial, Combination("x", "", predicate, among))
    assert result.value == satisfied(predicate, rows, patients).sum()
    assert result.denominator == len(patients)


# By class and term ----------------------------------------------------------------------------------

GROUPS = tuple(where(APERIOD=period, AESEV=level) for period in (1, 2) for level in ("MILD", "SEVERE", "x"))


@given(EVENTS, FILTER, st.integers(0, 6), st.sampled_from([1, 3, 1 << 16]), st.booleans())
def test_classes_and_terms_are_those_of_the_definition(events, among, size, block, as_categories):
    data = frame(events, as_categories)
    names, groups = ("AEBODSYS", "AEDECOD"), GROUPS[:size]
    found = in_blocks_of(block, lambda: term_counts.by_nesting(Coded(data), names, among, groups))
    of_class = list(VALUES).index(names[0]) + 1  # the term is the next
    admitted = satisfying(events, among)
    paths = {event[of_class : of_class + depth] for event in admitted for depth in (1, 2)}
    assert set(found.paths) == {(), *paths}
    for path, patients, rows in zip(*found, strict=True):
        own = [event for event in admitted if event[of_class : of_class + len(path)] == path]
        counts = [counted(own, group) for group in groups]
        assert list(zip(patients, rows, strict=True)) == counts, path


@given(EVENTS)
def test_paths_are_the_same_where_too_many_could_occur(events):
    data, names = frame(events), ("AEBODSYS", "AEDECOD")
    few = term_counts.by_nesting(Coded(data), names, where(), GROUPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(term_counts, "FEW", 0)
        many = term_counts.by_nesting(Coded(data), names, where(), GROUPS)
    assert few.paths == many.paths
    assert (few.patients == many.patients).all()
    assert (few.rows == many.rows).all()


def test_as_many_classes_and_terms_as_rows_need_no_more_memory_than_rows():
    names = [f"{number:05}" for number in range(20_000)]
    data = pd.DataFrame({"USUBJID": "A", "AEBODSYS": names, "AEDECOD": names[::-1]})
    found = term_counts.by_nesting(Coded(data), ("AEBODSYS", "AEDECOD"), where(), [where()])
    assert len(found.paths) == 1 + 2 * len(names)
    assert found.rows.sum() == 3 * len(names)


@given(EVENTS)
def test_more_groups_than_fit_into_one_pass(events):
    data, groups = frame(events), GROUPS * 3
    assert len(groups) > 2 * term_counts.TOGETHER
    found = term_counts.by_nesting(Coded(data), ("AEBODSYS", "AEDECOD"), where(), groups)
    once = term_counts.by_nesting(Coded(data), ("AEBODSYS", "AEDECOD"), where(), GROUPS)
    assert found.paths == once.paths
    assert (found.patients == np.tile(once.patients, 3)).all()
    assert (found.rows == np.tile(once.rows, 3)).all()


# Results --------------------------------------------------------------------------------------------


@given(EVENTS, FILTERS)
def test_many_results_at_once_are_those_of_one_at_a_time(events, filters):
    adsl = pd.DataFrame({"USUBJID": ["A", "B", "C", "D"]})
    everyone = Count("all", "", "adsl", where(), Unit.PATIENTS)
    estimands = [
        made
        for place, asked in enumerate(filters)
        for count in [Count(f"{place}.patients", "", "adae", asked, Unit.PATIENTS)]
        for made in (count, Share(f"{place}.percent", "", count, everyone))
    ]
    together, alone = (Study({"adsl": adsl, "adae": frame(events)}, ()) for _ in range(2))
    assert compute_all(together, estimands) == [compute(alone, estimand) for estimand in estimands]


def test_texts_that_mean_the_same_number_count_each():
    values = pd.DataFrame({"USUBJID": list("ABCD"), "V": ["1", "1.0", "1.00", "5"]})
    trial = Study({"adsl": values}, ())
    found = {
        function: compute(trial, Summary(f"v.{function}", "", "adsl", where(), "V", function)).value
        for function in (Function.MEDIAN, Function.MEAN, Function.TOTAL)
    }
    assert found == {Function.MEDIAN: 1, Function.MEAN: 2, Function.TOTAL: 8}


def test_short_floats_mean_what_they_print():
    values = pd.DataFrame({"USUBJID": ["A", "B", "C"], "V": np.array([0.1, 0.3, np.nan], dtype="float32")})
    trial = Study({"adsl": values}, ())
    assert compute(trial, Summary("v", "", "adsl", where(), "V", Function.MEDIAN)).value == Fraction(1, 5)
    assert compute(trial, Count("n", "", "adsl", where(V=0.1), Unit.ROWS)).value == 1


def test_a_condition_may_name_one_value_of_any_kind():
    moment = pd.Timestamp("2018-03-05T09:30")
    values = pd.DataFrame({"USUBJID": ["A", "B"], "N": [1, 2], "D": [moment, pd.NaT], "T": [True, False]})
    trial = Study({"adsl": values}, ())
    for name, value in (("N", np.int64(1)), ("D", moment), ("T", True)):
        assert compute(trial, Count(name, "", "adsl", where(**{name: value}), Unit.PATIENTS)).value == 1
    assert compute(trial, Value("t", "", "adsl", where(N=1), "T")).value is True


def test_two_estimands_of_one_id_are_told_apart():
    trial = Study({"adsl": pd.DataFrame({"USUBJID": ["A", "B"], "SEX": ["F", "M"]})}, ())
    both = [Count("x", "", "adsl", asked, Unit.ROWS) for asked in (where(), where(SEX="F"))]
    assert [result.value for result in compute_all(trial, both)] == [2, 1]
    assert [compute(trial, count).value for count in both] == [2, 1]


def test_terms_whose_names_become_one_key_are_counted_apart():
    adsl = pd.DataFrame({"USUBJID": ["A", "B"], "TRTA": "Drug"})
    adae = pd.DataFrame(
        [("A", "Pain (left)"), ("A", "Pain left"), ("B", "Pain left"), ("B", "疼痛"), ("B", "头痛")],
        columns=["USUBJID", "AEDECOD"],
    ).assign(AEBODSYS="Body", TRTA="Drug", TRTEMFL="Y", APERIOD=1, AESEQ=1)
    trial = Study({"adsl": adsl, "adex": adsl.assign(APERIOD=1), "adae": adae}, ())
    drug = Column("drug", "Drug", where(TRTA="Drug"))
    found = {line.label: line.tallies[0] for line in incidence(trial, (drug,), where(), drug)}
    assert {label: (int(own.patients.number), int(own.events.number)) for label, own in found.items()} == {
        "Any event": (2, 5), "Body": (2, 5), "Pain (left)": (1, 1), "Pain left": (2, 2), "疼痛": (1, 1),
        "头痛": (1, 1),
    }  # fmt: skip


# Coding ---------------------------------------------------------------------------------------------


def test_a_missing_value_has_no_place_and_codes_are_narrow():
    variable = Variable.of(pd.Series(["b", None, "a", "b"], dtype="str"))
    assert (list(variable.places), variable.levels) == ([0, -1, 1, 0], ["b", "a"])
    assert variable.places.dtype == np.int8
    assert Variable.of(pd.Series(range(200))).places.dtype == np.int16


def test_the_codes_of_a_categorical_column_are_not_copied():
    column = pd.Series(["b", None, "a"], dtype="category")
    assert np.shares_memory(Variable.of(column).places, column.array.codes)
    assert list(Variable.of(column).places) == [1, -1, 0]


def test_patients_stay_where_they_are_unless_they_alternate():
    assert Coded(pd.DataFrame({"USUBJID": ["B", "B", "A"]})).order is None
    assert list(Coded(pd.DataFrame({"USUBJID": ["B", "A", "B"]})).order) == [0, 2, 1]


def test_an_unknown_variable_is_an_error():
    with pytest.raises(KeyError, match="NOTHERE"):
        Coded(pd.DataFrame({"USUBJID": ["A"]})).tally([where(NOTHERE="Y")])
