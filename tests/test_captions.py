"""Captions: paragraphs of the text for every reader, metadata of a cell for MyST-NB."""

from copy import deepcopy

import pytest

from safetybook.captions import put_back


def words(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def code(name: str, **figure: str) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {"mystnb": {"figure": {"name": name, **figure}}}, "source": "1"}


def caption(cell: dict) -> str:
    return cell["metadata"]["mystnb"]["figure"]["caption"]


def test_the_caption_of_a_table_stands_before_it_and_that_of_a_figure_after_it():
    table, figure = code("table-1", classes="table"), code("fig-a")
    before = words("# Title\n\nWords.\n\n**{numref}`table-1`.** Events of *all* kinds")
    between, after = (
        words("Words."),
        words("**{numref}`fig-a`.** What is drawn. How.\nIt goes on.\n\n## Next\n\n**No.**"),
    )
    cells = [before, table, between, figure, after]
    put_back(cells)
    assert (caption(table), caption(figure)) == ("Events of *all* kinds", "What is drawn. How.\nIt goes on.")
    assert [cell["source"] for cell in cells] == [
        "# Title\n\nWords.",
        "1",
        "Words.",
        "1",
        "## Next\n\n**No.**",
    ]


def test_a_link_is_a_reference_as_well():
    cells = [code("fig-a"), words("**[Fig. 1](#fig-a).** What is drawn.")]
    put_back(cells)
    assert caption(cells[0]) == "What is drawn."


def test_captions_of_neighbours_are_told_apart_and_no_cell_is_lost():
    cells = [code("fig-a"), words("**{numref}`fig-a`.** A.\n\n**{numref}`table-b`.** B."), code("table-b")]
    put_back(cells)
    assert [caption(cells[0]), cells[1]["source"], caption(cells[2])] == ["A.", "", "B."]


def test_a_stored_source_may_be_lines():
    cells = [code("fig-a"), {**words(""), "source": ["**{numref}`fig-a`.** A.\n", "\n", "Words."]}]
    put_back(cells)
    assert (caption(cells[0]), cells[1]["source"]) == ("A.", "Words.")


def test_what_has_its_caption_or_needs_none_stays():
    plain = {"cell_type": "code", "metadata": {"tags": ["hide-input"]}, "source": "1"}
    cells = [code("fig-a", caption="A."), words("**{numref}`fig-a`.** Not this."), plain]
    before = deepcopy(cells)
    put_back(cells)
    assert cells == before


@pytest.mark.parametrize(
    "text",
    [
        "Words.",
        "**{numref}`fig-b`.** Of another.",
        "{numref}`fig-a` shows it.",
        "Words **{numref}`fig-a`.** within.",
    ],
)
def test_a_number_without_a_caption_is_an_error(text):
    with pytest.raises(ValueError, match="fig-a has no caption"):
        put_back([code("fig-a"), words(text)])
