"""Contradictions: claims of an article that cannot all hold, each with a proof that is run again.

A contradiction never rests on a hard-coded verdict. Its `holds` recomputes from the printed values
that the claims clash; a changed value in the ledger that removes the clash makes it false.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

Printed = Mapping[str, str]
"""Printed values by claim id."""


class Kind(StrEnum):
    """Why claims clash.

    *contradiction*: no data satisfy both; *ambiguity*: no data satisfy the literal reading, and another one
    fits; *rounding*: the claim follows from the others but for the way in which it was rounded.
    """

    CONTRADICTION = "contradiction"
    AMBIGUITY = "ambiguity"
    ROUNDING = "rounding"


@dataclass(frozen=True)
class Contradiction:
    """Claims that cannot be met beside others, with a proof that a reader can check by hand.

    Attributes:
        id: a readable name.
        claims: ids of the claims that the reconstruction gives up.
        beside: ids of the claims that they clash with, which it keeps.
        kind: why they clash.
        proof: two plain lines in the article's words and numbers.
        reading: which reading the reconstruction follows, and why.
        holds: from the printed values, whether the claims really cannot hold together.
    """

    id: str
    claims: tuple[str, ...]
    beside: tuple[str, ...]
    kind: Kind
    proof: str
    reading: str
    holds: Callable[[Printed], bool]
