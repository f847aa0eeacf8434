"""The article's tables and figures keep their numbers wherever they stand in the book."""

import re
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"

PAGES = {
    "index": """\
Book
====

.. toctree::

   one
   two

See :numref:`table-3`, :numref:`table-4`, :numref:`suppl-table-1`, :numref:`fig-design`, :numref:`fig-late`.
""",
    # Table 4 comes first, and a figure of our own before the article's only one.
    "one": ("One", "table-4", "fig-early", "suppl-table-1", "table-ours"),
    "two": ("Two", "fig-late", "table-3", "fig-design"),
}


def page(title: str, *labels: str) -> str:
    """A page with a captioned output for each label; those that are no figures are tables."""
    lines = [title, "=" * len(title), ""]
    for label in labels:
        kind = [] if label.startswith("fig-") else ["   :figclass: table"]
        lines += [".. figure:: dot.svg", f"   :name: {label}", *kind, "", f"   Caption of {label}", ""]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    (folder / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    for name, content in PAGES.items():
        text = content if isinstance(content, str) else page(*content)
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
    warnings = StringIO()
    formats = {"figure": "Fig. %s", "table": "Table %s", "supplement": "Supplementary Table %s"}
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():
        patch.syspath_prepend(str(EXTENSIONS))
        application = Sphinx(
            folder,
            None,
            folder / "html",
            folder / "doctrees",
            "html",
            {
                "extensions": ["numbered_tables"],
                "numfig": True,
                "numfig_secnum_depth": 0,
                "numfig_format": formats,
            },
            status=None,
            warning=warnings,
        )
        application.build(force_all=True)
    assert warnings.getvalue() == ""
    return folder / "html"


def numbered(book: Path, name: str) -> dict[str, str]:
    """The number over each caption of a page."""
    html = (book / f"{name}.html").read_text(encoding="utf-8")
    found = re.findall(
        r'caption-number">([^<]+?) ?</span><span class="caption-text">(?:Caption of )?([\w-]+)', html
    )
    return {label: number for number, label in found}


def test_the_label_decides_the_number_of_a_table_of_the_article(book: Path) -> None:
    assert numbered(book, "one")["table-4"] == "Table 4"
    assert numbered(book, "two")["table-3"] == "Table 3"


def test_a_supplementary_table_counts_by_itself(book: Path) -> None:
    assert numbered(book, "one")["suppl-table-1"] == "Supplementary Table 1"


def test_tables_of_our_own_continue_after_the_last_of_the_article(book: Path) -> None:
    assert numbered(book, "one")["table-ours"] == "Table 8"


def test_the_study_design_is_figure_1_and_the_others_follow_in_the_order_of_the_book(book: Path) -> None:
    assert numbered(book, "one")["fig-early"] == "Fig. 2"
    assert numbered(book, "two") == {"fig-late": "Fig. 3", "table-3": "Table 3", "fig-design": "Fig. 1"}


def test_references_show_the_same_numbers(book: Path) -> None:
    html = (book / "index.html").read_text(encoding="utf-8")
    shown = re.findall(r'std-numref">([^<]+)<', html)
    assert shown == ["Table 3", "Table 4", "Supplementary Table 1", "Fig. 1", "Fig. 3"]
