"""Stages *latency* and *duration*: when each event began and how long it lasted."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import pandas as pd

from proderm.reconstruction import design, named
from proderm.reconstruction.attribution import RELATED_VALUES
from proderm.reconstruction.design import IVIG
from proderm.reconstruction.named import NAMED_EVENTS, RESOLVED
from proderm.reconstruction.published import Published
from proderm.vocabulary import TERMS
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import exact, half_up

TABLE_3_TERMS = ("Headache", "Nausea", "Vomiting", "Fever")
INFUSIONAL_HOURS = 72
AWAKE = (dt.time(6, 30), dt.time(22, 30))  # plausibility: onsets are noticed by day
STEP = dt.timedelta(minutes=37)
AFTER_THE_CYCLE = 0.45  # plausibility: share of infusional events that begin after the cycle's last episode

# Table 5, "Time from start of last IVIg infusion to diagnosis of TEE", and the text's median latency of
# the nine serious related events, 1.95 days: the fifth of them is patient 2's.
DAYS_TO_TEE = {"3": "29", "4": "24", "6": "14", "7": "10"}
HOURS_TO_TEE_OF_PATIENT_2 = dt.timedelta(minutes=2808)  # 1.95 days


def cycle_times(episodes: pd.DataFrame) -> pd.DataFrame:
    """Start of the first and end of the last episode of every cycle, and the start of the next cycle."""
    times = (
        episodes.groupby(["USUBJID", "CYCLE"], sort=False)
        .agg(START=("ASTDTM", "min"), END=("AENDTM", "max"))
        .reset_index()
        .sort_values(["USUBJID", "CYCLE"])
    )
    following = times.groupby("USUBJID")["START"].shift(-1)
    last = times["START"] + pd.Timedelta(days=design.FOLLOW_UP_DAYS)
    return times.assign(NEXT=following.fillna(last))


def in_table_3(event: tuple) -> bool:  # type: ignore[type-arg]
    """Whether an event is among those whose latency and duration Table 3 summarises."""
    return (
        event.AEGRPTRM in TABLE_3_TERMS  # type: ignore[attr-defined]
        and event.AEREL in RELATED_VALUES  # type: ignore[attr-defined]
        and event.APERIOD == 1  # type: ignore[attr-defined]
    )


def build_latency(
    stage: Stage, events: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """Candidate onsets of every event; Table 3's events have a grid of them, the others one."""
    rng = random.Random(f"{seed}/latency")
    lines = []
    for event in events.itertuples():
        for onset in _onsets(event, rng):
            lines.append((event.SEQ, onset, latency(event.START, event.END, onset)))
    frame = pd.DataFrame(lines, columns=["SEQ", "ASTDTM", "AELATENC"]).merge(
        events.drop(columns=["ASTDTM"], errors="ignore"), on="SEQ"
    )
    rows = stage.choose("adae", frame.merge(subjects, on="USUBJID"), one_per="SEQ")
    published.impose(stage)
    # Plausibility: onsets thin out with the time since the infusion.
    stage.prefer(rows, [round(4 * float(value)) + rng.randrange(8) for value in frame["AELATENC"]])
    return rows


def latency(start: dt.datetime, end: dt.datetime, onset: dt.datetime) -> float:
    """AELATENC: 0 between the first start and the last end of the cycle, else days since its start."""
    if start <= onset <= end:
        return 0.0
    minutes = exact(int((onset - start).total_seconds())) / 60
    return float(half_up(minutes / 1440, 4))


