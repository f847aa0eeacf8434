"""Thromboembolic events over time: rates before and after the amendment, distances in days, Wells scores."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

import pandas as pd

from proderm.estimands.adverse_events import RELATED_VALUES
from safetybook.estimands import Derived, Estimand, Statement
from safetybook.intervals import garwood
from safetybook.person_time import cycle_days
from safetybook.rates import DAYS_PER_MONTH, rate
from safetybook.remembered import once_per_study
from safetybook.rounding import exact

if TYPE_CHECKING:
    from safetybook.study import Study

LAST_CYCLE_DAYS = 28
"""A patient's last IVIg cycle counts for one treatment interval of four weeks."""

BEFORE, AFTER = 1, 2
"""PROTVER: the protocol version before and after the maximum infusion rate was reduced."""


@once_per_study
def related_events(study: "Study") -> pd.DataFrame:
    """The thromboembolic events on IVIg that the investigator assessed as related, one row per event."""
    events = study.frame("adae")
    return events[
        (events["TRTEMFL"] == "Y")
        & (events["TRTA"] == "IVIg")
        & (events["CQ01NAM"] == "THROMBOEMBOLIC EVENT")
        & events["AEREL"].isin(RELATED_VALUES)
    ]


@once_per_study
def person_months(study: "Study", version: int) -> Fraction:
    """Months on IVIg under a protocol version.

    Every cycle covers the days from its start to the start of the patient's next one, the last one 28
    days; a month has 30.4375 days. The version is that of the cycle.
    """
    cycles = study.frame("cycles")
    counted = (cycles["TRTA"] == "IVIg") & (cycles["PROTVER"] == version)
    return int(cycle_days(cycles, LAST_CYCLE_DAYS)[counted].sum()) / DAYS_PER_MONTH


def event_count(study: "Study", version: int) -> int:
    """Related thromboembolic events attributed to an infusion under a protocol version."""
    return int((related_events(study)["PROTVER"] == version).sum())


def rates() -> Iterator[Estimand]:
    """Related TEEs per 100 patient-months with Garwood's 95 % interval, before and after the amendment."""
    for name, version in (("before", BEFORE), ("after", AFTER)):
        label = f"Related TEEs per 100 patient-months {name} the amendment"
        yield Derived(f"tee_rate.{name}", label, _rate(version), "events, not patients")
        yield Derived(f"tee_rate.{name}.ci_low", f"{label}: lower 95 % limit", _limit(version, 0), "Garwood")
        yield Derived(f"tee_rate.{name}.ci_high", f"{label}: upper 95 % limit", _limit(version, 1), "Garwood")
    yield Statement("tee_rate.lower_after", "The rate of TEEs was lower after the amendment", _lower_after)


def _rate(version: int) -> "Callable[[Study], Fraction | None]":
    def compute(study: "Study") -> Fraction | None:
        """Related TEE events divided by the person-months under the protocol version, times 100."""
        months = person_months(study, version)
        return rate(event_count(study, version), months) if months else None

    return compute


def _limit(version: int, end: int) -> "Callable[[Study], Fraction | None]":
    def compute(study: "Study") -> Fraction | None:
        """One limit of Garwood's 95 % interval of the rate under the protocol version."""
        months = person_months(study, version)
        return exact(garwood(event_count(study, version), months)[end]) if months else None

    return compute


def _lower_after(study: "Study") -> bool:
    """The rate of related TEEs under the amended protocol is below the rate under the first version."""
    before, after = _rate(BEFORE)(study), _rate(AFTER)(study)
    return before is not None and after is not None and after < before


def times() -> Iterator[Estimand]:
    """Median and range of the whole days from the first and the last IVIg infusion to a related TEE."""
    for name, days, since in (
        ("first", days_from_first_infusion, "the first IVIg infusion"),
        ("last", days_from_last_infusion, "the start of the last IVIg infusion cycle"),
    ):
        for statistic, function in (("median", median), ("minimum", min), ("maximum", max)):
            yield Derived(
                f"tee_time.{name}.{statistic}",
                f"Days from {since} to a related TEE: {statistic}",
                _summary(function, days),
                "over the related events",
            )


