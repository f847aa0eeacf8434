"""Butterflies, spells and unit charts: what they show, in words and in marks."""

import re
from fractions import Fraction

import pytest

from safetybook.butterfly import Level, Wing, butterfly
from safetybook.figures import COLOURS, Palette
from safetybook.results import Result
from safetybook.spells import Spell, spells
from safetybook.unit_charts import Units, unit_chart

PALETTE = Palette(("IVIg", "Placebo"))


def share(part: int, whole: int) -> Result:
    return Result("x", "", "adae", "percent", Fraction(100 * part, whole), "%", "", part, whole)


def days(number: str) -> Result:
    return Result("x", "", "adae", "value", Fraction(number), "days")


def fly():
    mild = Level("Mild", (Wing(share(39, 52), share(28, 52)), Wing(share(28, 48), share(9, 48))))
    severe = Level("Severe", (Wing(share(4, 52), share(2, 52)), Wing(share(0, 48), share(0, 48))))
    return butterfly("by-level", "Patients by intensity", PALETTE, ("all", "related"), [mild, severe])


def test_a_butterfly_says_every_number():
    assert fly().alt == (
        "Patients by intensity. Mild, IVIg 75.0% all and 53.8% related, Placebo 58.3% all and 18.8% related; "
        "Severe, IVIg 7.7% all and 3.8% related, Placebo 0.0% all and 0.0% related."
    )
    assert [cell.text for cell in fly().data.rows[0].cells] == [
        "39/52 (75.0)",
        "28/52 (53.8)",
        "28/48 (58.3)",
        "9/48 (18.8)",
    ]


def test_a_butterfly_has_a_bar_per_number_in_the_colour_of_the_treatment():
    svg = fly().svg
    for colour in COLOURS[:2]:
        shown = re.findall(rf"fill: var\(--sb-colour-\d, {colour}\)", svg)
        assert len(shown) == 2, "one filled bar per level, of no width where nobody had an event"
    assert {">75.0<", ">53.8<", ">0.0<"} <= set(re.findall(r">[\d.]+<", svg))
    assert svg.count(">related<") == 1


def test_an_event_of_one_day_ends_on_the_day_of_its_onset():
    spell = Spell("Dyspnoea", days("0"), days("1"))
    assert spell.span == (0, 0)
    assert Spell("Embolism", days("24"), days("14")).span == (24, 37)


def test_spells_say_onset_and_duration_and_what_is_not_known():
    rows = [
        Spell("Dyspnoea", days("0"), days("1"), "0.0 to 1.95"),
        Spell("Embolism", days("23.96"), days("14")),
    ]
    figure = spells("spells", "Events", "the infusion", rows)
    assert figure.alt == (
        "Events. Dyspnoea, onset on day 0.0 to 1.95, duration 1 day; "
        "Embolism, onset on day 24, duration 14 days."
    )
    assert ">Days since the infusion<" in figure.svg
    assert [cell.text for cell in figure.data.rows[1].cells] == ["24", "14"]


def chart(*rows: Units):
    return unit_chart("units", "Patients", ("First period", "Extension"), rows)


def test_a_unit_chart_has_a_mark_per_patient():
    figure = chart(Units("Related", (1, 7)), Units("Unrelated", (0, 33)))
    assert figure.svg.count("<use ") == 41
    assert figure.alt == (
        "Patients. Related, 1 First period, 7 Extension; Unrelated, 0 First period, 33 Extension."
    )
    assert ">Related: 8<" in figure.svg
    assert [cell.text for cell in figure.data.rows[1].cells] == ["0", "33", "33"]


def test_marks_differ_without_colour_and_are_not_more_kinds_than_that():
    with pytest.raises(ValueError, match="5 kinds"):
        chart(*(Units(str(i), (1, 1)) for i in range(5)))


def test_every_figure_is_the_same_on_every_run():
    assert fly().html() == fly().html()
    assert chart(Units("Related", (1, 7))).html() == chart(Units("Related", (1, 7))).html()
