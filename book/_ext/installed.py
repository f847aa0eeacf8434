"""Say first what to install, where the book's own packages are missing; else an import error names one."""

from importlib.util import find_spec

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

INSTALL = "python -m pip install --no-deps --no-build-isolation -e ."


def setup(app: Sphinx) -> dict[str, bool]:
    """Refuse to go on without them."""
    if find_spec("proderm") is None:
        raise ExtensionError(f"the packages in src are not installed; in the folder of this book: {INSTALL}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
