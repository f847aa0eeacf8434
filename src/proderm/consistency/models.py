"""Small models of the trial, in each of which all claims are imposed that its possible rows can express.

They take the ledger as it is: no claim is left out because another one contradicts it. What they assume
beside the claims is said in each. Each claim can be switched on and off.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product

import pandas as pd

from proderm.datasets import ADSL, HTR, RISK_FACTORS, TEE
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import RELATED_VALUES, preferred_term
from proderm.estimands.listings import (
    PERIODS_AS_PRINTED,
    RELATED_TEE_PATIENTS,
    RELATED_TEES,
    SERIOUS_EVENTS,
    WITHDRAWALS,
)
from proderm.vocabulary import COUNTED
from safetybook.claims import Claim
from safetybook.estimands import Estimand, Share, Unit, Value, Where, where
from safetybook.granularity import number
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.event_tallies import EventTallies
from safetybook.reconstruct.possible import PossibleRows
from safetybook.reconstruct.solve import refuted
from safetybook.reconstruct.stage import Linear, Stage
from safetybook.reconstruct.tallies import PatientTallies, Tallies


@dataclass(frozen=True)
class Model:
    """A part of the article in which claims are tested together.

    Attributes:
        name: what it is about.
        claims: ids of the claims imposed, in the order in which they are read.
        impossible: whether some of them are proved not to hold together.
        tallies: the linear system behind it, if it is one.
    """

    name: str
    claims: tuple[str, ...]
    impossible: Callable[[Collection[str]], bool]
    tallies: Tallies | None = None


def models(ledger: Sequence[Claim]) -> list[Model]:
    """All of them, for a ledger in the order in which it is read."""
    return [
        *(_of_tallies(name, tallies, ledger) for name, tallies in _systems(ledger)),
        ages(ledger),
    ]


def _systems(ledger: Sequence[Claim]) -> Iterator[tuple[str, Tallies]]:
    yield "disposition", disposition()
    yield "cycles", EventTallies(cycle_kinds(), events="cycles")
    yield "premedication", EventTallies(premedication_kinds(), events="adcm")
    for label, variables in BASELINE.items():
        yield label, baseline(*variables)
    yield "risk factors", risk_factors(ledger)
    yield "adverse events", EventTallies(event_kinds())
    yield "adverse events by term", EventTallies(term_kinds(ledger))


def constraint(claim: Claim) -> Constraint:
    """A claim as a solver's statement."""
    return Constraint(claim.claim_id, f"{claim.quote} [{claim.location}]", claim.value)


def _of_tallies(name: str, tallies: Tallies, ledger: Sequence[Claim]) -> Model:
    stated = {claim.estimand for claim in ledger}
    for claim in distinct(ledger):
        _impose(tallies, claim, CATALOGUE[claim.estimand], ledger, stated)
    return Model(name, tuple(tallies.imposed), tallies.impossible, tallies)


def distinct(ledger: Iterable[Claim]) -> Iterator[Claim]:
    """Claims of the catalogue's estimands, but none that repeats what was printed before."""
    told = set()
    for claim in ledger:
        key = (claim.estimand, number(claim.value) or claim.value)
        if claim.estimand in CATALOGUE and key not in told:
            told.add(key)
            yield claim


def _impose(
    tallies: Tallies, claim: Claim, estimand: Estimand, ledger: Sequence[Claim], stated: Collection[str]
) -> None:
    text = number(claim.value)
    if isinstance(tallies, PatientTallies):
        if text is not None or isinstance(estimand, Value):
            tallies.impose(constraint(claim), estimand, text or claim.value)
    elif isinstance(tallies, EventTallies):
        if claim.estimand in NONE_OF and tallies.events == "adae":
            tallies.number_of_events(constraint(claim), NONE_OF[claim.estimand], 0, 0)
        elif claim.estimand in LISTED and tallies.events == "adae":
            selection, patient, rows = LISTED[claim.estimand]
            tallies.number_of_events(constraint(claim), rows & _period(ledger, patient, selection), 1)
        elif text is not None and not _follows(estimand, stated):
            tallies.impose(constraint(claim), estimand, text)


