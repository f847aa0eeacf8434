"""The rates of thromboembolic events that the article prints, from the person-time of the stored data."""

from fractions import Fraction

import pytest

from proderm.estimands.thromboembolic import AFTER, BEFORE, event_count, person_months
from proderm.study import load
from safetybook.estimands import where
from safetybook.intervals import garwood, rate_ratio
from safetybook.person_time import all_events, histories
from safetybook.rates import rate
from safetybook.rounding import exact, half_up

STUDY = load()


@pytest.mark.parametrize(
    ("version", "printed"), [(BEFORE, ["1.54", "0.42", "3.94"]), (AFTER, ["0.54", "0.07", "1.95"])]
)
def test_the_rates_print_as_in_the_article(version, printed):
    events, months = event_count(STUDY, version), person_months(STUDY, version)
    found = (rate(events, months), *map(exact, garwood(events, months)))
    assert [half_up(number, 2) for number in found] == printed


def test_the_months_before_and_after_are_all_the_time_on_ivig():
    on_ivig = histories(STUDY.frame("cycles"), STUDY.frame("adae").iloc[:0], where(TRTA="IVIg"), 28)
    months = all_events(on_ivig).months
    assert months == person_months(STUDY, BEFORE) + person_months(STUDY, AFTER)
    assert half_up(months, 0) == "631"


def test_the_ratio_of_the_rates_leaves_open_which_is_higher():
    """2.9 (0.4 to 31.6): the exact interval for 4 events in 259.65 months and 2 in 371.38."""
    ratio = rate_ratio(4, person_months(STUDY, BEFORE), 2, person_months(STUDY, AFTER))
    assert [half_up(exact(number), 1) for number in (ratio.value, ratio.low, ratio.high)] == [
        "2.9",
        "0.4",
        "31.6",
    ]
    assert Fraction(ratio.value) > 1 > ratio.low
