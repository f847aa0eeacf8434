"""No number or figure of the book is unlabelled: the stored pages say of each how far the article fixes it.

A published number needs no mark. Any other bears a mark that a note explains, brings its ends along, or
stands in a table or under a caption that says so of all.
"""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import nbformat
import pytest

from safetybook import captions
from safetybook.determinacy import MARKS, Determinacy
from safetybook.notebooks.prose import spans
from safetybook.stored_html import for_page

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OF_THIS_TRIAL = [path for path in NOTEBOOKS if path.stem != "11_validation"]
"""The chapters about what the article leaves open; of the other trial, the records are public."""

PAGES = sorted((ROOT / "book").glob("*.md"))
GLUED = "application/papermill.record/"

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def stored(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    captions.put_back(notebook.cells)
    return notebook


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def unlabelled(notebook: nbformat.NotebookNode) -> list[str]:
    """What is wrong with the labels of a stored notebook."""
    found: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data, metadata = output.get("data", {}), output.get("metadata", {})
            if "scrapbook" in metadata:
                found += of_glued(metadata, data)
            found += of_tables(for_page(data.get("text/html", "") + data.get(GLUED + "text/html", "")))
        found += of_figure(cell)
    return found


def of_glued(metadata: dict, data: dict) -> Iterator[str]:
    """A number that sentences show: it has a standing, and with it its ends or its mark."""
    name, kind = metadata["scrapbook"]["name"], metadata.get("standing", "")
    text = data.get(GLUED + "text/plain", "").strip("'\"")
    if GLUED + "text/html" in data or not re.search(r"\d", text):
        return
    if kind not in set(Determinacy):
        yield f"{name}: {text} has no standing"
    elif kind == Determinacy.BOUNDED and not re.search(r"\d( to |–)[−\d]", text):
        yield f"{name}: {text} is bounded and has no ends"
    elif kind == Determinacy.ILLUSTRATIVE and not text.endswith(MARKS[Determinacy.ILLUSTRATIVE]):
        yield f"{name}: {text} is illustrative and has no mark"


def of_tables(html: str) -> Iterator[str]:
    """A numeric cell of a table: a standing, and unless it is published a mark, or its table a note."""
    for block in html.split('<div class="sb-block')[1:]:
        # A numbered table has its caption in the text.
        caption = plain("".join(re.findall(r"<caption>(.*?)</caption>", block)) or "a numbered table")
        notes = [plain(note) for note in re.findall(r"<p>(.*?)</p>", block)]
        for opening, inner in re.findall(r"<td([^>]*)>(.*?)</td>", block, flags=re.DOTALL):
            text = plain(re.sub(r"<sup>.*?</sup>", "", inner))
            if not re.search(r"\d", text) or not re.search(r'class="[^"]*\bnum\b', opening):
                continue
            told = re.search(r'data-standing="(\w+)"', opening)
            if told is None:
                yield f"{caption}: {text} has no standing"
                continue
            kind = Determinacy(told[1])
            raised = "".join(re.findall(r"<sup>(.*?)</sup>", inner))
            of_all = any(re.search(rf"(?:All numbers|without a mark) are {kind}\b", note) for note in notes)
            explained = any(note.startswith(f"{MARKS[kind]}{kind.capitalize()}: ") for note in notes)
            if kind is Determinacy.PUBLISHED:
                if any(mark in raised for mark in MARKS.values() if mark):
                    yield f"{caption}: {text} is published and bears a mark"
            elif MARKS[kind] not in raised:
                if not of_all:
                    yield f"{caption}: {text} is {kind} and bears no mark"
            elif not explained:
                yield f"{caption}: no note explains the mark of {text}"


def of_figure(cell: nbformat.NotebookNode) -> Iterator[str]:
    """The caption of a figure: it names how far what is drawn is fixed, every kind of its numbers."""
    figure = cell.metadata.get("mystnb", {}).get("figure", {})
    if not figure or "table" in figure.get("classes", "").split():
        return
    caption = figure.get("caption", "").lower()
    html = "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
    drawn = set(re.findall(r'data-standing="(\w+)"', html))
    named = {str(kind) for kind in Determinacy if kind in caption}
    if not named:
        yield f"{figure.get('name')}: the caption says nothing of how far the numbers are fixed"
    for kind in sorted(drawn - named):
        yield f"{figure.get('name')}: some numbers are {kind}, which the caption does not say"


@each_notebook
def test_every_number_and_figure_is_labelled(path: Path) -> None:
    assert unlabelled(stored(path)) == []


@pytest.mark.parametrize("path", OF_THIS_TRIAL, ids=lambda path: path.stem)
def test_a_page_ends_with_how_far_its_numbers_are_fixed(path: Path) -> None:
    *_, last = [cell for cell in stored(path).cells if cell.cell_type == "code"]
    html = "".join(output.get("data", {}).get("text/html", "") for output in last.outputs)
    assert "<summary>How far each number of this page is fixed" in html


def all_standings() -> dict[str, str]:
    """The standing of everything glued, by notebook and name; whole tables and figures have none."""
    return {
        f"{path.stem}::{output.metadata.scrapbook.name}": output.metadata.get("standing", "")
        for path in NOTEBOOKS
        for cell in stored(path).cells
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


def test_the_other_pages_show_only_numbers_that_have_a_standing() -> None:
    known = all_standings()
    shown = [(page.stem, name) for page in PAGES for name, _ in spans(page.read_text("utf-8"))]
    assert shown
    assert [(page, name) for page, name in shown if not known.get(name)] == []


# The rule sees what is unlabelled


def page(*outputs: nbformat.NotebookNode, figure: dict | None = None) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("", outputs=list(outputs))
    if figure:
        cell.metadata["mystnb"] = {"figure": figure}
    return nbformat.v4.new_notebook(cells=[cell])


def glued(text: str, **metadata: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output(
        "display_data", {GLUED + "text/plain": repr(text)}, metadata={"scrapbook": {"name": "x"}, **metadata}
    )


def shown(cell: str, note: str = "") -> nbformat.NotebookNode:
    html = f'<div class="sb-block"><table><caption>T</caption>{cell}</table><p>{note}</p></div>'
    return nbformat.v4.new_output("execute_result", {"text/html": html})


@pytest.mark.parametrize(
    ("notebook", "complaint"),
    [
        (page(glued("37")), "no standing"),
        (page(glued("37", standing="certain")), "no standing"),
        (page(glued("37", standing="bounded")), "no ends"),
        (page(glued("37", standing="illustrative")), "no mark"),
        (page(shown('<td class="num">37</td>')), "no standing"),
        (page(shown('<td class="num" data-standing="illustrative">37</td>')), "bears no mark"),
        (page(shown('<td class="num" data-standing="determined">37</td>')), "bears no mark"),
        (page(shown('<td class="num" data-standing="bounded">37<sup>§</sup></td>')), "no note explains"),
        (page(shown('<td class="num" data-standing="published">37<sup>‡</sup></td>')), "bears a mark"),
        (page(shown("<td>x</td>"), figure={"name": "f", "caption": "Patients."}), "says nothing"),
        (
            page(
                shown('<td class="num" data-standing="illustrative">3<sup>‡</sup></td>', "‡Illustrative: x"),
                figure={"name": "f", "caption": "All is published."},
            ),
            "illustrative, which the caption does not say",
        ),
    ],
)
def test_the_rule_sees_a_number_without_a_label(notebook: nbformat.NotebookNode, complaint: str) -> None:
    assert any(complaint in found for found in unlabelled(notebook))


@pytest.mark.parametrize(
    "notebook",
    [
        page(glued("37", standing="published")),
        page(glued("37 (bounded: 20 to 52)", standing="bounded")),
        page(glued("37‡", standing="illustrative")),
        page(glued("Related")),
        page(shown('<td class="num" data-standing="determined">37</td>', "All numbers are determined: x")),
        page(shown('<td class="num" data-standing="bounded">37<sup>§</sup></td>', "§Bounded: left a range.")),
        page(shown("<td>x</td>"), figure={"name": "f", "caption": "All is published."}),
    ],
)
def test_the_rule_lets_labelled_numbers_pass(notebook: nbformat.NotebookNode) -> None:
    assert unlabelled(notebook) == []
