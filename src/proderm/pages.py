"""What the chapters share: the study and its verdicts, loaded once, and how a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from html import escape

from myst_nb import glue as store

from proderm import claims
from proderm import study as proderm
from proderm.columns import IVIG_ALL, IVIG_P1, PLACEBO_P1, SAFETY_COLUMNS
from proderm.estimands import CATALOGUE
from proderm.estimands.families import TREATMENT_EMERGENT, Category, events, patients, percent
from proderm.origins import Accounted, own_accounts
from safetybook.aligned_text import unraised
from safetybook.claims import Outcome, Verdict, Verdicts
from safetybook.contradictions import Contradiction
from safetybook.determinacy import PUBLISHED, SHOWS_ENDS, Determinacy, Standing, determined
from safetybook.estimands import Column, Estimand, Share, described
from safetybook.figures import Palette
from safetybook.glued import Glued, decimals_of, with_ends
from safetybook.invariants import check
from safetybook.results import Difference, Result, compute
from safetybook.rounding import exact, half_up
from safetybook.stored_html import stored
from safetybook.study import Study
from safetybook.tables import Cell, Counted, Folded, Group, Row, Table, cell

PALETTE = Palette(("IVIg", "Placebo"))
"""The treatments' colours and shapes, the same in every figure."""

LONG = 20
"""Characters from which a claimed text breaks into lines."""

HEADINGS = {
    IVIG_P1: ("First period", "IVIg (n = {}^a)"),
    PLACEBO_P1: ("First period", "Placebo (n = {})"),
    IVIG_ALL: ("Overall period", "All IVIg (n = {})"),
}
"""The article's headings of the columns of Tables 1 and 2."""


CLAIM = "claim:"
"""What the name of a printed number begins with."""

COUNTED = determined("a number of this book, or about the article as a text: the code counts it")
"""The standing of how many claims, checks, bounds or data sets there are."""


@cache
def study() -> Study:
    """The data, loaded once per process."""
    return proderm.load()


@cache
def verdicts() -> Verdicts:
    """The verdicts on all claims of the article, found once per process."""
    return claims.verdicts(study())


def printed() -> dict[str, str]:
    """The value of every claim as the article prints it, by the claim's id."""
    return {verdict.claim.claim_id: verdict.claim.value for verdict in verdicts()}


@dataclass(frozen=True)
class Measure:
    """A kind of cell under each column's heading: its own heading, its form, and what it shows.

    `form` has a pair of braces for each of the estimands.
    """

    heading: str
    form: str
    estimands: Callable[[Category, Column], tuple[Estimand, ...]]


PATIENTS = Measure(
    "No. of pts (%)",
    "{} ({}%)",
    lambda category, column: (patients(category, column), percent(category, column)),
)
EVENTS = Measure("No. of events", "{}", lambda category, column: (events(category, column),))


