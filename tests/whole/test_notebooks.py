"""What nbval does not see in a stored notebook.

nbval passes a notebook whose outputs were all cleared, whose cell was deleted, whose glued number was
renamed or whose figure is a raster image. These tests close the gaps, and hold the prose to its rule:
a result is never typed.
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from proderm.fixed_numbers import FIXED, LABELS
from safetybook import captions
from safetybook.notebooks.inputs import paired
from safetybook.notebooks.pairs import read
from safetybook.notebooks.prose import SPAN, passages
from safetybook.notebooks.sentences import wrong_in_chapter, wrong_in_page
from safetybook.stored_html import CENTRE, LEFT
from safetybook.typed_results import rule, shown_by, statements, texts

ROOT = Path(__file__).parents[2]
TEXTS = sorted((ROOT / "notebooks").glob("*.md"))
# A page that is made from what was recorded has its words in a draft; tests/test_bench.py compares the two.
DRAFTS = {"performance.md": ROOT / "bench" / "page.md"}
PAGES = [DRAFTS.get(page.name, page) for page in sorted((ROOT / "book").glob("*.md"))]

EXEMPTIONS = re.compile(
    r"NBVAL_|PYTEST_VALIDATE_IGNORE_OUTPUT|nbval-|raises-exception|skip-execution", re.IGNORECASE
)
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+|object at ")


@dataclass(frozen=True)
class Expected:
    """What a chapter must hold: the numbers it glues and the tables and figures it numbers."""

    keys: frozenset[str]
    labels: frozenset[str]


EXPECTED = {
    "01_disposition": Expected(
        keys=frozenset(
            """
            dem_screened randomised_all randomised_ivig_arm randomised_placebo_arm
            completed_first_period_ivig_arm_patients completed_first_period_placebo_arm_patients
            switched_placebo_arm_patients completed_extension_all_patients completed_extension_all_percent
            age_all_median female_all_patients cycles_ivig cycles_placebo cycle_days_ivig_median_printed
            cycle_days_up_to_2_ivig_all_patients cycle_days_5_ivig_all_percent
            m_dose m_allocation methods_claims methods_contradictions
            """.split()
        ),
        labels=frozenset({"fig-design", "fig-flow", "fig-exposure", "fig-visits"}),
    ),
    "02_ae_overview": Expected(
        keys=frozenset(
            """
            at_risk_ivig_all teae_ivig_all_patients teae_ivig_all_percent teae_ivig_all_events
            related_ivig_all_patients related_ivig_all_percent related_ivig_all_events
            tee_ivig_all_patients tee_ivig_all_events tee_placebo_p1_patients
            htr_ivig_all_patients death_ivig_all_patients
            claims_total claims_reproduced claims_contradicted claims_stated
            methods_apart death_low death_high term_most term_least terms_apart registry_terms
            teae_ivig_p1_per_100_cycles teae_ivig_ext_per_100_cycles related_ivig_all_per_100_cycles
            cycles_per_patient_ivig_all cycles_per_patient_placebo_p1
            """.split()
        ),
        labels=frozenset(
            {
                "table-1",
                "suppl-table-1",
                "table-differences",
                "fig-overview",
                "fig-terms",
                "table-rates",
                "table-first-rates",
                "fig-burden",
            }
        ),
    ),
    "03_intensity": Expected(
        keys=frozenset(
            """
            related_mild_ivig_p1_events related_moderate_ivig_p1_events related_severe_ivig_p1_events
            related_mild_ivig_all_events related_severe_ivig_all_events related_severe_ivig_all_patients
            related_severe_headache_ivig_all_events serious_ivig_p1_patients serious_placebo_p1_events
            related_serious_ivig_all_patients related_serious_ivig_all_events related_serious_resumed
            latency_related_serious_ivig_all_median duration_related_serious_ivig_all_maximum
            serious_unrelated_events serious_unrelated_ivig_p1 serious_unrelated_placebo_p1
            """.split()
        ),
        labels=frozenset({"table-2", "table-4", "table-serious", "fig-intensity", "fig-serious"}),
    ),
    "04_latency": Expected(
        keys=frozenset(
            """
            latency_headache_all_ivig_p1_median duration_headache_all_ivig_p1_median
            latency_headache_mild_placebo_p1_n duration_headache_mild_placebo_p1_n
            table_3_medians_ivig_p1_minimum table_3_medians_ivig_p1_maximum
            related_infusional_ivig_all_event_percent related_infusional_placebo_p1_event_percent
            headache_mild_during all_during_ivig_p1 all_during_placebo_p1
            left_early_ivig left_early_placebo
            teae_end_ivig teae_end_placebo related_end_ivig related_end_placebo
            teae_ivig_p1_per_100_cycles_ends teae_ivig_ext_per_100_cycles_ends
            related_ivig_ext_per_100_cycles_ends
            """.split()
        ),
        labels=frozenset(
            {
                "table-3",
                "fig-latency",
                "fig-duration",
                "fig-headaches",
                "fig-window",
                "fig-cumulative",
                "fig-first",
                "fig-on-ivig",
                "fig-by-cycle",
            }
        ),
    ),
    "05_tees": Expected(
        keys=frozenset(
            """
            tee_ivig_all_events tee_ivig_all_patients related_tee_ivig_all_events cycles_ivig cycles_placebo
            tee_time_first_median tee_time_last_median wells_last_before_tee_maximum htr_all_patients
            tee_rate_before tee_rate_before_ci_low tee_rate_before_ci_high
            tee_rate_after tee_rate_after_ci_low tee_rate_after_ci_high
            ratio_related ratio_related_low ratio_related_high ratio_from ratio_to
            factors_tee_total factors_no_tee_total factors_fold factors_fold_printed
            tee_first_period hypertension_alone hypertension_beside
            """.split()
        ),
        labels=frozenset({"table-5", "table-6", "fig-tee-courses", "fig-infusion-rates", "fig-risk-factors"}),
    ),
    "06_dose_reduction": Expected(
        keys=frozenset(
            """
            reduced_patients reduced_percent entered_extension_all_patients cycles_reduced
            reduced_never reduced_mild_then_none tee_reduced_events discontinuation_reduced_events
            upper_limit chance_tees
            """.split()
        ),
        labels=frozenset({"fig-dose-courses"}),
    ),
    "07_premedication": Expected(
        keys=frozenset(
            """
            premedication_ivig_arm_patients premedication_placebo_arm_patients premedication_ivig_all_patients
            premedication_analgesics_ivig_all_percent premedication_antihistamines_ivig_all_percent
            rule_holds premedicated directly_before ever switched_placebo_arm_patients
            """.split()
        ),
        labels=frozenset({"fig-premedication"}),
    ),
    "08_discontinuation": Expected(
        keys=frozenset(
            """
            discontinuation_ivig_p1_patients discontinuation_ivig_ext_patients discontinuation_ivig_ext_events
            discontinuation_ivig_ext_percent_of_ivig_all related_discontinuation_ivig_all_patients
            discontinuation_ivig_all_patients discontinuation_placebo_p1_patients death_all_patients
            """.split()
        ),
        labels=frozenset({"table-7", "fig-leaving"}),
    ),
    "09_consistency": Expected(
        keys=frozenset(
            """
            claims given_up conflicts contradictions ambiguities roundings sets
            percentages percentages_failing repetitions repetitions_failing counts_tried counts_missed
            """.split()
        ),
        labels=frozenset({"fig-noticed"}),
    ),
    "10_determinacy": Expected(
        keys=frozenset(
            """
            questions fixed ends certified both members extension_any extension_at_risk extension_severe
            again none_related unrelated worst_mild worst_moderate serious_extension tee_extension
            headache_p1 headache_again ivig_arm placebo_arm
            """.split()
        ),
        labels=frozenset(
            f"fig-open-{topic}"
            for topic in (
                "extension",
                "recurrence",
                "intensity",
                "causality",
                "onset",
                "seriousness",
                "terms",
                "arms",
            )
        ),
    ),
    "11_validation": Expected(
        keys=frozenset(
            """
            counts percentages p_values rows classes terms records emergent starred rounded_once
            example example_once example_printed common_terms common_percent
            statistics inside ends certified determined questions claims at_risk
            placebo_patients placebo_events low_patients low_events high_patients high_events
            """.split()
        ),
        labels=frozenset(
            {
                "table-agreement",
                "table-common",
                "table-conventions",
                "fig-truth",
                "table-most",
                "table-narrowing",
            }
        ),
    ),
}


def stored(text: Path) -> nbformat.NotebookNode:
    return nbformat.read(paired(text), as_version=4)


def code_cells(text: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in stored(text).cells if cell.cell_type == "code"]


def outputs(text: Path) -> Iterator[nbformat.NotebookNode]:
    for cell in code_cells(text):
        yield from cell.outputs


def shown(output: nbformat.NotebookNode) -> str:
    """The HTML of an output, empty if it has none; glued for another page as well."""
    data = output.get("data", {})
    return str(data.get("text/html", data.get("application/papermill.record/text/html", "")))


def figure(cell: nbformat.NotebookNode) -> dict[str, str]:
    """The caption and name under which a cell's output is numbered; empty for other cells."""
    return dict(cell.metadata.get("mystnb", {}).get("figure", {}))


