"""The two forms of a drawing: inline on a page, and the image that a notebook stores.

A page has the drawing as an ``<svg>`` element, which takes the page's colours and font. Jupyter shows such an
element only in a notebook that is trusted, and so do other viewers: they take it out, and leave its labels in
a line. They keep an image whose address holds the drawing. Such an image takes nothing from what is around
it, so it has its own colours and font, on white: a notebook may be dark. It can be saved as a file, too.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe and Ito's colours, which remain apart in all common forms of colour blindness."""

INK = "#000000"
"""What is drawn in this colour takes the colour of the page's text."""

MAX_WIDTH = 480
"""How wide a drawing is, in pixels; on a page that is its most, in units of the letters: 16 pixels each."""

NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
LINES = "stroke-linejoin: round; stroke-linecap: butt"
FONT = "sans-serif"
"""Any of them is at most as wide as the font by which matplotlib measures."""

INLINE = re.compile(
    rf'<svg {NAMES} (viewBox="[^"]*") role="img" aria-label="([^"]*)" style="[^"]*">(.*?</svg>)', re.DOTALL
)
"""Its box, its text alternative as HTML, and all that follows the opening tag."""

IMAGE = re.compile(r"""<img alt="([^"]*)" src='data:image/svg\+xml,([^']*)'>""")
"""Its text alternative as HTML, and the coded drawing."""

VARIABLE = re.compile(r"var\(--sb-colour-\d+, (#[0-9a-f]{6})\)")

CODED = {ord(character): f"%{ord(character):02X}" for character in "%#<>&'"}
"""What has a meaning in an address, or in the HTML around it. The rest stays readable, for a review."""


def inline_drawing(box: str, alt: str, rest: str) -> str:
    """A drawing for a page: labelled, and in the page's colours.

    Args:
        box: the attribute ``viewBox`` of the drawing.
        alt: the text alternative, as HTML.
        rest: all that follows the opening tag, in the drawing's own colours.
    """
    rest = rest.replace(INK, "currentColor")
    for i, colour in enumerate(COLOURS, start=1):
        rest = rest.replace(colour, f"var(--sb-colour-{i}, {colour})")
    style = f"width: 100%; max-width: {MAX_WIDTH // 16}rem; height: auto; fill: currentColor; {LINES}"
    return f'<svg {NAMES} {box} role="img" aria-label="{alt}" style="{style}">{rest}'


def stored_drawings(html: str) -> str:
    """HTML for a notebook: each drawing in it as an image."""
    return INLINE.sub(_image, html)


def _image(found: re.Match[str]) -> str:
    box, alt, rest = found.groups()
    drawing = _opening(box) + VARIABLE.sub(r"\1", rest).replace("currentColor", INK)
    # An address loses its line ends. They stand between elements only, for whoever compares two versions.
    return f"""<img alt="{alt}" src='data:image/svg+xml,{drawing.translate(CODED)}'>"""


def _opening(box: str) -> str:
    """What a stored drawing begins with."""
    white = '<rect width="100%" height="100%" style="fill: #ffffff"/>'
    return f'<svg {NAMES} {box} width="{MAX_WIDTH}" style="font-family: {FONT}; {LINES}">{white}'


def inline_drawings(html: str) -> str:
    """HTML for a page, from what a notebook stores: each drawing as it was before :func:`stored_drawings`.

    Raises:
        ValueError: at an image of another drawing.
    """
    return IMAGE.sub(_inline, html)


def _inline(found: re.Match[str]) -> str:
    alt, drawing = found[1], unquote(found[2])
    box = re.search(r'viewBox="[^"]*"', drawing)
    if box is None or not drawing.startswith(_opening(box[0])):
        raise ValueError(f"no drawing of the book is in the image: {unescape(alt)}")
    return inline_drawing(box[0], alt, drawing.removeprefix(_opening(box[0])))