class Page:
    """One chapter: the parts of the article that it rebuilds, and how it shows them."""

    def __init__(self, *locations: str) -> None:
        self.locations = locations
        self._glued: dict[str, str] = {}
        self._open: dict[str, tuple[str, str, Standing]] = {}

    def result(self, estimand: Estimand) -> Result:
        """The result of an estimand in the data."""
        return compute(study(), estimand)

    def cell(self, form: str, *estimands: Estimand, location: str = "", decimals: int | None = None) -> Cell:
        """A cell as one part of the article shows it; see :func:`safetybook.tables.cell`."""
        shown = cell(form, estimands, study(), verdicts(), location, decimals)
        counts = {estimand.id for estimand in estimands}
        for estimand in estimands:
            result = self.result(estimand)
            # A percentage beside its count says nothing more.
            beside = isinstance(estimand, Share) and estimand.numerator.id in counts
            if result.value is not None and not beside:
                self._list(estimand.id, result.formatted(decimals), self.standing(estimand), estimand.label)
        return shown

    def heading(self, form: str, *estimands: Estimand, location: str = "") -> Counted:
        """A heading with the numbers of estimands: ``"IVIg (n = {})"``."""
        return Counted(self.cell(form, *estimands, location=location))

    def standing(self, estimand: Estimand) -> Standing:
        """How far the article fixes an estimand.

        Raises:
            ValueError: if it has the id of another one, whose standing it would get.
        """
        known = CATALOGUE.get(estimand.id, estimand)
        if replace(estimand, label=known.label) != known:
            raise ValueError(f"{estimand.id} is already the id of “{known.label}”, which counts otherwise")
        return verdicts().standing(estimand)

    def follows(self, *estimands: Estimand, why: str = "") -> Standing:
        """The standing of a number that is computed from estimands which are all fixed.

        Raises:
            ValueError: naming those that are not.
        """
        loose = [estimand.label for estimand in estimands if not self.standing(estimand).fixed]
        if loose:
            raise ValueError(f"not fixed by the article, so nothing follows exactly: {'; '.join(loose)}")
        return determined(why or f"from: {'; '.join(dict.fromkeys(one.label for one in estimands))}")

    def glue(self, name: str, text: str, standing: Standing, label: str = "", of: str = "") -> None:
        """Keep a text for the page's sentences, once, and how far the article fixes it.

        A bounded number brings its ends along, an illustrative one its mark. `label` says in the list of the
        page what the number is; only what is published needs none. `of` is the estimand's id, if it has one.

        Raises:
            ValueError: if another text already has this name, or the label is missing.
        """
        if standing.kind is not Determinacy.PUBLISHED and not label:
            raise ValueError(f"{name} needs a label: it is {standing.kind}")
        self._keep(name, Glued(with_ends(text, standing), standing, label, of))
        self._list(of or name, text, standing, label)

    def _keep(self, name: str, glued: Glued) -> None:
        shown = glued.text
        if name not in self._glued:
            store(name, glued, display=False)
        elif self._glued[name] != shown:
            before = self._glued[name]
            raise ValueError(f"{name} is already {before!r}, not {shown!r}; in Jupyter, run all cells")
        self._glued[name] = shown

    def _list(self, key: str, text: str, standing: Standing, label: str) -> None:
        if standing.kind is not Determinacy.PUBLISHED and any(map(str.isdigit, text)):
            self._open.setdefault(key, (label, text, standing))

    def glue_results(self, *estimands: Estimand, decimals: int | None = None) -> None:
        """Keep results under their ids, with underscores for dots: ``teae_ivig_all_patients``."""
        for estimand in estimands:
            text = self.result(estimand).formatted(decimals)
            standing = self.standing(estimand).at(decimals_of(text))
            self.glue(glue_name(estimand.id), text, standing, estimand.label, estimand.id)

    def glue_difference(self, name: str, found: Difference, standing: Standing, label: str) -> None:
        """Keep a difference and its confidence limits, with ``_low`` and ``_high`` after the name."""
        for end, value, what in (
            ("", found.value, ""),
            ("_low", found.low, ", lower limit"),
            ("_high", found.high, ", upper limit"),
        ):
            text = half_up(exact(value), 1).replace("-", "−")
            self.glue(name + end, text, standing, f"{label}: difference in percentage points{what}")

    def glue_claims(self) -> None:
        """Keep the result behind each claim of the page at the claim's precision, under the estimand's id.

        Where the data differ from the article, its text is kept as well, under the id and ``_printed``.
        """
        for verdict in verdicts().at(*self.locations):
            name = glue_name(verdict.claim.estimand)
            if verdict.result is not None and name not in self._glued:
                estimand = CATALOGUE[verdict.claim.estimand]
                text = verdict.result.formatted(verdict.claim.decimals)
                standing = self.standing(estimand).at(decimals_of(text))
                self.glue(name, text, standing, estimand.label, estimand.id)
                if verdict.outcome is not Outcome.REPRODUCED:
                    self.glue(f"{name}_printed", verdict.claim.value, PUBLISHED, of=claim_name(verdict))

    def glue_stated(self) -> None:
        """Keep what the page's part of the article only states, as printed, under the claim's id."""
        for verdict in verdicts().at(*self.locations):
            if verdict.outcome is Outcome.STATED:
                name = glue_name(verdict.claim.claim_id)
                self.glue(name, verdict.claim.value, PUBLISHED, of=claim_name(verdict))

    def glue_tally(self, name: str, number: int | str) -> None:
        """Keep a number about the article as a text or about this book: how many claims, checks or bounds."""
        self._keep(name, Glued(str(number), COUNTED))

    def glue_verdicts(self) -> None:
        """Keep the numbers of claims, in all and by verdict: ``claims_total``, ``claims_reproduced``, ..."""
        self.glue_tally("claims_total", len(verdicts()))
        for outcome in Outcome:
            self.glue_tally(f"claims_{outcome}", len(verdicts().with_outcome(outcome)))

    def safety_table(
        self,
        location: str,
        caption: str,
        rows: Mapping[str, Category],
        footnotes: Iterable[tuple[str, str]],
        columns: Iterable[Column] = SAFETY_COLUMNS,
        measures: Iterable[Measure] = (PATIENTS, EVENTS),
    ) -> Table:
        """A table of patients and events as the article lays it out, checked against the invariants.

        Raises:
            InvariantError: if the counts cannot be true at once.
        """
        columns, measures = tuple(columns), tuple(measures)
        shown = [
            [
                (measure.form, measure.estimands(category, column))
                for column in columns
                for measure in measures
            ]
            for category in rows.values()
        ]
        check(study(), [estimand for row in shown for _, estimands in row for estimand in estimands])
        headings = []
        for column in columns:
            period, treatment = HEADINGS[column]
            named = self.heading(treatment, column.at_risk, location=location)
            headings += [(period, named, measure.heading) for measure in measures]
        body = [
            Row(label, tuple(self.cell(form, *estimands, location=location) for form, estimands in row))
            for label, row in zip(rows, shown, strict=True)
        ]
        return Table(
            caption, "Category of TEAE", tuple(headings), (Group("", tuple(body)),), tuple(footnotes)
        )

    def definitions(self, rows: Mapping[str, Category]) -> Folded:
        """What each row of a table counts, in terms of the variables of `adae`."""
        body = [
            Row(unraised(label), (Cell(described(TREATMENT_EMERGENT & category.where), numeric=False),))
            for label, category in rows.items()
        ]
        caption = "What each row counts"
        table = Table(caption, "Row", (("Rows of adae.csv in which",),), (Group("", tuple(body)),))
        return Folded(caption, table)

    def contradictions(self, *named: str) -> Conflicts:
        """Where the article contradicts itself on this page, or elsewhere by name, with the proofs."""
        found = {
            verdict.contradiction.id: verdict.contradiction
            for verdict in verdicts().with_outcome(Outcome.CONTRADICTED)
            if verdict.contradiction
            and (verdict.claim.location in self.locations or verdict.contradiction.id in named)
        }
        return Conflicts(tuple(found.values()))

    def claims(self) -> Folded:
        """The claims of this page with their verdicts, behind a line that opens them."""
        found = verdicts().at(*self.locations)
        counts = ", ".join(
            f"{number} {outcome}"
            for outcome in Outcome
            if (number := sum(verdict.outcome is outcome for verdict in found))
        )
        columns = (("Printed",), ("Computed",), ("Verdict",), ("The article’s words",))
        caption = f"The {len(found)} claims of this chapter: {counts}"
        groups = tuple(
            Group(location, tuple(_claim_row(verdict) for verdict in verdicts().at(location)))
            for location in self.locations
        )
        return Folded(caption, Table(caption, "What is claimed", columns, groups))

    def fixed(self) -> Folded:
        """Every number of this page that the article does not print: how far it is fixed, and why.

        Put it last, because it lists what the cells above it have shown.
        """
        kinds = (Determinacy.BOUNDED, Determinacy.ILLUSTRATIVE, Determinacy.DETERMINED)
        of_kind = {kind: [key for key, (*_, of) in self._open.items() if of.kind is kind] for kind in kinds}
        counts = ", ".join(f"{len(found)} {kind}" for kind, found in of_kind.items() if found)
        caption = "How far each number of this page is fixed"
        groups = tuple(
            Group(kind.capitalize(), tuple(_open_row(key, *self._open[key]) for key in found))
            for kind, found in of_kind.items()
            if found
        )
        table = Table(caption, "Number", (("Here (between)",), ("Why",)), groups)
        summary = f"{caption}: beside the published ones, {counts or 'none'}"
        return Accounted(summary, table, own_accounts(study(), verdicts()))


