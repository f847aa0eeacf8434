"""All serious events by term: the two lists of the article, and what they leave open."""

import pytest

from proderm.columns import ANY_P1, IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands.adverse_events import RELATED, SERIOUS, UNRELATED, preferred_term
from proderm.estimands.families import events
from proderm.pages import Page, study, verdicts
from proderm.serious_events import COLUMNS, Line, complete, related, serious_table, unrelated
from safetybook.determinacy import Determinacy
from safetybook.results import compute

PRINTED = {verdict.claim.estimand: verdict.claim.value for verdict in verdicts()}
RELATED_LINES, UNRELATED_LINES = related(PRINTED), unrelated(PRINTED)


def test_a_line_of_table_4_is_one_event_in_the_period_that_it_names():
    found = {term.label: line for term, line in RELATED_LINES.items()}
    assert found["Muscle spasms"] == Line((1, 1), (0, 0), 1, 0)
    assert found["Pulmonary embolism"] == Line((0, 0), (0, 0), 0, 2)
    assert sum(line.either + line.later for line in found.values()) == 9


def test_in_the_first_period_either_treatment_is_possible_but_for_a_thromboembolic_event():
    found = {term.label: line for term, line in UNRELATED_LINES.items()}
    assert found["Sinus tachycardia"] == Line((0, 2), (0, 2), 2, 0)
    assert found["Pulmonary embolism"] == Line((1, 1), (0, 0), 1, 0)
    # Sepsis is in both lists.
    assert found["Sepsis"].ends(IVIG_ALL) == (1, 2)
    assert found["Condition aggravated"] == Line((0, 0), (0, 0), 0, 2)


def test_together_the_lists_hold_what_table_1_counts():
    """Table 1: 5 events on IVIg and 4 on placebo in the first period, 22 on IVIg overall; 9 are related."""
    because, other = complete(PRINTED)
    assert because == Line((2, 2), (0, 0), 2, 7)
    assert other == Line((3, 3), (4, 4), 7, 10)


@pytest.mark.parametrize("changed", ["serious.placebo_p1.events", "serious.ivig_all.events"])
def test_lists_that_lack_an_event_are_refused(changed):
    with pytest.raises(ValueError, match="do not have the serious events of Table 1"):
        complete(PRINTED | {changed: str(int(PRINTED[changed]) + 1)})


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.id)
def test_the_events_of_the_data_lie_between_the_ends(column):
    for kind, lines in ((RELATED, RELATED_LINES), (UNRELATED, UNRELATED_LINES)):
        for term, line in lines.items():
            low, high = line.ends(column)
            assert low <= compute(study(), events(kind & SERIOUS & term, column)).number <= high, term.label


def test_the_data_have_no_serious_event_of_another_term():
    adae = study().frame("adae")
    known = {term.label for lines in (RELATED_LINES, UNRELATED_LINES) for term in lines}
    assert set(adae.loc[(adae["AESER"] == "Y") & (adae["TRTEMFL"] == "Y"), "AEDECOD"]) == known


def test_the_table_shows_ends_where_the_treatment_is_open():
    table = serious_table(Page(), "Serious", PRINTED, {"Sinus tachycardia": "^c"})
    rows = {row.label: dict(zip(COLUMNS, row.cells, strict=True)) for row in table.groups[-1].rows}
    tachycardia = rows["Sinus tachycardia^c"]
    assert [tachycardia[column].text for column in COLUMNS] == ["0 to 2", "0 to 2", "2", "–", "0 to 2"]
    assert tachycardia[IVIG_P1].kind == Determinacy.BOUNDED
    assert tachycardia[ANY_P1].kind == Determinacy.PUBLISHED
    assert rows["Pulmonary embolism"][PLACEBO_P1].text == "–"
    assert rows["Pulmonary embolism"][IVIG_P1].kind == Determinacy.DETERMINED
    assert [rows["All terms"][column].text for column in COLUMNS] == ["3", "4", "7", "10", "13"]
    patients, number = table.groups[0].rows
    assert [cell.text for cell in number.cells] == ["5", "4", "9", "17", "22"]
    assert [cell.text for cell in patients.cells] == [
        "3 (5.8%)",
        "2 (4.2%)",
        "3 to 5",
        "11 to 14",
        "14 (14.7%)",
    ]


def test_a_term_of_the_table_leads_to_its_events():
    table = serious_table(Page(), "Serious", PRINTED, {})
    extension = events(RELATED & SERIOUS & preferred_term("Hypoaesthesia"), IVIG_EXT).id
    (cell,) = [
        cell
        for row in table.rows
        for cell in row.cells
        if extension in {one.estimand for one in cell.results}
    ]
    assert cell.text == "1"
