"""The pilot rebuilt from its printed tables: the same engine, another ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import product

import pandas as pd

from cdiscpilot.ledger import OVERVIEW, RELATIONS, SEVERITIES, Ledger, row_id
from cdiscpilot.questions import JUDGEMENT, TERMS, Question
from cdiscpilot.study import ARMS, DERMATOLOGIC, TREATMENT_EMERGENT, Arm
from safetybook.claims import Claim, agrees
from safetybook.estimands import Count, Unit, where
from safetybook.reconstruct.aspects import PLAIN, RELAXED, Aspect, Statement, at_most, attempt
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.possible import records
from safetybook.results import compute
from safetybook.study import Study

SEED = 1
EFFORT = 1.0
"""Deterministic limit of one search in one aspect of an arm, for a witness: there are many to find."""

PATIENCE = 20.0
"""The same for the first data set of an arm, without which there is nothing to show."""

MOST = 2
"""Plausibility: how many times the mean number of events a patient of the first data set may have."""

SINGLE = "(a term of one event)"
"""Stands for any of the terms of a class that occurred in one patient, once: which of them is no matter."""


SPLITS = {"severity": "AESEV", "relation": "AEREL", "class": "AEBODSYS", "term": "AEDECOD"}
"""By table the variable whose values are its rows."""


class Rebuilt:
    """An arm of which only the printed tables are known."""

    def __init__(self, ledger: Ledger, arm: Arm) -> None:
        self.ledger, self.arm = ledger, arm
        self.affected, self.total = ledger.categories("overview", arm)[0]
        self.patients = tuple(f"{arm.name}-{number:02d}" for number in range(1, self.affected + 1))
        self.statements = [
            Statement(Constraint(claim.claim_id, claim.quote, claim.value), estimand, claim.value)
            for claim in ledger.of(arm)
            if isinstance(estimand := ledger.catalogue[claim.estimand], Count) and estimand.dataset == "adae"
        ]
        constant = {"TRTEMFL": "Y", "TRTA": arm.treatment}
        terms = ledger.terms(arm).assign(**constant)
        self._named = terms[terms["EVENTS"] > 0]
        judged = product(SEVERITIES, RELATIONS, (DERMATOLOGIC, ""))
        judgements = pd.DataFrame(judged, columns=["AESEV", "AEREL", "CQ01NAM"]).assign(**constant)
        seriousness = pd.DataFrame({"AESER": ["Y", "N"]}).assign(**constant)
        self._terms = Aspect(TERMS, _kinds(self._named), ("CQ01NAM",), searches=(PLAIN,))
        self._judgement = Aspect(JUDGEMENT, judgements, ("CQ01NAM",), searches=(RELAXED, PLAIN))
        self._seriousness = Aspect("seriousness", seriousness)

    @cached_property
    def _singles(self) -> pd.Series[bool]:
        return (self._named["PATIENTS"] == 1) & (self._named["EVENTS"] == 1)

    @cached_property
    def _pooled(self) -> Aspect:
        """The terms, those of one event pooled within their class: a third of the rows to search."""
        pooled = self._named.assign(AEDECOD=self._named["AEDECOD"].mask(self._singles, SINGLE))
        return replace(self._terms, kinds=_kinds(pooled).drop_duplicates(ignore_index=True))

    def _pools(self) -> Iterator[Statement]:
        """How many events each pool has."""
        pools = Counter(
            self._named.loc[self._singles, ["AEBODSYS", "CQ01NAM"]].itertuples(index=False, name=None)
        )
        for (name, group), events in pools.items():
            asked = TREATMENT_EMERGENT & where(AEDECOD=SINGLE, AEBODSYS=name, CQ01NAM=group)
            count = Count(f"{name}.{group}", f"{SINGLE}, {name}", "adae", asked, Unit.ROWS)
            yield Statement(Constraint(count.id, count.label), count, str(events))

    def _with_singles_named(self, events: pd.DataFrame) -> pd.DataFrame:
        """The events with the terms of each pool dealt out."""
        names = self._named[self._singles].groupby(["AEBODSYS", "CQ01NAM"])["AEDECOD"].agg(list).to_dict()
        single = events["AEDECOD"] == SINGLE
        keys = events.loc[single, ["AEBODSYS", "CQ01NAM"]].itertuples(index=False, name=None)
        dealt = [names[key].pop(0) for key in keys]
        return events.assign(AEDECOD=events["AEDECOD"].where(~single, pd.Series(dealt, events.index[single])))

    @cached_property
    def events(self) -> pd.DataFrame:
        """Events of the arm that satisfy its tables; one row each.

        Raises:
            RuntimeError: if the search ends without any.
        """
        even = at_most(MOST * self.total // self.affected)
        found = self._attempt(replace(self._pooled, require=even), self._judgement, effort=PATIENCE)
        if found is None:
            raise RuntimeError(f"{self.arm.label}: no events that satisfy the tables were found")
        return found

    def witness(self, question: Question, answer: int) -> pd.DataFrame | None:
        """Events that satisfy the tables and give this answer, or None if the search finds none."""
        require = question.requirement(self.arm, answer)
        judgement = replace(self._judgement, require=require)
        if TERMS in question.aspects:
            # What counts different terms must tell them apart.
            terms = self._terms if question.id.startswith(TERMS) else self._pooled
            found = self._attempt(replace(terms, require=require), self._judgement)
        else:
            # Most answers fit the terms that there are already; but their patients are told apart.
            later = question.requirement(self.arm, answer, first=False)
            found = self._attempt(replace(self._judgement, require=later), known=self.events)
        if found is None and JUDGEMENT in question.aspects:
            found = self._attempt(judgement, self._pooled)
        return found

    def _attempt(
        self, *aspects: Aspect, known: pd.DataFrame | None = None, effort: float = EFFORT
    ) -> pd.DataFrame | None:
        statements = [*self.statements, *self._pools()]
        found = attempt([*aspects, self._seriousness], self.patients, statements, known, SEED, effort)
        return None if found is None else self._with_singles_named(found)


def _kinds(terms: pd.DataFrame) -> pd.DataFrame:
    return terms.drop(columns=["PATIENTS", "EVENTS"])


def study(ledger: Ledger, events: dict[str, pd.DataFrame]) -> Study:
    """A study of rebuilt patients: those with the events of each arm by name, and the others without any."""
    people = [
        (f"{arm.name}-{number:02d}", arm.treatment)
        for arm in ARMS
        for number in range(1, ledger.value(arm.at_risk) + 1)
    ]
    adsl = pd.DataFrame(people, columns=["USUBJID", "TRTA"])
    return Study({"adsl": adsl, "adae": pd.concat(events.values(), ignore_index=True)}, datasets=())


def missed(ledger: Ledger, rebuilt: Study, arms: tuple[Arm, ...] = ARMS) -> Iterator[Claim]:
    """The claims that rebuilt data do not print."""
    for arm in arms:
        for claim in ledger.of(arm):
            if not agrees(compute(rebuilt, ledger.catalogue[claim.estimand]), claim.value):
                yield claim


def differing(ledger: Ledger, arm: Arm, events: pd.DataFrame) -> Iterator[str]:
    """The tables that events of an arm do not print: a second reading, by plain grouping.

    Faster than :func:`missed`, which computes every claim; the percentages follow from the patients.
    """
    for table, variable in SPLITS.items():
        rows = events.groupby(variable)["USUBJID"].agg(["nunique", "size"])
        found = {row_id(table, row.Index): (row.nunique, row.size) for row in records(rows)}
        if found != ledger.rows(table, arm):
            yield table
    overview = [events[line.where.mask(events)] for line in OVERVIEW]
    counted = {
        line.id: (own["USUBJID"].nunique(), len(own))
        for line, own in zip(OVERVIEW, overview, strict=True)
        if len(own)
    }
    if counted != ledger.rows("overview", arm):
        yield "overview"
