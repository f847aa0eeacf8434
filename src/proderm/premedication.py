"""Who was premedicated, cycle by cycle, and which earlier cycles permitted it."""

from __future__ import annotations

from collections import Counter

from safetybook.courses import Course, Visit, consecutive
from safetybook.estimands import where
from safetybook.study import Study

PREMEDICATION = where(CMCAT="PREMEDICATION")
INFUSIONAL = where(TRTEMFL="Y", INFUSFL="Y")


def infusional_events(study: Study) -> Counter[tuple[str, int]]:
    """Infusional TEAEs by patient and infusion cycle, where there are any."""
    infusional = study.rows("adae", INFUSIONAL)
    return Counter(zip(infusional["USUBJID"], infusional["CYCLE"], strict=True))


def premedicated_courses(study: Study) -> dict[str, list[Course]]:
    """The premedicated patients, by arm and by period of the first premedication, and by its cycle."""
    drugs, cycles, events = study.frame("adcm"), study.frame("cycles"), infusional_events(study)
    drugs = drugs[PREMEDICATION.mask(drugs)]
    given = set(zip(drugs["USUBJID"], drugs["CYCLE"], strict=True))
    first = drugs.sort_values(["CYCLE", "USUBJID"]).drop_duplicates("USUBJID")
    extension = first["APERIOD"] == 2
    groups = {
        "Randomised to IVIg, from the first period": (first["TRT01P"] == "IVIg") & ~extension,
        "Randomised to placebo, from the first period": (first["TRT01P"] == "Placebo") & ~extension,
        "From the extension only": extension,
    }

    def course(patient: str) -> Course:
        own = cycles[cycles["USUBJID"] == patient]
        visits = (
            Visit(int(number), treatment, events[patient, number], (patient, number) in given)
            for number, treatment in zip(own["CYCLE"], own["TRTA"], strict=True)
        )
        return Course(patient, tuple(visits))

    return {
        heading: [course(patient) for patient in first.loc[rows, "USUBJID"]]
        for heading, rows in groups.items()
    }


def qualified(study: Study) -> set[str]:
    """The patients with infusional events in two consecutive cycles, after which there was another."""
    cycles, events = study.frame("cycles"), infusional_events(study)
    last = cycles.sort_values("CYCLE").drop_duplicates("USUBJID", keep="last")
    return {
        patient
        for patient, final in zip(last["USUBJID"], last["CYCLE"], strict=True)
        if consecutive((number for who, number in events if who == patient), final)
    }
