"""The notebooks in JupyterLab, as make lab starts it and as anybody does: they open, run and save cleanly."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT, changes, clone
from laboratory import LAB, Notebook, free_port, options, served, stored
from playwright.sync_api import expect

CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.md"))
RUN = ("01_disposition", "05_tees", "09_consistency")

FIGURE = re.compile(r"<img [^>]*data:image/svg\+xml|<svg")

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this checkout."""
    if not (LAB / "bin" / "jupyter-lab").exists():
        pytest.skip(f"no JupyterLab in {LAB}: make lab installs it")
    return clone(tmp_path_factory.mktemp("clone"))


def make_notebooks_younger(folder: Path) -> None:
    """By their times, let the notebooks be younger than their texts."""
    for notebook in (folder / "notebooks").glob("*.ipynb"):
        time = notebook.with_suffix(".md").stat().st_mtime + 3600
        os.utime(notebook, (time, time))


@pytest.fixture(scope="session")
def lab(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of what make lab starts; it has nothing to install."""
    make_notebooks_younger(copy)
    port = free_port()
    command = ["make", "lab", f"LAB_OPTIONS={' '.join(options(port))}"]
    with served(command, copy, tmp_path_factory.mktemp("home"), port, {}) as address:
        yield address


@pytest.fixture(scope="session")
def plain_lab(copy: Path, lab: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that knows only the kernel, started in the folder of the notebooks."""
    assert lab
    make_notebooks_younger(copy)
    port, kernels = free_port(), copy / "_build" / "kernel" / "share" / "jupyter"
    command = [str(LAB / "bin" / "jupyter-lab"), *options(port)]
    home = tmp_path_factory.mktemp("home")
    with served(command, copy, home, port, {"JUPYTER_PATH": str(kernels)}) as address:
        yield address


@pytest.fixture(scope="module")
def desk(browser: Any) -> Iterator[Any]:
    """What the pages share, so that JupyterLab's own files are read once."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def page(desk: Any) -> Iterator[Any]:
    """A fresh page."""
    opened = desk.new_page()
    yield opened
    opened.close()


def results(chapter: str) -> dict[str, str]:
    """The texts that stand for a chapter's results in its sentences, by the names of the results."""
    return dict(re.findall(r'<span data-n="([^"]+)">([^<]*)</span>', sources(chapter)))


def sources(chapter: str) -> str:
    """What is written between the code cells of a chapter."""
    return "\n".join(cell.source for cell in stored(chapter).cells if cell.cell_type == "markdown")


def expect_words(notebook: Notebook, chapter: str) -> None:
    """Expect sentences in which each result is a number, and no role or name is seen."""
    shown = notebook.sentences()
    assert re.findall(r"\{[a-z:]+\}`?\S*|\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\]\([^)]*\)|<[a-z]+", shown) == []
    assert len(results(chapter)) > 3
    assert [text for text in results(chapter).values() if unescape(text) not in shown] == []


def html(chapter: str) -> str:
    """The HTML of all outputs of a chapter."""
    outputs = [output for cell in stored(chapter).cells for output in cell.get("outputs", ())]
    return "".join(output.get("data", {}).get("text/html", "") for output in outputs)


@each_chapter
def test_a_chapter_opens_shows_all_and_saves_without_a_trace(
    chapter: str, page: Any, lab: str, copy: Path
) -> None:
    notebook = Notebook(page, lab, chapter)
    assert notebook.interruptions() == []
    notebook.expect_outputs("table", html(chapter).count("<table"))
    notebook.expect_outputs("img[src^='data:image/svg+xml']", len(FIGURE.findall(html(chapter))))
    assert "Show more outputs" not in page.inner_text("body")
    expect_words(notebook, chapter)
    notebook.expect_changed(False)
    notebook.do("docmanager:save")
    assert changes(copy) == ""


def test_code_that_is_unfolded_is_saved_folded(page: Any, lab: str, copy: Path) -> None:
    notebook = Notebook(page, lab, "05_tees")
    folded = page.locator(".jp-Notebook .jp-CodeCell .jp-Placeholder")
    before = folded.count()
    folded.nth(1).click()
    expect(folded).to_have_count(before - 1)
    notebook.expect_changed(True)
    notebook.do("docmanager:save")
    notebook.expect_changed(False)
    assert notebook.interruptions() == []
    assert changes(copy) == ""


@pytest.mark.parametrize("chapter", RUN)
def test_run_all_and_save_give_the_stored_bytes(chapter: str, page: Any, lab: str, copy: Path) -> None:
    notebook = Notebook(page, lab, chapter)
    notebook.do("notebook:clear-all-cell-outputs")
    notebook.expect_outputs("table", 0)
    notebook.do("notebook:run-all-cells")
    notebook.expect_changed(True)
    notebook.do("docmanager:save")
    notebook.expect_changed(False)
    assert notebook.interruptions() == []
    assert changes(copy) == ""


def test_a_text_that_is_edited_elsewhere_is_read_anew(page: Any, lab: str, copy: Path) -> None:
    text = copy / "notebooks" / "06_dose_reduction.md"
    notebook = Notebook(page, lab, text.stem)
    before = text.read_text(encoding="utf-8")
    try:
        text.write_text(before.replace("\n## ", "\nA new sentence.\n\n## ", 1), encoding="utf-8")
        notebook.do("docmanager:reload")
        notebook.expect_words("A new sentence.")
        notebook.expect_outputs("table", html(text.stem).count("<table"))
        notebook.expect_changed(False)
        assert notebook.interruptions() == []
    finally:
        text.write_text(before, encoding="utf-8")


@each_chapter
def test_a_chapter_opens_in_any_jupyterlab(chapter: str, page: Any, plain_lab: str, copy: Path) -> None:
    notebook = Notebook(page, plain_lab, chapter)
    assert page.locator(".jp-Dialog").count() == 0
    notebook.expect_outputs("table", html(chapter).count("<table"))
    notebook.expect_outputs("img[src^='data:image/svg+xml']", len(FIGURE.findall(html(chapter))))
    expect_words(notebook, chapter)
    assert changes(copy) == ""


@pytest.mark.parametrize("trusting", ["lab", "plain_lab"])
@pytest.mark.parametrize(
    ("chapter", "link"),
    [
        ("05_tees", "#cell-id=table-6"),
        ("05_tees", "#cell-id=fig-infusion-rates"),
        ("02_ae_overview", "04_latency.ipynb#cell-id=table-3"),
        ("02_ae_overview", "05_tees.ipynb#cell-id=tee-rates"),
    ],
)
def test_a_link_brings_what_it_names_into_view(
    chapter: str, link: str, trusting: str, page: Any, request: pytest.FixtureRequest
) -> None:
    notebook = Notebook(page, request.getfixturevalue(trusting), chapter)
    notebook.follow(link.partition("ipynb")[2] or link)
    notebook.expect_in_view(link.partition("=")[2])


def test_links_lead_to_their_cells_in_what_nbconvert_makes(copy: Path, tmp_path: Path) -> None:
    command = [LAB / "bin" / "jupyter", "nbconvert", "--to", "html", "--no-input", "--output-dir", tmp_path]
    subprocess.run([*command, copy / "notebooks" / "05_tees.ipynb"], check=True, capture_output=True)
    made = (tmp_path / "05_tees.html").read_text(encoding="utf-8")
    ids = set(re.findall(r' id="([^"]+)"', made))
    links = set(re.findall(r'<a href="#([^"]+)"', made))
    assert "cell-id=table-6" in links
    assert links - ids == set()


def test_only_the_chapters_are_trusted_and_nothing_is_written_home(lab: str) -> None:
    with urllib.request.urlopen(f"{lab}/api/contents/notebooks/01_disposition.ipynb") as answer:
        cells = json.load(answer)["content"]["cells"]
    assert all(cell["metadata"]["trusted"] for cell in cells if cell["cell_type"] == "code")


def test_any_jupyterlab_takes_the_settings_of_make_lab_where_it_is_told(
    copy: Path, lab: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert lab
    port, kernels = free_port(), copy / "_build" / "kernel" / "share" / "jupyter"
    command = [str(LAB / "bin" / "jupyter-lab"), *options(port)]
    environment = {"JUPYTER_PATH": str(kernels), "JUPYTER_CONFIG_PATH": str(copy / "lab")}
    home, chapter = tmp_path_factory.mktemp("home"), "api/contents/notebooks/01_disposition.ipynb"
    with (
        served(command, copy, home, port, environment) as address,
        urllib.request.urlopen(f"{address}/{chapter}") as answer,
    ):
        content = json.load(answer)["content"]
    assert content["metadata"]["language_info"]["name"] == "python"
    assert all(cell["metadata"]["trusted"] for cell in content["cells"] if cell["cell_type"] == "code")


def test_a_chapter_is_converted_without_its_code(copy: Path, tmp_path: Path) -> None:
    command = [LAB / "bin" / "jupyter-nbconvert", "--to", "html", "--no-input", "--output-dir", tmp_path]
    subprocess.run([*command, copy / "notebooks" / "05_tees.ipynb"], check=True, capture_output=True)
    text = (tmp_path / "05_tees.html").read_text(encoding="utf-8")
    assert "import installed" not in unescape(re.sub(r"<[^>]*>", "", text))
    assert text.count("<table") == html("05_tees").count("<table")
