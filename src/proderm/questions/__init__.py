"""What a reader of the article would like to know and is not told, and the programmes that can tell.

Each question belongs to a *family*: patients and kinds of events described just finely enough for it.
A family takes over every claim that it can express. Leaving a claim out makes a bound wider, never wrong,
so a family may be as coarse as its questions allow.
"""

from __future__ import annotations

from collections.abc import Sequence

from proderm.estimands.adverse_events import TIMED_TERMS
from proderm.questions.arms import arms
from proderm.questions.burden import BurdenFamily
from proderm.questions.family import Family
from proderm.questions.intensity import intensity
from proderm.questions.onset import onset
from proderm.questions.seriousness import seriousness
from proderm.questions.terms import term_family
from safetybook.claims import Claim


def families(ledger: Sequence[Claim]) -> list[Family | BurdenFamily]:
    """All families; how many patients were where is read from the ledger."""
    printed = _counts(ledger)
    return [
        tables_1_and_2(ledger),
        onset(printed),
        seriousness(printed, ledger),
        *(term_family(printed, term) for term in TIMED_TERMS),
        arms(printed),
        BurdenFamily(),
    ]


def tables_1_and_2(ledger: Sequence[Claim]) -> Family:
    """The questions that Tables 1 and 2 answer, with their claims on causality, intensity and onset."""
    return intensity(_counts(ledger))


def _counts(ledger: Sequence[Claim]) -> dict[str, int]:
    return {claim.estimand: int(claim.value) for claim in ledger if claim.value.isdigit()}
