"""A table's layout is what its HTML shows: every text in its place, whatever made the HTML."""

import re

import pytest

from safetybook.determinacy import PUBLISHED, illustrative
from safetybook.html_tables import to_html
from safetybook.latex import to_latex
from safetybook.layout import PROSE, Box, Layout, Run, Text, blocks, layout
from safetybook.listings import Entry, Listing, Section
from safetybook.tables import Cell, Group, Row, Table

TABLE = Table(
    "Events by severity^a",
    "Category",
    (("First period", "IVIg (n = 3)", "Pts"), ("First period", "IVIg (n = 3)", "Events"), ("All",)),
    (
        Group("", (Row("TEAEs", (Cell("2 (66.7%)"), Cell("5", article="6"), Cell("7"))),)),
        Group(
            "Related^b",
            (Row("Mild", (Cell("1", standing=illustrative()), Cell("2"), Cell("DVT\nPE", numeric=False))),),
        ),
    ),
    (("a", "The highest one"), ("", "PE <pulmonary> & embolism")),
    PUBLISHED,
)

LISTING = Listing(
    "Serious events",
    ("Patient", "Event"),
    ("Severity",),
    (
        Section(
            "On IVIg",
            (
                Entry(
                    "1",
                    (Row("PE", (Cell("mild", numeric=False),)), Row("DVT", (Cell("severe", numeric=False),))),
                    (Cell("Study drug withdrawn", numeric=False),),
                ),
            ),
        ),
    ),
    ("Action",),
)


def texts(found: Layout) -> list[list[str]]:
    return [[box.text.plain for box in line if box] for line in found.grid]


def test_every_cell_stands_where_the_page_shows_it():
    found = layout(to_html(TABLE))
    assert found == TABLE.layout
    assert found.caption.plain == "Events by severity a"
    assert found.caption.bare == "Events by severity"
    assert texts(found) == [
        ["Category", "First period", "First period", "All"],
        ["Category", "IVIg (n = 3)", "IVIg (n = 3)", "All"],
        ["Category", "Pts", "Events", "All"],
        ["TEAEs", "2 (66.7%)", "5†", "7"],
        ["Related b"] * 4,
        ["Mild", "1‡", "2", "DVT\nPE"],
    ]
    assert found.heads == 3
    assert [(group and group.text.plain, rows) for group, rows in found.groups] == [
        (None, [3]),
        ("Related b", [5]),
    ]
    assert [found.numeric(column) for column in range(4)] == [False, True, True, False]
    assert found.notes[0] == Text((Run("a", raised=True), Run(" The highest one")))
    assert found.notes[1].plain == "PE <pulmonary> & embolism"
    assert [note.plain[:2] for note in found.notes[2:]] == ["† ", "‡ ", "Nu"]


def test_each_column_has_one_name():
    assert TABLE.layout.names == [
        "Category",
        "First period, IVIg (n = 3), Pts",
        "First period, IVIg (n = 3), Events",
        "All",
    ]


def test_a_listing_keeps_what_stands_once_for_several_events():
    found = layout(LISTING._repr_mimebundle_()["text/html"])
    assert texts(found)[2:] == [
        ["1", "PE", "mild", "Study drug withdrawn"],
        ["1", "DVT", "severe", "Study drug withdrawn"],
    ]
    assert [len(row) for row in found.rows] == [4, 1, 4, 2]
    assert found.stubs == 2
    # LaTeX shows it in the first row only.
    assert r"\quad  & DVT & severe &  \\" in to_latex(found)


def test_a_table_without_rows_has_its_headings():
    found = Table("None", "Row", (("n",),), ()).layout
    assert texts(found) == [["Row", "n"]]
    assert found.groups == []
    assert to_latex(found).count(r"\\") == 1


