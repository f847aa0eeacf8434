"""Infusion cycles, doses, durations and rates; adverse events by the duration of the cycle."""

from collections.abc import Iterator

from proderm.columns import IVIG_ALL, IVIG_EXT, REDUCED
from proderm.estimands.adverse_events import RELATED
from proderm.estimands.baseline import TEE_COLUMNS
from proderm.estimands.families import TREATMENT_EMERGENT, order_statistics, share
from safetybook.estimands import Count, Estimand, Function, Summary, Unit, Where, where

ON_IVIG = where(TRTA="IVIg")
SHORT = where(CYCDAYS=(1, 2))
LONG = where(CYCDAYS=(3, 4, 5))


def infusions() -> Iterator[Estimand]:
    """Numbers of cycles, dose and duration of the cycles, patients by duration."""
    yield Count("cycles.ivig", "IVIg infusion cycles", "cycles", ON_IVIG, Unit.ROWS)
    yield Count("cycles.placebo", "Placebo infusion cycles", "cycles", where(TRTA="Placebo"), Unit.ROWS)
    yield Count("cycles.reduced", "IVIg infusion cycles at 1.0 g/kg", "cycles", REDUCED.where, Unit.ROWS)
    yield Summary(
        "dose.ivig.median",
        "Dose of an IVIg cycle (g/kg): median",
        "cycles",
        ON_IVIG,
        "CYCDOSE",
        Function.MEDIAN,
    )
    for function in (Function.MEDIAN, Function.MEAN):
        yield Summary(
            f"cycle_days.ivig.{function}",
            f"Days of an IVIg cycle: {function}",
            "cycles",
            ON_IVIG,
            "CYCDAYS",
            function,
        )
    for name, rows in (
        ("up_to_2", SHORT),
        ("over_2", LONG),
        ("3", where(CYCDAYS=3)),
        ("4", where(CYCDAYS=4)),
        ("5", where(CYCDAYS=5)),
    ):
        count = _patients(name, rows)
        yield count
        yield share(count, IVIG_ALL.at_risk, f"cycle_days_{name}.ivig_all.percent")


def _patients(name: str, rows: Where) -> Count:
    return Count(
        f"cycle_days_{name}.ivig_all.patients",
        f"Patients with an IVIg cycle of {name.replace('_', ' ')} days",
        "cycles",
        ON_IVIG & rows,
        Unit.PATIENTS,
    )


def events_by_duration() -> Iterator[Estimand]:
    """Patients with a related TEAE attributed to a short or a long cycle, of those who had such a cycle."""
    for name, rows in (("up_to_2", SHORT), ("over_2", LONG)):
        count = Count(
            f"related_cycle_days_{name}.ivig_all.patients",
            f"Patients with a related TEAE attributed to an IVIg cycle of {name.replace('_', ' ')} days",
            "adae",
            TREATMENT_EMERGENT & RELATED.where & ON_IVIG & rows,
            Unit.PATIENTS,
        )
        yield count
        yield share(count, _patients(name, rows), f"related_cycle_days_{name}.ivig_all.percent")


def dose_reduction() -> Iterator[Estimand]:
    """Patients whose dose was reduced, among those who entered the extension."""
    count = Count("reduced.patients", "Patients with a reduced dose", "cycles", REDUCED.where, Unit.PATIENTS)
    yield count
    yield share(count, IVIG_EXT.at_risk, "reduced.percent")


def table_6_infusions() -> Iterator[Estimand]:
    """Table 6: each patient's maximum infusion rate before and after the amendment; dose of the cycles."""
    for column in TEE_COLUMNS:
        for name, version in (("before", 1), ("after", 2)):
            yield from order_statistics(
                f"rate_{name}.{column.id}",
                f"Maximum infusion rate per patient {name} the amendment (mL/kg/min), {column.label}",
                "maxrates",
                where(PROTVER=version) & column.where,
                "EXRATMAX",
            )
        yield from order_statistics(
            f"dose.{column.id}",
            f"Actual IVIg dose (g/kg), {column.label}",
            "cycles",
            ON_IVIG & column.where,
            "CYCDOSE",
        )


def patient_4() -> Iterator[Estimand]:
    """Table 5, footnote: the maximum infusion rate of patient 4 in each period."""
    for period in (1, 2):
        yield Summary(
            f"p4.rate.period_{period}",
            f"Patient 4: maximum infusion rate in period {period} (mL/kg/min)",
            "adex",
            where(ARTNO="4", TRTA="IVIg", APERIOD=period),
            "EXRATMAX",
            Function.MAXIMUM,
        )
