"""One model of exposure: each patient's time under a treatment, and on which day of it events began.

Every infusion cycle covers the days from its start to the start of the patient's next cycle, whatever
that one's treatment; the last cycle covers a fixed number of days. So a patient's time divides among
treatments at the switch and among periods at their boundary, without gap or overlap, and the time under
one treatment is the sum of its cycles. Events belong to the cycle that they are attributed to.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import itemgetter

import pandas as pd

from safetybook.estimands import Where
from safetybook.rates import DAYS_PER_MONTH, rate


def cycle_days(cycles: pd.DataFrame, last: int) -> pd.Series[int]:
    """The days that each infusion cycle covers, on the index of `cycles`.

    Args:
        cycles: one row per patient and cycle, with USUBJID and ASTDTM (the start). All cycles of a patient
            must be there, of any treatment, because each ends the time of the one before.
        last: how many days a patient's last cycle covers.

    Raises:
        ValueError: if two cycles of a patient begin on the same day.
    """
    ordered = cycles[["USUBJID", "ASTDTM"]].sort_values(["USUBJID", "ASTDTM"])
    began = ordered["ASTDTM"].dt.normalize()
    gaps = (began.groupby(ordered["USUBJID"]).shift(-1) - began).dt.days
    if (gaps == 0).any():
        at = int((gaps == 0).to_numpy().argmax())
        raise ValueError(f"{ordered['USUBJID'].iloc[at]}: two cycles begin on {began.iloc[at].date()}")
    days: pd.Series[int] = gaps.fillna(last).astype("int64")
    return days.reindex(cycles.index)


def patient_time(cycles: pd.DataFrame, last: int, by: Sequence[str] = ("TRTA", "APERIOD")) -> pd.DataFrame:
    """Days at risk and cycles of each patient under each treatment and period, sorted.

    Args:
        cycles: all cycles of the patients, with USUBJID, ASTDTM and the variables of `by`.
        last: how many days a patient's last cycle covers.
        by: what divides a patient's time.

    Returns:
        One row per patient and value of `by` that occurs: USUBJID, the `by` variables, CYCLES, DAYS.

    Raises:
        ValueError: if two cycles of a patient begin on the same day.
    """
    groups = cycles.assign(DAYS=cycle_days(cycles, last)).groupby(["USUBJID", *by], sort=True)["DAYS"]
    return groups.agg(CYCLES="size", DAYS="sum").reset_index()


@dataclass(frozen=True, order=True)
class Onset:
    """When an event began: on which day of the patient's time, and in which of its cycles, both from 1."""

    day: int
    cycle: int


@dataclass(frozen=True)
class History:
    """A patient's time under one treatment, or in any other choice of infusion cycles.

    `cycle_days` are the days of the chosen cycles in order. They are laid end to end: day 1 is the first
    day of the first of them, and cycle 1 is the first of them, whatever its number in the study.
    `onsets` are in order. `to_the_end` tells whether the patient's last cycle of all is among the chosen;
    if not, the time ends because the patient went on to something else.
    """

    patient: str
    cycle_days: tuple[int, ...]
    onsets: tuple[Onset, ...] = ()
    to_the_end: bool = True

    def __post_init__(self) -> None:
        if not self.cycle_days or min(self.cycle_days) < 1:
            raise ValueError(f"{self.patient}: every history has a cycle, and every cycle a day")
        if list(self.onsets) != sorted(self.onsets):
            raise ValueError(f"{self.patient}: the onsets are not in order")
        if self.onsets and not 1 <= self.onsets[0].day <= self.onsets[-1].day <= self.days:
            raise ValueError(f"{self.patient}: an event lies outside of days 1 to {self.days}")

    @property
    def days(self) -> int:
        """The days at risk: of all chosen cycles."""
        return sum(self.cycle_days)

    @property
    def first(self) -> Onset | None:
        """The first event, if there is one."""
        return self.onsets[0] if self.onsets else None


