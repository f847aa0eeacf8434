"""Tables: what a reader with eyes, a screen reader or LaTeX gets."""

import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from safetybook.aligned_text import to_text
from safetybook.determinacy import PUBLISHED, Determinacy, Standing, bounded, determined, illustrative
from safetybook.html_tables import to_html
from safetybook.latex import to_latex
from safetybook.results import Result
from safetybook.tables import DIFFERS, ILLUSTRATIVE, Cell, Counted, Group, Row, Table

PATIENTS, EVENTS = "No. of pts (%)", "No. of events"
COLUMNS = (
    ("First period", "IVIg (n = 52^a)", PATIENTS),
    ("First period", "IVIg (n = 52^a)", EVENTS),
    ("First period", "Placebo (n = 48)", PATIENTS),
    ("First period", "Placebo (n = 48)", EVENTS),
    ("Overall period", "All IVIg (n = 95)", PATIENTS),
    ("Overall period", "All IVIg (n = 95)", EVENTS),
)


def cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


TABLE = Table(
    "Overview of adverse events",
    "Category",
    COLUMNS,
    (
        Group("", (Row("TEAEs", cells("42 (80.8%)", "196", "28 (58.3%)", "135", "84 (88.4%)", "545")),)),
        Group(
            "Related^b",
            (
                Row("Mild", cells("28 (53.8%)", "82", "9 (18.8%)", "24", "55 (57.9%)", "207")),
                Row("Severe", cells("2 (3.8%)", "3", "0 (0.0%)", "0", "5 (5.3%)", "9")),
            ),
        ),
    ),
    (("", "TEAE treatment-emergent adverse event"), ("a", "Includes five patients who switched")),
)


