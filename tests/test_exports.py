"""Tables as files: every text arrives, nothing becomes a formula or a command, and the bytes are the same."""

import csv
import io
import json
import re
import zipfile
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safetybook.determinacy import PUBLISHED, bounded, illustrative
from safetybook.estimands import Count, Unit, Where
from safetybook.exports import FORMS, Export, exports, write_results, write_table
from safetybook.layout import Block, Box, Frame, Layout, Text
from safetybook.reported import Event, Reported
from safetybook.results import Result
from safetybook.rich_text import escaped, to_rtf
from safetybook.spreadsheets import harmless, to_csv, to_xlsx
from safetybook.tables import Cell, Group, Row, Table

SOURCE = "Synthetic data."
DANGEROUS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "＝1",
    " =1",
    '=HYPERLINK("http://x")',
    "-",
]
HARMLESS = ["-1.5", "+3", "42", "−1.5", "1=1", "a-b", "", "12 (3.5%)", "– ", "‡"]

TABLE = Table(
    "Events^a {50% \\par}",
    "Category",
    (("First period", "IVIg", "Pts"), ("First period", "IVIg", "Change"), ("Comment",)),
    (
        Group("", (Row("=1+1", (Cell("2"), Cell("-1.50"), Cell("@SUM(1)", numeric=False))),)),
        Group(
            "Related^b",
            (
                Row("Mild", (Cell("1", standing=illustrative()), Cell("−0.5"), Cell("a\nb", numeric=False))),
                Row("007", (Cell("007"), Cell("12 (3.5%)"), Cell("Ä ≤ 𝟙 {\\b}", numeric=False))),
            ),
        ),
    ),
    (("a", "The highest one"),),
    PUBLISHED,
)
LAYOUT = TABLE.layout
EMPTY = Table("Nothing", "Row", (("n",),), ()).layout
NOTES = [note.plain for note in LAYOUT.notes]


def shown(found: Layout) -> list[str]:
    """Every text of a table but the caption, each cell once."""
    return [box.text.plain for row in found.rows for box in row] + [note.plain for note in found.notes]


def sheet(book: bytes) -> dict[str, ElementTree.Element]:
    """The cells of the one sheet, by address, read without the library that wrote them."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return {cell.attrib["r"]: cell for cell in root.iter() if cell.tag.endswith("}c")}


def values(book: bytes) -> dict[str, str | float]:
    """What each cell holds: a text, or a number."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    strings = ["".join(part.text or "" for part in item.iter() if part.tag.endswith("}t")) for item in root]
    found: dict[str, str | float] = {}
    for address, cell in sheet(book).items():
        value = next((part.text for part in cell if part.tag.endswith("}v")), None)
        if value is not None:
            found[address] = strings[int(value)] if cell.attrib.get("t") == "s" else float(value)
    return found


TOKEN = re.compile(r"\\u(-?\d+)\?|\\([a-z]+)(-?\d+)? ?|\\([^a-z])|([{}])|([^\\{}]+)", re.DOTALL)
ELSEWHERE = {"fonttbl", "info", "header", "headerf", "footer", "footerf", "fldinst"}


def read_rtf(document: str) -> list[str]:
    """The texts of all cells and paragraphs of an RTF document, and a check that its groups close.

    What stands at the head or foot of its pages is left out.
    """
    texts, units, depth, hidden = [], b"", 0, []
    for token in TOKEN.finditer(document):
        code, word, _, symbol, brace, plain = token.groups()
        if brace:
            depth += 1 if brace == "{" else -1
            assert depth >= 0
            hidden = [level for level in hidden if level <= depth]
        elif word in ELSEWHERE:
            hidden.append(depth)
        elif hidden:
            continue
        elif code:
            units += int(code).to_bytes(2, "little", signed=True)
        elif word in ("cell", "par"):
            texts.append(units.decode("utf-16-le"))
            units = b""
        elif word in ("line", "tab"):
            units += {"line": "\n", "tab": "\t"}[word].encode("utf-16-le")
        elif symbol or plain:
            units += (symbol or plain.replace("\n", "")).encode("utf-16-le")
    assert depth == 0
    return texts


