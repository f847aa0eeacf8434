"""What is wrong with the files of a study, so that one error can say all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: where, what was found, and what was expected.

    `row` is the line of the file on which the record starts (the header is line 1), or 0 for the
    file as a whole. `variable` and `value` are empty where they say nothing.
    """

    file: str
    row: int
    variable: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (self.file, f"row {self.row}" if self.row else "", self.variable) if part
        )
        about_a_cell = self.row > 1 and self.variable
        found = f"found {self.value!r}, " if self.value else "found nothing, " if about_a_cell else ""
        return f"{place}: {found}expected {self.expected}"


class BadStudyError(ValueError):
    """The files do not make a study. The message lists every problem; :attr:`problems` holds them."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        count = f"{len(self.problems)} problem{'' if len(self.problems) == 1 else 's'}"
        super().__init__("\n".join([f"{count} in {source}:", *(f"  {problem}" for problem in self.problems)]))