def test_a_page_has_its_tables_in_order_with_number_and_place():
    page = f"""<p>1 < 2</p>
<figure id="table-1"><figcaption><p><span class="caption-number">Table 1 </span>
<span class="caption-text">Events</span></p></figcaption>{to_html(TABLE)}</figure>
<div><svg><title>No table</title></svg></div>
<figure id="fig-a"><details>{to_html(Table("Numbers", "Row", (("n",),), ()))}</details>
<figcaption><span class="caption-number">Fig. 2 </span></figcaption></figure>
{LISTING._repr_mimebundle_()["text/html"]}"""
    found = blocks(page)
    assert [(block.frame.name, block.frame.number) for block in found] == [
        ("table-1", "Table 1"),
        ("fig-a", "Fig. 2"),
        ("", ""),
    ]
    assert [block.layout.caption.bare for block in found] == [
        "Events by severity",
        "Numbers",
        "Serious events",
    ]
    for block in found:
        assert re.search(r"(</table>\n</div>|</p>\n</div>)\n$", page[: block.end])
        assert page[block.end :].startswith("</div>")


def test_a_table_of_the_text_is_read_under_its_headings():
    page = f"""<h1>Standards<a class="headerlink" href="#s">#</a></h1><h2>FDA</h2><h3>Exposure</h3>
<h2>CONSORT <em>Harms</em></h2><h3>Methods<a class="headerlink" href="#m">#</a></h3>
<div class="{PROSE}"><table class="table"><colgroup><col style="width: 40%" /></colgroup>
<thead><tr><th class="head stub"><p>Item</p></th><th class="head text-right"><p>Pages</p></th></tr></thead>
<tbody><tr><th class="stub"><p><strong>3a</strong> Design</p></th>
<td class="text-right"><p>12</p></td></tr>
<tr><th class="stub"><p>3b
Changes</p></th><td><p>None,</p><p>but <a href="x">two</a></p></td></tr></tbody></table>
</div><p>After</p>"""
    [block] = blocks(page)
    assert block.layout.caption.plain == "CONSORT Harms – Methods"
    assert texts(block.layout) == [["Item", "Pages"], ["3a Design", "12"], ["3b Changes", "None,\nbut two"]]
    assert [box.numeric for row in block.layout.rows for box in row if box.column] == [True, True, False]
    assert (block.layout.heads, block.layout.stubs, block.layout.notes) == (1, 1, ())
    assert page[block.end :] == "<p>After</p>"


def test_a_page_without_sections_names_its_table():
    page = f'<h1>Standards</h1><div class="{PROSE}"><table><tr><td>1</td></tr></table></div>'
    assert blocks(page)[0].layout.caption.plain == "Standards"


def test_a_heading_stands_over_most_of_its_cells():
    rows = "".join(f'<tr><th>Row</th><td class="num">{n}</td><td>text</td></tr>' for n in range(2))
    last = '<tr><th>Row</th><td>none</td><td class="num">3</td></tr>'
    head = "<thead><tr><th>Row</th><th>n</th><th>Text</th></tr></thead>"
    found = layout(f'<div class="sb-block"><table>{head}<tbody>{rows}{last}</tbody></table></div>')
    assert [found.numeric(column) for column in range(3)] == [False, True, False]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<tbody><tr><td><img></td></tr></tbody>", "<img> in a table"),
        ("<tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></tbody>", "row 2 has no cell"),
    ],
)
def test_what_no_other_form_could_show_is_an_error(content, said):
    with pytest.raises(ValueError, match=said):
        blocks(f'<div class="sb-block"><table><caption>t</caption>{content}</table></div>')


def test_one_table_is_one_table():
    with pytest.raises(ValueError, match="there are 0 tables"):
        layout("<p>none</p>")
    with pytest.raises(ValueError, match="there are 2 tables"):
        layout(to_html(TABLE) * 2)


def test_a_hole_is_named():
    with pytest.raises(ValueError, match="t: row 1 has no cell"):
        Layout(Text.of("t"), 2, ((Box(Text.of("1"), 0),),), 1)
