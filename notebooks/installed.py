"""What each chapter imports first: it says what to install, where something is missing."""

from importlib.util import find_spec

WAY = (
    "python -m pip install -r requirements.txt",
    "python -m pip install --no-deps --no-build-isolation -e .",
)

if None in map(find_spec, ("proderm", "safetybook", "pandas")):
    raise ModuleNotFoundError(
        f"This kernel lacks what the book needs. In the folder of the book: {', then '.join(WAY)}. "
        "Use the Python of this kernel; make lab has one of its own."
    )
