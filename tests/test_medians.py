"""What medians and ranges leave open, against lists that are counted by hand or in full."""

from fractions import Fraction
from itertools import combinations_with_replacement
from statistics import median

import pytest

from safetybook.medians import Behind, Bounds, Grid, Printed
from safetybook.rounding import half_up

WHOLE = Grid(1, Fraction(1), Fraction(2))
MINUTES = Grid(1440, Fraction(0), Fraction(3, 4))


def test_up_to_three_values_are_all_printed():
    three = Behind([Printed(3, "2.0", "1.0", "5.0")], WHOLE)
    assert three.settled() == 3
    assert str(three.least()) == "1"


def test_a_median_between_two_values_can_settle_both():
    """Two in the middle that average 1.0 and cannot be less than 1 are 1."""
    four = Behind([Printed(4, "1.0", "1.0", "2.0")], WHOLE)
    assert four.settled() == 4
    assert four.least() == Bounds(3, 3)


def test_a_median_that_no_value_can_have_lies_between_the_lane_and_the_rest():
    """0.5 days lies within every cycle: one of the two in the middle is 0, the other about 1."""
    even = Behind([Printed(32, "0.5", "0.0", "4.0")], MINUTES)
    assert even.least() == Bounds(16, 16)


def test_if_short_latencies_were_possible_the_same_median_would_say_less():
    anything = Grid(1440, Fraction(0), Fraction(1, 10))
    assert Behind([Printed(32, "0.5", "0.0", "4.0")], anything).least() == Bounds(1, 16)


def test_the_pooled_median_says_more_than_the_groups_do():
    """A median of 1.2 of fourteen, pooled with one of 3.0 to 1.3: the seventh cannot be 0."""
    mild, moderate = Printed(14, "1.2", "0.0", "3.0"), Printed(1, "3.0", "3.0", "3.0")
    assert Behind([mild, moderate], MINUTES).least() == Bounds(1, 7)
    pooled = Printed(15, "1.3", "0.0", "3.0")
    assert Behind([mild, moderate], MINUTES, pooled).least() == Bounds(1, 6)


def test_the_answers_are_those_of_counting_every_list():
    groups = [Printed(4, "2.5", "1.0", "5.0"), Printed(3, "2.0", "1.0", "4.0")]
    pooled = Printed(7, "2.0", "1.0", "5.0")
    found = [
        [values for values in combinations_with_replacement(range(1, 6), group.n) if prints(values, group)]
        for group in groups
    ]
    ones = {
        (first + second).count(1)
        for first in found[0]
        for second in found[1]
        if prints(first + second, pooled)
    }
    assert Behind(groups, WHOLE, pooled).least() == Bounds(min(ones), max(ones))


def prints(values: tuple[int, ...], printed: Printed) -> bool:
    texts = (half_up(Fraction(x), 1) for x in (median(values), min(values), max(values)))
    return tuple(texts) == (printed.median, printed.minimum, printed.maximum)


def test_texts_that_no_list_gives_are_refused():
    with pytest.raises(ValueError, match="no list of values"):
        Behind([Printed(2, "3.0", "1.0", "2.0")], WHOLE).least()


def test_groups_that_do_not_make_up_the_whole_are_refused():
    with pytest.raises(ValueError, match="1 values, but 2"):
        Behind([Printed(1, "1.0", "1.0", "1.0")], WHOLE, Printed(2, "1.0", "1.0", "1.0"))
