"""Would a misprint be noticed? Each numeric claim, with each of its digits replaced by every other.

A misprint is noticed if the rest of the ledger refutes it: by the claim's own percentage, its repetition or
the rounding of what follows from it; or, where that lets it pass, by the sums of a model. What one check
finds the next is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from proderm.consistency.finder import Found, reading_order
from proderm.consistency.knowledge import KNOWLEDGE
from proderm.consistency.models import Model, ages, models
from proderm.estimands import CATALOGUE
from safetybook.claims import NUMBER, Claim
from safetybook.estimands import Count, Share, Summary
from safetybook.granularity import Rules


@dataclass(frozen=True)
class Noticed:
    """What becomes of the misprints of one claim.

    Attributes:
        claim: its id.
        kind: what is printed: patients, events, percentages, ...
        misprints: how many numbers differ from it in one digit.
        rounding: how many of these are refuted by percentages, repetitions and rounding.
        sums: how many of the others are refuted by a model.
    """

    claim: str
    kind: str
    misprints: int
    rounding: int
    sums: int


def misprints(printed: str) -> Iterator[str]:
    """Every number that differs in one digit; no leading zero where there was none."""
    for place, digit in enumerate(printed):
        if digit.isdigit():
            for other in "0123456789":
                leading = place == 0 and other == "0" and len(printed.partition(".")[0]) > 1
                if other != digit and not leading:
                    yield printed[:place] + other + printed[place + 1 :]


def kind(claim: Claim) -> str:
    """What a claim prints, in the words of the figure."""
    estimand = CATALOGUE[claim.estimand]
    match estimand:
        case Share():
            return "percentages"
        case Count():
            return "patients" if estimand.unit.value == "patients" else "events"
        case Summary():
            return f"{estimand.function}s"
    return "other"


def sensitivity(ledger: Sequence[Claim], found: Iterable[Found], locations: Sequence[str]) -> list[Noticed]:
    """What becomes of the misprints of the numbers of some parts of the article.

    Claims that a conflict set aside are left out: they cannot bear witness, nor be judged.
    """
    aside = {conflict.claims[0] for conflict in found}
    sound = [claim for claim in reading_order(ledger) if claim.claim_id not in aside]
    rules = Rules(sound, CATALOGUE, KNOWLEDGE)
    printed = {claim.claim_id: claim.value for claim in sound}
    systems = models(sound)
    return [
        _noticed(claim, sound, rules, printed, systems)
        for claim in sound
        if claim.location in locations
        and NUMBER.fullmatch(claim.value)
        and claim.estimand in CATALOGUE
        and isinstance(CATALOGUE[claim.estimand], (Count, Share, Summary))
    ]


def _noticed(
    claim: Claim, sound: list[Claim], rules: Rules, printed: dict[str, str], systems: list[Model]
) -> Noticed:
    name, wrong = claim.claim_id, list(misprints(claim.value))
    passing = [
        text for text in wrong if all(rule.holds(printed | {name: text}) for rule in rules.touching(name))
    ]
    left = passing
    for model in systems:
        if name in model.claims and left:
            left = _passing(model, claim, sound, left)
    return Noticed(name, kind(claim), len(wrong), len(wrong) - len(passing), len(passing) - len(left))


def _passing(model: Model, claim: Claim, sound: list[Claim], wrong: list[str]) -> list[str]:
    """The misprints that a model does not refute."""
    if model.tallies is not None and isinstance(CATALOGUE[claim.estimand], Count):
        low, high = model.tallies.ends(claim.claim_id, set(model.claims) - {claim.claim_id})
        return [text for text in wrong if low <= int(text) <= high]
    if model.name == "ages":
        return [text for text in wrong if not _refuted(claim, sound, text)]
    return wrong


def _refuted(claim: Claim, sound: list[Claim], text: str) -> bool:
    changed = [replace(c, value=text) if c is claim else c for c in sound]
    model = ages(changed)
    return model.impossible(model.claims)
