"""Strips: places on the axis, dots that do not overlap, and nothing left out of the picture."""

import re
from fractions import Fraction

import pytest

from safetybook.determinacy import PUBLISHED, Determinacy
from safetybook.figures import Palette
from safetybook.results import Result
from safetybook.strips import Days, Dot, Mark, Strip, stacked, strips, tallied

PALETTE = Palette(("IVIg", "Placebo"))
LATENCY = Days("Days since the start of the cycle", (1, 2, 4), zero="during")


def result(value: str) -> Result:
    return Result("x", "x", "adae", "median", Fraction(value), "days")


def dots(*days: str) -> tuple[Dot, ...]:
    return tuple(Dot(Fraction(day)) for day in days)


def draw(*rows: tuple[Strip, ...]) -> str:
    return strips("latency", "Latency", PALETTE, LATENCY, rows).html()


def test_each_tick_is_a_doubling_away_from_the_last():
    assert [LATENCY.place(Fraction(day)) for day in (1, 2, 4)] == [0, 1, 2]


def test_zero_days_lie_in_their_own_lane_left_of_a_day():
    assert LATENCY.place(Fraction(0)) < LATENCY.place(Fraction(1, 2)) < 0


@pytest.mark.parametrize("days", [None, Fraction(-1)])
def test_a_value_without_a_place_is_refused(days: Fraction | None):
    with pytest.raises(ValueError, match="no place"):
        LATENCY.place(days)


def test_unknown_days_lie_after_the_largest_tick():
    open_ended = Days("Days", (1, 2, 4), unknown="open")
    assert open_ended.place(None) > open_ended.place(Fraction(4))


def test_dots_of_one_value_form_a_centred_block():
    assert stacked([0, 0, 0, 0, 0], across=3) == [(-1, 0), (0, 0), (1, 0), (-1, 1), (0, 1)]


def test_a_dot_that_would_overlap_goes_up():
    assert stacked([0, 0.4, 1], across=3) == [(0, 0), (0.4, 1), (1, 0)]


def test_no_two_dots_overlap():
    placed = stacked([i / 7 for i in range(60)] + [3.0] * 40, across=5)
    assert all(a[1] != b[1] or abs(a[0] - b[0]) > 1 - 1e-6 for i, a in enumerate(placed) for b in placed[:i])


def test_every_event_is_a_mark_of_its_own():
    html = draw((Strip("Mild", "IVIg", dots(*["0"] * 16, "1", "2.1")), Strip("Mild", "Placebo", dots("0"))))
    assert len(re.findall(r"<use [^>]*style=\"fill: var\(--sb-colour-1", html)) == 18
    assert len(re.findall(r"<use [^>]*style=\"fill: var\(--sb-colour-2", html)) == 1


def test_the_text_alternative_gives_the_marks():
    mark = Mark(result("0.5"), result("0"), result("4"))
    drawn = strips(
        "a", "Latency", PALETTE, LATENCY, [[Strip("Mild, 2 events", "IVIg", dots("0", "4"), mark)]]
    )
    assert drawn.alt == "Latency. IVIg, Mild, 2 events, median and range 0.5 (0.0–4.0) days."


def test_a_row_that_lacks_a_column_is_refused():
    strip = Strip("Mild", "IVIg", dots("1"))
    with pytest.raises(ValueError, match="every row needs 2 strips"):
        draw((strip, strip), (strip,))


def test_columns_without_all_their_titles_are_refused():
    strip = Strip("Mild", "IVIg", dots("1"))
    with pytest.raises(ValueError, match="each column a title"):
        strips("a", "Latency", PALETTE, LATENCY, [[strip, strip]], titles=["IVIg"])


def test_two_drawings_are_the_same_bytes():
    strip = Strip("Mild", "IVIg", dots("0", "1", "1"))
    assert draw((strip,)) == draw((strip,))


def test_a_tally_counts_what_lies_between_two_ticks():
    strip = Strip(
        "Six",
        "Drug",
        (*dots("0", "0.1", "1", "1.5", "9"), Dot(Fraction(2), hollow=True)),
    )
    table = tallied("Days", LATENCY, [strip], {False: "Early", True: "Late"}, PUBLISHED)
    assert [(row.label, *(cell.text for cell in row.cells)) for row in table.rows] == [
        ("during", "1", "0"),
        ("up to 1", "2", "0"),
        ("more than 1, up to 2", "1", "1"),
        ("more than 2, up to 4", "0", "0"),
        ("more than 4", "1", "0"),
        ("All", "5", "1"),
    ]
    assert {cell.kind for cell in table.rows[0].cells} == {Determinacy.ILLUSTRATIVE}
    assert {cell.kind for cell in table.rows[-1].cells} == {Determinacy.PUBLISHED}


def test_a_tally_has_a_place_for_what_is_not_known():
    axis = Days("Days", (1, 2), unknown="open")
    table = tallied("Days", axis, [Strip("Two", "Drug", (Dot(None), *dots("2")))], {False: "All"}, PUBLISHED)
    assert [(row.label, row.cells[0].text) for row in table.rows] == [
        ("up to 1", "0"),
        ("more than 1, up to 2", "1"),
        ("more than 2", "0"),
        ("open", "1"),
        ("All", "2"),
    ]


def test_a_tally_refuses_a_kind_of_dot_without_a_name():
    with pytest.raises(ValueError, match="no name for dots that are hollow"):
        tallied(
            "Days",
            LATENCY,
            [Strip("One", "Drug", (Dot(Fraction(1), hollow=True),))],
            {False: "Early"},
            PUBLISHED,
        )
