"""The picture that other sites show beside a link to this one, drawn by the site's own stylesheet.

    python -m tests.tools.share_picture

Writes static/img/share.png, 1200 by 630. Run it again when the scene, the mark or the headline changes.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.chromium import find_chromium, running_chromium
from tests.server import CHECKOUT, Site

PICTURE = CHECKOUT / "static" / "img" / "share.png"
COLORS = 128


def main() -> None:
    program = find_chromium()
    if program is None:
        sys.exit("Chromium was not found: no chromium on PATH, and CHROMIUM is not set")
    with tempfile.TemporaryDirectory() as place, running_chromium(program) as browser:
        site = Site(Path(place), {"DEBUG": "on"})
        try:
            site.serve()
            page = browser.new_page(viewport={"width": 1200, "height": 630}, reduced_motion="reduce")
            page.goto(f"{site.url}/components/share/")
            page.evaluate("document.fonts.ready")
            picture = Image.open(io.BytesIO(page.screenshot()))
        finally:
            site.stop()
    picture.convert("RGB").quantize(COLORS, dither=Image.Dither.FLOYDSTEINBERG).save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(CHECKOUT)}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