class Grid(HTMLParser):
    """Places each cell of an HTML table in a grid, as a browser does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[dict[int, tuple[str, dict[str, str]]]] = []
        self.taken: set[tuple[int, int]] = set()
        self.current: tuple[int, int] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append({})
        if tag in ("td", "th"):
            row, known = len(self.rows) - 1, dict(attributes)
            column = next(c for c in range(99) if (row, c) not in self.taken)
            for down in range(int(known.get("rowspan", 1))):
                for right in range(int(known.get("colspan", 1))):
                    assert (row + down, column + right) not in self.taken
                    self.taken.add((row + down, column + right))
            self.rows[row][column] = ("", {"tag": tag, **known})
            self.current = (row, column)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.current = None

    def handle_data(self, data):
        if self.current:
            row, column = self.current
            text, known = self.rows[row][column]
            self.rows[row][column] = (text + data, known)

    def covered(self) -> set[tuple[int, int]]:
        return self.taken


def test_every_place_of_the_grid_is_covered_once():
    grid = Grid(to_html(TABLE))
    assert grid.covered() == {(row, column) for row in range(7) for column in range(7)}


def test_spanning_headings_cover_their_columns():
    grid = Grid(to_html(TABLE))
    top = [(text, known.get("colspan"), known["scope"]) for text, known in grid.rows[0].values()]
    assert top == [
        ("Category", None, "col"),
        ("First period", "4", "colgroup"),
        ("Overall period", "2", "colgroup"),
    ]
    assert [text for text, _ in grid.rows[2].values()] == [PATIENTS, EVENTS] * 3
    assert {known["scope"] for _, known in grid.rows[2].values()} == {"col"}


def test_rows_are_headed_and_groups_head_their_rows():
    grid = Grid(to_html(TABLE))
    text, known = grid.rows[3][0]
    assert (text, known["scope"]) == ("TEAEs", "row")
    text, known = grid.rows[4][0]
    assert (text, known["scope"], known["colspan"]) == ("Relatedb", "rowgroup", "7")


def test_the_keyboard_reaches_the_part_that_scrolls_and_its_name_is_the_caption():
    html = to_html(TABLE)
    assert '<div class="sb-table" role="region" tabindex="0" aria-label="Overview of adverse events">' in html
    assert "<caption>Overview of adverse events</caption>" in html


def test_html_has_one_row_per_line():
    lines = to_html(TABLE).splitlines()
    rows = [line for line in lines if "<tr" in line]
    assert len(rows) == 7
    assert all(line.startswith("<tr") and line.endswith("</tr>") for line in rows)


def test_a_column_with_fewer_headings_reaches_down():
    table = Table("t", "s", (("A", "x"), ("A", "y"), ("N",)), (Group("", (Row("r", cells("1", "2", "3")),)),))
    grid = Grid(to_html(table))
    assert grid.rows[0][3] == ("N", {"tag": "th", "scope": "col", "rowspan": "2"})
    assert grid.covered() == {(row, column) for row in range(3) for column in range(4)}


def test_what_looks_like_markup_is_text():
    table = Table(
        "a < b & c", "<s>", (("<c>",),), (Group("<g>", (Row("<r>", cells("<script>")),)),), (("a", "<n>"),)
    )
    html = to_html(table)
    assert "<script>" not in html
    assert not re.search(r"<[scgrn]>", html)
    assert "a &lt; b &amp; c" in html


def test_footnote_letters_are_raised():
    assert "IVIg (n&nbsp;=&nbsp;52<sup>a</sup>)" in to_html(TABLE)
    assert r"IVIg (n = 52\textsuperscript{a})" in to_latex(TABLE.layout)
    assert "<p><sup>a</sup>Includes five patients who switched</p>" in to_html(TABLE)


def test_a_cell_that_differs_bears_a_mark_and_a_note_with_the_articles_text():
    differing = Cell("42 (55.3%)", article="42 (54.6%)")
    table = Table("t", "Duration", (("IVIg^a", "Patients"),), (Group("", (Row("2 days", (differing,)),)),))
    note = f"{DIFFERS} Differs from the article, which prints: 2 days (IVIg, Patients): 42 (54.6%)."
    assert to_text(table).endswith(note)
    assert f'<td class="num differs">42 (55.3%)<sup>{DIFFERS}</sup></td>' in to_html(table)
    assert r"42 (55.3\%)\textsuperscript{\dag{}}" in to_latex(table.layout)


def test_many_differences_are_not_repeated_in_a_note():
    rows = tuple(Row(str(i), (Cell("1", article="2"),)) for i in range(9))
    notes = dict(Table("t", "", (("n",),), (Group("", rows),)).notes)
    assert notes[DIFFERS] == "Differs from the article; its text is in the list of claims."


def test_a_row_can_be_linked_to():
    table = Table("t", "", (("n",),), (Group("", (Row("r", cells("1"), anchor="claim-t1.teae"),)),))
    assert '<tr id="claim-t1.teae"><th scope="row">r</th>' in to_html(table)


def test_headings_of_text_are_told_apart():
    row = Row("r", (Cell("1"), Cell("yes", numeric=False)))
    html = to_html(Table("t", "", (("n",), ("Verdict",)), (Group("", (row,)),)))
    assert '<th scope="col">n</th><th class="text" scope="col">Verdict</th>' in html


def test_an_illustrative_cell_bears_a_mark_and_a_note():
    table = Table("t", "", (("n",),), (Group("", (Row("r", (Cell("7", standing=illustrative()),)),)),))
    assert f"7{ILLUSTRATIVE}" in to_text(table)
    assert "not a finding" in to_html(table)


def numbers(*standings, text="7", standing=None):
    """A table of one row with a number of each standing."""
    row = Row("r", tuple(Cell(text, standing=one) for one in standings))
    columns = tuple((f"c{i}",) for i in range(len(standings)))
    return Table("t", "", columns, (Group("", (row,)),), standing=standing)


@pytest.mark.parametrize(
    ("standings", "marks", "note"),
    [
        ([PUBLISHED], [""], "All numbers are published."),
        ([determined("x")] * 2, ["", ""], "All numbers are determined: not printed, but"),
        ([PUBLISHED, determined("x")], ["", "∴"], "Numbers without a mark are published."),
        ([determined("x"), bounded(6, 9, "x")], ["", "§"], "Numbers without a mark are determined:"),
        ([illustrative(), PUBLISHED], ["‡", ""], "Numbers without a mark are published."),
    ],
)
def test_a_mark_tells_how_far_a_number_is_fixed(standings, marks, note):
    table = numbers(*standings)
    assert [table.marks(cell) for cell in table.rows[0].cells] == marks
    assert table.notes[-1][0] == ""
    assert table.notes[-1][1].startswith(note)
    assert {mark for mark, _ in table.notes} - {""} == set(marks) - {""}
    kinds = re.findall(r'data-standing="(\w+)"', to_html(table))
    assert kinds == [str(standing.kind) for standing in standings]


def test_the_ends_of_a_few_bounded_numbers_stand_in_the_note():
    note = dict(numbers(bounded(6, 9, "x"), PUBLISHED).notes)["§"]
    assert note == "Bounded: left a range by what the article prints. r 6 to 9."
    note = dict(numbers(bounded(6, 9, "x"), bounded(1, 2, "y")).notes)["§"]
    assert note.endswith("r (c0): 6 to 9; r (c1): 1 to 2.")
    note = dict(numbers(*[bounded(6, 9, "x")] * 9).notes)["§"]
    assert note.endswith("Its ends are in the list at the end of the page.")
    assert "6 to 9" not in dict(numbers(bounded(6, 9, "x"), text="6 to 9").notes)["§"].partition(". ")[2]


def test_a_table_gives_its_standing_to_the_cells_that_have_none():
    table = numbers(None, PUBLISHED, standing=illustrative())
    assert [cell.kind for cell in table.rows[0].cells] == ["illustrative", "published"]
    assert numbers(None).rows[0].cells[0].kind is None


def test_words_have_no_standing():
    assert numbers(illustrative(), text="–").notes == []


def test_no_mark_no_note():
    assert [mark for mark, _ in TABLE.notes] == ["", "a"]


def test_cells_lead_back_to_their_results():
    results = (
        Result("teae.patients", "", "adae", "patients", Fraction(42)),
        Result("teae.percent", "", "adae", "percent", Fraction(80)),
    )
    table = Table("t", "", (("n",),), (Group("", (Row("r", (Cell("42 (80.0%)", results),)),)),))
    assert 'data-estimand="teae.patients teae.percent"' in to_html(table)
    assert tuple(table.results) == results


def test_text_is_aligned():
    lines = to_text(TABLE).splitlines()
    rows = [line for line in lines if re.search(r"\d+ \(\d", line)]
    assert len({len(line) for line in rows}) == 1
    assert not any(line.endswith(" ") for line in lines)


def test_latex_has_booktabs_rules_below_each_spanner():
    latex = to_latex(TABLE.layout)
    assert latex.startswith("\\begin{tabular}{lrrrrrr}\n\\toprule\n & \\multicolumn{4}{c}{First period} &")
    assert latex.count(r"\cmidrule(lr)") == 5
    assert "\nCategory & No. of pts (\\%) & No. of events &" in latex
    assert r"42 (80.8\%) & 196 &" in latex
    assert latex.count(r"\\") == 3 + 1 + 3


def test_the_same_table_gives_the_same_text():
    assert TABLE._repr_mimebundle_() == TABLE._repr_mimebundle_()
    assert "0x" not in str(TABLE._repr_mimebundle_())


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="row 'TEAEs' has 1 cells for 6 columns"):
        Table("t", "s", COLUMNS, (Group("", (Row("TEAEs", cells("1")),)),))


def test_a_cell_of_several_lines_is_one_in_each_form():
    table = Table("Patients", "Patient", (("Event",),), (Group("", (Row("1", (Cell("DVT\nPE"),)),)),))
    assert ">DVT<br>PE<" in to_html(table)
    assert "DVT; PE" in to_text(table)
    assert "DVT; PE" in to_latex(table.layout)


def test_a_table_of_texts_is_set_as_a_listing():
    texts = Table(
        "Patients", "Patient", (("Event",),), (Group("", (Row("1", (Cell("PE", numeric=False),)),)),)
    )
    assert 'class="dataframe sb listing"' in to_html(texts)
    assert "listing" not in to_html(TABLE)


def test_where_no_article_prints_the_numbers_the_note_says_what_fixes_them() -> None:
    elsewhere = Standing(Determinacy.PUBLISHED, meaning="printed in a report")
    told = Table("Events", "Event", (("N",),), (Group("", (Row("Any", (Cell("3"),)),)),), standing=elsewhere)
    assert told.notes == [("", "All numbers are published: printed in a report.")]
    assert 'data-meaning="printed in a report"' in to_html(told)
    mixed = Row("Any", (Cell("3", standing=elsewhere), Cell("4", standing=PUBLISHED)))
    told = Table("Events", "Event", (("N",), ("M",)), (Group("", (mixed,)),))
    assert told.notes == [("", "All numbers are published.")]


def test_a_heading_with_a_number_says_where_it_comes_from() -> None:
    size = Result("at_risk", "Patients at risk", "adsl", "patients", Fraction(52), "patients")
    heading = Counted(Cell("Drug (n = 52)", (size,), standing=PUBLISHED))
    table = Table("Events", "Event", ((heading, "N"), (heading, "%")), ())
    html = to_html(table)
    assert html.count("data-estimand") == 1
    assert re.search(
        r'<th[^>]*data-estimand="at_risk" data-standing="published">Drug \(n&nbsp;=&nbsp;52\)</th>', html
    )
