"""All results as one reporting event of CDISC's Analysis Results Standard (ARS) v1.

Each estimand becomes an analysis: its filter is split into groups (treatment, period) and a data
subset, its statistic is an operation of a method, its result has the raw and the printed value. A
percentage or ratio refers to the analyses of its numerator and denominator. How far a source fixes a
number is a category of its analysis; why it is computed is a term of our own, because the standard
knows no reproduction of a publication.

What no filter expresses (a rate over person-time, a sentence that holds or not) has a method whose operation
is described in words, and an analysis that says what it computes.

Source: CDISC, Analysis Results Standard, version 1.0, logical data model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from inspect import getdoc
from typing import Any

from safetybook.determinacy import MEANINGS, Determinacy, Standing
from safetybook.estimands import (
    Combination,
    Count,
    Derived,
    Estimand,
    Ratio,
    Scalar,
    Share,
    Statement,
    Summary,
    Unit,
    Value,
    Where,
    described,
)
from safetybook.results import Result
from safetybook.standings import normal

Json = dict[str, Any]

METHODS = {
    "patients": ("Number of patients", "The number of distinct subjects with a record in the data subset."),
    "rows": ("Number of records", "The number of records in the data subset."),
    "percent": ("Percentage", "100 times a count divided by a count, from the exact fraction."),
    "ratio": ("Ratio", "One number divided by another, from the exact fraction."),
    "median": (
        "Median",
        "The middle value, or the mean of the middle two, of the values that are not missing.",
    ),
    "minimum": ("Minimum", "The least of the values that are not missing."),
    "maximum": ("Maximum", "The greatest of the values that are not missing."),
    "mean": ("Mean", "The arithmetic mean of the values that are not missing."),
    "total": ("Total", "The sum of the values that are not missing."),
    "value": ("Value", "The value of the variable in the one record of the data subset."),
    "derived": ("Derived", "Computed as the description of the analysis says."),
    "statement": ("Statement", "Whether the sentence that labels the analysis holds."),
}
"""The methods: label and description of the one operation of each."""

PARTS = ("numerator", "denominator")


@dataclass(frozen=True)
class Reported:
    """A result as it is reported.

    Attributes:
        standing: how far the source fixes it.
        section: under which heading of the list of contents it stands.
        decimals: with which it is printed; None for those that its kind usually has.
    """

    estimand: Estimand
    result: Result
    standing: Standing
    section: str
    decimals: int | None = None

    @property
    def formatted(self) -> str:
        """The printed text."""
        return self.result.formatted(self.decimals)

    @property
    def ends(self) -> tuple[Fraction, Fraction] | None:
        """Between which numbers a bounded result lies; None for any other."""
        return self.standing.ends if self.standing.kind is Determinacy.BOUNDED else None


@dataclass(frozen=True)
class Event:
    """What frames the analyses.

    Attributes:
        id: the name of the reporting event for machines.
        label: its title.
        description: what the data are.
        population: label of the analysis set and the data set with its condition.
        groupings: label of each variable that divides the patients or their time.
    """

    id: str
    label: str
    description: str
    population: tuple[str, str, Where]
    groupings: Mapping[str, str] = field(default_factory=dict)


def parts(estimand: Estimand) -> tuple[Estimand, ...]:
    """The estimands of which a percentage or a ratio is made; none for others."""
    return (estimand.numerator, estimand.denominator) if isinstance(estimand, (Share, Ratio)) else ()


def reporting_event(event: Event, reported: Iterable[Reported]) -> Json:
    """The reporting event as JSON data; the same for the same results.

    Raises:
        ValueError: if a part of a percentage or ratio is not among the results.
    """
    reported = list(reported)
    known = {one.estimand.id for one in reported}
    for one in reported:
        for part in parts(one.estimand):
            if part.id not in known:
                raise ValueError(f"{one.estimand.id} is made of {part.id}, which is not among the results")
    frame = _Frame(event)
    analyses = [_analysis(one, frame) for one in reported]
    label, dataset, where = event.population
    return {
        "id": event.id,
        "name": event.label,
        "description": event.description,
        "version": 1,
        "mainListOfContents": {
            "name": "Results by part of the source",
            "contentsList": {"listItems": _contents(reported)},
        },
        "analysisSets": [{**_set("AnalysisSet_1", label, 1), **_clause(dataset, _conditions(where), 1)}],
        "analysisGroupings": [frame.grouping(variable) for variable in event.groupings],
        "dataSubsets": frame.subsets,
        "methods": list(frame.methods.values()),
        "analysisOutputCategorizations": [_categories()],
        "terminologyExtensions": [_reasons()],
        "analyses": analyses,
    }


Condition = tuple[str, str, tuple[str, ...]]
"""Variable, comparator, values."""


class _Frame:
    """Collects what the analyses refer to, in the order in which they first do."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self.methods: dict[str, Json] = {}
        self.subsets: list[Json] = []
        self._subset_ids: dict[tuple[str, Where], str] = {}
        self._groups: dict[str, dict[tuple[str, ...], str]] = {name: {} for name in event.groupings}

    def method(self, estimand: Estimand) -> str:
        """The name of the method of an estimand. One that divides has the methods of both parts in it."""
        of_parts = [self.method(part) for part in parts(estimand)]
        base = _base(estimand)
        name = "_".join([base, *of_parts])
        self.methods.setdefault(name, _method(name, base, of_parts))
        return name

    def subset(self, dataset: str, where: Where) -> str:
        """The id of a data subset."""
        key = (dataset, where)
        if key not in self._subset_ids:
            order = len(self.subsets) + 1
            name = f"DataSubset_{order}"
            self._subset_ids[key] = name
            clause = _clause(dataset, _conditions(where), 1)
            self.subsets.append({**_set(name, f"{dataset.upper()}: {described(where)}", order), **clause})
        return self._subset_ids[key]

    def split(self, where: Where) -> tuple[list[tuple[str, str]], Where]:
        """The groups that a filter selects, and the rest of the filter."""
        where = normal(where)
        chosen = [(name, _texts(values)) for name, values in where.allowed if name in self._groups]
        groups = []
        for name, values in chosen:
            ids = self._groups[name]
            groups.append((name, ids.setdefault(values, f"{name}_{len(ids) + 1}")))
        rest = tuple(one for one in where.allowed if one[0] not in self._groups)
        return groups, Where(rest, where.excluded)

    def grouping(self, variable: str) -> Json:
        """A variable that groups, with the groups that were met."""
        groups = []
        for order, (values, name) in enumerate(self._groups[variable].items(), start=1):
            condition = (variable, "EQ" if len(values) == 1 else "IN", values)
            groups.append({**_set(name, " or ".join(values), order), **_clause("adex", [condition], 1)})
        return {
            "id": f"Grouping_{variable}",
            "name": self._event.groupings[variable],
            "groupingDataset": "ADEX",
            "groupingVariable": variable,
            "dataDriven": False,
            "groups": groups,
        }