def captioned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A notebook as the page has it, with the captions in the metadata of the cells."""
    captions.put_back(notebook.cells)
    return notebook


each_notebook = pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)


def test_every_notebook_has_a_text_an_execution_and_an_expectation() -> None:
    names = {text.stem for text in TEXTS}
    assert names == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert names == EXPECTED.keys()


def test_every_notebook_is_in_the_book() -> None:
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert [text.stem for text in TEXTS if f"notebooks/{text.stem}\n" not in contents] == []


@each_notebook
def test_the_pair_is_in_step(text: Path) -> None:
    source, execution = read(text), stored(text)
    for cell in execution.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    assert execution == source, "run make notebooks"


@each_notebook
def test_the_numbers_of_the_sentences_are_those_of_the_results(text: Path) -> None:
    assert wrong_in_chapter(text, paired(text).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_numbers_of_other_pages_are_those_of_the_results(page: Path) -> None:
    assert wrong_in_page(page, ROOT / "notebooks") == []


# What only MyST reads: a role, words of a class, a label.
ONLY_FOR_PAGES = re.compile(r"\{[\w:-]+\}`|\]\{\.|^\([\w-]+\)=$", re.MULTILINE)


@pytest.mark.parametrize("page", [*PAGES, *TEXTS], ids=lambda path: path.stem)
def test_the_prose_reads_as_words_everywhere(page: Path) -> None:
    pieces = [page.read_text(encoding="utf-8")]
    if page in TEXTS:
        pieces = [holder[key] for holder, key in passages(read(page).cells)]
        assert [piece for piece in pieces if re.search(r"^(?:`{3,}|:{3,})\{", piece, re.MULTILINE)] == []
    assert [found for piece in pieces for found in ONLY_FOR_PAGES.findall(piece)] == []


@each_notebook
def test_jupyterlab_keeps_the_pair_in_step(text: Path) -> None:
    assert stored(text).metadata.jupytext.formats == "ipynb,md:myst"


@each_notebook
def test_every_code_cell_ran_in_order(text: Path) -> None:
    counts = [cell.execution_count for cell in code_cells(text)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_no_cell_is_exempt_from_the_checks(text: Path) -> None:
    assert EXEMPTIONS.findall(text.read_text(encoding="utf-8")) == []
    assert [cell.id for cell in code_cells(text) if EXEMPTIONS.search(f"{cell.source} {cell.metadata}")] == []


@each_notebook
def test_outputs_can_be_compared_and_shown(text: Path) -> None:
    for output in outputs(text):
        assert output.output_type != "error"
        assert output.get("name") != "stderr", output.text
        assert not {"image/png", "image/jpeg"} & set(output.get("data", {}))
        assert not ADDRESS.search(str(output.get("data", output.get("text", ""))))


@each_notebook
def test_every_expected_number_is_glued_once_and_not_empty(text: Path) -> None:
    glued = [
        (
            output.metadata.scrapbook.name,
            output.data.get(
                "application/papermill.record/text/html",
                output.data.get("application/papermill.record/text/plain", ""),
            ),
        )
        for output in outputs(text)
        if "scrapbook" in output.get("metadata", {})
    ]
    assert EXPECTED[text.stem].keys <= {name for name, _ in glued}
    assert [name for name, times in Counter(name for name, _ in glued).items() if times > 1] == []
    # A glued text is stored quoted; a bare number would have escaped the rules of rounding.
    # Whole tables, which another page shows, are stored as HTML.
    assert [name for name, value in glued if not re.fullmatch(r"(['\"]).+\1|<\w.+>", value, re.DOTALL)] == []


@each_notebook
def test_every_numbered_output_is_there_and_described(text: Path) -> None:
    numbered = {figure(cell)["name"]: cell for cell in captioned(stored(text)).cells if figure(cell)}
    assert EXPECTED[text.stem].labels <= numbered.keys()
    for name, cell in numbered.items():
        html = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
        is_table = "table" in figure(cell).get("classes", "").split()
        assert figure(cell).get("caption"), f"{name} has no caption"
        assert re.search("<table" if is_table else "<img", html), f"{name} shows nothing"


@each_notebook
def test_figures_have_a_text_and_tables_have_headings(text: Path) -> None:
    for cell in stored(text).cells:
        numbered = figure(cell).get("classes") == "table"
        for html in map(shown, cell.get("outputs", ())):
            for image in re.findall(r"<img\b[^>]*>", html):
                alt = re.fullmatch(r"""<img alt="([^"]+)" src='data:image/svg\+xml,[^']+'>""", image)
                assert alt is not None, image[:100]
                assert len(alt[1].split()) >= 5, f"too short to describe a figure: {alt[1]}"
            for table in re.findall(r"<table\b.*?</table>", html, flags=re.DOTALL):
                # The caption of a numbered table stands in the text: see the test above.
                assert ("<caption>" in table) is not numbered
                assert not re.search(r"<th(?![^>]*\bscope=)[\s>]", table)


