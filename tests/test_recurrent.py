"""Events over time: worked by hand, against published tables, and against other ways to compute the same."""

import math
from fractions import Fraction
from statistics import mean, pvariance

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from safetybook.intervals import wilson
from safetybook.person_time import History, Onset
from safetybook.recurrent import (
    Cause,
    CycleShare,
    Ending,
    Point,
    by_cycle,
    cumulative_incidence,
    endings,
    mean_cumulative,
)

Z = 1.959963984540054
EVENT, DISCONTINUED, CENSORED = Cause


def history(days, *onsets, patient="P"):
    """A patient with one cycle of so many days."""
    return History(patient, (days,), tuple(Onset(day, 1) for day in sorted(onsets)))


# The mean cumulative function


def test_a_mean_cumulative_function_worked_by_hand():
    """Three patients for 10, 6 and 4 days, with events on days 2 and 5, on day 2, and none.

    Day 2: 2 events in 3 patients. They deviate by 1/3, 1/3 and -2/3, a third of which counts.
    Day 5: 1 event in 2 patients. They deviate by 1/2 and -1/2, half of which counts.
    """
    first, second = mean_cumulative([history(10, 2, 5), history(6, 2), history(4)])
    assert (first.day, first.at_risk, first.events) == (2, 3, 2)
    assert first.value == pytest.approx(2 / 3)
    assert first.variance == pytest.approx((1 + 1 + 4) / 81)
    assert (second.day, second.at_risk, second.events) == (5, 2, 1)
    assert second.value == pytest.approx(2 / 3 + 1 / 2)
    assert second.variance == pytest.approx((1 / 9 + 1 / 4) ** 2 + (1 / 9 - 1 / 4) ** 2 + (2 / 9) ** 2)
    error = math.sqrt(second.variance)
    assert math.log(second.high / second.value) == pytest.approx(Z * error / second.value)
    assert second.low * second.high == pytest.approx(second.value**2)


def test_an_event_on_the_last_day_at_risk_counts_and_two_on_one_day_count_twice():
    (point,) = mean_cumulative([history(7, 7, 7), history(7)])
    assert (point.at_risk, point.events, point.value) == (2, 2, 1)


def test_where_nothing_varies_there_are_no_limits():
    assert mean_cumulative([]) == mean_cumulative([history(5)]) == []
    for alike in ([history(5, 3)], [history(5, 3), history(9, 3)]):
        assert mean_cumulative(alike) == [Point(3, len(alike), len(alike), 1.0, 0.0, None, None)]


PATIENTS = st.lists(
    st.integers(1, 12).flatmap(
        lambda days: st.lists(st.integers(1, days), max_size=4).map(lambda onsets: history(days, *onsets))
    ),
    min_size=1,
    max_size=9,
)


@given(st.lists(st.lists(st.integers(1, 30), max_size=5), min_size=1, max_size=9))
def test_without_censoring_it_is_the_mean_count_with_the_variance_of_a_mean(patients):
    given_ = [history(30, *onsets) for onsets in patients]
    for point in mean_cumulative(given_):
        counts = [sum(day <= point.day for day in onsets) for onsets in patients]
        assert point.value == pytest.approx(mean(counts))
        assert point.variance == pytest.approx(pvariance(counts) / len(patients))


def weighted(patients, weights, until):
    """The mean cumulative function by its definition, day by day, with weights for the patients."""
    total = 0.0
    for day in range(1, until + 1):
        events = sum(
            w * sum(onset.day == day for onset in p.onsets) for p, w in zip(patients, weights, strict=True)
        )
        if events:
            total += events / sum(w for p, w in zip(patients, weights, strict=True) if p.days >= day)
    return total