def _follows(estimand: Estimand, stated: Collection[str]) -> bool:
    """Whether a percentage follows from counts that are printed: then rounding has been checked already."""
    return isinstance(estimand, Share) and {estimand.numerator.id, estimand.denominator.id} <= set(stated)


# Patients ------------------------------------------------------------------------------------------

BASELINE = {
    "sex": ("SEX",),
    "race": ("RACE",),
    "disease activity": ("GDABL",),
    "diagnosis": ("DMDIAG",),
    "medication": ("GCBLFL", "NGCBLFL"),
}
"""Variables of ADSL whose codes make the kinds of patients, by what they are about."""


def groups() -> pd.DataFrame:
    """The patients whom Table 5 numbers; others with a TEE; and those without one.

    Table 5 lists all patients with a related TEE, so that the others had none that was related.
    """
    numbered = [(patient, "Y", "Y") for patient in RELATED_TEE_PATIENTS]
    lines = [*numbered, ("", "Y", "N"), ("", "N", "N")]
    return pd.DataFrame(lines, columns=["ARTNO", "TEEFL", "RELTEEFL"])


NUMBERED = tuple((where(ARTNO=patient), 1) for patient in RELATED_TEE_PATIENTS)
"""Each numbered patient is one patient."""


def baseline(*variables: str) -> PatientTallies:
    """How many patients of each group have which codes of some variables."""
    codes = [sorted(map(str, ADSL[name].codes or ())) for name in variables]
    values = pd.DataFrame(product(*codes), columns=list(variables))
    frame = groups().merge(values, how="cross")
    return PatientTallies({"adsl": frame.assign(USUBJID=range(len(frame)))}, NUMBERED)


def disposition() -> PatientTallies:
    """Arm, switch, who completed what, and so who was exposed to what.

    Only who entered the extension can complete it. Who switched was exposed to both treatments in the
    first period; everyone in the extension is on IVIg.
    """
    lines = [
        (arm, switched, completed, entered, finished)
        for arm, switched, completed, entered, finished in product(("IVIg", "Placebo"), *["YN"] * 4)
        if entered == "Y" or finished == "N"
    ]
    columns = ["TRT01P", "XOVERFL", "P1COMPFL", "EXTFL", "EXTCOMFL"]
    frame = pd.DataFrame(lines, columns=columns).assign(USUBJID=range(len(lines)), SAFFL="Y")
    exposure = []
    for patient in frame.itertuples():
        other = "Placebo" if patient.TRT01P == "IVIg" else "IVIg"
        exposure.append((patient.USUBJID, patient.TRT01P, 1))
        if patient.XOVERFL == "Y":
            exposure.append((patient.USUBJID, other, 1))
        if patient.EXTFL == "Y":
            exposure.append((patient.USUBJID, "IVIg", 2))
    exposed = pd.DataFrame(exposure, columns=["USUBJID", "TRTA", "APERIOD"]).merge(frame, on="USUBJID")
    return PatientTallies({"adsl": frame, "adex": exposed}, [])


def risk_factors(ledger: Iterable[Claim]) -> PatientTallies:
    """Which of Table 6's risk factors a patient has, and how many.

    A numbered patient has no other factors than those that Table 5 lists.
    """
    listed: dict[str, list[str]] = {patient: [] for patient in RELATED_TEE_PATIENTS}
    for claim in ledger:
        value = CATALOGUE.get(claim.estimand)
        if isinstance(value, Value) and value.dataset == "admh":
            asked = dict(value.where.allowed)
            listed[str(*asked["ARTNO"])].append(str(*asked["MHGRPTRM"]))
    patients: list[dict[str, object]] = []
    conditions: list[dict[str, object]] = []
    for patient, with_tee, related in groups().itertuples(index=False):
        group = {"ARTNO": patient, "TEEFL": with_tee, "RELTEEFL": related}
        own = listed.get(patient, RISK_FACTORS)
        for factors in chain.from_iterable(combinations(own, n) for n in range(len(own) + 1)):
            kind = len(patients)
            counted = sum(factor in RISK_FACTORS for factor in factors)
            patients.append({**group, "USUBJID": kind, "NTEERF": counted})
            conditions += [{**group, "USUBJID": kind, "MHGRPTRM": factor} for factor in factors]
    return PatientTallies({"adsl": pd.DataFrame(patients), "admh": pd.DataFrame(conditions)}, NUMBERED)


