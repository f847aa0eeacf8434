"""What all tests share."""

import pytest
from hypothesis import settings

# Property tests try the same examples on every run and leave nothing behind; a slow machine is no failure.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")

FIRST = ("whole", "notebooks", "browser")
"""The folders of the tests that take longest, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end no process waits for another one."""
    ranks = {folder: rank for rank, folder in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.parent.name, len(FIRST)))
