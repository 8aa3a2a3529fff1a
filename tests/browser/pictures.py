"""Small pictures of a few pages as they should look, to compare with. Redraw them by hand, after looking:

python -m tests.browser.pictures
"""

import io
import tempfile
from itertools import product
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser

from tests.browser.chromium import DESKTOP, PHONE, find_chromium, new_context, running_chromium
from tests.server import Site

FOLDER = Path(__file__).parent / "pictures"
# From the page of components, whose words and dates never change.
STATES = ("home", "article", "book-wrong", "holiday")
LOOKS = {"phone-light": (PHONE, "light"), "desktop-dark": (DESKTOP, "dark")}
PICTURES = {f"{state}-{look}": (state, *LOOKS[look]) for state, look in product(STATES, LOOKS)}
# Fewer pixels and colors make small files, and forgive how a font's edges are drawn.
SCALE = 3
COLORS = 64


def take(browser: Browser, site: Site, name: str, *, style: str = "") -> Image.Image:
    """The first screen of a state, made small. `site` runs with DEBUG on; `style` is added to its stylesheet."""
    state, size, scheme = PICTURES[name]
    with new_context(browser, viewport=size, color_scheme=scheme, reduced_motion="reduce", bypass_csp=bool(style)) as context:
        page = context.new_page()
        page.goto(f"{site.url}/components/{state}/")
        if style:
            page.add_style_tag(content=style)
        page.evaluate("document.fonts.ready")
        shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return shown.resize((size["width"] // SCALE, size["height"] // SCALE), Image.Resampling.BOX)


def difference(shown: Image.Image, expected: Image.Image) -> float:
    """The share of pixels, from 0 to 1, that differ by more than a font's edge does. 1 for another size."""
    if shown.size != expected.size:
        return 1.0
    soft = [picture.convert("RGB").filter(ImageFilter.BoxBlur(1)) for picture in (shown, expected)]
    greatest = ImageChops.difference(*soft).point(lambda value: 255 if value > 40 else 0).convert("L")
    return sum(1 for value in greatest.tobytes() if value) / (shown.width * shown.height)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_chromium(find_chromium() or "chromium") as browser:
        site = Site(Path(place), {"DEBUG": "on"})
        try:
            site.serve()
            for name in PICTURES:
                path = FOLDER / f"{name}.png"
                take(browser, site, name).quantize(COLORS).save(path, optimize=True)
                print(f"{path.name}: {path.stat().st_size} bytes")
        finally:
            site.stop()


if __name__ == "__main__":
    main()
