"""The claims of an article, and what becomes of each when the data are counted.

The ledger is a CSV file with one row per printed number or checkable statement. :func:`judge` gives
each claim a :class:`Verdict`: *reproduced* where the data print the very text of the article,
*contradicted* where they do not and a contradiction proves that they could not, *stated* where no
data could produce the claim, *unresolved* otherwise.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import overload

from safetybook import whole_files
from safetybook.contradictions import Contradiction
from safetybook.determinacy import PUBLISHED, Determinacy, Standing, determined
from safetybook.estimands import Catalogue, Estimand, Statement
from safetybook.problems import BadStudyError, Problem
from safetybook.results import Result, compute, compute_all
from safetybook.rounding import places, prints_as
from safetybook.standings import Evidence, Standings
from safetybook.study import Study

NUMBER = re.compile(r"-?\d+(\.\d+)?")
"""A printed number: no sign but a minus, no thousands separator, no per cent sign."""

WORDS = {
    "no": "0",
    "none": "0",
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}
"""Number words as an article writes them, in lower case."""

CODES = {
    "female": "f",
    "male": "m",
    "study drug withdrawn": "drug withdrawn",
    "dose of study drug unchanged": "dose not changed",
}
"""Words that stand for a code of CDISC terminology, both normalised."""

ARTICLE = re.compile(
    r"Abstract|Background|Methods(: .+)?|Results: .+|Discussion|Conclusions"
    r"|(Supplementary )?Table \d+|Fig\. \d+"
)
"""The parts of an article that a claim can stand in."""


UNCOUNTABLE = (ArithmeticError, LookupError, TypeError, ValueError)
"""What an estimand raises where the data lack what it needs."""


class BadLedgerError(BadStudyError):
    """The ledger of claims cannot be used. The message lists every problem in it."""


@dataclass(frozen=True)
class Claim:
    """One printed number or checkable statement: where, in which words, and which estimand it states.

    `value` is the text as printed (``1.0`` is not ``1``). `estimand` is empty for what is only stated.
    """

    claim_id: str
    location: str
    quote: str
    value: str
    statistic: str
    column: str
    estimand: str
    note: str

    @property
    def decimals(self) -> int | None:
        """Decimals of a printed number, None for a text; a number word has none."""
        if NUMBER.fullmatch(self.value):
            return places(self.value)
        return 0 if self.value.lower() in WORDS else None


class Outcome(StrEnum):
    """What became of a claim."""

    REPRODUCED = "reproduced"
    CONTRADICTED = "contradicted"
    STATED = "stated"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class Verdict:
    """A claim, what became of it, the value computed at the claim's precision, and the proof if any.

    `standing` says how far the article fixes the value computed, None where nothing could be computed.
    """

    claim: Claim
    outcome: Outcome
    computed: str = ""
    standing: Standing | None = None
    result: Result | None = None
    contradiction: Contradiction | None = None

    @property
    def determinacy(self) -> str:
        """The kind of the standing in a word, empty where there is none."""
        return "" if self.standing is None else str(self.standing.kind)

    @property
    def fixed(self) -> str:
        """The kind of the standing, with the ends of what is bounded: ``bounded, 29.0 to 52.0``."""
        if self.standing is None or self.standing.kind is not Determinacy.BOUNDED:
            return self.determinacy
        return f"{self.determinacy}, {self.standing.text(self.claim.decimals or 0)}"

    @property
    def digits(self) -> str:
        """The printed value with a number word as its digits."""
        return WORDS.get(self.claim.value.lower(), self.claim.value)


class Verdicts(Sequence[Verdict]):
    """The verdicts on a ledger, in its order, and what they tell about the estimands behind them."""

    def __init__(
        self, verdicts: Iterable[Verdict], catalogue: Catalogue, evidence: Evidence | None = None
    ) -> None:
        self._verdicts = tuple(verdicts)
        self._by_estimand: dict[str, list[Verdict]] = {}
        for verdict in self._verdicts:
            self._by_estimand.setdefault(verdict.claim.estimand, []).append(verdict)
        printed = [
            (catalogue[verdict.claim.estimand], verdict.digits)
            for verdict in self.with_outcome(Outcome.REPRODUCED)
        ]
        self._standings = Standings(printed, evidence or Evidence())

    @overload
    def __getitem__(self, index: int) -> Verdict: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Verdict, ...]: ...

    def __getitem__(self, index: int | slice) -> Verdict | tuple[Verdict, ...]:
        return self._verdicts[index]

    def __len__(self) -> int:
        return len(self._verdicts)

    def at(self, *locations: str) -> list[Verdict]:
        """The verdicts on the claims of some parts of the article."""
        return [verdict for verdict in self if verdict.claim.location in locations]

    def of(self, estimand: str, location: str) -> Verdict | None:
        """The verdict on what one part of the article says of an estimand, None if it says nothing."""
        found = self._by_estimand.get(estimand, [])
        return next((verdict for verdict in found if verdict.claim.location == location), None)

    def on(self, estimand: str) -> list[Verdict]:
        """The verdicts on everything that the article says of an estimand."""
        return list(self._by_estimand.get(estimand, [])) if estimand else []

    def with_outcome(self, outcome: Outcome) -> list[Verdict]:
        """The verdicts with one outcome."""
        return [verdict for verdict in self if verdict.outcome is outcome]

    def standing(self, estimand: Estimand) -> Standing:
        """How far the article fixes the value of an estimand.

        What a proof shows to be impossible is determined, if it is a sentence that can only be true or false.
        """
        for verdict in self._by_estimand.get(estimand.id, []) if isinstance(estimand, Statement) else []:
            if verdict.outcome is Outcome.CONTRADICTED:
                return determined("the proof shows that the sentence cannot be true")
        return self._standings.of(estimand)

    def determinacy(self, estimand: Estimand) -> Determinacy:
        """The kind of :meth:`standing`."""
        return self.standing(estimand).kind

    def __str__(self) -> str:
        counts = ", ".join(f"{len(self.with_outcome(outcome))} {outcome}" for outcome in Outcome)
        return f"{len(self)} claims: {counts}"


COLUMNS = [field.name for field in fields(Claim)]


def read_ledger(path: Path, locations: re.Pattern[str] | None = ARTICLE) -> list[Claim]:
    """The claims of a ledger, in the article's order.

    `locations` is the form of a location; None admits any text, for sources other than an article.

    Raises:
        BadLedgerError: listing every problem with file, row, column, value and expectation.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="", restval=None)
        header = reader.fieldnames or []
        rows = [(reader.line_num, row) for row in reader]
    missing = [name for name in COLUMNS if name not in header]
    problems = [Problem(path.name, 1, name, "", f"a column {name}: it is missing") for name in missing]
    seen: dict[str, int] = {}
    for line, row in rows if not missing else []:
        problems += [
            Problem(path.name, line, column, value, expected)
            for column, value, expected in _row_problems(row, seen, locations)
        ]
        seen.setdefault(row["claim_id"] or "", line)
    if problems:
        raise BadLedgerError(path.name, problems)
    return [Claim(**{name: row[name] for name in COLUMNS}) for _, row in rows]


