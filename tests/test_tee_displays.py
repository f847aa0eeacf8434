"""The displays of the TEE chapter: combinations of factors, rates of cycles, and the table of all events."""

from collections import Counter
from dataclasses import replace

import pytest

from proderm import infusion_rates, risk_factors, spread
from proderm.columns import IVIG_ALL, IVIG_P1, PLACEBO_P1
from proderm.estimands.baseline import RISK_FACTORS
from proderm.estimands.listings import RISK_FACTORS as LISTED
from proderm.pages import Page, study
from proderm.tee_assessment import LINES, assessment, ends, listing
from safetybook.determinacy import Determinacy

HYPERTENSION = frozenset({"Hypertension"})


def test_factors_of_the_patients_with_a_related_tee_are_those_of_table_5():
    listed = Counter(frozenset(own) & set(RISK_FACTORS.values()) for own in map(set, LISTED.values()))
    sixth = risk_factors.combined(study(), with_tee=True) - listed
    # Table 6 has five with hypertension and two with hypercholesterolaemia, Table 5 four and one.
    assert sixth == Counter([frozenset({"Hypertension", "Hypercholesterolaemia"})])


def test_combinations_add_up_to_table_6():
    found = risk_factors.combined(study(), with_tee=False)
    assert sum(found.values()) == 89
    assert Counter({n: sum(v for own, v in found.items() if len(own) == n) for n in range(4)}) == Counter(
        {0: 50, 1: 28, 2: 10, 3: 1}
    )
    for factor, size in risk_factors.sizes(study()).items():
        assert sum(v for own, v in found.items() if factor in own) == size


def test_hypertension_alone_between_20_and_28():
    """Least: the 11 with several factors all have hypertension. Greatest: 8 without it take 17 of the
    20 other factors (7 have two of them, one three), and the 3 left go with hypertension.
    """
    assert risk_factors.ends(study(), [HYPERTENSION]) == {HYPERTENSION: (31 - 11, 31 - 3)}


def test_every_combination_here_and_in_the_ensemble_lies_between_its_ends():
    here = risk_factors.combined(study(), with_tee=False)
    shared = risk_factors.shared(study())
    possible = risk_factors.ends(study(), {*here, *shared})
    others = spread.others(spread.FACTORS)
    for own, (low, high) in possible.items():
        counts = [here[own], *others.get(" + ".join(sorted(own)), ())]
        assert low <= min(counts) <= max(counts) <= high, own
    assert all(high <= 1 for own, (_, high) in possible.items() if own not in shared)


def test_the_cycles_at_all_rates_are_those_of_the_trial():
    given = [infusion_rates.at_each_rate(study(), version) for version in infusion_rates.VERSIONS]
    assert sum(sum(rates.values()) for rates in given) == 664
    for name in infusion_rates.VERSIONS.values():
        assert set(map(float, spread.others(spread.RATES + name))) == set(infusion_rates.RATES)
    in_ensemble = [
        sum(column)
        for column in zip(
            *(
                row
                for name in infusion_rates.VERSIONS.values()
                for row in spread.others(spread.RATES + name).values()
            ),
            strict=True,
        )
    ]
    assert set(in_ensemble) == {664}


def test_rates_before_a_related_tee_are_those_of_table_5():
    cycles = infusion_rates.before_a_tee(study())
    related = cycles[cycles["RELTEEFL"] == "Y"]
    assert dict(zip(related["ARTNO"], related["EXRATMAX"], strict=True)) == {
        "2": 0.12, "3": 0.08, "4": 0.04, "6": 0.12, "7": 0.04
    }  # fmt: skip
    assert len(cycles) == 6


ROWS = {
    "Any TEE": ("1 (1.9%)", "2", "0 (0.0%)", "0", "6 (6.3%)", "8"),
    "Pulmonary embolism": ("1 (1.9%)", "1", "0 (0.0%)", "0", "3 (3.2%)", "3"),
    "Severe": ("0 to 1 (0.0 to 1.9%)", "0 to 2", "0 (0.0%)", "0", "1 to 2 (1.1 to 2.1%)", "2 to 4"),
    "Serious": ("1 (1.9%)", "1", "0 (0.0%)", "0", "6 (6.3%)", "7"),
    "Stopped for good^c": (
        "0 to 1 (0.0 to 1.9%)",
        "0 to 1",
        "0 (0.0%)",
        "0",
        "3 to 4 (3.2 to 4.2%)",
        "4 to 5",
    ),
    "Died": ("0 (0.0%)", "0", "0 (0.0%)", "0", "0 (0.0%)", "0"),
}


@pytest.mark.parametrize("label", ROWS)
def test_the_assessment_by_hand(label):
    (row,) = [row for row in assessment(Page()).rows if row.label == label]
    assert tuple(cell.text for cell in row.cells) == ROWS[label]
    for cell in row.cells:
        assert (cell.kind is Determinacy.BOUNDED) == (" to " in cell.text)


def test_all_tees_have_one_severity_and_one_term():
    for about in ("Term", "Severity^b"):
        for column, total in ((IVIG_P1, 2), (IVIG_ALL, 8), (PLACEBO_P1, 0)):
            found = [ends(study(), line, column, "events") for line in LINES[about]]
            assert sum(low for low, _ in found) <= total <= sum(high for _, high in found)


def test_data_beyond_the_ends_are_refused(monkeypatch):
    serious = replace(LINES["Seriousness"][0], unrelated=(0, 0))
    monkeypatch.setitem(LINES, "Seriousness", (serious,))
    with pytest.raises(ValueError, match=r"Serious, IVIg, first period: 1 patients, expected 0 to 0"):
        assessment(Page())


def test_the_listing_has_every_event_and_invents_nothing():
    rows = {row.label: [cell.text for cell in row.cells] for row in listing().rows}
    assert len(rows) == 8
    assert rows["Patient 3: cerebrovascular accident"] == [
        "Extension period", "29", "Moderate", "Yes", "Possible", "Yes", "Recovered/resolved with sequelae"
    ]  # fmt: skip
    of_the_sixth = [texts for label, texts in rows.items() if label.startswith("Sixth")]
    assert all(texts[1:3] == ["not printed"] * 2 and texts[-1] == "not printed" for texts in of_the_sixth)
