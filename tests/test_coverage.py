"""Is the whole article in the book? Each claim on the page of its section, computed there, with its verdict.

Only the chapters that the table of contents names are looked at, so that an unfinished book can be
checked; one test then says which chapters are missing.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path

import nbformat
import pytest

from proderm.chapters import CHAPTERS, FLOATS, Chapter, rebuilt, responsible
from proderm.pages import glue_name, verdicts
from safetybook.claims import Outcome, Verdict
from safetybook.notebooks.prose import passages, spans

ROOT = Path(__file__).parents[1]
CONTENTS = re.findall(r"- file: notebooks/(\w+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
PRESENT = [chapter for chapter in CHAPTERS if chapter.name in CONTENTS]

each_chapter = pytest.mark.parametrize("chapter", PRESENT, ids=lambda chapter: chapter.name)


@dataclass(frozen=True)
class Shown:
    """What a stored chapter shows: the numbers of its prose, its outputs, and the outputs that it numbers."""

    numbers: frozenset[str]
    html: str
    labelled: dict[str, str] = field(default_factory=dict)

    @property
    def claims(self) -> dict[str, tuple[str, ...]]:
        """By claim: the article's value, ours, the verdict and the article's words, as a reader sees them."""
        rows = re.findall(r'<tr id="claim-([^"]+)">(.*?)</tr>', self.html, flags=re.DOTALL)
        return {name: tuple(map(plain, re.findall(r"<td[^>]*>(.*?)</td>", row))) for name, row in rows}

    def cells(self, estimand: str, label: str = "") -> list[str]:
        """The texts of the cells behind which an estimand stands, in one numbered output or in all."""
        html = self.labelled.get(label, "") if label else self.html
        found = re.findall(r'<td[^>]* data-estimand="([^"]+)"[^>]*>(.*?)</td>', html)
        return [plain(text) for estimands, text in found if estimand in estimands.split()]

    def glues(self, name: str) -> bool:
        """Whether a sentence or a caption of the chapter shows what is glued under a name."""
        return name in self.numbers


def plain(html: str) -> str:
    """The text of a piece of HTML without its raised marks: "52" for the heading "n = 52a"."""
    return unescape(re.sub(r"<sup>.*?</sup>|<[^>]*>", "", html.replace("<br>", " ")))


@cache
def shown(name: str) -> Shown:
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    html, labelled = [], {}
    for cell in notebook.cells:
        own = "\n".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
        html.append(own)
        label = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        if label:
            labelled[label] = own
    prose = [holder[key] for holder, key in passages(notebook.cells)]
    return Shown(frozenset(name for text in prose for name, _ in spans(text)), "\n".join(html), labelled)


def own_verdicts(chapter: Chapter) -> list[Verdict]:
    return verdicts().at(*chapter.locations)


def test_every_part_that_the_book_rebuilds_belongs_to_one_chapter() -> None:
    parts = {verdict.claim.location for verdict in verdicts()}
    assigned = Counter(location for chapter in CHAPTERS for location in chapter.locations)
    assert {part for part in parts if rebuilt(part)} == assigned.keys()
    assert set(assigned.values()) == {1}
    assert FLOATS.keys() == {part for part in parts if rebuilt(part) and not part.startswith("Results: ")}


def test_no_chapter_is_missing() -> None:
    """Every section of the article's results has its chapter, in the article's order, before any other."""
    assert [chapter.name for chapter in CHAPTERS] == CONTENTS[: len(CHAPTERS)]


@each_chapter
def test_a_chapter_lists_exactly_its_claims(chapter: Chapter) -> None:
    expected = {verdict.claim.claim_id for verdict in own_verdicts(chapter)}
    assert shown(chapter.name).claims.keys() == expected


@each_chapter
def test_every_claim_stands_beside_what_was_computed_and_its_verdict(chapter: Chapter) -> None:
    expected = {
        verdict.claim.claim_id: (
            verdict.claim.value,
            verdict.computed,
            str(verdict.outcome),
            verdict.claim.quote,
        )
        for verdict in own_verdicts(chapter)
    }
    found = shown(chapter.name).claims
    assert {name: found.get(name) for name in expected} == expected


@each_chapter
def test_the_tables_and_figures_of_the_article_have_their_labels(chapter: Chapter) -> None:
    labels = {FLOATS[location] for location in chapter.locations if location in FLOATS}
    assert labels <= shown(chapter.name).labelled.keys()


@each_chapter
def test_every_computed_claim_is_shown_outside_the_list(chapter: Chapter) -> None:
    """A number of a table stands in that table, a number of the text in a sentence or a table.

    What is only true or false has no number to show; the list of claims gives its verdict.
    """
    missing = [
        f"{verdict.claim.claim_id}: {verdict.claim.estimand} is {verdict.computed}"
        for verdict in own_verdicts(chapter)
        if verdict.result is not None
        and not isinstance(verdict.result.value, bool)
        and not is_shown(verdict, shown(chapter.name))
    ]
    assert not missing, "\n".join(missing)


def is_shown(verdict: Verdict, page: Shown) -> bool:
    claim = verdict.claim
    label = FLOATS.get(claim.location, "")
    if any(same(verdict.computed, cell) for cell in page.cells(claim.estimand, label)):
        return True
    if not label:
        return page.glues(glue_name(claim.estimand))
    # The number at risk stands in the heading of a column, a patient's number in that of a row.
    around = re.findall(r"<(?:th|p)\b[^>]*>(.*?)</(?:th|p)>", page.labelled.get(label, ""))
    return any(same(verdict.computed, plain(text)) for text in around)


def same(computed: str, text: str) -> bool:
    """Whether a text shows a value as a word of its own; the case of codes does not count."""
    return re.search(rf"(?<![\w.]){re.escape(computed)}(?![\w]|\.\d)", text, flags=re.IGNORECASE) is not None


@each_chapter
def test_what_differs_from_the_article_is_explained_where_it_stands(chapter: Chapter) -> None:
    page = shown(chapter.name)
    told = re.sub(r"\s+", " ", plain(page.html))
    for verdict in own_verdicts(chapter):
        claim, contradiction = verdict.claim, verdict.contradiction
        if verdict.outcome is Outcome.CONTRADICTED and contradiction:
            for line in (*contradiction.proof.splitlines(), contradiction.reading):
                assert line in told, f"{claim.claim_id}: the chapter does not show its proof"


@each_chapter
def test_what_differs_from_the_article_is_marked(chapter: Chapter) -> None:
    """In a table by the mark of the cell and a note; in the text by the article's number beside ours."""
    page = shown(chapter.name)
    unmarked = [
        verdict.claim.claim_id
        for verdict in own_verdicts(chapter)
        if verdict.outcome is Outcome.CONTRADICTED and not is_marked(verdict, page)
    ]
    assert unmarked == []


