"""The page of all claims: counts by verdict, every claim with its verdict, every contradiction's proof.

The functions return HTML that is complete without any script. A script of the book (``ledger.js``) shows
the form of :func:`full_table`, hides the rows that do not match it, and keeps its state in the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from safetybook.claims import Claim, Outcome, Verdict, Verdicts
from safetybook.contradictions import Contradiction, Kind
from safetybook.determinacy import Determinacy, Standing
from safetybook.estimands import Catalogue
from safetybook.html_tables import cell_html
from safetybook.results import ABSENT
from safetybook.tables import Cell

LISTED = Standing(Determinacy.DETERMINED, meaning="counted in the list of all claims")
"""Of the numbers of claims."""

KINDS = {
    Kind.CONTRADICTION: "No data satisfy these statements together.",
    Kind.AMBIGUITY: "No data satisfy the words as they stand; another reading fits.",
    Kind.ROUNDING: "The statement follows from the others but for the way in which it was rounded.",
}
"""Why the statements of a contradiction clash, in a sentence."""

HEADINGS = (
    ("What is claimed", ""),
    ("The article’s words", "text"),
    ("Printed", ""),
    ("Computed", ""),
    ("Verdict", "text"),
    ("Determinacy", "text"),
)
"""The columns of the table of all claims, with the class of each heading."""


@dataclass(frozen=True)
class Links:
    """Where the book shows things; addresses are relative to the page of claims.

    Attributes:
        claims: for a claim's id, the place that shows the number computed for it.
        parts: for a part of the article, the place that rebuilds it, and the title of that chapter.
    """

    claims: Mapping[str, str]
    parts: Mapping[str, tuple[str, str]]


def parts(verdicts: Verdicts) -> list[str]:
    """The parts of the article that make claims, in its order."""
    return list(dict.fromkeys(verdict.claim.location for verdict in verdicts))


def anchor(part: str) -> str:
    """The id of a part of the article on the page: ``part-table-1``."""
    return "part-" + "-".join(re.findall(r"[a-z0-9]+", part.lower()))


def summary(verdicts: Verdicts, links: Links) -> str:
    """How many claims each part of the article makes, and what became of them."""
    outcomes = [outcome for outcome in Outcome if verdicts.with_outcome(outcome)]
    heads = [("Part of the article", ""), ("Claims", ""), *((str(o).capitalize(), "") for o in outcomes)]
    rows = []
    for part in parts(verdicts):
        found = verdicts.at(part)
        numbers = [
            len(found),
            *(sum(verdict.outcome is outcome for verdict in found) for outcome in outcomes),
        ]
        rows.append(
            _summary_row(f'<a href="#{anchor(part)}">{escape(part)}</a>', numbers, _chapter(part, links))
        )
    total = [len(verdicts), *(len(verdicts.with_outcome(outcome)) for outcome in outcomes)]
    rows.append("</tbody>\n<tbody>\n" + _summary_row("The whole article", total, ""))
    return _table(
        "Claims by part of the article", [*heads, ("Rebuilt in", "text")], ["<tbody>", *rows, "</tbody>"]
    )


def _summary_row(heading: str, numbers: list[int], chapter: str) -> str:
    # A zero is no news; a dash keeps the eye on the others.
    cells = "".join(
        cell_html(Cell(str(number) if number else ABSENT, standing=LISTED), "") for number in numbers
    )
    return f'<tr><th scope="row">{heading}</th>{cells}<td>{chapter}</td></tr>'


def _chapter(part: str, links: Links) -> str:
    if part not in links.parts:
        return ""
    address, title = links.parts[part]
    return f'<a href="{escape(address)}">{escape(title)}</a>'


def full_table(verdicts: Verdicts, catalogue: Catalogue, links: Links) -> str:
    """Every claim, by part of the article, below the form that filters them."""
    body = []
    for part in parts(verdicts):
        found = verdicts.at(part)
        chapter = _chapter(part, links)
        heading = f"{escape(part)} <small>{_counted(found)}{f' · {chapter}' if chapter else ''}</small>"
        body += [
            f'<tbody data-part="{escape(part)}">',
            f'<tr class="group" id="{anchor(part)}">'
            f'<th scope="rowgroup" colspan="{len(HEADINGS)}">{heading}</th></tr>',
            *(_row(verdict, catalogue, links) for verdict in found),
            "</tbody>",
        ]
    return _form(verdicts) + "\n" + _table("All claims of the article", list(HEADINGS), body, "ledger")


def _counted(found: list[Verdict]) -> str:
    counts = [(sum(verdict.outcome is outcome for verdict in found), outcome) for outcome in Outcome]
    return f"{_claims(len(found))}: " + ", ".join(
        f"{number} {outcome}" for number, outcome in counts if number
    )


def _claims(number: int) -> str:
    return "1 claim" if number == 1 else f"{number} claims"


def _row(verdict: Verdict, catalogue: Catalogue, links: Links) -> str:
    claim, computed, outcome = verdict.claim, escape(verdict.computed), str(verdict.outcome)
    if claim.claim_id in links.claims:
        computed = f'<a href="{escape(links.claims[claim.claim_id])}">{computed}</a>'
    shown = outcome
    if verdict.contradiction and verdict.outcome is Outcome.CONTRADICTED:
        shown = f'<a href="#{proof_anchor(verdict.contradiction)}">{outcome}</a>'
    return (
        f'<tr id="{claim.claim_id}"><th scope="row">{escape(described(claim, catalogue))}</th>'
        f"<td>{escape(claim.quote)}</td>"
        f'<td class="num">{escape(claim.value)}</td><td class="num">{computed}</td>'
        f'<td class="sb-verdict {outcome}">{shown}</td><td>{verdict.fixed}</td></tr>'
    )


def described(claim: Claim, catalogue: Catalogue) -> str:
    """What a claim states: its estimand in words, or the kind of what is only stated."""
    words = catalogue[claim.estimand].label if claim.estimand in catalogue else claim.note
    return words[:1].upper() + words[1:]


def _form(verdicts: Verdicts) -> str:
    found = [(str(o), len(verdicts.with_outcome(o))) for o in Outcome]
    outcomes = "".join(f'<option value="{o}">{o} ({n})</option>' for o, n in found if n)
    places = "".join(
        f'<option value="{escape(part)}">{escape(part)} ({len(verdicts.at(part))})</option>'
        for part in parts(verdicts)
    )
    return "\n".join(
        [
            # Hidden until the script is there that makes it work.
            '<form class="sb-filter" id="ledger-filter" role="search" aria-label="Filter the claims" hidden>',
            '<label class="wide">Words or numbers <input type="search" name="words" autocomplete="off" '
            'spellcheck="false"></label>',
            f'<label>Verdict <select name="verdict"><option value="">all</option>{outcomes}</select></label>',
            '<label>Part of the article <select name="part">'
            f'<option value="">all</option>{places}</select></label>',
            '<button type="reset">Show all</button>',
            f'<p role="status" aria-live="polite">{_claims(len(verdicts))}</p>',
            "</form>",
        ]
    )


def proof_anchor(contradiction: Contradiction) -> str:
    """The id of a contradiction on the page."""
    return f"contradiction-{contradiction.id}"


def proofs(verdicts: Verdicts, catalogue: Catalogue) -> str:
    """Every contradiction: the claims given up, the proof, what they clash with, the reading followed."""
    by_id = {verdict.claim.claim_id: verdict for verdict in verdicts}
    found = {
        verdict.contradiction.id: verdict.contradiction
        for verdict in verdicts.with_outcome(Outcome.CONTRADICTED)
        if verdict.contradiction
    }
    return "\n".join(_proof(contradiction, by_id, catalogue) for contradiction in found.values())


def _proof(contradiction: Contradiction, by_id: Mapping[str, Verdict], catalogue: Catalogue) -> str:
    given_up = [by_id[name] for name in contradiction.claims]
    title = "; ".join(dict.fromkeys(described(verdict.claim, catalogue) for verdict in given_up))
    lines = [
        f'<section class="sb-proof" id="{proof_anchor(contradiction)}">',
        f"<h3>{escape(title)}</h3>",
        "<ul>",
        *(f"<li>{_printed(verdict)}</li>" for verdict in given_up),
        "</ul>",
        *(f"<p>{escape(line)}</p>" for line in contradiction.proof.splitlines()),
        f"<p>{KINDS[contradiction.kind]}",
        f"The reconstruction follows this reading: {escape(contradiction.reading)}</p>",
    ]
    if contradiction.beside:
        beside = [by_id[name].claim for name in contradiction.beside]
        entries = ", ".join(
            f'<a href="#{claim.claim_id}">{escape(described(claim, catalogue))}</a> ({escape(claim.value)})'
            for claim in beside
        )
        what = (
            "The claim that it clashes with"
            if len(beside) == 1
            else f"The {len(beside)} claims that it clashes with"
        )
        lines += [f"<details><summary>{what}</summary>", f"<p>{entries}</p>", "</details>"]
    return "\n".join([*lines, "</section>"])


def _printed(verdict: Verdict) -> str:
    claim = verdict.claim
    place = f'<a href="#{claim.claim_id}">{escape(claim.location)}</a>'
    if verdict.result is not None and verdict.result.value is False:
        return f"{place}: “{escape(claim.quote)}”, which the data do not bear out"
    quotes = "“{}”" if claim.decimals is None else "{}"
    printed, computed = (quotes.format(escape(text)) for text in (claim.value, verdict.computed))
    return f"{place}: printed {printed}, the data give {computed}"


def _table(caption: str, heads: list[tuple[str, str]], body: list[str], name: str = "") -> str:
    """A table in the form of the chapters' tables; `body` has its own ``tbody`` elements."""
    cells = "".join(f'<th{_kind(kind)} scope="col">{escape(text)}</th>' for text, kind in heads)
    block, own = (f"sb-block sb-{name}", f' id="{name}"') if name else ("sb-block", "")
    return "\n".join(
        [
            f'<div class="{block}">',
            f'<div class="sb-table" role="region" tabindex="0" aria-label="{escape(caption)}">',
            f'<table class="dataframe sb"{own}>',
            f"<caption>{escape(caption)}</caption>",
            f"<thead><tr>{cells}</tr></thead>",
            *body,
            "</table>",
            "</div>",
            "</div>",
        ]
    )


def _kind(name: str) -> str:
    return f' class="{name}"' if name else ""