# Ages ----------------------------------------------------------------------------------------------


class _OnePerPatient(Stage):
    """A stage whose rows stand for kinds of patients: a count of patients adds how often each occurs."""

    def tally(self, rows: PossibleRows, positions: Sequence[int], unit: Unit) -> Linear:
        return super().tally(rows, positions, Unit.ROWS)


def ages(ledger: Sequence[Claim]) -> Model:
    """Whole ages within the limits of the trial, of the numbered patients and of the others by group."""
    span = pd.DataFrame({"AGE": range(int(ADSL["AGE"].low or 0), int(ADSL["AGE"].high or 0) + 1)})
    frame = groups().merge(span, how="cross")
    frame = frame.assign(USUBJID=range(len(frame)))
    most = [1 if patient else MOST_PATIENTS for patient in frame["ARTNO"]]

    def build(stage: Stage) -> None:
        rows = stage.count("adsl", frame, most)
        for asked, exactly in NUMBERED:
            stage.model.add(stage.tally(rows, rows.selected(asked), Unit.ROWS) == exactly)
        for claim in distinct(ledger):
            estimand, text = CATALOGUE[claim.estimand], number(claim.value)
            if text is None:
                continue
            if isinstance(estimand, Value) and estimand.variable == "AGE":
                age = rows.selected(estimand.where & where(AGE=int(text)))
                stage.require(constraint(claim), stage.tally(rows, age, Unit.ROWS) == 1)
            elif getattr(estimand, "dataset", "") == "adsl":
                stage.impose(constraint(claim), estimand, text)

    everything = _OnePerPatient("ages", only=frozenset())
    build(everything)
    return Model(
        "ages",
        tuple(everything.imposed),
        lambda claims: refuted(_OnePerPatient("ages", only=frozenset(claims)), build),
    )


MOST_PATIENTS = 100
"""More than any group of patients in this trial."""


# Events and cycles ---------------------------------------------------------------------------------

NONE_OF = {
    "tees_serious": where(CQ01NAM=TEE, AESER="N"),
    "all_treatment_emergent": where(TRTEMFL="N"),
}
"""Statements that there are no events of a kind."""

LISTED: Mapping[str, tuple[str, str, Where]] = {
    f"p{patient}.{preferred_term(term).id}.{selection}.term": (
        selection,
        patient,
        where(AEDECOD=term, TRTEMFL="Y", TRTA="IVIg") & kind,
    )
    for selection, listing, kind in (
        ("serious", SERIOUS_EVENTS, where(AESER="Y", AEREL=RELATED_VALUES)),
        ("withdrawn", WITHDRAWALS, where(AEACN="DRUG WITHDRAWN")),
    )
    for patient, term in listing
}
"""Rows of Tables 4 and 7: by the estimand of the term, the table, the patient and what the event is."""


def _period(ledger: Sequence[Claim], patient: str, selection: str) -> Where:
    """The period in which a table has a patient's events, as it prints it."""
    printed = {c.value for c in ledger if c.estimand == f"p{patient}.{selection}.treatment"}
    return where(APERIOD=[number for number, text in PERIODS_AS_PRINTED.items() if text in printed])


EXPOSURE = pd.DataFrame(
    [("IVIg", 1, 2.0), ("IVIg", 2, 2.0), ("IVIg", 2, 1.0), ("Placebo", 1, None)],
    columns=["TRTA", "APERIOD", "DOSEPGKG"],
)
"""Treatment, period and planned dose of an infusion cycle."""

CAUSALITIES = ("NOT RELATED", "UNLIKELY", *RELATED_VALUES)
INTENSITIES = ("MILD", "MODERATE", "SEVERE")
ACTIONS = ("DRUG WITHDRAWN", "DOSE NOT CHANGED")
OUTCOMES = ("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")
DAYS = range(1, 6)


