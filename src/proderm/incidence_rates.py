"""Events per patient, per 100 infusion cycles and per 100 patient-months, by treatment and period.

All come from one model of exposure (:mod:`safetybook.person_time`), which divides the time of a patient who
switched. How far the article fixes a rate depends on what it divides by. It prints the infusion cycles of
each treatment, but not how those of IVIg divide between the periods; of the months, only what its two rates
of thromboembolic events leave of all time on IVIg.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.families import Category, events, patients
from proderm.over_time import history
from safetybook.determinacy import Standing, bounded, combined, determined, illustrative
from safetybook.estimands import Column, Estimand
from safetybook.intervals import garwood
from safetybook.person_time import Occurrence, all_events, first_events
from safetybook.rates import counts_behind
from safetybook.rounding import exact, half_up
from safetybook.study import Study
from safetybook.tables import Cell, Group, Row, Table, together

COLUMNS = (IVIG_P1, PLACEBO_P1, IVIG_EXT, IVIG_ALL)
HEADINGS = (
    ("First period", "IVIg"),
    ("First period", "Placebo"),
    ("Extension", "IVIg"),
    ("Overall", "All IVIg"),
)


def occurrence(study: Study, category: Category, column: Column, first: bool = False) -> Occurrence:
    """The events of a category in a column with its exposure; with `first`, up to each patient's first."""
    given = history(study, category, column)
    return first_events(given) if first else all_events(given)


@dataclass(frozen=True)
class Fixed:
    """How far the article fixes what rates are made of.

    Attributes:
        of: the standing of an estimand: patients at risk, events, patients with an event.
        cycles, months: the exposure of each column.
    """

    of: Callable[[Estimand], Standing]
    cycles: Mapping[Column, Standing]
    months: Mapping[Column, Standing]


def fixed(of: Callable[[Estimand], Standing], printed: Mapping[str, str]) -> Fixed:
    """How far the article fixes exposure; `printed` has the value of every claim by the claim's id."""
    return Fixed(of, cycles_fixed(of, printed), months_fixed(printed))


def cycles_fixed(of: Callable[[Estimand], Standing], printed: Mapping[str, str]) -> dict[Column, Standing]:
    """How far the article fixes the infusion cycles of each column.

    It limits the cycles of a patient in each period. Of those that all patients could have in the first one,
    some were of placebo, and at most the others were of IVIg; all who entered the extension limit its cycles
    likewise. Each period has what the other leaves of all cycles on IVIg.
    """
    counts = (
        CATALOGUE["cycles.ivig"],
        CATALOGUE["cycles.placebo"],
        CATALOGUE["randomised.all"],
        IVIG_EXT.at_risk,
    )
    ivig, placebo, everyone, stayed = (_number(of(count), count.label) for count in counts)
    most_first = int(printed["m.first_period.cycles"]) * everyone - placebo
    most_later = int(printed["m.extension.cycles"]) * stayed
    why = "from the cycles of each treatment, and the most that a patient could have in each period"
    return {
        IVIG_P1: bounded(ivig - most_later, most_first, why, proved=False),
        PLACEBO_P1: of(counts[1]),
        IVIG_EXT: bounded(ivig - most_first, most_later, why, proved=False),
        IVIG_ALL: of(counts[0]),
    }


def _number(standing: Standing, label: str) -> Fraction:
    if not standing.fixed or standing.low is None:
        raise ValueError(f"the article does not fix this number: {label}")
    return standing.low


def months_fixed(printed: Mapping[str, str]) -> dict[Column, Standing]:
    """How far the article fixes the patient-months of each column.

    Its rates of thromboembolic events before and after the amendment, with their intervals, tell the months
    on IVIg on each side of it.

    Raises:
        ValueError: if several counts of events can stand behind a printed rate.
    """
    least, greatest = Fraction(0), Fraction(0)
    for side in ("before", "after"):
        rate, low, high = (printed[f"tee.rate.{side}{end}"] for end in ("", ".ci_low", ".ci_high"))
        behind, *others = counts_behind(rate, low, high)
        if others:
            raise ValueError(
                f"several counts of events can stand behind {rate} ({low}, {high}) per 100 months"
            )
        least, greatest = least + exact(behind.shortest), greatest + exact(behind.longest)
    why = "from the printed rates of thromboembolic events, which tell the months on IVIg"
    undivided = illustrative("nothing printed tells the months of this treatment in this period")
    return dict.fromkeys(COLUMNS, undivided) | {IVIG_ALL: bounded(least, greatest, why)}


def per_100_cycles(
    study: Study, category: Category, column: Column, known: Fixed
) -> tuple[Fraction | None, Standing]:
    """All events of a category per 100 infusion cycles of a column, and how far that is fixed."""
    standing = combined((known.of(events(category, column)), known.cycles[column]), _per_100, "by cycles")
    return occurrence(study, category, column).per_100_cycles, standing