def test_csv_has_every_row_readable_by_itself():
    rows = list(csv.reader(io.StringIO(to_csv(LAYOUT, SOURCE), newline="")))
    assert rows == [
        ["Events a {50% \\par}"],
        ["Group", "Category", "First period, IVIg, Pts", "First period, IVIg, Change", "Comment"],
        ["", "'=1+1", "2", "-1.50", "'@SUM(1)"],
        ["Related b", "Mild", "1‡", "−0.5", "a\nb"],
        ["Related b", "007", "007", "12 (3.5%)", "Ä ≤ 𝟙 {\\b}"],
        *([note] for note in NOTES),
        [SOURCE],
    ]
    assert NOTES[1].startswith("‡ Illustrative: ")


def test_a_table_without_groups_has_no_column_for_them():
    assert list(csv.reader(io.StringIO(to_csv(EMPTY)))) == [["Nothing"], ["Row", "n"]]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_formula_is_no_formula_in_csv(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_xlsx_shows_the_table_as_laid_out():
    book = to_xlsx(LAYOUT, SOURCE)
    found = values(book)
    assert found["A1"] == "Eventsa {50% \\par}"
    assert found["A2"] == "Category" and found["B2"] == "First period" and "C2" not in found
    assert (found["A5"], found["B5"], found["C5"], found["D5"]) == ("=1+1", 2.0, -1.5, "@SUM(1)")
    assert found["A6"] == "Relatedb" and "B6" not in found
    assert (found["A7"], found["B7"], found["C7"], found["D7"]) == ("Mild", "1‡", -0.5, "a\nb")
    # A number that would lose its zeros stays a text.
    assert (found["A8"], found["B8"], found["C8"]) == ("007", "007", "12 (3.5%)")
    assert list(found.values())[-len(NOTES) - 1 :][0] == "a The highest one"
    assert found[f"A{9 + len(NOTES)}"] == SOURCE
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    merged = set(re.findall(r'<mergeCell ref="([^"]+)"', xml))
    assert {"A2:A4", "B2:C2", "B3:C3", "D2:D4", "A6:D6"} <= merged
    assert 'formatCode="0.00"' in styles
    assert "<f>" not in xml
    # A minus stays one, and what is raised is as bold and as large as what stands beside it.
    assert 'formatCode="0.0;&quot;−&quot;0.0"' in styles
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        [title] = re.findall(
            r"<si>(?:(?!</si>).)*Events.*?</si>", archive.read("xl/sharedStrings.xml").decode()
        )
    assert title.count("<b/>") == 3 and title.count('<sz val="11"/>') == 3 and title.count("superscript") == 1


@pytest.mark.parametrize("text", [*DANGEROUS, "http://x.org", "{=1+1}"])
def test_a_text_is_a_text_in_xlsx(text):
    book = to_xlsx(one_cell(text))
    assert values(book)["B3"] == text.strip()
    assert all(cell.attrib.get("t") == "s" for address, cell in sheet(book).items() if address == "B3")
    assert not any(part.tag.endswith("}f") for cell in sheet(book).values() for part in cell)


def one_cell(text: str) -> Layout:
    """A table of one row with a text in it, set as a number as if someone had mistaken it for one."""
    heads = (Box(Text.of("Row"), 0, heading=True), Box(Text.of("n"), 1, heading=True))
    row = (Box(Text.of("1"), 0, heading=True), Box(Text.of(text), 1, numeric=True))
    return Layout(Text.of("t"), 2, (heads, row), 1, (1,))


def test_a_text_that_no_cell_holds_is_an_error():
    with pytest.raises(ValueError, match="refuses the text of 40000 characters: xxx"):
        to_xlsx(one_cell("x" * 40_000))


def test_rtf_has_every_text_and_repeats_the_headings():
    document = to_rtf(LAYOUT, SOURCE)
    found = read_rtf(document)
    plain = [text.replace(" ", "") for text in found]
    assert [text for text in shown(LAYOUT) if text.replace(" ", "") not in plain] == []
    assert found[0] == "Eventsa {50% \\par}"
    rows = document.split("\\trowd")[1:]
    # Title and headings stand above the table, and from the second page on at the head of the page.
    assert len(rows) == 1 + len(LAYOUT.rows) + 4
    [page] = re.findall(r"\{\\header\\f0\\fs18\n(.*?)\\pard\\fs2\\par\}", document, re.DOTALL)
    assert r"\titlepg" in document and r"{\headerf\pard\fs2\par}" in document
    assert read_rtf(page) == ["Eventsa {50% \\par} (continued)", *found[1:11]]
    assert [text for text in found[1:11] if text] == [
        "Category",
        "First period",
        "Comment",
        "IVIg",
        "Pts",
        "Change",
    ]
    assert all(r"\trkeep" in row for row in rows)
    for footer in ("footerf", "footer"):
        [foot] = re.findall(rf"\{{\\{footer}(\\f0.*)\}}\n", document)
        assert "Synthetic data." in foot
        assert r"{\field{\*\fldinst PAGE}{\fldrslt 1}} of {\field{\*\fldinst NUMPAGES}{\fldrslt 1}}" in foot
    assert r"\landscape" not in document
    # Cell edges go up to the same right margin in each row.
    assert len({re.findall(r"\\cellx(\d+)", row)[-1] for row in rows}) == 1
    assert all(row.count(r"\cell") == 2 * row.count(r"\cellx") for row in rows)


def test_rtf_indents_the_rows_of_a_group_and_keeps_its_heading_with_them():
    rows = to_rtf(LAYOUT).rpartition("\\pard\\fs2\\par}")[2].split("\\trowd")[-4:]
    [free, group, mild, _] = [row.split("\\pard")[1] for row in rows]
    assert r"\li140" not in free + group and r"\li140" in mild
    assert r"\keepn" in group and r"\keepn" not in free + mild


def column_widths(document: str) -> list[int]:
    """The widths of the columns of the last row, in twentieths of a point."""
    edges = [0, *map(int, re.findall(r"\\cellx(\d+)", document.rpartition("\\trowd")[2]))]
    return [right - left for left, right in pairwise(edges)]


def test_columns_are_as_wide_as_what_stands_in_them():
    rows = [
        Row(f"Patient {i}", (Cell("1"), Cell("a" * 30 + " " + "b" * 30, numeric=False))) for i in range(9)
    ]
    rows.append(
        Row("A name that is longer than all the other names are", (Cell("12"), Cell("", numeric=False)))
    )
    table = Table("T", "Who", (("A heading of four words",), ("Words",)), (Group("", tuple(rows)),))
    name, number, words = column_widths(to_rtf(table.layout))
    assert name + number + words == 11906 - 2 * 1134
    assert words > number > name
    # One long name among ten makes no wide column, but the others fit: a character takes about 100.
    assert 9 * 100 < name < 25 * 100
    # Numbers with their intervals are not wrapped, at the cost of an upright page.
    cells = tuple(Cell("24.0 (24.0–24.0)") for _ in range(6))
    many = Table("T", "Row", (("n",),) * 6, (Group("", (Row("Row", cells),)),))
    document = to_rtf(many.layout)
    assert r"\landscape" in document and min(column_widths(document)[1:]) > 16 * 100


def test_a_wide_table_lies_on_its_side():
    columns = tuple((f"A heading {i}",) for i in range(12))
    row = Row("Row", tuple(Cell("12 (34.5%)") for _ in columns))
    assert r"\paperw16838\paperh11906\landscape" in to_rtf(
        Table("Wide", "Row", columns, (Group("", (row,)),)).layout
    )


def test_a_control_character_is_refused_by_name():
    with pytest.raises(ValueError, match=r"a control character \(7\)"):
        escaped("a\x07")


@pytest.mark.parametrize("form", FORMS)
def test_the_same_table_gives_the_same_bytes(form):
    write = FORMS[form][1]
    table = Export("t", "Table 1", LAYOUT, SOURCE)
    assert write(table) == write(table)
    assert str(len(write(Export("t", "", EMPTY)))) != "0"


def test_xlsx_knows_no_time():
    with zipfile.ZipFile(io.BytesIO(to_xlsx(LAYOUT))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r">([^<]*Z)<", core)) == {"1980-01-01T00:00:00Z"}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=12))