KEPT = frozenset(
    """
    a br caption code col colgroup details div em img p small span strong sub summary sup
    table tbody td th thead tr wbr
    """.split()
)
"""Elements of the outputs that JupyterLab and other viewers show in a notebook that nobody trusts."""


class Markup(HTMLParser):
    """The elements of some HTML, and the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}


@each_notebook
def test_what_is_shown_needs_no_trust_and_no_style_sheet(text: Path) -> None:
    """Inline drawings, scripts and style sheets are taken out of a notebook that is not trusted."""
    for output in outputs(text):
        found = Markup(shown(output).replace(LEFT, "").replace(CENTRE, ""))
        assert found.elements <= KEPT
        assert not {name for name in found.attributes if name in ("hidden", "style") or name.startswith("on")}


@each_notebook
def test_every_drawing_is_whole_and_has_its_own_colours(text: Path) -> None:
    for output in outputs(text):
        for address in re.findall(r"src='data:image/svg\+xml,([^']*)'", shown(output)):
            drawing = unquote(address.replace("\n", ""))
            assert ET.fromstring(drawing).attrib["width"] == "480"
            assert not re.search(r"currentColor|var\(|<style|<script|href=\"[^#]", drawing)


FOLDED = frozenset("hide-input remove-input remove-cell".split())
"""Tags of cells whose code the page folds or leaves out."""


@each_notebook
def test_jupyter_folds_the_code_that_the_page_folds(text: Path) -> None:
    for cell in [*code_cells(text), *(cell for cell in read(text).cells if cell.cell_type == "code")]:
        folded = not FOLDED.isdisjoint(cell.metadata.get("tags", []))
        assert cell.metadata.get("jupyter", {}).get("source_hidden", False) is folded, cell.source


@each_notebook
def test_a_chapter_begins_with_few_lines_of_code(text: Path) -> None:
    first, *_ = code_cells(text)
    assert len(re.findall(r"^.*\S", first.source, re.MULTILINE)) <= 5, first.source


def test_stored_outputs_are_what_execution_gives() -> None:
    """The same bytes, in a fresh process: this sees what nbval leaves out, and all that the others forgot."""
    warm = ["scipy.stats", "seaborn", "proderm.pages:verdicts"]  # as `make notebooks` does
    options = ["--check", *(option for name in warm for option in ("--warm", name))]
    files = [*map(str, TEXTS), "--pages", *map(str, PAGES)]
    command = [sys.executable, "-m", "safetybook.notebooks", "execute", *options, *files]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


# What stands in the prose -------------------------------------------------------------------------------

typed = rule(FIXED, LABELS)
"""The passages of a text that may state a typed result."""


def test_the_text_of_a_directive_is_prose_and_code_is_not() -> None:
    page = "a\n```{note}\nb\n```\nc\n```{glue:} x\n:doc: d\n```\n```python\ne\n```\n```\nf\n```\ng"
    assert statements(page).split() == ["a", "b", "c", "g"]


def all_texts(page: Path) -> list[str]:
    """All that a page states, in its sentences and captions and in what its cells show."""
    if page not in TEXTS:
        return texts([page.read_text(encoding="utf-8")])
    cells = read(page).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    return texts([holder[key] for holder, key in passages(cells)], code)


@pytest.mark.parametrize("page", [*PAGES, *TEXTS], ids=lambda path: path.stem)
def test_no_result_is_typed_in_a_sentence_a_caption_or_a_text_that_a_cell_shows(page: Path) -> None:
    assert [found for text in all_texts(page) for found in typed(text)] == []


@each_notebook
def test_each_number_would_be_found_if_it_were_typed(text: Path) -> None:
    lines = [line for line in text.read_text(encoding="utf-8").splitlines() if SPAN.search(line)]
    assert lines
    for line in lines:
        for span in SPAN.finditer(line):
            number = unescape(span["text"])
            # A patient whom the article numbers is no result.
            if re.search(r"\d", number) and not line[: span.start()].endswith("patient "):
                sentence = f"{line[: span.start()]}{number}{line[span.end() :]}"
                assert len(typed(statements(sentence))) > len(typed(statements(line))), sentence


def test_what_may_be_typed_is_typed_somewhere() -> None:
    """A quantity that no page has is none of the book's, and would let a result pass."""
    shown = {text for page in [*PAGES, *TEXTS] for text in all_texts(page)}
    assert [phrase for phrase in FIXED if not any(phrase in text for text in shown)] == []
    assert shown >= LABELS