def _analysis(one: Reported, frame: _Frame) -> Json:
    estimand, method = one.estimand, frame.method(one.estimand)
    analysis: Json = {
        "id": estimand.id,
        "name": estimand.label,
        "reason": _reason(one.standing.kind),
        "purpose": {"controlledTerm": "EXPLORATORY OUTCOME MEASURE"},
        "analysisSetId": "AnalysisSet_1",
        "methodId": f"Method_{method}",
        "categoryIds": [f"Determinacy_{one.standing.kind}"],
    }
    if description := _description(one):
        analysis["description"] = description
    result: Json = {"operationId": f"Operation_{method}"}
    if one.result.value is not None:
        result["rawValue"] = _raw(one.result)
    result["formattedValue"] = one.formatted
    if found := _records(estimand):
        dataset, where, variable = found
        groups, rest = frame.split(where)
        analysis["dataset"] = dataset.upper()
        if variable:
            analysis["variable"] = variable
        if rest != Where():
            analysis["dataSubsetId"] = frame.subset(dataset, rest)
        if groups:
            analysis["orderedGroupings"] = [
                {"order": order, "groupingId": f"Grouping_{name}", "resultsByGroup": True}
                for order, (name, _) in enumerate(groups, start=1)
            ]
            result["resultGroups"] = [
                {"groupingId": f"Grouping_{name}", "groupId": group} for name, group in groups
            ]
    if divided := parts(estimand):
        analysis["referencedAnalysisOperations"] = [
            {"referencedOperationRelationshipId": f"{method}_{role}", "analysisId": part.id}
            for role, part in zip(PARTS, divided, strict=True)
        ]
    analysis["results"] = [result]
    return analysis


def _description(one: Reported) -> str:
    """What the label leaves unsaid: the rule of counting, the definition, the ends of a bounded number."""
    defined = (getdoc(one.estimand.compute) or "") if isinstance(one.estimand, Derived) else ""
    places = one.result.decimals if one.decimals is None else one.decimals
    ends = f"Bounded: {one.standing.text(places)}" if one.ends else ""
    texts = (" ".join(text.split()).rstrip(".") for text in (one.estimand.rule, defined, ends) if text)
    return ". ".join(texts)