def test_any_text_arrives(text):
    wanted = text.strip()
    assert list(csv.reader(io.StringIO(to_csv(one_cell(wanted)))))[2][1] == harmless(wanted)
    assert read_rtf(to_rtf(one_cell(wanted)))[-1] == wanted


def test_names_come_from_the_label_or_from_page_and_caption():
    def block(caption: str, name: str = "", number: str = "") -> Block:
        return Block(Table(caption, "Row", (("n",),), ()).layout, Frame(name, number), 0)

    found = exports(
        [
            block("Events^a", "table-1", "Table 1"),
            block("Table 5. Patients", "table-5", "Table 5"),
            block("The 57 claims of this chapter: 3 stated"),
            block("The 58 claims of this chapter: 4 stated"),
            block("Numbers", "fig-flow", "Fig. 2"),
        ],
        "02_overview",
    )
    assert [table.name for table in found] == [
        "table-1",
        "table-5",
        "02_overview-the-claims-of-this-chapter",
        "02_overview-the-claims-of-this-chapter-2",
        "fig-flow",
    ]
    assert [table.short for table in found] == [
        "Table 1",
        "Table 5",
        "The 57 claims of this chapter",
        "The 58 claims of this chapter",
        "Fig. 2",
    ]
    captions = [table.layout.caption.bare for table in found]
    assert captions[:2] == ["Table 1. Events", "Table 5. Patients"]
    with pytest.raises(ValueError, match="a table of 02_overview has no caption"):
        exports([block("")], "02_overview")