def _open_row(key: str, label: str, text: str, standing: Standing) -> Row:
    loose = standing.kind is Determinacy.BOUNDED and not SHOWS_ENDS.search(text)
    between = standing.text(decimals_of(text)) if loose else ""
    why = standing.why if standing.proved else f"{standing.why}; narrower ends may hold"
    return Row(
        unraised(label),
        (
            Cell(f"{text} ({between})" if between else text, standing=standing, of=key),
            Cell(f"{why[:1].upper()}{why[1:]}", numeric=False),
        ),
    )


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: ``a, b and c``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _claim_row(verdict: Verdict) -> Row:
    claim = verdict.claim
    return Row(
        CATALOGUE[claim.estimand].label if claim.estimand in CATALOGUE else claim.note,
        (
            Cell(claim.value, numeric=len(claim.value) < LONG, standing=PUBLISHED, of=claim_name(verdict)),
            Cell(
                verdict.computed,
                numeric=len(verdict.computed) < LONG,
                standing=verdict.standing,
                of=claim.estimand,
            ),
            Cell(str(verdict.outcome), numeric=False, classes=f"sb-verdict {verdict.outcome}"),
            Cell(claim.quote, numeric=False),
        ),
        anchor=f"claim-{claim.claim_id}",
    )


def claim_name(verdict: Verdict) -> str:
    """What is printed, as opposed to what is computed: the name that cells and sentences refer to it by."""
    return f"{CLAIM}{verdict.claim.claim_id}"


def glue_name(estimand: str) -> str:
    """The name under which the result of an estimand is glued: underscores stand for dots."""
    return estimand.replace(".", "_")


@dataclass(frozen=True)
class Conflicts:
    """Contradictions of the article as a page shows them: what clashes, the proof, the reading followed."""

    contradictions: tuple[Contradiction, ...]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {
            "text/html": stored("\n".join(map(_conflict_html, self.contradictions))),
            "text/plain": "\n\n".join(
                f"{conflict.proof}\nReading: {conflict.reading}" for conflict in self.contradictions
            ),
        }


def _conflict_html(conflict: Contradiction) -> str:
    lines = [f"<p>{escape(line)}</p>" for line in conflict.proof.splitlines()]
    return "\n".join(
        [
            '<div class="admonition important">',
            '<p class="admonition-title">Numbers of the article that cannot all hold</p>',
            *lines,
            f"<p>The reconstruction follows this reading: {escape(conflict.reading)}</p>",
            "</div>",
        ]
    )
