"""What CDISC's Analysis Results Standard asks of the classes that a reporting event of ours uses.

CDISC's own schema (cdisc-org/analysis-results-standard, project/jsonschema, release 1.0.0) is not part of the
repository. :data:`RULES` is a JSON schema (draft 7) in our words: every class is closed, with the properties
and types that the standard gives it, and no more of them than we use. Where we use less than is allowed (four
of eight comparators, a condition or an expression but not both, no empty text) the rules are stricter: what
they let pass is valid by the standard as well. ``test_reporting_standard.py`` tests that wherever the
published schema is at hand.
"""

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string", "minLength": 1}
WHOLE: Json = {"type": "integer", "minimum": 1}
TRUTH: Json = {"type": "boolean"}


def one_of(*values: str) -> Json:
    """A term of a closed list."""
    return {"enum": list(values)}


def many(item: Json) -> Json:
    """A list that is not empty."""
    return {"type": "array", "items": item, "minItems": 1}


def record(needed: Json, allowed: Json | None = None, **more: Any) -> Json:
    """A class with what it must have and what it may have, and nothing else."""
    properties = needed | (allowed or {})
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
        **more,
    }


CONDITION = record(
    {
        "dataset": TEXT,
        "variable": TEXT,
        "comparator": one_of("EQ", "NE", "IN", "NOTIN"),
        "value": many(TEXT),
    },
    # Comparators of one value have one, those of a list have several.
    **{
        "if": {"properties": {"comparator": one_of("EQ", "NE")}},
        "then": {"properties": {"value": {"maxItems": 1}}},
        "else": {"properties": {"value": {"minItems": 2}}},
    },
)
EXPRESSION = record(
    {
        "logicalOperator": one_of("AND"),
        "whereClauses": {
            **many(record({"level": WHOLE, "order": WHOLE, "condition": CONDITION})),
            "minItems": 2,
        },
    }
)
SET = record(
    {"id": TEXT, "name": TEXT, "level": WHOLE, "order": WHOLE},
    {"condition": CONDITION, "compoundExpression": EXPRESSION},
    oneOf=[{"required": ["condition"]}, {"required": ["compoundExpression"]}],
)
"""An analysis set, a data subset or a group."""

OPERATION = record(
    {"id": TEXT, "name": TEXT, "order": WHOLE},
    {
        "description": TEXT,
        "referencedOperationRelationships": many(
            record(
                {
                    "id": TEXT,
                    "operationId": TEXT,
                    "referencedOperationRole": record({"controlledTerm": one_of("NUMERATOR", "DENOMINATOR")}),
                }
            )
        ),
    },
)
RESULT = record(
    {"operationId": TEXT, "formattedValue": TEXT},
    {"rawValue": TEXT, "resultGroups": many(record({"groupingId": TEXT, "groupId": TEXT}))},
)
ANALYSIS = record(
    {
        "id": TEXT,
        "name": TEXT,
        "reason": record({"sponsorTermId": TEXT}),
        "purpose": record(
            {
                "controlledTerm": one_of(
                    "PRIMARY OUTCOME MEASURE", "SECONDARY OUTCOME MEASURE", "EXPLORATORY OUTCOME MEASURE"
                )
            }
        ),
        "methodId": TEXT,
    },
    {
        "description": TEXT,
        "analysisSetId": TEXT,
        "dataSubsetId": TEXT,
        "dataset": TEXT,
        "variable": TEXT,
        "categoryIds": many(TEXT),
        "orderedGroupings": many(record({"order": WHOLE, "groupingId": TEXT, "resultsByGroup": TRUTH})),
        "referencedAnalysisOperations": many(
            record({"referencedOperationRelationshipId": TEXT, "analysisId": TEXT})
        ),
        "results": many(RESULT),
    },
)
LISTED = record({"name": TEXT, "level": WHOLE, "order": WHOLE, "analysisId": TEXT})
SECTION = record(
    {"name": TEXT, "level": WHOLE, "order": WHOLE, "sublist": record({"listItems": many(LISTED)})}
)

RULES: Json = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **record(
        {
            "id": TEXT,
            "name": TEXT,
            "mainListOfContents": record(
                {"name": TEXT, "contentsList": record({"listItems": many(SECTION)})}
            ),
        },
        {
            "description": TEXT,
            "version": WHOLE,
            "analysisSets": many(SET),
            "analysisGroupings": many(
                record(
                    {"id": TEXT, "name": TEXT, "dataDriven": TRUTH},
                    {
                        "groupingDataset": TEXT,
                        "groupingVariable": TEXT,
                        "groups": {**many(SET), "minItems": 0},
                    },
                )
            ),
            "dataSubsets": {**many(SET), "minItems": 0},
            "methods": many(
                record({"id": TEXT, "name": TEXT, "operations": many(OPERATION)}, {"description": TEXT})
            ),
            "analysisOutputCategorizations": many(
                record(
                    {"id": TEXT, "categories": many(record({"id": TEXT}, {"label": TEXT}))}, {"label": TEXT}
                )
            ),
            "terminologyExtensions": many(
                record(
                    {"id": TEXT, "sponsorTerms": many(record({"id": TEXT, "submissionValue": TEXT}))},
                    {"enumeration": one_of("AnalysisReasonEnum")},
                )
            ),
            "analyses": many(ANALYSIS),
        },
    ),
}
