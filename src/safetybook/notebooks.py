"""Execute the paired notebooks of a book, with the same bytes on every run.

A notebook is a pair in one folder. ``NN_name.md`` (MyST text) is the source that people edit and review;
``NN_name.ipynb`` holds the same cells with their outputs: the book shows these outputs, and nbval checks
them in a real kernel. ``python -m safetybook.notebooks execute notebooks/*.md`` brings the second in step
with the first.

*What is executed.* A notebook is stale unless the digest of its text, its stored outputs, and every byte
under ``data``, ``src`` and ``requirements.txt`` is the one noted after its last execution. The note is
``_build/notebooks.json``, outside version control: a fresh clone executes everything once, and an edit by
hand to a stored output is undone. A changed text re-executes that notebook alone.

*How.* What the notebooks import is imported once; each notebook then runs in a forked process of its own,
in the shell class of the Jupyter kernel. Cell ids follow from the cells' source, execution counts run from
1 to n, and neither times nor the Python version are stored.

*When a cell fails*, its notebook, line and traceback are printed, and the stored outputs stay as they were.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib
import io
import json
import multiprocessing
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, ClassVar

import jupytext
import nbformat
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Type
from traitlets.config import Config

INPUTS = ("data", "src", "requirements.txt")
NOTE = Path("_build/notebooks.json")
RASTER = {"image/png", "image/jpeg"}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class CellFailed(Exception):
    """A cell raised an error, or showed what a stored page cannot hold. The message says where and why."""


def paired(text: Path) -> Path:
    """The ``.ipynb`` beside a notebook's text."""
    return text.with_suffix(".ipynb")


def read(text: Path) -> NotebookNode:
    """The notebook that a MyST text describes: no outputs yet, cell ids that depend on the source alone."""
    notebook = jupytext.reads(text.read_text(encoding="utf-8"), fmt="md:myst")
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return notebook


def serialise(notebook: NotebookNode) -> str:
    """The text of an ``.ipynb`` file, checked against the notebook format; the same for the same notebook."""
    content: str = nbformat.writes(notebook)
    return content + "\n"


def digest(text: Path, root: Path) -> str:
    """One hash over everything a notebook's outputs depend on, and over the outputs themselves."""
    total = hashlib.sha256()
    for path in (text, paired(text), *_shared_inputs(root)):
        content = path.read_bytes() if path.exists() else b""
        total.update(f"{os.path.relpath(path, root)}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _shared_inputs(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        top = root / name
        below = (path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        yield from sorted(below) if top.is_dir() else [top]


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
            raise CellFailed(self._error or repr(result.error_before_exec or result.error_in_exec))
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


def execute(text: Path, shell: Shell) -> NotebookNode:
    """Run every cell of a notebook, in the notebook's folder as a kernel does.

    Raises:
        CellFailed: at the first cell that fails, with its line in the text.
    """
    notebook = read(text)
    content, shown = text.read_text(encoding="utf-8"), os.path.relpath(text)
    os.chdir(text.parent)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        try:
            cell["outputs"] = shell.run(cell.source)
        except CellFailed as failure:
            before, found, _ = content.partition(cell.source)
            line = before.count("\n") + 1 if found else 1
            place = f"{shown}:{line}: code cell {number} of {len(cells)}"
            raise CellFailed(f"{place} failed:\n{failure}") from None
        cell["execution_count"] = number
    return notebook


def import_once(texts: Iterable[Path], shell: Shell) -> None:
    """Import every module that a notebook names in an import statement, as if from a cell.

    A module that cannot be imported is passed over: the notebook that needs it reports that itself.
    """
    sources = [cell.source for text in texts for cell in read(text).cells if cell.cell_type == "code"]
    with shell.builtin_trap:
        for name in dict.fromkeys(name for source in sources for name in _imported(source)):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _imported(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@dataclass(frozen=True)
class Outcome:
    """What became of one execution: the new content of the ``.ipynb`` file, or the failure's message."""

    text: Path
    content: str | None
    failure: str | None


def run_all(texts: Sequence[Path], jobs: int) -> Iterator[Outcome]:
    """Execute notebooks, each in a forked process, at most `jobs` at a time; yield outcomes as they end."""
    fork = multiprocessing.get_context("fork")
    # A process that forks must not have threads of its own; numpy's linear algebra would start some.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        shell = new_shell(folder)
        import_once(texts, shell)
        waiting = list(reversed(texts))
        running: dict[Connection, tuple[Path, ForkProcess]] = {}
        while waiting or running:
            while waiting and len(running) < jobs:
                text = waiting.pop()
                receiver, sender = fork.Pipe(duplex=False)
                process = fork.Process(target=_child, args=(text, shell, sender))
                process.start()
                sender.close()
                running[receiver] = (text, process)
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                text, process = running.pop(ready)
                yield _outcome(text, process, ready)


def _child(text: Path, shell: Shell, sender: Connection) -> None:
    try:
        sender.send((serialise(execute(text, shell)), None))
    except CellFailed as failure:
        sender.send((None, str(failure)))


def _outcome(text: Path, process: ForkProcess, receiver: Connection) -> Outcome:
    try:
        content, failure = receiver.recv()
    except EOFError:
        content, failure = None, None
    process.join()
    if content is None and failure is None:
        failure = f"{text}: its process ended without a result (exit code {process.exitcode})"
    return Outcome(text, content, failure)


def bring_up_to_date(texts: Sequence[Path], *, root: Path, jobs: int, check: bool = False) -> list[str]:
    """Execute the stale notebooks and store their outputs; return what went wrong, a text each.

    With `check`, every notebook is executed, nothing is written, and a stored file that differs from its
    execution is a problem.
    """
    note = root / NOTE
    noted: dict[str, str] = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    stale = [text for text in texts if check or noted.get(text.as_posix()) != digest(text, root)]
    problems = []
    for outcome in run_all(stale, jobs) if stale else ():
        stored = paired(outcome.text)
        if outcome.content is None:
            problems.append(outcome.failure or "")
        elif check:
            if not stored.exists() or stored.read_text(encoding="utf-8") != outcome.content:
                problems.append(f"{stored} is not what its text, code and data give: run make notebooks")
        else:
            _replace(stored, outcome.content)
            noted[outcome.text.as_posix()] = digest(outcome.text, root)
            _replace(note, json.dumps(noted, indent=1, sort_keys=True) + "\n")
            print(f"{outcome.text}: executed")
    return problems


def _replace(path: Path, content: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(content, encoding="utf-8", newline="\n")
    beside.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 1 when a notebook failed or, with ``--check``, differs."""
    summary = "Execute the paired notebooks of a book, with the same bytes on every run."
    parser = argparse.ArgumentParser(prog="python -m safetybook.notebooks", description=summary)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("execute", help="bring the .ipynb files in step with text, code and data")
    verb.add_argument("--check", action="store_true", help="execute all, write nothing, report what differs")
    verb.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="notebooks executed side by side")
    verb.add_argument("texts", nargs="+", type=Path, metavar="NN_name.md")
    options = parser.parse_args(arguments)
    problems = bring_up_to_date(options.texts, root=Path.cwd(), jobs=options.jobs, check=options.check)
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
