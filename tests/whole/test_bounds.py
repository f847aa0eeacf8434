"""What the article leaves open: proved ends, the data sets that reach them, and the book's own data."""

import hashlib
import random
from dataclasses import replace

import pytest

from proderm import bounds, witnesses
from proderm import study as proderm
from proderm.bounds import Bound, End
from proderm.claims import BOUNDS, LEDGER
from proderm.questions import families
from proderm.verification import verified
from proderm.witnesses import BOOK, FOLDER, Target, Witness, merged, targets
from safetybook import archives
from safetybook.claims import read_ledger
from safetybook.ranges import Range, ranges, table
from safetybook.stored_answers import StaleAnswersError

STORED = bounds.stored()
ENDS = [end for bound in STORED for end in (bound.low, bound.high)]


@pytest.fixture(scope="module")
def answers() -> dict[str, Range]:
    return {row.label: row for row in bounds.answers(proderm.load())}


# What is stored ---------------------------------------------------------------------------------------


def test_there_are_many_questions_and_each_has_an_answer():
    assert [bound.id for bound in STORED] == [question.estimand.id for question in bounds.questions()]
    assert len({bound.id for bound in STORED}) == len(STORED) >= 40


@pytest.mark.parametrize("name", ["onset", "headache", "fever", "nausea", "vomiting", "arms", "burden"])
def test_the_stored_ends_are_those_of_the_programme(name):
    (family,) = (family for family in families(read_ledger(LEDGER)) if family.name == name)
    assert family.outer(bounds.ledgers()) == {
        bound.id: (bound.low.value, bound.high.value)
        for bound in STORED
        if bound.id in {question.estimand.id for question in family.questions}
    }


@pytest.mark.parametrize("name", ["intensity", "seriousness"])
def test_a_draw_of_the_stored_ends_of_the_larger_programmes(name):
    (family,) = (family for family in families(read_ledger(LEDGER)) if family.name == name)
    draw = random.Random(hashlib.sha256(BOUNDS.read_bytes()).digest())
    asked = replace(family, questions=tuple(draw.sample(family.questions, 4)))
    for name, ends in asked.outer(bounds.ledgers()).items():
        bound = bounds.by_id()[name]
        assert ends == (bound.low.value, bound.high.value), name


def test_answers_to_another_ledger_are_refused(tmp_path):
    stale = tmp_path / "bounds.json"
    stale.write_text(BOUNDS.read_text().replace("sha256:", "sha256:0"))
    with pytest.raises(StaleAnswersError, match="run make bounds"):
        bounds.stored(stale)


def test_many_bounds_are_certified_at_both_ends_and_no_data_set_passes_an_end():
    assert sum(bound.low.certified and bound.high.certified for bound in STORED) >= 40
    assert sum(end.certified for end in ENDS) >= len(ENDS) / 2
    for bound in STORED:
        assert bound.low.value <= bound.low.reached <= bound.high.reached <= bound.high.value, bound.id


def test_the_folder_holds_the_witnesses_that_the_ends_name_and_no_more():
    named = {f"{end.witness}{archives.SUFFIX}" for end in ENDS if end.witness != BOOK}
    assert {path.name for path in FOLDER.iterdir()} == named


def test_witnesses_agree_with_the_article_and_reach_the_ends_that_they_certify():
    draw = random.Random(hashlib.sha256(BOUNDS.read_bytes()).digest())
    for path in draw.sample(sorted(FOLDER.iterdir()), 3):
        name = path.name.removesuffix(archives.SUFFIX)
        values = witnesses.values(verified(archives.read(path), name))
        for bound in STORED:
            for end in (bound.low, bound.high):
                if end.witness == name:
                    assert values[bound.id] == end.reached, (name, bound.id)


# How they are put together ----------------------------------------------------------------------------


@pytest.fixture
def two_questions(monkeypatch):
    asked = bounds.questions()[:2]
    monkeypatch.setattr(bounds, "questions", lambda: asked)
    return [question.estimand.id for question in asked]


def test_ends_that_the_book_reaches_need_no_witness(two_questions):
    one, two = two_questions
    found = targets({one: (3, 3), two: (1, 5)}, {one: 3, two: 5})
    assert [(t.id, t.sign, t.value) for t in found] == [(two, 1, 1)]


def test_the_first_data_set_that_goes_farthest_is_named_and_the_others_go(two_questions):
    one, two = two_questions
    made = [
        Witness("book", {}, {one: 3, two: 4}),
        Witness("near", {}, {one: 3, two: 2}),
        Witness("idle", {}, {one: 3, two: 3}),
    ]
    found, used = merged({one: (3, 3), two: (1, 4)}, made)
    assert found[0] == Bound(one, End(3, 3, "book"), End(3, 3, "book"))
    assert found[1] == Bound(two, End(1, 2, "near"), End(4, 4, "book"))
    assert [witness.name for witness in used] == ["book", "near"]
    assert not found[1].low.certified


