"""Stages *latency* and *duration*: when each event began and how long it lasted."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from proderm.reconstruction import design, named
from proderm.reconstruction.attribution import RELATED_VALUES
from proderm.reconstruction.design import IVIG
from proderm.reconstruction.named import RESOLVED, NamedEvent, named_events
from proderm.reconstruction.published import Published
from proderm.reconstruction.table_5 import tee_patients
from proderm.vocabulary import TERMS
from safetybook.reconstruct.possible import PossibleRows, records
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import exact, half_up

TABLE_3_TERMS = ("Headache", "Nausea", "Vomiting", "Fever")
INFUSIONAL_HOURS = 72
AWAKE = (dt.time(6, 30), dt.time(22, 30))  # plausibility: most onsets are noticed by day
STEP = dt.timedelta(minutes=37)
NIGHT = 30  # cost of an onset by night
AFTER_THE_CYCLE = 0.45  # plausibility: share of infusional events that begin after the cycle's last episode


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


def in_table_3(event: Any, term: str) -> bool:
    """Whether an event of a (grouped) term is among those whose latency and duration Table 3 summarises."""
    return bool(term in TABLE_3_TERMS and event.AEREL in RELATED_VALUES and event.APERIOD == 1)


def longest_cycle(term: str, severity: str, treatment: str, published: Published) -> int:
    """Days of the longest cycle that an event of Table 3 can have followed, by its printed shortest latency.

    A latency above 0 begins when the cycle has ended, and a cycle of d days ends on day d, some hours
    after d - 1 days: a shortest latency of 2.0 days leaves cycles of two days.
    """
    column = "ivig_p1" if treatment == IVIG else "placebo_p1"
    printed = published.text(f"latency.{term.lower()}_{severity.lower()}.{column}.minimum", missing="0")
    return int(float(printed)) or MOST_DAYS


MOST_DAYS = 5  # "the infusion cycle could be prolonged up to 5 days"


def build_latency(
    stage: Stage, events: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """Candidate onsets of every event; Table 3's events have a grid of them, the others one."""
    rng = random.Random(f"{seed}/latency")
    lines = []
    for event in records(events):
        telling = _telling_values(event, published) if in_table_3(event, event.AEGRPTRM) else None
        timed = [(onset, latency(event.START, event.END, onset)) for onset in _onsets(event, published, rng)]
        lines += [
            (event.SEQ, onset, days)
            for onset, days in timed
            if telling is None or half_up(exact(days), 1) in telling or rng.random() < THINNED
        ]
    frame = pd.DataFrame(lines, columns=["SEQ", "ASTDTM", "AELATENC"]).merge(
        events.drop(columns=["ASTDTM"], errors="ignore"), on="SEQ"
    )
    rows = stage.choose("adae", frame.merge(subjects, on="USUBJID"), one_per="SEQ")
    published.impose(stage)
    # Plausibility: onsets thin out with the time since the infusion, and few are by night.
    stage.prefer(
        rows,
        [
            round(4 * row.AELATENC) + rng.randrange(8) + (NIGHT if by_night(row.ASTDTM) else 0)
            for row in records(frame)
        ],
    )
    return rows


THINNED = 0.2  # share of the candidate onsets that are kept where no printed value is near


def _telling_values(event: Any, published: Published) -> set[str]:
    """The latencies, to one decimal, that Table 3's medians and ranges of the event's group may need.

    A median of an even number is the mean of two values, of which one may be 0: so twice the median too.
    """
    column = "ivig_p1" if event.TRTA == IVIG else "placebo_p1"
    needed = {"0.0"}
    for level in (event.AESEV.lower(), "all"):
        for statistic in ("median", "minimum", "maximum"):
            name = f"latency.{event.AEGRPTRM.lower()}_{level}.{column}.{statistic}"
            printed = exact(published.text(name, missing="0"))
            needed |= {half_up(value, 1) for value in (printed, 2 * printed)}
    return needed


def latency(start: dt.datetime, end: dt.datetime, onset: dt.datetime) -> float:
    """AELATENC: 0 between the first start and the last end of the cycle, else days since its start."""
    if start <= onset <= end:
        return 0.0
    minutes = exact(int((onset - start).total_seconds())) / 60
    return float(half_up(minutes / 1440, 4))


