"""All results as analysis results data (ARD): one row per statistic.

Columns that the R package cards has, too, have its names, so that whoever binds tables of both finds the same
thing under the same name:

====================================  ====================================================================
``group1``, ``group1_level`` …        the variables that divide patients or time, and the group counted
``variable``                          what is counted or summarised; ``USUBJID`` where patients are
``stat_name``, ``stat_label``         the statistic, for machines and for readers
``stat``, ``stat_fmt``                its value in full, and as the book prints it
====================================  ====================================================================

Here ``stat_name`` is ``patients`` or a unit of rows (``events``) where cards has ``n``; ``percent`` is 100
times its ``p``; ``denominator`` is its ``N``. The other columns are ours: the estimand and its label, the
data set and what else the filter asks for (``subset``), the counts of which a percentage or ratio is made,
the rule of counting, how far the source fixes the number with the ends of what is bounded, the verdict on the
claims that print it, and the part of the source in which the first of them stands.

Source: CDISC, Analysis Results Standard; Sjoberg and others, R package cards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from safetybook.estimands import described
from safetybook.reported import METHODS, Reported, method_of, records, split
from safetybook.results import Raw
from safetybook.rounding import Exact

Record = dict[str, str | int | float | None]


def analysis_results(reported: Iterable[Reported], groupings: Collection[str]) -> list[Record]:
    """One record per result, all with the same names in the same order; None where there is nothing.

    `groupings` are the variables whose values are groups; any other condition of a filter is in the subset.
    """
    return [_record(one, groupings) for one in reported]


def _record(one: Reported, groupings: Collection[str]) -> Record:
    result, found = one.result, records(one.estimand)
    dataset, where, variable = found or (result.dataset, None, "")
    groups, rest = split(where, groupings) if where else ([], None)
    levels = {name: " or ".join(values) for name, values in groups}
    grouped: dict[str, Any] = {}
    for place, name in enumerate(groupings, start=1):
        grouped[f"group{place}"] = name if name in levels else None
        grouped[f"group{place}_level"] = levels.get(name)
    low, high = one.ends or (None, None)
    return {
        "estimand": result.estimand,
        "label": result.label,
        "dataset": dataset.upper() or None,
        **grouped,
        "variable": variable or None,
        "subset": (described(rest) if rest else "") or None,
        "stat_name": result.statistic,
        "stat_label": METHODS[method_of(one.estimand)][0],
        "stat": _number(result.value),
        "stat_fmt": one.formatted,
        "unit": result.unit or None,
        "numerator": _number(result.numerator),
        "denominator": _number(result.denominator),
        "rule": result.rule or None,
        "determinacy": str(one.standing.kind),
        "low": _number(low),
        "high": _number(high),
        "verdict": "; ".join(one.verdicts) or None,
        "section": one.section,
    }


def _number(value: Raw | Exact) -> int | float | None:
    """An exact value as a number: a whole one, or the nearest double; 1 or 0 for truth, None for a text."""
    if value is None or isinstance(value, str):
        return None
    return int(value) if value == int(value) else float(value)
