"""The picture shown when a page's URL is shared: the site's own, with the page's title instead of the headline.

It is drawn once for each title, when it is first requested, and stored in DATA_DIR. The file's name contains a digest of its
content, so a new title has a new file and an old file can be cached forever.
"""

import hashlib
import os
import re
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

# The size of the site's own picture, and so of every other, in pixels.
WIDTH, HEIGHT = 1200, 630
# The position of the headline in the site's picture, in pixels, and of the column of plain sky that covers it.
_LEFT, _TOP, _BOTTOM, _RIGHT, _SKY_AT = 72, 130, 400, 900, 1100
_INK = (30, 36, 64)
_LINE = 1.15
_SIZES = (66, 58, 50, 44)
_MOST_LINES = 3
# The characters in the headings' font (static/fonts/README.md).
_LETTERS = re.compile(r"""[ !"$%&'(),\-./0-9:;?A-Za-z\xa0é–—‘’“”]+""")


def can_be_drawn(title: str) -> bool:
    """Whether the font has every character; if not, the site's own picture is shared."""
    return bool(_LETTERS.fullmatch(title))


def name_of(title: str) -> str:
    """The file's stem."""
    fingerprint = _ground_fingerprint().copy()
    fingerprint.update(title.encode())
    return fingerprint.hexdigest()[:24]


def share_picture(title: str) -> Path:
    """The path of the PNG file, which is drawn now if it does not exist."""
    folder = Path(settings.MEDIA_ROOT) / "share"
    path = folder / f"{name_of(title)}.png"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(draw(title))
        unfinished.replace(path)
    return path


def draw(title: str) -> bytes:
    """Draws the picture."""
    image = Image.open(BytesIO(_ground_bytes())).convert("RGB")
    sky = image.crop((_SKY_AT, _TOP, _SKY_AT + 1, _BOTTOM)).resize((_RIGHT - _LEFT + 20, _BOTTOM - _TOP))
    image.paste(sky, (_LEFT - 10, _TOP))
    write_title(image, title)
    out = BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def write_title(image: Image.Image, title: str) -> None:
    """Writes the title where the site's picture has its headline."""
    font, lines = _set(title)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((_LEFT, 150 + number * font.size * _LINE), line, font=font, fill=_INK)


def headings_font(size: int) -> ImageFont.FreeTypeFont:
    # Not by the finders: one of them draws with it.
    return ImageFont.truetype(settings.BASE_DIR / "static" / "fonts" / "brygada-1918-400.woff2", size)


def _set(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The font and lines at the largest size at which the title fits three lines; at the smallest size, it is cut."""
    for size in _SIZES:
        font = headings_font(size)
        lines = _broken(title, font)
        if len(lines) <= _MOST_LINES:
            return font, lines
    return font, [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}..."]


def _broken(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > _RIGHT - _LEFT:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@cache
def _ground_fingerprint():
    return hashlib.sha256(_ground_bytes())


@cache
def _ground_bytes() -> bytes:
    return Path(_static("img/share.png")).read_bytes()


def _static(name: str) -> str:
    """Where a file of ours is on the disk."""
    if (path := finders.find(name)) is None:
        raise FileNotFoundError(name)
    return path
