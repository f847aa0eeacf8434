"""What rounding checks need beside the catalogue: units of variables, and what follows from what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from statistics import median

from proderm.datasets import DATASETS
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import TIMED_TERMS, preferred_term
from proderm.estimands.baseline import RISK_FACTORS
from proderm.estimands.listings import RELATED_TEES, SERIOUS_EVENTS
from safetybook.datasets import Kind
from safetybook.estimands import Function, Summary
from safetybook.granularity import Formula, Knowledge, RateEstimands

SUMMARIES: dict[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "minimum": min,
    "median": median,
    "maximum": max,
}


def _folds(numbers: Sequence[Fraction]) -> list[Fraction]:
    """From two group sizes and pairs of counts, the finite ratios of shares: with a TEE, to without."""
    (tee, no_tee), counts = numbers[:2], numbers[2:]
    pairs = zip(counts[::2], counts[1::2], strict=True)
    return [with_tee * no_tee / (without * tee) for with_tee, without in pairs if without and tee]


def _fold_formula(end: str) -> Formula:
    counts = [f"risk_{name}.{column}.patients" for name in RISK_FACTORS for column in ("tee", "no_tee")]
    choose = min if end == "minimum" else max
    return Formula(
        ("randomised.tee", "randomised.no_tee", *counts),
        lambda numbers: choose(_folds(numbers), default=None),
    )


def _medians() -> tuple[str, ...]:
    """Table 3's medians on IVIg: all that were printed of at least one event."""
    return tuple(
        name
        for name, estimand in CATALOGUE.items()
        if isinstance(estimand, Summary)
        and estimand.function is Function.MEDIAN
        and name.endswith(".ivig_p1.median")
        and any(f".{term.id}_" in name for term in TIMED_TERMS)
    )


def _percent(numbers: Sequence[Fraction]) -> Fraction | None:
    part, whole = numbers
    return 100 * part / whole if whole else None


def _formulas() -> dict[str, Formula]:
    latencies = tuple(f"p{p}.{preferred_term(term).id}.tee.latency" for p, term in RELATED_TEES)
    durations = tuple(f"p{p}.{preferred_term(term).id}.serious.duration" for p, term in SERIOUS_EVENTS)
    formulas = {f"risk.fold.{end}": _fold_formula(end) for end in ("minimum", "maximum")}
    for name, function in SUMMARIES.items():
        formulas[f"tee_time.last.{name}"] = Formula(latencies, function)
        formulas[f"duration.related_serious.ivig_all.{name}"] = Formula(durations, function)
    for end in ("minimum", "maximum"):
        formulas[f"table_3_medians.ivig_p1.{end}"] = Formula(_medians(), SUMMARIES[end], extreme=True)
    formulas["related_serious.resumed_percent"] = Formula(
        ("related_serious.resumed", "related_serious.ivig_all.patients"), _percent
    )
    return formulas


KNOWLEDGE = Knowledge(
    steps={
        **{v.name: Fraction(1) for dataset in DATASETS for v in dataset.variables if v.kind is Kind.INTEGER},
        # Derived per cycle: the number of its infusion episodes, one a day.
        "CYCDAYS": Fraction(1),
    },
    formulas=_formulas(),
    rates=tuple(
        RateEstimands(f"tee_rate.{name}", f"tee_rate.{name}.ci_low", f"tee_rate.{name}.ci_high")
        for name in ("before", "after")
    ),
    one_per_patient=frozenset(dataset.name for dataset in DATASETS if dataset.key == ("USUBJID",)),
)
