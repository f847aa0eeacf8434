"""Which sources of a folder a text of Python reaches by its imports, and theirs, wherever these stand.

The statements are read, not executed: a process that has imported what several notebooks need can tell no
longer which of them needs a module. An import in a function counts, whether the function is called or not;
one for type checkers alone does not. Code that cannot be read, or that mentions what can import a module by
a computed name, reaches every source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

METHODS = {"compile", "eval", "exec"}
"""Functions that mean something else as an attribute, such as ``re.compile``."""

BY_ANY_NAME = METHODS.union(
    "__builtins__ __import__ builtins get_ipython import_module importlib pkgutil runpy".split()
)
"""Names of what can import a module, or run code, that no statement names."""

METADATA = "importlib.metadata"
"""It looks up distributions, and imports none of the sources."""


class UnknownImportsError(Exception):
    """The code is not plain Python, or may compute the name of a module: it may import any."""


class Sources:
    """The Python modules below a folder that is on the import path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._imports: dict[Path, frozenset[Path]] = {}
        self.paths = frozenset(folder.rglob("*.py"))

    def path(self, module: str) -> Path | None:
        """The file of a module, by its dotted name; None if it is not below the folder."""
        base = self._folder.joinpath(*module.split("."))
        files = (base / "__init__.py", base.with_suffix(".py"))
        return next((file for file in files if file in self.paths), None)

    def reached(self, texts: Iterable[str]) -> frozenset[Path]:
        """The files that some texts of Python import, directly and through others."""
        try:
            waiting = {path for text in texts for path in self._files(imported(text))}
            reached: set[Path] = set()
            while waiting:
                path = waiting.pop()
                reached.add(path)
                waiting |= self._imported_by(path) - reached
        except UnknownImportsError:
            return self.paths
        return frozenset(reached)

    def _imported_by(self, path: Path) -> frozenset[Path]:
        if path not in self._imports:
            package = path.relative_to(self._folder).parent.parts
            try:
                text = path.read_bytes()  # what encoding they are in, they say themselves
            except OSError as error:
                raise UnknownImportsError from error
            self._imports[path] = frozenset(self._files(imported(text, package)))
        return self._imports[path]

    def _files(self, modules: Iterable[str]) -> Iterator[Path]:
        """The files of modules and of the packages that they are in, which are imported before them."""
        for module in modules:
            parts = module.split(".")
            for end in range(1, len(parts) + 1):
                path = self.path(".".join(parts[:end]))
                if path is not None:
                    yield path


def imported(text: str | bytes, package: tuple[str, ...] = ()) -> list[str]:
    """The modules that a text in a package names in import statements, with whatever may be a module.

    Raises:
        UnknownImportsError: if the text is not plain Python, or may compute the name of a module.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise UnknownImportsError from error
    modules = []
    for node in _executed(tree):
        named = list(_named(node, package))
        if _last_name(node) in BY_ANY_NAME or any(map(_by_any_name, named)):
            raise UnknownImportsError
        modules += named
    return modules


def _by_any_name(module: str) -> bool:
    return not module.startswith(METADATA) and not BY_ANY_NAME.isdisjoint(module.split("."))


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """All parts of a syntax tree but those that only type checkers read."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and _last_name(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _named(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join((*above, *([node.module] if node.module else [])))
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _last_name(node: ast.AST) -> str:
    """``c`` of ``c`` and of ``a.b.c``; empty for other expressions, and for what is a method."""
    if isinstance(node, ast.Attribute):
        return "" if node.attr in METHODS else node.attr
    return node.id if isinstance(node, ast.Name) else ""
