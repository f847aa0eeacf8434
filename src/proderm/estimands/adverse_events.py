"""Tables 1, 2 and 3, Supplementary Table 1, and the counts of adverse events in the text."""

from collections.abc import Iterator

from proderm.columns import (
    ALL,
    ANY_P1,
    IVIG_ALL,
    IVIG_EXT,
    IVIG_P1,
    PERIOD_COLUMNS,
    PLACEBO_P1,
    REDUCED,
    SAFETY_COLUMNS,
)  # fmt: skip
from proderm.estimands.families import (
    TREATMENT_EMERGENT,
    Category,
    event_percent,
    events,
    order_statistics,
    patients,
    percent,
    safety_family,
    share,
)  # fmt: skip
from safetybook.estimands import Column, Count, Estimand, Unit, Where, where

RELATED_VALUES = ("POSSIBLE", "PROBABLE")
RESOLVED_VALUES = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE")

TEAE = Category("teae", "TEAEs", where())
RELATED = Category("related", "TEAEs related to study drug", where(AEREL=RELATED_VALUES))
UNRELATED = Category("unrelated", "TEAEs not related to study drug", where(AEREL=("NOT RELATED", "UNLIKELY")))
INFUSIONAL = Category("infusional", "Infusional TEAEs", where(INFUSFL="Y"))
SERIOUS = Category("serious", "Serious TEAEs", where(AESER="Y"))
DISCONTINUATION = Category(
    "discontinuation", "TEAEs leading to discontinuation of study drug", where(AEACN="DRUG WITHDRAWN")
)
TEE = Category("tee", "Thromboembolic events", where(CQ01NAM="THROMBOEMBOLIC EVENT"))
HTR = Category("htr", "Haemolytic transfusion reactions", where(CQ02NAM="HAEMOLYTIC TRANSFUSION REACTION"))
DEATH = Category("death", "Deaths", where(AESDTH="Y"))

TABLE_1 = (TEAE, INFUSIONAL, SERIOUS, RELATED, DISCONTINUATION, TEE, RELATED & TEE, HTR, DEATH)

ANY_LEVEL = "any level: a patient counts at every intensity that occurred"
INTENSITIES = tuple(
    Category(word, f"{word.capitalize()} TEAEs", where(AESEV=word.upper()), ANY_LEVEL)
    for word in ("mild", "moderate", "severe")
)
RELATED_INTENSITIES = tuple(RELATED & intensity for intensity in INTENSITIES)

TERMS = tuple(
    Category(term.lower().replace(" ", "_"), term, where(AEGRPTRM=term))
    for term in (
        "Headache", "Fever", "Nausea", "Vomiting", "Chills", "Musculoskeletal pain",
        "Blood pressure increased",
    )
)  # fmt: skip
"""The related terms that the article names as experienced by more than 5 % of the patients on IVIg."""

TIMED_TERMS = tuple(term for term in TERMS if term.id in {"headache", "nausea", "vomiting", "fever"})
"""The terms of Table 3."""


def preferred_term(term: str) -> Category:
    """The events of one MedDRA preferred term."""
    return Category(term.lower().replace(" ", "_"), term, where(AEDECOD=term))


SEVERE_TERMS = (
    *(term for term in TERMS if term.id in {"headache", "nausea"}),
    *map(preferred_term, ("Muscle spasms", "Dyspnoea", "Deep vein thrombosis", "Pulmonary embolism")),
)
"""The terms of the nine related events of severe intensity."""

SERIOUS_UNRELATED_FIRST_PERIOD = tuple(
    map(
        preferred_term,
        (
            "Sepsis", "Pulmonary embolism", "Ventricular extrasystoles", "Tropical spastic paraparesis",
            "Sinus tachycardia", "Hypertension",
        ),
    )
)  # fmt: skip
SERIOUS_UNRELATED_EXTENSION = tuple(
    map(
        preferred_term,
        (
            "Squamous cell carcinoma", "Condition aggravated", "Atypical pneumonia", "Pneumonia",
            "Cardiac failure congestive", "Sepsis", "Acute respiratory failure", "Acute kidney injury",
            "Escherichia bacteraemia",
        ),
    )
)  # fmt: skip


def overview() -> Iterator[Estimand]:
    """Table 1 and its columns' denominators."""
    yield from (column.at_risk for column in SAFETY_COLUMNS)
    yield from safety_family(TABLE_1, SAFETY_COLUMNS)
    for column in (IVIG_ALL, PLACEBO_P1):
        yield events(RELATED & INFUSIONAL, column)
        yield event_percent(RELATED & INFUSIONAL, RELATED, column)
    for category in (HTR, DEATH):
        yield patients(category, ALL)
    yield from (percent(RELATED & term, IVIG_ALL) for term in TERMS)