def is_marked(verdict: Verdict, page: Shown) -> bool:
    claim = verdict.claim
    if claim.location in FLOATS:
        table = page.labelled.get(FLOATS[claim.location], "")
        cells = re.findall(r'<td[^>]* class="([^"]*)" data-estimand="([^"]+)"[^>]*>(.*?)</td>', table)
        return (
            any(
                claim.estimand in estimands.split() and "differs" in classes.split() and "†" in text
                for classes, estimands, text in cells
            )
            and re.search(r"<sup>†</sup> Differs from the article", table) is not None
        )
    return page.glues(f"{glue_name(claim.estimand)}_printed")


def test_no_claim_is_listed_in_two_chapters() -> None:
    listed = Counter(name for chapter in PRESENT for name in shown(chapter.name).claims)
    assert [name for name, times in listed.items() if times > 1] == []


def test_a_location_has_at_most_one_chapter() -> None:
    assert responsible("Table 4") == next(chapter for chapter in CHAPTERS if chapter.name == "03_intensity")
    assert responsible("Discussion") is None


@pytest.mark.parametrize(
    ("computed", "text", "shows"),
    [
        ("42", "42 (80.8%)", True),
        ("80.8", "42 (80.8%)", True),
        ("80", "42 (80.8%)", False),
        ("8", "42 (80.8%)", False),
        ("1.0", "1.0 (0.0 to 4.0)", True),
        ("1", "11.0", False),
        ("MODERATE", "Moderate", True),
    ],
)
def test_a_value_is_found_as_a_word_of_its_own(computed: str, text: str, shows: bool) -> None:
    assert same(computed, text) is shows
