"""Between which numbers the article leaves a count that it does not print.

The claims of Tables 1 and 2 on patients and events, and what is certain of the patients who left early,
go into a signature programme (:mod:`safetybook.reconstruct.signatures`). Its bounds hold for every data
set that satisfies these claims, not only for the one reconstructed here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import pandas as pd

from proderm.claims import LEDGER
from proderm.columns import IVIG_ALL, IVIG_EXT, IVIG_P1, PLACEBO_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import (
    INFUSIONAL,
    INTENSITIES,
    RELATED,
    RELATED_INTENSITIES,
    TEAE,
    UNRELATED,
)
from proderm.estimands.families import Category, patients
from safetybook.claims import Claim, read_ledger
from safetybook.estimands import Column, Count
from safetybook.predicates import Has, Predicate, satisfied
from safetybook.ranges import Range
from safetybook.reconstruct.signatures import Pool, SignatureProgramme
from safetybook.reconstruct.stage import Constraint
from safetybook.study import Study

STORE = LEDGER.with_name("bounds.json")
"""Where `make bounds` keeps the answers: solving them takes longer than a page may."""

FIRST, EXTENSION, PLACEBO = "IVIg, first period", "IVIg, extension", "placebo"
EXPOSURE = {FIRST: ("IVIg", 1), EXTENSION: ("IVIg", 2), PLACEBO: ("Placebo", 1)}

KINDS = pd.DataFrame(
    product(("PROBABLE", "NOT RELATED"), ("MILD", "MODERATE", "SEVERE"), ("Y", "N")),
    columns=["AEREL", "AESEV", "INFUSFL"],
).assign(TRTEMFL="Y")
CATEGORIES = (TEAE, INFUSIONAL, RELATED, UNRELATED, *INTENSITIES, *RELATED_INTENSITIES)


def has(category: Category, column: Column) -> Has:
    """At least one event of the category in the column: the same filter that counts its patients."""
    return Has(patients(category, column).where)


def pools(printed: Mapping[str, int]) -> list[Pool]:
    """Who was on IVIg when, and what is certain of those who left in the first period.

    `printed` holds published counts by estimand. 52 patients were on IVIg in the first period and 91 in
    the extension, 95 in all: 48 in both, 4 only in the first, 43 only in the extension. Of the 4, patient 1
    had related events of every intensity (Table 7); two more had an event that ended treatment, an
    unrelated one (sepsis; basilar artery stenosis). Placebo is apart: no count here joins it with IVIg.
    """
    first, everyone = printed["at_risk.ivig_p1"], printed["at_risk.ivig_all"]
    extension, placebo = printed["entered_extension.all.patients"], printed["at_risk.placebo_p1"]
    stopped = printed["discontinuation.ivig_p1.patients"]
    left = everyone - extension
    of_patient_1 = tuple((FIRST, has(category, IVIG_P1)) for category in RELATED_INTENSITIES)
    return [
        Pool("both periods", first + extension - everyone, (FIRST, EXTENSION)),
        Pool("patient 1", 1, (FIRST,), of_patient_1),
        Pool("left on an unrelated event", stopped - 1, (FIRST,), ((FIRST, has(UNRELATED, IVIG_P1)),)),
        Pool("left otherwise", left - stopped, (FIRST,)),
        Pool("extension only", everyone - first, (EXTENSION,)),
        Pool("placebo", placebo, (PLACEBO,)),
    ]


def programme(ledger: Iterable[Claim]) -> SignatureProgramme:
    """The claims of Tables 1 and 2 on patients and events of the categories above."""
    columns = (IVIG_P1, IVIG_EXT, IVIG_ALL, PLACEBO_P1)
    filters = {patients(category, column).where: None for category in CATEGORIES for column in columns}
    segments = {
        name: KINDS.assign(TRTA=treatment, APERIOD=period) for name, (treatment, period) in EXPOSURE.items()
    }
    ledger = list(ledger)
    printed = {claim.estimand: int(claim.value) for claim in ledger if claim.value.isdigit()}
    made = SignatureProgramme(segments, pools(printed), tuple(filters))
    for claim in ledger:
        estimand = CATALOGUE[claim.estimand] if claim.estimand else None
        if claim.location in ("Table 1", "Table 2") and isinstance(estimand, Count):
            variables = estimand.where.variables
            if estimand.dataset == "adae" and variables <= set(segments[FIRST].columns):
                constraint = Constraint(claim.claim_id, f"{claim.quote} [{claim.location}]", claim.value)
                made.impose(constraint, estimand, int(claim.value))
    return made


@dataclass(frozen=True)
class Question:
    """A count of patients that the article does not print."""

    label: str
    predicate: Predicate
    column: Column


MILD, MODERATE, SEVERE = INTENSITIES
RELATED_MILD, RELATED_MODERATE, _ = RELATED_INTENSITIES

QUESTIONS = (
    Question("Any TEAE in the extension", has(TEAE, IVIG_EXT), IVIG_EXT),
    Question("A related TEAE in the extension", has(RELATED, IVIG_EXT), IVIG_EXT),
    Question("An infusional TEAE in the extension", has(INFUSIONAL, IVIG_EXT), IVIG_EXT),
    Question("A severe TEAE in the extension", has(SEVERE, IVIG_EXT), IVIG_EXT),
    Question("TEAEs in both periods on IVIg", has(TEAE, IVIG_P1) & has(TEAE, IVIG_EXT), IVIG_ALL),
    Question(
        "Related TEAEs in both periods on IVIg", has(RELATED, IVIG_P1) & has(RELATED, IVIG_EXT), IVIG_ALL
    ),
    Question("TEAEs, but none related, overall", has(TEAE, IVIG_ALL) & ~has(RELATED, IVIG_ALL), IVIG_ALL),
    Question("Any unrelated TEAE, overall", has(UNRELATED, IVIG_ALL), IVIG_ALL),
    Question("Only related TEAEs, overall", has(RELATED, IVIG_ALL) & ~has(UNRELATED, IVIG_ALL), IVIG_ALL),
    Question(
        "Both mild and moderate TEAEs, overall", has(MILD, IVIG_ALL) & has(MODERATE, IVIG_ALL), IVIG_ALL
    ),
    Question("Moderate or severe TEAEs, overall", has(MODERATE, IVIG_ALL) | has(SEVERE, IVIG_ALL), IVIG_ALL),
    Question(
        "Both mild and moderate related TEAEs, IVIg, first period",
        has(RELATED_MILD, IVIG_P1) & has(RELATED_MODERATE, IVIG_P1),
        IVIG_P1,
    ),
    Question("Any unrelated TEAE, placebo", has(UNRELATED, PLACEBO_P1), PLACEBO_P1),
)


@dataclass(frozen=True)
class Bound:
    """The answer to a question: its least and greatest value, and whether both ends are proved."""

    label: str
    low: int
    high: int
    proved: bool


def solve(ledger: Iterable[Claim]) -> list[Bound]:
    """The bounds on every question over all data sets that satisfy the claims."""
    made = programme(ledger)
    found = []
    for question in QUESTIONS:
        low, high = made.bounds(question.predicate, question.column.where)
        found.append(Bound(question.label, low.value, high.value, low.proved and high.proved))
    return found


def stored(path: Path = STORE) -> list[Bound]:
    """The bounds as last solved.

    Raises:
        ValueError: if the ledger has changed since, or the questions have.
    """
    known = json.loads(path.read_text(encoding="utf-8"))
    found = [Bound(**bound) for bound in known["bounds"]]
    if known["ledger"] != _digest() or [b.label for b in found] != [q.label for q in QUESTIONS]:
        raise ValueError(f"{path.name} is of another ledger or of other questions: run make bounds")
    return found


def answers(study: Study) -> list[Range]:
    """The stored bounds, each with the answer in `study`, which is one of the data sets they are over."""
    adverse, exposed = study.frame("adae"), study.frame("adex")
    found = []
    for question, bound in zip(QUESTIONS, stored(), strict=True):
        concerned = exposed.loc[question.column.where.mask(exposed), "USUBJID"].drop_duplicates()
        here = int(satisfied(question.predicate, adverse, concerned).sum())
        found.append(Range(bound.label, bound.low, bound.high, bound.proved, len(concerned), here))
    return found


def _digest() -> str:
    return "sha256:" + hashlib.sha256(LEDGER.read_bytes()).hexdigest()


def main() -> int:
    """Solve all bounds and store them with the digest of the ledger they are of."""
    bounds = [asdict(bound) for bound in solve(read_ledger(LEDGER))]
    text = json.dumps({"ledger": _digest(), "bounds": bounds}, indent=1) + "\n"
    STORE.write_text(text, encoding="utf-8", newline="\n")
    print(f"Wrote {len(bounds)} bounds to {STORE}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
