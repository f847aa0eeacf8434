"""A table in LaTeX, for a manuscript."""

from __future__ import annotations

from collections.abc import Iterator

from safetybook.layout import Layout, Text


def to_latex(layout: Layout) -> str:
    """The table as a LaTeX ``tabular`` with booktabs rules, its notes below."""
    align = "".join(
        "r" if layout.numeric(column) else "l" for column in range(layout.stubs, layout.width)
    ).rjust(layout.width, "l")
    lines = [rf"\begin{{tabular}}{{{align}}}", r"\toprule"]
    for level in range(layout.heads):
        lines += _headings(layout, level)
    lines.append(r"\midrule")
    for group, numbers in layout.groups:
        if group:
            lines.append(rf"\multicolumn{{{layout.width}}}{{l}}{{\textbf{{{_latex(group.text)}}}}} \\")
        for number in numbers:
            texts = [""] * layout.width
            for box in layout.rows[number]:
                texts[box.column] = _latex(box.text)
            lines.append((r"\quad " if group else "") + " & ".join(texts) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*lines, *(rf"\par\footnotesize {_latex(note)}" for note in layout.notes)])


def _headings(layout: Layout, level: int) -> Iterator[str]:
    """One line of headings, and the rules below its spanners. The corner's text stands in the last line."""
    texts, rules = [], []
    for box in dict.fromkeys(box for box in layout.grid[level] if box):
        last = level == layout.heads - 1
        text = _latex(box.text) if (last if box.column == 0 else box in layout.rows[level]) else ""
        if box.columns > 1:
            text = rf"\multicolumn{{{box.columns}}}{{c}}{{{text}}}"
            rules.append(rf"\cmidrule(lr){{{box.column + 1}-{box.column + box.columns}}}")
        texts.append(text)
    yield " & ".join(texts) + r" \\"
    yield from rules


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "∴": r"$\therefore$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "–": "--",
    "\n": "; ",
} | {character: "\\" + character for character in "&%$#_{}"}


def _latex(text: Text) -> str:
    escaped = (
        ("".join(_LATEX.get(character, character) for character in run.text), run.raised) for run in text.runs
    )
    return "".join(rf"\textsuperscript{{{content}}}" if raised else content for content, raised in escaped)
