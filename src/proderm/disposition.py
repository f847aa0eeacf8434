"""The trial's design, its flow of patients and their infusion cycles, in the forms that the figures draw."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from proderm.estimands import CATALOGUE
from safetybook.claims import Verdicts
from safetybook.contradictions import Printed
from safetybook.designs import Design, Lane
from safetybook.exposure import Arm, Cycle
from safetybook.flow import Aside, Rank, Step
from safetybook.results import compute
from safetybook.study import Study

REASONS: Mapping[str, str] = {
    "ADVERSE EVENT": "adverse event",
    "LACK OF EFFICACY": "lack of efficacy",
    "LOST TO FOLLOW-UP": "lost to follow-up",
    "PHYSICIAN DECISION": "physician’s decision",
    "WITHDRAWAL BY SUBJECT": "own decision",
}
"""How the figure words DCSREAS."""

WORDS = {"IVIg": "IVIg", "Placebo": "placebo"}
"""The treatments within a sentence."""

LEFT_ON_EVENT = "ADVERSE EVENT"


def trial_design(printed: Printed) -> Design:
    """The design as Methods and the legend of Fig. 1 state it, from the values of their claims."""

    def week(claim: str) -> int:
        return int(printed[claim])

    start, middle, end = (
        week(f"m.{name}") for name in ("first_period.start", "first_period.end", "extension.end")
    )
    first = tuple(start + week("m.interval") * i for i in range(week("m.first_period.cycles")))
    later = tuple(middle + week("m.extension.interval") * i for i in range(week("m.extension.cycles")))
    full = f"IVIg\n{printed['m.dose']} g/kg"
    return Design(
        lanes=(
            Lane("IVIg", start, middle, ((start + 0.9, full),), first),
            Lane("Placebo", start, middle, ((start + 0.9, "Placebo"),), first, 1, 1),
            Lane("IVIg", middle, end, ((middle + 0.9, full),), later, 0, 1),
        ),
        periods=((start, "First period,\ndouble-blind"), (middle, "Extension period,\nopen-label")),
        switches=(week("m.switch.first"), week("m.switch.second")),
        switch_label="Switch*",
        rule=(week("m.reduction_from"), f"{printed['m.reduced_dose']} g/kg\nallowed if\nstable"),
        exits=((middle, 0),),
        allocation=printed["m.allocation"],
    )


def design_in_words(printed: Printed) -> str:
    """The design in a sentence for each period, for readers who do not see the figure."""
    m = {claim.removeprefix("m."): value for claim, value in printed.items()}
    return (
        f"Study design. Patients are randomised {m['allocation']} to {m['dose']} g/kg of IVIg or to placebo, "
        f"every {m['interval']} weeks. First period, weeks {m['first_period.start']} to "
        f"{m['first_period.end']}: up to {m['first_period.cycles']} infusion cycles; after confirmed "
        f"deterioration, patients switch to the other treatment at week {m['switch.first']} or "
        f"{m['switch.second']}. Extension period, weeks {m['extension.start']} to {m['extension.end']}: "
        f"{m['extension.cycles']} cycles of IVIg for all, except patients who deteriorated on IVIg; "
        f"from week {m['reduction_from']}, {m['reduced_dose']} g/kg is allowed in stable patients."
    )


def patient_flow(study: Study, verdicts: Verdicts, printed: Printed) -> list[Rank]:
    """From screening to the end of the extension; what the article leaves open is marked."""
    patients = study.frame("adsl")
    arms = {arm: patients[patients["TRT01P"] == arm] for arm in ("IVIg", "Placebo")}
    screened, randomised = int(printed["dem.screened"]), len(patients)
    entered = patients[patients["EXTFL"] == "Y"]
    left = entered[entered["EXTCOMFL"] == "N"]
    return [
        (Step(str(screened), ("screened",), (Aside(str(screened - randomised), "not enrolled"),)),),
        (Step(str(randomised), ("randomised",)),),
        tuple(
            Step(
                str(len(rows)),
                (f"to {WORDS[arm]}",),
                _first_period(arm, rows),
                arm,
            )
            for arm, rows in arms.items()
        ),
        tuple(
            Step(str(int((rows["P1COMPFL"] == "Y").sum())), ("completed the", "first period"))
            for rows in arms.values()
        ),
        (
            Step(
                str(len(entered)),
                ("entered the extension:", "IVIg for all"),
                (
                    Aside(str(len(left)), "left early:"),
                    *_reasons(left, fixed=_published_event_leavers(study, verdicts)),
                ),
                "IVIg",
            ),
        ),
        (Step(str(int((patients["EXTCOMFL"] == "Y").sum())), ("completed the extension",)),),
    ]


def _first_period(arm: str, rows: pd.DataFrame) -> tuple[Aside, ...]:
    """Who switched and who left an arm in the first period."""
    switched, left = rows[rows["XOVERFL"] == "Y"], rows[rows["P1COMPFL"] == "N"]
    weeks = switched["XOVERWK"].value_counts().sort_index()
    return (
        Aside(str(len(switched)), f"switched to {WORDS['Placebo' if arm == 'IVIg' else 'IVIg']}"),
        *(
            Aside(str(count), f"at week {week}", illustrative=True, part=True)
            for week, count in weeks.items()
        ),
        Aside(str(len(left)), "left early:"),
        *_reasons(left),
    )


def _reasons(left: pd.DataFrame, fixed: int | None = None) -> tuple[Aside, ...]:
    """How many left for each reason, the most frequent first; `fixed` is a published number of those who
    left because of an adverse event.
    """
    counts = left["DCSREAS"].value_counts()
    return tuple(
        Aside(
            str(counts[reason]),
            REASONS.get(reason, reason.lower()),
            illustrative=not (reason == LEFT_ON_EVENT and counts[reason] == fixed),
            part=True,
        )
        for reason in sorted(counts.index, key=lambda reason: (-counts[reason], reason))
    )


def _published_event_leavers(study: Study, verdicts: Verdicts) -> int | None:
    """Patients who left the extension on an adverse event, if the article prints how many."""
    estimand = CATALOGUE["discontinuation.ivig_ext.patients"]
    if not verdicts.standing(estimand).fixed:
        return None
    return int(compute(study, estimand).number)


def cycles_by_arm(study: Study) -> list[Arm]:
    """All infusion cycles: patients by randomised arm, those who switched by themselves."""
    cycles = study.frame("cycles")
    days = (cycles["ASTDTM"].dt.normalize() - cycles["RANDDT"]).dt.days
    cycles = cycles.assign(WEEK=days / 7)
    groups = (
        ("Randomised to IVIg", "IVIg", "N"),
        ("Placebo, switched to IVIg", "Placebo", "Y"),
        ("Placebo, did not switch", "Placebo", "N"),
    )
    arms = []
    for label, arm, switched in groups:
        rows = cycles[(cycles["TRT01P"] == arm) & (cycles["XOVERFL"] == switched)]
        patients = tuple(
            tuple(
                Cycle(number, week, days, treatment)
                for number, week, days, treatment in zip(
                    *(of_one[name].tolist() for name in ("CYCLE", "WEEK", "CYCDAYS", "TRTA")), strict=True
                )
            )
            for _, of_one in rows.groupby("USUBJID", sort=True)
        )
        arms.append(Arm(f"{label} (n = {len(patients)})", patients))
    return arms
