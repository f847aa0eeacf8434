"""Analysis results data: each result with its groups, its counts, its standing and its verdict."""

from fractions import Fraction

from safetybook.analysis_results import analysis_results
from safetybook.determinacy import PUBLISHED, bounded
from safetybook.estimands import (
    Count,
    Derived,
    Function,
    Ratio,
    Share,
    Statement,
    Summary,
    Unit,
    except_where,
    where,
)
from safetybook.reported import Reported
from safetybook.results import Result

GROUPINGS = ("TRTA", "APERIOD")
TEAES = Count("teaes", "TEAEs", "adae", where(TRTEMFL="Y", TRTA="IVIg", APERIOD=(1, 2)), Unit.PATIENTS)
AT_RISK = Count("at_risk", "At risk", "adex", where(TRTA="IVIg"), Unit.PATIENTS)
SHARE = Share("share", "TEAEs (%)", TEAES, AT_RISK, "any level")
EVENTS = Count("events", "Events", "adae", except_where(AESER="Y"), Unit.ROWS)
MEDIAN = Summary("median", "Median age", "adsl", where(), "AGE", Function.MEDIAN)
SENTENCE = Statement("sentence", "No patient died", lambda study: True)
TEXT = Derived("text", "First and last", lambda study: "7 / 8", "")
RATIO = Ratio("ratio", "Events per patient", EVENTS, TEAES)


def record(estimand, value, standing=PUBLISHED, verdicts=("reproduced",), decimals=None, **made):
    result = Result(estimand.id, estimand.label, "adae", made.pop("statistic", "patients"), value, **made)
    one = Reported(estimand, result, standing, "Table 1", decimals, verdicts)
    [found] = analysis_results([one], GROUPINGS)
    return found


def test_a_percentage_has_its_groups_and_both_counts():
    found = record(
        SHARE,
        Fraction(200, 3),
        decimals=2,
        statistic="percent",
        unit="%",
        rule="any level",
        numerator=2,
        denominator=3,
    )
    assert found == {
        "estimand": "share",
        "label": "TEAEs (%)",
        "dataset": "ADAE",
        "group1": "TRTA",
        "group1_level": "IVIg",
        "group2": "APERIOD",
        "group2_level": "1 or 2",
        "variable": "USUBJID",
        "subset": "TRTEMFL is Y",
        "stat_name": "percent",
        "stat_label": "Percentage",
        "stat": 200 / 3,
        "stat_fmt": "66.67",
        "unit": "%",
        "numerator": 2,
        "denominator": 3,
        "rule": "any level",
        "determinacy": "published",
        "low": None,
        "high": None,
        "verdict": "reproduced",
        "section": "Table 1",
    }


def test_what_there_is_not_is_none():
    found = record(EVENTS, Fraction(5), statistic="events", verdicts=())
    assert (found["group1"], found["group1_level"], found["variable"], found["verdict"]) == (None,) * 4
    assert (found["subset"], found["stat"], found["stat_label"]) == ("AESER is not Y", 5, "Number of records")
    median = record(MEDIAN, None, statistic="median")
    assert (median["stat"], median["stat_fmt"], median["variable"], median["subset"]) == (
        None,
        "–",
        "AGE",
        None,
    )
    assert median["dataset"] == "ADSL"


def test_a_bounded_number_has_its_ends_and_all_its_verdicts():
    found = record(TEAES, Fraction(4), bounded(1, Fraction(9, 2), "why"), ("reproduced", "contradicted"))
    assert (found["determinacy"], found["low"], found["high"]) == ("bounded", 1, 4.5)
    assert found["verdict"] == "reproduced; contradicted"


def test_texts_and_truths_have_their_form():
    text = record(TEXT, "7 / 8", statistic="derived")
    assert (text["stat"], text["stat_fmt"]) == (None, "7 / 8")
    truth = record(SENTENCE, True, statistic="statement")
    assert (truth["stat"], truth["stat_fmt"], truth["stat_label"]) == (1, "yes", "Statement")
    ratio = record(RATIO, Fraction(5, 2), statistic="ratio", numerator=Fraction(5), denominator=Fraction(2))
    assert (ratio["stat"], ratio["numerator"], ratio["subset"]) == (2.5, 5, None)
