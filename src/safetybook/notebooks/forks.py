"""The processes in which notebooks run.

The process that asks for executions stays small. It starts one that imports, once, what the notebooks need,
and another one when they are to run again. Each notebook runs in a fork of that process. What was read
before the fork, a notebook may have inherited: it counts as read by the notebook. If who asks is gone, for
whatever reason, the one process sees it at the connection between them, and ends all others and itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from traceback import walk_tb
from types import ModuleType
from typing import TYPE_CHECKING

from safetybook.notebooks.imports import Sources, UnknownImportsError, imported
from safetybook.notebooks.inputs import SOURCES, Contents, Reads

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from safetybook.notebooks.shell import CellFailed, Shell

FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Failure:
    """Why a notebook has no outputs; `cause` is the same for failures that are one, and may be empty."""

    place: str
    told: str
    cause: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one execution.

    Attributes:
        text: the notebook.
        content: the new content of the ``.ipynb`` file; None if there is a failure.
        code: the digest of its code cells.
        failure: why there is no content.
        inputs: the digests of all that it depends on besides its own text, by name.
    """

    text: Path
    content: str | None = None
    code: str = ""
    failure: Failure | None = None
    inputs: dict[str, str] = field(default_factory=dict)


def executed(
    texts: Sequence[Path], contents: Contents, jobs: int, warm: Sequence[str]
) -> Generator[Outcome, None, None]:
    """Execute notebooks, at most `jobs` at a time; yield their outcomes as they end.

    `warm` names functions (``package.module:function``) that are called once, before the notebooks that
    import their module are forked: what these functions keep in memory, the notebooks find there. A module
    without a function is imported once for all. Who needs no more outcomes closes this generator, which then
    leaves no process behind.
    """
    waiting = set(texts)
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_serve, args=(texts, contents, jobs, warm, ours, theirs))
    process.start()
    theirs.close()
    try:
        while waiting:
            try:
                outcome = ours.recv()
            except (EOFError, OSError):  # at the end of a message, or within one
                break
            waiting.remove(outcome.text)
            yield outcome
    finally:
        ours.close()
        process.join()
    yield from (_died(text, process) for text in sorted(waiting))


def _died(text: Path, process: ForkProcess) -> Outcome:
    why = f"its process ended without a result (exit code {process.exitcode})"
    return Outcome(text, failure=Failure(os.path.relpath(text), why))


@dataclass(frozen=True)
class _Chapter:
    """A notebook that is to run: its cells, and the sources that its imports reach."""

    text: Path
    notebook: NotebookNode
    code: tuple[str, ...]
    reached: frozenset[Path]


def _serve(
    texts: Sequence[Path],
    contents: Contents,
    jobs: int,
    warm: Sequence[str],
    asker: Connection,
    results: Connection,
) -> None:
    """Import, warm up, fork the notebooks' processes and pass on their outcomes, until the asker is gone."""
    asker.close()  # or else this process would hold open what tells it that the other one is gone
    # Only here: the process that asks for executions does not import what they need.
    from safetybook.notebooks.pairs import UnreadableTextError, code_cells, read
    from safetybook.notebooks.shell import new_shell

    # A process that forks must not have threads of its own; numpy's linear algebra would start some.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sources = Sources(contents.root / SOURCES)
    always = contents.always()
    contents.digests(contents.names(sources.paths) | always)
    chapters = []
    for text in texts:
        try:
            notebook = read(text)
        except UnreadableTextError as error:
            results.send(Outcome(text, failure=Failure(os.path.relpath(text), str(error))))
            continue
        code = tuple(cell.source for cell in code_cells(notebook))
        chapters.append(_Chapter(text, notebook, code, sources.reached(code)))
    reads = Reads(contents)
    with tempfile.TemporaryDirectory() as folder:
        shell = new_shell(folder)
        known = frozenset[Path]().union(*(chapter.reached for chapter in chapters))
        child = _Child(shell, contents, reads, always, known.difference(_loaded().values()))
        reads.watch()
        modules = [f"import {name}" for name in warm if ":" not in name]
        import_once([*modules, *(source for chapter in chapters for source in chapter.code)], shell)
        calls = [name for name in warm if ":" in name]
        forked = _forked(_warmed_up(chapters, calls, sources), jobs, child, results)
        with contextlib.closing(forked), contextlib.suppress(BrokenPipeError):
            for outcome in forked:
                results.send(outcome)