def _onsets(event: Any, published: Published, rng: random.Random) -> Iterator[dt.datetime]:
    """Candidate onsets of one event."""
    start, end, following = event.START, event.END, event.NEXT
    window_end = min(end + dt.timedelta(hours=INFUSIONAL_HOURS), following - dt.timedelta(hours=2))
    patient = event.USUBJID
    tabulated = tee_patients(published).get(patient)
    if event.CQ01NAM is not None and tabulated:
        # Table 5 prints whole days. The text's median latency of the nine serious related events is the
        # fifth of them, which is patient 2's: it prints that one more exactly.
        exactly = published.text("latency.related_serious.ivig_all.median")
        days = exact(exactly) if patient == "2" else exact(tabulated.latency)
        yield start + dt.timedelta(minutes=int(days * 1440))
    elif patient in ("1", "5") and event.EVENT >= 0:
        yield _during(start, end, rng)
    elif patient == "3" and event.EVENT >= 0:
        # Vertigo and blurred vision ended treatment together with the stroke: the day before it.
        yield start + dt.timedelta(days=28, minutes=rng.randrange(0, 300))
    elif event.INFUSFL == "Y":
        grid = [t for t in _grid(end + dt.timedelta(minutes=25), window_end, rng) if not by_night(t)]
        if in_table_3(event, event.AEGRPTRM):
            yield from (_during(start, end, rng), *_grid(end + dt.timedelta(minutes=25), window_end, rng))
        elif grid and rng.random() < AFTER_THE_CYCLE:
            yield rng.choice(grid[: max(1, len(grid) * 2 // 3)])
        else:
            yield _during(start, end, rng)
    else:
        soonest = end + dt.timedelta(hours=INFUSIONAL_HOURS + 1)
        late = [t for t in _grid(soonest, following - dt.timedelta(hours=1), rng) if not by_night(t)]
        yield from late if in_table_3(event, event.AEGRPTRM) else [rng.choice(late)]


def by_night(onset: dt.datetime) -> bool:
    """Whether an onset lies in hours when few are noticed."""
    return not AWAKE[0] <= onset.time() <= AWAKE[1]


def _during(start: dt.datetime, end: dt.datetime, rng: random.Random) -> dt.datetime:
    """An onset during the cycle, by day."""
    minutes = int((end - start).total_seconds() // 60)
    while True:
        onset = start + dt.timedelta(minutes=rng.randrange(min(10, minutes), minutes + 1))
        if not by_night(onset):
            return onset


def _grid(start: dt.datetime, end: dt.datetime, rng: random.Random) -> Iterator[dt.datetime]:
    """Times from `start` to `end`, some half an hour apart."""
    moment = start + dt.timedelta(minutes=rng.randrange(5, 37))
    while moment <= end:
        yield moment
        moment += STEP


def build_duration(
    stage: Stage, events: pd.DataFrame, subjects: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """Candidate durations in days, or unresolved; Table 3's events have all plausible ones."""
    rng = random.Random(f"{seed}/duration")
    lines, costs = [], []
    named_ones = named_events(published)
    for event in records(events):
        for days, outcome in _durations(event, named_ones, rng):
            lines.append((event.SEQ, days, outcome))
            costs.append(0 if days is None else 3 * days + rng.randrange(6))
    frame = pd.DataFrame(lines, columns=["SEQ", "ADURN", "AEOUT"]).merge(events, on="SEQ")
    rows = stage.choose("adae", frame.merge(subjects, on="USUBJID"), one_per="SEQ")
    published.impose(stage)
    stage.prefer(rows, costs)
    return rows


UNRESOLVED = "NOT RECOVERED/NOT RESOLVED"


def _durations(
    event: Any, named_ones: Sequence[NamedEvent], rng: random.Random
) -> list[tuple[int | None, str]]:
    """What an event's duration and outcome can be."""
    if event.EVENT >= 0 and named_ones[event.EVENT].duration is not None:
        known = named_ones[event.EVENT]
        return [(known.duration, known.outcome)]
    if in_table_3(event, event.AEGRPTRM):
        longest = 11 if event.TRTA == IVIG else 24
        resolved: list[tuple[int | None, str]] = [(days, RESOLVED) for days in range(1, longest + 1)]
        return resolved if event.TRTA == IVIG else [*resolved, (None, UNRESOLVED)]
    typical = TERMS[event.AEDECOD].days
    days = 1 + int(rng.lognormvariate(0, 0.7) * (typical - 0.5))
    chronic = typical >= 14 and event.AEREL not in RELATED_VALUES and event.AEACN != named.WITHDRAWN
    if chronic and rng.random() < 0.3:
        return [(None, UNRESOLVED)]
    return [(days, RESOLVED)]


def resolution(onset: dt.datetime, days: int, rng: random.Random) -> dt.datetime:
    """A time on the last day of an event that lasted `days` calendar days, after its onset."""
    if days == 1:
        latest = max(dt.time(23, 55), onset.time())  # an onset at night may be later still
        left = int((dt.datetime.combine(onset.date(), latest) - onset).total_seconds() // 60)
        return onset + dt.timedelta(minutes=rng.randrange(min(15, left), min(480, left) + 1))
    last = onset.date() + dt.timedelta(days - 1)
    return dt.datetime.combine(last, dt.time()) + dt.timedelta(minutes=rng.randrange(420, 1260, 5))
