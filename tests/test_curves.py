"""Curves over time: read off by hand, with their intervals, the bars of other data sets and the numbers."""

import pytest

from safetybook.curves import Curve, Panel, Reading, curves, read, read_shares, stairs
from safetybook.determinacy import Determinacy
from safetybook.figures import Palette
from safetybook.person_time import History, Onset
from safetybook.recurrent import by_cycle, mean_cumulative

PALETTE = Palette(("IVIg", "Placebo"))

# A has events on days 3 and 28, B on day 29 and is observed to day 60, C leaves after day 28.
HISTORIES = [
    History("A", (28, 28), (Onset(3, 1), Onset(28, 1))),
    History("B", (28, 32), (Onset(29, 2),)),
    History("C", (28,)),
]
POINTS = mean_cumulative(HISTORIES)
ENDS = [each.days for each in HISTORIES]
OTHERS = {4: (0.5, 1.0), 8: (1.5, 1.0)}


def readings() -> tuple[Reading, ...]:
    return tuple(read(POINTS, ENDS, (0, 4, 8), OTHERS))


def test_a_week_is_read_at_its_last_day():
    # Day 28 is the last of week 4: two events in three patients. Day 29 belongs to week 8: one in two more.
    assert [reading.value for reading in readings()] == pytest.approx([0, 2 / 3, 2 / 3 + 1 / 2])
    assert [reading.events for reading in readings()] == [0, 2, 3]
    assert [reading.number for reading in readings()] == [3, 3, 2]  # A and B are observed on day 56


def test_the_interval_is_that_of_the_last_step():
    assert [(reading.low, reading.high) for reading in readings()][1:] == [
        (POINTS[1].low, POINTS[1].high),
        (POINTS[2].low, POINTS[2].high),
    ]
    assert (readings()[0].low, readings()[0].high) == (None, None)


def test_the_bar_spans_this_data_set_and_the_others():
    assert [(reading.least, reading.greatest) for reading in readings()] == [
        (0, 0),
        (0.5, 1.0),
        (1.0, 1.5),
    ]


def test_a_curve_without_events_stays_at_nothing():
    assert [reading.value for reading in read([], [28, 30], (0, 4), {})] == [0, 0]
    assert stairs([], 4) == [(0, 0), (4, 0)]


def test_the_stairs_rise_on_the_days_of_the_events_and_end_with_the_last_week():
    corners = stairs(POINTS, 4)
    assert [x for x, _ in corners] == pytest.approx([0, 3 / 7, 4, 4])
    assert [y for _, y in corners] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])


def test_a_cycle_is_read_among_those_infused_in_it():
    found = read_shares(by_cycle(HISTORIES), {2: (0.25,)})
    # In the first cycle A of three patients, in the second B of two.
    assert [(one.at, one.number, one.events, one.value) for one in found] == [
        (1, 3, 1, pytest.approx(1 / 3)),
        (2, 2, 1, 0.5),
    ]
    assert (found[1].least, found[1].greatest) == (0.25, 0.5)


def drawn(*, percent: bool = False, second: Curve | None = None):
    first = Curve("IVIg", "IVIg", readings(), tuple(stairs(POINTS, 8)))
    panel = Panel("Events", "Weeks", (first, second) if second else (first,), percent=percent)
    return curves("time", "Events over time", PALETTE, [panel])


def test_the_figure_tells_every_value_with_its_interval_and_patients():
    words = [f"{limit:.2f}" for limit in (POINTS[1].low, POINTS[1].high)]
    assert f"Events, IVIg, by weeks: 4: 0.67 ({words[0]} to {words[1]}; 3 patients), 8: 1.17" in drawn().alt
    assert "4: 66.7 (" in drawn(percent=True).alt
    assert drawn().html() == drawn().html()


def test_its_numbers_are_illustrative_and_the_bar_is_among_them():
    table = drawn().data
    assert table is not None
    assert [[cell.text for cell in row.cells][-2:] for row in table.rows] == [
        ["0.50", "1.00"],
        ["1.00", "1.50"],
    ]
    assert table.kinds == {Determinacy.ILLUSTRATIVE}


def test_the_numbers_beneath_have_one_line_where_all_curves_have_the_same():
    alike = Curve("Related", "IVIg", readings(), hollow=True)
    fewer = Curve("Placebo", "Placebo", tuple(read(POINTS, [28], (0, 4, 8), {})))
    numbers = [(0, 3), (4, 3), (8, 2)]
    own = Curve("All", "IVIg", readings())
    assert Panel("Events", "Weeks", (own, alike)).counts == [("", numbers)]
    assert Panel("Events", "Weeks", (own, fewer)).counts == [
        ("All", numbers),
        ("Placebo", [(0, 1), (4, 1), (8, 0)]),
    ]
    svg = drawn(second=fewer).svg
    assert "Patients at risk" in svg
    assert "var(--sb-colour-2" in svg


def test_two_curves_of_one_treatment_differ_without_colour():
    solid = drawn(second=Curve("Related", "IVIg", readings(), tuple(stairs(POINTS, 8)))).svg
    dashed = drawn(second=Curve("Related", "IVIg", readings(), tuple(stairs(POINTS, 8)), hollow=True)).svg
    assert dashed.count("stroke-dasharray") == solid.count("stroke-dasharray") + 1
