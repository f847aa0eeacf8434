"""All conflicts in a ledger: by rounding, by the small models, by the programme of Tables 1 and 2.

Nothing here knows which claims are wrong. The checks are run in turn, and of each conflict one claim is set
aside, so that the next check tells of other conflicts: the claim that rounding makes impossible, or
the last one read. Tables are read before text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from proderm.bounds import programme
from proderm.consistency.knowledge import KNOWLEDGE
from proderm.consistency.models import models
from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from safetybook.claims import Claim
from safetybook.contradictions import Contradiction
from safetybook.granularity import Rules
from safetybook.reconstruct.conflicts import conflicts

MOST = 25
"""How many conflicts are looked for in one model."""

TABLES_1_AND_2 = "patients in Tables 1 and 2"


@dataclass(frozen=True)
class Found:
    """Claims that cannot all hold, none of which can be left out.

    `by` names the check or model; the first claim is the one that was set aside.
    """

    by: str
    claims: tuple[str, ...]


def find(ledger: Iterable[Claim]) -> list[Found]:
    """All conflicts of a ledger; none if no check finds one."""
    return list(search(ledger))


def search(ledger: Iterable[Claim]) -> Iterator[Found]:
    """The conflicts of a ledger, one after another."""
    rest = reading_order(ledger)
    found = by_rounding(rest)
    yield from found
    rest = _without(rest, found)
    for model in models(rest):
        for claims in conflicts(model.claims, model.impossible, MOST):
            found.append(Found(model.name, claims))
            yield found[-1]
    yield from _by_signatures(_without(rest, found))


def by_rounding(ledger: Sequence[Claim]) -> list[Found]:
    """The rounding checks that fail, each claim told once."""
    printed = {claim.claim_id: claim.value for claim in ledger}
    failing = [(rule.kind, rule.conflict(printed)) for rule in Rules(ledger, CATALOGUE, KNOWLEDGE)]
    return [Found(kind, claims) for kind, claims in failing if claims]


def _by_signatures(ledger: list[Claim]) -> list[Found]:
    """Conflicts of the signature programme, which sees how kinds of events share patients."""
    found: list[Found] = []
    while len(found) < MOST:
        try:
            conflict = programme(ledger).conflict()
        except KeyError:
            # Without the sizes of its pools there is no programme.
            return found
        if not conflict:
            return found
        *earlier, last = (claim.id for claim in conflict)
        found.append(Found(TABLES_1_AND_2, (last, *earlier)))
        ledger = _without(ledger, found)
    return found


def _without(ledger: Iterable[Claim], found: Iterable[Found]) -> list[Claim]:
    aside = {conflict.claims[0] for conflict in found}
    return [claim for claim in ledger if claim.claim_id not in aside]


def reading_order(ledger: Iterable[Claim]) -> list[Claim]:
    """The tables' claims, then the text's, each in their own order."""
    return sorted(ledger, key=lambda claim: "Table" not in claim.location)


def explained(ledger: Iterable[Claim], found: Found) -> Contradiction | None:
    """The contradiction that explains a conflict: it names all of its claims, and gives up one of them.

    A claim stands for every claim of the same estimand.
    """
    estimands = {claim.claim_id: claim.estimand for claim in ledger}
    told = {estimands[name] for name in found.claims}
    for contradiction in CONTRADICTIONS:
        given_up = {estimands[name] for name in contradiction.claims}
        if told & given_up and told <= given_up | {estimands[name] for name in contradiction.beside}:
            return contradiction
    return None
