"""Conflicts are found from the ledger alone: those of the article, and misprints sown into it."""

from dataclasses import replace

import pytest

from proderm.ambiguities import AMBIGUITIES
from proderm.claims import LEDGER, verdicts
from proderm.consistency import store
from proderm.consistency.finder import Found, explained, find, reading_order, search
from proderm.consistency.models import models
from proderm.consistency.sensitivity import misprints, sensitivity
from proderm.consistency.shown import detection_rows
from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from proderm.pages import study
from safetybook.claims import NUMBER, Claim, Outcome, read_ledger
from safetybook.detection import Detection, detections
from safetybook.estimands import Statement

GIVEN_UP = {name for contradiction in CONTRADICTIONS for name in contradiction.claims}


@pytest.fixture(scope="module")
def ledger() -> list[Claim]:
    return read_ledger(LEDGER)


@pytest.fixture(scope="module")
def sound(ledger) -> list[Claim]:
    """The claims that the reconstruction follows."""
    return [claim for claim in ledger if claim.claim_id not in GIVEN_UP]


def sown(ledger: list[Claim], misprinted: dict[str, str]) -> list[Claim]:
    assert misprinted.keys() <= {claim.claim_id for claim in ledger}
    return [replace(claim, value=misprinted.get(claim.claim_id, claim.value)) for claim in ledger]


# The article -----------------------------------------------------------------------------------------


def test_make_consistency_finds_what_is_stored(ledger):
    assert tuple(find(ledger)) == store.stored().found


def test_every_conflict_found_is_explained_and_every_explained_one_is_found(ledger):
    found = store.stored().found
    explanations = [explained(ledger, one) for one in found]
    assert [one for one, told in zip(found, explanations, strict=True) if told is None] == []
    assert {told.id for told in explanations if told} == {known.id for known in CONTRADICTIONS}


def test_a_conflict_that_names_other_claims_is_not_explained(ledger):
    one = next(one for one in store.stored().found if one.by == "ages")
    assert explained(ledger, Found("ages", (*one.claims, "t1.teae.ivig_p1.events"))) is None
    assert explained(ledger, Found("ages", one.claims[1:])) is None


def test_without_the_claims_given_up_there_is_no_conflict(sound):
    assert find(sound) == []


def test_numbers_computed_from_data_do_not_conflict(ledger):
    judged = {verdict.claim.claim_id: verdict for verdict in verdicts(study())}
    computed = [
        replace(claim, value=judged[claim.claim_id].computed)
        for claim in ledger
        if claim.estimand and not isinstance(CATALOGUE[claim.estimand], Statement)
    ]
    changed = [a.claim_id for a in computed if judged[a.claim_id].outcome is Outcome.CONTRADICTED]
    assert len(changed) > 10
    assert find(computed) == []


def test_a_stored_answer_to_another_ledger_is_refused(tmp_path):
    stale = tmp_path / "consistency.json"
    stale.write_text(store.STORE.read_text(encoding="utf-8").replace("sha256:", "sha256:0"), encoding="utf-8")
    with pytest.raises(ValueError, match="run make consistency"):
        store.stored(stale)


READ_OTHERWISE = {
    "patients_at_every_level": {"t1.teae.ivig_all.patients": "128"},
    "time_to_tee": {"tee.time.first.minimum": "40"},
    "days_to_cerebral_infarction": {"t4.p6.days_since_infusion": "14"},
    "percentages_in_the_extension": {"out.discontinuation.ivig_ext.percent": "11.0"},
}
"""For each ambiguity, values with which the other reading would hold."""


@pytest.mark.parametrize("ambiguity", AMBIGUITIES, ids=lambda ambiguity: ambiguity.id)
def test_an_ambiguous_claim_fails_on_the_other_reading(ledger, ambiguity):
    printed = {claim.claim_id: claim.value for claim in ledger}
    assert ambiguity.holds(printed)
    assert not ambiguity.holds(printed | READ_OTHERWISE[ambiguity.id])
    assert len(ambiguity.proof.splitlines()) == 2
    assert not GIVEN_UP & set(ambiguity.claims)