def test_a_target_names_its_question():
    question = bounds.questions()[0]
    assert Target(question, 1, 42).id == question.estimand.id


# What they say ----------------------------------------------------------------------------------------


def test_the_reconstruction_lies_within_every_range(answers):
    assert [row.label for row in answers.values() if not row.low <= row.example <= row.high] == []


def test_every_question_has_a_topic():
    assert {bounds.topic(question.estimand.id) for question in bounds.questions()} == set(bounds.TOPICS)


def test_patients_with_an_event_but_no_related_one_are_determined(answers):
    # 84 patients had a TEAE and 62 a related one: 22 had none that was related.
    row = answers["TEAEs, none related, IVIg, overall"]
    assert (row.low, row.high, row.determined) == (22, 22, True)


def test_who_had_a_first_event_must_have_had_it_in_the_extension(answers):
    # 84 overall less 42 in the first period leaves 42 who can only have had theirs in the extension; of
    # the 42 of the first period at most 39 can have another, because patient 1 and the two with an
    # unrelated event that ended treatment never entered it.
    row = answers["TEAEs in the extension"]
    assert (row.low, row.high) == (42, 81)
    both = answers["TEAEs, on IVIg in both periods"]
    assert (both.low, both.high) == (0, 39)
    assert answers["TEAEs in the extension and not before on IVIg"].text == "42"


def test_severe_events_in_the_extension(answers):
    # 10 patients overall, 4 in the first period: at least 6. Patient 1 cannot have had another, so at most 9.
    row = answers["Severe TEAEs in the extension"]
    assert (row.low, row.high) == (6, 9)


def test_the_lists_of_tables_4_and_7_fix_counts(answers):
    # Table 4: patient 1 in the first period, patients 2 to 7 in the extension.
    assert answers["Related serious TEAEs, IVIg, first period"].text == "1"
    assert answers["Related serious TEAEs in the extension"].text == "6"
    # Patients 1 to 4 stand in both tables, and 13 patients stopped treatment: 4 to 13.
    row = answers["Serious and treatment-ending TEAEs, IVIg, overall"]
    assert (row.low, row.high) == (4, 13)


def test_events_per_patient(answers):
    # 196 TEAEs of 42 patients: one of them has at least five. Mild, moderate and severe ones were in 39, 20
    # and 4 patients: 63 entries for 42 patients, so 21 beyond the first of each. Only the 4 with a severe one
    # can have two more, so at least 17 patients have several; and all 42 can.
    most = answers["TEAEs, IVIg, first period: most events of one patient"]
    assert most.low == 5
    several = answers["2 or more TEAEs, IVIg, first period"]
    assert (several.low, several.high) == (17, 42)


def test_the_worst_intensity_on_placebo_is_determined(answers):
    # No severe TEAE on placebo: 28 patients with a TEAE, 10 of them moderate, so 18 with mild ones only.
    assert answers["Worst TEAE moderate, placebo"].text == "10"
    assert answers["Worst TEAE mild, placebo"].text == "18"


def test_the_figure_says_its_numbers_in_words(answers):
    rows = [row for row in answers.values() if row.among is not None]
    drawn = ranges("open", "Patients", rows)
    assert "TEAEs in the extension: 42 to 81 of 91" in drawn.alt
    assert drawn.data is not None
    assert len(drawn.data.rows) == len(rows)


def test_the_figure_tells_how_far_other_data_sets_differ_where_the_claims_leave_it_open(answers):
    extension, none_related = (
        answers[label] for label in ("TEAEs in the extension", "TEAEs, none related, IVIg, overall")
    )
    others = {extension.label: (70, extension.example, 75), none_related.label: (22, 22)}
    drawn = ranges("open", "Patients", [extension, none_related], others)
    assert f"here {extension.example}, in all data sets made 70 to {max(75, extension.example)};" in drawn.alt
    assert drawn.alt.endswith(f"here {none_related.example}.")


def test_an_open_end_is_told_with_the_farthest_value_reached():
    row = Range("Severe", 6, 9, 6, 7, 91, 6)
    assert row.certified == (True, False)
    assert (row.text, row.marked) == ("6 to 9", "6 to 9°")
    (cells,) = (cells for cells in table("Bounds", [row]).rows)
    assert "least; 6 to 7" in str(cells)


def test_a_number_of_events_has_no_place_among_patients():
    with pytest.raises(ValueError, match="scale of patients"):
        ranges("open", "Patients", [Range("Events", 6, 9, 6, 9, None, 6)])


# Conflicts of Tables 1 and 2 --------------------------------------------------------------------------


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
        ("t2.mild.ivig_all.events", "404", {"t2.mild.ivig_all.events"}),
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
