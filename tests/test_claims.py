"""The ledger, the verdicts, and that every claim of the article holds in the data of this repository."""

import csv
import re
import shutil
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from tiny import change, read_rows, write_tiny_study

from proderm import claims as proderm
from proderm import study as proderm_study
from safetybook import datasets
from safetybook.claims import (
    COLUMNS,
    BadLedgerError,
    Claim,
    Outcome,
    agrees,
    judge,
    read_ledger,
    write_verdicts,
)
from safetybook.contradictions import Contradiction, Kind
from safetybook.determinacy import Determinacy
from safetybook.estimands import Catalogue, Count, Derived, Ratio, Share, Statement, Unit, where
from safetybook.problems import BadStudyError
from safetybook.results import Result
from safetybook.study import Study

ALL = Count("all.patients", "All", "adsl", where(), Unit.PATIENTS)
WOMEN = Count("women.patients", "Women", "adsl", where(SEX="F"), Unit.PATIENTS)
OLD = Count("old.patients", "Old", "adsl", where(AGE=80), Unit.PATIENTS)
WOMEN_PERCENT = Share("women.percent", "Women (%)", WOMEN, ALL)
OLD_PERCENT = Share("old.percent", "Old (%)", OLD, ALL)
WOMEN_PER_OLD = Ratio("women.old", "Women per old patient", WOMEN, OLD)
BROKEN = Derived("broken", "Broken", lambda study: study.frame("adsl")["AGE"].iloc[99])
CATALOGUE = Catalogue([ALL, WOMEN, OLD, WOMEN_PERCENT, OLD_PERCENT, WOMEN_PER_OLD, BROKEN])


def make_study(women: int = 2, size: int = 7) -> Study:
    sex = ["F"] * women + ["M"] * (size - women)
    frame = pd.DataFrame(
        {"USUBJID": [f"P{i}" for i in range(size)], "SEX": sex, "AGE": [80] + [50] * (size - 1)}
    )
    return Study({"adsl": frame}, [datasets.ADSL])


def claim(name: str, value: str, estimand: str = "", location: str = "Table 1") -> Claim:
    return Claim(name, location, f"the article says {value}", value, "value", "all", estimand, "")


def clash(holds: bool = True, names: tuple[str, ...] = ("women",)) -> Contradiction:
    return Contradiction(
        "clash", names, ("all",), Kind.CONTRADICTION, "proof", "reading", lambda printed: holds
    )


def outcomes(*ledger: Claim, contradictions=(), study=None) -> dict[str, str]:
    found = judge(ledger, CATALOGUE, study or make_study(), contradictions)
    return {verdict.claim.claim_id: str(verdict.outcome) for verdict in found}


# The ledger


