"""Stage *terms*: which preferred term each event has."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd
from ortools.sat.python import cp_model

from proderm import vocabulary
from proderm.reconstruction import design, named
from proderm.reconstruction.attribution import RELATED, RELATED_VALUES
from proderm.reconstruction.burden import SEGMENT, Segment, segments
from proderm.reconstruction.design import IVIG, PLACEBO
from proderm.reconstruction.published import Published
from proderm.reconstruction.timing import TABLE_3_TERMS, in_table_3, longest_cycle
from proderm.vocabulary import TERMS
from safetybook.estimands import Unit, where
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import PossibleRows, groups, records
from safetybook.reconstruct.stage import Stage

UNCOUNTED = "(another term)"

# "no other term above 5 %": Supplementary Table 1 lists the related terms of more than 5 % of 95 patients.
# The registry's extract lists the eight most frequent terms, down to 7 of 95; the sponsor's page the
# infusional terms above 5 %.
MOST_RELATED, MOST_ON_IVIG, MOST_ON_PLACEBO, MOST_INFUSIONAL = 4, 7, 3, 4


def numbered(counts: pd.DataFrame, subjects: pd.DataFrame, published: Published) -> pd.DataFrame:
    """One row per event with its number SEQ; named events know their term."""
    events = design.without_subjects(counts, subjects)
    events = events.sort_values([*SEGMENT, "EVENT"], kind="stable").reset_index(drop=True)
    known = dict(enumerate(event.term for event in named.named_events(published)))
    return events.assign(SEQ=range(len(events)), NAMEDTERM=events["EVENT"].map(known))


def possible_terms(
    events: pd.DataFrame, days: dict[Segment, list[int]], published: Published
) -> pd.DataFrame:
    """Every event with every counted term it could have, or none of them."""
    lines = []
    for event in records(events):
        if isinstance(event.NAMEDTERM, str):
            lines.append((event.SEQ, event.NAMEDTERM))
            continue
        lines.append((event.SEQ, UNCOUNTED))
        shortest = min(days[Segment(event.USUBJID, event.TRTA, event.APERIOD)])
        lines += [
            (event.SEQ, term.decod)
            for term in vocabulary.COUNTED
            if _fits(term.decod, event)
            and not (in_table_3(event, term.grouped) and shortest > _longest(term, event, published))
        ]
    frame = pd.DataFrame(lines, columns=["SEQ", "AEDECOD"]).merge(events, on="SEQ")
    grouped = {name: term.grouped for name, term in TERMS.items()}
    return frame.assign(AEGRPTRM=frame["AEDECOD"].map(grouped).fillna(UNCOUNTED))


def _longest(term: vocabulary.Term, event: Any, published: Published) -> int:
    return longest_cycle(term.grouped, event.AESEV, event.TRTA, published)


def _fits(term: str, event: Any) -> bool:
    """Clinical sense: what a term can be, whatever the counts."""
    related = event.AEREL in RELATED_VALUES
    infusional: bool = event.INFUSFL == "Y"
    if event.AESEV == "SEVERE":
        return term in ("Condition aggravated", "Arthralgia") and not related
    if term == "Condition aggravated":
        return not related and not infusional
    if term.startswith("Infusion site"):
        return infusional
    if term in ("Chills", "Pyrexia", "Body temperature increased") and related:
        return infusional
    return True


def build(
    stage: Stage,
    events: pd.DataFrame,
    cycles: pd.DataFrame,
    subjects: pd.DataFrame,
    published: Published,
    seed: int,
) -> PossibleRows:
    """Possible terms, the published counts by term, and the ceilings that the lists imply."""
    frame = possible_terms(events, segments(cycles), published).merge(subjects, on="USUBJID")
    rows = stage.choose("adae", frame, one_per="SEQ")
    stage.know("adex", design.with_subjects(cycles, subjects))
    published.impose(stage)
    _ceilings(stage, rows)
    _late_events_of_table_3(stage, rows, published)
    _one_per_cycle(stage, rows, cycles)
    rng = random.Random(f"{seed}/terms")
    stage.prefer(rows, [0 if name == UNCOUNTED else rng.randrange(1, 6) for name in rows.frame["AEDECOD"]])
    return rows


def _ceilings(stage: Stage, rows: PossibleRows) -> None:
    """Terms that no list names are rarer than the lists' thresholds."""
    listed = {"Headache", "Fever", "Nausea", "Vomiting", "Chills", vocabulary.PAIN, vocabulary.PRESSURE}
    silent = Constraint(
        "supplement.no_other_term",
        "The most commonly reported IVIg-related TEAEs (> 5% of patients) were ...",
    )
    for term in vocabulary.COUNTED:
        one = where(TRTA=IVIG, AEDECOD=term.decod)
        related = rows.selected(one & RELATED)
        if term.grouped not in listed and related:
            stage.require(silent, stage.tally(rows, related, Unit.PATIENTS) <= MOST_RELATED)
        if term.decod in ("Condition aggravated", "Myalgia", "Arthralgia"):
            infusional = rows.selected(one & where(INFUSFL="Y"))
            stage.require(_UNLISTED, stage.tally(rows, infusional, Unit.PATIENTS) <= MOST_INFUSIONAL)
        on_ivig = stage.tally(rows, rows.selected(one), Unit.PATIENTS)
        on_placebo = stage.tally(rows, rows.selected(where(TRTA=PLACEBO, AEDECOD=term.decod)), Unit.PATIENTS)
        if term.decod not in REGISTRY_TERMS:
            stage.require(_UNLISTED, on_ivig <= MOST_ON_IVIG, on_placebo <= MOST_ON_PLACEBO)


