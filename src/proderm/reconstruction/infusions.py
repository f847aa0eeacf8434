"""Stages *rates* and *doses*, and the hours of every infusion episode."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from typing import Any

import pandas as pd

from proderm.reconstruction import design
from proderm.reconstruction.design import IVIG
from proderm.reconstruction.published import Published
from proderm.reconstruction.table_5 import tee_patients
from safetybook.reconstruct.possible import PossibleRows, groups, records
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import half_up

RATES = {1: (0.12, 0.08, 0.06, 0.04), 2: (0.04, 0.03, 0.02, 0.06, 0.08)}  # candidates by protocol version
LIKELIHOOD = {1: (80, 10, 5, 5), 2: (80, 8, 6, 4, 2)}  # plausibility: most at the permitted maximum
VIAL = 5  # g; doses are made up of whole vials
HIGHEST_DOSE = Fraction(2034, 1000)  # g/kg, Table 6's maximum 2.03 as printed
DRIFT = (-2.0, -1.2, -0.6, 0.0, 0.5, 1.0, 1.6)  # change of body weight since baseline, per cent


def build_rates(
    stage: Stage, cycles: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """Each patient's maximum rate under each protocol version."""
    rng = random.Random(f"{seed}/rates")
    ivig = cycles[cycles["TRTA"] == IVIG]
    lines, costs = [], []
    for patient, version in ivig[["USUBJID", "PROTVER"]].drop_duplicates().itertuples(index=False):
        taste = rng.choices(RATES[version], LIKELIHOOD[version])[0]
        rates = [rate for rate in RATES[version] if _rate_fits(patient, version, rate, published)]
        lines += [(patient, IVIG, version, rate, f"{patient}/{version}") for rate in rates]
        costs += [0 if rate == taste else 10 for rate in rates]
    frame = pd.DataFrame(lines, columns=["USUBJID", "TRTA", "PROTVER", "EXRATMAX", "CHOICE"])
    rows = stage.choose("maxrates", frame.merge(subjects, on="USUBJID"), one_per="CHOICE")
    published.impose(stage)
    stage.prefer(rows, costs)
    return rows


def _rate_fits(patient: str, version: int, rate: float, published: Published) -> bool:
    """Table 5: the rate in the event's cycle is one of the patient's rates under that version.

    Its footnote prints patient 4's rates by period, and the period is that of the version.
    """
    if patient == "4":
        return rate == float(published.text(f"p4.rate.period_{version}"))
    if patient in ("2", "3", "6") or (patient == "7" and version == 2):
        return rate >= tee_patients(published)[patient].rate
    return True


def build_doses(
    stage: Stage, cycles: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """The actual dose of each IVIg cycle: whole vials over the body weight at that visit."""
    rng = random.Random(f"{seed}/doses")
    weights = dict(zip(subjects["USUBJID"], subjects["WEIGHTBL"], strict=True))
    tee = dict(zip(subjects["USUBJID"], subjects["TEEFL"], strict=True))
    lines = []
    for row in records(cycles[cycles["TRTA"] == IVIG]):
        weight = weights[row.USUBJID]
        grams = cycle_grams(row.USUBJID, row.CYCLE, weight, row.DOSEPGKG)
        doses = {
            half_up(Fraction(grams) / (Fraction(weight) * (1 + Fraction(str(d)) / 100)), 4) for d in DRIFT
        }
        if _is_event_cycle(row.USUBJID, row.CYCLE) or row.USUBJID == "1":
            doses = {half_up(Fraction(grams, int(weight)), 4)}
        fitting = [d for d in sorted(doses) if Fraction(d) < HIGHEST_DOSE]
        if tee[row.USUBJID] == "Y":
            fitting = [d for d in fitting if Fraction(d) >= Fraction("1.975")] or fitting
        lines += [
            (row.USUBJID, row.TRTA, row.APERIOD, row.CYCLE, grams, float(dose))
            for dose in fitting or [min(doses)]
        ]
    columns = ["USUBJID", "TRTA", "APERIOD", "CYCLE", "GRAMS", "CYCDOSE"]
    frame = pd.DataFrame(lines, columns=columns).merge(subjects, on="USUBJID")
    frame = frame.assign(CHOICE=frame["USUBJID"] + "/" + frame["CYCLE"].astype(str))
    rows = stage.choose("cycles", frame, one_per="CHOICE")
    published.impose(stage)
    stage.prefer(rows, [rng.randrange(10) for _ in lines])
    return rows


def cycle_grams(patient: str, cycle: int, weight: float, planned: float) -> int:
    """Grams of a cycle: whole vials nearest to the planned dose, not above the published maximum.

    Table 5's doses are whole multiples of 10 g and come out by the same rule.
    """
    if patient == "1" and cycle == design.EVENT_CYCLE["1"]:
        return 20  # broken off: 20 g in 83 kg are 0.24 g/kg, Table 6's lowest actual dose
    target = Fraction(planned) * Fraction(weight)
    grams = int(target / VIAL + Fraction(1, 2)) * VIAL
    if grams > planned / 2 * HIGHEST_DOSE * Fraction(weight):
        grams -= VIAL
    return grams


def _is_event_cycle(patient: str, cycle: int) -> bool:
    return patient in design.RELATED_TEE_PATIENTS and design.EVENT_CYCLE[patient] == cycle


# The label's ramp: half an hour each at 0.01, 0.02, 0.04 and 0.08 mL/kg/min, then 0.12.
RAMP = (0.01, 0.02, 0.04, 0.08, 0.12)
STEP_MINUTES = 30
ML_PER_GRAM = 10  # a 10 % solution
PLANNED = 2.0  # g/kg; the volume of placebo is that of the planned dose of IVIg


def infusion_minutes(ml_per_kg: float, maximum: float) -> int:
    """Minutes to infuse a volume by the label's ramp up to a maximum rate."""
    minutes, left = 0.0, ml_per_kg
    for rate in RAMP:
        if rate >= maximum:
            break
        given = min(left, rate * STEP_MINUTES)
        minutes += given / rate
        left -= given
    return round(minutes + left / maximum)


def episodes(cycles: pd.DataFrame, published: Published, seed: int) -> pd.DataFrame:
    """One row per infusion episode: one a day, by daylight, equal shares of the cycle's dose.

    `cycles` has GRAMS, CYCDOSE and EXRATMAX (of the cycle). Placebo is infused like IVIg, so that the
    blind holds. The first episode starts after the visit's examinations, the others in the morning.
    """
    rng = random.Random(f"{seed}/episodes")
    lines = []
    for row in records(cycles):
        minutes = _minutes(row, published, rng)
        for number in range(1, row.CYCDAYS + 1):
            day = row.STARTDAY + dt.timedelta(number - 1)
            latest = 20 * 60 - minutes[number - 1]
            start = _first_start(rng) if number == 1 else rng.randrange(450, 631, 5)
            if _is_event_cycle(row.USUBJID, row.CYCLE) and number == 1:
                start = 12 * 60  # so that 1.95 days later (patient 2) is daytime
            begin = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=max(450, min(start, latest)))
            lines.append(
                {
                    "USUBJID": row.USUBJID,
                    "TRTA": row.TRTA,
                    "APERIOD": row.APERIOD,
                    "CYCLE": row.CYCLE,
                    "EPISODE": number,
                    "ASTDTM": begin,
                    "AENDTM": begin + dt.timedelta(minutes=minutes[number - 1]),
                    "EXDOSE": _share(row.GRAMS, row.CYCDAYS, number),
                    "DOSEGKG": row.CYCDOSE,
                    "EXRATMAX": row.EXRATMAX,
                    "DOSEPGKG": row.DOSEPGKG,
                    "PROTVER": row.PROTVER,
                }
            )
    return pd.DataFrame(lines)


