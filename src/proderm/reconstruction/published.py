"""The published values as the reconstruction reads them: which claims are followed, and their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from safetybook.claims import WORDS, read_ledger
from safetybook.estimands import Catalogue
from safetybook.reconstruct.constraints import Constraint
from safetybook.reconstruct.stage import Stage
from safetybook.rounding import percent, places


@dataclass(frozen=True)
class Followed:
    """One claim that the reconstruction follows."""

    constraint: Constraint
    estimand: str

    @property
    def printed(self) -> str:
        """The value as printed; a number word as its number."""
        return self.constraint.printed


class Published:
    """All claims that state an estimand and are not given up as part of a contradiction."""

    def __init__(self, followed: Iterable[Followed], catalogue: Catalogue) -> None:
        self.followed = list(followed)
        self.catalogue = catalogue
        self._printed = {claim.estimand: claim.printed for claim in self.followed}
        self.settled: dict[str, str] = {}

    @classmethod
    def read(cls, ledgers: Iterable[Path]) -> Published:
        """The claims of some ledgers, less those that a contradiction gives up."""
        given_up = {claim for contradiction in CONTRADICTIONS for claim in contradiction.claims}
        followed = [
            Followed(
                Constraint(
                    claim.claim_id,
                    f"{claim.quote} [{claim.location}]",
                    WORDS.get(claim.value.lower(), claim.value),
                ),
                claim.estimand,
            )
            for ledger in ledgers
            for claim in read_ledger(ledger, None)
            if claim.estimand and claim.claim_id not in given_up
        ]
        return cls(followed, CATALOGUE)

    def impose(self, stage: Stage) -> None:
        """Impose every followed claim that the stage's possible rows can express.

        A claim that an earlier stage imposed stays true, because later stages only add detail.
        """
        for claim in self.followed:
            if claim.constraint.id not in self.settled:
                stage.impose(claim.constraint, self.catalogue[claim.estimand], claim.printed)

    def settle(self, stage: Stage) -> None:
        """Note which claims a solved stage has made true."""
        for claim in stage.imposed:
            self.settled.setdefault(claim, stage.name)

    def text(self, estimand: str, missing: str | None = None) -> str:
        """The published value of an estimand, as printed.

        Raises:
            KeyError: if no followed claim states it and `missing` is not given.
        """
        if missing is not None and estimand not in self._printed:
            return missing
        return self._printed[estimand]

    def integer(self, estimand: str, missing: int | None = None) -> int:
        """The published count of an estimand; `missing` and errors as for :meth:`text`."""
        return int(self.text(estimand, None if missing is None else str(missing)))

    def numerator(self, estimand: str, denominator: int) -> int:
        """The one count that gives a published percentage of a known denominator; errors as below."""
        printed = self.text(estimand)
        return _only(
            estimand,
            [n for n in range(denominator + 1) if percent(n, denominator, places(printed)) == printed],
        )

    def denominator(self, estimand: str, numerator: int, most: int) -> int:
        """The one number of patients, up to `most`, of which a count is the published percentage.

        Raises:
            ValueError: if no number, or more than one, prints so.
        """
        printed = self.text(estimand)
        return _only(
            estimand, [n for n in range(1, most + 1) if percent(numerator, n, places(printed)) == printed]
        )


def _only(estimand: str, fitting: list[int]) -> int:
    if len(fitting) != 1:
        raise ValueError(f"{estimand}: the numbers {fitting} print as published, not exactly one")
    return fitting[0]
