"""Rates over person-time, and the counts behind printed ones, against published and hand-worked values."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook.intervals import garwood
from safetybook.rates import DAYS_PER_MONTH, counts_behind, covered_days, rate
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
