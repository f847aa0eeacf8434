"""The command line: ``python -m safetybook.notebooks execute notebooks/*.md``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from safetybook.notebooks.inputs import Contents
from safetybook.notebooks.upkeep import bring_up_to_date, differences


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 1 if a notebook failed, differs, or nobody listens."""
    summary = "Execute the paired notebooks of a book, with the same bytes on every run."
    parser = argparse.ArgumentParser(prog="python -m safetybook.notebooks", description=summary)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("execute", help="bring the .ipynb files in step with text, code and data")
    verb.add_argument("--check", action="store_true", help="execute all, write nothing, report what differs")
    verb.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="notebooks executed side by side")
    verb.add_argument(
        "--warm",
        action="append",
        default=[],
        metavar="MODULE[:FUNCTION]",
        help="import this once for all notebooks, or call it once for those that import the module",
    )
    verb.add_argument(
        "--pages",
        nargs="+",
        type=_text,
        default=[],
        help="other texts, into which numbers of notebooks are written",
    )
    verb.add_argument("texts", nargs="+", type=_text, metavar="NN_name.md")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error(f"argument --jobs: expected a number from 1 on, found '{options.jobs}'")
    try:
        return _executed(options)
    except BrokenPipeError:  # who read what is told reads no more: there is nobody left to tell
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 1


def _executed(options: argparse.Namespace) -> int:
    bring = differences if options.check else bring_up_to_date
    texts = list(dict.fromkeys(options.texts))
    problems = bring(texts, options.pages, root=Path.cwd(), jobs=options.jobs, warm=options.warm)
    sys.stdout.flush()
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr, flush=True)
    return 1 if problems else 0


def _text(argument: str) -> Path:
    """The one spelling of a path, from the working directory."""
    if not argument.endswith(".md") or Contents(Path.cwd()).name(argument) is None:
        wanted = "expected a text (.md) below the working directory, and not among what is built"
        raise argparse.ArgumentTypeError(f"{wanted}, found {argument!r}")
    return Path(os.path.relpath(argument))


if __name__ == "__main__":
    sys.exit(main())
