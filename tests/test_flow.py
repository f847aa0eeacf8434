"""The flow of patients: every number is in the figure, in its text and in its table."""

import re

import pytest

from safetybook.figures import COLOURS, Palette
from safetybook.flow import Aside, Step, flow

PALETTE = Palette(("Drug", "Placebo"))
RANKS = [
    (Step("9", ("screened",), (Aside("1", "not enrolled"),)),),
    (Step("8", ("randomised",)),),
    (
        Step("4", ("to drug",), (Aside("1", "left early:"), Aside("1", "own decision", True, True)), "Drug"),
        Step("4", ("to placebo",), treatment="Placebo"),
    ),
    (Step("3", ("completed the", "first period")), Step("4", ("completed the", "first period"))),
]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", svg)


def test_every_box_and_every_aside_is_drawn():
    assert texts(flow("flow", "Flow", PALETTE, RANKS).svg) == [
        "9 screened", "1 not enrolled", "8 randomised", "4 to drug", "4 to placebo",
        "1 left early:", "own decision: 1‡",
        "3 completed the", "first period", "4 completed the", "first period",
    ]  # fmt: skip


def test_a_treatment_has_its_colour():
    svg = flow("flow", "Flow", PALETTE, RANKS).svg
    assert svg.count(COLOURS[0]) == svg.count(COLOURS[1]) == 1


def test_the_text_tells_the_whole_flow():
    assert flow("flow", "Flow", PALETTE, RANKS).alt == (
        "Flow. 9 screened (1 not enrolled). 8 randomised. 4 to drug (1 left early: own decision: 1‡). "
        "4 to placebo. 3 completed the first period. 4 completed the first period."
    )


def test_the_table_marks_what_is_illustrative():
    table = flow("flow", "Flow", PALETTE, RANKS).data
    assert [(row.label, row.cells[0].text + table.marks(row.cells[0])) for row in table.rows][3:6] == [
        ("to drug", "4"),
        ("– left early", "1"),
        ("– own decision", "1‡"),
    ]


def test_boxes_do_not_overlap_and_lie_inside():
    svg = flow("flow", "Flow", PALETTE, RANKS).svg
    _, _, width, height = map(float, re.search(r'viewBox="([^"]+)"', svg)[1].split())
    points = [tuple(map(float, p)) for p in re.findall(r"[ML] ([\d.]+) ([\d.]+)", svg)]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_groups_that_lead_nowhere_are_refused():
    three = tuple(Step("1", ("here",)) for _ in range(3))
    with pytest.raises(ValueError, match="2 groups do not lead to 3"):
        flow("flow", "Flow", PALETTE, [RANKS[2], three])
