"""Each contradiction is proved from the ledger, and ends when the ledger's values are mended."""

from pathlib import Path

import pytest

from proderm.contradictions import CONTRADICTIONS
from safetybook.claims import read_ledger

LEDGER = Path(__file__).parents[1] / "data" / "published" / "claims.csv"

MENDED = {
    "tees_serious": {"t1.tee.ivig_p1.events": "1"},
    "median_cycle_duration": {"dem.cycle_days.median": "2.5"},
    "percent_up_to_2_days": {"ov.related_cycle_days_up_to_2.percent": "55.3"},
    "risk_factors_per_patient": {
        "t6.factors_2.tee.patients": "1",
        "t6.factors_2.tee.percent": "16.7",
        "t6.factors_3.tee.patients": "3",
        "t6.factors_3.tee.percent": "50",
    },
    "fold_of_means": {"tee.factors.fold": "4.7"},
    "median_age_tee": {"tee.age.tee.median": "68.0"},
    "median_age_no_tee": {"tee.age.no_tee.median": "52.0"},
    "largest_fold": {"tee.fold.maximum": "14.8", "abs.fold.maximum": "14.8"},
    "disease_activity_patient_7": {"t5.p7.disease_activity": "Moderate"},
}
"""For each contradiction, values that would make its claims agree."""

each = pytest.mark.parametrize("contradiction", CONTRADICTIONS, ids=lambda c: c.id)


@pytest.fixture(scope="module")
def ledger():
    return {claim.claim_id: claim for claim in read_ledger(LEDGER)}


@pytest.fixture(scope="module")
def printed(ledger):
    return {name: claim.value for name, claim in ledger.items()}


@each
def test_the_printed_values_cannot_hold_together(contradiction, printed):
    assert contradiction.holds(printed)


@each
def test_mended_values_end_the_contradiction(contradiction, printed):
    assert not contradiction.holds(printed | MENDED[contradiction.id])


@each
def test_its_claims_are_in_the_ledger_and_computable(contradiction, ledger):
    for name in (*contradiction.claims, *contradiction.beside):
        assert ledger[name].estimand, f"{name} has no estimand"
    assert not set(contradiction.claims) & set(contradiction.beside)


@each
def test_the_proof_is_two_lines_and_the_reading_is_told(contradiction):
    assert len(contradiction.proof.splitlines()) == 2
    assert contradiction.reading.endswith(".")


@each
def test_the_proof_quotes_the_contradicted_numbers(contradiction, printed):
    for name in contradiction.claims:
        value = printed[name]
        if value.replace(".", "").isdigit():
            assert value in contradiction.proof


def test_no_claim_is_given_up_twice_and_few_are():
    names = [name for contradiction in CONTRADICTIONS for name in contradiction.claims]
    assert len(names) == len(set(names)) <= 25


def test_what_one_contradiction_keeps_no_other_gives_up():
    given_up = {name for contradiction in CONTRADICTIONS for name in contradiction.claims}
    kept = {name for contradiction in CONTRADICTIONS for name in contradiction.beside}
    assert not given_up & kept