def _base(estimand: Estimand) -> str:
    """The key in :data:`METHODS`."""
    match estimand:
        case Share():
            return "percent"
        case Summary():
            return str(estimand.function)
        case Combination():
            return "patients"
        case Count():
            return "patients" if estimand.unit is Unit.PATIENTS else "rows"
        case Ratio() | Value() | Derived() | Statement():
            return type(estimand).__name__.lower()


def _records(estimand: Estimand) -> tuple[str, Where, str] | None:
    """Data set, filter and variable; those of a percentage are its numerator's. None for what has no filter.

    Of a combination it is the filter on the exposure that says who is asked about.
    """
    match estimand:
        case Share():
            return _records(estimand.numerator)
        case Combination():
            return "adex", estimand.among, "USUBJID"
        case Count():
            return estimand.dataset, estimand.where, "USUBJID" if estimand.unit is Unit.PATIENTS else ""
        case Summary() | Value():
            return estimand.dataset, estimand.where, estimand.variable
        case _:
            return None


def _raw(result: Result) -> str:
    """The exact value as text: a fraction that is no decimal as the nearest double."""
    value = result.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    number = result.number
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def _method(name: str, base: str, of_parts: list[str]) -> Json:
    label, description = METHODS[base]
    operation: Json = {"id": f"Operation_{name}", "name": label, "order": 1, "description": description}
    if of_parts:
        operation["referencedOperationRelationships"] = [
            {
                "id": f"{name}_{role}",
                "referencedOperationRole": {"controlledTerm": role.upper()},
                "operationId": f"Operation_{part}",
            }
            for role, part in zip(PARTS, of_parts, strict=True)
        ]
    return {"id": f"Method_{name}", "name": label, "description": description, "operations": [operation]}


def _set(name: str, label: str, order: int) -> Json:
    return {"id": name, "name": label, "level": 1, "order": order}


def _conditions(where: Where) -> list[Condition]:
    found = [(name, "EQ" if len(values) == 1 else "IN", _texts(values)) for name, values in where.allowed]
    found += [
        (name, "NE" if len(values) == 1 else "NOTIN", _texts(values)) for name, values in where.excluded
    ]
    return found


def _texts(values: Iterable[Scalar]) -> tuple[str, ...]:
    return tuple(
        f"{value:g}" if isinstance(value, float) else str(value) for value in sorted(values, key=str)
    )


def _clause(dataset: str, conditions: list[Condition], level: int) -> Json:
    """One condition, or several that must all hold."""
    clauses = [
        {"dataset": dataset.upper(), "variable": variable, "comparator": comparator, "value": list(values)}
        for variable, comparator, values in conditions
    ]
    if len(clauses) == 1:
        return {"condition": clauses[0]}
    whole = [
        {"level": level + 1, "order": order, "condition": clause}
        for order, clause in enumerate(clauses, start=1)
    ]
    return {"compoundExpression": {"logicalOperator": "AND", "whereClauses": whole}}


def _contents(reported: list[Reported]) -> list[Json]:
    sections: dict[str, list[Reported]] = {}
    for one in reported:
        sections.setdefault(one.section, []).append(one)
    return [
        {
            "name": section,
            "level": 1,
            "order": order,
            "sublist": {
                "listItems": [
                    {"name": one.estimand.label, "level": 2, "order": place, "analysisId": one.estimand.id}
                    for place, one in enumerate(members, start=1)
                ]
            },
        }
        for order, (section, members) in enumerate(sections.items(), start=1)
    ]


def _categories() -> Json:
    return {
        "id": "Determinacy",
        "label": "How far the source fixes the number",
        "categories": [
            {"id": f"Determinacy_{kind}", "label": f"{kind.capitalize()}: {MEANINGS[kind]}"}
            for kind in Determinacy
        ],
    }


def _reason(kind: Determinacy) -> Json:
    return {"sponsorTermId": "Reason_published" if kind is Determinacy.PUBLISHED else "Reason_beyond"}


def _reasons() -> Json:
    return {
        "id": "Reasons",
        "enumeration": "AnalysisReasonEnum",
        "sponsorTerms": [
            {"id": "Reason_published", "submissionValue": "REPRODUCTION OF A PUBLISHED RESULT"},
            {"id": "Reason_beyond", "submissionValue": "ADDITION TO PUBLISHED RESULTS"},
        ],
    }
