"""A server of Jupyter, and a notebook in JupyterLab as a reader sees it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from checkout import ROOT
from playwright.sync_api import expect

LAB = ROOT / ".venv-lab"
PATIENCE = 120
"""Seconds in which a server must answer, and a notebook must be drawn or have run."""

IN_VIEW = """id => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const cell = notebook.widgets?.find(widget => widget.model.id === id)?.node.getBoundingClientRect();
    const view = notebook.node.getBoundingClientRect();
    return cell?.height > 0 && cell.top < view.bottom - 50 && cell.bottom > view.top + 50;
}"""
"""Whether a cell of the notebook in front is seen."""

expect.set_options(timeout=1000 * PATIENCE)


def stored(chapter: str) -> nbformat.NotebookNode:
    """A chapter of the book with its outputs."""
    return nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)


@contextmanager
def served(
    command: Sequence[str], folder: Path, home: Path, port: int, environment: Mapping[str, str]
) -> Iterator[str]:
    """The address of a Jupyter server that a command starts; it and what it started end with the context."""
    settings = {**os.environ, **environment, "HOME": str(home)}
    with (home / "server.log").open("w+") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=settings, stdout=log, stderr=log, start_new_session=True
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, server, log.name)
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: str) -> None:
    for _ in range(10 * PATIENCE):
        assert server.poll() is None, Path(log).read_text()
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer from {address}:\n{Path(log).read_text()}")


def options(port: int) -> list[str]:
    """What a server is told whose pages a programme drives."""
    shown = ["--no-browser", "--LabApp.expose_app_in_browser=True"]
    return [*shown, "--allow-root", f"--port={port}", "--IdentityProvider.token="]


def free_port() -> int:
    """A port that no one listens at."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        number: int = bound.getsockname()[1]
        return number


class Notebook:
    """A notebook in a page of JupyterLab, once its kernel waits for work and all of it is drawn."""

    def __init__(self, page: Any, address: str, name: str) -> None:
        self._page = page
        page.goto(f"{address}/lab/workspaces/{name}/tree/notebooks/{name}.ipynb?reset")
        page.wait_for_selector(
            ".jp-Notebook-ExecutionIndicator[data-status=idle], .jp-Dialog", state="attached"
        )
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(stored(name).cells))

    def interruptions(self) -> list[str]:
        """What stands before the notebook and wants an answer."""
        return [one.inner_text() for one in self._page.locator(".jp-Dialog, .Toastify__toast").all()]

    def expect_changed(self, changed: bool) -> None:
        """Expect that JupyterLab calls it changed, or that it does not."""
        expect(self._page.locator(".jp-DocumentBar-item.jp-mod-dirty, .jp-mod-dirty")).to_have_count(
            int(changed)
        )

    def expect_outputs(self, selector: str, number: int) -> None:
        """Expect that its outputs hold so many elements."""
        expect(self._page.locator(f".jp-OutputArea :is({selector})")).to_have_count(number)

    def expect_words(self, words: str) -> None:
        """Expect a text among its sentences."""
        expect(self._page.locator(".jp-MarkdownCell", has_text=words)).not_to_have_count(0)

    def sentences(self) -> str:
        """All that is written between the code cells, as it is shown."""
        shown = self._page.locator(".jp-MarkdownCell :is(.myst, .jp-MarkdownOutput)")
        expect(shown).to_have_count(self._page.locator(".jp-MarkdownCell").count())
        return "\n".join(shown.all_text_contents())

    def do(self, command: str) -> None:
        """Do what a menu has, and wait until it is done."""
        self._page.evaluate(f"jupyterapp.commands.execute('{command}').then(() => null)")

    def follow(self, link: str) -> None:
        """Click on the first link among its sentences whose address ends so, once all is drawn."""
        self.sentences()
        self._page.locator(f".jp-MarkdownCell a[href$='{link}']").first.click()

    def expect_in_view(self, cell: str) -> None:
        """Expect that a cell of the notebook in front is seen, by its id."""
        self._page.wait_for_function(IN_VIEW, arg=cell, timeout=1000 * PATIENCE)
