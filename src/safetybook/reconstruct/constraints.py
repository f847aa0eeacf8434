"""What is imposed on a reconstruction, and which part of it cannot hold. No solver is named here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Constraint:
    """A published statement that a stage must satisfy: a claim, or a sentence encoded by hand.

    `printed` is the value that a claim states; a sentence has none.
    """

    id: str
    quote: str
    printed: str = ""

    def __str__(self) -> str:
        value = f" = {self.printed}" if self.printed else ""
        return f"{self.id}{value}: “{self.quote}”"


def explain(
    impossible: Callable[[Sequence[str]], bool],
    kept: Sequence[str],
    candidates: Sequence[str],
    known: bool = True,
) -> list[str]:
    """The part of `candidates` that a minimal conflict has beside `kept`.

    `known` says that `kept` has changed since it was last tested by itself. All together must be impossible.
    """
    if known and impossible(kept):
        return []
    if len(candidates) == 1:
        return list(candidates)
    middle = len(candidates) // 2
    first, second = list(candidates[:middle]), list(candidates[middle:])
    of_second = explain(impossible, [*kept, *first], second)
    of_first = explain(impossible, [*kept, *of_second], first, known=bool(of_second))
    return of_first + of_second
