"""The search's entries: every place of a page once, with its own words."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

EXTENSIONS = Path(__file__).parents[1] / "book" / "_ext"
PAGE = """<html><nav>Not a word of this</nav><article class="bd-article">
<section id="title"><h1>The title<a class="headerlink" href="#title">#</a></h1>
<p>Of <b>95</b> patients (<span>80.8</span>%), all&nbsp;had <a href="x">one</a>.</p>
<div class="cell"><details class="hide"><summary>Show</summary><pre>code</pre></details></div>
<section id="inner"><h2>Inner</h2><p>Within.</p>
<figure class="sb-float" id="table-1"><figcaption>
<p><span>Table 1 </span><span>All events. Counted anew.</span></p>
</figcaption><table><tr><th>Row</th><td>42</td><td>196</td></tr></table>
<p class="sb-downloads">CSV</p></figure>
<figure id="fig-a"><svg aria-label="Three dots"><text>hidden</text></svg>
<figcaption>Fig. 5 Dots.</figcaption></figure>
<p>After.</p></section>
<dl><dt id="term-x">word<a class="headerlink">#</a></dt><dd><p>What it means.</p></dd></dl>
<table id="ledger"><tbody data-part="Abstract"><tr class="group" id="part-abstract"><th>Abstract</th></tr>
<tr id="abs.one"><th>What</th><td>the words</td><td>1.5</td><td>1.5</td><td>stated</td><td>published</td></tr>
</tbody></table>
<table><tr id="claim-abs.one"><th>Listed again</th></tr></table>
</section></article></html>"""


@pytest.fixture(scope="module")
def search() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXTENSIONS))
        return importlib.import_module("search_index")


def test_each_place_is_an_entry_with_its_own_words(search: ModuleType) -> None:
    found = [(one.kind, one.anchor, one.title, one.text) for one in search.entries(PAGE)]
    assert found == [
        ("page", "", "The title", "Of 95 patients (80.8%), all had one. Abstract"),
        ("section", "inner", "Inner", "Within. After."),
        ("table", "table-1", "Table 1 All events", "Counted anew. Row 42 196"),
        ("figure", "fig-a", "Fig. 5 Dots.", "Three dots"),
        ("term", "term-x", "word", "What it means."),
        ("claim", "abs.one", "1.5 · What", "the words · Abstract · stated"),
    ]


def test_the_index_is_a_script_of_pages_and_their_entries(search: ModuleType) -> None:
    script = search.index({"a.html": PAGE, "index.html": "<title>Leads elsewhere</title>"})
    assert script.startswith("const SEARCH_INDEX = ")
    [[address, entries]] = json.loads(script.removeprefix("const SEARCH_INDEX = ").removesuffix(";\n"))
    assert address == "a.html"
    assert entries[1] == ["section", "inner", "Inner", "Within. After."]
    assert len(entries) == len(search.entries(PAGE))
