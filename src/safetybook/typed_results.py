"""Passages of a text that state a result typed, in digits or in words, where a computed one belongs.

Any number may be a result, but for what is fixed before anything is counted: whoever writes the book lists
these quantities of the design, each with the words that it stands in, and here stand the references. A
quantity in other words is a result until it is listed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterable

from safetybook.links import Kind, with_links
from safetybook.notebooks.prose import SPAN

REFERENCES = [
    r"\b(?:Supplementary )?Table [1-9]\b",
    r"\bTables [1-9](?:, [1-9])*(?: to | and )[1-9]\b",
    r"\bFig\. [1-9]\b",
    r"\b[Pp]atient (?:1[01]|[1-9])\b",
    r"\b[Pp]atients (?:1[01]|[1-9])(?:, (?:1[01]|[1-9]))* and (?:1[01]|[1-9])\b",
    # The number of an item at the head of a row of a checklist, or of a list.
    r"\* - \*\*\d{1,2}[abc]?\*\*",
]
"""What a printed article numbers: its tables, figures and patients, as far as it has them."""

COMPUTED = {Kind.NUMBER, Kind.TITLE, Kind.CITATION}
NUMBER_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred dozen"
).split()
WORDS = "|".join(NUMBER_WORDS)
COUNTED = (
    r"(?:patients|people|women|men|events|TEAEs|TEEs|HTRs|claims|infusions|cycles|episodes|deaths|cases"
    r"|headaches|fevers|reactions|discontinuations|withdrawals|risk factors|months"
    r"|premedicated|discontinued|died|switched|completed|recovered|(?:per ?cent|percentage points)|times)"
)
SHARES = rf"(?:half|thirds?|quarters?|fifths?|tenths?) of (?:them|(?:[\w-]+ ){{0,3}}{COUNTED})"
MULTIPLES = rf"(?:(?:twice|thrice|double|(?:{WORDS}) times) (?:as|the|higher|more|lower)|(?:{WORDS})-?fold)"
# Words may stand before the noun: "five of the older patients".
NAMED = rf"(?:{WORDS})[ -](?:of (?:the |these )?)?(?:(?!kinds|groups|rows|columns)[\w-]+ ){{0,2}}{COUNTED}"
RESULT = re.compile(rf"\d[\d.,]*|\b(?:{NAMED}|{SHARES}|{MULTIPLES})\b", re.IGNORECASE)

FENCE = re.compile(r"(`{3,}|~{3,})(\{[^}]*\})?.*")


def rule(fixed: Iterable[str], labels: Container[str] = ()) -> Callable[[str], list[str]]:
    """What finds, in a text without markup, the passages that may state a result.

    Args:
        fixed: exact words with a quantity that is fixed, such as "within 72 hours after".
        labels: texts that are nothing but such a quantity.
    """
    # The longest first: one that stands within another would take its words away.
    phrases = sorted(fixed, key=len, reverse=True)
    exact = [rf"(?<![\w.]){re.escape(phrase)}(?![\w%]|[.,]\d)" for phrase in phrases]
    known = re.compile("|".join([*exact, *REFERENCES]))

    def found(text: str) -> list[str]:
        if text in labels:
            return []
        left = known.sub("", text)
        return [left[max(0, hit.start() - 40) : hit.end() + 20].strip() for hit in RESULT.finditer(left)]

    return found


def statements(page: str) -> str:
    """The text of a Markdown page that a reader takes for a statement: no code, no address, no markup.

    Nor has it what is computed: numbers of results, of tables and figures, and citations.
    """
    page = re.sub(r"\A---\n.*?\n---\n", "", page, flags=re.DOTALL)
    page = _outside_code(page)
    page = re.sub(r"^:[\w-]+:.*$|^%.*$|^\d+\. ", "", page, flags=re.MULTILINE)
    page = with_links(
        SPAN.sub("", page), lambda link: link._replace(words="" if link.kind in COMPUTED else link.words)
    )
    page = re.sub(r"`[^`]*`|\]\([^)]*\)|</?[A-Za-z][^>]*>|https?://\S+", "", page)
    return re.sub(r"\s+", " ", page)


def shown_by(code: str) -> list[str]:
    """The texts that a cell may show, such as headings and notes: its strings of several words."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # a command to the shell of the notebook
        return []
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 1
    ]


def texts(prose: Iterable[str], code: Iterable[str] = ()) -> list[str]:
    """All that states something in pieces of Markdown, and in what cells of code show."""
    return [*map(statements, prose), *(text for cell in code for text in shown_by(cell))]


def _outside_code(page: str) -> str:
    """A page without code. The text of a directive stays, only its fences go."""
    kept: list[str] = []
    open_fences: list[tuple[str, bool]] = []
    for line in page.splitlines():
        fence = FENCE.fullmatch(line)
        if fence is None:
            if not any(is_code for _, is_code in open_fences):
                kept.append(line)
        elif open_fences and line.strip() == open_fences[-1][0]:
            open_fences.pop()
        else:
            open_fences.append((fence[1], fence[2] in (None, "{code-cell}")))
    return "\n".join(kept)
