"""Spreads: the band is as wide as the data sets differ, and says so."""

import pytest

from safetybook.determinacy import Determinacy
from safetybook.figures import Palette
from safetybook.spreads import Curve, Panel, spreads

PALETTE = Palette(("IVIg", "Placebo"))
CURVE = Curve("IVIg", (0, 1, 2), (5, 3, 9), ((4, 6), (3, 3), (2, 8)))


def test_the_band_holds_this_data_set_and_all_others():
    assert CURVE.low == [4, 3, 2]
    assert CURVE.high == [6, 3, 9]


@pytest.mark.parametrize(
    "parts",
    [
        ((0, 1), (5,), ((4,), (3,))),
        ((0, 1), (5, 3), ((4,),)),
        ((0, 1), (5, 3), ((4, 6), (3,))),
    ],
)
def test_counts_that_do_not_belong_together_are_refused(parts):
    with pytest.raises(ValueError, match=r"IVIg.*expected"):
        Curve("IVIg", *parts)


@pytest.mark.parametrize("cumulative", [True, False])
def test_the_figure_tells_each_count_and_its_band(cumulative):
    placebo = Curve("Placebo", (0, 1), (2, 0), ((1,), (0,)))
    panel = Panel("Patients", "Number of events", (CURVE, placebo), cumulative)
    figure = spreads("burden", "Events per patient", PALETTE, [panel])
    assert "IVIg, by number of events: 0: 5 (4 to 6), 1: 3 (3 to 3), 2: 9 (2 to 9)" in figure.alt
    assert "Placebo, by number of events: 0: 2 (1 to 2)." in figure.alt
    html = figure.html()
    assert html.count("var(--sb-colour-1") >= 2
    assert "var(--sb-colour-2" in html
    assert figure.html() == spreads("burden", "Events per patient", PALETTE, [panel]).html()


def test_counts_are_marked_illustrative_but_where_they_are_settled():
    curve = Curve("IVIg", (0, 1, 2), (5, 3, 9), ((5, 5), (3, 3), (2, 8)), frozenset({0}))
    table = spreads("burden", "Events", PALETTE, [Panel("Patients", "Events", (curve,))]).data
    assert table is not None
    marked = [[cell.kind is Determinacy.ILLUSTRATIVE for cell in row.cells] for row in table.groups[0].rows]
    assert marked == [[False] * 3, [True] * 3, [True] * 3]
