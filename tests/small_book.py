"""A built book of three chapters, in the form of the pages that Sphinx writes, for the tests of its print."""

from __future__ import annotations

from pathlib import Path

from safetybook.one_page import Look

STATIC = Path(__file__).parents[1] / "book" / "_static"
STYLES = ("book.css", "pages.css", "print.css")
TITLE = "A small book"
LONG = 90
"""The rows of the long table: more than two sheets hold."""

LOOK = Look(
    title=TITLE,
    cover="<p>A cover</p>",
    opening="Introduction",
    instead={("more/last", "machine"): "<p>A machine that paper has not.</p>"},
    listed=("claim-", "more/last"),
)

CONTENTS = """
<div class="bd-sidebar-primary"><nav class="bd-links">
<ul><li class="toctree-l1"><a href="{first}">A small book</a></li></ul>
<p class="caption"><span>In the middle</span></p>
<ul><li class="toctree-l1"><a href="{middle}">Middle</a></li></ul>
<p class="caption"><span>At the end</span></p>
<ul><li class="toctree-l1"><a href="{last}">Last</a></li></ul></nav></div>
"""

HEADED = '<h{0}>{1}<a class="headerlink" href="#{2}">#</a></h{0}>'


def table(name: str, number: str, caption: str, rows: int, row: str = "<th scope='row'>row {0}</th>") -> str:
    """A numbered table as the book's pages have it."""
    body = "".join(f"<tr>{row.format(n)}<td class='num'>{n * 7}</td></tr>" for n in range(1, rows + 1))
    return (
        f'<figure class="sb-float" id="{name}"><figcaption><p><span class="caption-number">{number} </span>'
        f'<span class="caption-text">{caption}</span><a class="headerlink" href="#{name}">#</a></p>'
        "</figcaption>"
        '<div class="sb-block"><div class="sb-table" role="region" tabindex="0" aria-label="A table">'
        '<table class="dataframe sb"><thead><tr><th scope="col">What</th><th scope="col">Sevenfold</th></tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
        '<p class="sb-downloads"><a href="x.csv">CSV</a></p></div>'
        "</figure>"
    )


def rows(*said: str, name: str = "said") -> str:
    """A table without a number; a browser tags none as a table that has but one column."""
    body = "".join(
        f'<tr id="{name}-{n}"><th scope="row">{one}</th><td>{n}</td></tr>' for n, one in enumerate(said)
    )
    return (
        '<table class="dataframe sb"><thead><tr><th scope="col">Said</th><th scope="col">No.</th></tr>'
        f"</thead><tbody>{body}</tbody></table>"
    )


CLAIMS = rows("one", "two", name="claim")

FIRST = f"""
<section id="start">{HEADED.format(1, TITLE, "start")}
<p>See <a class="reference internal" href="more/middle.html#how">how it is counted</a>, the
<a class="reference internal" href="more/middle.html#code">code</a>, the
<a class="reference external" href="https://example.org/">site</a> and the
<a class="reference internal" href="_downloads/rows.csv">rows</a>.</p>
<p>A file: <a class="reference download internal" href="_downloads/rows.csv">rows.csv</a></p>
<p><button type="button">Press here</button></p>
{table("table-1", "Table 1", "Few rows, of a kind<sup>a</sup>. They are seven.", 7)}
</section>
"""

MIDDLE = f"""
<section id="how">{HEADED.format(1, "Middle", "how")}
<p>As <a href="../first.html">the first chapter</a> says.</p>
<div class="cell"><details class="admonition hide above-input" id="code">
<summary><p>Show the code</p></summary><pre>secret = 1</pre></details></div>
<figure class="align-default" id="fig-1"><div class="sb-figure"><svg viewBox="0 0 288 100" role="img"
aria-label="A bar"><defs><clipPath id="clip"><rect width="9" height="9"/></clipPath></defs>
<rect id="bar" width="200" height="80" clip-path="url(#clip)"
style="fill: var(--sb-colour-1, #0072b2)"/></svg>
<details class="sb-data"><summary>The numbers in this figure</summary>
{rows("behind the figure")}</details></div>
<figcaption><p><span class="caption-number">Fig. 1 </span><span class="caption-text">A bar</span></p>
</figcaption>
</figure>
<section id="long">{HEADED.format(2, "A section with a long table", "long")}
{table("table-2", "Table 2", "Many rows", LONG)}
</section>
<section id="claims">{HEADED.format(2, "The claims", "claims")}
<details class="sb-data"><summary>The 2 claims of this chapter</summary>
{CLAIMS}</details>
<details class="sb-data"><summary>What each row counts</summary>
{rows("unfolded on paper")}</details>
</section></section>
<section class="sb-paper" hidden><h2>References</h2><div class="citation"><p>A cited work.</p></div></section>
"""

LAST = f"""
<section id="how">{HEADED.format(1, "Last", "how")}
<div id="machine"></div><noscript><p>It needs a script.</p></noscript>
<p><a href="middle.html#table-2">Table 2</a>, <a href="#how">here</a></p>
{CLAIMS}
</section>
"""


def build(folder: Path, **bodies: str) -> Path:
    """Write the book into a folder, with other bodies of chapters where they are given; return the folder."""
    chapters = {"first": FIRST, "more/middle": MIDDLE, "more/last": LAST}
    for path, body in chapters.items():
        above = "../" * path.count("/")
        links = {name.rpartition("/")[2]: f"{above}{name}.html" for name in chapters}
        links[path.rpartition("/")[2]] = "#"
        styles = "".join(f'<link rel="stylesheet" href="{above}_static/{name}">' for name in STYLES)
        file = folder / f"{path}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
            f"<title>{path}</title>{styles}</head><body>{CONTENTS.format(**links)}"
            '<main class="bd-main"><div class="bd-content"><div class="bd-article-container">'
            '<aside class="sb-synthetic"><p>Synthetic</p></aside>'
            f'<article class="bd-article">{bodies.get(path.rpartition("/")[2], body)}</article>'
            "</div></div></main></body></html>",
            encoding="utf-8",
        )
    (folder / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=first.html" />', "utf-8")
    (folder / "_static").mkdir()
    for name in STYLES:
        (folder / "_static" / name).write_text((STATIC / name).read_text("utf-8"), "utf-8")
    return folder