def _row_problems(
    row: Mapping[str, str | None], seen: Mapping[str, int], locations: re.Pattern[str] | None
) -> Iterator[tuple[str, str, str]]:
    """Column, value and expectation of each thing wrong in a row; `seen` holds the lines of earlier ids."""
    if None in row.values() or "" in row:
        yield "", "", f"{len(COLUMNS)} cells, as in the header"
        return
    cells = {name: text or "" for name, text in row.items()}
    name = cells["claim_id"]
    if not re.fullmatch(r"[a-z0-9_.\-]+", name):
        yield "claim_id", name, "a name of small letters, digits, dots, hyphens and underscores"
    elif name in seen:
        yield "claim_id", name, f"a name of its own: row {seen[name]} has the same"
    if locations and not locations.fullmatch(cells["location"]):
        yield "location", cells["location"], "a part of the article: Abstract, Table 1, Results: <title>, ..."
    for column in ("location", "quote", "value", "statistic"):
        if not cells[column].strip():
            yield column, cells[column], "a text: it may not be empty"
        elif cells[column] != cells[column].strip():
            yield column, cells[column], "no blanks before or after the text"
    if re.fullmatch(r"[-+]?[\d.,]+ ?%?", cells["value"]) and not NUMBER.fullmatch(cells["value"]):
        yield "value", cells["value"], "a bare number with a decimal point, such as 58.3"