def days_from_first_infusion(study: "Study") -> list[int]:
    """Calendar days from the start of the patient's first IVIg infusion to the onset, per related TEE."""
    cycles = study.frame("cycles")
    first = cycles[cycles["TRTA"] == "IVIg"].groupby("USUBJID")["ASTDTM"].min()
    events = related_events(study)
    return [
        _days_between(first[patient], onset)
        for patient, onset in zip(events["USUBJID"], events["ASTDTM"], strict=True)
    ]


def days_from_last_infusion(study: "Study") -> list[int]:
    """Calendar days from the start of the cycle that the event is attributed to, per related TEE."""
    events = related_events(study)
    return [
        _days_between(start, onset) for start, onset in zip(events["CYCSTDTM"], events["ASTDTM"], strict=True)
    ]


def _days_between(start: pd.Timestamp, end: pd.Timestamp) -> int:
    return (end.normalize() - start.normalize()).days


def _summary(
    function: Callable[[list[Fraction]], Fraction], days: "Callable[[Study], list[int]]"
) -> "Callable[[Study], Fraction | None]":
    def compute(study: "Study") -> Fraction | None:
        """A summary of whole days over the related TEEs; None without such an event."""
        values = [Fraction(day) for day in days(study)]
        return function(values) if values else None

    return compute


def wells() -> Iterator[Estimand]:
    """Wells scores at the last visit before the event."""
    yield Derived(
        "wells.last_before_tee.maximum",
        "Highest Wells score at the last visit before a TEE",
        highest_before_event,
    )
    yield Statement(
        "wells.most_zero", "Most patients had a Wells score of 0 at their last visit", _most_patients_zero
    )


def highest_before_event(study: "Study") -> Fraction | None:
    """The highest last score (deep vein thrombosis or pulmonary embolism) dated before the day of a TEE,
    over all patients with a TEE on IVIg; None when one of them has no earlier score.
    """
    scores, events = study.frame("adwells"), study.frame("adae")
    found: list[float] = []
    on_ivig = events[(events["CQ01NAM"] == "THROMBOEMBOLIC EVENT") & (events["TRTA"] == "IVIg")]
    for patient, onset in zip(on_ivig["USUBJID"], on_ivig["ASTDTM"], strict=True):
        earlier = scores[(scores["USUBJID"] == patient) & (scores["ADT"] < onset.normalize())]
        if earlier.empty:
            return None
        found.extend(_last_scores(earlier))
    return max(map(exact, found), default=None)


def _most_patients_zero(study: "Study") -> bool:
    """More than half of the patients have only scores of 0 at their last visit, which for a patient with a
    TEE on IVIg is the last one before the day of the first event.
    """
    scores, events = study.frame("adwells"), study.frame("adae")
    on_ivig = events[(events["CQ01NAM"] == "THROMBOEMBOLIC EVENT") & (events["TRTA"] == "IVIg")]
    first = dict(on_ivig.groupby("USUBJID")["ASTDTM"].min())
    onset = pd.to_datetime(scores["USUBJID"].map(first)).dt.normalize()
    zero = (_last_scores(scores[onset.isna() | (scores["ADT"] < onset)]) == 0).groupby("USUBJID").all()
    return 2 * int(zero.sum()) > study.frame("adsl")["USUBJID"].nunique()


def _last_scores(scores: pd.DataFrame) -> "pd.Series[float]":
    """The last value of each Wells score of each patient, by patient and score."""
    return scores.sort_values("ADT", kind="stable").groupby(["USUBJID", "PARAMCD"])["AVAL"].last()


def risk() -> Iterator[Estimand]:
    """The sentence on the risk of a TEE by the number of risk factors."""
    yield Statement(
        "risk.highest_with_three",
        "The risk of a TEE was highest with three or more risk factors",
        _highest_with_three,
    )


def _highest_with_three(study: "Study") -> bool:
    """The share of patients with a TEE is higher among those with three or more of Table 6's risk factors
    than among those with none, with one, and with two.
    """
    patients = study.frame("adsl")
    with_tee = (patients["TEEFL"] == "Y").astype(int)
    shares = with_tee.groupby(patients["NTEERF"].clip(upper=3)).mean()
    return 3 in shares.index and bool((shares.drop(3) < shares[3]).all())
