"""Files and folders change in one step, whenever the one who changes them is stopped."""

from pathlib import Path

import pytest

import proderm.study
from safetybook import whole_files


def test_a_text_is_written_in_utf_8_with_its_own_line_ends(tmp_path):
    path = tmp_path / "new" / "a.txt"
    whole_files.write(path, "≤ 2 days\r\n")
    assert path.read_bytes() == b"\xe2\x89\xa4 2 days\r\n"
    whole_files.write(path, b"\x00")
    assert path.read_bytes() == b"\x00"


def test_if_one_of_several_fails_the_old_ones_stay_and_nothing_else_is_left(tmp_path, monkeypatch):
    whole_files.write_all(tmp_path, {"a": "old", "b": "old"})
    write_bytes = Path.write_bytes

    def full(path, content):
        if content == b"too much":
            raise OSError("no space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="no space"):
        whole_files.write_all(tmp_path, {"a": "new", "b": "too much"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a": "old", "b": "old"}


def test_a_reader_completes_a_set_whose_writer_was_stopped_on_its_last_step(tmp_path):
    """Every state that a kill can leave is in test_kills; here, that loading a study looks for it."""
    adam = Path(__file__).parents[1] / "data" / "adam"
    written = tmp_path / whole_files.WRITTEN
    written.mkdir()
    for path in adam.glob("*.csv"):
        text = path.read_text("utf-8").replace("SYN-", "NEW-")
        (written / path.name).write_text(text, "utf-8")
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (written / "adsl.csv").rename(tmp_path / "adsl.csv")
    study = proderm.study.load(tmp_path)
    assert set(study.frame("adae")["USUBJID"].str[:4]) == {"NEW-"}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in adam.glob("*.csv")}