def test_a_table_is_written_in_every_form(tmp_path):
    files = write_table(Export("table-1", "Table 1", LAYOUT, SOURCE), tmp_path / "new")
    assert [path.name for path in files] == ["table-1.csv", "table-1.xlsx", "table-1.rtf", "table-1.tex"]
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbfEvents")
    latex = files[3].read_text(encoding="utf-8")
    assert latex.startswith("% Events {50% \\par}\n% Synthetic data.\n\\begin{tabular}{lrrl}\n")
    assert r"\{\textbackslash{}b\}" in latex


def test_results_have_value_text_and_determinacy(tmp_path):
    count = Count("n", "=Patients", "adsl", Where(), Unit.PATIENTS, "any level")
    result = Result("n", "=Patients", "adsl", "patients", Fraction(3), "patients", "any level", 3)
    missing = Result("m", "Median", "adae", "median", None)
    reported = [
        Reported(count, result, PUBLISHED, "Table 1", 1),
        Reported(
            Count("m", "Median", "adae", Where(), Unit.ROWS), missing, bounded(1, 5, "a reason"), "Text"
        ),
    ]
    event = Event("e", "Trial", "Synthetic data.", ("Safety", "adsl", Where((("SAFFL", frozenset("Y")),))))
    files = write_results(reported, event, tmp_path)
    assert [path.name for path in files] == ["results.csv", "results.json", "reporting_event.json"]
    first, second = csv.DictReader(io.StringIO(files[0].read_text(encoding="utf-8")))
    assert (first["label"], first["stat"], first["stat_fmt"]) == ("'=Patients", "3", "3.0")
    assert (first["numerator"], first["rule"], first["determinacy"]) == ("3", "any level", "published")
    assert (second["stat"], second["stat_fmt"], second["determinacy"]) == ("", "–", "bounded")
    assert [(row["low"], row["high"]) for row in (first, second)] == [("", ""), ("1", "5")]
    stored = json.loads(files[1].read_text(encoding="utf-8"))
    assert stored["about"] == "Synthetic data."
    assert stored["results"][0]["label"] == "=Patients" and stored["results"][1]["stat"] is None
    assert list(stored["results"][0]) == list(first)
    assert [path.read_bytes() for path in write_results(reported, event, tmp_path)] == [
        path.read_bytes() for path in files
    ]
