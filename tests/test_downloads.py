"""Beside every table of a page stand links to its files, and the files are there."""

import csv
import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace

from proderm import export
from proderm.pages import study, verdicts
from safetybook import captions
from safetybook.exports import FORMS
from safetybook.html_tables import UNNAMED, captioned, to_html
from safetybook.layout import PROSE, blocks
from safetybook.tables import Cell, Group, Row, Table

ROOT = Path(__file__).parents[1]
EXTENSIONS = ROOT / "book" / "_ext"


def table(caption: str) -> str:
    row = Row("=TEAEs", (Cell("12"),))
    return to_html(Table(caption, "Row", (("n",),), (Group("", (row,)),), (("a", "A note"),)))


def raw(html: str) -> str:
    """HTML in a page of reStructuredText."""
    return "\n".join([".. raw:: html", "", *(f"   {line}" for line in html.splitlines()), ""])


CAPTION = '<figcaption><span class="caption-number">Table 1 </span></figcaption>'
PAGES = {
    "index": "Book\n====\n\n.. toctree::\n\n   part/one\n\nNo table here.\n",
    "part/one": "\n".join(
        [
            "Events & more\n=============\n",
            raw(f'<figure id="table-1">{CAPTION}{table("Events^a")}</figure>'),
            raw(f"<details><summary>Open</summary>{table('The 3 claims: 2 reproduced')}</details>"),
            "Checklist\n---------\n",
            raw(f'<div class="{PROSE}"><table><tr><td><p>Harms</p></td></tr></table></div>'),
        ]
    ),
}


