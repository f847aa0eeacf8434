"""How a page opens, what its head says of it, and the list of all tables and figures, in a small book."""

import re
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).parents[1]

PAGES = {
    "index": "Book\n====\n\nWhat is here? Two pages. {long}\n\n.. toctree::\n\n   one\n   two\n",
    "one": "One\n===\n\n**Did it & how\noften?**\n\nThe answer.\n\nMore of it.\n\n- A list\n\nAnd text.\n"
    "\n.. figure:: dot.svg\n   :name: table-3\n   :figclass: table\n\n   Of three. It goes on.\n"
    "\n.. figure:: dot.svg\n   :name: fig-late\n\n   A late one.\n",
    "two": "Two\n===\n\n**Bold** and not a question.\n\n.. displays:: tables\n\n.. displays:: figures\n"
    "\n.. figure:: dot.svg\n   :name: table-ours\n   :figclass: table\n\n   Ours\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("book")
    (folder / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (folder / "templates").mkdir()
    (folder / "templates" / "layout.html").write_text(
        '{% extends "!layout.html" %}{% block extrahead %}<meta name="description" '
        'content="{{ description|e }}" /><link rel="card" href="{{ card }}" />{% endblock %}'
    )
    for name, text in PAGES.items():
        (folder / f"{name}.rst").write_text(text.replace("{long}", "Words " * 60), encoding="utf-8")
    warnings = StringIO()
    settings = {
        "extensions": ["numbered_tables", "openings", "page_head", "displays"],
        "numfig": True,
        "numfig_secnum_depth": 0,
        "numfig_format": {"figure": "Fig. %s", "table": "Table %s", "supplement": "Supplementary Table %s"},
        "html_title": "The book",
        "html_baseurl": "https://example.org/book/",
        "templates_path": ["templates"],
    }
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():
        patch.syspath_prepend(str(ROOT / "book" / "_ext"))
        places = (folder, None, folder / "html", folder / "doctrees")
        Sphinx(*places, "html", settings, status=None, warning=warnings).build(force_all=True)
    assert warnings.getvalue() == ""
    return {path.stem: path.read_text(encoding="utf-8") for path in (folder / "html").glob("*.html")}


def described(page: str) -> str:
    found = re.search(r'name="description" content="([^"]*)"', page)
    assert found
    return found[1]


def test_question_and_answer_are_set_apart_up_to_anything_else(book: dict[str, str]) -> None:
    opening = re.search(r'<div class="sb-opening[^"]*">(.*?)</div>', book["one"], re.DOTALL)
    assert opening
    assert opening[1].split("\n")[1:-1] == [
        '<p class="sb-question"><strong>Did it &amp; how',
        "often?</strong></p>",
        "<p>The answer.</p>",
        "<p>More of it.</p>",
    ]
    assert "sb-opening" not in book["index"] + book["two"]


def test_a_page_is_described_by_its_question_or_its_first_sentences(book: dict[str, str]) -> None:
    assert described(book["one"]) == "Did it &amp; how often?"
    assert described(book["two"]) == "Bold and not a question."
    assert described(book["index"]) == "What is here? Two pages."


def test_pages_wait_for_no_script_and_load_none_of_sphinx_own(book: dict[str, str]) -> None:
    scripts = re.findall(r"<script[^>]* src=[^>]*>", book["one"])
    assert scripts
    assert [script for script in scripts if "defer" not in script] == []
    assert "sphinx_highlight" not in book["one"]


def test_the_card_has_a_whole_address(book: dict[str, str]) -> None:
    assert 'href="https://example.org/book/_static/card.png"' in book["one"]


def test_the_card_is_as_large_as_the_pages_say() -> None:
    header = (ROOT / "book" / "_static" / "card.png").read_bytes()[:24]
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1200, 630)


def test_tables_and_figures_are_listed_by_number_with_title_and_place(book: dict[str, str]) -> None:
    lists = re.findall(r'<ul class="sb-displays[^"]*">(.*?)</ul>', book["two"], re.DOTALL)
    lines = [re.findall(r"<li>(.*?)</li>", one, re.DOTALL) for one in lists]
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in one] for one in lines]
    assert plain == [
        ["Table 3 Of three One · the article’s, rebuilt", "Table 8 Ours Two · ours"],
        ["Fig. 2 A late one One · ours"],
    ]
    assert 'href="one.html#table-3"' in book["two"]
    assert 'href="#table-ours"' in book["two"]