def write_ledger(path: Path, *rows: tuple[str, ...], header=COLUMNS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


GOOD = ("t1.teae", "Table 1", "42 (80.8%)", "42", "patients", "ivig_p1", "teae.ivig_p1.patients", "")


def test_a_ledger_keeps_values_as_printed(tmp_path):
    row = ("a", "Results: Outcomes", "1.0 (1.0–1.0)", "1.0", "median", "", "x", "")
    assert read_ledger(write_ledger(tmp_path / "claims.csv", row))[0].value == "1.0"


def test_one_error_lists_every_fault_with_its_place(tmp_path):
    path = write_ledger(
        tmp_path / "claims.csv",
        GOOD,
        GOOD,
        ("T1 x", "Table One", "", "80.8%", "percent ", "", "", ""),
        ("t1.short", "Table 1"),
        ("t1.comma", "Abstract", "1,234", "1,234", "patients", "", "", ""),
    )
    with pytest.raises(BadLedgerError) as error:
        read_ledger(path)
    problems = [(p.row, p.variable, p.value, p.expected) for p in error.value.problems]
    assert problems == [
        (3, "claim_id", "t1.teae", "a name of its own: row 2 has the same"),
        (4, "claim_id", "T1 x", "a name of small letters, digits, dots, hyphens and underscores"),
        (4, "location", "Table One", "a part of the article: Abstract, Table 1, Results: <title>, ..."),
        (4, "quote", "", "a text: it may not be empty"),
        (4, "statistic", "percent ", "no blanks before or after the text"),
        (4, "value", "80.8%", "a bare number with a decimal point, such as 58.3"),
        (5, "", "", "8 cells, as in the header"),
        (6, "value", "1,234", "a bare number with a decimal point, such as 58.3"),
    ]
    assert "claims.csv, row 4, value: found '80.8%', expected a bare number" in str(error.value)


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(BadLedgerError, match=r"row 1, quote: .*it is missing"):
        read_ledger(
            write_ledger(tmp_path / "claims.csv", header=[name for name in COLUMNS if name != "quote"])
        )


def test_other_sources_have_locations_of_their_own(tmp_path):
    path = write_ledger(
        tmp_path / "external.csv", ("a", "A registry", "46/95", "46", "patients", "", "x", "")
    )
    assert read_ledger(path, locations=None)[0].location == "A registry"
    with pytest.raises(BadLedgerError, match="A registry"):
        read_ledger(path)


# Agreement


@pytest.mark.parametrize(
    ("value", "printed", "agree"),
    [
        (Fraction(42), "42", True),
        (Fraction(42), "42.0", True),
        (Fraction(4200, 52), "80.8", True),
        (Fraction(4200, 52), "80.7", False),
        (Fraction(26000, 282), "92.20", True),
        (Fraction(26000, 282), "92.2", True),
        (Fraction(1, 16) * 100, "6.3", True),  # 6.25, half up
        (Fraction("-0.04"), "0.0", True),
        (Fraction(8), "Eight", True),
        (Fraction(9), "Eight", False),
        (Fraction(0), "none", True),
        (Fraction(8), "some", False),
        (None, "-", True),
        (None, "–", True),
        (None, "0", False),
        (True, "whatever the article says", True),
        (False, "whatever the article says", False),
        ("MODERATE", "Moderate", True),
        ("RECOVERED/RESOLVED WITH SEQUELAE", "Recovered/resolved  with sequelae.", True),
        ("RECOVERED/RESOLVED", "Recovered/resolved with sequelae", False),
        ("F", "Female", True),
        ("M", "Female", False),
        ("life‐threatening", "life-threatening", True),
    ],
)
def test_agreement_with_the_printed_text(value, printed, agree):
    assert agrees(Result("x", "", "", "value", value), printed) is agree


# Verdicts


def test_the_four_outcomes():
    ledger = [
        claim("all", "7", "all.patients"),
        claim("women", "3", "women.patients"),
        claim("old", "2", "old.patients"),
        claim("weeks", "16"),
    ]
    assert outcomes(*ledger, contradictions=[clash()]) == {
        "all": "reproduced",
        "women": "contradicted",
        "old": "unresolved",
        "weeks": "stated",
    }


def test_a_contradiction_whose_proof_fails_excuses_nothing():
    ledger = [claim("all", "7", "all.patients"), claim("women", "3", "women.patients")]
    assert outcomes(*ledger, contradictions=[clash(holds=False)])["women"] == "unresolved"


def test_the_proof_sees_the_printed_values():
    proof = Contradiction(
        "sum",
        ("women",),
        ("all",),
        Kind.CONTRADICTION,
        "",
        "",
        lambda printed: int(printed["women"]) > int(printed["all"]),
    )
    whole = claim("all", "7", "all.patients")
    assert (
        outcomes(whole, claim("women", "9", "women.patients"), contradictions=[proof])["women"]
        == "contradicted"
    )
    assert (
        outcomes(whole, claim("women", "5", "women.patients"), contradictions=[proof])["women"]
        == "unresolved"
    )


def test_what_is_proved_impossible_and_yet_reproduced_is_unresolved():
    ledger = [claim("all", "7", "all.patients"), claim("women", "2", "women.patients")]
    found = judge(ledger, CATALOGUE, make_study(), [clash()])
    assert found[1].outcome is Outcome.UNRESOLVED
    assert "although 'clash' proves" in found[1].computed


def test_a_contradiction_about_unknown_claims_is_refused():
    with pytest.raises(ValueError, match="clash: men"):
        outcomes(claim("all", "7", "all.patients"), contradictions=[clash(names=("men",))])


def test_a_claim_whose_estimand_is_unknown_or_fails_is_unresolved_and_says_why():
    found = judge([claim("a", "1", "nowhere"), claim("b", "1", "broken")], CATALOGUE, make_study())
    assert [verdict.outcome for verdict in found] == [Outcome.UNRESOLVED, Outcome.UNRESOLVED]
    assert found[0].computed == "no estimand is called 'nowhere'"
    assert "the data lack what it needs" in found[1].computed


def test_computed_values_have_the_precision_of_the_claim():
    found = judge(
        [claim("p", "28.60", "women.percent"), claim("q", "Three", "women.patients")], CATALOGUE, make_study()
    )
    assert [verdict.computed for verdict in found] == ["28.57", "2"]


def test_a_statement_holds_or_does_not():
    catalogue = Catalogue(
        [Statement("yes", "", lambda study: True), Statement("no", "", lambda study: False)]
    )
    found = judge([claim("a", "All", "yes"), claim("b", "All", "no")], catalogue, make_study())
    assert [verdict.outcome for verdict in found] == [Outcome.REPRODUCED, Outcome.UNRESOLVED]


def test_the_summary_counts_every_outcome():
    found = judge([claim("all", "7", "all.patients"), claim("weeks", "16")], CATALOGUE, make_study())
    assert str(found) == "2 claims: 1 reproduced, 0 contradicted, 1 stated, 0 unresolved"


def test_verdicts_are_found_by_place_and_estimand():
    ledger = [
        claim("a", "2", "women.patients", "Abstract"),
        claim("b", "3", "women.patients", "Table 1"),
        claim("c", "7", "all.patients", "Table 1"),
    ]
    found = judge(ledger, CATALOGUE, make_study())
    assert found.of("women.patients", "Table 1").claim.claim_id == "b"
    assert found.of("old.patients", "Table 1") is None
    assert [verdict.claim.claim_id for verdict in found.at("Table 1", "Abstract")] == ["a", "b", "c"]


# Determinacy


def test_percentages_and_ratios_of_published_counts_are_determined():
    ledger = [
        claim("a", "7", "all.patients"),
        claim("w", "2", "women.patients"),
        claim("o", "1", "old.patients"),
    ]
    found = judge(ledger, CATALOGUE, make_study())
    assert found.determinacy(WOMEN) is Determinacy.PUBLISHED
    assert found.determinacy(WOMEN_PERCENT) is Determinacy.DETERMINED
    assert found.determinacy(WOMEN_PER_OLD) is Determinacy.DETERMINED


def test_a_percentage_fixes_its_count_only_if_one_count_fits():
    found = judge(
        [claim("a", "7", "all.patients"), claim("w", "29", "women.percent")], CATALOGUE, make_study()
    )
    assert found.determinacy(WOMEN) is Determinacy.DETERMINED
    assert found.determinacy(OLD) is Determinacy.ILLUSTRATIVE
    # Of 700 patients, 200 (28.57) to 206 (29.43) are 29 % as printed.
    large = make_study(women=203, size=700)
    found = judge([claim("a", "700", "all.patients"), claim("w", "29", "women.percent")], CATALOGUE, large)
    assert found.standing(WOMEN).text() == "200 to 206"
    assert found.determinacy(WOMEN) is Determinacy.BOUNDED


def test_a_claim_that_fails_publishes_nothing():
    found = judge([claim("w", "5", "women.patients")], CATALOGUE, make_study())
    assert found.determinacy(WOMEN) is Determinacy.ILLUSTRATIVE


def test_verdicts_are_written_as_a_table(tmp_path):
    ledger = [
        claim("all", "7", "all.patients"),
        claim("women", "30.0", "women.percent"),
        claim("weeks", "16"),
    ]
    path = tmp_path / "_build" / "verdicts.csv"
    write_verdicts(judge(ledger, CATALOGUE, make_study()), path)
    assert path.read_bytes().decode().splitlines() == [
        "claim_id,verdict,printed,computed,determinacy",
        "all,reproduced,7,7,published",
        "women,unresolved,30.0,28.6,",
        "weeks,stated,16,,published",
    ]


# The article


@pytest.fixture(scope="module")
def problems_and_verdicts():
    """What is wrong with the files, and the verdicts on the data as they stand."""
    try:
        return "", proderm.verdicts(proderm_study.load())
    except BadStudyError as error:
        study = proderm.as_written(proderm_study.FOLDER)
        assert study, str(error)
        return str(error), proderm.verdicts(study)


@pytest.fixture
def found(problems_and_verdicts):
    return problems_and_verdicts[1]


def test_every_claim_of_the_article_holds(problems_and_verdicts):
    problems, found = problems_and_verdicts
    failures = proderm.unresolved(found)
    assert not failures, "\n".join(["these claims no longer hold:", *failures])
    assert not problems


def test_every_count_followed_from_other_sources_holds():
    failures = proderm.unresolved(proderm.external_verdicts(proderm_study.load()))
    assert not failures, "\n".join(["these counts of other sources no longer hold:", *failures])


def test_few_claims_are_contradicted_and_each_has_its_proof(found):
    contradicted = found.with_outcome(Outcome.CONTRADICTED)
    assert 0 < len(contradicted) <= 25
    assert all(verdict.contradiction and verdict.contradiction.proof for verdict in contradicted)


def test_every_estimand_of_the_ledger_is_in_the_catalogue():
    unknown = [
        c.claim_id for c in read_ledger(proderm.LEDGER) if c.estimand and c.estimand not in proderm.CATALOGUE
    ]
    assert not unknown


def run(folder: Path, tmp_path: Path) -> int:
    return proderm.main([str(folder), "--verdicts", str(tmp_path / "verdicts.csv")])


def test_the_check_ends_with_one_line_of_counts(tmp_path, capsys):
    assert run(proderm_study.FOLDER, tmp_path) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"\d+ claims: \d+ reproduced, \d+ contradicted, \d+ stated, 0 unresolved", last)
    assert len((tmp_path / "verdicts.csv").read_text().splitlines()) == int(last.split()[0]) + 1


