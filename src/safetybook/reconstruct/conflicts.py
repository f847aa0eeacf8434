"""Every claim that cannot be added to the claims before it, each with a minimal set that it conflicts with.

Claims are read in a given order, and each is kept unless it is impossible beside those kept so far. So
every conflict that is left in the end has been met, and each claim not kept comes with the claims that
exclude it. Which claim of a conflict is wrong the method cannot tell: it is the last one read that is
set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from safetybook.reconstruct.constraints import explain

Impossible = Callable[[Sequence[str]], bool]


def conflicts(order: Sequence[str], impossible: Impossible, most: int = 25) -> Iterator[tuple[str, ...]]:
    """Minimal sets of claims that cannot all hold; the last claim read stands first in each.

    Args:
        order: the claims, in the order in which they are read.
        impossible: whether claims are proved not to hold together. It never calls some claims impossible
            and more claims possible.
        most: how many conflicts are looked for.
    """
    kept: list[str] = []
    rest = list(order)
    found = 0
    while found < most and impossible(kept + rest):
        possible, reached = 0, len(rest)
        while reached - possible > 1:
            middle = (possible + reached) // 2
            if impossible(kept + rest[:middle]):
                reached = middle
            else:
                possible = middle
        last = rest[reached - 1]
        kept += rest[: reached - 1]
        rest = rest[reached:]
        found += 1
        yield (last, *explain(impossible, [last], kept)) if kept else (last,)