@given(PATIENTS)
def test_value_and_robust_variance_follow_from_the_definition(patients):
    """The robust variance is the infinitesimal jackknife: squared changes with each patient's weight."""
    ones = [1.0] * len(patients)
    step = 1e-5
    for point in mean_cumulative(patients):
        assert point.value == pytest.approx(weighted(patients, ones, point.day))
        variance = 0.0
        for i in range(len(patients)):
            up, down = (
                weighted(patients, [*ones[:i], 1 + change, *ones[i + 1 :]], point.day)
                for change in (step, -step)
            )
            variance += ((up - down) / (2 * step)) ** 2
        assert point.variance == pytest.approx(variance, rel=1e-6, abs=1e-9)


@given(PATIENTS)
def test_the_curve_rises_within_its_limits(patients):
    points = mean_cumulative(patients)
    assert [point.day for point in points] == sorted(
        {onset.day for patient in patients for onset in patient.onsets}
    )
    values = [point.value for point in points]
    assert values == sorted(values)
    for point in points:
        if point.low is not None:
            assert 0 < point.low < point.value < point.high


# The time to the first event


def test_how_the_wait_for_the_first_event_ended():
    given_ = [
        history(9, 4, 6, patient="event"),
        history(9, 8, patient="event, then discontinued"),
        history(9, patient="discontinued"),
        History("discontinued later", (9,), to_the_end=False),
        history(9, patient="completed"),
    ]
    stopped = {"event, then discontinued", "discontinued", "discontinued later"}
    assert endings(given_, stopped) == [
        Ending(4, EVENT),
        Ending(8, EVENT),
        Ending(9, DISCONTINUED),
        Ending(9, CENSORED),
        Ending(9, CENSORED),
    ]


def test_a_cumulative_incidence_worked_by_hand():
    """Four patients: an event on day 1, discontinued on day 2, censored on day 3, an event on day 4.

    Still waiting after day 1: 3/4; after day 2, when 1 of 3 discontinues: 1/2. On day 4 the last one of one
    has the event: 1/4 + 1/2.
    """
    given_ = [Ending(1, EVENT), Ending(2, DISCONTINUED), Ending(3, CENSORED), Ending(4, EVENT)]
    first, last = cumulative_incidence(given_)
    assert (first.day, first.at_risk, first.events, first.value) == (1, 4, 1, 0.25)
    assert first.variance == pytest.approx(0.25 * 0.75 / 4)
    assert (last.day, last.at_risk, last.events, last.value) == (4, 1, 1, 0.75)
    # All who still waited had the event, so 1 - p is the incidence of discontinuation: 3/4 of 1/3.
    (stopped,) = cumulative_incidence(given_, DISCONTINUED)
    assert stopped.value == pytest.approx(0.25)
    assert last.variance == pytest.approx(stopped.variance)
    # Of 3/4 still waiting, with variance 3/64, a third: (3/64) / 9 + (3/4)^2 * (1/3 * 2/3) / 3.
    assert stopped.variance == pytest.approx(3 / 64 / 9 + 9 / 16 * 2 / 27)


FREIREICH = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
FREIREICH_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_without_competing_events_it_is_1_minus_the_published_kaplan_meier():
    """Remissions on 6-mercaptopurine (Freireich 1963), with the estimates and Greenwood's standard errors
    that Kaplan-Meier tables of these data print.
    """
    given_ = [Ending(day, EVENT) for day, size in FREIREICH.items() for _ in range(size)]
    given_ += [Ending(day, CENSORED) for day in FREIREICH_CENSORED]
    points = cumulative_incidence(given_)
    survival = ["0.857", "0.807", "0.753", "0.690", "0.627", "0.538", "0.448"]
    errors = ["0.0764", "0.0869", "0.0963", "0.1068", "0.1141", "0.1282", "0.1346"]
    assert [f"{1 - point.value:.3f}" for point in points] == survival
    assert [f"{math.sqrt(point.variance):.4f}" for point in points] == errors
    assert [point.at_risk for point in points] == [21, 17, 15, 12, 11, 7, 6]
    # The limits on the scale of log(-log) that SAS and Stata print for the last one.
    assert (f"{1 - points[-1].high:.3f}", f"{1 - points[-1].low:.3f}") == ("0.188", "0.680")


