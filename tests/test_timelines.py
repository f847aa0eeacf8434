"""Timelines: where marks stand, what is drawn, what a reader without eyes is told."""

import re

import pytest

from safetybook.figures import COLOURS
from safetybook.timelines import Cycle, Event, Look, Timeline, levels, timelines

BARS = {"before": Look("before the change", COLOURS[0]), "after": Look("after it", COLOURS[0], filled=False)}
MARKS = {"related": Look("related", marker="D"), "other": Look("not related", filled=False, marker="D")}
ROW = Timeline(
    "Patient 1",
    (Cycle(0, "before", 0.12), Cycle(4, "before", 0.12, "0.12"), Cycle(8, "after", 0.04)),
    (Event(9.2, "related", "embolism"), Event(2, "other"), Event(3, "other")),
)


def draw(*rows: Timeline, **options: object):
    return timelines("course", "Two patients", rows, BARS, MARKS, "mL/kg/min", weeks=12, **options)


def test_events_that_would_touch_are_stacked_and_no_others():
    weeks = [
        event.week for event in (Event(0, ""), Event(1, ""), Event(1.4, ""), Event(1.5, ""), Event(4, ""))
    ]
    # 0, 1 and 1.4 touch each other; 1.5 is free of the first and takes its level; 4 is far from all.
    assert [level for _, level in levels(Event(week, "") for week in weeks)] == [0, 1, 2, 0, 0]


def test_events_are_placed_in_time_order():
    assert [event.week for event, _ in levels(ROW.events)] == [2, 3, 9.2]


def test_the_alternative_tells_cycles_in_runs_and_events_by_name_or_by_number():
    assert draw(ROW).alt == (
        "Two patients. Patient 1: weeks 0 to 4 at 0.12 mL/kg/min, before the change, "
        "week 8 at 0.04 mL/kg/min, after it, embolism, related, week 9, 2 not related."
    )


def test_names_numbers_headings_and_guides_are_text():
    figure = draw(
        ROW, Timeline("Patient 2", (Cycle(0, "after", 0.08),), heading="Others"), guides={8: "open-label"}
    )
    texts = re.findall(r">([^<>\n]+)</text>", figure.svg)
    assert {"Patient 1", "Patient 2", "embolism", "0.12", "Others", "open-label"} <= set(texts)


def test_the_key_has_the_kinds_that_occur():
    svg = draw(Timeline("Patient 2", (Cycle(0, "after", 0.08),))).svg
    assert ">after it<" in svg
    assert ">before the change<" not in svg
    assert ">related<" not in svg


def test_two_drawings_are_the_same_bytes():
    assert draw(ROW).html() == draw(ROW).html()


@pytest.mark.parametrize("rows", [(), (Timeline("Patient 1", ()),)])
def test_a_figure_without_a_cycle_in_each_row_is_refused(rows):
    with pytest.raises(ValueError, match="needs a cycle"):
        draw(*rows)
