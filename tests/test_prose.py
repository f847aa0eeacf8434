"""The numbers and links of the prose: written, checked, and turned into what the pages are made of."""

from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from safetybook.links import Kind, Link, as_roles, term_label, terms, with_links
from safetybook.notebooks.prose import (
    Results,
    Span,
    Wrong,
    escaped,
    filled,
    outside_code,
    spans,
    values,
    wrong,
)
from safetybook.notebooks.prose import as_roles as numbers_as_roles

TEXTS = {"n": "42", "low": "−1.5", "b": "81 (bounded: 42 to 81)", "deg": "7°", "nbsp": "12 345", "q": "“Any”"}


def span(name: str, text: str = "") -> str:
    return f'<span data-n="{name}">{text}</span>'


def shown(markdown: str) -> str:
    """The text that a viewer of Markdown shows, without its marks."""
    tokens = MarkdownIt().enable("table").parse(markdown)
    parts = [part for token in tokens for part in token.children or [] if part.type != "html_inline"]
    assert {part.type for part in parts} <= {"text", "softbreak", "strong_open", "strong_close"}
    return "".join(part.content for part in parts)


@pytest.mark.parametrize(
    "markdown",
    [
        "Of {} patients.",
        "**{}%** of them",
        "**Bold, *and {}, nested***",
        "| a | b |\n|---|--:|\n| x | {} |",
        "- {}% v 1",
        "> {}",
        "[{}](a.md)",
        "({}).",
        "```{{note}}\n{}\n```",
        "::::{{container}} c\n- {}\n::::",
        "```{{list-table}}\n* - a\n  - {}\n```",
        "a `code` {} `more`",
        "```python\nx\n```\n{}",
    ],
)
@pytest.mark.parametrize("name", TEXTS)
def test_a_number_is_written_wherever_prose_stands(markdown: str, name: str) -> None:
    for stale in ("", "41", "x\ny"):
        assert filled(markdown.format(span(name, stale)), TEXTS.get) == markdown.format(
            span(name, TEXTS[name])
        )
    assert wrong(markdown.format(span(name, TEXTS[name])), TEXTS.get) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "`{}`",
        "`` a ` {} ``",
        "```\n{}\n```",
        "~~~\n```\n{}\n~~~",
        "```python\n{}\n```",
        "````\n```{{note}}\n{}\n````",
    ],
)
def test_code_is_left_alone(markdown: str) -> None:
    markdown = markdown.format(span("n", "41"))
    assert filled(markdown, TEXTS.get) == markdown
    assert wrong(markdown, TEXTS.get) == []
    assert spans(markdown) == []


def test_the_text_of_a_directive_is_prose_and_what_follows_code_as_well() -> None:
    markdown = "```{code-cell} ipython3\na\n```\nb\n```{note}\nc\n```\n~~~python\nd\n~~~\ne `f` g"
    assert outside_code(markdown, str.upper) == markdown.replace("\nb", "\nB").replace(
        "\nc\n", "\nC\n"
    ).replace("e `f` g", "E `f` G")


def test_several_numbers_stand_in_a_line() -> None:
    line = f"{span('n')}%v{span('low', '9')} and {span('n', '42')}{span('other', '1')}"
    assert spans(line) == [Span("n", ""), Span("low", "9"), Span("n", "42"), Span("other", "1")]
    assert (
        filled(line, TEXTS.get)
        == f"{span('n', '42')}%v{span('low', '−1.5')} and {span('n', '42')}{span('other', '1')}"
    )
    assert wrong(line, TEXTS.get) == [
        Wrong("n", "", "42"),
        Wrong("low", "9", "−1.5"),
        Wrong("other", "1", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<b>&amp;</b>",
        "a*b*_c_ **d**",
        "`code`",
        "[x](y)",
        "a|b",
        r"a\*b\|",
        "~~x~~",
        "$x$",
        "</span>",
        "1. a",
        "# a",
    ],
)
def test_a_text_shows_as_it_is_whatever_stands_in_it(text: str) -> None:
    sentence = f"| Of **{span('n')}** patients |\n|---|"
    written = filled(sentence, {"n": text}.get)
    assert shown(written) == f"Of {text} patients"
    assert wrong(written, {"n": text}.get) == []
    assert wrong(written, {"n": text + "."}.get) == [Wrong("n", text, text + ".")]
    assert unescape(escaped(text)) == text


@pytest.mark.parametrize(
    "markdown",
    [
        "<span data-n='n'>42</span>",
        '<span class="a" data-n="n">42</span>',
        '<span data-n="n"><b>42</b></span>',
    ],
)
def test_a_span_that_cannot_be_read_is_told(markdown: str) -> None:
    (found,) = wrong(f"Of\n{markdown} patients", TEXTS.get)
    told = found.told("a.md", f"Of\n{markdown} patients")
    assert told.startswith("a.md:2: ")
    assert 'is no span of a number: expected <span data-n="NAME">TEXT</span>' in told


def test_what_is_wrong_is_told_with_its_place() -> None:
    content = f"a\n{span('n', '42')}\n{span('n', '41')}\n{span('m', '7')}"
    assert [one.told("a.md", content) for one in wrong(content, TEXTS.get)] == [
        "a.md:3: n is '42', and '41' stands there",
        "a.md:4: no result is called 'm', and '7' stands there",
    ]


def test_a_number_becomes_the_role_of_the_pages() -> None:
    written = numbers_as_roles(
        f"{span('n', '42')}% {span('02_two::n', '1')}", lambda name: f"../c/{name}.ipynb"
    )
    assert written == "{glue:text}`n`% {glue:text}`../c/02_two.ipynb::n:s`"