@pytest.mark.parametrize(
    "sentence",
    [
        "Of the patients, 42 had an event.",
        "Five patients switched.",
        "A share of 80.8%",
        "Eight thromboembolic events occurred in them.",
        "Six of the older patients had one.",
        "This happened in half of the patients.",
        "It was twice as frequent on IVIg.",
        "Patients 42 and 7 had one",
        "Twenty-three infusion cycles were given at the lower dose.",
        # The digits of what is fixed, in other words.
        "The maximum infusion rate fell to 0.07 mL/kg/min",
        "The mean maximum rate was 0.12 mL/kg/min.",
        "maximum infusion rate fell from 0.12 mL/kg/min to 0.05 mL/kg/min",
        "The mean dose was 2.0 g/kg.",
        "at 1.05 g/kg",
        "The median latency was 28 days",
        "It began 72 hours after the first infusion.",
        "The first event came in week 12.",
        "The last one came in week 40.",
        "It lasted 4 weeks",
        "As in Table 2, 5 had one.",
        "Patients 3, 7 had one.",
        "It occurred in more than 30% of the patients.",
        "95% of them had one.",
        "to week 16 000",
    ],
)
def test_the_rule_about_typed_results_sees_one(sentence: str) -> None:
    assert typed(statements(sentence))


def test_the_rule_about_typed_results_lets_definitions_pass() -> None:
    assert not typed(statements("Patient 7 and patients 2, 3 and 6 had an event each, in the two arms."))
    assert not typed(
        statements(
            'Onset within 72 h after it, in weeks 0 to 16, as Table 2 has it: <span data-n="n_1">42</span>.'
        )
    )
    assert not typed(statements("```{code-cell} ipython3\nx = 42\n```\n\nText (see [there](a1.md)).\n"))
    assert typed(statements("```{important}\nOf the patients, 42 had an event.\n```\n"))


