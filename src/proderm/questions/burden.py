"""Questions on how many events a patient had: Table 2 splits patients and events by intensity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from proderm.columns import IVIG_ALL, IVIG_P1, PLACEBO_P1
from proderm.estimands.adverse_events import INTENSITIES, RELATED, RELATED_INTENSITIES, TEAE
from proderm.estimands.families import TREATMENT_EMERGENT, Category, events, patients
from proderm.questions.family import Question, in_words, place
from safetybook.claims import Claim
from safetybook.estimands import Column, Derived
from safetybook.reconstruct.burdens import Burdens
from safetybook.study import Study

SPLIT = {TEAE: INTENSITIES, RELATED: RELATED_INTENSITIES}
"""The categories whose patients and events are printed by intensity."""

LEAST = (2, 5, 10)
MOST = 0
"""Instead of a least number of events: the most that one patient had."""


@dataclass(frozen=True)
class Burden:
    """How many patients had at least so many events of a category in a column, or the most of one patient."""

    category: Category
    column: Column
    least: int

    def question(self) -> Question:
        """The question, called `<category>_<least>_or_more.<column>.patients` or `most_<category>...`."""
        of, at = self.category.id, self.column.id
        words = f"{in_words(self.category)}, {place(self.column)}"
        if self.least == MOST:
            asked = Derived(f"most_{of}.{at}.events", f"{words}: the most of one patient", self.counted)
            return Question(asked, self.column, f"{words}: most events of one patient")
        name = f"{of}_{self.least}_or_more.{at}.patients"
        label = f"{self.least} or more {words[0].lower() + words[1:] if of != TEAE.id else words}"
        return Question(Derived(name, f"{label}: patients", self.counted), self.column, label)

    def counted(self, study: Study) -> int:
        """The answer in data."""
        frame = study.frame("adae")
        rows = (TREATMENT_EMERGENT & self.category.where & self.column.where).mask(frame)
        sizes = frame.loc[rows, "USUBJID"].value_counts()
        return int(sizes.max()) if self.least == MOST else int((sizes >= self.least).sum())

    def ends(self, printed: Mapping[str, int]) -> tuple[int, int]:
        """Beyond which numbers no data set goes that has the patients and events of Table 2."""
        table = [
            (printed[patients(level, self.column).id], printed[events(level, self.column).id])
            for level in SPLIT[self.category]
        ]
        made = Burdens(
            printed[patients(self.category, self.column).id],
            printed[events(self.category, self.column).id],
            [[split for split in table if split != (0, 0)]],
        )
        return made.most() if self.least == MOST else made.at_least(self.least)


BURDENS = tuple(
    Burden(category, column, least)
    for category in SPLIT
    for column in (IVIG_P1, IVIG_ALL, PLACEBO_P1)
    for least in (*LEAST, MOST)
)


@dataclass(frozen=True)
class BurdenFamily:
    """All of these questions; no programme, but a theorem bounds them (:class:`Burdens`)."""

    name: str = "burden"

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in a fixed order."""
        return tuple(burden.question() for burden in BURDENS)

    def parts(self) -> list[BurdenFamily]:
        """All questions at once: they take no time."""
        return [self]

    def outer(self, ledger: Iterable[Claim]) -> dict[str, tuple[int, int]]:
        """For each question, by id, the values beyond which no data set goes."""
        printed = {claim.estimand: int(claim.value) for claim in ledger if claim.value.isdigit()}
        return {burden.question().estimand.id: burden.ends(printed) for burden in BURDENS}
