"""Ranges: a label and its range stand on one line, apart."""

import pytest

from safetybook.figures import WIDTH, length
from safetybook.ranges import Range, ranges

ROW = Range("Serious TEAEs in the extension", 11, 14, 11, 13, 91, 11)


def test_the_range_marks_an_end_that_no_data_set_reaches():
    assert ROW.marked == "11 to 14°"
    assert ">11 to 14°<" in ranges("open", "Serious", [ROW]).svg


def test_a_line_is_as_long_as_its_letters():
    assert length("i" * 20, 9) < length("m" * 20, 9) / 3
    assert length("patients", 18) == pytest.approx(2 * length("patients", 9))
    assert length("A serious TEAE and one ending treatment, IVIg, overall4° to 13°", 9) > 72 * WIDTH - 5


@pytest.mark.parametrize(("label", "fits"), [("i" * 80, True), ("m" * 40, False)])
def test_a_label_that_would_run_into_its_range_is_refused(label, fits):
    row = Range(label, 11, 14, 11, 13, 91, 11)
    if fits:
        assert label in ranges("open", "Serious", [row]).svg
    else:
        with pytest.raises(ValueError, match="a label and its range do not fit on a line: mmm"):
            ranges("open", "Serious", [row])
