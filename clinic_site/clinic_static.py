"""The static files of a clinic's own folder: its colors as stylesheets, its mark as icons, its picture for shared links.

They are made in DATA_DIR from the folder and found before the files of the same name that ship, which show the clinic that ships.
"""

import hashlib
import re
import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import resvg_py
from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage
from django.template.loader import render_to_string
from PIL import Image, ImageDraw

from clinic_site.clinic_folder import ClinicFolder
from clinic_site.clinic_look import Look
from clinic_site.clinic_mark import mark_of
from content.share_picture import HEIGHT, WIDTH, can_be_drawn, headings_font, write_title

_ICON = 180
_ICON_DRAWING = 140
# Where the site's own picture has its mark and name. The scene begins below the titles, which are written on plain sky.
_LEFT, _TOP, _MARK, _NAME_AT, _SCENE = 72, 56, 60, 144, 300
# Its towers would be behind the words.
_LOWER = {"city": 30}
_NAME_SIZE = 30
_VARIABLE = re.compile(r"var\(--([\w-]+)(?:\s*,[^()]*)?\)")
# Without a scene the words end the sky.
_NO_SCENE = """
.home .sky { background: linear-gradient(var(--sky-1), var(--sky-2) 40%, var(--sky-3)) }
.home .hero { padding-block-end: clamp(2.5rem, 6vw, 5rem) }
"""


class ClinicFinder(FileSystemFinder):
    """Finds nothing for the clinic that ships, whose files are in `static/`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        folder = settings.CLINIC_FOLDER
        root = str(made_static(folder, settings.DATA_DIR / "clinic-static")) if folder.is_own else ""
        self.locations = [("", root)] if root else []
        self.storages = {root: FileSystemStorage(location=root)} if root else {}

    def check(self, **kwargs: Any) -> list:
        return []


def made_static(folder: ClinicFolder, place: Path) -> Path:
    """The folder below `place` with the files, made now unless the same were made before."""
    files = _stylesheets(folder) | {"img/favicon.svg": _in_colors(mark_of(folder.mark).file, folder.look).encode()}
    drawn = _share_drawing(folder)
    digest = hashlib.sha256(b"\0".join([*files.values(), drawn.encode(), *map(str.encode, _words(folder))])).hexdigest()[:16]
    made = place / digest
    if made.is_dir():
        return made
    files |= {"img/apple-touch-icon.png": _touch_icon(folder), "img/share.png": _share_picture(folder, drawn)}
    place.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=place, prefix=".unfinished-"))
    for name, content in files.items():
        (unfinished / name).parent.mkdir(exist_ok=True)
        (unfinished / name).write_bytes(content)
    try:
        unfinished.rename(made)
    except OSError:
        # Another process made the same.
        shutil.rmtree(unfinished)
    for old in place.iterdir():
        if old != made and not old.name.startswith("."):
            shutil.rmtree(old, ignore_errors=True)
    return made


def _stylesheets(folder: ClinicFolder) -> dict[str, bytes]:
    """Layered for the site, so that what a reader's device asks for still wins; the staff's has no layers."""
    scene = f"@layer components {{{_NO_SCENE}}}\n" if folder.scene == "none" else ""
    return {
        "css/look.css": f"@layer tokens {{\n{folder.look.rules}}}\n{scene}".encode(),
        "staff/look.css": folder.look.rules.encode(),
    }


def _in_colors(svg: str, look: Look) -> str:
    """The drawing by day, for what knows no stylesheet."""
    return _VARIABLE.sub(lambda match: look.by_day(match[1]) if match[1] in look.tokens else "#0000", svg)


def _png(svg: str, width: int, height: int) -> Image.Image:
    return Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=width, height=height, skip_system_fonts=True)))


def _drawn_mark(folder: ClinicFolder, size: int) -> Image.Image:
    """In a square, whatever its own shape."""
    mark = mark_of(folder.mark)
    _, _, width, height = map(float, mark.view_box.split())
    longest = max(width, height)
    sides = [max(1, round(size * side / longest)) for side in (width, height)]
    square = Image.new("RGBA", (size, size))
    square.paste(_png(_in_colors(mark.file, folder.look), *sides), ((size - sides[0]) // 2, (size - sides[1]) // 2))
    return square


def _touch_icon(folder: ClinicFolder) -> bytes:
    icon = Image.new("RGB", (_ICON, _ICON), folder.look.by_day("paper"))
    mark, edge = _drawn_mark(folder, _ICON_DRAWING), (_ICON - _ICON_DRAWING) // 2
    icon.paste(mark, (edge, edge), mark)
    return _as_png(icon)


def _words(folder: ClinicFolder) -> tuple[str, str]:
    """The name, and below it the headline. What the headings' font cannot write is left out."""
    name, headline = folder.facts["name"], folder.words.get("headline", "")
    return name if can_be_drawn(name) else "", headline if can_be_drawn(headline) else ""


def _share_drawing(folder: ClinicFolder) -> str:
    """Sky and scene. The scene is as wide as the picture."""
    stops = {"sky-1": 0, "sky-2": 0.4, "sky-3": 0.62, "sky-4": 0.76}
    sky = "".join(f'<stop offset="{offset}" stop-color="var(--{name})"/>' for name, offset in stops.items())
    scene = '<path fill="var(--land)" d="M0 560c150-24 330-20 520-8s390 12 680-2v80H0z"/>'
    if folder.scene != "none":
        inner = render_to_string(f"_scene_{folder.scene}.svg").partition(">")[2].rpartition("</svg>")[0]
        top = HEIGHT - _SCENE + _LOWER.get(folder.scene, 0)
        scene = f'<svg y="{top}" width="{WIDTH}" height="{_SCENE}" viewBox="60 50 1320 330" overflow="visible">{inner}</svg>'
    return _in_colors(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><linearGradient id="sky" x2="0" y2="1">{sky}'
        f'</linearGradient><path fill="url(#sky)" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>{scene}</svg>',
        folder.look,
    )


def _share_picture(folder: ClinicFolder, drawing: str) -> bytes:
    picture = _png(drawing, WIDTH, HEIGHT).convert("RGB")
    mark = _drawn_mark(folder, _MARK)
    picture.paste(mark, (_LEFT, _TOP), mark)
    name, headline = _words(folder)
    font = headings_font(_NAME_SIZE)
    ImageDraw.Draw(picture).text((_NAME_AT, _TOP + _MARK // 2), name, font=font, fill=folder.look.by_day("ink"), anchor="lm")
    if headline:
        write_title(picture, headline)
    return _as_png(picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE))


def _as_png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
