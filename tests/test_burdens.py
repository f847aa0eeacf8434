"""Bounds on how many patients have several events, against every data set of small cases."""

from itertools import product

import pytest

from safetybook.reconstruct.burdens import Burdens, Category, occurrences


def spreads(patients: int, category: Category) -> list[tuple[int, ...]]:
    """Every way in which a category's events can be spread over its number of patients among all."""
    affected, events = category
    ways = product(range(events + 1), repeat=patients)
    return [way for way in ways if sum(way) == events and sum(map(bool, way)) == affected]


def burdens(patients: int, table: list[Category]) -> set[tuple[int, ...]]:
    """The sorted numbers of events per patient of every data set in which each patient has one."""
    choices = product(*(spreads(patients, category) for category in table))
    totals = (tuple(map(sum, zip(*choice, strict=True))) for choice in choices)
    return {tuple(sorted(total, reverse=True)) for total in totals if min(total) > 0}


TABLES = [
    [(2, 2), (2, 3)],
    [(3, 4), (1, 1)],
    [(2, 2), (2, 2), (1, 1)],
    [(1, 3), (3, 3)],
    [(2, 4), (1, 2)],
    [(1, 1), (1, 1), (1, 2)],
]


@pytest.mark.parametrize("table", TABLES)
def test_no_data_set_goes_beyond_the_bounds(table):
    events = sum(number for _, number in table)
    known = burdens(3, table)
    made = Burdens(3, events, [table])
    for least in (2, 3):
        answers = [sum(h >= least for h in sizes) for sizes in known]
        low, high = made.at_least(least)
        assert low <= min(answers)
        assert high >= max(answers)
    low, high = made.most()
    assert low <= min(sizes[0] for sizes in known)
    assert high >= max(sizes[0] for sizes in known)


@pytest.mark.parametrize(
    "table", [[(2, 2), (2, 2)], [(3, 3), (1, 1), (2, 2)], [(1, 1), (2, 2), (2, 2), (3, 3)]]
)
def test_the_bounds_on_categories_per_patient_are_exact(table):
    # Gale and Ryser: for 0/1 matrices with given column sums the condition is sufficient as well.
    known = burdens(4, table)
    made = Burdens(4, sum(e for _, e in table), [table])
    for least in (2, 3):
        answers = [sum(h >= least for h in sizes) for sizes in known]
        assert made.at_least(least) == (min(answers), max(answers))
    heaviest = [sizes[0] for sizes in known]
    assert made.most() == (min(heaviest), max(heaviest))


def test_two_tables_of_the_same_events_narrow_more_than_one():
    # 5 patients, 6 events, 4 of them with a mild and 2 with a severe one: exactly one has both.
    alone = Burdens(5, 6, [])
    assert alone.at_least(2) == (1, 1)
    # 5 patients, 9 events: one patient could have 5 of them, unless in each category several have some.
    assert Burdens(5, 9, []).at_least(2) == (1, 4)
    assert Burdens(5, 9, [[(4, 4), (4, 5)]]).at_least(2) == (3, 4)


def test_a_patient_counts_once_in_a_category():
    assert occurrences([(2, 7), (3, 3)]) == [(2, 2), (3, 3)]


def test_a_table_that_does_not_add_up_is_refused():
    with pytest.raises(ValueError, match="7 events, not 8"):
        Burdens(3, 8, [[(2, 4), (1, 3)]])
    with pytest.raises(ValueError, match="cannot have"):
        Burdens(3, 4, [[(4, 4)]])
    with pytest.raises(ValueError, match="at least one each"):
        Burdens(5, 4, [])


def test_tables_that_leave_someone_without_an_event_are_refused():
    # 3 patients with an event, but all events are in one category of 2 patients.
    with pytest.raises(ValueError, match="leave some of 3 patients without"):
        Burdens(3, 5, [[(2, 5)]])
