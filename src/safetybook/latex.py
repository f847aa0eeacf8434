"""A safety table in LaTeX, for a manuscript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from safetybook.tables import Table


def to_latex(table: Table) -> str:
    """The table as a LaTeX ``tabular`` with booktabs rules, its notes below."""
    width = len(table.columns)
    align = "".join("r" if table.numeric(i) else "l" for i in range(width))
    lines = [rf"\begin{{tabular}}{{l{align}}}", r"\toprule"]
    for headings in table.levels:
        texts = [_latex(table.stub) if headings is table.levels[-1] else ""]
        rules = []
        for column in range(width):
            heading = next((h for h in headings if h.start <= column < h.start + h.columns), None)
            if heading is None:
                texts.append("")
            elif heading.columns == 1:
                texts.append(_latex(heading.text))
            elif heading.start == column:
                texts.append(rf"\multicolumn{{{heading.columns}}}{{c}}{{{_latex(heading.text)}}}")
                rules.append(rf"\cmidrule(lr){{{column + 2}-{column + 1 + heading.columns}}}")
        lines += [" & ".join(texts) + r" \\", *rules]
    lines.append(r"\midrule")
    for group in table.groups:
        if group.label:
            lines.append(rf"\multicolumn{{{width + 1}}}{{l}}{{\textbf{{{_latex(group.label)}}}}} \\")
        indent = r"\quad " if group.label else ""
        for row in group.rows:
            cells = (_latex(cell.text) + _latex_sup(table.marks(cell)) for cell in row.cells)
            lines.append(" & ".join([indent + _latex(row.label), *cells]) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(
        [*lines, *(rf"\par\footnotesize {_latex_sup(mark)}{_latex(text)}" for mark, text in table.notes)]
    )


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "∴": r"$\therefore$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "–": "--",
    "\n": "; ",
} | {character: "\\" + character for character in "&%$#_{}"}


def _latex_sup(mark: str) -> str:
    return rf"\textsuperscript{{{_latex(mark)}}}" if mark else ""


def _latex(text: str) -> str:
    pieces = re.split(r"\^(\w)", text)
    plain = ["".join(_LATEX.get(character, character) for character in piece) for piece in pieces[::2]]
    raised = [_latex_sup(letter) for letter in pieces[1::2]] + [""]
    return "".join(a + b for a, b in zip(plain, raised, strict=True))
