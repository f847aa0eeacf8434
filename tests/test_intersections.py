"""Intersections: columns in their order, what is said of each, and what is drawn."""

import pytest

from safetybook.figures import COLOURS
from safetybook.intersections import Intersection, intersections, ordered

SETS = ("Hypertension", "Obesity")
NONE = Intersection(frozenset(), 50, 0, (50, 50))
ONE = Intersection(frozenset({"Hypertension"}), 20, 1, (18, 28), (18, 25))
BOTH = Intersection(frozenset(SETS), 0, 2, (0, 1))
OTHER = Intersection(frozenset({"Obesity"}), 30, 0, (22, 30))
COLUMNS = [BOTH, ONE, NONE, OTHER]
KINDS = ("Without", "With")


def test_columns_stand_by_size_after_those_in_no_set():
    assert ordered(COLUMNS, SETS) == [NONE, OTHER, ONE, BOTH]


def test_columns_of_one_size_stand_by_their_sets():
    first, second = (Intersection(frozenset({name}), 1, 0, (0, 1)) for name in SETS)
    assert ordered([second, first], SETS) == [first, second]


def test_the_text_tells_every_column():
    figure = intersections("factors", "Factors", SETS, COLUMNS, KINDS)
    assert figure.alt == (
        "Factors. none: without 50, with 0; Obesity: without 30 (22 to 30 possible), with 0; "
        "Hypertension: without 20 (18 to 28 possible), with 1; "
        "Hypertension, Obesity: without 0 (0 to 1 possible), with 2."
    )


def test_a_bar_for_each_column_and_a_mark_for_each_of_the_few():
    svg = intersections("factors", "Factors", SETS, COLUMNS, KINDS).svg
    assert svg.count(COLOURS[0]) == len(COLUMNS)
    for number in ("50", "30", "20", "0"):
        assert f">{number}<" in svg
    more = [BOTH, ONE, NONE, Intersection(OTHER.sets, OTHER.size, 1, OTHER.ends)]
    # Dots and marks are symbols that are used where they stand: one more diamond, one more use.
    assert intersections("factors", "Factors", SETS, more, KINDS).svg.count("<use") == svg.count("<use") + 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([ONE, ONE], "two columns of the same sets"),
        ([NONE, Intersection(frozenset({"Age"}), 1, 0, (0, 1))], "no row for Age"),
    ],
)
def test_columns_that_cannot_be_drawn_are_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        intersections("factors", "Factors", SETS, columns, KINDS)


@pytest.mark.parametrize("others", [(), (2, 9)])
def test_a_size_beyond_its_ends_is_refused(others):
    with pytest.raises(ValueError, match="a size lies beyond 3 and 8"):
        Intersection(frozenset({"Age"}), 4 if others else 2, 0, (3, 8), others)
