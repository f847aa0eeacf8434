"""What rounding allows, against every sample and every fraction of small numbers."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, product
from statistics import median

import pytest

from safetybook.claims import Claim
from safetybook.estimands import Catalogue, Count, Function, Ratio, Share, Summary, Unit, where
from safetybook.granularity import Formula, Knowledge, RateEstimands, RuleKind, Rules, minimal
from safetybook.rounding import half_up, percent
from safetybook.samples import Sample

PATIENTS = Count("women", "Women", "adsl", where(SEX="F"), Unit.PATIENTS)
EVERYONE = Count("all", "All", "adsl", where(), Unit.PATIENTS)
CATALOGUE = Catalogue(
    [
        PATIENTS,
        EVERYONE,
        Count("screened", "Screened", "adsl", where(SCREENED="Y"), Unit.PATIENTS),
        Share("women.percent", "Women (%)", PATIENTS, EVERYONE),
        Ratio("women.ratio", "Women per patient", PATIENTS, EVERYONE),
        Summary("age.mean", "Mean age", "adsl", where(), "AGE", Function.MEAN),
        Summary("age.median", "Median age", "adsl", where(), "AGE", Function.MEDIAN),
        Summary("age.maximum", "Highest age", "adsl", where(), "AGE", Function.MAXIMUM),
        Count("rate", "Rate", "adae", where(), Unit.ROWS),
        Count("low", "Lower limit", "adae", where(AESER="Y"), Unit.ROWS),
        Count("high", "Upper limit", "adae", where(AESER="N"), Unit.ROWS),
        Count("events", "Events", "adae", where(AESER=("Y", "N")), Unit.ROWS),
    ]
)
SUMMARIES = (Function.MINIMUM, Function.MEDIAN, Function.MEAN, Function.MAXIMUM)
WHOLE = Knowledge({"AGE": Fraction(1)}, one_per_patient=frozenset({"adsl"}))


def claims(*printed: tuple[str, str]) -> list[Claim]:
    """Claims with the estimand's name and a number: ``women/1``."""
    return [
        Claim(f"{estimand}/{place}", "Table 1", value, value, "value", "", estimand, "")
        for place, (estimand, value) in enumerate(printed)
    ]


def conflicts(ledger: list[Claim], knowledge: Knowledge = WHOLE) -> list[tuple[str, ...]]:
    printed = {claim.claim_id: claim.value for claim in ledger}
    found = (rule.conflict(printed) for rule in Rules(ledger, CATALOGUE, knowledge))
    return [claims for claims in found if claims]


def samples(size: int, largest: int = 5) -> Iterator[tuple[int, ...]]:
    return combinations_with_replacement(range(largest + 1), size)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_a_sample_is_possible_if_and_only_if_one_exists(size):
    """Every median and mean with one decimal, of whole numbers from 1 to 3 or to 4."""
    existing = {
        (min(s), half_up(Fraction(median(map(Fraction, s))), 1), half_up(Fraction(sum(s), size), 1), max(s))
        for s in samples(size)
    }
    for least, most, halves, mean in product((1,), (3, 4), range(11), range(8, 43)):
        texts = (half_up(Fraction(halves, 2), 1), half_up(Fraction(mean, 10), 1))
        told = zip(SUMMARIES, (str(least), *texts, str(most)), strict=True)
        assert Sample(size, Fraction(1)).possible(told) == ((least, *texts, most) in existing), texts


def test_the_mean_of_few_whole_numbers_skips_values():
    # GRIM: of 6 whole numbers a mean of 69.1 cannot be, of 89 every mean with one decimal can.
    assert not Sample(6, Fraction(1)).possible([(Function.MEAN, "69.1")])
    assert Sample(6, Fraction(1)).possible([(Function.MEAN, "69.2")])
    assert all(Sample(89, Fraction(1)).possible([(Function.MEAN, f"51.{digit}")]) for digit in range(10))


def test_a_median_of_whole_numbers_is_whole_or_a_half():
    assert not Sample(None, Fraction(1)).possible([(Function.MEDIAN, "2.4")])
    assert Sample(None, Fraction(1)).possible([(Function.MEDIAN, "2.5")])
    assert not Sample(5, Fraction(1)).possible([(Function.MEDIAN, "2.5")])
    assert Sample(None, None).possible([(Function.MEDIAN, "2.4")])


def test_a_median_lies_within_its_range():
    told = [(Function.MINIMUM, "1.0"), (Function.MEDIAN, "0.9"), (Function.MAXIMUM, "3.0")]
    assert not Sample(None, None).possible(told)
    assert Sample(None, None).possible([(Function.MINIMUM, "1"), *told[1:]])


@pytest.mark.parametrize("whole", [1, 7, 13])
def test_a_percentage_is_refused_if_and_only_if_no_count_gives_it(whole):
    possible = {percent(part, whole) for part in range(whole + 1)}
    for tenths in range(0, 1001, 3):
        text = half_up(Fraction(tenths, 10), 1)
        found = conflicts(claims(("women.percent", text), ("all", str(whole))))
        assert (not found) == (text in possible), text


