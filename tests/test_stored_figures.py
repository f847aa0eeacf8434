"""Figures as notebooks store them: the same drawing, seen without trust, script or style sheet."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from safetybook.figures import COLOURS, INK, Figure, drawing, finish
from safetybook.stored_figures import inline_drawings, stored_drawings
from safetybook.tables import Cell, Group, Row, Table

TABLE = Table("Numbers", "Category", (("n",),), (Group("", (Row("TEAEs", (Cell("42"),)),)),))


def draw(alt: str = 'IVIg 42 %, "placebo" <28> & the patient’s') -> Figure:
    with drawing(2) as canvas:
        axes = canvas.subplots()
        axes.plot([0, 1], [1, 1], color=INK)
        axes.scatter([0.2, 0.8], [1, 1], color=COLOURS[:2], marker="s")
        axes.annotate("IVIg & <placebo>, 50 % #1, the patient's − ≥", (0.5, 1))
        return finish(canvas, "overview", alt, TABLE)


class Images(HTMLParser):
    """What a browser makes of the images: their alternatives, and the documents at their addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append({name: value or "" for name, value in attrs})


def document(html: str) -> ET.Element:
    """The drawing at the address of the one image, as the URL Standard and the data scheme have it."""
    (image,) = Images(html).found
    address = re.sub(r"[\t\n\r]", "", image["src"]).partition("#")[0]
    kind, _, coded = address.partition(",")
    assert kind == "data:image/svg+xml"
    content = re.sub(rb"%([0-9A-F]{2})", lambda code: bytes.fromhex(code[1].decode()), coded.encode())
    return ET.fromstring(content)


def test_a_stored_drawing_comes_back_as_it_was():
    figure = draw()
    assert stored_drawings(figure.html()) != figure.html()
    assert inline_drawings(stored_drawings(figure.html())) == figure.html()


def test_a_notebook_stores_the_image_and_the_page_has_the_drawing():
    figure = draw()
    html = figure._repr_mimebundle_()["text/html"]
    assert "<svg" not in html
    assert inline_drawings(html).count("<svg") == figure.html().count("<svg") == 1


def test_the_image_says_what_it_shows():
    (image,) = Images(stored_drawings(draw().html())).found
    assert image["alt"] == 'IVIg 42 %, "placebo" <28> & the patient’s'


def test_a_browser_finds_the_whole_drawing_at_the_address():
    figure = draw()
    root, before = document(stored_drawings(figure.html())), ET.fromstring(figure.svg)
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "IVIg & <placebo>, 50 % #1, the patient's − ≥" in texts
    # But for the ground, the same elements in the same order.
    assert [one.tag for one in root.iter()][2:] == [one.tag for one in before.iter()][1:]


def test_the_image_has_its_own_colours_font_ground_and_size():
    root = document(stored_drawings(draw().html()))
    whole = ET.tostring(root, encoding="unicode")
    assert "var(" not in whole
    assert "currentColor" not in whole
    assert all(colour in whole for colour in (*COLOURS[:2], INK))
    assert "font-family: sans-serif" in root.attrib["style"]
    assert root.attrib["width"] == "480"
    ground = root[0]
    assert (ground.attrib["width"], ground.attrib["height"]) == ("100%", "100%")
    assert ground.attrib["style"] == "fill: #ffffff"


def test_every_line_of_the_address_holds_whole_elements():
    """A browser leaves out the line ends, so none may stand where a blank is meant."""
    (address,) = re.findall(r"src='([^']*)'", stored_drawings(draw().html()))
    assert address.count("\n") > 20
    for line in address.split("\n")[1:]:
        assert line.startswith("%3C")
        assert line.endswith("%3E")


def test_what_is_no_drawing_stays_and_another_drawing_is_refused():
    other = '<p>42 < 43</p><img alt="A photo" src="photo.png"><svg class="icon"></svg>'
    assert stored_drawings(other) == other
    assert inline_drawings(other) == other
    with pytest.raises(ValueError, match="no drawing of the book is in the image: A logo"):
        inline_drawings("""<img alt="A logo" src='data:image/svg+xml,%3Csvg/%3E'>""")
