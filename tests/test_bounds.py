"""What Tables 1 and 2 leave open, and the reconstruction as one of the possible answers."""

from dataclasses import replace

import pytest

from proderm import bounds
from proderm import study as proderm
from proderm.claims import LEDGER
from safetybook.claims import read_ledger
from safetybook.ranges import Range, ranges


@pytest.fixture(scope="module")
def answers() -> dict[str, Range]:
    return {row.label: row for row in bounds.answers(proderm.load())}


def test_make_bounds_gives_the_stored_answers():
    assert bounds.solve(read_ledger(LEDGER)) == bounds.stored()


def test_answers_to_another_ledger_are_refused(tmp_path):
    stale = tmp_path / "bounds.json"
    stale.write_text(bounds.STORE.read_text().replace("sha256:", "sha256:0"))
    with pytest.raises(ValueError, match="run make bounds"):
        bounds.stored(stale)


def test_the_reconstruction_lies_within_every_range(answers):
    assert [row.label for row in answers.values() if not row.low <= row.example <= row.high] == []


def test_both_ends_of_every_range_are_proved(answers):
    assert all(row.proved for row in answers.values())


def test_patients_with_an_event_but_no_related_one_are_determined(answers):
    # 84 patients had a TEAE and 62 a related one: 22 had none that was related.
    row = answers["TEAEs, but none related, overall"]
    assert (row.low, row.high, row.determined) == (22, 22, True)


def test_who_had_a_first_event_must_have_had_it_in_the_extension(answers):
    # 84 overall less 42 in the first period leaves 42 who can only have had theirs in the extension; of
    # the 42 of the first period at most 39 can have another, because patient 1 and the two with an
    # unrelated event that ended treatment never entered it.
    row = answers["Any TEAE in the extension"]
    assert (row.low, row.high) == (42, 81)
    both = answers["TEAEs in both periods on IVIg"]
    assert (both.low, both.high) == (0, 39)


def test_severe_events_in_the_extension(answers):
    # 10 patients overall, 4 in the first period: at least 6. Patient 1 cannot have had another, so at most 9.
    row = answers["A severe TEAE in the extension"]
    assert (row.low, row.high) == (6, 9)


NONE_RELATED = "TEAEs, but none related, overall"


def test_the_figure_says_its_numbers_in_words(answers):
    drawn = ranges("open", "Patients", list(answers.values()))
    assert "Any TEAE in the extension: 42 to 81 of 91" in drawn.alt
    assert drawn.data is not None
    assert len(drawn.data.rows) == len(answers)


def test_the_figure_tells_how_far_other_data_sets_differ_where_the_claims_leave_it_open(answers):
    extension, none_related = (answers[label] for label in ("Any TEAE in the extension", NONE_RELATED))
    others = {extension.label: (70, extension.example, 75), none_related.label: (22, 22)}
    drawn = ranges("open", "Patients", [extension, none_related], others)
    assert f"here {extension.example}, in all data sets made 70 to {max(75, extension.example)};" in drawn.alt
    assert drawn.alt.endswith(f"here {none_related.example}.")


def test_tables_1_and_2_do_not_contradict_themselves():
    assert bounds.programme(read_ledger(LEDGER)).conflict() is None


@pytest.mark.parametrize(
    ("claim_id", "wrong", "expected"),
    [
        # 42 patients cannot have an event if 12 have a mild, 20 a moderate and 4 a severe one.
        ("t2.mild.ivig_p1.patients", "12", {"t2.mild.ivig_p1.patients"}),
        # 45 patients with a related event are more than the 42 with any (and than 28 + 13 + 2 by intensity).
        ("t1.related.ivig_p1.patients", "45", {"t1.related.ivig_p1.patients"}),
        # 404 mild, 118 moderate and 22 severe events are not 545.
        ("t2.mild.ivig_all.events", "404", {"t2.mild.ivig_all.events", "t1.teae.ivig_all.events"}),
        # 27 events cannot be spread over 28 patients.
        ("t1.teae.placebo_p1.events", "27", {"t1.teae.placebo_p1.events"}),
    ],
)
def test_a_seeded_misprint_is_found_with_what_it_contradicts(claim_id, wrong, expected):
    ledger = [replace(c, value=wrong) if c.claim_id == claim_id else c for c in read_ledger(LEDGER)]
    conflict = bounds.programme(ledger).conflict()
    assert conflict is not None
    named = {claim.id for claim in conflict}
    assert expected <= named
    assert len(named) <= 4
