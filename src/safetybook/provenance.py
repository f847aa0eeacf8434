"""Where a number comes from: what it counts, of whom, by which rule, what the article prints, which rows.

An :class:`~safetybook.results.Result` is a number; its account says everything that a reader could ask of it,
ready for JSON. The rows behind it are given by their places in the data sets (:func:`behind`), so that a page
which lists them needs the data once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import partial, singledispatch
from inspect import cleandoc
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from safetybook.claims import Outcome, Verdict, Verdicts
from safetybook.determinacy import told
from safetybook.estimands import (
    Combination,
    Count,
    Derived,
    Estimand,
    Ratio,
    Share,
    Statement,
    Summary,
    Unit,
    Value,
    Where,
    described,
)
from safetybook.predicates import Both, Either, Has, Lacks, Predicate, fulfilling
from safetybook.remembered import once_per_study
from safetybook.results import NOUNS, Result, compute
from safetybook.rounding import half_up, places
from safetybook.study import Study

EVENTS = "adae"
"""The data set whose rows are listed one by one; of others the patients are listed."""

PRINTED = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?")

Account = dict[str, Any]


def account(study: Study, verdicts: Verdicts, estimand: Estimand) -> Account:
    """What a page says of an estimand's number.

    Keys: `label`, `value`, `exact` (for :func:`prints`), `unit`, `rule`, `counted` (the definition in words),
    `standing` (see :func:`safetybook.determinacy.told`), and where there are such: `part` and `whole` (the
    numbers of a percentage or of a ratio), `parts` (the estimands that these are), `claims` (ids), `behind`.
    A key that would be empty is left out.
    """
    result = compute(study, estimand)
    found = of_result(result) | {
        "counted": counted(estimand),
        "standing": told(verdicts.standing(estimand).at(result.decimals), result.decimals),
        "parts": [part.id for part in parts(estimand)],
        "claims": [verdict.claim.claim_id for verdict in verdicts.on(estimand.id)],
        "behind": behind(study, estimand),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def of_result(result: Result) -> Account:
    """The part of an account that the result alone knows."""
    found = {
        "label": result.label,
        "value": result.formatted(),
        "exact": str(result.value) if isinstance(result.value, Fraction) else "",
        "unit": result.unit,
        "rule": result.rule,
    }
    if result.numerator is not None and result.denominator is not None:
        found |= {"part": _plain(result.numerator), "whole": _plain(result.denominator)}
    return {key: value for key, value in found.items() if value}


def _plain(number: int | Fraction) -> str:
    return str(number) if Fraction(number).denominator == 1 else half_up(number, 2)


def of_claim(verdict: Verdict) -> dict[str, str]:
    """What the article prints, where and in which words, and whether the data bear it out."""
    claim = verdict.claim
    computed = verdict.computed if verdict.outcome is not Outcome.REPRODUCED else ""
    found = {
        "location": claim.location,
        "quote": claim.quote,
        "printed": claim.value,
        "computed": computed,
        "verdict": str(verdict.outcome),
        "note": "" if claim.estimand else claim.note,
    }
    return {key: value for key, value in found.items() if value}


def parts(estimand: Estimand) -> tuple[Estimand, ...]:
    """The estimands that a percentage or a ratio is made of."""
    match estimand:
        case Share() | Ratio():
            return (estimand.numerator, estimand.denominator)
        case _:
            return ()


def prints(text: str, account: Account) -> bool:
    """Whether one of the numbers of a text is that of an account, rounded as it stands in the text.

    A text without a number shows a value that is a text or a truth as it is.
    """
    if "exact" not in account:
        return bool(account.get("value")) and account["value"].casefold() in text.casefold()
    value = Fraction(account["exact"])
    numbers = (one.replace(",", "").replace("−", "-") for one in PRINTED.findall(text))
    return any(half_up(value, places(one)) in (one, one.lstrip("-")) for one in numbers)


# The definition in words ------------------------------------------------------------------------------


@singledispatch
def counted(estimand: Estimand) -> str:
    """What a number counts or measures, in terms of the variables of the data."""
    raise TypeError(f"no words for {type(estimand).__name__}")


@counted.register
def _(estimand: Count) -> str:
    noun = NOUNS.get(estimand.dataset, "rows")
    rows = _rows(estimand.dataset, described(estimand.where))
    if estimand.unit is Unit.ROWS:
        return f"{noun.capitalize()}: {rows}"
    return f"Patients, each once, with at least one of the {rows}"


def _rows(dataset: str, condition: str) -> str:
    return f"rows of {dataset}" + (f" in which {condition}" if condition else "")


@counted.register
def _(estimand: Combination) -> str:
    among = described(estimand.among)
    asked = f", among those with rows of adex in which {among}" if among else ""
    return f"Patients of whom it is true that {_said(estimand.predicate)}{asked}"


def _said(predicate: Predicate) -> str:
    match predicate:
        case Has(where):
            return f"an event has {described(where).replace(' is ', ' ')}"
        case Both(first, second):
            return f"({_said(first)}) and ({_said(second)})"
        case Either(first, second):
            return f"({_said(first)}) or ({_said(second)})"
        case Lacks(part):
            return f"not ({_said(part)})"
    raise TypeError(f"no words for {type(predicate).__name__}")


@counted.register
def _(estimand: Share) -> str:
    return counted(estimand.numerator)


@counted.register
def _(estimand: Ratio) -> str:
    return f"{estimand.numerator.label}, divided by: {estimand.denominator.label}"


@counted.register
def _(estimand: Summary) -> str:
    rows = _rows(estimand.dataset, described(estimand.where))
    return f"{estimand.function.capitalize()} of {estimand.variable} over the {rows}"


@counted.register
def _(estimand: Value) -> str:
    return f"{estimand.variable} in the {_rows(estimand.dataset, described(estimand.where))}"


@counted.register(Derived)
@counted.register(Statement)
def _(estimand: Derived | Statement) -> str:
    function: Any = estimand.compute if isinstance(estimand, Derived) else estimand.holds
    while isinstance(function, partial):
        function = function.func
    words = cleandoc(function.__doc__ or "").partition("\n\n")[0]
    return " ".join(words.split()) if function.__name__ != "<lambda>" else ""


# The rows behind it ------------------------------------------------------------------------------------


def behind(study: Study, estimand: Estimand) -> dict[str, Any] | None:
    """The rows or patients that a number counts or measures, by their places; None where no list says it.

    `events`: places of rows of :data:`EVENTS`, beside the `values` that are summarised. Else `patients`:
    places in the list of patients, beside how many `rows` each has, or the `values`. Places are written as
    :func:`spans`. A percentage has none of its own: those of its parts say it.
    """
    match estimand:
        case Count(dataset=dataset, where=where):
            return _listed(study, dataset, _rows_of(study, dataset, where), None, estimand.unit is Unit.ROWS)
        case (
            Summary(dataset=dataset, where=where, variable=variable)
            | Value(dataset=dataset, where=where, variable=variable)
        ):
            rows = _rows_of(study, dataset, where)
            values = study.frame(dataset)[variable].iloc[rows]
            known = values.notna().to_numpy()
            return _listed(study, dataset, rows[known], [_shortest(one) for one in values[known]], False)
        case Combination(predicate=predicate, among=among):
            true = fulfilling(predicate, study.coded(EVENTS), study.coded("adex"), among)
            return {"patients": spans(sorted(places_of(study)[who] for who, holds in true.items() if holds))}
        case _:
            return None


def _rows_of(study: Study, dataset: str, where: Where) -> npt.NDArray[np.intp]:
    """The places of the rows of a data set that satisfy a filter."""
    return np.flatnonzero(study.coded(dataset).mask(where))


def _listed(
    study: Study, dataset: str, rows: npt.NDArray[np.intp], summarised: list[Any] | None, counted_rows: bool
) -> dict[str, Any]:
    values = {} if summarised is None else {"values": summarised}
    if dataset == EVENTS:
        return {"events": spans(rows.tolist()), **values}
    known = places_of(study)
    patients = [known[name] for name in study.frame(dataset)["USUBJID"].iloc[rows]]
    if summarised is not None:
        return {"patients": spans(patients), **values}
    number = Counter(patients)
    several = counted_rows and max(number.values(), default=1) > 1
    return {
        "patients": spans(sorted(number)),
        **({"rows": " ".join(str(number[one]) for one in sorted(number))} if several else {}),
    }


def _shortest(value: object) -> str | int | float:
    if isinstance(value, str):
        return value
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%dT%H:%M")
    number = float(value)  # type: ignore[arg-type]  # a number of one of the frame's types
    return int(number) if number.is_integer() else number


def spans(places: Sequence[int]) -> str:
    """Whole numbers in their order, neighbours as a span: ``0-3 7``."""
    found: list[list[int]] = []
    for place in places:
        if found and place == found[-1][-1] + 1:
            found[-1] = [found[-1][0], place]
        else:
            found.append([place])
    return " ".join("-".join(map(str, span)) for span in found)


@once_per_study
def places_of(study: Study) -> dict[str, int]:
    """The place of each patient in the list of patients."""
    return {name: place for place, name in enumerate(study.frame("adsl")["USUBJID"])}
