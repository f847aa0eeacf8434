"""The ids of cells: links lead to them, and an edit of a sentence changes none."""

import re
from pathlib import Path

import nbformat
import pytest

from safetybook.notebooks.pairs import parse, serialise

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "notebooks").glob("*.md"), *(ROOT / "book").glob("*.md")])

TEXT = """# The <b>first</b> chapter: 5 &amp; more

Words.

## Table 5

Before it.

```{code-cell} ipython3
---
mystnb:
  figure:
    name: table-5
---
1
```

After it.

<a id="two"></a>

```{code-cell} ipython3
2
```

+++

<a id="over-time"></a>
## Over time

+++

## Table 5
"""


def ids(text: str) -> list[str]:
    return [cell.id for cell in parse(text).cells]


def test_a_cell_is_named_by_its_label_or_the_heading_that_it_stands_under():
    assert ids(TEXT) == [
        *("the-first-chapter-5-more", "table-5", "table-5-2", "two"),
        *("over-time", "table-5-3"),
    ]


def test_an_edit_of_a_sentence_or_of_code_changes_no_id():
    assert ids(TEXT.replace("Before", "Long before").replace("\n2\n", "\n3\n")) == ids(TEXT)


@pytest.mark.parametrize("label", ["fig.a", "x" * 65, "table-5"])
def test_the_ids_are_those_that_the_format_allows_whatever_the_labels(label: str):
    text = TEXT.replace("over-time", label)
    assert len(set(ids(text))) == 6
    nbformat.validate(nbformat.reads(serialise(parse(text)), as_version=4))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_each_link_to_a_cell_leads_to_one(page: Path):
    for path, label in re.findall(r"\]\(([^()\s#]*)#cell-id=([^()\s]+)\)", page.read_text(encoding="utf-8")):
        stored = page.parent / path if path else page.with_suffix(".ipynb")
        cells = nbformat.read(stored, as_version=4).cells
        assert [cell.id for cell in cells].count(label) == 1, f"{label} in {stored}"


def test_no_link_leads_to_a_place_in_a_notebook_that_is_no_cell():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"\]\([^()\s#]*\.ipynb#(?!cell-id=|top\))[^()]*\)", text) == []
        if page.parent.name == "notebooks":
            assert re.findall(r"\]\(#(?!cell-id=)[^()]*\)", text) == []
