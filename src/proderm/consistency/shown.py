"""What the chapter on consistency shows: the conflicts, the rounding checks, the misprints noticed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proderm.ambiguities import AMBIGUITIES
from proderm.consistency.finder import Found, explained
from proderm.consistency.sensitivity import Noticed
from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE
from safetybook.claims import Claim
from safetybook.contradictions import Contradiction
from safetybook.detection import Detection
from safetybook.determinacy import PUBLISHED, determined
from safetybook.granularity import RuleKind, Rules
from safetybook.tables import Cell, Folded, Group, Row, Table

CHECKS = {
    RuleKind.PERCENTAGE: "Percentages: of whole numbers of patients or events",
    RuleKind.REPETITION: "Numbers printed again: the same as before",
    RuleKind.SAMPLE: "Medians, means and ranges: of so many values in their unit",
    RuleKind.RATIO: "Ratios and summaries: of the numbers that they come from",
    RuleKind.INTERVAL: "Rates with intervals: of a whole number of events",
}
"""The kinds of rounding checks, in the order of the page's table."""

KINDS = {
    "patients": "numbers of patients",
    "percentages": "percentages",
    "events": "numbers of events",
    "medians": "medians",
    "means": "means",
    "minimums": "ends of ranges",
    "maximums": "ends of ranges",
}
"""What the figure calls each kind of number."""


TITLES = {
    "patients_at_every_level": "Patients by intensity",
    "time_to_tee": "Time from the first infusion to a TEE",
    "days_to_cerebral_infarction": "Time from the last infusion to the cerebral infarction",
    "percentages_in_the_extension": "Percentages of patients who discontinued in the extension",
}
"""What the page calls each ambiguity."""


def conflicts_table(ledger: Sequence[Claim], found: Iterable[Found]) -> Table:
    """Every contradiction in the order of the article, with the article's words, proof, kind and reading."""
    by_id = {claim.claim_id: claim for claim in ledger}
    order = list(by_id)
    sets = _by_contradiction(ledger, found)
    groups: list[Group] = []
    for one in sorted(CONTRADICTIONS, key=lambda one: min(map(order.index, one.claims))):
        where = dict.fromkeys(by_id[name].location for name in one.claims)
        smallest = min(len(found.claims) for found in sets[one.id])
        rows = (
            Row("In the article", (_words(_quotes(one, by_id)),)),
            Row("Proof", (_words(one.proof.splitlines()),)),
            Row("Reading followed", (_words([one.reading]),)),
            Row("Smallest set", (_words([f"{smallest} claims" if smallest > 1 else "this claim alone"]),)),
        )
        groups.append(Group(f"{len(groups) + 1}. {'; '.join(where)}: {one.kind}", rows))
    note = "Smallest set: how many claims the smallest set has that the search found and the proof explains."
    columns = (("Words, proof and reading",),)
    return Table("Claims that cannot all hold", "Where", columns, tuple(groups), (("", note),), PUBLISHED)


def ambiguities_table() -> Table:
    """The claims that hold on one reading only, with the proof that they do not on the other."""
    groups = tuple(
        Group(
            TITLES[one.id],
            (
                Row("Proof", (_words(one.proof.splitlines()),)),
                Row("Reading followed", (_words([one.reading]),)),
            ),
        )
        for one in AMBIGUITIES
    )
    columns = (("Why the other reading fails, and which is followed",),)
    return Table("Claims that hold on one reading only", "Claim", columns, groups, standing=PUBLISHED)


def _by_contradiction(ledger: Sequence[Claim], found: Iterable[Found]) -> dict[str, list[Found]]:
    sets: dict[str, list[Found]] = {}
    for one in found:
        known = explained(ledger, one)
        if known is None:
            raise ValueError(f"no contradiction explains that these cannot all hold: {', '.join(one.claims)}")
        sets.setdefault(known.id, []).append(one)
    return sets


def _quotes(contradiction: Contradiction, by_id: dict[str, Claim]) -> list[str]:
    """The words of the claims given up; a cell of a table after the row that it stands in."""
    quotes = []
    for name in contradiction.claims:
        claim = by_id[name]
        row = CATALOGUE[claim.estimand].label.removesuffix(" (%)") + ": "
        quotes.append(f"{row if claim.location.startswith('Table') else ''}“{claim.quote}”")
    return list(dict.fromkeys(quotes))


def _words(lines: Iterable[str]) -> Cell:
    return Cell("\n".join(lines), numeric=False)


def sets_table(ledger: Sequence[Claim], found: Iterable[Found]) -> Folded:
    """Every minimal set as it was found, claim by claim."""
    by_id = {claim.claim_id: claim for claim in ledger}
    groups = tuple(
        Group(f"{place}. Found by: {one.by}", tuple(_claim_row(by_id[name]) for name in one.claims))
        for place, one in enumerate(found, start=1)
    )
    caption = f"The {len(groups)} sets of claims as they were found"
    columns = (("Printed",), ("Where",))
    return Folded(caption, Table(caption, "Claims that cannot all hold", columns, groups, standing=PUBLISHED))


def _claim_row(claim: Claim) -> Row:
    """What a claim states, its value and its place."""
    return Row(CATALOGUE[claim.estimand].label, (_words([claim.value]), _words([claim.location])))


def rounding_table(rules: Rules, printed: dict[str, str]) -> Table:
    """How many claims each kind of rounding check judges, and in how many cases it fails."""
    body = []
    for kind, label in CHECKS.items():
        own = [rule for rule in rules if rule.kind is kind]
        judged = {name for rule in own for name in rule.judged}
        failing = sum(not rule.holds(printed) for rule in own)
        body.append(Row(label, tuple(Cell(str(n)) for n in (len(own), len(judged), failing))))
    columns = (("Checks",), ("Claims judged",), ("Checks that fail",))
    checked = determined("checked on the printed numbers")
    return Table("Rounding checks", "What is asked", columns, (Group("", tuple(body)),), standing=checked)


def detection_rows(ledger: Sequence[Claim], noticed: Iterable[Noticed]) -> list[Detection]:
    """The misprints noticed, by table and kind of number."""
    locations = {claim.claim_id: claim.location for claim in ledger}
    groups: dict[tuple[str, str], list[Noticed]] = {}
    for one in noticed:
        groups.setdefault((locations[one.claim], KINDS[one.kind]), []).append(one)
    kinds = list(dict.fromkeys(KINDS.values()))
    order = sorted(groups, key=lambda group: (group[0], kinds.index(group[1])))
    return [_detection(f"{location}: {kind}", groups[location, kind]) for location, kind in order]


def _detection(label: str, own: list[Noticed]) -> Detection:
    return Detection(
        label,
        len(own),
        sum(one.misprints for one in own),
        sum(one.rounding for one in own),
        sum(one.sums for one in own),
    )