def test_a_conflict_leaves_out_what_it_does_not_need():
    # No 7 patients give 50.0 %, whatever their women.
    found = conflicts(claims(("women.percent", "50.0"), ("women", "3"), ("all", "7")))
    assert ("women.percent/0", "all/2") in found
    # 3 are 57.1 % of no number of patients, 4 are 57.1 % of 7.
    found = conflicts(claims(("women.percent", "57.1"), ("women", "3"), ("all", "7")))
    assert found == [("women.percent/0", "women/1")]
    # 4 of 8 are 50.0 %, and 3 of 6 are: here both counts are needed.
    found = conflicts(claims(("women.percent", "50.0"), ("women", "3"), ("all", "8")))
    assert found == [("women.percent/0", "women/1", "all/2")]


def test_a_percentage_alone_is_impossible_only_among_so_many():
    # 53 of 97 patients are 54.6 %, and no share of 95 or fewer.
    assert conflicts(claims(("women.percent", "54.6"), ("all", "97"))) == []
    men = Count("men", "Men", "adsl", where(SEX="M"), Unit.PATIENTS)
    catalogue = Catalogue([EVERYONE, Share("other", "Women per man (%)", PATIENTS, men)])
    ledger = claims(("other", "54.6"), ("all", "95"))
    printed = {claim.claim_id: claim.value for claim in ledger}
    (rule,) = Rules(ledger, catalogue, WHOLE)
    assert rule.conflict(printed) == ("other/0", "all/1")
    assert rule.holds(printed | {"all/1": "97"})


def test_more_women_than_patients_need_no_percentage():
    screened = ("screened", "100")
    found = conflicts(claims(("women.percent", "50.0"), ("women", "9"), ("all", "8"), screened))
    assert found == [("women/1", "all/2")]


def test_a_percentage_takes_the_counts_of_its_own_table():
    elsewhere = [Claim("other", "Table 2", "4", "4", "patients", "", "women", "")]
    ledger = [*elsewhere, *claims(("women.percent", "42.9"), ("women", "3"), ("all", "7"))]
    assert conflicts(ledger) == [("women/1", "other")]


def test_numbers_printed_twice_agree_as_far_as_they_are_precise():
    assert conflicts(claims(("age.maximum", "79"), ("age.maximum", "79.0"))) == []
    assert conflicts(claims(("age.maximum", "79"), ("age.maximum", "80.0")))[0] == (
        "age.maximum/1",
        "age.maximum/0",
    )
    assert conflicts(claims(("women", "three"), ("women", "3"))) == []


def test_a_ratio_is_refused_if_no_free_count_gives_it():
    assert conflicts(claims(("women.ratio", "0.4"), ("women", "3"), ("all", "7"))) == []
    assert conflicts(claims(("women.ratio", "0.5"), ("women", "3"), ("all", "7"))) != []


def test_patients_are_no_number_of_events():
    # The mean of 2 whole numbers cannot be 51.3; the mean of the events of 2 patients can.
    ledger = claims(("age.mean", "51.3"), ("all", "2"))
    assert conflicts(ledger) == [("age.mean/0", "all/1")]
    assert conflicts(ledger, Knowledge({"AGE": Fraction(1)})) == []


def test_the_extreme_of_rounded_numbers_is_an_interval():
    formula = Formula(("age.median", "age.mean"), max, extreme=True)
    knowledge = Knowledge({}, {"age.maximum": formula})
    printed = (("age.median", "51.4"), ("age.mean", "52"))
    assert conflicts(claims(("age.maximum", "52.4"), *printed), knowledge) == []
    assert conflicts(claims(("age.maximum", "52.6"), *printed), knowledge) != []


def test_an_interval_belongs_to_a_whole_number_of_events():
    knowledge = Knowledge({}, rates=(RateEstimands("rate", "low", "high"),))
    # 4 events in 260 months: Garwood's limits of 4 are 1.09 and 10.24 events.
    right = (("rate", "1.54"), ("low", "0.42"), ("high", "3.94"), ("events", "20"))
    wrong = (("rate", "1.54"), ("low", "0.42"), ("high", "3.49"), ("events", "20"))
    assert conflicts(claims(*right), knowledge) == []
    assert conflicts(claims(*wrong), knowledge) == [("rate/0", "low/1", "high/2")]


def test_rules_say_what_they_judge():
    rules = Rules(claims(("women.percent", "42.9"), ("women", "3"), ("all", "7")), CATALOGUE, WHOLE)
    assert [rule.kind for rule in rules.touching("women/1")] == [RuleKind.PERCENTAGE]
    assert rules[0].judged == ("women.percent/0",)
    assert rules[0].beside == ("women/1", "all/2")
    assert len(rules) == 1


def test_a_minimal_set_needs_all_of_its_members():
    assert minimal("abcd", lambda kept: {"b", "d"} <= set(kept)) == ("b", "d")
