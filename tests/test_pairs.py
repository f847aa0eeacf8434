"""The two files of each notebook are as Jupyter saves them, so it opens them, and saves them unchanged."""

from pathlib import Path

import nbformat
import pytest
from jupytext.pairs import NotebookFile
from jupytext.sync_pairs import read_pair

from safetybook.notebooks.inputs import paired
from safetybook.notebooks.pairs import parse, serialise, text_of

ROOT = Path(__file__).parents[1]
TEXTS = sorted((ROOT / "notebooks").glob("*.md"))

each_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)


@each_text
def test_a_text_is_in_the_form_that_jupyter_saves(text: Path) -> None:
    content = text.read_text(encoding="utf-8")
    assert content == text_of(paired(text).read_text(encoding="utf-8")), "run make notebooks"
    assert content == text_of(serialise(parse(content)))
    assert "jupytext_version: " not in content, "each version of jupytext would write its own"


@each_text
def test_opening_finds_no_difference_whichever_file_is_younger(text: Path) -> None:
    files = {text: parse(text.read_text(encoding="utf-8")), paired(text): nbformat.read(paired(text), 4)}
    source, outputs = NotebookFile(text, "md:myst", None), NotebookFile(paired(text), "ipynb", None)
    opened = read_pair(source, outputs, lambda path, _: files[path], must_match=True)
    assert serialise(opened) == paired(text).read_text(encoding="utf-8")
