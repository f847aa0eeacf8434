"""The page on reporting standards: each item has its row, and each link of a row leads somewhere."""

import re
from pathlib import Path

import pytest

from safetybook.links import LABEL, as_roles, terms
from safetybook.notebooks.pairs import read

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "book" / "reporting.md"
TEXT = as_roles(PAGE.read_text(encoding="utf-8"), terms((ROOT / "book" / "glossary.md").read_text("utf-8")))
"""The page as it is built: links are roles."""

# The checklist of CONSORT 2010, into which CONSORT Harms 2022 is built.
CONSORT_2010 = (
    "1a 1b 2a 2b 3a 3b 4a 4b 5 6a 6b 7a 7b 8a 8b 9 10 11a 11b 12a 12b 13a 13b 14a 14b 15 16 17a 17b 18 19 20 "
    "21 22 23 24 25"
).split()


def tables(text: str) -> list[list[list[str]]]:
    """The list tables of a page: rows of cells, the heads first."""
    blocks = re.findall(r"^```\{list-table\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    rows = [re.split(r"^\* - ", block, flags=re.MULTILINE)[1:] for block in blocks]
    return [
        [[cell.strip() for cell in re.split(r"^  - ", row, flags=re.M)] for row in table] for table in rows
    ]


def targets(role: str, text: str = TEXT) -> set[str]:
    """What a role of the page points to, without the words that it may show instead."""
    shown = re.findall(rf"\{{{role}\}}`([^`]+)`", text)
    return {re.sub(r".*<([^>]+)>", r"\1", target) for target in shown}


def labels() -> set[str]:
    """The names of all numbered tables and figures of the chapters."""
    cells = (cell for text in sorted((ROOT / "notebooks").glob("*.md")) for cell in read(text).cells)
    return {cell.metadata.get("mystnb", {}).get("figure", {}).get("name", "") for cell in cells} - {""}


def anchors() -> set[str]:
    """The names set before headings and tables, over the whole book."""
    pages = [*(ROOT / "book").glob("*.md"), *(ROOT / "notebooks").glob("*.md")]
    return {name for page in pages for name in LABEL.findall(page.read_text("utf-8"))}


def test_a_table_is_read_row_by_row() -> None:
    text = "a\n```{list-table}\n:header-rows: 1\n\n* - A\n  - B\n* - c\n  - d - e\n```\nf"
    assert tables(text) == [[["A", "B"], ["c", "d - e"]]]


def test_every_item_of_the_checklist_has_one_row() -> None:
    assert re.findall(r"^\* - \*\*(\d+[ab]?)\*\*", TEXT, re.MULTILINE) == CONSORT_2010


def test_every_cell_says_something() -> None:
    for table in tables(TEXT):
        heads = table[0]
        assert [row[0] for row in table if len(row) != len(heads) or not all(row)] == []


def test_a_display_is_allowed_in_part_or_not() -> None:
    displays = [row for table in tables(TEXT) if table[0][1] == "Allowed?" for row in table[1:]]
    assert len(displays) == len({row[0] for row in displays})
    assert [row[0] for row in displays if not re.match(r"(?:Yes|No|In part)\b", row[1])] == []
    assert [row[0] for row in displays if row[1].startswith("No") and "issing" not in row[2]] == []


@pytest.mark.parametrize("target", sorted(targets("doc")))
def test_every_page_that_it_links_to_is_in_the_book(target: str) -> None:
    path = (PAGE.parent / target).resolve().relative_to(ROOT.resolve())
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert re.search(rf"(?:file|root): {path}$", contents, re.MULTILINE)
    assert (ROOT / f"{path}.md").exists()


def test_every_table_and_figure_that_it_names_exists() -> None:
    assert targets("numref") - labels() == set()
    assert targets("ref") - anchors() == set()


def test_every_table_of_the_article_and_every_chapter_on_it_is_named() -> None:
    assert {name for name in labels() if re.match(r"(?:suppl-)?table-\d", name)} <= targets("numref")
    on_the_article = {path.stem for path in (ROOT / "notebooks").glob("*.md") if path.stem < "11"}
    assert on_the_article <= {Path(target).name for target in targets("doc")}


def test_every_source_is_in_the_bibliography() -> None:
    keys = {key for group in targets(r"cite:\w") for key in group.split(",")}
    known = re.findall(
        r"^@\w+\{([^,]+),", (ROOT / "book" / "references.bib").read_text("utf-8"), re.MULTILINE
    )
    assert keys
    assert keys - set(known) == set()