def judge(
    ledger: Sequence[Claim],
    catalogue: Catalogue,
    study: Study,
    contradictions: Iterable[Contradiction] = (),
    evidence: Evidence | None = None,
) -> Verdicts:
    """The verdict on each claim.

    A contradiction counts only if its proof, run again on the printed values, still holds. A claim that
    the data reproduce although a proof says they could not is unresolved: one of the two is wrong.

    Raises:
        ValueError: if contradictions name claims that the ledger lacks; all are listed.
    """
    printed = {claim.claim_id: claim.value for claim in ledger}
    proofs: dict[str, Contradiction] = {}
    unknown = []
    for contradiction in contradictions:
        named = (*contradiction.claims, *contradiction.beside)
        unknown += [f"{contradiction.id}: {name}" for name in named if name not in printed]
        if not unknown and contradiction.holds(printed):
            proofs |= dict.fromkeys(contradiction.claims, contradiction)
    if unknown:
        raise ValueError("\n  ".join(["contradictions name claims that the ledger lacks:", *unknown]))
    # What is counted is counted in one pass. What cannot be is found again below, claim by claim.
    with suppress(*UNCOUNTABLE):
        compute_all(study, [catalogue[claim.estimand] for claim in ledger if claim.estimand in catalogue])
    verdicts = [_judge(claim, catalogue, study, proofs.get(claim.claim_id)) for claim in ledger]
    known = Verdicts(verdicts, catalogue, evidence)
    return Verdicts(
        (
            replace(verdict, standing=known.standing(catalogue[verdict.claim.estimand]))
            if verdict.outcome is Outcome.CONTRADICTED
            else verdict
            for verdict in verdicts
        ),
        catalogue,
        evidence,
    )


def _judge(claim: Claim, catalogue: Catalogue, study: Study, proof: Contradiction | None) -> Verdict:
    if not claim.estimand:
        return Verdict(claim, Outcome.STATED, "", PUBLISHED)
    if claim.estimand not in catalogue:
        return Verdict(claim, Outcome.UNRESOLVED, f"no estimand is called {claim.estimand!r}")
    try:
        result = compute(study, catalogue[claim.estimand])
    except UNCOUNTABLE as error:
        return Verdict(claim, Outcome.UNRESOLVED, f"nothing, because the data lack what it needs ({error})")
    if agrees(result, claim.value):
        if proof:
            computed = f"{claim.value}, although {proof.id!r} proves that it cannot be beside other claims"
            return Verdict(claim, Outcome.UNRESOLVED, computed, None, result, proof)
        return Verdict(claim, Outcome.REPRODUCED, claim.value, PUBLISHED, result)
    outcome = Outcome.CONTRADICTED if proof else Outcome.UNRESOLVED
    return Verdict(claim, outcome, _like(claim.value, result.formatted(claim.decimals)), None, result, proof)


def _like(printed: str, computed: str) -> str:
    """A word that the data write in capitals, as the article would write it."""
    return computed.capitalize() if computed.isupper() and printed.istitle() else computed


def agrees(result: Result, printed: str) -> bool:
    """Whether a result, printed as the article prints, gives the article's text.

    Numbers agree if they round half up to the very digits printed; number words stand for their
    numbers. A statement agrees if it is true. A missing value agrees with a printed dash. Texts
    agree if they are the same after :func:`normalised`.
    """
    match result.value:
        case None:
            return normalised(printed) == "-"
        case bool(truth):
            return truth
        case Fraction() as number:
            text = printed if NUMBER.fullmatch(printed) else WORDS.get(printed.lower())
            return text is not None and prints_as(number, text)
        case text:
            return normalised(text) == normalised(printed)


def normalised(text: str) -> str:
    """A text without what carries no meaning here.

    Case, runs of blanks, a final full stop and the kinds of dashes do not count; a word that stands for
    a code (:data:`CODES`) is that code.
    """
    dashed = re.sub(r"[‐-―−]", "-", text)
    plain = " ".join(dashed.casefold().split()).rstrip(".")
    return CODES.get(plain, plain)


VERDICT_COLUMNS = ("claim_id", "verdict", "printed", "computed", "determinacy")


def write_verdicts(verdicts: Iterable[Verdict], path: Path) -> None:
    """Write one row per claim, columns :data:`VERDICT_COLUMNS`; the folder is made if it is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(VERDICT_COLUMNS)
    for verdict in verdicts:
        claim = verdict.claim
        writer.writerow([claim.claim_id, verdict.outcome, claim.value, verdict.computed, verdict.determinacy])
    whole_files.write(path, text.getvalue())
