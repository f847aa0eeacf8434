"""Two ways to count patients by intensity: checked against all possible groups of patients."""

from collections import Counter
from itertools import combinations_with_replacement, product

import pytest

from proderm import study as proderm
from proderm.columns import SAFETY_COLUMNS
from safetybook.levels import AnyLevel, Bounds

KINDS = [kind for kind in product((False, True), repeat=3) if any(kind)]
"""Which of three levels a patient had, for each of the seven kinds of patients with an event."""


def groups(size: int):
    """All groups of so many patients."""
    for members in combinations_with_replacement(KINDS, size):
        yield Counter(members)


def summary(group):
    """What a table at any level says, and what one at the worst level would say."""
    levels = tuple(sum(n for kind, n in group.items() if kind[level]) for level in range(3))
    worst = tuple(
        sum(n for kind, n in group.items() if kind[level] and not any(kind[level + 1 :]))
        for level in range(3)
    )
    several = sum(n for kind, n in group.items() if sum(kind) > 1)
    upper_two = sum(n for kind, n in group.items() if kind[1] and kind[2])
    return (*levels, sum(group.values())), worst, several, upper_two, group[True, True, True]


SUMMARIES = [summary(group) for size in (5, 6) for group in groups(size)]


@pytest.mark.parametrize("known", [(0, 0), (1, 0), (1, 1), (2, 1)])
@pytest.mark.parametrize("table", [(5, 4, 2, 6), (3, 3, 2, 5), (4, 2, 3, 6)])
def test_the_bounds_are_the_ends_of_what_is_possible(table, known):
    fitting = [
        (worst, several)
        for found, worst, several, upper_two, all_three in SUMMARIES
        if found == table and upper_two >= known[0] and all_three >= known[1]
    ]
    counted = AnyLevel(*table, *known)
    for level, bounds in enumerate(counted.worst):
        values = [worst[level] for worst, _ in fitting]
        assert bounds == Bounds(min(values), max(values))
    several = [number for _, number in fitting]
    assert counted.several == Bounds(min(several), max(several))


def test_without_the_highest_level_the_worst_is_known():
    assert [str(bounds) for bounds in AnyLevel(28, 10, 0, 28).worst] == ["18", "10", "0"]


def test_a_worked_example():
    counted = AnyLevel(79, 39, 10, 84)
    assert counted.extra == 44
    assert str(counted.several) == "34 to 44"
    assert [str(bounds) for bounds in counted.worst] == ["35 to 45", "29 to 39", "10"]


@pytest.mark.parametrize("counts", [(1, 1, 1, 4), (5, 1, 1, 4), (-1, 1, 1, 1), (2, 2, 2, 3, 0, 1)])
def test_counts_that_nobody_can_have_are_refused(counts):
    with pytest.raises(ValueError, match="no patients"):
        AnyLevel(*counts)


def test_the_data_lie_within_the_bounds():
    events = proderm.load().frame("adae")
    for column in SAFETY_COLUMNS:
        own = events[column.where.mask(events)]
        sets = own.groupby("USUBJID")["AESEV"].agg(set)
        order = ("MILD", "MODERATE", "SEVERE")
        table = AnyLevel(*(sum(level in levels for levels in sets) for level in order), len(sets))
        worst = [max(map(order.index, levels)) for levels in sets]
        assert all(worst.count(level) in bounds for level, bounds in enumerate(table.worst))
