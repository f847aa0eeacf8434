"""Tables and results as files: a table as it is laid out in four forms, all results in three.

========================  ==============================================================================
``<table>.csv``           title, headings, rows, notes (UTF-8 with the mark that Excel looks for)
``<table>.xlsx``          the table as laid out; nothing in it is a formula
``<table>.rtf``           the table as laid out, with headings and page numbers on every page
``<table>.tex``           a ``tabular`` with booktabs rules
``results.csv``           analysis results data (ARD): one row per result
``results.json``          the same as JSON
``reporting_event.json``  the same in CDISC's Analysis Results Standard
========================  ==============================================================================

The same content gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from safetybook.analysis_results import Record, analysis_results
from safetybook.latex import to_latex
from safetybook.layout import Block, Layout, Run, Text, joined
from safetybook.reported import Event, Reported
from safetybook.reporting_standard import reporting_event
from safetybook.rich_text import to_rtf
from safetybook.spreadsheets import harmless, to_csv, to_xlsx

WORDS = 6
"""How many words of its caption name the file of a table without a label."""


@dataclass(frozen=True)
class Export:
    """A table to be exported.

    Attributes:
        name: the name of its files, without suffix.
        number: ``Table 1``; empty for a table that has none.
        layout: the table, its caption with the number.
        source: a sentence on where it comes from, in every form.
    """

    name: str
    number: str
    layout: Layout
    source: str = ""

    @property
    def short(self) -> str:
        """What a link calls the table: its number, or its caption without a closing detail."""
        return self.number or self.layout.caption.bare.partition(":")[0]


FORMS: dict[str, tuple[str, Callable[[Export], bytes]]] = {
    "csv": ("CSV", lambda table: to_csv(table.layout, table.source).encode("utf-8-sig")),
    "xlsx": ("XLSX", lambda table: to_xlsx(table.layout, table.source)),
    "rtf": ("RTF", lambda table: to_rtf(table.layout, table.source).encode("ascii")),
    "tex": ("LaTeX", lambda table: _manuscript(table).encode("utf-8")),
}
"""The forms of a table by suffix: what readers call it, and how it is written."""


def _manuscript(table: Export) -> str:
    """The LaTeX form, its caption and its source as comments, a line each."""
    comments = [f"% {' '.join(text.split())}" for text in (table.layout.caption.bare, table.source) if text]
    return "\n".join([*comments, to_latex(table.layout), ""])


def exports(blocks: Iterable[Block], page: str, source: str = "") -> list[Export]:
    """The tables of one page with the names of their files.

    A table in a numbered float has the float's label; the others have the page's name and the first words of
    their caption. Digits in a caption do not name a file, because they may change with the data.

    Raises:
        ValueError: if a table has no caption.
    """
    found: list[Export] = []
    names: Counter[str] = Counter()
    for block in blocks:
        caption, number = block.layout.caption, block.frame.number
        if not caption.bare:
            raise ValueError(f"a table of {page} has no caption")
        words = re.findall(r"[a-z]+", caption.bare.lower().partition(":")[0])[:WORDS]
        name = block.frame.name or "-".join([page, *words])
        names[name] += 1
        # A caption may begin with the number already.
        if number and not caption.bare.startswith(number):
            caption = Text(tuple(joined((Run(f"{number}. "), *caption.runs))))
        unique = f"{name}-{names[name]}" if names[name] > 1 else name
        found.append(Export(unique, number, replace(block.layout, caption=caption), source))
    return found


def write_table(table: Export, folder: Path) -> list[Path]:
    """Write a table in every form; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix, (_, form) in FORMS.items():
        path = folder / f"{table.name}.{suffix}"
        path.write_bytes(form(table))
        written.append(path)
    return written


def write_results(reported: Sequence[Reported], event: Event, folder: Path) -> list[Path]:
    """Write all results as CSV, as JSON and as a reporting event; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    records = analysis_results(reported, event.groupings)
    files = {
        "results.csv": _csv(records),
        "results.json": _json({"about": event.description, "results": records}),
        "reporting_event.json": _json(reporting_event(event, reported)),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def _csv(records: Sequence[Record]) -> str:
    """Records as CSV: numbers in full, and no text that a spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(records[0] if records else ())
    for record in records:
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in record.values())
    return written.getvalue()


def _json(content: Mapping[str, object]) -> str:
    """JSON with a line for each member of a list at the top, such as an analysis."""
    parts = []
    for name, value in content.items():
        members = [_compact(member) for member in value] if isinstance(value, list) else None
        text = _compact(value) if members is None else "[\n{}\n]".format(",\n".join(members))
        parts.append(f"{_compact(name)}: {text}")
    return "{{\n{}\n}}\n".format(",\n".join(parts))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