CODES = r"(?<![A-Z-])(?<!is )(?:MILD|MODERATE|SEVERE|WHITE|ASIAN)\b(?! [A-Z])"
ONE = r"(?<![\w.,/%–])1 (?:patients|events|claims|cycles|infusions|visits|others)\b"
MANY = r"(?<![\d.,])(?:[2-9]|[1-9]\d+) (?:patient|adverse event|event|claim)\b(?![ -](?:months|\d))"
OTHERS = r"\b[a-z]+_[a-z0-9_]+\b|\bivig\b|\b0 patients died\b|\b[Bb]etween \d+ to\b"
ODD = re.compile(f"{CODES}|{ONE}|{MANY}|{OTHERS}")
"""Words of the data or the code, and a number that does not go with its noun."""


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("Patients with premedication: ivig_all", True),
        ("disease activity MODERATE", True),
        ("not serious, ivig (%)", True),
        ("had 1 events", True),
        ("2 adverse event", True),
        ("Between 42 to 81 patients", True),
        ("1 event, 21 events and 1 of 21 patients", False),
        ("per 100 patient-months; of IVIg", False),
    ],
)
def test_odd_words_are_seen(text: str, odd: bool) -> None:
    assert bool(ODD.search(text)) is odd


@each_notebook
def test_a_chapter_has_no_word_of_the_data_and_no_number_beside_a_wrong_noun(text: Path) -> None:
    said = [re.sub(r"<[^>]*>", "", SPAN.sub(r"\g<text>", piece)) for piece in prose_of(text)]
    for output in outputs(text):
        html = re.sub(r"(?<=>)[^<>]*(?=</code>)", "", shown(output))
        said += re.findall(r'(?:alt|aria-label)="([^"]*)"', html)
        said += re.findall(r">([^<>]+)<", html)
    assert [words for words in map(unescape, said) if ODD.search(words)] == []


def prose_of(text: Path) -> list[str]:
    """The sentences and captions of a chapter, without code and addresses."""
    found = [holder[key] for holder, key in passages(read(text).cells)]
    return [re.sub(r"`[^`]*`|\]\([^)]*\)", "", piece) for piece in found]


def test_a_text_that_a_cell_shows_is_a_string_of_several_words() -> None:
    code = 'x("one"), x("42 patients"), y(f"Of them {n}, {m} of 3 left")\n'
    assert shown_by(code) == ["42 patients", "Of them ", " of 3 left"]
    assert shown_by("%load_ext x") == []
