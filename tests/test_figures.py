"""Figures: deterministic, labelled, in the page's colours."""

import re
import xml.etree.ElementTree as ET
from fractions import Fraction
from functools import partial

import pytest

from safetybook.determinacy import PUBLISHED, determined
from safetybook.figures import (
    COLOURS,
    FAINT,
    INK,
    Contrast,
    Figure,
    Palette,
    contrast_table,
    contrasts,
    drawing,
    finish,
)
from safetybook.results import Result
from safetybook.tables import Cell, Group, Row, Table

TABLE = Table("Numbers", "Category", (("n",),), (Group("", (Row("TEAEs", (Cell("42"),)),)),))


def draw(name: str = "overview", alt: str = "IVIg 42, placebo 28", data: Table | None = None) -> Figure:
    with drawing(2) as canvas:
        axes = canvas.subplots()
        axes.plot([0, 1], [1, 1], color=INK, alpha=FAINT)
        axes.scatter([0.2, 0.8], [1, 1], color=COLOURS[:2], marker="s")
        axes.annotate("IVIg & <placebo>", (0.5, 1))
        return finish(canvas, name, alt, data)


def test_two_drawings_are_the_same_bytes():
    assert draw().html() == draw().html()


def test_the_picture_is_an_image_with_a_name():
    root = ET.fromstring(draw(alt='a "quoted" <name>').svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'a "quoted" <name>'


def test_plain_text_is_the_alternative_so_that_checks_compare_it():
    assert draw()._repr_mimebundle_()["text/plain"] == "IVIg 42, placebo 28"


def test_a_figure_without_an_alternative_is_refused():
    with pytest.raises(ValueError, match="overview"):
        draw(alt=" ")


def test_text_stays_text_in_the_pages_font_and_colour():
    svg = draw().svg
    assert "IVIg &amp; &lt;placebo&gt;" in svg
    assert "font-family" not in svg
    assert INK not in svg
    # What matplotlib draws in black without saying so takes the text's colour from the root.
    assert "fill: currentColor" in svg[: svg.index(">")]


def test_colours_are_variables_that_a_dark_page_may_lighten():
    svg = draw().svg
    assert f"var(--sb-colour-1, {COLOURS[0]})" in svg
    assert not re.search(rf"(?<!, ){COLOURS[0]}", svg)


def test_the_background_is_transparent_and_no_style_leaks_to_the_page():
    svg = draw().svg
    assert "<style" not in svg
    assert "#ffffff" not in svg


def test_ids_are_the_figures_own_and_each_is_referred_to():
    svg = draw().svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    assert set(ids) == used
    assert len(ids) == len(set(ids))
    assert all(name.startswith("overview-") for name in ids)
    assert not set(ids) & set(re.findall(r'\bid="([^"]+)"', draw("other").svg))


def test_it_shrinks_to_the_page():
    assert 'style="width: 100%; max-width: ' in draw().svg
    assert not re.search(r"<svg[^>]* (width|height)=", draw().svg)


def test_the_numbers_are_one_click_away():
    assert "<details" not in draw().html()
    html = draw(data=TABLE).html()
    assert html.index("<summary>") < html.index("<table")


def test_a_contrast_shows_both_percentages_and_the_difference():
    share = partial(Result, "x", "", "adae", "percent")
    row = Contrast(
        "Any TEAE", share(Fraction(4200, 52), "%", "", 42, 52), share(Fraction(2800, 48), "%", "", 28, 48)
    )
    figure = contrasts("overview", "Patients with TEAEs", Palette(("IVIg", "Placebo")), [row])
    assert figure.alt == (
        "Patients with TEAEs. Any TEAE, IVIg 80.8%, Placebo 58.3%, "
        "difference 22.4 (4.4 to 38.8) percentage points."
    )
    assert ">80.8 v 58.3<" in figure.svg
    assert [cell.text for cell in figure.data.rows[0].cells] == [
        "42/52 (80.8)",
        "28/48 (58.3)",
        "22.4 (4.4 to 38.8)",
    ]


def test_the_scale_of_a_contrast_ends_where_it_is_told_and_holds_every_percentage():
    share = partial(Result, "x", "", "adae", "percent")
    row = Contrast(
        "Nausea", share(Fraction(1800, 95), "%", "", 18, 95), share(Fraction(200, 48), "%", "", 2, 48)
    )
    draw_to = partial(contrasts, "terms", "By term", Palette(("IVIg", "Placebo")), [row])
    assert ">20<" in draw_to(most=20).svg
    assert ">100<" not in draw_to(most=20).svg
    with pytest.raises(ValueError, match="more than 18 %: Nausea"):
        draw_to(most=18)


def test_a_table_of_contrasts_says_how_far_shares_and_differences_are_fixed():
    share = partial(Result, "x", "", "adae", "percent")
    row = Contrast("Death", share(Fraction(0), "%", "", 0, 52), share(Fraction(0), "%", "", 0, 48))
    why = determined("from printed counts")
    table = contrast_table("By term", Palette(("IVIg", "Placebo")), [row], PUBLISHED, why)
    assert [cell.standing for cell in table.rows[0].cells] == [PUBLISHED, PUBLISHED, why]
    # Wilson's upper limits of 0 of 52 and 0 of 48 are 1.96² / (n + 1.96²), that is 6.9 % and 7.4 %.
    assert [cell.text for cell in table.rows[0].cells] == ["0/52 (0.0)", "0/48 (0.0)", "0.0 (−7.4 to 6.9)"]


def test_a_treatment_has_its_own_colour_and_shape():
    palette = Palette(("IVIg", "Placebo"))
    assert palette.colours == {"IVIg": COLOURS[0], "Placebo": COLOURS[1]}
    assert len(set(palette.markers.values())) == 2
