"""The reporting event: every result is in it, every reference leads somewhere, and the standard is kept.

The whole event is held against the standard's rules as told in ``ars_rules.py``, which are stricter than
CDISC's own schema. Where that is at hand, too (environment variable PRODERM_ARS_SCHEMA, or
``../shared/cdisc/ars_ldm.schema.json`` beside the repository), the event is validated against both.
References, of which no schema can say whether they lead somewhere, are checked by themselves.
"""

import json
import os
from fractions import Fraction
from pathlib import Path

import pytest
from ars_rules import RULES
from jsonschema import Draft7Validator

from proderm.export import EVENT, NOT_PRINTED, reported
from proderm.pages import study, verdicts
from safetybook.claims import Outcome
from safetybook.determinacy import PUBLISHED, bounded
from safetybook.estimands import (
    Combination,
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
from safetybook.predicates import Has
from safetybook.reported import Event, Reported, parts
from safetybook.reporting_standard import reporting_event
from safetybook.results import Result

ROOT = Path(__file__).parents[1]
SCHEMA = Path(os.environ.get("PRODERM_ARS_SCHEMA", ROOT.parent / "shared" / "cdisc" / "ars_ldm.schema.json"))
STANDARDS = {"our rules": Draft7Validator(RULES)}
if SCHEMA.is_file():
    STANDARDS["the published schema"] = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

TEAES = Count("teaes", "TEAEs", "adae", where(TRTEMFL="Y", TRTA="IVIg", APERIOD=(1, 2)), Unit.PATIENTS)
AT_RISK = Count("at_risk", "At risk", "adex", where(TRTA="IVIg"), Unit.PATIENTS)
SHARE = Share("share", "TEAEs (%)", TEAES, AT_RISK, "any level")
EVENTS = Count("events", "Events", "adae", except_where(AESER=("Y", "U")), Unit.ROWS)
RATIO = Ratio("ratio", "Events per patient", EVENTS, TEAES)
MEDIAN = Summary("median", "Median duration", "adae", where(DOSEPGKG=1.0), "ADURN", Function.MEDIAN)


def no_event(study):
    """Days without
    an event.
    """


DERIVED = Derived("derived", "Days", no_event, "whole days")
BOTH = Combination("both", "Mild and severe", Has(where(AESEV="MILD")), where(TRTA="IVIg"))
SENTENCE = Statement("sentence", "No patient died", lambda study: True)
FRAME = Event(
    "trial",
    "A trial",
    "Invented data.",
    ("Safety", "adsl", where(SAFFL="Y")),
    {"TRTA": "Treatment", "APERIOD": "Period"},
)


def result(estimand, value) -> Reported:
    return Reported(
        estimand,
        Result(estimand.id, estimand.label, "adae", "percent", value),
        PUBLISHED if isinstance(estimand, Count) else bounded(1, 2, "a reason"),
        "Table 1" if isinstance(estimand, Count) else "Text",
        1,
        ("reproduced", "contradicted") if estimand is SHARE else (),
    )


@pytest.fixture(scope="module")
def small():
    values = {
        TEAES: Fraction(2), AT_RISK: Fraction(3), SHARE: Fraction(200, 3), EVENTS: Fraction(5),
        RATIO: Fraction(5, 2), MEDIAN: None, DERIVED: "7 / 8", SENTENCE: True, BOTH: Fraction(1),
    }  # fmt: skip
    return reporting_event(FRAME, [result(estimand, value) for estimand, value in values.items()])


@pytest.fixture(scope="module")
def whole():
    return reporting_event(EVENT, reported(study(), verdicts()))


def by_id(event, kind):
    return {one["id"]: one for one in event[kind]}


def test_a_percentage_refers_to_its_counts(small):
    share = by_id(small, "analyses")["share"]
    [method] = [one for one in small["methods"] if one["id"] == share["methodId"]]
    [operation] = method["operations"]
    roles = {
        relation["id"]: relation["referencedOperationRole"]["controlledTerm"]
        for relation in operation["referencedOperationRelationships"]
    }
    found = {
        roles[reference["referencedOperationRelationshipId"]]: reference["analysisId"]
        for reference in share["referencedAnalysisOperations"]
    }
    assert found == {"NUMERATOR": "teaes", "DENOMINATOR": "at_risk"}
    assert share["results"][0]["rawValue"] == repr(200 / 3)
    assert share["results"][0]["formattedValue"] == "66.7"
    assert share["description"] == "any level. Bounded: 1.0 to 2.0"


def test_a_filter_is_groups_and_a_data_subset(small):
    teaes = by_id(small, "analyses")["teaes"]
    assert (teaes["dataset"], teaes["variable"]) == ("ADAE", "USUBJID")
    assert by_id(small, "dataSubsets")[teaes["dataSubsetId"]]["condition"] == {
        "dataset": "ADAE",
        "variable": "TRTEMFL",
        "comparator": "EQ",
        "value": ["Y"],
    }
    groups = {group["id"]: group for one in small["analysisGroupings"] for group in one["groups"]}
    chosen = [groups[one["groupId"]]["condition"] for one in teaes["results"][0]["resultGroups"]]
    assert [(one["variable"], one["comparator"], one["value"]) for one in chosen] == [
        ("APERIOD", "IN", ["1", "2"]),
        ("TRTA", "EQ", ["IVIg"]),
    ]
    at_risk = by_id(small, "analyses")["at_risk"]
    assert "dataSubsetId" not in at_risk and len(at_risk["orderedGroupings"]) == 1
    events = by_id(small, "analyses")["events"]
    condition = by_id(small, "dataSubsets")[events["dataSubsetId"]]["condition"]
    assert (condition["comparator"], condition["value"]) == ("NOTIN", ["U", "Y"])
    both = by_id(small, "analyses")["both"]
    assert (both["dataset"], both["methodId"]) == ("ADEX", "Method_patients")
    assert [one["groupingId"] for one in both["orderedGroupings"]] == ["Grouping_TRTA"]
    median = by_id(small, "analyses")["median"]
    assert by_id(small, "dataSubsets")[median["dataSubsetId"]]["condition"]["value"] == ["1"]


def test_several_conditions_must_all_hold():
    both = Count("both", "Both", "adae", where(AESER="Y", AEREL=("POSSIBLE", "PROBABLE")), Unit.ROWS)
    [subset] = reporting_event(FRAME, [result(both, Fraction(1))])["dataSubsets"]
    clauses = subset["compoundExpression"]["whereClauses"]
    assert subset["compoundExpression"]["logicalOperator"] == "AND"
    assert [(one["level"], one["order"], one["condition"]["variable"]) for one in clauses] == [
        (2, 1, "AEREL"),
        (2, 2, "AESER"),
    ]


def test_values_that_are_no_numbers_are_told_as_they_are(small):
    found = {name: one["results"][0] for name, one in by_id(small, "analyses").items()}
    assert "rawValue" not in found["median"] and found["median"]["formattedValue"] == "–"
    assert found["derived"]["rawValue"] == "7 / 8"
    assert (found["sentence"]["rawValue"], found["sentence"]["formattedValue"]) == ("true", "yes")
    assert found["teaes"]["rawValue"] == "2"
    assert by_id(small, "analyses")["derived"]["description"] == (
        "whole days. Days without an event. Bounded: 1.0 to 2.0"
    )


def test_a_part_that_is_missing_is_named():
    with pytest.raises(ValueError, match="share is made of teaes, which is not among the results"):
        reporting_event(FRAME, [result(SHARE, Fraction(1))])


def test_every_reproduced_claim_is_in_it(whole):
    wanted = {
        verdict.claim.estimand: verdict.computed
        for verdict in reversed(verdicts())
        if verdict.claim.estimand and verdict.outcome is Outcome.REPRODUCED
    }
    found = {one["id"]: one["results"][0]["formattedValue"] for one in whole["analyses"]}
    assert len(wanted) > 900
    assert wanted.keys() <= found.keys()
    categories = {one["id"]: one["categoryIds"] for one in whole["analyses"]}
    assert all({"Determinacy_published", "Verdict_reproduced"} <= {*categories[name]} for name in wanted)
    [extension] = whole["terminologyExtensions"]
    meaning = {term["id"]: term["submissionValue"] for term in extension["sponsorTerms"]}
    reasons = {meaning[one["reason"]["sponsorTermId"]] for one in whole["analyses"] if one["id"] in wanted}
    assert reasons == {"REPRODUCTION OF A PUBLISHED RESULT"}
    assert found["teae.ivig_p1.percent"] == "80.8"


def test_results_come_in_the_order_of_the_article(whole):
    sections = [one["name"] for one in whole["mainListOfContents"]["contentsList"]["listItems"]]
    assert sections[0] == "Abstract" and sections[-1] == NOT_PRINTED
    assert sections.index("Table 1") < sections.index("Table 2") < sections.index("Table 7")
    listed = [
        item["analysisId"]
        for section in whole["mainListOfContents"]["contentsList"]["listItems"]
        for item in section["sublist"]["listItems"]
    ]
    assert sorted(listed) == sorted(one["id"] for one in whole["analyses"])


def test_parts_of_parts_are_reported_too():
    found = {one.estimand.id: one.estimand for one in reported(study(), verdicts())}
    assert all(part.id in found for estimand in found.values() for part in parts(estimand))


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("name", ["small", "whole"])
def test_the_event_keeps_the_standard(name, standard, request):
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in STANDARDS[standard].iter_errors(request.getfixturevalue(name))
    ]
    assert problems == []


