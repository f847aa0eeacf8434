"""The ledger beside the article: every printed number is there, and nothing else.

The article is not part of the repository. Where it is at hand (environment variable PRODERM_ARTICLE, or
``../shared/paper/article.md`` beside the repository), its tables and sentences are parsed here, without the
ledger's help, and compared.
"""

import os
import re
from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path

import pytest

from proderm.contradictions import CONTRADICTIONS
from proderm.estimands import CATALOGUE, NOT_CLAIMED
from safetybook.claims import read_ledger
from safetybook.estimands import Ratio, Share
from safetybook.rounding import prints_as

ROOT = Path(__file__).parents[1]
CLAIMS = read_ledger(ROOT / "data" / "published" / "claims.csv")
ARTICLE = Path(os.environ.get("PRODERM_ARTICLE", ROOT.parent / "shared" / "paper" / "article.md"))
KINDS_OF_STATED = ("design constant", "other study", "administrative", "efficacy, reported elsewhere")

needs_article = pytest.mark.skipif(
    not ARTICLE.is_file(), reason=f"the article is not at {ARTICLE}; set PRODERM_ARTICLE to its path"
)

WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "no": "0", "none": "0", "once": "1", "twice": "2", "single": "1",
    "another": "1", "threefold": "3",
}  # fmt: skip
DIGITS = r"(?<![\w.])\d+(?:[.,]\d+)*(?!\w)"
NUMBER = re.compile(rf"{DIGITS}|(?<![\w-])(?:{'|'.join(WORDS)})(?!\w)", re.IGNORECASE)
FOOTNOTE = re.compile(r"\s*$|<sup>|\*?(IVIg|HTR|BMI|TEE)\*? ")


def plain(text):
    """Text without markup: tags, emphasis, formula signs."""
    text = re.sub(r"</?[a-z][^>]*>", "", text)
    return text.replace("\\geq", "≥").replace("\\", "").replace("$", "").replace("*", "")


def squeezed(text):
    """Text without blanks, so that line breaks and spacing do not count."""
    return re.sub(r"\s+", "", plain(text))


def numbers(text):
    """The numbers of a text in its order, number words as digits, without thousands separators."""
    found = (match.group().casefold() for match in NUMBER.finditer(text))
    return [WORDS.get(token, token.replace(",", "")) for token in found]


def split_article():
    """The article's prose, and the lines of each table by number."""
    prose, tables = [], {}
    lines = ARTICLE.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        title = re.match(r"\*\*Table (\d)\*\*", lines[at])
        if not title:
            prose.append(lines[at])
            at += 1
            continue
        at += 1
        block = tables.setdefault(title[1], [])
        while at < len(lines) and ("\t" in lines[at] or FOOTNOTE.match(lines[at])):
            block.append(lines[at])
            at += 1
    return "\n".join(prose), tables


@pytest.fixture(scope="module")
def article():
    return split_article()


def in_table(number):
    return [claim for claim in CLAIMS if claim.location == f"Table {number}"]


# ------------------------------------------------------------------------------------ the tables


def printed_numbers(number, lines):
    """Every number of a table in reading order. Left out: footnote marks, and the row labels of Table 6."""
    found = []
    for line in lines:
        text = re.sub(r"<sup>\w+</sup>|No\. of|\tNo(?=\t)", "", line)
        cells = text.split("\t")
        if number == "6" and len(cells) > 1:
            cells = cells[1:]
        for cell in cells:
            found += numbers(plain(re.sub(r"(?<=\d)–(?=\d)", " ", cell)))
    return found


@needs_article
@pytest.mark.parametrize("number", "1234567")
def test_every_number_of_the_tables_is_in_the_ledger_in_order(number, article):
    printed = printed_numbers(number, article[1][number])
    ours = [claim.value for claim in in_table(number) if re.fullmatch(r"[\d.]+", claim.value)]
    assert len(printed) > 5
    assert ours == printed


@needs_article
@pytest.mark.parametrize("number", "12")
def test_cell_by_cell_tables_1_and_2(number, article):
    columns = ("ivig_p1", "placebo_p1", "ivig_all")
    values = {claim.claim_id: claim.value for claim in in_table(number)}
    rows = [
        line.split("\t") for line in article[1][number] if line.count("\t") == 6 and re.search(r"\d%", line)
    ]
    named = list(dict.fromkeys(name.split(".")[1] for name in values))
    categories = [name for name in named if name not in ("at_risk", "footnote")]
    assert len(rows) == len(categories)
    for category, row in zip(categories, rows, strict=True):
        for place, column in enumerate(columns):
            stem = f"t{number}.{category}.{column}"
            patients = f"{values[stem + '.patients']} ({values[stem + '.percent']}%)"
            events = values[stem + ".events"]
            if number == "2":
                events += f" ({values[stem + '.event_percent']}%)"
            assert (patients, events) == (row[1 + 2 * place], row[2 + 2 * place]), stem


