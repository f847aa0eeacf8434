"""Say first what to install, where the book's own packages are missing; else an import error names one."""

from importlib.util import find_spec

import pytest

INSTALL = "python -m pip install --no-deps --no-build-isolation -e ."


def pytest_configure() -> None:
    """Refuse to go on without them."""
    if find_spec("proderm") is None:
        raise pytest.UsageError(
            f"the packages in src are not installed; in the folder of this book: {INSTALL}"
        )
