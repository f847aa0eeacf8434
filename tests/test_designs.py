"""The design of a trial as lanes over time."""

import re

import pytest

from safetybook.designs import Design, Lane, design
from safetybook.determinacy import Determinacy
from safetybook.figures import Palette

PALETTE = Palette(("Drug", "Placebo"))
TRIAL = Design(
    lanes=(
        Lane("Drug", 0, 12, ((1, "Drug"),), (0, 6)),
        Lane("Placebo", 0, 12, ((1, "Placebo"),), (0, 6), 1, 1),
        Lane("Drug", 12, 24, ((13, "Drug for all"),), (12, 18), 0, 1),
    ),
    periods=((0, "Blinded"), (12, "Open")),
    switches=(6,),
    switch_label="Switch",
    rule=(18, "half dose"),
    exits=((12, 0),),
    allocation="2:1",
)


def test_the_axis_names_the_weeks_at_which_something_happens():
    assert TRIAL.weeks == [0, 6, 12, 18, 24]


def test_everything_is_labelled_in_words():
    svg = design("design", "Two arms, then one treatment for all", PALETTE, TRIAL).svg
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert {"Drug", "Placebo", "Drug for all", "Blinded", "Open", "Switch", "half dose", "2:1"} <= set(texts)
    assert [text for text in texts if text.isdigit()] == ["0", "6", "12", "18", "24"]


def test_each_treatment_has_its_colour_and_marker():
    figure = design("design", "Two arms, then one treatment for all", PALETTE, TRIAL)
    assert "--sb-colour-1" in figure.svg
    assert "--sb-colour-2" in figure.svg
    assert figure.alt == "Two arms, then one treatment for all"


def test_a_treatment_without_a_colour_is_refused():
    with pytest.raises(ValueError, match="no colour for Drug"):
        design("design", "Two arms", Palette(("Placebo",)), TRIAL)


def test_its_table_gives_every_week():
    table = design("design", "Two arms, then one treatment for all", PALETTE, TRIAL).data
    assert table is not None
    found = {
        group.label: [(row.label, *(cell.text for cell in row.cells)) for row in group.rows]
        for group in table.groups
    }
    assert found == {
        "Blinded": [("Drug", "0 to 12", "0, 6"), ("Placebo", "0 to 12", "0, 6")],
        "Open": [("Drug for all", "12 to 24", "12, 18")],
        "Changes": [("Switch", "6", "–"), ("half dose", "from 18", "–")],
    }
    assert table.kinds == {Determinacy.PUBLISHED}
