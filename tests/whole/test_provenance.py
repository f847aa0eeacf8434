"""Every number of every page says where it comes from, and what it says is true."""

import json
import re
from fractions import Fraction
from types import SimpleNamespace

import pytest
from provenance_pages import NOTEBOOKS, PAGES, body, extension, path, provided

from proderm.columns import IVIG_P1
from proderm.estimands import CATALOGUE
from proderm.estimands.adverse_events import RELATED, TEAE
from proderm.estimands.families import events, patients, percent
from proderm.explored import explored
from proderm.origins import ACCOUNTS, defined, records
from proderm.pages import study, verdicts
from safetybook.claims import Outcome
from safetybook.determinacy import PUBLISHED, bounded, illustrative, told
from safetybook.estimands import Combination, Count, Ratio, Summary, Unit, except_where, where
from safetybook.html_tables import cell_html
from safetybook.predicates import Has
from safetybook.provenance import account, behind, counted, of_claim, prints, spans
from safetybook.results import compute
from safetybook.tables import Cell

each_notebook = pytest.mark.parametrize("document", NOTEBOOKS)
each_page = pytest.mark.parametrize("document", [*NOTEBOOKS, *PAGES])

COUNTS = re.compile(r"[\d\s.,%–−()]+(of|to|v)?[\d\s.,%–−()]*")
"""A cell of numbers and nothing else, however it is set."""

TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
WORDS = ">The article’s words</th>"
"""A list of claims quotes what stands in a cell of the article; its other columns say what of it holds."""

CELL = re.compile(r"<td([^>]*)>(.*?)</td>", re.DOTALL)


def plain(html: str) -> str:
    return re.sub(r"<sup>.*?</sup>|<[^>]*>", " ", html).strip()


def places(text: str) -> list[int]:
    """What the page's script makes of spans."""
    pairs = [span.split("-") for span in text.split()]
    return [place for pair in pairs for place in range(int(pair[0]), int(pair[-1]) + 1)]


# Every number has its provenance


@each_notebook
def test_every_cell_with_a_number_has_a_key(document: str) -> None:
    html, content, _ = provided(document)
    numeric = [
        (attributes, plain(inner))
        for table in TABLE.findall(html)
        for attributes, inner in CELL.findall(table)
        if re.search(r"\d", plain(inner))
        and (
            re.search(r'class="[^"]*\bnum\b|data-standing', attributes)
            or (WORDS not in table and COUNTS.fullmatch(plain(inner)))
        )
    ]
    keys = [re.search(r'data-from="(\w+)"', attributes) for attributes, _ in numeric]
    assert [text for (_, text), key in zip(numeric, keys, strict=True) if key is None] == []
    assert {key[1] for key in keys if key} <= content["items"].keys()
    assert numeric or document == "notebooks/none"


HEADING = re.compile(r"<th([^>]*)>(.*?)</th>", re.DOTALL)


@each_notebook
def test_every_heading_that_counts_patients_or_cycles_has_a_key(document: str) -> None:
    html, content, _ = provided(document)
    sizes = [
        (attributes, plain(inner))
        for attributes, inner in HEADING.findall(html)
        if re.search(r"\b[nN]&nbsp;=&nbsp;\d|\d (?:months|cycles)\)|% of \d", inner)
    ]
    keys = [re.search(r'data-from="(\w+)"', attributes) for attributes, _ in sizes]
    assert [text for (_, text), key in zip(sizes, keys, strict=True) if key is None] == []
    assert {key[1] for key in keys if key} <= content["items"].keys()


def test_a_heading_tells_what_its_number_counts() -> None:
    html, content, _ = provided("notebooks/02_ae_overview")
    (key,) = {
        re.search(r'data-from="(\w+)"', a)[1] for a, text in HEADING.findall(html) if "52<sup>a" in text
    }  # type: ignore[index]
    assert content["items"][key]["of"] == [IVIG_P1.at_risk.id]
    assert content["accounts"][IVIG_P1.at_risk.id]["value"] == "52"


