"""What was recorded, as a page of the book: ``python -m bench.page`` writes its tables and its figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.run import RECORDED
from bench.tasks import Task
from safetybook.figures import COLOURS, FAINT, INK, MARKERS, Figure, despine, drawing, finish

DRAFT = Path("bench/page.md")
"""The page's text, with ``{{name}}`` where a table or the figure stands."""

TITLES = {Task.OVERVIEW: "Overview (9 rows)", Task.CLASSES: "By class and term (331 rows)"}

PAGE = Path("book/performance.md")

UNDRAWN = ("pandas, categoricals",)
"""What the tables have, but not the figure, where it lies close to its neighbours."""

Measured = Sequence[dict[str, Any]]


def ratios(measured: Measured, task: Task) -> str:
    """A Markdown table: by peer and size the CPU seconds, and in brackets the ratio to the first peer's."""
    rows = [row for row in measured if row["task"] == task]
    sizes = sorted({row["events"] for row in rows})
    peers = list(dict.fromkeys(row["peer"] for row in rows))
    seconds = {(row["peer"], row["events"]): row["answering"] for row in rows}
    lines = []
    for peer in peers:
        cells = [
            f"{_duration(found)} ({_digits(found / seconds[peers[0], size])})"
            if (found := seconds.get((peer, size))) is not None
            else "–"
            for size in sizes
        ]
        lines.append([peer, *cells])
    return _markdown(["Way to count", *(f"{size:,} events" for size in sizes)], lines)


def beside(measured: Measured) -> str:
    """A Markdown table of what answering takes beside the task itself, at the largest size of each peer."""
    last = {row["peer"]: row for row in sorted(measured, key=lambda row: row["events"])}
    lines = [
        [
            peer,
            f"{row['events']:,}",
            _duration(row["reading"]),
            _duration(row["coding"]),
            f"{row['answering_peak']:,.0f}",
            f"{row['peak']:,.0f}",
        ]
        for peer, row in last.items()
    ]
    return _markdown(
        ["Way to count", "Events", "Reading", "Coding", "Peak, answering, MB", "Peak, MB"], lines
    )


def builds(measured: Measured) -> str:
    """A Markdown table of the ways to build and to check, each beside the one that follows it."""
    lines = [
        [row["what"], f"{row['wall']:.0f}", f"{row['cpu']:.0f}", _digits(row["wall"] / other["wall"])]
        for ours, other in list(pairwise(measured))[::2]
        for row in (ours, other)
    ]
    return _markdown(["What is run", "Seconds", "CPU s", "Ratio of seconds"], lines)


def provenance(part: dict[str, Any]) -> str:
    """A sentence on the machine and the versions."""
    machine, versions = part["machine"], dict(part["versions"])
    packages = ", ".join(f"{name} {number}" for name, number in sorted(versions.items()) if name != "python")
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}; "
        f"Python {versions['python']}, {packages}."
    )


def growth(measured: Measured) -> Figure:
    """CPU seconds of each task by the number of events, both scales logarithmic, a line for each peer."""
    from matplotlib.ticker import NullLocator

    peers = [peer for peer in dict.fromkeys(row["peer"] for row in measured) if peer not in UNDRAWN]
    # The last, the one that is asked about, has the first colour; one more peer than colours is in ink.
    looks = dict(zip(reversed(peers), zip((*COLOURS, INK), (*MARKERS, "x"), strict=True), strict=False))
    told = []
    with drawing(6.4) as canvas:
        panels = canvas.subplots(2, 1, sharex=True)
        for axes, task in zip(panels, Task, strict=True):
            for peer in peers:
                points = [
                    (row["events"], row["answering"])
                    for row in measured
                    if row["peer"] == peer and row["task"] == task
                ]
                colour, marker = looks[peer]
                axes.plot(*zip(*points, strict=True), marker=marker, color=colour, label=peer, markersize=4)
                told.append(
                    f"{TITLES[task]}, {peer}: "
                    + ", ".join(f"{events:,} events {_digits(seconds)} s" for events, seconds in points)
                )
            axes.set(xscale="log", yscale="log", ylabel="CPU seconds")
            axes.set_title(TITLES[task])
            axes.grid(axis="y", color=INK, alpha=FAINT / 2, linewidth=0.6)
            for scale in (axes.xaxis, axes.yaxis):
                scale.set_minor_locator(NullLocator())
            despine(axes)
        panels[-1].set_xlabel("Events")
        canvas.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower left",
            ncols=2,
            frameon=False,
            fontsize=9,
        )
        return finish(canvas, "growth", "How the cost of counting grows. " + "; ".join(told) + ".")


def page(recorded: dict[str, Any], draft: str) -> str:
    """The draft with its tables and its figure, but for the sections on what was not recorded."""
    shown: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
        "provenance": ("counts", provenance),
        "runs": ("counts", lambda part: str(part["runs"])),
        "overview": ("counts", lambda part: ratios(part["measured"], Task.OVERVIEW)),
        "classes": ("counts", lambda part: ratios(part["measured"], Task.CLASSES)),
        "beside": ("counts", lambda part: beside(part["measured"])),
        "growth": ("counts", lambda part: f"```{{raw}} html\n{growth(part['measured']).html()}\n```"),
        "deep": ("deep", lambda part: beside(part["measured"])),
        "build": ("build", lambda part: builds(part["measured"])),
        "build_runs": ("build", lambda part: str(part["runs"])),
    }
    for name, (part, made) in shown.items():
        if part in recorded:
            draft = draft.replace(f"{{{{{name}}}}}", made(recorded[part]))
    sections = draft.split("\n## ")
    return "\n## ".join(section for section in sections if "{{" not in section).rstrip("\n") + "\n"


def _markdown(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table whose first column is text and whose other columns are numbers."""
    rule = [":--", *("--:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *lines))


def _duration(seconds: float) -> str:
    """Two significant digits of seconds, or of milliseconds if there are few."""
    return f"{_digits(seconds)} s" if seconds >= 0.1 else f"{_digits(seconds * 1000)} ms"


def _digits(number: float) -> str:
    """Two significant digits, as a decimal."""
    return f"{float(f'{number:.2g}'):.6f}".rstrip("0").rstrip(".")


def current() -> str:
    """The page of what is recorded."""
    return page(json.loads(RECORDED.read_text(encoding="utf-8")), DRAFT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(current(), encoding="utf-8", newline="\n")