def glued(name: str, **texts: str) -> dict[str, object]:
    data = {f"application/papermill.record/{kind.replace('_', '/')}": text for kind, text in texts.items()}
    output = {"metadata": {"scrapbook": {"name": name}}, "data": data}
    return {"cell_type": "code", "metadata": {}, "outputs": [output, {"output_type": "stream"}]}


def test_the_texts_of_a_notebook_are_what_it_glues() -> None:
    cells = [
        glued("n", text_plain="'42'"),
        glued("quoted", text_plain='"its"'),
        glued("said", text_plain="'\\'a\\' and \"b\"'"),
        glued("bare", text_plain="<object>"),
        glued("table", text_plain="a table", text_html="<table></table>"),
        {"cell_type": "markdown", "metadata": {}, "source": "a"},
    ]
    assert values(cells) == {"n": "42", "quoted": "its", "said": "'a' and \"b\"", "bare": "<object>"}


def test_a_chapter_names_its_own_results_and_a_page_none(tmp_path: Path) -> None:
    (tmp_path / "01.ipynb").write_text('{"cells": []}')
    results = Results(tmp_path, {"02": {"n": "42"}})
    assert [results.lookup("02")(name) for name in ("n", "02::n", "01::n", "03::n")] == [
        "42",
        "42",
        None,
        None,
    ]
    assert [results.lookup()(name) for name in ("n", "02::n")] == [None, "42"]


# Links --------------------------------------------------------------------------------------------------

GLOSSARY = (
    "# W\n\n```{glossary}\nTEAE\n  An event.\n\n  More.\n\nFisher’s exact test\n  A test.\n```\n\nno term\n"
)
TERMS = {"term-TEAE": "TEAE", "term-Fishers-exact-test": "Fisher’s exact test"}


def test_the_terms_of_the_glossary_have_the_labels_of_the_page() -> None:
    assert terms(GLOSSARY) == TERMS
    assert term_label("patients and events") == "term-patients-and-events"


@pytest.mark.parametrize(
    ("stored", "role"),
    [
        ("[Table 5](#table-5)", "{numref}`table-5`"),
        ("[Table 5](#cell-id=table-5)", "{numref}`table-5`"),
        ("[Fig. 12](05_tees.ipynb#fig-x)", "{numref}`fig-x`"),
        ("[Fig. 12](05_tees.ipynb#cell-id=fig-x)", "{numref}`fig-x`"),
        ("[below](#cell-id=over-time)", "{ref}`below <over-time>`"),
        ("[Supplementary Table 1](a.ipynb#suppl-table-1)", "{numref}`suppl-table-1`"),
        ("[The trial](../book/study_design.md#top)", "{doc}`../book/study_design`"),
        ("[the trial](../book/study_design.md)", "{doc}`the trial <../book/study_design>`"),
        ("[overview](02_ae_overview.ipynb)", "{doc}`overview <02_ae_overview>`"),
        ("[below](#over-time)", "{ref}`below <over-time>`"),
        ("[the parts](index.md#tables-and-figures)", "{ref}`the parts <tables-and-figures>`"),
        ("[TEAE](../book/glossary.md#term-TEAE)", "{term}`TEAE`"),
        ("[it](#term-Fishers-exact-test)", "{term}`it <Fisher’s exact test>`"),
        ("[a](#term-none)", "{term}`a <term-none>`"),
        ("[[A, 1936](r/references.md#a)]", "{cite:p}`a`"),
        ("[[A, 1936](references.md#a), [B and C, n.d.](references.md#b)]", "{cite:p}`a,b`"),
        ("[A and B [1996]](../book/references.md#a)", "{cite:t}`a`"),
        ("[patients](../data/adam/adsl.csv)", "{download}`patients <../data/adam/adsl.csv>`"),
        ("[a\nb](x.md)", "{doc}`a b <x>`"),
        ("[site](https://example.org/a#b)", "[site](https://example.org/a#b)"),
        ("![a plot](plot.png)", "![a plot](plot.png)"),
        ("a<sup>b</sup>", "a{sup}`b`"),
        ('<span class="sb-x">bounded</span>', "[bounded]{.sb-x}"),
        ('<a id="a-b"></a>\n## A', "(a-b)=\n## A"),
        ("> **Important**\n>\n> a\n> b\n\nc", "```{important}\na\nb\n```\n\nc"),
        ("> **How to**\n>\n> a", "```{admonition} How to\n:class: note\n\na\n```\n"),
        ("> **a** quotation\n", "> **a** quotation\n"),
    ],
)
def test_what_every_viewer_shows_becomes_what_the_pages_are_made_of(stored: str, role: str) -> None:
    assert as_roles(stored, TERMS) == role


def test_links_are_changed_where_something_else_is_expected() -> None:
    seen: list[tuple[Kind, bool]] = []

    def change(link: Link) -> Link:
        seen.append((link.kind, link.cited))
        return link._replace(words="X", path="p.md") if link.kind in (Kind.CITATION, Kind.NUMBER) else link

    text = "[Table 5](#cell-id=table-5), [[A](references.md#a), [B](references.md#b)]"
    text += " [C [1]](references.md#c) [d\n](#f)"
    assert with_links(text, change) == (
        "[X](p.md#cell-id=table-5), [[X](p.md#a), [X](p.md#b)] [X](p.md#c) [d\n](#f)"
    )
    citations = [(Kind.CITATION, True), (Kind.CITATION, True), (Kind.CITATION, False)]
    assert seen == [(Kind.NUMBER, False), *citations, (Kind.PLACE, False)]