@each_page
def test_every_glued_number_has_a_key(document: str) -> None:
    html, content, _ = provided(document)
    glued = re.findall(r'<span class="pasted-text"([^>]*)>', html)
    keys = [re.search(r'data-from="(\w+)"', attributes) for attributes in glued]
    assert None not in keys
    assert {key[1] for key in keys if key} <= content["items"].keys()
    assert len(glued) == len(re.findall("data-glue=", body(document)))
    assert "data-glue" not in html


def test_the_pages_have_numbers() -> None:
    found = sum(len(re.findall("data-from=", provided(document)[0])) for document in [*NOTEBOOKS, *PAGES])
    assert found > 5000


@each_page
def test_nothing_that_a_key_names_is_missing(document: str) -> None:
    _, content, unknown = provided(document)
    accounts, claims = content["accounts"], content["claims"]
    assert unknown == []
    for item in content["items"].values():
        assert {*item.get("of", ()), *item.get("made", ())} <= accounts.keys()
        assert item.get("claim") in {None, *claims}
        assert item["s"][0] in {"published", "determined", "bounded", "illustrative"}
        assert item["s"][0] in {"published", "illustrative"} or any(item["s"][2:])
    for known in accounts.values():
        assert known["label"]
        assert set(known.get("parts", ())) <= accounts.keys()
        assert set(known.get("claims", ())) <= claims.keys()


