"""Files and folders change in one step, whenever the one who changes them is stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest

import proderm.study
from proderm.datasets import DATASETS
from safetybook import study as general
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


@pytest.mark.parametrize("load", [proderm.study.load, lambda folder: general.load(folder, DATASETS)])
def test_a_reader_completes_a_set_whose_writer_was_stopped_on_its_last_step(tmp_path, load):
    """Every state that a kill can leave is in test_kills; here, that loading a study looks for it."""
    adam = Path(__file__).parents[1] / "data" / "adam"
    written = tmp_path / whole_files.WRITTEN
    written.mkdir()
    for path in adam.glob("*.csv"):
        text = path.read_text("utf-8").replace("SYN-", "NEW-")
        (written / path.name).write_text(text, "utf-8")
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (written / "adsl.csv").rename(tmp_path / "adsl.csv")
    study = load(tmp_path)
    assert set(study.frame("adae")["USUBJID"].str[:4]) == {"NEW-"}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in adam.glob("*.csv")}


@pytest.mark.parametrize("name", ["sub/a", "../a", "..", ".", "", "/a", "a/", ".writing", ".written"])
def test_a_name_that_leads_elsewhere_or_stands_for_a_set_is_refused_at_once(tmp_path, name):
    folder = tmp_path / "new"
    with pytest.raises(ValueError, match="no name for a file"):
        whole_files.write_all(folder, {"b": "1", name: "2"})
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way_of_one_file_leaves_all_as_they_were_and_others_can_be_written(tmp_path):
    whole_files.write(tmp_path / "a", "old")
    (tmp_path / "sub").mkdir()
    with pytest.raises(FileExistsError, match="sub is a folder"):
        whole_files.write_all(tmp_path, {"a": "new", "sub": "new", "z": "new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "sub"]
    assert (tmp_path / "a").read_text() == "old"
    whole_files.write(tmp_path / "z", "new")
    (tmp_path / "sub").rmdir()
    whole_files.write_all(tmp_path, {"a": "new", "sub": "new"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys(
        ("a", "sub", "z"), "new"
    )


def file(path: Path) -> None:
    path.write_text("")


def link(path: Path) -> None:
    target = path.with_name("target")
    target.mkdir(exist_ok=True)
    (target / "x").write_text("1")
    path.symlink_to(target)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


@pytest.mark.parametrize("name", [whole_files.WRITING, whole_files.WRITTEN])
@pytest.mark.parametrize("put", [file, link, dangling])
def test_what_has_the_name_of_a_set_is_named_and_once_it_is_gone_all_is_well(
    tmp_path: Path, name: str, put: Callable[[Path], None]
):
    whole_files.write(tmp_path / "a", "old")
    put(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    whole_files.settle(tmp_path)
    with pytest.raises(FileExistsError, match=f"{name} is no folder"):
        whole_files.write(tmp_path / "a", "new")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "a").read_text() == "old"
    (tmp_path / name).unlink()
    whole_files.write(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.parametrize("name", ["html", ".html.old"])
@pytest.mark.parametrize("put", [file, link, dangling])
def test_a_link_or_a_file_is_not_replaced_by_a_folder_and_nothing_moves(
    tmp_path: Path, name: str, put: Callable[[Path], None]
):
    html, new = tmp_path / "html", tmp_path / "new"
    new.mkdir()
    (new / "x").write_text("2")
    put(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        with pytest.raises(FileExistsError, match=f"{name} is no folder"):
            whole_files.replace_folder(new, html)
        assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / name).unlink()
    whole_files.replace_folder(new, html)
    assert (html / "x").read_text() == "2"
