"""What is known of this trial's numbers beyond the single claims: levels, arguments and solved bounds.

Every argument starts from printed values and is run again on them. It serves numbers that no general rule
finds: what several tables say together, or what the listings of patients add up to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from statistics import median

from proderm.datasets import DATASETS
from proderm.estimands.adverse_events import (
    SERIOUS_UNRELATED_EXTENSION,
    SERIOUS_UNRELATED_FIRST_PERIOD,
    preferred_term,
)
from proderm.estimands.baseline import RISK_FACTORS
from proderm.estimands.listings import RELATED_TEE_PATIENTS, RELATED_TEES, SERIOUS_EVENTS, WITHDRAWALS
from proderm.estimands.listings import RISK_FACTORS as LISTED
from safetybook.claims import WORDS, Claim
from safetybook.contradictions import Contradiction
from safetybook.datasets import FLAG_CODES
from safetybook.determinacy import Determinacy, Standing, bounded, determined, illustrative
from safetybook.rounding import interval
from safetybook.row_counts import Levels
from safetybook.standings import Bound, Evidence
from safetybook.value_counts import Known, median_ends

Printed = Mapping[str, str]
"""Printed values by estimand, without those that are given up as impossible."""

Argument = tuple[str, Standing]
"""An estimand, and what an argument says of it."""


def evidence(ledger: Iterable[Claim], contradictions: Iterable[Contradiction], store: Path) -> Evidence:
    """All that is known beyond the single claims of the ledger; `store` is the file of solved bounds."""
    given_up = {name for contradiction in contradictions for name in contradiction.claims}
    ledger = list(ledger)
    printed = {claim.estimand: claim.value for claim in ledger if claim.claim_id not in given_up}
    as_said = {claim.estimand: claim.value for claim in ledger}
    arguments = (at_risk, ages, risk_factors, serious_events, withdrawals, reduced_dose)
    reasons = dict(found for argument in arguments for found in argument(printed))
    return Evidence(levels(), reasons | dict(cycle_days(printed, as_said)), solved(store))


def levels() -> Levels:
    """All values of the variables that are never missing, over all data sets."""
    found: dict[str, frozenset[str | int | float]] = {"TEEFL": FLAG_CODES, "RELTEEFL": FLAG_CODES}
    for dataset in DATASETS:
        for variable in dataset.variables:
            if variable.codes is not None and dataset.needs(variable.name):
                found[variable.name] = found.get(variable.name, frozenset()) | variable.codes
    return found


def solved(store: Path) -> dict[str, Bound]:
    """The stored bounds by the id of what they are of: proved as the best if data sets reach both ends.

    None while they are being made.
    """
    if not store.exists():
        return {}
    stored = json.loads(store.read_text(encoding="utf-8"))["bounds"]
    return {
        bound["id"]: Bound(
            bound["low"]["value"],
            bound["high"]["value"],
            all(bound[end]["value"] == bound[end]["reached"] for end in ("low", "high")),
        )
        for bound in stored
    }


def at_risk(printed: Printed) -> Iterator[Argument]:
    """Everyone who was randomised was treated, and everyone who entered the extension was infused there."""
    for column, named, why in (
        ("ivig_arm", "randomised.ivig_arm", "all who were randomised were treated"),
        ("placebo_arm", "randomised.placebo_arm", "all who were randomised were treated"),
        ("ivig_ext", "entered_extension.all.patients", "all who entered the extension received IVIg there"),
    ):
        yield f"at_risk.{column}", determined(why, int(printed[named]))


def ages(printed: Printed) -> Iterator[Argument]:
    """Table 5 has five of the six ages; Table 6's mean gives the sixth, and limits the others' median."""
    known = [int(printed[f"p{patient}.age"]) for patient in RELATED_TEE_PATIENTS]
    size = int(printed["randomised.tee"])
    low, high = interval(printed["age.tee.mean"])
    sixths = [total - sum(known) for total in range(ceil(low * size), ceil(high * size))]
    medians = [median([Fraction(age) for age in (*known, sixth)]) for sixth in sixths]
    yield (
        "age.tee.median",
        bounded(min(medians), max(medians), "Table 5’s ages, and Table 6’s mean for the sixth patient"),
    )
    others = int(printed["randomised.no_tee"])
    low, high = interval(printed["age.no_tee.mean"])
    youngest, oldest = (int(printed[f"age.no_tee.{end}"]) for end in ("minimum", "maximum"))
    middle = int(Fraction(printed["age.all.median"]))
    half = (others + size) // 2
    older = sum(age > middle for age in known) + (min(sixths) > middle)
    if older != size or (others + size) % 2 == 0:
        raise ValueError("the argument on the median age needs six patients older than the median of all")
    ends = median_ends(
        range(youngest, oldest + 1),
        (
            Known(lambda age: age, ceil(low * others), ceil(high * others) - 1),
            Known(lambda age: age == youngest, 1, others),
            Known(lambda age: age == oldest, 1, others),
            # The median of all is one of the ages, and the six are above it.
            Known(lambda age: age < middle, 0, half),
            Known(lambda age: age > middle, 0, half - size),
        ),
        others,
    )
    yield "age.no_tee.median", bounded(*ends, "Table 6’s mean and range, and the median age of all patients")


def cycle_days(printed: Printed, as_said: Printed) -> Iterator[Argument]:
    """The article's median of the days of a cycle, read as a mean, and the median that it leaves."""
    total = int(printed["cycles.ivig"])
    low, high = interval(as_said["cycle_days.ivig.median"])
    yield (
        "cycle_days.ivig.mean",
        Standing(Determinacy.DETERMINED, low, high, why="the article’s median, read as a mean"),
    )
    # With two days at least, every longer cycle adds a day or more to the sum.
    longer = floor(high * total) - 2 * total
    if 2 * longer < total:
        yield (
            "cycle_days.ivig.median",
            determined("with that mean and no cycle of one day, most cycles have two", 2),
        )


