"""A broken layout fails: the first screens of a few states look as they did when somebody last looked."""

import pytest
from PIL import Image

from tests.browser.chromium import new_context
from tests.browser.pictures import FOLDER, PICTURES, difference, take
from tests.environment import skip_for_want_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Measured: the same page 0.002 at most (a picture has fewer colors); six pixels further down 0.07; in another font 0.15.
TOLERANCE = 0.02


@pytest.fixture(scope="module", autouse=True)
def _liberation_sans(browser):
    """The pictures were drawn with it, as the reader's own system font."""
    with new_context(browser) as context:
        widths = context.new_page().evaluate(
            """['"Liberation Sans"', 'monospace'].map(font => {
                const pen = document.createElement('canvas').getContext('2d')
                pen.font = `40px ${font}, monospace`
                return pen.measureText('Will it be there?').width
            })"""
        )
    if widths[0] == widths[1]:
        skip_for_want_of("the font Liberation Sans was not found (Debian: fonts-liberation)")


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_it_did(browser, workshop, tmp_path, name):
    shown = take(browser, workshop, name)
    shown.save(tmp_path / f"{name}.png")
    share = difference(shown, Image.open(FOLDER / f"{name}.png"))
    assert share <= TOLERANCE, f"{share:.1%} differ: look at {tmp_path / name}.png; if it is right, run tests.browser.pictures"


BROKEN = {
    "another font": "*{font-family:monospace!important}",
    "moved": ".hero{padding-block-start:9rem!important}",
    "no scene": ".scene{display:none}",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_layout_would_be_noticed(browser, workshop, fault):
    name = "home-desktop-dark"
    share = difference(take(browser, workshop, name, style=BROKEN[fault]), Image.open(FOLDER / f"{name}.png"))
    assert share > TOLERANCE