class Links(HTMLParser):
    """The downloads of a page: address, name for screen readers, shown text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.open: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.open = dict(attrs) if tag == "a" and "download" in dict(attrs) else {}

    def handle_data(self, data):
        if self.open:
            self.found.append((self.open["href"], self.open["aria-label"], data))
            self.open = {}


def build(folder: Path, pages: dict[str, str], **options) -> Path:
    """Build pages with the extension alone; return the folder of the HTML."""
    for name, content in pages.items():
        path = folder / f"{name}.rst"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    warnings = StringIO()
    with pytest.MonkeyPatch.context() as patch, docutils_namespace():
        patch.syspath_prepend(str(EXTENSIONS))
        application = Sphinx(
            folder,
            None,
            folder / "html",
            folder / "doctrees",
            "html",
            {"extensions": ["downloads"], "downloads_source": "From “{chapter}”, synthetic.", **options},
            status=None,
            warning=warnings,
        )
        application.build()
    assert warnings.getvalue() == ""
    return folder / "html"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return build(tmp_path_factory.mktemp("book"), PAGES)


def test_each_table_has_a_link_for_each_form(book):
    page = (book / "part" / "one.html").read_text(encoding="utf-8")
    names = [name for name, _ in FORMS.values()]
    found = Links(page).found
    assert [(label, text) for _, label, text in found] == [
        *((f"Table 1 as {name}", name) for name in names),
        *((f"The 3 claims as {name}", name) for name in names),
        *((f"Checklist as {name}", name) for name in names),
    ]
    # The links stand in the block of their table, below the notes; those of a table of the text below it.
    assert page.count('</div>\n<p class="sb-downloads">') == 2
    assert page.count('</table></div><p class="sb-downloads">') == 1
    for address, _, _ in found:
        assert (book / "part" / address).resolve().is_file(), address


def test_the_files_hold_title_notes_and_source(book):
    folder = book / "_downloads" / "tables"
    assert {path.name for path in folder.iterdir()} == {"index.csv"} | {
        f"{name}.{form}" for name in ("table-1", "one-the-claims", "one-checklist") for form in FORMS
    }
    rows = list(csv.reader(StringIO((folder / "table-1.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert rows == [
        ["Table 1. Events a"],
        ["Row", "n"],
        ["'=TEAEs", "12"],
        ["a A note"],
        ["From “Events & more”, synthetic."],
    ]
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"table": "one-checklist", "title": "Checklist", "page": "part/one"},
            {"table": "one-the-claims", "title": "The 3 claims: 2 reproduced", "page": "part/one"},
            {"table": "table-1", "title": "Table 1. Events", "page": "part/one"},
        ]


def test_a_page_without_a_table_has_no_link(book):
    assert Links((book / "index.html").read_text(encoding="utf-8")).found == []


def test_two_tables_of_one_name_are_an_error(tmp_path):
    pages = {"index": "Book\n====\n\n.. toctree::\n\n   a/one\n   b/one\n"}
    pages |= {f"{part}/one": f"One\n===\n\n{raw(table('Events'))}" for part in "ab"}
    with pytest.raises(ExtensionError, match="both have a table 'one-events'"):
        build(tmp_path, pages)


def test_a_table_that_cannot_be_downloaded_is_an_error(tmp_path):
    page = "Book\n====\n\n" + raw(table("Events")) + "\n.. list-table::\n\n   * - by hand\n"
    with pytest.raises(ExtensionError, match="index: 1 of 2 tables can be downloaded"):
        build(tmp_path, {"index": page})


def test_a_page_may_have_a_source_of_its_own(tmp_path):
    page = "Pilot\n=====\n\n" + raw(table("Events"))
    html = build(tmp_path, {"index": page}, downloads_sources={"index": "{chapter}, public."})
    written = (html / "_downloads" / "tables" / "index-events.csv").read_text(encoding="utf-8-sig")
    assert written.splitlines()[-1] == '"Pilot, public."'


def stored() -> list[str]:
    """The HTML of all tables that the notebooks store; the numbered ones with the captions of the text."""
    pages = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        captions.put_back(cells)
        for cell in cells:
            caption = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", "")
            outputs = [output["data"] for output in cell.get("outputs", []) if "data" in output]
            shown = ["".join(data["text/html"]) for data in outputs if "text/html" in data]
            pages += [
                captioned(html, captions.plain(caption)) if UNNAMED in html else html
                for html in shown
                if "<table" in html
            ]
    return pages


def test_every_table_of_the_chapters_can_be_downloaded():
    pages = stored()
    tables = sum(html.count("<table") for html in pages)
    found = [block.layout for html in pages for block in blocks(html)]
    assert len(found) == tables > 50
    for layout in found:
        assert layout.caption.plain
        # The numbers have headings, and no cell got lost on the way.
        assert layout.heads and all(layout.names[layout.stubs :])
    boxes = sum(len(row) for layout in found for row in layout.rows)
    assert boxes == sum(len(re.findall(r"<t[dh][ >]", html)) for html in pages)


def test_an_export_needs_the_built_book(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(export, "DOWNLOADS", tmp_path)
    (tmp_path / "tables").mkdir()
    assert export.main([str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'results'} missing: run make book first\n"
    assert not (tmp_path / "out").exists()


def test_an_export_replaces_the_earlier_one(book, tmp_path, monkeypatch, capsys):
    downloads = book / "_downloads"
    (downloads / "results").mkdir(exist_ok=True)
    (downloads / "results" / "results.csv").write_text("estimand\n", encoding="utf-8")
    monkeypatch.setattr(export, "DOWNLOADS", downloads)
    out = tmp_path / "out"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "old.csv").write_text("of an earlier export", encoding="utf-8")
    assert export.main([str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 13 files of tables, 1 of results\n"
    assert {path.relative_to(out) for path in out.rglob("*.*")} == {
        path.relative_to(downloads) for path in downloads.rglob("*.*")
    }
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_results_are_those_of_the_trial(tmp_path):
    files = export.write(tmp_path, study(), verdicts())
    with files[0].open(encoding="utf-8", newline="") as file:
        results = {row["estimand"]: row for row in csv.DictReader(file)}
    teaes = results["teae.ivig_p1.percent"]
    assert (teaes["stat_fmt"], teaes["numerator"], teaes["denominator"]) == ("80.8", "42", "52")
    assert (teaes["determinacy"], teaes["verdict"]) == ("published", "reproduced")
    assert teaes["section"] == "Results: Overview of adverse events"
    # Every claim on an estimand has left its verdict, and nothing else has one.
    wanted: dict[str, set[str]] = {}
    for verdict in verdicts():
        if verdict.claim.estimand:
            wanted.setdefault(verdict.claim.estimand, set()).add(str(verdict.outcome))
    assert {
        name: set(row["verdict"].split("; ")) for name, row in results.items() if row["verdict"]
    } == wanted
    # What another page bounds has its ends here, whatever the sort of number.
    bounded = [row for row in results.values() if row["determinacy"] == "bounded"]
    assert bounded
    assert all(float(row["low"]) <= float(row["stat"]) <= float(row["high"]) for row in bounded)
    assert all(not row["low"] for row in results.values() if row["determinacy"] != "bounded")
    # Each file that the page of claims links is written.
    linked = re.findall(
        r'^    "([\w.]+)": "', (EXTENSIONS / "results_files.py").read_text(encoding="utf-8"), re.M
    )
    assert linked == [path.name for path in files]
