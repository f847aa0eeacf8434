"""Numbers as printed: exact values in, decimal text out, rounded half up.

A printed number is a string, because ``1.0`` and ``1`` say different things about precision.
Read backwards, it is a half-open interval: the set of exact values that would print so.
The idea of treating a printed number as an interval under a named rounding rule is that of
GRIM-type tests (Brown & Heathers, 2017, doi:10.1177/1948550616673876).
"""

import re
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

Exact = Fraction | int


def exact(value: object) -> Fraction:
    """The exact fraction that a decimal text, an integer or a float's shortest text denotes."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def places(printed: str) -> int:
    """How many decimals a printed number shows: 2 for ``92.20``, 0 for ``45``."""
    return len(printed.partition(".")[2])


def first_places(text: str) -> int:
    """The decimals of the first number of a text; 0 where it has none."""
    found = re.search(r"\d+(\.\d+)?", text)
    return places(found[0]) if found else 0


def half_up(value: Exact, decimals: int) -> str:
    """Print an exact value with `decimals` decimals; a tie goes away from zero; never ``-0.0``."""
    scaled = abs(Fraction(value)) * 10**decimals
    units = int((scaled + Fraction(1, 2)) // 1)
    sign = "-" if value < 0 and units else ""
    return sign + str(Decimal(units).scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR))


def percent(numerator: int, denominator: int, decimals: int = 1) -> str:
    """A percentage from an exact fraction, half up.

    Raises:
        ZeroDivisionError: if nobody is at risk; a percentage of nothing is not 0.
    """
    return half_up(Fraction(100 * numerator, denominator), decimals)


def prints_as(value: Exact, printed: str) -> bool:
    """Whether an exact value, rounded half up to the precision printed, gives that very text."""
    return half_up(value, places(printed)) == printed


def interval(printed: str) -> tuple[Fraction, Fraction]:
    """The exact values ``low <= x < high`` that print as this non-negative number, half up.

    Raises:
        ValueError: for a negative number, whose interval is open at the other end.
    """
    centre = Fraction(printed)
    if printed.startswith("-"):
        raise ValueError(f"{printed}: only non-negative printed numbers are read as intervals")
    half = Fraction(1, 2 * 10 ** places(printed))
    return centre - half, centre + half
