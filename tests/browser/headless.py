"""How a browser is found and started: as the one that prints the book."""

from safetybook.browsers import FLAGS, NAMES, PATIENCE

__all__ = ["FLAGS", "NAMES", "PATIENCE"]
