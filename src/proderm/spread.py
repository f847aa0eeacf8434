"""What the members of the ensemble have in numbers that the article does not print: ``summary.csv``.

Reading a hundred data sets takes minutes, and a page has seconds: so these counts are kept in a table, one
row for each count, one column for each member.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from proderm import bounds, infusion_rates, over_time, risk_factors
from proderm.columns import IVIG_ALL, IVIG_P1
from proderm.ensemble import FOLDER, SUMMARY, Ensemble
from proderm.estimands import CATALOGUE
from proderm.estimands.families import TREATMENT_EMERGENT
from proderm.table_3 import MEASURES
from safetybook import whole_files
from safetybook.estimands import Summary
from safetybook.remembered import once_per_study
from safetybook.spreads import Curve
from safetybook.stored_answers import StaleAnswersError
from safetybook.strips import observed
from safetybook.study import Study

BOUNDED = "bounded: "
FACTORS = "without a TEE, risk factors"
RATES = "IVIg cycles by maximum rate: "

MOST_EVENTS = 28
VISITS = {"IVIg": 10, "Placebo": 4}
"""Visits for infusion of each treatment, four weeks apart."""

DAYS = {
    "latency": tuple(half / 2 for half in range(2 * 4 + 2)),
    "duration": tuple(float(day) for day in range(1, 12)),
}
"""Where the curves of Table 3's headaches on IVIg are read off: to beyond the printed maximum."""

Key = tuple[str, str]
"""What is counted, and at which place of its curve (empty if it is a single number)."""


@once_per_study
def counts(study: Study) -> dict[Key, int]:
    """All counts of one data set, in a fixed order."""
    parts = (_answers, _burden, _visits, _headaches, over_time.values, _factors, _rates)
    return {key: number for part in parts for key, number in part(study).items()}


def _answers(study: Study) -> dict[Key, int]:
    """The counts that the chapter on determinacy bounds."""
    return {(BOUNDED + row.label, ""): row.example for row in bounds.answers(study)}


def _burden(study: Study) -> dict[Key, int]:
    """How many patients on IVIg had no, one, two, ... TEAEs; the last number stands for itself and more."""
    treated = study.rows("adex", IVIG_ALL.where)["USUBJID"].unique()
    own = study.rows("adae", TREATMENT_EMERGENT & IVIG_ALL.where)["USUBJID"].value_counts()
    number = own.reindex(treated, fill_value=0).clip(upper=MOST_EVENTS).value_counts()
    return {("teaes_per_patient", str(n)): int(number.get(n, 0)) for n in range(MOST_EVENTS + 1)}


def _visits(study: Study) -> dict[Key, int]:
    """How many patients were infused with each treatment at each visit, by its scheduled week."""
    cycles = study.frame("cycles")
    found: dict[Key, int] = {}
    for treatment, visits in VISITS.items():
        number = cycles.loc[cycles["TRTA"] == treatment, "CYCLE"].value_counts()
        found |= {(f"infused: {treatment}", str(4 * n)): int(number.get(n + 1, 0)) for n in range(visits)}
    return found


def _headaches(study: Study) -> dict[Key, int]:
    """How many of Table 3's headaches on IVIg had begun, or resolved, by a number of days."""
    found: dict[Key, int] = {}
    for measure in MEASURES:
        median = CATALOGUE[f"{measure}.headache_all.{IVIG_P1.id}.median"]
        assert isinstance(median, Summary)
        values = [value for value in observed(study, median) if value is not None]
        for day in DAYS[measure]:
            found[f"headache: {measure}", f"{day:g}"] = sum(value <= day for value in values)
    return found


def _factors(study: Study) -> dict[Key, int]:
    """How many patients without a TEE had each combination of risk factors that several could have."""
    found = risk_factors.combined(study, with_tee=False)
    return {(FACTORS, " + ".join(sorted(own))): found[own] for own in risk_factors.shared(study)}


def _rates(study: Study) -> dict[Key, int]:
    """How many IVIg cycles had each maximum rate, before and after the amendment."""
    return {
        (RATES + name, f"{rate:g}"): number
        for version, name in infusion_rates.VERSIONS.items()
        for rate, number in infusion_rates.at_each_rate(study, version).items()
    }


def text(columns: Mapping[int, Mapping[Key, int]]) -> str:
    """The table as CSV text: a row for each count, a column for each seed."""
    seeds = sorted(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["count", "at", *seeds])
    for key in dict.fromkeys(key for seed in seeds for key in columns[seed]):
        writer.writerow([*key, *(columns[seed][key] for seed in seeds)])
    return out.getvalue()


@cache
def stored(folder: Path = FOLDER) -> pd.DataFrame:
    """The table by (count, at), one column of integers for each seed, named by it as text.

    Raises:
        StaleAnswersError: if it is missing, as while members are made, or its members are not those of the
            manifest.
    """
    if not (folder / SUMMARY).exists():
        raise StaleAnswersError(folder / SUMMARY, "nothing", "ensemble")
    table = pd.read_csv(folder / SUMMARY, dtype={"count": "str", "at": "str"}, keep_default_na=False)
    found, expected = list(table.columns[2:]), [str(seed) for seed in sorted(Ensemble.stored(folder).digests)]
    if found != expected:
        raise StaleAnswersError(folder / SUMMARY, "other members than the manifest", "ensemble")
    return table.set_index(["count", "at"])


def curve(study: Study, count: str, treatment: str, settled: Iterable[float]) -> Curve:
    """A count at all its places: in `study`, and in every member. At the `settled` places it is published."""
    rows = stored().loc[count]
    here = counts(study)
    return Curve(
        treatment,
        tuple(map(float, rows.index)),
        tuple(here[count, at] for at in rows.index),
        tuple(tuple(map(int, row)) for row in rows.to_numpy()),
        frozenset(settled),
    )


def others(count: str) -> dict[str, tuple[int, ...]]:
    """The members' counts at each place of a curve."""
    rows = stored().loc[count]
    return {at: tuple(map(int, row)) for at, row in zip(rows.index, rows.to_numpy(), strict=True)}


def answers() -> dict[str, tuple[int, ...]]:
    """The members' answers to the questions whose answers are bounded, by the question's label."""
    return {
        name.removeprefix(BOUNDED): tuple(map(int, row))
        for (name, _), row in zip(stored().index, stored().to_numpy(), strict=True)
        if name.startswith(BOUNDED)
    }


def members() -> int:
    """How many members the table has."""
    return stored().shape[1]


def write(folder: Path = FOLDER, seeds: Iterable[int] | None = None) -> None:
    """Count in every member and write the table, whole or not at all."""
    ensemble = Ensemble.stored(folder)
    columns = {}
    for seed in sorted(ensemble.digests) if seeds is None else seeds:
        columns[seed] = counts(ensemble.member(seed))
        print(f"\r  counted in {len(columns)} of {len(ensemble.digests)} members", end="", file=sys.stderr)
    print(file=sys.stderr)
    whole_files.write(folder / SUMMARY, text(columns))


if __name__ == "__main__":
    write()