def intensity() -> Iterator[Estimand]:
    """Table 2: percentages of events divide by all TEAEs above, by the related TEAEs below."""
    for categories, of in ((INTENSITIES, TEAE), (RELATED_INTENSITIES, RELATED)):
        yield from safety_family(categories, SAFETY_COLUMNS)
        for category in categories:
            yield from (event_percent(category, of, column) for column in SAFETY_COLUMNS)
    severe = RELATED_INTENSITIES[-1]
    yield from (events(severe & term, IVIG_ALL) for term in SEVERE_TERMS)


def timing() -> Iterator[Estimand]:
    """Table 3: latency of all events of a term, duration of the resolved ones, pooled and by severity."""
    resolved = where(AEOUT=RESOLVED_VALUES)
    for term in TIMED_TERMS:
        for column in PERIOD_COLUMNS:
            for level, rows in _severity_levels():
                of_term = TREATMENT_EMERGENT & RELATED.where & term.where & rows & column.where
                label = f"{term.label}, related, {level}, {column.label}"
                stem = f"{term.id}_{level}.{column.id}"
                yield Count(f"latency.{stem}.n", f"{label}: events", "adae", of_term, Unit.ROWS)
                yield from order_statistics(
                    f"latency.{stem}", f"{label}: latency (days)", "adae", of_term, "AELATENC"
                )
                yield Count(
                    f"duration.{stem}.n", f"{label}: resolved events", "adae", of_term & resolved, Unit.ROWS
                )
                yield from order_statistics(
                    f"duration.{stem}", f"{label}: duration (days)", "adae", of_term & resolved, "ADURN"
                )


def _severity_levels() -> Iterator[tuple[str, Where]]:
    for word in ("mild", "moderate", "severe"):
        yield word, where(AESEV=word.upper())
    yield "all", where()


def seriousness() -> Iterator[Estimand]:
    """The serious events of the text: related ones of Table 4, and the unrelated ones by period and term."""
    related_serious = RELATED & SERIOUS
    yield from safety_family([related_serious], [IVIG_ALL])
    rows = TREATMENT_EMERGENT & related_serious.where & IVIG_ALL.where
    yield from order_statistics(
        "latency.related_serious.ivig_all", "Serious related TEAEs: latency (days)", "adae", rows, "AELATENC"
    )
    yield from order_statistics(
        "duration.related_serious.ivig_all", "Serious related TEAEs: duration (days)", "adae", rows, "ADURN"
    )
    unrelated_serious = UNRELATED & SERIOUS
    for terms, column in (
        (SERIOUS_UNRELATED_FIRST_PERIOD, ANY_P1),
        (SERIOUS_UNRELATED_EXTENSION, IVIG_EXT),
    ):
        for term in terms:
            yield patients(unrelated_serious & term, column)
    tachycardia = preferred_term("Sinus tachycardia")
    yield events(unrelated_serious & tachycardia, ANY_P1)


def discontinuations() -> Iterator[Estimand]:
    """Discontinuations in the text. The extension's percentages divide by all 95 patients on IVIg."""
    related = RELATED & DISCONTINUATION
    unrelated = UNRELATED & DISCONTINUATION
    yield patients(related, IVIG_ALL)
    yield patients(related, IVIG_P1)
    yield events(related, IVIG_P1)
    for name in ("Sepsis", "Basilar artery stenosis"):
        yield patients(unrelated & preferred_term(name), IVIG_P1)
    yield events(unrelated, IVIG_P1)
    yield patients(DISCONTINUATION, IVIG_EXT)
    yield events(DISCONTINUATION, IVIG_EXT)
    yield _of_all_on_ivig(DISCONTINUATION, IVIG_EXT)
    aggravated, embolism = preferred_term("Condition aggravated"), preferred_term("Pulmonary embolism")
    for term in (aggravated, embolism):
        yield patients(DISCONTINUATION & term, IVIG_EXT)
        yield _of_all_on_ivig(DISCONTINUATION & term, IVIG_EXT)
    for term, causality in (
        (aggravated, "NOT RELATED"), (aggravated, "UNLIKELY"), (embolism, "POSSIBLE"), (embolism, "PROBABLE"),
    ):  # fmt: skip
        assessed = Category(causality.lower().replace(" ", "_"), causality.lower(), where(AEREL=causality))
        yield patients(DISCONTINUATION & term & assessed, IVIG_EXT)
    yield events(unrelated & aggravated, IVIG_EXT)
    yield events(unrelated & preferred_term("Escherichia bacteraemia"), IVIG_EXT)
    yield from (events(category, REDUCED) for category in (TEE, DISCONTINUATION))


def _of_all_on_ivig(category: Category, column: Column) -> Estimand:
    """Patients of a column among all patients who received IVIg in either period, in percent."""
    return share(
        patients(category, column), IVIG_ALL.at_risk, f"{category.id}.{column.id}.percent_of_ivig_all"
    )
