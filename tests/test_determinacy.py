"""How far the article fixes each number of ours: the reasoning, by brute force and by hand."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from statistics import median

import pytest

from proderm import bounds
from proderm.claims import BOUNDS, LEDGER
from proderm.columns import ALL, IVIG_ALL, IVIG_ARM, IVIG_EXT, IVIG_P1, PLACEBO_ARM, PLACEBO_P1
from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import (
    DISCONTINUATION,
    INFUSIONAL,
    INTENSITIES,
    RELATED,
    RELATED_INTENSITIES,
    SERIOUS,
    TEAE,
    TEE,
    UNRELATED,
)
from proderm.estimands.families import Category, events, patients, percent
from proderm.evidence import evidence, solved
from proderm.pages import Page, study, verdicts, with_ends
from safetybook.claims import Outcome, read_ledger
from safetybook.determinacy import (
    PUBLISHED,
    Determinacy,
    Standing,
    bounded,
    combined,
    determined,
    illustrative,
)
from safetybook.estimands import Count, Ratio, Share, Unit, Where, except_where, where
from safetybook.results import compute
from safetybook.row_counts import Span, rows
from safetybook.row_counts import patients as patients_range
from safetybook.standings import Bound, Evidence, Standings
from safetybook.value_counts import Known, median_ends

# Standings and their arithmetic


def test_a_standing_words_its_ends():
    assert bounded(42, 81, "").text() == "42 to 81"
    assert bounded(Fraction(2845, 1000), Fraction(2855, 1000), "").text(1) == "2.8 to 2.9"
    assert bounded(-1, 2, "").text() == "−1 to 2"
    assert illustrative().text() == ""


def test_equal_ends_determine_and_ends_that_print_alike_determine_the_text():
    assert bounded(7, 7, "x", proved=False) == determined("x", 7)
    near = bounded(Fraction(568, 100), Fraction(572, 100), "why")
    assert near.at(1).kind is Determinacy.DETERMINED
    assert near.at(2).kind is Determinacy.BOUNDED


def test_a_standing_that_says_too_little_is_refused():
    with pytest.raises(ValueError, match="two ends"):
        Standing(Determinacy.BOUNDED, Fraction(1))
    with pytest.raises(ValueError, match="wrong order"):
        bounded(2, 1, "")
    with pytest.raises(ValueError, match="reason"):
        determined("")


@pytest.mark.parametrize(("low", "high"), [(0, 0), (1, 4), (3, 3)])
def test_what_is_computed_lies_between_the_values_at_all_values_of_the_parts(low, high):
    whole = range(5, 9)
    found = combined(
        [bounded(low, high, ""), bounded(min(whole), max(whole), "")], lambda part, all_: 100 * part / all_
    )
    values = [Fraction(100 * part, all_) for part in range(low, high + 1) for all_ in whole]
    assert found.ends == (min(values), max(values))


def test_nothing_is_firmer_than_its_parts():
    assert combined([PUBLISHED, PUBLISHED]).kind is Determinacy.DETERMINED
    assert combined([PUBLISHED, illustrative()]).kind is Determinacy.ILLUSTRATIVE
    assert combined([bounded(1, 2, "")]).kind is Determinacy.ILLUSTRATIVE
    assert (
        combined([determined("x", 1), bounded(0, 1, "")], lambda a, b: a / b).kind is Determinacy.ILLUSTRATIVE
    )


def test_a_sentence_quotes_the_ends_of_a_bounded_number_and_marks_an_illustrative_one():
    assert with_ends("37", bounded(20, 52, "")) == "37 (bounded: 20 to 52)"
    assert with_ends("0 to 6", bounded(0, 6, "")) == "0 to 6"
    assert with_ends("41", illustrative()) == "41‡"
    assert with_ends("42", PUBLISHED) == with_ends("42", determined("x")) == "42"


# Counts of rows and of patients, against all data there could be

LEVELS = {"S": ("F", "M"), "R": ("y", "n")}
KINDS = [dict(zip(LEVELS, values, strict=True)) for values in product(*LEVELS.values())]


def meets(kind: dict[str, str], asked: Where) -> bool:
    return all(kind[name] in values for name, values in asked.allowed) and not any(
        kind[name] in values for name, values in asked.excluded
    )


def numbers(most: int) -> Iterator[tuple[int, ...]]:
    """How many rows there are of each kind, in every possible way."""
    return product(range(most + 1), repeat=len(KINDS))


def total(counts: tuple[int, ...], asked: Where) -> int:
    return sum(number for number, kind in zip(counts, KINDS, strict=True) if meets(kind, asked))


@pytest.mark.parametrize(
    "known",
    [
        {where(): 5, where(S="F"): 3, where(R="y"): 4},
        {where(): 4, where(S="F"): 4},
        {where(S="F"): 2, where(S="F", R="y"): 1, where(R="y"): 4},
        {where(): 6, except_where(S="F"): 1, where(R=("y", "n"), S="F"): 5},
    ],
)
@pytest.mark.parametrize(
    "asked", [where(S="M"), where(S="F", R="y"), where(S="M", R="n"), except_where(R="y"), where()]
)
def test_the_range_of_a_count_of_rows_is_that_of_all_data(known, asked):
    possible = {
        total(counts, asked)
        for counts in numbers(6)
        if all(total(counts, other) == number for other, number in known.items())
    }
    found = rows(asked, known, LEVELS)
    assert found.low == min(possible)
    # Rows of which nothing is said can be any number, here at most six of each kind.
    assert found.high == max(possible) or (found.high is None and max(possible) >= 6)


def test_a_value_that_no_filter_names_is_possible_unless_the_levels_are_known():
    known = {where(): 10, where(S="F"): 4}
    assert rows(where(S="M"), known, {}) == Span(0, 6)
    assert rows(where(S="M"), known, LEVELS) == Span(6, 6)


def test_counts_that_cannot_hold_together_are_an_error():
    with pytest.raises(ValueError, match="cannot hold together"):
        rows(where(S="F"), {where(): 1, where(S="F"): 2}, LEVELS)


def test_another_variable_can_narrow_a_range():
    """All women are related, and there are as many women as related rows: no man is."""
    known = {where(): 9, where(S="F"): 4, where(R="y"): 4, where(S="F", R="y"): 4}
    assert rows(where(R="y", S="M"), known, LEVELS) == Span(0, 0)
    known = {where(): 9, where(S="F", R="y"): 1, where(S="F", R="n"): 2}
    assert rows(where(S="M"), known, LEVELS) == Span(6, 6)


def test_the_range_of_a_count_of_patients_holds_in_all_data():
    """Three patients, each with any set of kinds of rows; published: with any row, and with rows of F."""
    sets = list(product((False, True), repeat=len(KINDS)))
    asked = [where(S="M"), where(S="F", R="y"), where(R="n"), where(S="M", R="y")]

    def count(people, condition: Where) -> int:
        return sum(
            any(has and meets(kind, condition) for has, kind in zip(own, KINDS, strict=True))
            for own in people
        )

    for people in product(sets, repeat=3):
        known = {condition: count(people, condition) for condition in (where(), where(S="F"))}
        for condition in asked:
            found = patients_range(condition, known, {where(): 3}, Span(), LEVELS)
            assert found.low <= count(people, condition) <= (3 if found.high is None else found.high)
        least = patients_range(where(S="M"), known, {where(): 3}, Span(), LEVELS).low
        assert least == known[where()] - known[where(S="F")]


def test_somebody_has_an_event_if_there_is_one():
    assert patients_range(where(S="M"), {}, {where(): 5}, Span(1, 3), LEVELS) == Span(1, 3)


def test_the_ends_of_a_median_are_those_of_all_values():
    possible = {
        median(values) for values in product(range(1, 6), repeat=3) if sum(values) == 11 and max(values) == 5
    }
    known = (Known(lambda value: value, 11, 11), Known(lambda value: value == 5, 1, 3))
    assert median_ends(range(1, 6), known, 3) == (min(possible), max(possible))
    with pytest.raises(ValueError, match="between two"):
        median_ends(range(3), (), 4)
    with pytest.raises(ValueError, match="agree"):
        median_ends(range(3), (Known(lambda value: value, 9, 9),), 3)


# Estimands by hand

ANYBODY = Count("n", "All", "adsl", where(), Unit.PATIENTS)
WOMEN = Count("w", "Women", "adsl", where(SEX="F"), Unit.PATIENTS)
SHARE = Share("w.percent", "Women (%)", WOMEN, ANYBODY)


def test_a_printed_percentage_gives_the_count_or_the_whole():
    by_whole = Standings([(ANYBODY, "45"), (SHARE, "71.1")], Evidence())
    assert by_whole.of(WOMEN).ends == (32, 32)
    assert by_whole.of(WOMEN).kind is Determinacy.DETERMINED
    by_part = Standings([(WOMEN, "27"), (SHARE, "71.1")], Evidence())
    assert by_part.of(ANYBODY).ends == (38, 38)
    # 28.5 to 29.5 % of 700 are 199.5 to 206.5 patients.
    assert Standings([(ANYBODY, "700"), (SHARE, "29")], Evidence()).of(WOMEN).text() == "200 to 206"


def test_the_same_count_under_another_name_is_as_printed():
    again = Count(
        "females", "Females", "adsl", where() & where(SEX=("F", "M")) & where(SEX="F"), Unit.PATIENTS
    )
    assert Standings([(WOMEN, "27")], Evidence()).of(again).kind is Determinacy.PUBLISHED


def test_a_share_of_a_bounded_count_is_bounded():
    found = Standings([(ANYBODY, "40")], Evidence(bounds={"w": Bound(10, 20, True)}))
    assert found.of(SHARE).text(1) == "25.0 to 50.0"
    assert found.of(Ratio("r", "r", WOMEN, ANYBODY)).text(2) == "0.25 to 0.50"
    assert found.of(WOMEN).proved


def test_solved_bounds_win_over_what_is_open_and_narrow_what_is_reasoned():
    open_ = Count("x", "x", "adae", where(TRTA="IVIg"), Unit.PATIENTS)
    assert Standings([], Evidence()).of(open_).kind is Determinacy.ILLUSTRATIVE
    assert Standings([], Evidence(bounds={"x": Bound(3, 5, True)})).of(open_).text() == "3 to 5"
    narrower = Standings([(ANYBODY, "40")], Evidence(bounds={"w": Bound(0, 99, True)}))
    assert narrower.of(WOMEN).text() == "0 to 40"


@pytest.mark.parametrize(("reached", "proved"), [(81, True), (80, False)])
def test_a_stored_bound_is_found_by_the_id_of_its_estimand(tmp_path, reached, proved):
    store = tmp_path / "bounds.json"
    low, high = bounds.End(42, 42, "one"), bounds.End(81, reached, "another")
    bounds.write([bounds.Bound("teae.ivig_ext.patients", low, high)], store)
    ledger = read_ledger(LEDGER)
    printed = [(CATALOGUE[claim.estimand], claim.value) for claim in ledger if claim.location == "Table 1"]
    found = Standings(printed, evidence(ledger, CONTRADICTIONS, store)).of(patients(TEAE, IVIG_EXT))
    assert (found.text(), found.proved, found.kind) == ("42 to 81", proved, Determinacy.BOUNDED)


def test_while_no_bounds_are_stored_none_are_known(tmp_path):
    assert solved(tmp_path / "bounds.json") == {}


def fixed(estimand) -> Standing:
    return verdicts().standing(estimand)


@pytest.mark.parametrize(
    ("estimand", "number"),
    [
        # Overall less first period, Tables 1 and 2.
        (events(TEAE, IVIG_EXT), 545 - 196),
        (events(RELATED, IVIG_EXT), 282 - 113),
        (events(INFUSIONAL, IVIG_EXT), 351 - 139),
        (events(SERIOUS, IVIG_EXT), 22 - 5),
        (events(TEE, IVIG_EXT), 8 - 2),
        (events(INTENSITIES[0], IVIG_EXT), 405 - 142),
        # All less the related ones.
        (events(UNRELATED, IVIG_ALL), 545 - 282),
        (events(UNRELATED, IVIG_EXT), 545 - 282 - (196 - 113)),
        (events(UNRELATED & INTENSITIES[2], IVIG_ALL), 22 - 9),
        # Table 4.
        (events(RELATED_INTENSITIES[0] & SERIOUS, IVIG_ALL), 1),
        (events(RELATED_INTENSITIES[2] & SERIOUS, IVIG_ALL), 4),
        # A percentage that one number alone gives: 88.4 % of 95, 6.3 % of 95.
        (CATALOGUE["glucocorticoids.all.patients"], 84),
        (CATALOGUE["premedication_analgesics.ivig_all.patients"], 6),
        # The sum of Table 6's columns.
        (Count("white", "White", "adsl", where(RACE="WHITE"), Unit.PATIENTS), 81 + 6),
        # Ages 67, 79, 62, 70, 67 and 6 x 69.0 less their sum.
        (CATALOGUE["age.tee.median"], median([67, 79, 62, 70, 67, 69])),
        # 16 factors less those that Table 5 lists for five of the six.
        (CATALOGUE["factors_2.tee.patients"], 1),
        (CATALOGUE["factors_3.tee.patients"], 3),
        (CATALOGUE["risk.fold.maximum"], Fraction(89, 6)),
        (CATALOGUE["factors.fold"], Fraction(16 * 89, 6 * 51)),
        (CATALOGUE["related_cycle_days_up_to_2.ivig_all.percent"], Fraction(4200, 76)),
        (CATALOGUE["cycle_days.ivig.median"], 2),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_a_number_that_is_not_printed_is_determined(estimand, number):
    standing = fixed(estimand)
    assert standing.kind is Determinacy.DETERMINED
    assert standing.why
    assert standing.ends == (number, number)


@pytest.mark.parametrize(
    ("estimand", "widest"),
    [
        # Those who had none in the first period but had one overall; at most all who had one.
        (patients(TEAE, IVIG_EXT), (84 - 42, 84)),
        (patients(RELATED, IVIG_EXT), (62 - 30, 62)),
        (patients(UNRELATED, IVIG_ALL), (84 - 62, 84)),
        (patients(SERIOUS, IVIG_EXT), (14 - 3, 14)),
        # 71 women, of whom at most 48 are in the other arm.
        (Count("f", "f", "adsl", where(SEX="F") & IVIG_ARM.where, Unit.PATIENTS), (71 - 48, 47)),
        (Count("m", "m", "adsl", where(SEX="M") & PLACEBO_ARM.where, Unit.PATIENTS), (0, 24)),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_a_number_that_is_not_printed_is_bounded(estimand, widest):
    low, high = fixed(estimand).ends
    assert widest[0] <= low <= high <= widest[1]
    assert fixed(estimand).kind is Determinacy.BOUNDED


def test_the_median_age_without_an_event_by_hand():
    """At most 41 of the 89 are older than 52, because six older patients have a TEE and 52 is the median of
    the 95. With 41 aged 77 and three aged 52, 44 x 28 + 22 years for the others are too few for the mean, and
    44 x 29 + 22 are enough.
    """
    rest = 41 * 77 + 3 * 52 + 22
    assert Fraction(44 * 28 + rest, 89) < Fraction("51.55") <= Fraction(44 * 29 + rest, 89)
    assert fixed(CATALOGUE["age.no_tee.median"]).text() == "29 to 52"


def test_what_only_tables_by_patient_would_tell_is_illustrative():
    found = fixed(CATALOGUE["p7.disease_activity"])
    assert found.kind is Determinacy.ILLUSTRATIVE
    assert found.why


def test_contradicted_claims_say_how_far_our_own_value_is_fixed():
    kinds = {
        verdict.claim.claim_id: verdict.determinacy
        for verdict in verdicts().with_outcome(Outcome.CONTRADICTED)
    }
    assert [name for name, kind in kinds.items() if kind == "illustrative"] == ["t5.p7.disease_activity"]
    assert [name for name, kind in kinds.items() if kind == "bounded"] == ["tee.age.no_tee.median"]
    assert all(kinds.values())


def test_a_page_shows_no_number_without_a_standing():
    page = Page()
    with pytest.raises(TypeError, match="standing"):
        page.glue("x", "37")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="x needs a label: it is illustrative"):
        page.glue("x", "37", illustrative())


def test_a_count_under_the_id_of_another_has_not_its_standing():
    page = Page()
    severe = Category("severe", "Severe TEAEs", where(AESEV=("MODERATE", "SEVERE")))
    for show in (page.glue_results, page.standing, lambda count: page.cell("{}", count)):
        for count in (patients(severe, IVIG_ALL), percent(severe, IVIG_ALL), events(severe, IVIG_ALL)):
            with pytest.raises(ValueError, match=rf"{count.id} is already the id of .* counts otherwise"):
                show(count)
    same = replace(patients(INTENSITIES[-1], IVIG_ALL), label="In other words")
    assert page.standing(same).kind is Determinacy.PUBLISHED


def test_nothing_follows_from_what_is_not_fixed():
    page = Page()
    whole, part = events(TEAE, IVIG_ALL), events(TEAE, IVIG_P1)
    assert page.follows(whole, part).kind is Determinacy.DETERMINED
    with pytest.raises(ValueError, match="TEAEs, IVIg, extension period: patients"):
        page.follows(whole, patients(TEAE, IVIG_EXT))


KINDS_OF_EVENT = (TEAE, RELATED, UNRELATED, INFUSIONAL, SERIOUS, DISCONTINUATION, TEE, *INTENSITIES)


def test_every_number_of_the_data_lies_between_its_ends():
    """The data agree with all claims, so that no end may exclude what they hold."""
    made = [
        make(kind, column)
        for kind in KINDS_OF_EVENT
        for column in (IVIG_P1, IVIG_EXT, IVIG_ALL, PLACEBO_P1)
        for make in (patients, events, percent)
    ]
    outside = []
    for estimand in (*CATALOGUE.values(), *made, ALL.at_risk, IVIG_EXT.at_risk):
        ends, value = fixed(estimand).ends, compute(study(), estimand).value
        if ends and isinstance(value, Fraction) and not ends[0] <= value <= ends[1]:
            outside.append(f"{estimand.id}: {value} is not {fixed(estimand)}")
    assert outside == []


def test_an_argument_that_no_longer_holds_says_nothing():
    """With another number of serious related events, Table 4 would not list them all."""
    ledger = [
        replace(claim, value="8") if claim.estimand == "related_serious.ivig_all.events" else claim
        for claim in read_ledger(LEDGER)
    ]
    reasons = evidence(ledger, CONTRADICTIONS, BOUNDS).reasons
    assert "related_mild_serious.ivig_all.events" not in reasons
    assert "age.tee.median" in reasons
