"""All results as files, and a directive that links them: ``results-files``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from whole_book import goes_on

from proderm import export
from proderm.pages import study, verdicts

FOLDER = "_downloads/results"
FILES = {
    "results.csv": "CSV",
    "results.json": "JSON",
    "reporting_event.json": "CDISC Analysis Results Standard v1 (JSON)",
}


class ResultsFiles(Directive):  # type: ignore[misc]  # docutils has no types
    """``results-files``: links to all results in their three forms."""

    def run(self) -> list[nodes.Node]:
        """A line of links, relative to the page."""
        above = "../" * self.state.document.settings.env.docname.count("/")
        line = nodes.paragraph(classes=["sb-downloads"])
        for file, name in FILES.items():
            link = f'<a href="{above}{FOLDER}/{file}" download aria-label="All results as {name}">{name}</a>'
            line += [nodes.raw("", link, format="html"), nodes.Text(" ")]
        return [line]


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the files; they are made of data and code alone."""
    folder = Path(app.outdir) / FOLDER
    if error is None and app.builder.format == "html" and not (goes_on(app.env) and folder.is_dir()):
        export.write(folder, study(), verdicts())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive and what writes its files."""
    app.add_directive("results-files", ResultsFiles)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
