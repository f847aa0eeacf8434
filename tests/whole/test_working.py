"""The page for those who work with the notebooks: what it tells them to do is done here, word for word."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT, clone

from proderm.columns import IVIG_ALL
from proderm.estimands.families import Category, patients
from proderm.pages import Page
from safetybook.determinacy import determined
from safetybook.estimands import where
from safetybook.notebooks.sentences import wrong_in_chapter

PAGE = (ROOT / "book" / "working.md").read_text(encoding="utf-8")
ROW, SENTENCE, COUNT = re.findall(r"^```diff\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CHAPTER = "notebooks/02_ae_overview"

Chosen = Callable[[dict[str, str]], bool]


def applied(text: str, *diffs: str) -> str:
    """A text with the changes of diffs, whose parts have no line numbers: each fits one place."""
    for part in "@@\n".join(diffs).split("@@\n"):
        lines = part.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        assert text.count(old) == 1, f"not one place for\n{old}"
        text = text.replace(old, "".join(line[1:] for line in lines if line[0] != "-"))
    return text


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout."""
    return clone(tmp_path_factory.mktemp("clone"))


def make_notebooks(copy: Path) -> str:
    """Do what the command does to the chapter, and return the notebook's words."""
    subprocess.run(
        [sys.executable, "-m", "safetybook.notebooks", "execute", f"{CHAPTER}.md"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "src")},
        check=True,
    )
    cells = json.loads((copy / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def counted(chosen: Chosen) -> tuple[int, int]:
    """The events on IVIg that are chosen, and their patients, read from the file as it is."""
    with (ROOT / "data" / "adam" / "adae.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["TRTEMFL"], row["TRTA"]) == ("Y", "IVIg")]
    found = [row["USUBJID"] for row in rows if chosen(row)]
    return len(found), len(set(found))


def shown(words: str) -> tuple[int, ...]:
    """The two numbers of the sentence that was added."""
    (sentence,) = re.findall(r"^Our own row counts .*$", words, re.MULTILINE)
    return tuple(int(number) for number in re.findall(r">(\d+)[^<]*</span>", sentence))


def is_marked(row: dict[str, str]) -> bool:
    return row["AESEV"] in ("MODERATE", "SEVERE")


def is_marked_and_infusional(row: dict[str, str]) -> bool:
    return is_marked(row) and row["INFUSFL"] == "Y"


def test_the_row_and_the_sentence_are_added_and_the_count_is_changed(copy: Path) -> None:
    text, notebook = copy / f"{CHAPTER}.md", copy / f"{CHAPTER}.ipynb"
    steps: tuple[tuple[str, tuple[str, ...], Chosen], ...] = (
        ("Moderate or severe TEAEs", (ROW, SENTENCE), is_marked),
        ("Moderate or severe infusional TEAEs", (COUNT,), is_marked_and_infusional),
    )
    for label, diffs, chosen in steps:
        text.write_text(applied(text.read_text(encoding="utf-8"), *diffs), encoding="utf-8")
        words = make_notebooks(copy)
        events, patients = counted(chosen)
        assert shown(words) == shown(text.read_text(encoding="utf-8")) == (events, patients)
        cells = f"ivig_all.patients [^>]*>{patients} [(].*ivig_all.events[^>]*>{events}<"
        assert re.search(f"<th [^>]*>{label}</th>.*{cells}", notebook.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('teae_ivig_p1_patients">42<', 'teae_ivig_p1_patients">43<', "… is '…', and '…' stands there"),
        ('"teae_ivig_p1_patients"', '"teae_patients"', "no result is called '…'"),
    ],
)
def test_what_is_wrong_in_a_sentence_is_told_in_the_words_of_the_page(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    text = tmp_path / "02_ae_overview.md"
    before = (ROOT / f"{CHAPTER}.md").read_text(encoding="utf-8")
    assert right in before
    text.write_text(before.replace(right, wrong, 1), encoding="utf-8")
    (told,) = wrong_in_chapter(text, (ROOT / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    assert re.search(pattern(message), told), told


def test_what_is_wrong_in_a_cell_is_told_in_the_words_of_the_page() -> None:
    page = Page()
    page.glue("x", "1", determined("by hand"), "A number")
    with pytest.raises(ValueError, match=pattern("… is already '…', not '…'")):
        page.glue("x", "2", determined("by hand"), "A number")
    other = Category("severe", "Others", where(AESEV="MILD"))
    with pytest.raises(ValueError, match=pattern("… is already the id of …")):
        page.glue_results(patients(other, IVIG_ALL))


def pattern(message: str) -> str:
    """The pattern of a message that the page lists."""
    assert f"| `{message}` |" in PAGE
    return re.escape(message).replace("…", ".+")
