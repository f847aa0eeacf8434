"""The values behind Table 3, as a table: they are those of the article, and say how far they are fixed."""

from statistics import median

import pytest

from proderm.pages import study, verdicts
from proderm.table_3 import MEASURES, TERMS, TREATMENT, values
from safetybook.determinacy import Determinacy
from safetybook.rounding import half_up
from safetybook.tables import Row


def listed(text: str) -> list[str]:
    """The values of a cell, each as often as it says."""
    pairs = (part.removesuffix(")").split(" (") for part in text.split(", "))
    return [value for value, *times in pairs for _ in range(int(times[0]) if times else 1)]


def printed(claim: str) -> str:
    return next(verdict.claim.value for verdict in verdicts() if verdict.claim.claim_id == claim)


def cells(measure: str) -> list[tuple[str, str, str, str, str]]:
    """Term, level, column and the texts of the two cells of every entry that has events."""
    table = values(study(), measure)
    found = []
    for term, group in zip(TERMS, table.groups, strict=True):
        for row in group.rows:
            for number, column in enumerate(TREATMENT):
                days, summary = row.cells[2 * number : 2 * number + 2]
                if summary.text != "–":
                    found.append((term.id, row.label.lower(), column.id, days.text, summary.text))
    return found


@pytest.mark.parametrize("measure", MEASURES)
def test_the_values_have_the_number_and_the_median_that_the_article_prints(measure: str) -> None:
    found = cells(measure)
    assert len(found) == 14
    for term, level, column, days, summary in found:
        stem = f"t3.{measure}.{term}_{level}.{column}"
        known = sorted(float(value) for value in listed(days) if value != "open")
        assert len(known) == int(printed(f"{stem}.n"))
        low, middle, high = (printed(f"{stem}.{name}") for name in ("minimum", "median", "maximum"))
        assert summary == f"{middle} ({low}–{high})"
        assert abs(median(known) - float(middle)) <= 0.1001  # the values are rounded by themselves
        assert (half_up(min(known), 1), half_up(max(known), 1)) == (low, high)


def test_one_headache_has_no_duration() -> None:
    (mild,) = (days for term, level, column, days, _ in cells("duration") if "open" in days)
    assert listed(mild).count("open") == 1


def kinds(row: Row) -> list[Determinacy | None]:
    return [cell.kind for cell in row.cells[::2]]


@pytest.mark.parametrize("measure", MEASURES)
def test_values_on_placebo_are_determined_and_many_on_ivig_illustrative(measure: str) -> None:
    table = values(study(), measure)
    headache, *_, fever = table.groups
    by_level = {row.label: kinds(row) for row in headache.rows}
    assert by_level["Mild"] == [Determinacy.ILLUSTRATIVE, Determinacy.DETERMINED]
    # A single event has the value that is printed as its median.
    assert by_level["Severe"] == [Determinacy.DETERMINED, None]
    assert kinds(fever.rows[0])[0] is Determinacy.ILLUSTRATIVE
    on_placebo = [row.cells[2].kind for row in table.rows if row.cells[2].text != "–"]
    assert set(on_placebo) == {Determinacy.DETERMINED}