@needs_article
def test_cell_by_cell_table_3(article):
    values = {claim.claim_id: claim.value for claim in in_table("3")}
    columns = [(part, column) for part in ("latency", "duration") for column in ("ivig_p1", "placebo_p1")]
    term = ""
    compared = 0
    for line in article[1]["3"]:
        row = plain(line).split("\t")
        if row[0] in {"Headache", "Nausea", "Vomiting", "Fever"}:
            term = row[0].lower()
        elif term and row[0] in {"Mild", "Moderate", "Severe", "All"}:
            for place, (part, column) in enumerate(columns):
                stem = f"t3.{part}.{term}_{row[0].lower()}.{column}"
                assert values[stem + ".n"] == row[1 + 2 * place]
                if f"{stem}.median" in values:
                    cell = "{} ({}–{})".format(
                        *(values[f"{stem}.{x}"] for x in ("median", "minimum", "maximum"))
                    )
                else:
                    cell = "-"
                assert cell == row[2 + 2 * place], stem
                compared += 1
    assert compared == 64


@needs_article
@pytest.mark.parametrize("number", "47")
def test_cell_by_cell_tables_of_events(number, article):
    """Each cell of an event's row, in words, is a claim about that patient and event."""
    fields = {
        "4": ("intensity", "criteria", "causality", "duration", "outcome"),
        "7": ("intensity", "serious", "causality", "outcome"),
    }[number]
    values = {claim.claim_id: claim.value for claim in in_table(number)}
    terms = iter([name.removesuffix(".term") for name in values if name.endswith(".term")])
    patient, rows = "", 0
    for line in article[1][number]:
        row = re.sub(r" ?<sup>a</sup>", "", line).split("\t")
        if len(row) < 7 or row[2].startswith("MedDRA"):
            continue
        patient = row[1].removeprefix("Patient ") or patient
        stem = next(terms)
        assert stem.startswith(f"t{number}.p{patient}.")
        assert values[stem + ".term"] == row[2].removesuffix(" (TEE)")
        assert (stem + ".tee" in values) == row[2].endswith("(TEE)")
        assert tuple(values[f"{stem}.{field}"] for field in fields) == tuple(row[3 : 3 + len(fields)])
        rows += 1
    assert rows == {"4": 9, "7": 20}[number]
    assert next(terms, None) is None


@needs_article
def test_the_words_of_table_5(article):
    for line in article[1]["5"]:
        row = line.split("\t")
        if not row[0].startswith("Patient "):
            continue
        stem = f"t5.p{row[0].split()[1]}."
        values = {claim.claim_id.removeprefix(stem): claim.value for claim in in_table("5")}
        assert f" {values['sex']} {values['race']} race " in row[2]
        assert values["disease_activity"] == row[5]
        listed = re.findall(r"<li>• (.*?)</li>", row[6])
        assert [value for name, value in values.items() if name.startswith("risk.")] == listed


# ------------------------------------------------------------------------------------ the prose

NOT_CLAIMS = (
    # references and names of documents, tables and instruments
    r"\[[\d–, ]+\]",
    r"(Suppl\. )?Tables? \d",
    r"Fig\. 1",
    r"Aggarwal et al\. \(\d{4}\)",
    r"MMT-8",
    # words that count nothing
    r"the first large randomised",
    r"One randomised controlled trial",
    r"One possible way",
    r"is one of several strategies",
    r"No significant difference",
    r"with no adverse events",
    r"there is no cure",
    r"none looked specifically",
    r"none of these factors",
    r"at least part of one infusion",
    r"received at least one infusion",
    r"the two treatment groups",
    r"more than one duration",
    r"was another important medical event",
    r"in another(?= randomised|\))",
    r"In another case",
    # the other half of a ratio, and of a patients' course, which are one claim each
    r"(?<=1:)1",
    r"(?<=dosing but )none when treated with reduced dose",
)
"""What looks like a number and is no claim of its own."""


def sections(prose):
    """The prose from the abstract to the conclusions, in one piece."""
    return prose[prose.index("## Abstract") : prose.index("## Abbreviations")]


@needs_article
def test_every_quote_is_in_the_article_in_order(article):
    text = squeezed(sections(article[0]))
    at = 0
    for claim in CLAIMS:
        if "Table" in claim.location:
            continue
        quote = squeezed(claim.quote)
        found = text.find(quote, at)
        assert found >= 0, f"{claim.claim_id}: not after the quote before it: {claim.quote}"
        at = found