def histories(cycles: pd.DataFrame, events: pd.DataFrame, among: Where, last: int) -> list[History]:
    """The time of each patient in the chosen cycles, with the events that belong to these cycles.

    The day of onset is a day at risk: an event on the day of the infusion begins on day 1 of the cycle. An
    event counts within the days of its own cycle. So one that began on the day of the next infusion, but
    before it, counts on the cycle's last day, and so does one that began after the days that a patient's
    last cycle covers.

    Args:
        cycles: all cycles of the patients: USUBJID, CYCLE, ASTDTM and the variables of `among`.
        events: the events to count, one a row: USUBJID, CYCLE (the cycle they are attributed to; missing
            before the first infusion, and then not counted), ASTDTM (the onset).
        among: which cycles are chosen.
        last: how many days a patient's last cycle covers.

    Returns:
        A history of each patient with a chosen cycle, by patient.

    Raises:
        ValueError: if two cycles of a patient begin on the same day, or if an event belongs to a cycle that
            does not exist or began later.
    """
    timed = cycles.assign(DAYS=cycle_days(cycles, last)).sort_values(["USUBJID", "ASTDTM"])
    onsets = _onsets(timed, events)
    timed["FINAL"] = ~timed["USUBJID"].duplicated(keep="last")
    chosen = timed.loc[among.mask(timed), ["USUBJID", "CYCLE", "DAYS", "FINAL"]]
    lines = zip(*(chosen[name].tolist() for name in chosen), strict=True)
    return [_history(str(patient), list(own), onsets) for patient, own in groupby(lines, key=itemgetter(0))]


def _history(
    patient: str,
    cycles: Sequence[tuple[Hashable, Hashable, int, bool]],
    onsets: Mapping[tuple[Hashable, Hashable], Sequence[int]],
) -> History:
    """The history of a patient in cycles in their order: patient, number, days, whether the last of all."""
    before, placed = 0, []
    for number, (name, cycle, days, _) in enumerate(cycles, start=1):
        placed += [Onset(before + min(day, days), number) for day in onsets.get((name, cycle), [])]
        before += days
    final = cycles[-1][-1]
    return History(patient, tuple(days for _, _, days, _ in cycles), tuple(sorted(placed)), final)


def _onsets(cycles: pd.DataFrame, events: pd.DataFrame) -> dict[tuple[Hashable, Hashable], list[int]]:
    """The days of onset, counted from 1 at the start of the cycle, by patient and cycle."""
    starts = cycles[["USUBJID", "CYCLE", "ASTDTM"]].rename(columns={"ASTDTM": "START"})
    attributed = events.loc[events["CYCLE"].notna(), ["USUBJID", "CYCLE", "ASTDTM"]]
    placed = attributed.merge(starts, on=["USUBJID", "CYCLE"], how="left", validate="m:1")
    impossible = placed[~(placed["ASTDTM"] >= placed["START"])]
    if len(impossible):
        patient, cycle, onset, _ = impossible.iloc[0]
        raise ValueError(f"{patient}: an event of {onset} cannot belong to cycle {cycle}")
    days = (placed["ASTDTM"].dt.normalize() - placed["START"].dt.normalize()).dt.days + 1
    found: dict[tuple[Hashable, Hashable], list[int]] = {}
    for patient, cycle, day in zip(
        *(column.tolist() for column in (placed["USUBJID"], placed["CYCLE"], days)), strict=True
    ):
        found.setdefault((patient, cycle), []).append(int(day))
    return found


@dataclass(frozen=True)
class Occurrence:
    """How many events in how many patients, infusion cycles and days; every rate is exact.

    A rate of nothing (no patient) is None.
    """

    events: int
    patients: int
    cycles: int
    days: int

    @property
    def months(self) -> Fraction:
        """The days in months of 30.4375 days."""
        return self.days / DAYS_PER_MONTH

    @property
    def per_patient(self) -> Fraction | None:
        """Events per patient at risk; of first events, the share of patients with an event."""
        return Fraction(self.events, self.patients) if self.patients else None

    @property
    def per_100_months(self) -> Fraction | None:
        """Events per 100 patient-months at risk."""
        return rate(self.events, self.months) if self.days else None

    @property
    def per_100_cycles(self) -> Fraction | None:
        """Events per 100 infusion cycles."""
        return rate(self.events, Fraction(self.cycles)) if self.cycles else None


def all_events(given: Iterable[History]) -> Occurrence:
    """Every event, over all the time: a patient stays at risk after an event."""
    given = list(given)
    return Occurrence(
        sum(len(history.onsets) for history in given),
        len(given),
        sum(len(history.cycle_days) for history in given),
        sum(history.days for history in given),
    )


def first_events(given: Iterable[History]) -> Occurrence:
    """Each patient's first event, over the time to it: afterwards the patient is no longer at risk.

    The day of the first event and the cycle it belongs to are the last ones that count.
    """
    given = list(given)
    ends = [history.first or Onset(history.days, len(history.cycle_days)) for history in given]
    return Occurrence(
        sum(history.first is not None for history in given),
        len(given),
        sum(end.cycle for end in ends),
        sum(end.day for end in ends),
    )