def per_100_months(
    study: Study, category: Category, column: Column, known: Fixed
) -> tuple[Fraction | None, Standing]:
    """All events of a category per 100 patient-months of a column, and how far that is fixed."""
    count = known.of(events(category, column))
    standing = combined((count, known.months[column]), _per_100, "by months")
    if not standing.fixed and count.fixed and count.low == 0:
        standing = determined("no event, whatever the months", 0)
    return occurrence(study, category, column).per_100_months, standing


def _per_100(count: Fraction, exposure: Fraction) -> Fraction:
    return 100 * count / exposure


def all_events_table(caption: str, study: Study, rows: Mapping[str, Category], known: Fixed) -> Table:
    """Exposure and all events: per patient at risk, per 100 cycles and per 100 months, over all the time.

    A bounded number is followed by its ends in brackets. There are no confidence intervals: a patient's
    events come together, and an interval that takes them as independent would be too narrow.
    """

    def per_patient(category: Category, column: Column) -> Cell:
        found, count = occurrence(study, category, column), known.of(events(category, column))
        rate = combined((count, known.of(column.at_risk)), lambda part, whole: part / whole, "per patient")
        shown = f"{found.events} ({_text(found.per_patient, 2)})"
        return Cell(shown, standing=together([count, rate.at(2)]))

    groups = (
        _exposure(study, next(iter(rows.values())), known),
        _group("No. of events (per patient at risk)", rows, per_patient),
        _group(
            "Events per 100 infusion cycles",
            rows,
            lambda category, column: _cell(*per_100_cycles(study, category, column, known)),
        ),
        _group(
            "Events per 100 patient-months",
            rows,
            lambda category, column: _cell(*per_100_months(study, category, column, known)),
        ),
    )
    return Table(caption, "Category of TEAE", HEADINGS, groups)


def first_events_table(caption: str, study: Study, rows: Mapping[str, Category], known: Fixed) -> Table:
    """Each patient's first event in a column, over the exposure up to it.

    Per 100 months with Garwood's interval: no two of the events are of the same patient.
    """

    def affected(category: Category, column: Column) -> Cell:
        count = known.of(patients(category, column))
        share = combined((count, known.of(column.at_risk)), _per_100, "of those at risk")
        if not count.fixed and count.ends:
            return Cell(f"{count.text()} ({share.text(1)})", standing=count)
        found = occurrence(study, category, column, first=True)
        percent = _text(found.per_patient and 100 * found.per_patient)
        return Cell(f"{found.events} ({percent})", standing=together([count, share.at(1)]))

    def cycles(category: Category, column: Column) -> Cell:
        found = occurrence(study, category, column, first=True)
        return Cell(_text(found.per_100_cycles), standing=_to_the_first(category, column, known))

    def months(category: Category, column: Column) -> Cell:
        found = occurrence(study, category, column, first=True)
        low, high = (_text(exact(limit)) for limit in garwood(found.events, found.months))
        shown = f"{_text(found.per_100_months)} ({low} to {high})"
        return Cell(shown, standing=illustrative("the time to first events is not printed"))

    groups = (
        _group("No. of pts (%)", rows, affected),
        _group("First events per 100 infusion cycles at risk", rows, cycles),
        _group("First events per 100 patient-months at risk (95% CI)", rows, months),
    )
    return Table(caption, "Category of TEAE", HEADINGS, groups)


def _to_the_first(category: Category, column: Column, known: Fixed) -> Standing:
    """How far a rate of first events is fixed: only if there was none."""
    count = known.of(patients(category, column))
    if count.fixed and count.low == 0:
        return determined("no event, whatever the exposure", 0)
    return illustrative("in which cycle a patient's first event came is not printed")


def _exposure(study: Study, category: Category, known: Fixed) -> Group:
    """Patients, cycles and months of each column; they are the same with events of any category."""
    found = {column: occurrence(study, category, column) for column in COLUMNS}
    at_risk = [_cell(Fraction(found[one].patients), known.of(one.at_risk), 0) for one in COLUMNS]
    cycles = [_cell(Fraction(found[one].cycles), known.cycles[one], 0) for one in COLUMNS]
    months = [_cell(found[one].months, known.months[one]) for one in COLUMNS]
    rows = {"Patients at risk": at_risk, "Infusion cycles": cycles, "Patient-months": months}
    return Group("Exposure", tuple(Row(label, tuple(cells)) for label, cells in rows.items()))


def _group(heading: str, rows: Mapping[str, Category], made: Callable[[Category, Column], Cell]) -> Group:
    return Group(
        heading,
        tuple(
            Row(label, tuple(made(category, column) for column in COLUMNS))
            for label, category in rows.items()
        ),
    )


def _cell(value: Fraction | None, standing: Standing, decimals: int = 1) -> Cell:
    """A number, followed by its ends if it is bounded and they print differently."""
    standing, text = standing.at(decimals), _text(value, decimals)
    if standing.ends and not standing.fixed:
        text += f" ({standing.text(decimals)})"
    return Cell(text, standing=standing)


def _text(value: Fraction | None, decimals: int = 1) -> str:
    return "–" if value is None else half_up(value, decimals)