def slips(content):
    """The content with one slip: a property more, one less, or a value of another type; every such one."""
    if isinstance(content, dict):
        yield "one more", {**content, "stray": "x"}
        for name, value in content.items():
            yield f"without {name}", {key: other for key, other in content.items() if key != name}
            for slip, wrong in slips(value):
                yield f"{name}: {slip}", {**content, name: wrong}
    elif isinstance(content, list):
        yield "no list", {"0": content}
        for place, value in enumerate(content):
            for slip, wrong in slips(value):
                yield f"{place}: {slip}", [*content[:place], wrong, *content[place + 1 :]]
    else:
        yield "another type", "1" if isinstance(content, int) else 1
        yield "nothing", None


def test_the_rules_notice_every_slip_that_the_standard_forbids(small):
    tried = forbidden = 0
    for slip, wrong in slips(small):
        ours, *published = (standard.is_valid(wrong) for standard in STANDARDS.values())
        tried += 1
        forbidden += not ours
        # What is not in the standard, or is no text where one belongs, is never let pass.
        assert not ours or " without " in f" {slip}", slip
        # What our rules let pass, so does the published schema.
        assert not ours or all(published), slip
    assert forbidden > 0.8 * tried > 1000


def every(content, key):
    """All values under a key, however deep."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name == key:
                yield value
            yield from every(value, key)
    elif isinstance(content, list):
        for value in content:
            yield from every(value, key)


@pytest.mark.parametrize("name", ["small", "whole"])
def test_every_reference_leads_somewhere(name, request):
    event = request.getfixturevalue(name)
    ids = list(every(event, "id"))
    assert len(ids) == len(set(ids))
    references = {
        "methodId": by_id(event, "methods"),
        "analysisSetId": by_id(event, "analysisSets"),
        "dataSubsetId": by_id(event, "dataSubsets"),
        "analysisId": by_id(event, "analyses"),
        "groupingId": by_id(event, "analysisGroupings"),
        "operationId": {operation["id"] for one in event["methods"] for operation in one["operations"]},
        "groupId": {group["id"] for one in event["analysisGroupings"] for group in one["groups"]},
        "referencedOperationRelationshipId": {
            relation["id"]
            for relations in every(event, "referencedOperationRelationships")
            for relation in relations
        },
        "sponsorTermId": {term["id"] for terms in every(event, "sponsorTerms") for term in terms},
    }
    for key, known in references.items():
        found = set(every(event, key))
        assert found and found <= set(known), key
    methods = by_id(event, "methods")
    for analysis in event["analyses"]:
        [operation] = methods[analysis["methodId"]]["operations"]
        assert [one["operationId"] for one in analysis["results"]] == [operation["id"]]
        # The operation that a role names is the one of the analysis that plays it.
        plays = {
            reference["referencedOperationRelationshipId"]: reference["analysisId"]
            for reference in analysis.get("referencedAnalysisOperations", [])
        }
        for relation in operation.get("referencedOperationRelationships", []):
            part = by_id(event, "analyses")[plays[relation["id"]]]
            assert part["results"][0]["operationId"] == relation["operationId"]


def test_the_same_results_give_the_same_text(whole):
    assert json.dumps(reporting_event(EVENT, reported(study(), verdicts()))) == json.dumps(whole)
