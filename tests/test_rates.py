"""Rates over person-time and Garwood's interval, against published and hand-worked values."""

import math
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook.rates import (
    DAYS_PER_MONTH,
    clopper_pearson,
    counts_behind,
    covered_days,
    garwood,
    rate,
    rate_ratio,
)
from safetybook.rounding import half_up


@pytest.mark.parametrize(
    ("events", "months", "printed"),
    [(4, "260", ("1.54", "0.42", "3.94")), (2, "370.4", ("0.54", "0.07", "1.95"))],
)
def test_the_published_rates_per_100_patient_months(events, months, printed):
    time = Fraction(months)
    low, high = garwood(events, time)
    assert half_up(rate(events, time), 2) == printed[0]
    assert (f"{low:.2f}", f"{high:.2f}") == printed[1:]


def test_without_events_the_interval_starts_at_0_and_ends_at_3_69_events():
    assert rate(0, Fraction(100)) == 0
    low, high = garwood(0, Fraction(100))
    assert low == 0
    assert high == pytest.approx(-math.log(0.025))


def test_the_limits_are_the_poisson_means_that_leave_half_the_error_in_a_tail():
    low, high = garwood(3, Fraction(100), per=100)
    below = sum(math.exp(-high) * high**k / math.factorial(k) for k in range(4))
    above = 1 - sum(math.exp(-low) * low**k / math.factorial(k) for k in range(3))
    assert below == pytest.approx(0.025)
    assert above == pytest.approx(0.025)


@pytest.mark.parametrize(("events", "time"), [(1, 0), (1, -3), (-1, 10)])
def test_no_rate_without_person_time_or_with_a_negative_count(events, time):
    with pytest.raises(ValueError):
        rate(events, Fraction(time))
    with pytest.raises(ValueError):
        garwood(events, Fraction(time))


@given(st.integers(0, 40), st.fractions(Fraction(1, 10), 1000))
def test_the_rate_lies_in_its_interval(events, time):
    low, high = garwood(events, time)
    assert low <= rate(events, time) < high


def test_a_cycle_covers_the_days_to_the_next_one():
    starts = [date(2018, 3, 5), date(2018, 2, 5), date(2018, 4, 3)]
    assert covered_days(starts, last=28) == [28, 29, 28]


def test_one_cycle_covers_the_last_interval_only():
    assert covered_days([date(2018, 3, 5)], last=28) == [28]
    assert covered_days([], last=28) == []


def test_two_cycles_on_one_day_are_refused():
    with pytest.raises(ValueError, match="2018-03-05"):
        covered_days([date(2018, 3, 5), date(2018, 3, 5)], last=28)


def test_the_month_is_a_twelfth_of_the_julian_year():
    assert float(DAYS_PER_MONTH) == 30.4375


def test_the_ratio_of_the_published_rates():
    """4 events in 260 months, 2 in 370.4; Clopper and Pearson's limits of 4/6 are 0.2228 and 0.9567."""
    ratio = rate_ratio(4, Fraction(260), 2, Fraction("370.4"))
    assert half_up(Fraction(ratio.value), 2) == "2.85"
    times = 370.4 / 260
    assert ratio.low == pytest.approx(0.2228 / 0.7772 * times, rel=1e-3)
    assert ratio.high == pytest.approx(0.9567 / 0.0433 * times, rel=1e-3)
    assert (f"{ratio.low:.2f}", f"{ratio.high:.1f}") == ("0.41", "31.5")


def test_the_limits_of_a_ratio_leave_half_the_error_in_a_binomial_tail():
    """At the lower limit, 3 or more of 5 events in the first half of the time have a chance of 2.5 %."""
    ratio = rate_ratio(3, Fraction(50), 2, Fraction(50))
    share = ratio.low / (1 + ratio.low)
    chance = sum(math.comb(5, k) * share**k * (1 - share) ** (5 - k) for k in (3, 4, 5))
    assert chance == pytest.approx(0.025)


def test_the_inverse_ratio_has_the_inverse_interval():
    ratio = rate_ratio(4, Fraction(260), 2, Fraction(370))
    other = rate_ratio(2, Fraction(370), 4, Fraction(260))
    assert (other.value, other.low, other.high) == pytest.approx(
        (1 / ratio.value, 1 / ratio.high, 1 / ratio.low)
    )


def test_a_ratio_to_no_event_has_no_upper_end():
    ratio = rate_ratio(1, Fraction(10), 0, Fraction(10))
    assert (ratio.value, ratio.high) == (math.inf, math.inf)
    # One event of one: p is at least 0.025.
    assert ratio.low == pytest.approx(0.025 / 0.975)


def test_no_events_have_no_ratio():
    with pytest.raises(ValueError, match="without any event"):
        rate_ratio(0, Fraction(10), 0, Fraction(10))


def test_none_of_23_leaves_a_chance_of_15_percent():
    low, high = clopper_pearson(0, 23)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / 23))
    assert f"{100 * high:.1f}" == "14.8"


@pytest.mark.parametrize(
    ("printed", "events"), [(("1.54", "0.42", "3.94"), 4), (("0.54", "0.07", "1.95"), 2)]
)
def test_the_published_intervals_tell_the_counts_behind_them(printed, events):
    (found,) = counts_behind(*printed)
    assert found.events == events
    low, high = garwood(events, Fraction(found.shortest + found.longest) / 2)
    assert (f"{low:.2f}", f"{high:.2f}") == printed[1:]


def test_numbers_that_no_count_gives_have_none_behind_them():
    assert counts_behind("1.54", "0.42", "2.00") == []
