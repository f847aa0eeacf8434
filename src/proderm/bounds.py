"""Between which numbers the article leaves what it does not print: the stored answers, and how they are made.

Each question (:mod:`proderm.questions`) has two ends. A signature programme proves that no data set which
satisfies the claims goes beyond them; a data set that satisfies *all* claims and reaches an end certifies
it (:mod:`proderm.witnesses`). An end that no data set was found to reach is *open*: the true end lies between
it and the farthest value reached.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from proderm.claims import BOUNDS, EXTERNAL, LEDGER
from proderm.questions import families, tables_1_and_2
from proderm.questions.family import Question
from safetybook import whole_files
from safetybook.claims import Claim, read_ledger
from safetybook.estimands import definition
from safetybook.ranges import Range
from safetybook.reconstruct.signatures import SignatureProgramme
from safetybook.results import compute
from safetybook.stored_answers import StaleAnswersError
from safetybook.study import Study

TOPICS = {
    "extension": r"[a-z_]+\.ivig_ext\.patients",
    "burden": r".*_or_more\..+|most_.+",
    "recurrence": r"(both_periods|extension_only)\.[a-z]+\..+",
    "intensity": r"(worst|several)_.+",
    "causality": r"(unrelated|none_related|only_related|both_causalities)\..+",
    "onset": r"(related_infusional|only_later)\..+",
    "seriousness": r".*(serious|tee|stopped|discontinuation).*",
    "terms": r".*(headache|fever|nausea|vomiting).*",
    "arms": r".*_(switched|placebo_arm|ivig_arm)\..+|both_treatments\..+",
}
"""What the questions are about: patterns of their ids, the last that fits."""


@dataclass(frozen=True)
class End:
    """One end of a bound.

    Attributes:
        value: no data set that satisfies the claims goes beyond it.
        reached: the farthest value of any data set that was made.
        witness: the name of that data set; ``adam`` is the one of the book.
    """

    value: int
    reached: int
    witness: str

    @property
    def certified(self) -> bool:
        """Whether a data set reaches the end."""
        return self.value == self.reached


@dataclass(frozen=True)
class Bound:
    """The answer to a question, by the id of its estimand."""

    id: str
    low: End
    high: End


def ledgers() -> list[Claim]:
    """The claims of the article and the counts of other sources that the data follow too."""
    return read_ledger(LEDGER) + read_ledger(EXTERNAL, locations=None)


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order of the families."""
    return tuple(question for family in families(read_ledger(LEDGER)) for question in family.questions)


def programme(ledger: Sequence[Claim]) -> SignatureProgramme:
    """The claims of Tables 1 and 2 on causality, intensity and infusional onset."""
    return tables_1_and_2(ledger).programme(ledger)


def digest() -> str:
    """SHA-256 of what the answers depend on: the ledgers, and what the questions mean."""
    asked = "\n".join(definition(question.estimand) for question in questions())
    content = LEDGER.read_bytes() + EXTERNAL.read_bytes() + asked.encode()
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def write(bounds: Iterable[Bound], path: Path = BOUNDS) -> None:
    """Store bounds with the digest of what they depend on."""
    content = {"of": digest(), "bounds": [asdict(bound) for bound in bounds]}
    whole_files.write(path, json.dumps(content, indent=1) + "\n")


def stored(path: Path = BOUNDS) -> list[Bound]:
    """The bounds as last solved, in the order of the questions.

    Raises:
        StaleAnswersError: if the ledgers or the questions have changed since.
    """
    known = json.loads(path.read_text(encoding="utf-8"))
    if known["of"] != digest():
        raise StaleAnswersError(path, "another ledger or of other questions", "bounds")
    return [Bound(bound["id"], End(**bound["low"]), End(**bound["high"])) for bound in known["bounds"]]


@cache
def by_id() -> Mapping[str, Bound]:
    """The stored bounds by the id of the estimand they are of."""
    return {bound.id: bound for bound in stored()}


def answer(question: Question, study: Study) -> Range:
    """The stored bound on a question, with the value in `study`, which is one of the data sets it is over."""
    bound = by_id()[question.estimand.id]
    here = compute(study, question.estimand)
    among = (
        None
        if question.estimand.id.endswith(".events")
        else int(compute(study, question.among.at_risk).number)
    )
    return Range(
        question.label,
        bound.low.value,
        bound.high.value,
        bound.low.reached,
        bound.high.reached,
        among,
        int(here.number),
    )


def answers(study: Study) -> list[Range]:
    """The stored bounds on all questions, each with the value in `study`."""
    return [answer(question, study) for question in questions()]


def by_topic(study: Study) -> dict[str, list[Range]]:
    """The answers by what they are about.

    Raises:
        KeyError: if a question belongs to no topic.
    """
    found: dict[str, list[Range]] = {topic: [] for topic in TOPICS}
    for question, row in zip(questions(), answers(study), strict=True):
        found[topic(question.estimand.id)].append(row)
    return found


def topic(name: str) -> str:
    """What the question with an id is about; errors as for :func:`by_topic`."""
    for known, pattern in reversed(TOPICS.items()):
        if re.fullmatch(pattern, name):
            return known
    raise KeyError(name)