@each_page
def test_what_a_key_says_leads_to_code_that_a_reader_can_see(document: str) -> None:
    _, content, _ = provided(document)
    for item in content["items"].values():
        file, _, place = item["code"].partition("#code-")
        notebook = document if not file else f"notebooks/{file.rpartition('/')[2].removesuffix('.html')}"
        cells = json.loads(path(notebook).read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"][int(place) - 1]
        assert "remove-input" not in code["metadata"].get("tags", [])


@each_notebook
def test_a_cell_keeps_every_estimand_that_it_shows(document: str) -> None:
    html, content, _ = provided(document)
    before = CELL.findall(body(document))
    for (attributes, inner), (marked, _) in zip(before, CELL.findall(html), strict=True):
        named = re.search(r'data-estimand="([^"]+)"', attributes)
        key = re.search(r'data-from="(\w+)"', marked)
        if named and key:
            item = content["items"][key[1]]
            assert [*item.get("of", ()), *item.get("made", ())] == sorted(
                named[1].split(),
                key=lambda name: (name in item.get("made", ()), named[1].split().index(name)),
            ), inner
        assert "data-estimand" not in marked
        assert "data-why" not in marked


# What it says is true


@each_notebook
def test_a_cell_shows_the_number_of_which_it_tells(document: str) -> None:
    html, content, _ = provided(document)
    for attributes, inner in CELL.findall(html):
        key = re.search(r'data-from="(\w+)"', attributes)
        item = content["items"][key[1]] if key else {}
        if "claim" in item:
            assert plain(inner).strip() == content["claims"][item["claim"]]["printed"].replace("&", "&amp;")
            continue
        for name in item.get("of", ()):
            if name in defined():
                result = compute(study(), defined()[name])
                shown = [Fraction(one) for one in re.findall(r"\d+(?:\.\d+)?", plain(inner).replace(",", ""))]
                near = isinstance(result.value, Fraction) and any(
                    abs(abs(result.value) - number) <= Fraction(1, 2) for number in shown
                )
                assert near or not isinstance(result.value, Fraction), (name, inner)


def accounts() -> dict[str, dict]:
    """Everything that any page tells of the trial's numbers."""
    found: dict[str, dict] = {}
    for document in [*NOTEBOOKS, *PAGES]:
        found |= provided(document)[1]["accounts"]
    return found


def test_the_rows_behind_a_number_are_as_many_as_it_says() -> None:
    known, rows, checked = accounts(), records(study()), 0
    for name, told_of in known.items():
        if "behind" not in told_of or not told_of["value"].isdigit() or "values" in told_of["behind"]:
            continue
        found = told_of["behind"]
        if "events" in found:
            listed = places(found["events"])
            number = (
                len({rows["of"][place] for place in listed}) if told_of["unit"] == "patients" else len(listed)
            )
        elif told_of["unit"] == "patients":
            number = len(places(found["patients"]))
        else:
            number = sum(places(found["rows"])) if "rows" in found else len(places(found["patients"]))
        assert number == int(told_of["value"]), name
        checked += 1
    assert checked > 300


def test_a_percentage_is_told_by_its_parts() -> None:
    known = accounts()
    shares = {
        name: told_of for name, told_of in known.items() if told_of.get("unit") == "%" and "parts" in told_of
    }
    assert len(shares) > 100
    for name, told_of in shares.items():
        part, whole = (known[one]["value"] for one in told_of["parts"])
        assert (told_of["part"], told_of["whole"]) == (part, whole), name


def test_claims_are_told_as_printed() -> None:
    known = {verdict.claim.claim_id: verdict for verdict in verdicts()}
    for document in NOTEBOOKS:
        for name, told_of in provided(document)[1]["claims"].items():
            assert told_of["printed"] == known[name].claim.value
            assert told_of["quote"] == known[name].claim.quote
            assert told_of["verdict"] == known[name].outcome
            assert ("computed" in told_of) == (
                known[name].outcome is not Outcome.REPRODUCED and known[name].computed != ""
            )


def test_table_1_by_hand() -> None:
    html, content, _ = provided("notebooks/02_ae_overview")
    cell = next(marked for marked, inner in CELL.findall(html) if inner == "30 (57.7%)")
    item = content["items"][re.search(r'data-from="(\w+)"', cell)[1]]
    assert item["of"] == ["related.ivig_p1.patients", "related.ivig_p1.percent"]
    share = content["accounts"]["related.ivig_p1.percent"]
    assert (share["part"], share["whole"], share["value"]) == ("30", "52", "57.7")
    assert content["accounts"]["related.ivig_p1.patients"]["counted"] == (
        "Patients, each once, with at least one of the rows of adae in which TRTEMFL is Y and "
        "AEREL is POSSIBLE or PROBABLE and TRTA is IVIg and APERIOD is 1"
    )
    assert {content["claims"][name]["location"] for name in share["claims"]} >= {"Abstract", "Table 1"}


def test_events_are_listed_as_the_data_have_them() -> None:
    found, adae = records(study()), study().frame("adae")
    assert len(found["events"]) == len(found["of"]) == len(adae)
    for place in (0, 99, len(adae) - 1):
        assert found["patients"][found["of"][place]] == adae["USUBJID"].iloc[place]
        assert found["words"][found["events"][place][0]] == adae["AEDECOD"].iloc[place]
        assert found["number"][place] == adae["AESEQ"].iloc[place]
    day = found["headings"].index("Day")
    assert all(row[day] >= 1 for row in found["events"])


def test_chapters_store_only_what_nobody_else_knows() -> None:
    for document in NOTEBOOKS:
        own = extension().stored(str(path(document))).accounts
        assert not own.keys() & defined().keys(), document
    assert ACCOUNTS in path(NOTEBOOKS[0]).read_text(encoding="utf-8")


# The parts, by hand


@pytest.mark.parametrize(
    ("text", "exact", "is_shown"),
    [
        ("30 (57.7%)", "750/13", True),
        ("30 (57.7%)", "30", True),
        ("30 (57.7%)", "31", False),
        ("1,207‡", "1207", True),
        ("−3.3 (−5.0 to 1.2)", "-10/3", True),
        ("0.5 (0.0–4.0)", "4", True),
        ("58", "750/13", True),
        ("57", "750/13", False),
    ],
)
def test_a_text_shows_a_number_rounded_as_it_stands(text: str, exact: str, is_shown: bool) -> None:
    assert prints(text, {"exact": exact}) is is_shown


def test_a_text_shows_a_word() -> None:
    assert prints("Female", {"value": "FEMALE"})
    assert not prints("Male", {"value": "female"})
    assert not prints("3", {"label": "without a value"})


def test_places_are_written_as_spans() -> None:
    assert spans([0, 1, 2, 3, 7, 9, 10]) == "0-3 7 9-10"
    assert spans([]) == ""
    assert spans([5, 5, 4]) == "5 5 4"
    for example in ([], [0], [3, 4, 5], [1, 3, 5, 6], [2, 2, 3]):
        assert places(spans(example)) == example


def test_a_standing_is_told() -> None:
    assert told(PUBLISHED) == ["published", "", "", ""]
    assert told(bounded(3, 7, "from x")) == ["bounded", "3 to 7", "from x", ""]
    assert told(bounded(3, 7, "from x", proved=False))[2] == "from x; narrower ends may hold"
    assert told(illustrative("open")) == ["illustrative", "", "open", ""]


def test_a_cell_says_why_it_is_fixed() -> None:
    html = cell_html(Cell("5", standing=bounded(3, 7, 'from "x"'), of="claim:a"), "")
    assert (
        'data-of="claim:a" data-standing="bounded" data-ends="3 to 7" data-why="from &quot;x&quot;"' in html
    )
    assert "data-why" not in cell_html(Cell("none", standing=illustrative("open")), "")


def test_definitions_in_words() -> None:
    rows = Count("a", "A", "adae", where(AESER="Y"), Unit.ROWS)
    every = Count("b", "B", "adex", where(), Unit.PATIENTS)
    assert counted(rows) == "Events: rows of adae in which AESER is Y"
    assert counted(every) == "Patients, each once, with at least one of the rows of adex"
    assert counted(Ratio("c", "C", rows, every)) == "A, divided by: B"
    both = Combination("d", "D", Has(where(APERIOD=1)) & ~Has(where(APERIOD=2)), where(TRTA="IVIg"))
    assert counted(both) == (
        "Patients of whom it is true that (an event has APERIOD 1) and (not (an event has APERIOD 2)), "
        "among those with rows of adex in which TRTA is IVIg"
    )


def test_every_estimand_of_the_trial_has_an_account() -> None:
    for name, estimand in CATALOGUE.items():
        known = account(study(), verdicts(), estimand)
        assert known["label"] == estimand.label, name
        assert known.get("counted") or not known.get("behind"), name


def test_values_stand_beside_their_rows() -> None:
    summary = next(one for one in CATALOGUE.values() if isinstance(one, Summary) and one.dataset == "adsl")
    found = behind(study(), summary)
    assert found is not None
    assert len(found["values"]) == len(places(found["patients"]))
    assert behind(study(), percent(TEAE, IVIG_P1)) is None


def test_a_claim_that_the_data_do_not_bear_out_tells_both_numbers() -> None:
    verdict = next(one for one in verdicts().with_outcome(Outcome.CONTRADICTED) if one.claim.decimals)
    found = of_claim(verdict)
    assert found["printed"] == verdict.claim.value != found["computed"]


def facet(key: str, variable: str, **options: str | int) -> SimpleNamespace:
    found = tuple(SimpleNamespace(key=name, value=value) for name, value in options.items())
    return SimpleNamespace(key=key, variable=variable, options=found)


FACETS = (
    facet("treatment", "TRTA", ivig="IVIg", placebo="Placebo"),
    facet("period", "APERIOD", first=1, extension=2),
    facet("relation", "AEREL", p="PROBABLE", u="UNLIKELY", n="NOT RELATED", poss="POSSIBLE"),
)


def test_the_address_of_what_an_estimand_counts() -> None:
    assert explored(patients(RELATED, IVIG_P1), FACETS) == "treatment=ivig&period=first&relation=p,poss"
    assert explored(percent(TEAE, IVIG_P1), FACETS) == "treatment=ivig&period=first"
    assert explored(IVIG_P1.at_risk, FACETS) == ""
    assert explored(Count("x", "X", "adae", where(TRTA="IVIg"), Unit.ROWS), FACETS) == ""
    serious = Count("x", "X", "adae", where(TRTEMFL="Y", AESER="Y"), Unit.ROWS)
    assert explored(serious, FACETS) == ""
    without = Count("x", "X", "adae", where(TRTEMFL="Y") & except_where(TRTA="Placebo"), Unit.ROWS)
    assert explored(without, FACETS) == "treatment=ivig"
    assert explored(events(TEAE, IVIG_P1), ()) == ""
