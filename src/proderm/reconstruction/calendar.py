"""Stage *calendar*: when each patient was randomised and infused, and under which protocol version.

The published rates of thromboembolic events with their exact intervals pin down the person-time on
IVIg before and after the amendment that lowered the maximum infusion rate.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import pandas as pd

from proderm.reconstruction import design
from proderm.reconstruction.design import IVIG
from proderm.reconstruction.published import Published
from safetybook.intervals import garwood
from safetybook.rates import covered_days, rate
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, records
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import exact, prints_as

# "Enrolment started in February 2017, and the last patient visit was in November 2019."
FIRST_DAY, LAST_DAY = dt.date(2017, 2, 27), dt.date(2019, 1, 7)
# The date of the amendment is not published; this one, ours, leaves both periods the person-time they need.
AMENDMENT = dt.date(2018, 5, 14)
OPTIONS = 40  # candidate calendars per patient
# Plausibility: most visits are on schedule, some a day or a week late. The mean delay follows from the
# person-time: about 630 months over 664 cycles are 28.9 days a cycle.
DELAYS = (0,) * 13 + (1,) * 3 + (2, 3, 7, 7)


@dataclass(frozen=True)
class Course:
    """One candidate calendar of a patient: day of randomisation and start day of each cycle."""

    patient: str
    starts: dict[int, dt.date]

    def version(self, cycle: int) -> int:
        """Protocol version in force at a cycle: 2 since the amendment."""
        return 2 if self.starts[cycle] >= AMENDMENT else 1


def candidates(cycles: pd.DataFrame, seed: int) -> list[Course]:
    """Candidate calendars, drawn over the enrolment period, that fit what is told of named patients."""
    rng = random.Random(f"{seed}/calendar")
    span = (LAST_DAY - FIRST_DAY).days
    courses = []
    for patient, own in cycles.sort_values("CYCLE").groupby("USUBJID", sort=False):
        days = dict(zip(own["CYCLE"], own["CYCDAYS"], strict=True))
        found: list[Course] = []
        while len(found) < OPTIONS:
            first = FIRST_DAY + dt.timedelta(rng.randrange(span))
            first -= dt.timedelta(first.weekday() - rng.choice((0, 1)) if first.weekday() > 1 else 0)
            course = Course(str(patient), _starts(str(patient), first, days, rng))
            if _fits(course):
                found.append(course)
        courses += found
    return courses


def _starts(patient: str, first: dt.date, days: dict[int, int], rng: random.Random) -> dict[int, dt.date]:
    """Start of each cycle: four weeks after the previous one, sometimes later, never over a weekend."""
    starts = {1: first}
    fixed = design.VISIT_DELAY.get(patient, {})
    due = first
    for cycle in sorted(days)[1:]:
        due = starts[cycle - 1] + dt.timedelta(28)
        if fixed:
            # Times to the event are published: on schedule, but for the printed days of delay.
            start = first + dt.timedelta(28 * (cycle - 1) + fixed.get(cycle, 0))
        else:
            start = due + dt.timedelta(rng.choice(DELAYS))
            if start.weekday() + days[cycle] > 5:
                start += dt.timedelta(7 - start.weekday())
        starts[cycle] = start
    return starts


def _fits(course: Course) -> bool:
    """The protocol version of the cycles that Tables 5 and 6 describe.

    Patients 2, 3 and 6 had their event at the old maximum rate, 4 and 7 at the new one; patient 4 had
    the old rate "during the first period" and the new one "from week 16, onwards"; patient 7 began
    under the old version; the unrelated first-period events were under the new one.
    """
    patient = course.patient
    if patient in ("2", "3", "6"):
        return all(course.version(c) == 1 for c in course.starts)
    if patient == "4":
        return [course.version(c) for c in (4, 5)] == [1, 2]
    if patient == "7":
        return [course.version(c) for c in (1, 8)] == [1, 2]
    if patient == "T":
        return course.version(1) == 2
    return True


def allowed_days(published: Published, when: str, events: int) -> range:
    """Whole days on IVIg for which the rate and both of its limits print as published."""
    printed = [published.text(f"tee_rate.{when}{suffix}") for suffix in ("", ".ci_low", ".ci_high")]

    def prints(days: int) -> bool:
        months = exact(days) / exact(design.MONTH_DAYS)
        low, high = garwood(events, months)
        values = (rate(events, months), exact(low), exact(high))
        return all(prints_as(value, text) for value, text in zip(values, printed, strict=True))

    fitting = [
        days
        for days in range(1, 40000)
        if abs(100 * events * design.MONTH_DAYS / days - float(printed[0])) < 0.02 and prints(days)
    ]
    return range(min(fitting), max(fitting) + 1)


PERSON_TIME = Constraint(
    "results.tee_rates.person_time",
    "a reduction in the incidence of TEEs from 1.54 (95% CI: 0.42, 3.94) per 100 patient months to 0.54 "
    "(95% CI: 0.07, 1.95) following implementation",
)


def build(
    stage: Stage, courses: list[Course], cycles: pd.DataFrame, published: Published, seed: int
) -> PossibleRows:
    """One calendar per patient, the person-time before and after the amendment as published."""
    treatment = {(row.USUBJID, row.CYCLE): row.TRTA for row in records(cycles)}
    lines = []
    for number, course in enumerate(courses):
        ivig = [c for c in course.starts if treatment[course.patient, c] == IVIG]
        covered = covered_days([course.starts[c] for c in ivig], design.FOLLOW_UP_DAYS)
        before = sum(n for n, c in zip(covered, ivig, strict=True) if course.version(c) == 1)
        lines.append((course.patient, number, before, sum(covered) - before))
    frame = pd.DataFrame(lines, columns=["USUBJID", "COURSE", "BEFORE", "AFTER"])
    rows = stage.choose("calendar", frame, one_per="USUBJID")
    for column, when, events in (("BEFORE", "before", 4), ("AFTER", "after", 2)):
        days = allowed_days(published, when, events)
        total = sum(int(d) * rows.counts[i] for i, d in enumerate(frame[column]))
        stage.require(PERSON_TIME, total >= days.start, total <= days.stop - 1)
    rng = random.Random(f"{seed}/calendar/taste")
    stage.prefer(rows, [rng.randrange(20) for _ in range(len(frame))])
    return rows


def dated(cycles: pd.DataFrame, courses: list[Course], chosen: pd.DataFrame) -> pd.DataFrame:
    """The cycles with their start day (STARTDAY) and protocol version (PROTVER)."""
    own = {row.USUBJID: courses[row.COURSE] for row in records(chosen)}
    keys = list(zip(cycles["USUBJID"], cycles["CYCLE"], strict=True))
    return cycles.assign(
        STARTDAY=[own[patient].starts[cycle] for patient, cycle in keys],
        PROTVER=[own[patient].version(cycle) for patient, cycle in keys],
    )
