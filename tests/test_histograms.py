"""Histograms of few values: what they say, and what they draw."""

import pytest

from safetybook.histograms import Histogram, Mark, Printed, Value, histograms
from safetybook.timelines import Look

KEY = {"related": Look("before a related event", marker="D"), "other": Look("before another", filled=False)}
FAST = Histogram(
    "Before",
    (Value(0.04, 8, (3, 40)), Value(0.12, 20, (15, 25), (Mark("related", "patient 2"), Mark("related")))),
    Look("before", "#0072b2"),
    Printed(0.12, 0.04, 0.12, "per patient"),
)
SLOW = Histogram(
    "After", (Value(0.04, 33, (), (Mark("other"),)), Value(0.08, 0)), Look("after", filled=False)
)


def drawn(*panels):
    return histograms("rates", "Cycles by rate", "Rate", panels, KEY)


def test_the_text_has_counts_spreads_marks_and_what_is_printed():
    assert drawn(FAST, SLOW).alt == (
        "Cycles by rate. Before, 0.04: 8 (3 to 40), 0.12: 20 (15 to 25) "
        "[patient 2, before a related event] [before a related event], "
        "per patient: median 0.12, 0.04 to 0.12; "
        "After, 0.04: 33 [before another], 0.08: 0."
    )


def test_numbers_stand_at_the_bars_and_names_at_the_marks():
    svg = drawn(FAST, SLOW).svg
    for text in (">8<", ">20<", ">33<", ">0<", ">patient 2<", ">per patient<", ">before a related event<"):
        assert text in svg
    assert svg.count("var(--sb-colour-1") >= 2


def test_the_key_has_only_kinds_that_occur():
    assert "before another" not in drawn(FAST).svg


@pytest.mark.parametrize("values", [(Value(0.04, 0), Value(0.08, 0)), (Value(0.04, 5),)])
def test_what_has_no_scale_is_refused(values):
    with pytest.raises(ValueError, match="expected different values that occur"):
        drawn(Histogram("Empty", values, Look("x")))
