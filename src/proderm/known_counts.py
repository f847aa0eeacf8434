"""What the book knows of counts of events beyond the data: printed values, and between which ends others lie.

The page that explores the events shows it beside its own counts. The key of a count is its column, then its
facets with the places of the options chosen: ``ivig_all/relation=0,1/serious=0``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import Any

from proderm.bounds import questions
from proderm.estimands import CATALOGUE
from proderm.explorer import COLUMNS, estimands, facets
from proderm.vocabulary import TERMS
from safetybook.claims import Verdict, Verdicts
from safetybook.determinacy import Determinacy, Standing
from safetybook.estimands import Count, Estimand, Scalar, Share, Unit, Where
from safetybook.facets import Facet, Side
from safetybook.remembered import once_per_study
from safetybook.standings import normal
from safetybook.study import Study

UNITS = {Unit.PATIENTS: "patients", Unit.ROWS: "events"}
TOGETHER = 2
"""How many facets at once the page knows the standing of, beyond what the article prints."""

Known = dict[str, dict[str, Any]]
"""By the key of a count, then by what is counted: what is known of it."""


def known_counts(study: Study, verdicts: Verdicts) -> Known:
    """By column and filter: the values that the article prints, and between which ends others lie.

    Only numbers are listed of which something is known; the page calls every other one illustrative.
    """
    found: Known = {}
    printed: dict[str, Verdict] = {}
    # A table is the better place to look a number up than a sentence.
    for verdict in sorted(verdicts, key=lambda one: "Table" not in one.claim.location):
        printed.setdefault(verdict.claim.estimand, verdict)
    # What is printed comes first, and of two ways to bound a number the solved one.
    for estimand in sorted(_asked(study), key=lambda one: one.id not in printed):
        count = estimand.numerator if isinstance(estimand, Share) else estimand
        key = address(study, count.where)
        told = _told(estimand, printed.get(estimand.id), verdicts)
        if key and told:
            what = "percent" if isinstance(estimand, Share) else UNITS[count.unit]
            found.setdefault(key, {}).setdefault(what, told)
    for column in COLUMNS:
        for what in ("atRisk", "cycles"):
            standing = verdicts.standing(estimands(study, {}, column)[what])
            if standing.fixed and standing.ends:
                found.setdefault(column.id, {})[what] = _ends(standing)
    return dict(sorted(found.items()))


def _asked(study: Study) -> Iterator[Count | Share]:
    """The counts of events of the catalogue, those that were bounded by solving, then those of few facets."""
    for estimand in [*CATALOGUE.values(), *(question.estimand for question in questions())]:
        count = estimand.numerator if isinstance(estimand, Share) else estimand
        if not isinstance(count, Count) or count.dataset != "adae":
            continue
        if isinstance(estimand, Count) or (isinstance(estimand, Share) and _of_those_at_risk(estimand)):
            yield estimand
            yield count
    for selection in selections():
        for column in COLUMNS:
            counts = estimands(study, selection, column)
            yield counts["patients"]
            yield counts["events"]


def selections() -> Iterator[dict[str, tuple[str, ...]]]:
    """The selections of at most :data:`TOGETHER` facets in the ways in which the article speaks of events."""
    ways: dict[str, tuple[tuple[str, ...], ...]] = {
        "intensity": (("mild",), ("moderate",), ("severe",)),
        "relation": (("probable", "possible"), ("unlikely", "none")),
        "serious": (("yes",),),
        "infusional": (("yes",),),
        "thromboembolic": (("yes",),),
        "action": (("withdrawn",),),
    }
    for size in range(TOGETHER + 1):
        for chosen in combinations(ways, size):
            for picked in product(*(ways[key] for key in chosen)):
                yield dict(zip(chosen, picked, strict=True))


def _of_those_at_risk(share: Share) -> bool:
    """Whether a percentage is one of the patients at risk in the column of its numerator."""
    exposure = ("TRTA", "APERIOD")
    of = Where(tuple(one for one in share.numerator.where.allowed if one[0] in exposure))
    return share.denominator.dataset == "adex" and normal(share.denominator.where) == normal(of)


def _told(estimand: Estimand, printed: Verdict | None, verdicts: Verdicts) -> dict[str, Any] | None:
    """What is known of a number: printed value, verdict and claim, or the kind and ends of its standing."""
    if printed:
        return {
            "printed": printed.claim.value,
            "verdict": str(printed.outcome),
            "claim": printed.claim.claim_id,
            "at": printed.claim.location,
        }
    standing = verdicts.standing(estimand)
    loose = standing.kind in (Determinacy.PUBLISHED, Determinacy.ILLUSTRATIVE) or standing.ends is None
    return None if loose or isinstance(estimand, Share) else _ends(standing)


def _ends(standing: Standing) -> dict[str, Any]:
    """The kind and the ends of a standing that has them."""
    assert standing.ends is not None
    low, high = map(int, standing.ends)
    return {"kind": str(standing.kind), "low": low, "high": high}


def address(study: Study, asked: Where) -> str | None:
    """The key of a filter: the column, then the facets with the places chosen: ``ivig_all/relation=0,1``.

    None where the page has no such column or no such facet.
    """
    conditions = normal(_grouped(asked))
    wanted = dict(conditions.allowed)
    emergent = wanted.pop("TRTEMFL", None)
    if emergent != frozenset(("Y",)) or conditions.excluded:
        return None
    exposure = {name: wanted.pop(name) for name in ("TRTA", "APERIOD") if name in wanted}
    column = next((c for c in COLUMNS if dict(c.where.allowed) == exposure), None)
    by_variable = _event_facets(study)
    if column is None or not wanted.keys() <= by_variable.keys():
        return None
    parts = []
    for name, values in wanted.items():
        facet = by_variable[name]
        places = [i for i, option in enumerate(facet.options) if option.value in values]
        if len(places) != len(values):
            return None
        if len(places) < len(facet.options):
            parts.append(f"{facet.key}={','.join(map(str, places))}")
    return "/".join([column.id, *sorted(parts)])


@once_per_study
def _event_facets(study: Study) -> dict[str, Facet]:
    return {facet.variable: facet for facet in facets(study) if facet.side is Side.EVENT}


def _grouped(asked: Where) -> Where:
    """The same filter with terms as the article counts them, where a preferred term is all of its group."""

    def conditions(name: str, values: frozenset[Scalar]) -> tuple[str, frozenset[Scalar]]:
        alone = _terms_of_their_own()
        return ("AEGRPTRM", values) if name == "AEDECOD" and values <= alone else (name, values)

    return Where(tuple(conditions(*one) for one in asked.allowed), asked.excluded)


@cache
def _terms_of_their_own() -> frozenset[str]:
    """The preferred terms that are a group by themselves."""
    groups = [term.grouped for term in TERMS.values()]
    return frozenset(
        name for name, term in TERMS.items() if groups.count(name) == 1 == (term.grouped == name)
    )
