"""Bring the stored notebooks in step with their texts, the sources and the data.

What is noted is what was read: the digests are taken before a notebook runs, and compared after it. If
something changed meanwhile, its outputs are dropped, and it runs again. When all have run, all are looked
at once more: what was fresh may have become stale.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from safetybook import whole_files
from safetybook.notebooks.inputs import DATA, NOTEBOOKS, SOURCES, Contents, paired, total
from safetybook.notebooks.note import Note, Noted

if TYPE_CHECKING:
    from safetybook.notebooks.forks import Failure, Outcome
    from safetybook.notebooks.imports import Sources

# Modules that import what only an execution needs are imported where they are used: mostly nothing is stale.

ATTEMPTS = 3
LOCK = "requirements.txt"


def bring_up_to_date(
    texts: Sequence[Path], pages: Sequence[Path] = (), *, root: Path, jobs: int, warm: Sequence[str] = ()
) -> list[str]:
    """Execute the stale notebooks and store their outputs; return what went wrong, a text each.

    The numbers in the sentences of texts, and of other pages, are written as well. For `jobs` and `warm` see
    :func:`safetybook.notebooks.forks.executed`.
    """
    environment = _environment(root)
    failures: dict[Path, Failure] = {}
    moved: dict[Path, list[str]] = {}
    for attempt in range(ATTEMPTS + 1):
        book = _Book(root, environment)
        stale = [text for text in texts if text not in failures and not book.kept(text)]
        if not stale or attempt == ATTEMPTS:
            break
        if _environment(root) != environment:
            return [*told(failures, texts), f"{LOCK} or what executes the notebooks changed: run it again"]
        from safetybook.notebooks.forks import executed

        with closing(executed(stale, book.contents, jobs, warm)) as outcomes:
            for outcome in outcomes:
                moved[outcome.text] = book.changed(outcome)
                if moved[outcome.text]:
                    continue
                if outcome.failure is not None:
                    failures[outcome.text] = outcome.failure
                else:
                    book.keep(outcome)
    gave_up = (_gave_up(text, moved.get(text, [])) for text in stale)
    book = _Book(root, environment)
    numbers = [problem for text in texts if text not in failures for problem in book.unknown(text)]
    numbers += [problem for page in pages for problem in book.tell(page)]
    return [*told(failures, texts), *gave_up, *_left_alone(texts), *numbers]


def differences(
    texts: Sequence[Path], pages: Sequence[Path] = (), *, root: Path, jobs: int, warm: Sequence[str] = ()
) -> list[str]:
    """Execute every notebook and write nothing; return what failed, and which stored files differ."""
    from safetybook.notebooks import sentences
    from safetybook.notebooks.forks import executed
    from safetybook.notebooks.pairs import text_of

    book = _Book(root, _environment(root))
    failures: dict[Path, Failure] = {}
    problems = []
    with closing(executed(texts, book.contents, jobs, warm)) as outcomes:
        for outcome in outcomes:
            stored, content = paired(outcome.text), outcome.content or ""
            if outcome.failure is not None:
                failures[outcome.text] = outcome.failure
                continue
            content = sentences.chapter(outcome.text, content).content
            if not stored.exists() or stored.read_bytes() != content.encode():
                problems.append(f"{stored} is not what its text, code and data give: run make notebooks")
            numbers = sentences.wrong_in_chapter(outcome.text, content)
            if not numbers and outcome.text.read_bytes() != text_of(content).encode():
                problems.append(f"{outcome.text} is not as Jupyter would save it: run make notebooks")
            problems += numbers
    for page in pages:
        problems += sentences.wrong_in_page(page, root / NOTEBOOKS)
    return [*told(failures, texts), *sorted(problems), *_left_alone(texts)]


def told(failures: Mapping[Path, Failure], texts: Iterable[Path]) -> list[str]:
    """Each failure with its place, by notebook; one that several share once, with all its places."""
    alike: dict[str, list[Failure]] = {}
    for failure in (failures[text] for text in texts if text in failures):
        alike.setdefault(failure.cause or failure.place, []).append(failure)
    return [
        "\n".join([f"{first.place} failed:\n{first.told}", *(f"The same: {one.place}" for one in others)])
        for first, *others in alike.values()
    ]


def _gave_up(text: Path, moved: Iterable[str]) -> str:
    what = ", ".join(moved) or "what it reads"
    return f"{text} is not up to date: {what} changed while it ran, {ATTEMPTS} times over"


def _left_alone(texts: Iterable[Path]) -> list[str]:
    """Stored notebooks beside the texts whose own text is gone; one that never had a text may stand there."""
    stored = [
        path for folder in sorted({text.parent for text in texts}) for path in sorted(folder.glob("*.ipynb"))
    ]
    alone = [path for path in stored if path.is_file() and not path.with_suffix(".md").exists()]
    return [f"{path} is left, but its text is gone" for path in alone if b'"jupytext"' in path.read_bytes()]


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _environment(root: Path) -> str:
    """What tells apart environments in which everything is executed anew: the lock, Python, our own code.

    Our own code, because a process that is started again after a change of the sources inherits it.
    """
    ours = [*sorted(Path(__file__).parent.glob("*.py")), Path(whole_files.__file__)]
    contents = [(root / LOCK).read_bytes() if (root / LOCK).exists() else b"", *map(Path.read_bytes, ours)]
    version = f"{sys.implementation.name} {sys.version.split()[0]}"
    return hashlib.sha256(b"\0".join([version.encode(), *contents])).hexdigest()


class _Book:
    """The notebooks below a root, and what is noted of them, at one moment."""

    def __init__(self, root: Path, environment: str) -> None:
        for folder, _, _ in os.walk(root / DATA):
            whole_files.settle(Path(folder))
        self.contents = Contents(root)
        self._note = Note.stored(root, environment)

    def kept(self, text: Path) -> bool:
        """Whether a notebook is as it was noted, or could be brought in step without executing it."""
        noted = self._note.notebooks.get(self._name(text))
        digest = self.contents.digest
        words = digest(self._name(text))  # before anything runs: that it changed meanwhile is seen
        if (
            noted is None
            or noted.stored != digest(self._name(paired(text)))
            or noted.inputs != total(self.contents.digests(noted.read))
        ):
            return False
        same = noted.text == words and noted.shown == self.contents.digests(noted.shown)
        return (same and noted.sources == self._names_of_sources) or self._reworded(text, noted)

    def _reworded(self, text: Path, noted: Noted) -> bool:
        """Put the stored outputs beside new words; False if the code or what it imports is another."""
        from safetybook.notebooks import pairs

        try:
            notebook, stored = pairs.read(text), paired(text)
        except pairs.UnreadableTextError:
            return False
        code = pairs.code_digest(notebook)
        reached = self._sources.reached(cell.source for cell in pairs.code_cells(notebook))
        if code != noted.code or not self.contents.names(reached) <= set(noted.read):
            return False
        content = pairs.serialise(pairs.with_outputs(notebook, stored.read_text(encoding="utf-8")))
        if self._keep(text, content, code, noted.inputs, noted.read):
            print(f"{text}: paired anew")
        return True

    def changed(self, outcome: Outcome) -> list[str]:
        """The names of what is no longer as it was before an execution, among what this depends on."""
        text = self._name(outcome.text)
        before = {**outcome.inputs, text: self.contents.digest(text)}
        now = Contents(self.contents.root)
        return [name for name, digest in before.items() if now.digest(name) != digest]

    def keep(self, outcome: Outcome) -> None:
        """Store the outputs of an execution, and note what it depends on."""
        inputs = outcome.inputs
        self._keep(outcome.text, outcome.content or "", outcome.code, total(inputs), tuple(inputs))
        print(f"{outcome.text}: executed")

    def _keep(self, text: Path, content: str, code: str, inputs: str, read: tuple[str, ...]) -> bool:
        """Store a pair with the numbers of its results, and note it; whether the notebook is another.

        A notebook that has this content already keeps its time, by which pages are rebuilt. The text is not
        the older file of the two: by that Jupyter tells which one counts. What was saved there since it was
        read stays, and is seen when all are looked at again.
        """
        from safetybook.notebooks import sentences
        from safetybook.notebooks.pairs import text_of

        written, shown, put_right, unknown = sentences.chapter(text, content)
        if written != content:
            print(f"{text}: numbers written", *put_right, sep="\n  ")
        name, stored, words = self._name(text), paired(text), text_of(written)
        before, read_words = self.contents.digest(self._name(stored)), self.contents.digest(name)
        if before != _digest(written):
            whole_files.write(stored, written)
        if read_words != _digest(words) and Contents(self.contents.root).digest(name) == read_words:
            whole_files.write(text, words)
        elif text.stat().st_mtime_ns < stored.stat().st_mtime_ns:
            text.touch()
        others = self.contents.digests(self.contents.names(shown))
        noted = _digest(words), code, _digest(written), self._names_of_sources, inputs, read, others
        self._note.notebooks[name] = Noted(*noted, tuple(unknown))
        self._note.store(self.contents.root)
        return before != _digest(written)

    def unknown(self, text: Path) -> tuple[str, ...]:
        """The numbers in the sentences of a text that no result has."""
        noted = self._note.notebooks.get(self._name(text))
        return noted.unknown if noted is not None else ()

    def tell(self, page: Path) -> list[str]:
        """Write the numbers of the stored notebooks into a page; return those that no result has."""
        from safetybook.notebooks import sentences

        name, root = self._name(page), self.contents.root
        noted = self._note.pages.get(name)
        if noted is not None and noted == self.contents.digests(noted):
            return []
        content, shown, put_right, problems = sentences.page(page, root / NOTEBOOKS)
        if self.contents.digest(name) != _digest(content):
            if Contents(root).digest(name) == self.contents.digest(name):
                whole_files.write(page, content)
            print(f"{page}: numbers written", *put_right, sep="\n  ")
        if not problems:
            digests = self.contents.digests(self.contents.names(shown))
            self._note.pages[name] = {**digests, name: _digest(content)}
            self._note.store(root)
        return problems

    def _name(self, path: Path) -> str:
        name = self.contents.name(str(path))
        assert name is not None, path
        return name

    @cached_property
    def _sources(self) -> Sources:
        from safetybook.notebooks.imports import Sources

        return Sources(self.contents.root / SOURCES)

    @cached_property
    def _names_of_sources(self) -> str:
        names = sorted(map(str, self._sources.paths))
        return hashlib.sha256("\n".join(names).encode()).hexdigest()
