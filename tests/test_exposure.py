"""Every cycle of every patient: drawn once, counted once."""

import re

from safetybook.exposure import DAY, Arm, Cycle, exposure
from safetybook.figures import Palette

PALETTE = Palette(("Drug", "Placebo"))
LEFT = (Cycle(1, 0.0, 2, "Drug"),)
LONG = (Cycle(1, 0.0, 2, "Drug"), Cycle(2, 4.0, 5, "Drug"))
SHORT = (Cycle(1, 0.0, 2, "Drug"), Cycle(2, 4.5, 2, "Drug"))
SWITCHED = (Cycle(1, 0.0, 3, "Placebo"), Cycle(2, 4.0, 2, "Drug"))
ARMS = [Arm("Drug (n = 3)", (LEFT, LONG, SHORT)), Arm("Placebo (n = 1)", (SWITCHED,))]


def draw(published=frozenset()):
    return exposure("cycles", "Cycles", PALETTE, ARMS, usual=2, weeks=(0, 8), published=published)


def test_those_who_stayed_come_first_and_the_longer_cycles_after_the_short_ones():
    assert ARMS[0].ordered == [SHORT, LONG, LEFT]


def test_the_text_counts_cycles_and_longer_ones():
    assert draw().alt == (
        "Cycles. Drug (n = 3): Drug cycles 5, of more than 2 days 1. "
        "Placebo (n = 1): Drug cycles 1, of more than 2 days 0; Placebo cycles 1, of more than 2 days 1."
    )


def test_the_table_counts_by_cycle():
    table = draw(frozenset({"Drug"})).data
    assert [[row.label, *(cell.text for cell in row.cells)] for row in table.rows] == [
        ["1", "3", "0", "1", "1"],
        ["2", "3", "1", "0", "0"],
        ["All", "6", "1", "1", "1"],
    ]
    kinds = [cell.kind for cell in table.rows[-1].cells]
    assert kinds == ["published", "illustrative", "illustrative", "illustrative"]


def test_a_mark_is_as_long_as_its_cycle():
    """The mark of five days is two and a half times as long as that of two, in the same colour."""
    paths = re.findall(r'<path d="([^"]+)"[^>]*?stroke: var\(--sb-colour-1', draw().svg)
    lengths = [
        round(float(end) - float(start), 3)
        for path in paths
        for start, end in re.findall(r"M ([\d.]+) [\d.]+ L ([\d.]+) [\d.]+", path)
    ]
    longest, shortest = max(lengths), min(length for length in lengths if length > DAY)
    assert round(longest / shortest, 2) >= 2.5
