"""Premedication and Wells scores, which follow from what the stages have settled."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd

from proderm.reconstruction import design
from proderm.reconstruction.design import IVIG
from proderm.reconstruction.published import Published
from safetybook.reconstruct.possible import records

DRUGS = {
    "ANALGESICS": ("Paracetamol", "Ibuprofen"),
    "SYSTEMIC ANTIHISTAMINES": ("Diphenhydramine", "Cetirizine", "Loratadine"),
    "ANTIEMETICS": ("Ondansetron",),
}


def premedication(
    given: list[tuple[str, int]],
    cycles: pd.DataFrame,
    episodes: pd.DataFrame,
    published: Published,
    seed: int,
) -> pd.DataFrame:
    """ADCM: drugs given before the infusions of a patient, from the first permitted cycle on.

    `given` lists (patient, cycle) from which premedication was given.

    Analgesics and systemic antihistamines are given to as many patients on IVIg as published; some have
    both, the rest an antiemetic. Those of the placebo arm who qualified on placebo stop at the switch to
    IVIg, because premedication "for patients receiving IVIg" is counted apart.
    """
    rng = random.Random(f"{seed}/premedication")
    treatment = {(row.USUBJID, row.CYCLE): (row.TRTA, row.APERIOD) for row in records(cycles)}
    first = episodes[episodes["EPISODE"] == 1].set_index(["USUBJID", "CYCLE"])["ASTDTM"].to_dict()
    on_ivig = [patient for patient, cycle in given if treatment[patient, cycle][0] == IVIG]
    classes = _classes(on_ivig, published, rng)
    lines = []
    for patient, cycle in given:
        arm, _ = treatment[patient, cycle]
        own = classes.get(patient) or [rng.choice(("ANALGESICS", "SYSTEMIC ANTIHISTAMINES"))]
        drugs = [(name, rng.choice(DRUGS[name])) for name in own]
        last = min(cycle + rng.choice((0, 1, 2, 6)), design.CYCLES)
        for number in range(cycle, last + 1):
            if treatment.get((patient, number), ("", 0))[0] != arm:
                break
            for name, drug in drugs:
                lines.append(
                    {
                        "USUBJID": patient,
                        "CMCAT": "PREMEDICATION",
                        "CMCLAS": name,
                        "CMDECOD": drug,
                        "ASTDTM": first[patient, number] - dt.timedelta(minutes=rng.choice((30, 35, 45, 60))),
                        "TRTA": arm,
                        "APERIOD": treatment[patient, number][1],
                        "CYCLE": number,
                    }
                )
    return pd.DataFrame(lines)


def _classes(patients: list[str], published: Published, rng: random.Random) -> dict[str, list[str]]:
    """Classes per patient on IVIg: the published number each, antiemetics for whom neither is left."""
    order = list(patients)
    rng.shuffle(order)
    treated = published.integer("at_risk.ivig_all")
    analgesics = published.numerator("premedication_analgesics.ivig_all.percent", treated)
    antihistamines = published.numerator("premedication_antihistamines.ivig_all.percent", treated)
    both = 2  # plausibility: combinations are usual
    classes: dict[str, list[str]] = {patient: [] for patient in order}
    for patient in order[:analgesics]:
        classes[patient].append("ANALGESICS")
    for patient in order[analgesics - both : analgesics - both + antihistamines]:
        classes[patient].append("SYSTEMIC ANTIHISTAMINES")
    for patient in order:
        if not classes[patient]:
            classes[patient].append("ANTIEMETICS")
    return classes


def wells(episodes: pd.DataFrame, events: pd.DataFrame, seed: int) -> pd.DataFrame:
    """ADWELLS: both scores at every infusion visit, 0 but for a few patients (plausibility).

    "Overall, most patients had a Wells score of 0 at their last visit prior to the event, including all
    patients who experienced TEEs."
    """
    rng = random.Random(f"{seed}/wells")
    first = episodes[(episodes["EPISODE"] == 1)].sort_values(["USUBJID", "CYCLE"])
    tee = set(events.loc[events["CQ01NAM"].notna(), "USUBJID"])
    lines = []
    for patient, visits in first.groupby("USUBJID", sort=False):
        tender = patient not in tee and rng.random() < 0.08  # leg symptoms of myositis score a point
        for visit in records(visits):
            for code, scored in (("WELLSDVT", tender and rng.random() < 0.6), ("WELLSPE", False)):
                lines.append(
                    {
                        "USUBJID": patient,
                        "PARAMCD": code,
                        "AVISITN": 4 * (visit.CYCLE - 1),
                        "AVAL": 1 if scored else 0,
                        "ADT": visit.ASTDTM.date(),
                    }
                )
    return pd.DataFrame(lines)