ENDINGS = st.lists(
    st.builds(Ending, st.integers(1, 8), st.sampled_from(list(Cause))), min_size=1, max_size=14
)


def greenwood_sums(given_, cause):
    """Value and variance on each day with an event, as sums over the days before it.

    Gaynor JJ et al. J Am Stat Assoc 1993;88:400-409, who derive it by the delta method.
    """
    days = sorted({ending.day for ending in given_})
    terms, waiting, value = [], Fraction(1), Fraction(0)
    for day in days:
        n = sum(ending.day >= day for ending in given_)
        all_ended = sum(ending.day == day and ending.cause is not CENSORED for ending in given_)
        events = sum(ending.day == day and ending.cause is cause for ending in given_)
        value += waiting * Fraction(events, n)
        terms.append((day, n, all_ended, events, waiting, value))
        if events:
            variance = Fraction(0)
            for _, size, ended, of_cause, before, then in terms:
                later = value - then
                if later:
                    variance += later**2 * Fraction(ended, size * (size - ended))
                variance += before**2 * Fraction(of_cause * (size - of_cause), size**3)
                variance -= 2 * later * before * Fraction(of_cause, size**2)
            yield day, value, variance
        waiting *= 1 - Fraction(all_ended, n)


@given(ENDINGS, st.sampled_from([EVENT, DISCONTINUED]))
def test_the_variance_is_that_of_the_sums_of_the_delta_method(given_, cause):
    points = cumulative_incidence(given_, cause)
    assert [point.day for point in points] == [day for day, _, _ in greenwood_sums(given_, cause)]
    for point, (_, value, variance) in zip(points, greenwood_sums(given_, cause), strict=True):
        assert point.value == pytest.approx(float(value))
        assert point.variance == pytest.approx(float(variance), abs=1e-12)


@given(ENDINGS)
def test_without_censoring_it_is_a_proportion_with_its_variance(given_):
    complete = [ending for ending in given_ if ending.cause is not CENSORED]
    assume(complete)
    for point in cumulative_incidence(complete):
        share = sum(e.cause is EVENT and e.day <= point.day for e in complete) / len(complete)
        assert point.value == pytest.approx(share)
        assert point.variance == pytest.approx(share * (1 - share) / len(complete), abs=1e-12)
        if share < 1:
            assert 0 < point.low < point.value < point.high < 1
        else:
            assert (point.low, point.high) == (None, None)


@given(ENDINGS)
def test_events_discontinuation_and_waiting_share_out_everybody(given_):
    either = [Ending(ending.day, EVENT if ending.cause is not CENSORED else CENSORED) for ending in given_]
    parts = [cumulative_incidence(given_, cause) for cause in (EVENT, DISCONTINUED)]
    whole = cumulative_incidence(either)
    ends = [points[-1].value if points else 0 for points in (*parts, whole)]
    assert ends[0] + ends[1] == pytest.approx(ends[2])
    assert ends[2] <= 1 + 1e-12


def test_nobody_has_no_incidence_and_censoring_none():
    assert cumulative_incidence([]) == []
    assert cumulative_incidence([Ending(3, CENSORED)]) == []
    with pytest.raises(ValueError, match="censored"):
        cumulative_incidence([], CENSORED)
    for curve in (mean_cumulative, cumulative_incidence):
        with pytest.raises(ValueError, match="confidence level"):
            curve([], level=95)


# By cycle


def test_the_share_with_an_event_in_each_cycle_is_of_those_infused_in_it():
    given_ = [
        History("A", (28, 28, 28), (Onset(1, 1), Onset(2, 1), Onset(60, 3))),
        History("B", (28, 28), (Onset(3, 1),)),
        History("C", (28,)),
    ]
    found = by_cycle(given_)
    assert found == [
        CycleShare(1, 3, 2, *wilson(2, 3)),
        CycleShare(2, 2, 0, *wilson(0, 2)),
        CycleShare(3, 1, 1, *wilson(1, 1)),
    ]
    assert [each.share for each in found] == [Fraction(2, 3), 0, 1]
    assert by_cycle([]) == []