def import_once(code: Iterable[str], shell: Shell) -> None:
    """Import every module that cells name in an import statement, as if from a cell.

    A module that cannot be imported is passed over: the notebook that needs it reports that itself.
    """
    with shell.builtin_trap:
        for source in code:
            with contextlib.suppress(UnknownImportsError):
                for name in imported(source):
                    with contextlib.suppress(Exception):
                        importlib.import_module(name)


def _warmed_up(chapters: Sequence[_Chapter], warm: Sequence[str], sources: Sources) -> Iterator[_Chapter]:
    """First the notebooks that share nothing with what is to be called; the call; then the others."""
    needed = {sources.path(name.partition(":")[0]) for name in warm}
    yield from (chapter for chapter in chapters if needed.isdisjoint(chapter.reached))
    others = [chapter for chapter in chapters if not needed.isdisjoint(chapter.reached)]
    for name in warm if others else ():
        module, _, function = name.partition(":")
        # What goes wrong here goes wrong in the notebooks too, which say where.
        with contextlib.suppress(Exception):
            getattr(importlib.import_module(module), function)()
    yield from others


def _forked(
    chapters: Iterator[_Chapter], jobs: int, child: _Child, asker: Connection
) -> Generator[Outcome, None, None]:
    """The outcomes of notebooks as they end; when the asker is gone, or needs no more, they end at once."""
    running: dict[Connection, tuple[Path, ForkProcess]] = {}
    try:
        while True:
            while len(running) < jobs and (chapter := next(chapters, None)) is not None:
                receiver, sender = FORK.Pipe(duplex=False)
                gc.freeze()  # else each collection in a notebook's process goes through all that was imported
                process = FORK.Process(target=child.run, args=(chapter, sender))
                process.start()
                sender.close()
                running[receiver] = (chapter.text, process)
            if not running:
                return
            ready = wait([*running, asker])
            if asker in ready:  # it sends nothing: this is its end
                return
            for one in ready:
                assert isinstance(one, Connection)
                yield _received(one, *running.pop(one))
    finally:
        for _, process in running.values():
            process.kill()
            process.join()


def _received(receiver: Connection, text: Path, process: ForkProcess) -> Outcome:
    try:
        outcome: Outcome = receiver.recv()
    except (EOFError, OSError):
        process.join()
        return _died(text, process)
    process.join()
    return outcome


@dataclass(frozen=True)
class _Child:
    """What the process of one notebook inherits.

    `always` are the names of what counts as read by each notebook. `imported` are the sources that the
    imports of any notebook reach, but for those of this programme. A notebook finds loaded, of these, what
    its own imports reach; whatever else below the root is loaded in the end is an input.
    """

    shell: Shell
    contents: Contents
    reads: Reads
    always: set[str]
    imported: frozenset[Path]

    def run(self, chapter: _Chapter, sender: Connection) -> None:
        """Execute the notebook and send its outcome."""
        from safetybook.notebooks.pairs import code_digest, serialise
        from safetybook.notebooks.shell import CellFailed, execute

        content = failure = None
        code = code_digest(chapter.notebook)
        _unload(self.imported - chapter.reached)
        try:
            content = serialise(execute(chapter.notebook, chapter.text, self.shell))
        except CellFailed as failed:
            failure = self._failure(failed)
        files = self.contents.names(chapter.reached.union(_loaded().values()))
        inputs = self.contents.digests(self.reads.names | files | self.always)
        sender.send(Outcome(chapter.text, content, code, failure, inputs))

    def _failure(self, failed: CellFailed) -> Failure:
        """A failure whose cause is its last place in a file below the root, or the list of what is wrong."""
        from safetybook.problems import BadStudyError

        error = failed.error
        if isinstance(error, BadStudyError):
            return Failure(failed.place, str(error), str(error))
        frames = walk_tb(error.__traceback__ if error else None)
        places = [(self.contents.name(frame.f_code.co_filename), line) for frame, line in frames]
        below = [f"{name}:{line}: {error!r}" for name, line in places if name]
        return Failure(failed.place, failed.told, below[-1] if below else "")


def _loaded() -> dict[str, Path]:
    """The files of the modules of this process, by the modules' names."""
    modules = [(name, one) for name, one in list(sys.modules.items()) if isinstance(one, ModuleType)]
    return {name: Path(file) for name, one in modules if isinstance(file := vars(one).get("__file__"), str)}


def _unload(files: frozenset[Path]) -> None:
    """Forget modules by their files: an import loads them again, an attribute of their package is gone."""
    for name, file in _loaded().items():
        if file in files:
            module = sys.modules.pop(name)
            package, _, attribute = name.rpartition(".")
            if package in sys.modules and vars(sys.modules[package]).get(attribute) is module:
                delattr(sys.modules[package], attribute)