@pytest.mark.parametrize(
    ("variable", "old", "new", "claim_id"),
    [
        ("AESEV", "SEVERE", "MILD", "t2.severe.ivig_all.events"),
        ("AEREL", "PROBABLE", "UNLIKELY", "t1.related.ivig_all.events"),
        ("INFUSFL", "Y", "N", "t1.infusional.ivig_all.events"),
        ("TRTA", "IVIg", "Placebo", "t1.teae.ivig_all.events"),
    ],
)
def test_one_changed_cell_names_the_claims_that_fail(tmp_path, capsys, variable, old, new, claim_id):
    folder = tmp_path / "adam"
    shutil.copytree(proderm_study.FOLDER, folder)
    header, *rows = read_rows(folder, "adae")
    place, treatment = header.index(variable), header.index("TRTA")
    line = next(i for i, row in enumerate(rows, start=2) if row[place] == old and row[treatment] == "IVIg")
    change(folder, "adae", line, variable, new)
    assert run(folder, tmp_path) == 1
    assert f"{claim_id} (Table" in capsys.readouterr().out


def test_a_missing_file_is_told_and_nothing_is_judged(tmp_path, capsys):
    folder = write_tiny_study(tmp_path / "tiny")
    (folder / "adae.csv").unlink()
    assert run(folder, tmp_path) == 1
    captured = capsys.readouterr()
    assert "adae.csv" in captured.err
    assert not captured.out


@pytest.mark.parametrize("fault", ["twice", "nameless"])
def test_patients_who_cannot_be_told_apart_are_told_and_nothing_is_judged(tmp_path, capsys, fault):
    folder = shutil.copytree(proderm_study.FOLDER, tmp_path / "adam")
    header, *rows = (folder / "adsl.csv").read_text("utf-8").splitlines()
    place = header.split(",").index("USUBJID")
    if fault == "twice":
        rows.append(rows[3])
    else:
        for row in (3, 4):
            cells = rows[row].split(",")
            cells[place] = ""
            rows[row] = ",".join(cells)
    (folder / "adsl.csv").write_text("\n".join([header, *rows, ""]), "utf-8")
    assert proderm.main([str(folder), "--verdicts", str(tmp_path / "verdicts.csv")]) == 1
    captured = capsys.readouterr()
    assert re.match(r"\d+ problems? in ", captured.err)
    assert "adsl.csv, row" in captured.err
    assert captured.out == ""
    assert not (tmp_path / "verdicts.csv").exists()