@needs_article
def test_every_quote_of_a_table_is_in_that_table(article):
    prose, tables = article
    for claim in CLAIMS:
        if claim.location.startswith("Table"):
            text = squeezed("\n".join(tables[claim.location[-1]]))
        elif claim.location.startswith("Supplementary"):
            text = squeezed(prose)
        else:
            continue
        assert squeezed(claim.quote) in text, claim.claim_id


@needs_article
def test_every_number_of_the_prose_is_in_the_ledger(article):
    """Mark the number of each claim where its quote stands; no number is left unmarked."""
    whole = re.sub(r"\s+", " ", plain(sections(article[0])))
    text = whole
    for pattern in NOT_CLAIMS:
        assert re.search(pattern, text), pattern
        text = re.sub(pattern, lambda match: "~" * len(match.group()), text)
    numbers_left = {match.start(): match for match in NUMBER.finditer(text)}
    places = [at for at, letter in enumerate(whole) if letter != " "]
    letters = "".join(whole[at] for at in places)
    start = 0
    for claim in CLAIMS:
        if "Table" in claim.location:
            continue
        quote = squeezed(claim.quote)
        start = letters.index(quote, start)
        within = range(places[start], places[start + len(quote) - 1] + 1)
        values = claim.value.split(":")
        for at in [at for at in within if at in numbers_left]:
            if numbers(numbers_left[at].group())[0] in values:
                del numbers_left[at]
                break
    assert not [text[max(0, at - 60) : at + 40] for at in numbers_left]


# ------------------------------------------------------------------------------------ the ledger itself


def test_every_value_is_in_its_quote():
    for claim in CLAIMS:
        if re.fullmatch(r"[\d.]+", claim.value):
            assert claim.value in numbers(
                re.sub(r"(?<=\d)–(?=\d)", " ", claim.quote)
            ) or claim.value in re.findall(r"\d+(?:\.\d+)?", claim.quote), claim.claim_id
        else:
            assert claim.value.casefold() in claim.quote.casefold(), claim.claim_id


def test_every_estimand_is_in_the_catalogue():
    assert not [claim.claim_id for claim in CLAIMS if claim.estimand and claim.estimand not in CATALOGUE]


def test_every_estimand_of_the_catalogue_is_claimed_or_told_why_not():
    claimed = {claim.estimand for claim in CLAIMS}
    unclaimed_ids = [name for name in CATALOGUE if name not in claimed]
    for name in unclaimed_ids:
        assert any(fnmatch(name, pattern) for pattern in NOT_CLAIMED), name
    events = {claim.estimand: claim.value for claim in CLAIMS}
    for name in unclaimed_ids:
        if name.startswith(("latency.", "duration.")):
            assert events[name.rpartition(".")[0] + ".n"] == "0", name


def test_what_is_stated_has_no_estimand_and_a_known_kind():
    for claim in CLAIMS:
        stated = claim.note.startswith(KINDS_OF_STATED)
        assert stated == (not claim.estimand), claim.claim_id


GIVEN_UP = {name for contradiction in CONTRADICTIONS for name in contradiction.claims}
PRINTED = {claim.estimand: claim.value for claim in CLAIMS if claim.claim_id not in GIVEN_UP}


def test_claims_of_one_estimand_do_not_differ():
    for claim in CLAIMS:
        if claim.estimand and claim.claim_id not in GIVEN_UP and re.fullmatch(r"[\d.]+", claim.value):
            same = PRINTED[claim.estimand]
            assert prints_as(Fraction(same), claim.value) or prints_as(Fraction(claim.value), same), (
                claim.claim_id
            )


ENROLLED = int(PRINTED["randomised.all"])


@pytest.mark.parametrize(
    "claim",
    [
        claim
        for claim in CLAIMS
        if isinstance(CATALOGUE.get(claim.estimand), Share | Ratio) and claim.claim_id not in GIVEN_UP
    ],
    ids=lambda claim: claim.claim_id,
)
def test_percentages_and_ratios_follow_from_printed_counts(claim):
    """Half up from the exact fraction, or, where a count is not printed, from some number of patients."""
    estimand = CATALOGUE[claim.estimand]
    above, below = PRINTED.get(estimand.numerator.id), PRINTED.get(estimand.denominator.id)
    factor = 100 if isinstance(estimand, Share) else 1
    counts = [int(above)] if above else range(ENROLLED + 1)
    sizes = [int(below)] if below else range(1, ENROLLED + 1)
    assert any(prints_as(Fraction(factor * count, size), claim.value) for count in counts for size in sizes)