def risk_factors(printed: Printed) -> Iterator[Argument]:
    """Table 6's counts by factor, and Table 5's lists of the factors of each patient."""
    counts = {
        name: [int(printed[f"risk_{name}.{column}.patients"]) for column in ("tee", "no_tee")]
        for name in RISK_FACTORS
    }
    sizes = [int(printed[f"randomised.{column}"]) for column in ("tee", "no_tee")]
    folds = [Fraction(have * sizes[1], sizes[0] * others) for have, others in counts.values() if others]
    yield "risk.fold.maximum", determined("the ratio of Table 6’s counts", max(folds))
    yield "risk.fold.minimum", determined("the ratio of Table 6’s counts", min(folds))
    numbers = [sum(factor in RISK_FACTORS.values() for factor in own) for own in LISTED.values()]
    numbers.append(sum(have for have, _ in counts.values()) - sum(numbers))
    for number in range(4):
        why = "Table 5’s lists, and Table 6’s rows for the sixth patient"
        yield f"factors_{number}.tee.patients", determined(why, numbers.count(number))
    yield "p7.disease_activity", illustrative("Table 6 leaves mild or moderate")


def serious_events(printed: Printed) -> Iterator[Argument]:
    """Table 4 lists all serious related events; with the text's list they are all serious events."""
    intensities = [
        printed[f"p{patient}.{preferred_term(term).id}.serious.intensity"].lower()
        for patient, term in SERIOUS_EVENTS
    ]
    if len(intensities) == int(printed["related_serious.ivig_all.events"]):
        for level in ("mild", "moderate", "severe"):
            why = "Table 4 lists them all"
            yield f"related_{level}_serious.ivig_all.events", determined(why, intensities.count(level))
        tees = len(set(RELATED_TEES) & set(SERIOUS_EVENTS))
        yield "related_tee_serious.ivig_all.events", determined("Table 4 lists them all", tees)
    first, overall, placebo = (
        int(printed[f"serious.{column}.events"]) for column in ("ivig_p1", "ivig_all", "placebo_p1")
    )
    listed = [printed[f"p{patient}.serious.treatment"].startswith("First") for patient, _ in SERIOUS_EVENTS]
    for terms, column, total in (
        (SERIOUS_UNRELATED_FIRST_PERIOD, "any_p1", first + placebo - sum(listed)),
        (SERIOUS_UNRELATED_EXTENSION, "ivig_ext", overall - first - listed.count(False)),
    ):
        stems = [f"unrelated_serious_{term.id}.{column}" for term in terms]
        least = {stem: int(printed.get(f"{stem}.events", printed[f"{stem}.patients"])) for stem in stems}
        if sum(least.values()) == total:
            for stem, number in least.items():
                why = "with one event for each patient the lists add up to Table 1"
                yield f"{stem}.events", determined(why, number)


def withdrawals(printed: Printed) -> Iterator[Argument]:
    """Table 7 lists the related events of all patients who stopped for one."""
    listed: dict[str, set[str]] = {"tee": set(), "serious": set()}
    patients = set()
    for patient, term in WITHDRAWALS:
        stem = f"p{patient}.{preferred_term(term).id}.withdrawn"
        if printed[f"{stem}.causality"] in ("Possible", "Probable"):
            patients.add(patient)
            listed["tee"] |= {patient} if f"{stem}.tee" in printed else set()
            listed["serious"] |= {patient} if printed[f"{stem}.serious"] == "Yes" else set()
    if len(patients) == int(printed["related_discontinuation.ivig_all.patients"]):
        for kind, found in listed.items():
            why = "Table 7 lists all patients who stopped for a related event"
            yield f"related_discontinuation_{kind}.ivig_all.patients", determined(why, len(found))


def reduced_dose(printed: Printed) -> Iterator[Argument]:
    """The text tells of each patient with a reduced dose which related events occurred at that dose."""
    none = sum(_number(printed[f"reduced.{group}"]) for group in ("never", "mild_then_none"))
    told = ("severe_headache", "one_mild_headache")
    groups = [_number(printed[f"reduced.{group}"]) for group in told]
    if none + sum(groups) == int(printed["reduced.patients"]) and groups == [1, 1]:
        total = sum(_number(printed[f"reduced.{group}.at_reduced"]) for group in told)
        yield "related.reduced.events", determined("the text tells it of each of these patients", total)


def _number(text: str) -> int:
    """A small number in digits or as the article words it."""
    return int(WORDS.get(text.lower(), text))