def _first_start(rng: random.Random) -> int:
    """Minutes after midnight at which a cycle begins: in the morning, or after a long way or many tests."""
    return rng.randrange(480, 721, 5) if rng.random() < 0.6 else rng.randrange(725, 931, 5)


def _share(grams: int, days: int, number: int) -> int:
    """Whole vials per day: the remainder goes to the first days."""
    vials, extra = divmod(grams // VIAL, days)
    return VIAL * (vials + (1 if number <= extra else 0))


def _minutes(row: Any, published: Published, rng: random.Random) -> list[int]:
    """Minutes of each episode; Table 5's cycles as printed, the others by the ramp with short pauses."""
    days = row.CYCDAYS
    if _is_event_cycle(row.USUBJID, row.CYCLE):
        each, extra = divmod(tee_patients(published)[row.USUBJID].minutes, days)
        return [each + (1 if number < extra else 0) for number in range(days)]
    ml_per_kg = ML_PER_GRAM * (row.CYCDOSE if row.TRTA == IVIG else PLANNED) / days
    return [infusion_minutes(ml_per_kg, row.EXRATMAX) + rng.randrange(0, 25) for _ in range(days)]


def with_rates(cycles: pd.DataFrame, maxima: pd.DataFrame, published: Published, seed: int) -> pd.DataFrame:
    """EXRATMAX of every cycle: at or below the patient's maximum, which one cycle at least reaches."""
    rng = random.Random(f"{seed}/cycle-rates")
    top = {(row.USUBJID, row.PROTVER): row.EXRATMAX for row in records(maxima)}
    numbers = list(cycles["CYCLE"])
    rates = [0.0] * len(cycles)
    for (patient, treatment, version), positions in groups(cycles, ["USUBJID", "TRTA", "PROTVER"]):
        most = top[patient, version] if treatment == IVIG else RATES[version][0]
        for i in positions:
            slower = [r for r in RAMP if r <= most] or [most]
            rates[i] = most if rng.random() < 0.85 else max(slower)
            if _is_event_cycle(patient, numbers[i]):
                rates[i] = tee_patients(published)[patient].rate
        if max(rates[i] for i in positions) < most:
            rates[next(i for i in positions if not _is_event_cycle(patient, numbers[i]))] = most
    return cycles.assign(EXRATMAX=rates)


def with_placebo_doses(cycles: pd.DataFrame) -> pd.DataFrame:
    """Grams of the active drug: none in a cycle of placebo."""
    placebo = cycles["TRTA"] != IVIG
    return cycles.assign(
        GRAMS=cycles["GRAMS"].where(~placebo, 0).astype(int), CYCDOSE=cycles["CYCDOSE"].where(~placebo, 0.0)
    )