_UNLISTED = Constraint(
    "registry.unlisted", "terms that the registry's and the sponsor's lists of frequent events leave out"
)
REGISTRY_TERMS = frozenset(
    ("Headache", "Nausea", "Pyrexia", "Vomiting", "Condition aggravated", "Myalgia", "Chills", "Arthralgia")
)


LATE = Constraint("table_3.late", "Table 3: latency, median (range), by severity")
LONGEST_INFUSIONAL = 4.2  # days: within 72 hours of the end of a two-day cycle


def _late_events_of_table_3(stage: Stage, rows: PossibleRows, published: Published) -> None:
    """How many events of Table 3 began later than 72 hours after the cycle.

    None where the printed maximum is within the time that an infusional onset can take. On placebo one
    mild headache began at 14.0 days; the median of the three is 0.0, so the other two did not.
    """
    for term in TABLE_3_TERMS:
        for severity in ("mild", "moderate", "severe"):
            for column, treatment in (("ivig_p1", IVIG), ("placebo_p1", PLACEBO)):
                name = f"latency.{term.lower()}_{severity}.{column}.maximum"
                longest = float(published.text(name, missing="0"))
                late = where(AEGRPTRM=term, AESEV=severity.upper(), TRTA=treatment, APERIOD=1, INFUSFL="N")
                positions = rows.selected(late & RELATED)
                number = stage.tally(rows, positions, Unit.ROWS)
                stage.require(LATE, number == int(longest > LONGEST_INFUSIONAL))


def _one_per_cycle(stage: Stage, rows: PossibleRows, cycles: pd.DataFrame) -> None:
    """Plausibility: a patient has a symptom at most once per infusion cycle."""
    available = segments(cycles)
    for (*segment, term), positions in groups(rows.frame, [*SEGMENT, "AEGRPTRM"]):
        most = _full_dose_cycles(Segment(*segment), available)
        if term != UNCOUNTED and len(positions) > most:
            stage.model.add(cp_model.LinearExpr.sum([rows.counts[i] for i in positions]) <= most)


def _full_dose_cycles(segment: Segment, available: dict[Segment, list[int]]) -> int:
    """Cycles of a segment that any event may follow; after a reduced dose no related one did."""
    if segment.period == 2 and segment.patient in design.REDUCED_FROM:
        return design.REDUCED_FROM[segment.patient] - design.LAST_FIRST_PERIOD_CYCLE - 1
    return len(available[segment])


def draw_uncounted(chosen: pd.DataFrame, cycles: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Give every event without a counted term a plausible one, none above the ceilings.

    A patient who had a term before has it again with some preference: side effects recur.
    """
    rng = random.Random(f"{seed}/uncounted")
    available = segments(cycles)
    ceilings = _Ceilings(chosen[chosen["AEDECOD"] != UNCOUNTED])
    used: Counter[tuple[Segment, str]] = Counter()
    terms = list(chosen["AEDECOD"])
    for position, event in enumerate(records(chosen)):
        if event.AEDECOD != UNCOUNTED:
            continue
        related = event.AEREL in RELATED_VALUES
        segment = Segment(event.USUBJID, event.TRTA, event.APERIOD)
        weighted = [
            (term, weight * (6 if ceilings.has(event, term.decod) else 1))
            for term in (*vocabulary.OTHER, *vocabulary.SINGLE)
            if (weight := _weight(term, related, event.INFUSFL == "Y"))
            and (event.AESEV != "SEVERE" or term.decod in vocabulary.CAN_BE_SEVERE)
            and ceilings.allow(event, term.decod, related)
            and used[segment, term.decod] < _full_dose_cycles(segment, available)
        ]
        term = rng.choices([t for t, _ in weighted], [w for _, w in weighted])[0]
        ceilings.add(event, term.decod, related)
        used[segment, term.decod] += 1
        terms[position] = term.decod
    out = chosen.assign(AEDECOD=terms)
    return out.assign(AEGRPTRM=[TERMS[t].grouped for t in terms], AEBODSYS=[TERMS[t].bodsys for t in terms])


def _weight(term: vocabulary.Term, related: bool, infusional: bool) -> int:
    if not related:
        return term.unrelated
    return term.infusional if infusional else term.late


class _Ceilings:
    """Patients per term so far, by treatment, relation and infusional onset."""

    def __init__(self, known: pd.DataFrame) -> None:
        self._patients: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for event in records(known):
            self.add(event, event.AEDECOD, event.AEREL in RELATED_VALUES)

    def _kinds(self, event: Any, related: bool) -> Iterable[tuple[str, int]]:
        if event.TRTA != IVIG:
            return [("placebo", MOST_ON_PLACEBO)]
        kinds = [("ivig", MOST_ON_IVIG)]
        kinds += [("related", MOST_RELATED)] if related else []
        kinds += [("infusional", MOST_INFUSIONAL)] if event.INFUSFL == "Y" else []
        return kinds

    def allow(self, event: Any, term: str, related: bool) -> bool:
        """Whether one more event of a term keeps every ceiling."""
        patient = event.USUBJID
        return all(
            len(self._patients[kind, term] | {patient}) <= most for kind, most in self._kinds(event, related)
        )

    def add(self, event: Any, term: str, related: bool) -> None:
        """Count one event."""
        for kind, _ in self._kinds(event, related):
            self._patients[kind, term].add(event.USUBJID)
        self._patients["any", term].add(event.USUBJID)

    def has(self, event: Any, term: str) -> bool:
        """Whether the patient had the term before."""
        return event.USUBJID in self._patients["any", term]
