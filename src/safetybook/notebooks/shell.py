"""The shell in which the cells of a notebook run: that of the Jupyter kernel, without its sockets."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path
from typing import Any, ClassVar

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type
from traitlets.config import Config

from safetybook.notebooks.pairs import code_cells

RASTER = {"image/png", "image/jpeg"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class CellFailed(Exception):
    """A cell raised an error, or showed what a stored page cannot hold.

    Attributes:
        told: the traceback, or what a stored page cannot hold.
        error: what the cell raised.
        place: which cell it was.
    """

    def __init__(self, told: str, error: BaseException | None = None, place: str = "") -> None:
        super().__init__(told)
        self.told, self.error, self.place = told, error, place


class _Publisher(DisplayPublisher):
    """Receives what a cell displays."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        update: bool = False,
        **_: Any,
    ) -> None:
        if update:
            raise CellFailed("it updates an earlier display; a stored page shows each output once")
        self.shell.keep(new_output("display_data", data, metadata=metadata or {}))

    def clear_output(self, wait: bool = False) -> None:
        raise CellFailed("it clears its output; a stored page keeps what was shown")


class _Hook(DisplayHook):
    """Receives the value of a cell's last expression."""

    def start_displayhook(self) -> None:
        """Nothing precedes the value."""

    def write_output_prompt(self) -> None:
        """The page shows no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.shell.keep(
            new_output(
                "execute_result", format_dict, metadata=md_dict or {}, execution_count=self.prompt_count
            )
        )

    def finish_displayhook(self) -> None:
        """Nothing follows the value."""


class _Stream(io.TextIOBase):
    """Receives what a cell prints; pieces of one stream that follow each other become one output."""

    def __init__(self, name: str, outputs: list[NotebookNode]) -> None:
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last.output_type == "stream" and last.name == self._name:
            last.text += text
        elif text:
            self._outputs.append(new_output("stream", name=self._name, text=text))
        return len(text)


class Shell(ZMQInteractiveShell):
    """The Jupyter kernel's shell without its sockets: libraries see what they see in a kernel."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outputs: ClassVar[list[NotebookNode]] = []
    _error: str | None = None

    def run(self, source: str) -> list[NotebookNode]:
        """Execute one cell and return its outputs.

        Raises:
            CellFailed: with the traceback.
        """
        self.outputs.clear()
        self._error = None
        streams = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            result = self.run_cell(source, store_history=True)
        if not result.success:
            error = result.error_before_exec or result.error_in_exec
            raise CellFailed(self._error or repr(error), error)
        return list(self.outputs)

    def keep(self, output: NotebookNode) -> None:
        """Store an output of the running cell.

        Raises:
            CellFailed: for a raster image, whose content no check compares.
        """
        if RASTER & set(output.data):
            raise CellFailed("it shows a raster image; show the figure as SVG, which the checks can compare")
        self.outputs.append(output)

    def enable_gui(self, gui: Any = None) -> None:
        """There is no window to keep alive."""

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self._error = str(evalue) if isinstance(evalue, CellFailed) else ANSI.sub("", "\n".join(stb))


def new_shell(folder: str) -> Shell:
    """The one shell of this process; it keeps no history and writes only below `folder`.

    It must exist before pandas and matplotlib are imported: both ask once whether they run in a notebook.
    """
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    config = Config()
    config.HistoryManager.enabled = False
    shell: Shell = Shell.instance(config=config, ipython_dir=folder)
    return shell


def execute(notebook: NotebookNode, text: Path, shell: Shell) -> NotebookNode:
    """Run every cell of a notebook, in the folder of its text as a kernel does.

    Raises:
        CellFailed: at the first cell that fails, with its line in the text.
    """
    file, shown = text.absolute(), os.path.relpath(text)
    os.chdir(text.parent)
    sys.path.insert(0, "")  # a kernel looks there first, too
    cells = code_cells(notebook)
    for number, cell in enumerate(cells, start=1):
        try:
            cell["outputs"] = shell.run(cell.source)
        except CellFailed as failed:
            before, found, _ = file.read_text(encoding="utf-8").partition(cell.source)
            line = before.count("\n") + 1 if found else 1
            place = f"{shown}:{line}: code cell {number} of {len(cells)}"
            raise CellFailed(failed.told, failed.error, place) from None
        cell["execution_count"] = number
    return notebook