def _onsets(event: tuple, rng: random.Random) -> Iterator[dt.datetime]:  # type: ignore[type-arg]
    """Candidate onsets of one event."""
    start, end, following = event.START, event.END, event.NEXT  # type: ignore[attr-defined]
    window_end = min(end + dt.timedelta(hours=INFUSIONAL_HOURS), following - dt.timedelta(hours=2))
    patient = event.USUBJID  # type: ignore[attr-defined]
    if event.CQ01NAM is not None and patient in DAYS_TO_TEE:  # type: ignore[attr-defined]
        yield start + dt.timedelta(days=int(DAYS_TO_TEE[patient]))
    elif event.CQ01NAM is not None and patient == "2":  # type: ignore[attr-defined]
        yield start + HOURS_TO_TEE_OF_PATIENT_2
    elif patient in ("1", "5") and event.EVENT >= 0:  # type: ignore[attr-defined]
        yield _during(start, end, rng)
    elif patient == "3" and event.EVENT >= 0:  # type: ignore[attr-defined]
        # Vertigo and blurred vision ended treatment together with the stroke: the day before it.
        yield start + dt.timedelta(days=28, minutes=rng.randrange(0, 300))
    elif event.INFUSFL == "Y":  # type: ignore[attr-defined]
        grid = list(_awake_grid(end + dt.timedelta(minutes=25), window_end, rng))
        if in_table_3(event):
            yield from (_during(start, end, rng), *grid)
        elif grid and rng.random() < AFTER_THE_CYCLE:
            yield rng.choice(grid[: max(1, len(grid) * 2 // 3)])
        else:
            yield _during(start, end, rng)
    else:
        late = list(
            _awake_grid(
                end + dt.timedelta(hours=INFUSIONAL_HOURS + 1), following - dt.timedelta(hours=1), rng
            )
        )
        if in_table_3(event):
            yield from late
        else:
            yield rng.choice(late)


def _during(start: dt.datetime, end: dt.datetime, rng: random.Random) -> dt.datetime:
    """An onset during the cycle, by day."""
    minutes = int((end - start).total_seconds() // 60)
    while True:
        onset = start + dt.timedelta(minutes=rng.randrange(min(10, minutes), minutes + 1))
        if AWAKE[0] <= onset.time() <= AWAKE[1]:
            return onset


def _awake_grid(start: dt.datetime, end: dt.datetime, rng: random.Random) -> Iterator[dt.datetime]:
    """Times by day from `start` to `end`, some half an hour apart."""
    moment = start + dt.timedelta(minutes=rng.randrange(5, 37))
    while moment <= end:
        if AWAKE[0] <= moment.time() <= AWAKE[1]:
            yield moment
        moment += STEP


def build_duration(
    stage: Stage, events: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """Candidate durations in days, or unresolved; Table 3's events have all plausible ones."""
    rng = random.Random(f"{seed}/duration")
    lines, costs = [], []
    for event in events.itertuples():
        for days, outcome in _durations(event, rng):
            lines.append((event.SEQ, days, outcome))
            costs.append(0 if days is None else 3 * days + rng.randrange(6))
    frame = pd.DataFrame(lines, columns=["SEQ", "ADURN", "AEOUT"]).merge(events, on="SEQ")
    rows = stage.choose("adae", frame.merge(subjects, on="USUBJID"), one_per="SEQ")
    published.impose(stage)
    stage.prefer(rows, costs)
    return rows


UNRESOLVED = "NOT RECOVERED/NOT RESOLVED"


def _durations(event: tuple, rng: random.Random) -> list[tuple[int | None, str]]:  # type: ignore[type-arg]
    """What an event's duration and outcome can be."""
    if event.EVENT >= 0 and NAMED_EVENTS[event.EVENT].duration is not None:  # type: ignore[attr-defined]
        known = NAMED_EVENTS[event.EVENT]  # type: ignore[attr-defined]
        return [(known.duration, known.outcome)]
    if in_table_3(event):
        longest = 11 if event.TRTA == IVIG else 24  # type: ignore[attr-defined]
        open_end = [(None, UNRESOLVED)] if event.TRTA != IVIG else []  # type: ignore[attr-defined]
        return [(days, RESOLVED) for days in range(1, longest + 1)] + open_end
    typical = TERMS[event.AEDECOD].days  # type: ignore[attr-defined]
    days = 1 + int(rng.lognormvariate(0, 0.7) * (typical - 0.5))
    chronic = typical >= 14 and event.AEREL not in RELATED_VALUES and event.AEACN != named.WITHDRAWN  # type: ignore[attr-defined]
    if chronic and rng.random() < 0.3:
        return [(None, UNRESOLVED)]
    return [(days, RESOLVED)]


def resolution(onset: dt.datetime, days: int, rng: random.Random) -> dt.datetime:
    """A time on the last day of an event that lasted `days` calendar days, after its onset."""
    if days == 1:
        left = int((dt.datetime.combine(onset.date(), dt.time(23, 55)) - onset).total_seconds() // 60)
        return onset + dt.timedelta(minutes=rng.randrange(min(15, left), min(480, left) + 1))
    last = onset.date() + dt.timedelta(days - 1)
    return dt.datetime.combine(last, dt.time()) + dt.timedelta(minutes=rng.randrange(420, 1260, 5))
