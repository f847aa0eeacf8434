"""All results as one reporting event of CDISC's Analysis Results Standard (ARS) v1.

Each estimand becomes an analysis: its filter is split into groups (treatment, period) and a data
subset, its statistic is an operation of a method, its result has the raw and the printed value. A
percentage or ratio refers to the analyses of its numerator and denominator. How far a source fixes a
number is a category of its analysis, and so is the verdict on what the source prints. Why it is computed is
a term of our own, because the standard knows no reproduction of a publication.

What no filter expresses (a rate over person-time, a sentence that holds or not) has a method whose operation
is described in words, and an analysis that says what it computes.

Source: CDISC, Analysis Results Standard, version 1.0, logical data model.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import getdoc
from typing import Any

from safetybook.determinacy import MEANINGS, Determinacy
from safetybook.estimands import Derived, Estimand, Where, described
from safetybook.reported import METHODS, PARTS, Event, Reported, method_of, parts, records, split, texts
from safetybook.results import Result

Json = dict[str, Any]


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
        "analysisOutputCategorizations": _categories(reported),
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
        base = method_of(estimand)
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
        """The groups that a filter selects, each as a variable and an id, and the rest of the filter."""
        chosen, rest = split(where, self._groups)
        groups = []
        for name, values in chosen:
            ids = self._groups[name]
            groups.append((name, ids.setdefault(values, f"{name}_{len(ids) + 1}")))
        return groups, rest

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
        "categoryIds": [
            f"Determinacy_{one.standing.kind}",
            *(f"Verdict_{verdict}" for verdict in one.verdicts),
        ],
    }
    if description := _description(one):
        analysis["description"] = description
    result: Json = {"operationId": f"Operation_{method}"}
    if one.result.value is not None:
        result["rawValue"] = _raw(one.result)
    result["formattedValue"] = one.formatted
    if found := records(estimand):
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
    said = (" ".join(text.split()).rstrip(".") for text in (one.estimand.rule, defined, ends) if text)
    return ". ".join(said)


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
    found = [(name, "EQ" if len(values) == 1 else "IN", texts(values)) for name, values in where.allowed]
    found += [(name, "NE" if len(values) == 1 else "NOTIN", texts(values)) for name, values in where.excluded]
    return found


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


def _categories(reported: list[Reported]) -> list[Json]:
    """How far the source fixes a number and, where it prints one, what became of that."""
    kinds = [
        {"id": f"Determinacy_{kind}", "label": f"{kind.capitalize()}: {MEANINGS[kind]}"}
        for kind in Determinacy
    ]
    found = dict.fromkeys(verdict for one in reported for verdict in one.verdicts)
    verdicts = [{"id": f"Verdict_{verdict}", "label": verdict.capitalize()} for verdict in found]
    categories = [{"id": "Determinacy", "label": "How far the source fixes the number", "categories": kinds}]
    if verdicts:
        label = "What became of the claims that print the number"
        categories.append({"id": "Verdict", "label": label, "categories": verdicts})
    return categories


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
