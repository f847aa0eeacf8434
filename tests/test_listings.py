"""Listings: patients beside their events."""

import re

import pytest

from safetybook.listings import Entry, Listing, Section, to_html
from safetybook.tables import Cell, Row


def words(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text, numeric=False) for text in texts)


ONE = Entry(
    "Patient 1",
    (
        Row("Muscle spasms", (*words("Severe"), Cell("1"), *words("Recovered/resolved"))),
        Row("Dyspnoea^a", (*words("Severe"), Cell("2"), *words("Recovered/resolved"))),
    ),
    words("Study drug withdrawn"),
)
TWO = Entry(
    "Patient 2",
    (Row("Embolism (TEE)", (*words("Mild"), Cell("73", article="37"), *words("Ongoing"))),),
    words("Dose unchanged"),
)
LISTING = Listing(
    "Serious events",
    ("Patient", "Preferred term"),
    ("Intensity", "Duration (days)", "Outcome"),
    (Section("First period", (ONE,)), Section("Extension", (TWO,))),
    ("Subsequent treatment",),
    (("a", "A note"),),
)
HTML = to_html(LISTING)


def test_a_patient_and_what_is_shared_are_as_high_as_the_events():
    rows = [line for line in HTML.splitlines() if line.startswith("<tr")]
    assert '<th scope="row" class="entry" rowspan="2">Patient 1</th>' in rows[2]
    assert '<td class="shared" rowspan="2">Study drug withdrawn</td>' in rows[2]
    assert rows[3].startswith('<tr><th scope="row">Dyspnoea<sup>a</sup></th>')
    assert "withdrawn" not in rows[3]
    assert '<th scope="row" class="entry">Patient 2</th>' in rows[5]


def test_every_row_covers_the_width():
    width = 6
    head, group, first, second, _, other = (line for line in HTML.splitlines() if line.startswith("<tr"))
    assert [len(re.findall(r"<t[hd]\b", line)) for line in (head, first, second, other)] == [6, 6, 4, 6]
    assert f'colspan="{width}">First period' in group


def test_all_headings_have_a_scope_and_words_are_flush_left():
    assert not re.search(r"<th(?![^>]*\bscope=)[\s>]", HTML)
    assert '<th scope="col" class="text">Patient</th>' in HTML
    assert '<th scope="col">Duration (days)</th>' in HTML


def test_a_long_word_may_break_at_its_stroke_and_its_text_stays():
    assert HTML.count("Recovered/<wbr>resolved") == 2
    assert "</td>" in HTML


def test_notes_follow_as_below_any_table():
    assert "<p><sup>a</sup>A note</p>" in HTML
    assert "Differs from the article, which prints: Embolism (TEE) (Duration (days)): 37." in HTML


def test_as_text_the_patient_stands_once():
    text = LISTING._repr_mimebundle_()["text/plain"]
    assert text.count("Patient 1") == 1
    assert "  Muscle spasms" in text
    assert text.count("Study drug withdrawn") == 1


def test_latex_has_a_column_for_the_patient():
    assert r"\begin{tabular}{lllrll}" in LISTING._repr_mimebundle_()["text/latex"]


@pytest.mark.parametrize(
    "entry",
    [Entry("Patient 9", (), words("x")), Entry("Patient 9", ONE.rows)],
    ids=["no event", "nothing shared"],
)
def test_an_entry_that_does_not_fit_is_refused(entry):
    with pytest.raises(ValueError, match="Patient 9"):
        Listing("", ("", ""), LISTING.columns, (Section("", (entry,)),), ("Subsequent treatment",))


def test_a_row_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="Dyspnoea"):
        Listing("", ("", ""), ("Intensity",), (Section("", (Entry("1", (Row("Dyspnoea", ()),)),)),))
