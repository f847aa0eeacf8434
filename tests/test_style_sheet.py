"""Style sheets lose what no page can use, and nothing that one can."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"
PAGE = """<html lang="en"><head><style>.drawn { color: red }</style></head><body id="top">
<p class="note wide" style="width: var(--width)">Words such as alert or card are no classes.</p>
<button onclick="print()" class="sm:left">Print</button></body></html>"""


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        return importlib.import_module("css_rules")


@pytest.fixture(scope="module")
def sheets() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        return importlib.import_module("one_stylesheet")


def pruned(rules: ModuleType, text: str, script: str = "", shipped: bool = False) -> str:
    used = rules.Used()
    used.read_page(PAGE)
    used.read_script(script)
    return "".join(map(str, rules.prune(rules.parse(text), used, lambda address: shipped)))


@pytest.mark.parametrize(
    "selector",
    [
        "*",
        ":root",
        "p",
        "P.note",
        "#top > .wide",
        ".sm\\:left",
        "[data-state=open]",
        ".note:not(.nowhere)",
        ":is(.nowhere,.note) p",
        "p::before",
        "p.note:nth-child(2n + 1):hover",
        'p[class*="nowhere"]',
        ".drawn",
        "@media print{p",
        ".made-by-script",
    ],
)
def test_a_rule_that_may_match_stays(rules: ModuleType, selector: str) -> None:
    group = selector.startswith("@")
    text = f"{selector}{{color:red}}{'}' if group else ''}"
    assert pruned(rules, text, script='x.classList.add("made-by-script")') == text


@pytest.mark.parametrize(
    "selector",
    [
        ".alert",
        "#bottom",
        "table",
        "p.alert",
        ".alert p",
        "p > .alert:hover",
        ".note:is(p) + .card",
        "a:not(p)",
    ],
)
def test_a_rule_that_requires_what_is_nowhere_goes(rules: ModuleType, selector: str) -> None:
    assert pruned(rules, f"{selector}{{color:red}}p{{color:blue}}") == "p{color:blue}"
    assert pruned(rules, f"@media print{{{selector}{{color:red}}}}") == ""
    assert pruned(rules, f"p,{selector}{{color:red}}") == "p{color:red}"


def test_strings_and_comments_are_not_taken_for_rules(rules: ModuleType) -> None:
    text = 'p::after{content:"} .alert{"}p{background:url(data:image/svg+xml;x{})}/* p{ */'
    assert pruned(rules, text) == 'p::after{content:"} .alert{"}p{background:url(data:image/svg+xml;x{})}'


def test_strings_keep_their_blanks(rules: ModuleType) -> None:
    assert pruned(
        rules, 'p { content : "a ;  b" ;\n color:red }'
    ) == 'p{content : "a ;  b";color:red }'.replace(" }", "}")


def test_animations_stay_if_a_rule_names_them(rules: ModuleType) -> None:
    fade, turn = "@keyframes fade{0%{opacity:0}}", "@keyframes turn{0%{opacity:0}}"
    assert pruned(rules, f"{fade}{turn}p{{animation:turn 1s}}") == f"{turn}p{{animation:turn 1s}}"


def test_fonts_stay_if_their_file_is_there(rules: ModuleType) -> None:
    font = "@font-face{font-family:X;src:url(x.woff2)}"
    assert pruned(rules, font) == ""
    assert pruned(rules, font, shipped=True) == font


def test_variables_stay_if_something_reads_them(rules: ModuleType) -> None:
    text = ":root{--a:1;--b:var(--c);--c:2;--d:var(--e);--e:3;--width:4}p{color:var(--a)}div{color:var(--d)}"
    assert pruned(rules, text) == ":root{--a:1;--width:4}p{color:var(--a)}"
    assert pruned(rules, ":root{--x:1}", script="style.getPropertyValue('--x')") == ":root{--x:1}"


@pytest.mark.parametrize("text", ["p{color:red", "p{color:red}}", "@media print{p{color:red}"])
def test_a_broken_style_sheet_is_an_error(rules: ModuleType, text: str) -> None:
    with pytest.raises(ValueError, match=r"brace"):
        rules.parse(text)


def book(folder: Path) -> Path:
    """Two pages with two style sheets in common, and one that only the second loads."""
    (folder / "_static" / "theme").mkdir(parents=True)
    (folder / "deep").mkdir()
    (folder / "_static" / "a.css").write_text("/*! Licence */ p { color: red } .nowhere { color: red }")
    (folder / "_static" / "theme" / "b.css").write_text(
        'p{background:url(../x.png)}a{background:url("data:,{")}'
    )
    (folder / "_static" / "own.css").write_text("p { color: green }")
    (folder / "_static" / "print.css").write_text("p { color: black }")
    for name, above in (("one.html", ""), ("deep/two.html", "../")):
        own = f'<link rel="stylesheet" href="{above}_static/own.css">' if above else ""
        (folder / name).write_text(
            f'<head>\n<link rel="stylesheet" type="text/css" href="{above}_static/a.css?v=1" />\n'
            f'<link rel="icon" href="x.svg"/>\n<link href="{above}_static/theme/b.css" rel="stylesheet" />\n'
            f'<link rel="stylesheet" href="{above}_static/print.css" media="print">{own}</head><p><a>'
        )
    (folder / "index.html").write_text("<title>Leads elsewhere</title>")
    return folder


class Built:
    """What the step asks of Sphinx."""

    def __init__(self, outdir: Path) -> None:
        self.outdir = outdir
        self.builder = type("Builder", (), {"format": "html"})


def test_pages_load_one_style_sheet_and_their_own(sheets: ModuleType, tmp_path: Path) -> None:
    sheets.join(Built(book(tmp_path)), None)
    text = (tmp_path / "_static" / "style.css").read_text()
    assert text.split("\n") == [
        "/*! Licence */",
        "p{color: red}",
        "p{background:url(theme/../x.png)}",
        'a{background:url("data:,{")}',
        "",
    ]
    one, two = ((tmp_path / name).read_text() for name in ("one.html", "deep/two.html"))
    assert one.count("stylesheet") == 2
    assert 'href="_static/print.css" media="print"' in one
    assert 'href="_static/style.css?v=' in one
    assert two.index('href="../_static/style.css?v=') < two.index('href="../_static/own.css"')
    assert sorted(path.name for path in (tmp_path / "_static").rglob("*.css")) == [
        "own.css",
        "print.css",
        "style.css",
    ]
    assert 'rel="icon"' in one


def test_the_joined_sheet_is_the_same_bytes_each_time(sheets: ModuleType, tmp_path: Path) -> None:
    for name in ("first", "second"):
        sheets.join(Built(book(tmp_path / name)), None)
    first, second = ((tmp_path / name / "one.html").read_bytes() for name in ("first", "second"))
    assert first == second