# Misprints -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "misprinted",
    [
        # 12 of 52 are not 75.0 %.
        {"t2.mild.ivig_p1.patients": "12"},
        # With its percentage: 12 + 20 + 4 patients cannot make 42.
        {"t2.mild.ivig_p1.patients": "12", "t2.mild.ivig_p1.percent": "23.1"},
        # With its percentage and its repetition in the text: 45 of the 42 patients with any TEAE.
        {
            "t1.related.ivig_p1.patients": "45",
            "t1.related.ivig_p1.percent": "86.5",
            "ov.related.ivig_p1.patients": "45",
            "ov.related.ivig_p1.percent": "86.5",
            "abs.related.ivig_p1.patients": "45",
            "abs.related.ivig_p1.percent": "86.5",
        },
        # 42 of 52 are 80.8 %.
        {"t1.teae.ivig_p1.percent": "80.9"},
        # The median of whole ages is a whole number or a half.
        {"dem.age.median": "52.3"},
        # Six times 69.05 to 69.15 years lies between 414.3 and 414.9, where there is no whole number.
        {"t6.age.tee.mean": "69.1"},
        # 32 of 89 are 36.0 %, but then the factors add up to 52, not 51.
        {"t6.risk_hypertension.no_tee.patients": "32", "t6.risk_hypertension.no_tee.percent": "36.0"},
        # No number of events has limits so near to its rate above and so far below.
        {"tee.rate.before.ci_high": "3.49"},
        # The median of two values is their mean: of 1.0 and 16.0 that is 8.5, not 8.0.
        {"t3.duration.headache_mild.placebo_p1.maximum": "16.0"},
        # More women without a TEE than women in the trial.
        {"t6.female.no_tee.patients": "78", "t6.female.no_tee.percent": "87.6"},
        # Patients 3, 6 and 7 are the women among the six; patient 2 would be one more.
        {"t5.p2.sex": "Female"},
        # 27 events in 28 patients.
        {"t1.teae.placebo_p1.events": "27", "ov.teae.placebo_p1.events": "27"},
    ],
    ids=lambda misprinted: ", ".join(misprinted)[:60],
)
def test_a_misprint_is_found_and_named(sound, misprinted):
    seeded = sown(sound, misprinted)
    assert any(set(one.claims) & misprinted.keys() for one in search(seeded))


def test_a_conflict_needs_each_of_its_claims(ledger):
    printed = {model.name: model for model in models(reading_order(ledger))}
    small = [one for one in store.stored().found if one.by in printed and len(one.claims) < 12]
    assert len({one.by for one in small}) >= 3
    for one in small:
        model = printed[one.by]
        assert model.impossible(one.claims)
        assert not any(model.impossible([c for c in one.claims if c != left_out]) for left_out in one.claims)


# How much is noticed ---------------------------------------------------------------------------------


def test_a_misprint_differs_in_one_digit():
    assert len(list(misprints("39"))) == 8 + 9
    assert len(list(misprints("0.5"))) == 9 + 9
    assert "09" not in list(misprints("39"))
    assert all(NUMBER.fullmatch(text) for text in misprints("75.0"))


def test_stored_sensitivity_is_what_is_computed(ledger):
    stored = store.stored()
    assert {one.claim for one in stored.noticed} <= {claim.claim_id for claim in ledger}
    again = [one for one in stored.noticed if one.claim.startswith(("t1.", "t2."))]
    assert sensitivity(ledger, stored.found, ("Table 1", "Table 2")) == again


def test_what_is_noticed_never_exceeds_what_was_tried():
    for one in store.stored().noticed:
        assert one.rounding >= 0
        assert one.sums >= 0
        assert one.rounding + one.sums <= one.misprints


def test_counts_with_a_percentage_are_safe_and_lone_counts_are_not():
    by_claim = {one.claim: one for one in store.stored().noticed}
    guarded = by_claim["t1.teae.ivig_p1.patients"]
    assert guarded.rounding == guarded.misprints
    # 8 events in the first period and 17 in the extension make up the 25 of the overall period.
    added = by_claim["t1.discontinuation.ivig_all.events"]
    assert (added.rounding, added.sums) == (0, added.misprints)
    # Nothing but its patients and its first period is printed beside the number of infusional events.
    lone = by_claim["t1.infusional.ivig_all.events"]
    assert lone.rounding == 0
    assert lone.sums < lone.misprints


def test_the_figure_says_how_much_is_noticed(ledger):
    rows = detection_rows(ledger, store.stored().noticed)
    drawn = detections("noticed", "Misprints", ("by rounding", "by sums"), rows)
    assert "Table 2: numbers of patients: 100% noticed" in drawn.alt
    assert drawn.data is not None
    for row in drawn.data.rows:
        tried, first, second, left = (int(cell.text) for cell in row.cells[1:])
        assert tried == first + second + left


def test_only_all_is_a_hundred_percent():
    assert Detection("", 1, 1000, 990, 9).noticed == "99"
    assert Detection("", 1, 1000, 990, 10).noticed == "100"
    assert Detection("", 1, 3, 1, 1).noticed == "67"
