"""Whether a reconstruction is one: the files make a study, and every claim that is followed holds in it."""

from __future__ import annotations

from collections.abc import Mapping

from proderm import claims
from proderm import study as proderm
from proderm.estimands import CATALOGUE
from safetybook import invariants
from safetybook.study import Study


class NotAReconstructionError(ValueError):
    """Data that are a valid study, but not one that the article describes; the message lists what fails."""


def verified(files: Mapping[str, str], source: str) -> Study:
    """The study of the texts of the data sets' files, once everything holds that the article allows to hold.

    The files pass every check on the form of the data. No claim of the article and none of the other
    sources is unresolved: each is reproduced, or proved to contradict others, or only stated. The results
    and the data violate no invariant. `source` names the files in messages.

    Raises:
        BadStudyError: listing every problem of the files.
        NotAReconstructionError: listing every claim that fails and every violated invariant.
    """
    study = proderm.parse(files, source)
    found = claims.verdicts(study)
    failures = [*claims.unresolved(found), *claims.unresolved(claims.external_verdicts(study))]
    names = dict.fromkeys(verdict.claim.estimand for verdict in found if verdict.result is not None)
    try:
        invariants.check(study, [CATALOGUE[name] for name in names])
    except invariants.InvariantError as error:
        failures += error.violations
    if failures:
        raise NotAReconstructionError(
            "\n  ".join([f"{source} does not hold what the article says:", *failures])
        )
    return study
