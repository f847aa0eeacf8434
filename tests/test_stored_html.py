"""HTML as notebooks store it, and the door through which it comes to the pages."""

import importlib
import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from proderm.pages import Conflicts
from safetybook.contradictions import Contradiction, Kind
from safetybook.determinacy import illustrative
from safetybook.figures import drawing, finish
from safetybook.html_tables import captioned, to_html
from safetybook.layout import layout
from safetybook.listings import Entry, Listing, Section
from safetybook.stored_html import LEFT, for_page, stored
from safetybook.tables import Cell, Folded, Group, Row, Table

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

TABLE = Table(
    "Events <of> all kinds",
    "Category^a",
    (("IVIg", "n"), ("IVIg", "Why")),
    (Group("Any", (Row("TEAEs", (Cell("42", standing=illustrative()), Cell("A word", numeric=False))),)),),
    (("", "n number"), ("a", "A note")),
)


def cells(html: str) -> dict[str, str]:
    """What stands in the cells of a table, with the rest of their opening tags."""
    return {text: rest for rest, text in re.findall(r"<t[hd]\b([^>]*)>([^<]*)", html)}


def test_words_stand_on_the_left_and_numbers_where_they_stood():
    found = cells(TABLE._repr_mimebundle_()["text/html"])
    assert {text for text, rest in found.items() if LEFT in rest} == {
        "Category",
        "Any",
        "TEAEs",
        "Why",
        "A word",
    }
    assert {text for text, rest in found.items() if LEFT not in rest} == {"IVIg", "n", "42"}


def test_a_note_stands_apart_from_its_mark():
    html = TABLE._repr_mimebundle_()["text/html"]
    assert "<p><sup>a</sup> A note</p>" in html
    assert "<p>n number</p>" in html


def test_a_listing_is_a_table_as_well():
    entry = Entry("Patient 1", (Row("Headache", (Cell("Mild/moderate", numeric=False), Cell("3"))),))
    listing = Listing("Events", ("Patient", "Event"), ("Severity", "Day"), (Section("", (entry,)),))
    found = cells(listing._repr_mimebundle_()["text/html"])
    assert {text for text, rest in found.items() if LEFT in rest} >= {
        "Patient",
        "Patient 1",
        "Headache",
        "Severity",
    }
    assert {text for text, rest in found.items() if LEFT not in rest} == {"Day", "3"}


def test_the_page_has_what_was_made():
    with drawing(1) as canvas:
        figure = finish(canvas, "empty", "Nothing is drawn here", TABLE)
    for html, shown in (
        (to_html(TABLE), TABLE),
        (Folded("More", TABLE).html(), Folded("More", TABLE)),
        (figure.html(), figure),
    ):
        kept = shown._repr_mimebundle_()["text/html"]
        assert kept != html
        assert for_page(kept) == html
        assert stored(html) == kept


def test_the_title_of_a_note_looks_like_one():
    told = "It is 69.0.\nIt is not.", "It is a mean."
    conflict = Contradiction("ages", (), (), Kind.CONTRADICTION, *told, lambda printed: False)
    html = Conflicts((conflict,))._repr_mimebundle_()["text/html"]
    assert (
        '<p class="admonition-title"><strong>Numbers of the article that cannot all hold</strong></p>' in html
    )
    assert "<strong>" not in for_page(html)


def test_another_form_is_the_same_table():
    assert layout(stored(to_html(TABLE))) == layout(to_html(TABLE))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_the_notebooks_store_is_what_the_page_has_in_another_form(path):
    """A page's HTML was stored, and nothing else: so the way back loses nothing."""
    shown = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            for kind, lines in output.get("data", {}).items():
                if kind.endswith("text/html"):
                    kept = "".join(lines)
                    assert stored(for_page(kept)) == kept != for_page(kept)
                    shown += 1
    assert shown >= 4


def test_the_pages_get_it_through_one_door(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "book" / "_ext"))
    forms = importlib.import_module("stored_forms")
    unnamed = to_html(replace(TABLE, caption=""))
    html = to_html(replace(TABLE, caption="Events of all kinds^a"))
    shown = {"text/html": stored(unnamed).splitlines(keepends=True), "text/plain": "Events"}
    glued = {"application/papermill.record/text/html": stored(html)}  # it has a caption of its own
    words = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "Words − ≥\n\n"
        "**[Table 1](#cell-id=table-1).** [Events](a.md) of *all*&nbsp;kinds<sup>a</sup>.",
    }
    figure = {"mystnb": {"figure": {"name": "table-1", "classes": "table"}}}
    outputs = [{"data": shown}, {"data": glued}, {"text": "printed"}]
    source = [json.dumps({"cells": [words, {"cell_type": "code", "metadata": figure, "outputs": outputs}]})]
    env = SimpleNamespace(doc2path=lambda page: page, found_docs=set())
    app = SimpleNamespace(env=env, srcdir=ROOT)
    forms.put_back(app, "a.ipynb", source)
    before, after = json.loads(source[0])["cells"]
    assert before["source"] == "Words − ≥"
    caption = "{doc}`Events <a>` of *all*&nbsp;kinds{sup}`a`."
    assert after["metadata"]["mystnb"]["figure"]["caption"] == caption
    assert after["outputs"] == [
        {"data": {"text/html": html, "text/plain": "Events"}},
        {"data": {"application/papermill.record/text/html": html}},
        {"text": "printed"},
    ]
    text = ["# A page of words {'cells'}"]
    forms.put_back(app, "a.md", text)
    assert text == ["# A page of words {'cells'}"]


def test_a_heading_over_several_columns_stands_in_their_middle_and_one_over_a_column_does_not():
    heads = '<th scope="colgroup" colspan="2">First period</th><th scope="col">n</th>'
    assert stored(heads) == heads.replace(
        '<th scope="colgroup" colspan="2"', '<th style="text-align: center" scope="colgroup" colspan="2"'
    )
    assert for_page(stored(heads)) == heads


def test_a_table_without_a_caption_is_shown_without_one_in_each_form():
    bare, named = (replace(TABLE, caption=caption) for caption in ("", "Events^a"))
    assert captioned(to_html(bare), named.caption) == to_html(named)
    forms = bare._repr_mimebundle_()
    assert "<caption" not in forms["text/html"]
    assert "aria-label" not in forms["text/html"]
    assert "Events a\n" + forms["text/plain"] == named._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_numbered_table_has_a_second_caption(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("mystnb", {}).get("figure", {}).get("classes") == "table":
            assert "<table" in json.dumps(cell["outputs"])
            assert "<caption" not in json.dumps(cell["outputs"])


SHOWN_AT_ONCE = 50
"""How many outputs of a cell any JupyterLab shows before a reader has to ask for more."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_table_or_figure_comes_after_more_outputs_than_jupyter_shows(path):
    hidden = [
        cell["id"]
        for cell in json.loads(path.read_text())["cells"]
        for output in cell.get("outputs", [])[SHOWN_AT_ONCE:]
        if "text/html" in output.get("data", {}) and "scrapbook" not in output["metadata"]
    ]
    assert hidden == []