def event_kinds() -> pd.DataFrame:
    """Kinds of events by everything that Tables 1 and 2 count by, and by the days of the infusion cycle."""
    special = [(None, None, "N"), (TEE, None, "N"), (None, HTR, "N"), (None, None, "Y"), (TEE, None, "Y")]
    return _crossed(
        AEREL=CAUSALITIES[::2], AESEV=INTENSITIES, INFUSFL="YN", AESER="YN", AEACN=ACTIONS, CYCDAYS=DAYS
    ).merge(pd.DataFrame(special, columns=["CQ01NAM", "CQ02NAM", "AESDTH"]), how="cross")


def term_kinds(ledger: Sequence[Claim]) -> pd.DataFrame:
    """Kinds of events by term.

    Terms are those that a claim names, and any other. The terms that the tables mark as TEEs, and pulmonary
    embolism, are TEEs; of the others only basilar artery stenosis, and terms that are not named, can be.
    """
    kinds = _crossed(AEREL=CAUSALITIES, AESEV=INTENSITIES, AESER="YN", AEACN=ACTIONS, AEOUT=OUTCOMES)
    return kinds.merge(_terms(ledger), how="cross")


def _crossed(**codes: Iterable[object]) -> pd.DataFrame:
    """Every combination of codes, for every exposure."""
    combined = pd.DataFrame(product(*codes.values()), columns=list(codes))
    return EXPOSURE.merge(combined, how="cross").assign(TRTEMFL="Y")


def _terms(ledger: Sequence[Claim]) -> pd.DataFrame:
    named: dict[str, set[str]] = {"AEDECOD": set(), "AEGRPTRM": set()}
    for claim in ledger:
        estimand = CATALOGUE.get(claim.estimand)
        counted = estimand.numerator if isinstance(estimand, Share) else estimand
        asked = LISTED[claim.estimand][2] if claim.estimand in LISTED else getattr(counted, "where", Where())
        for variable, values in asked.allowed:
            if variable in named:
                named[variable] |= set(map(str, values))
    grouped = {term.decod: term.grouped for term in COUNTED}
    pairs = {(term, grouped.get(term, term)) for term in named["AEDECOD"]}
    pairs |= {(f"other term of {group}", group) for group in named["AEGRPTRM"]} | {(OTHER, OTHER)}
    lines: list[tuple[str, str, str | None, str | None, str]] = []
    for decod, group in sorted(pairs):
        marked: list[str | None] = (
            [TEE] if decod in TEE_TERMS else [None, TEE] if decod in OPEN_TERMS else [None]
        )
        lines += [(decod, group, tee, None, "N") for tee in marked]
    lines += [(OTHER, OTHER, None, HTR, "N"), (OTHER, OTHER, None, None, "Y")]
    return pd.DataFrame(lines, columns=["AEDECOD", "AEGRPTRM", "CQ01NAM", "CQ02NAM", "AESDTH"])


OTHER = "any other term"
TEE_TERMS = frozenset(term for _, term in RELATED_TEES)
OPEN_TERMS = ("Basilar artery stenosis", OTHER)


def cycle_kinds() -> pd.DataFrame:
    """Kinds of infusion cycles: treatment and period, planned dose, one to five days."""
    return EXPOSURE.merge(pd.DataFrame({"CYCDAYS": DAYS}), how="cross")


def premedication_kinds() -> pd.DataFrame:
    """Kinds of premedication: randomised arm, treatment and period of the infusion, class of drug."""
    exposure = pd.DataFrame(
        [("IVIg", "IVIg", 1), ("Placebo", "Placebo", 1), ("Placebo", "IVIg", 1)]
        + [(arm, "IVIg", 2) for arm in ("IVIg", "Placebo")],
        columns=["TRT01P", "TRTA", "APERIOD"],
    )
    classes = pd.DataFrame({"CMCLAS": ["ANALGESICS", "SYSTEMIC ANTIHISTAMINES", "any other class"]})
    return exposure.merge(classes, how="cross").assign(CMCAT="PREMEDICATION")
