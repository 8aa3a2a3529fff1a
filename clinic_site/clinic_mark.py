"""A clinic's mark: an SVG of somebody else's, of which nothing is kept but what draws.

What is not on the lists is left out, with all that is in it: scripts, handlers, styles, pictures, words, links and references to
anything outside. The result is written from scratch, so nothing of the file's own spelling is in it.
"""

import re
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from clinic_site.clinic_keys import WrongValue

# It is in the HTML of every page.
MOST_BYTES = 8000
_MOST_DEPTH = 30
_SVG = "{http://www.w3.org/2000/svg}"
_PAINT = {
    *("fill", "fill-opacity", "fill-rule", "clip-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linecap"),
    *("stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "transform", "clip-path"),
}
_GRADIENT = {"id", "gradientUnits", "gradientTransform", "spreadMethod"}
# Element -> its own attributes.
_KEPT: dict[str, set[str]] = {
    "g": _PAINT,
    "path": _PAINT | {"d"},
    "rect": _PAINT | {"x", "y", "width", "height", "rx", "ry"},
    "circle": _PAINT | {"cx", "cy", "r"},
    "ellipse": _PAINT | {"cx", "cy", "rx", "ry"},
    "line": _PAINT | {"x1", "y1", "x2", "y2"},
    "polyline": _PAINT | {"points"},
    "polygon": _PAINT | {"points"},
    "defs": set(),
    "clipPath": {"id", "clipPathUnits", "transform"},
    "linearGradient": _GRADIENT | {"x1", "y1", "x2", "y2"},
    "radialGradient": _GRADIENT | {"cx", "cy", "r", "fx", "fy"},
    "stop": {"offset", "stop-color", "stop-opacity"},
}
# No colon, slash, quote, backslash or semicolon: no address, no escape, no second declaration.
_VALUE = re.compile(r"[\w\s.,()%#+-]*")
_OWN_REFERENCE = re.compile(r"url\(#([\w-]+)\)")
_CALL = re.compile(r"([\w-]+)\s*\(")
_CALLS = {"matrix", "translate", "scale", "rotate", "skewx", "skewy", "rgb", "rgba", "hsl", "hsla", "var"}
_ID = re.compile(r"[\w-]+")
# Written by drawing programs, and no loss: nobody is told.
_SILENT = {"id", "version", "space", "xmlns", "width", "height", "x", "y", "enable-background", "viewBox"}


@dataclass(frozen=True)
class Mark:
    """`inline`: for a page's HTML, hidden from screen readers, as the clinic's name is beside it. `file`: the same as a file.

    `left_out`: what was not kept, as a line names it.
    """

    view_box: str
    drawing: str
    left_out: tuple[str, ...] = ()

    @property
    def inline(self) -> str:
        return f'<svg viewBox="{self.view_box}" width="36" height="36" aria-hidden="true" focusable="false">{self.drawing}</svg>'

    @property
    def file(self) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{self.view_box}">{self.drawing}</svg>'


def mark_of(own: Mark | None) -> Mark:
    """The clinic's own mark, or a lamp in a tile, which stands for no clinic."""
    lamp = '<rect width="32" height="32" rx="7" fill="var(--tile)"/><circle cx="16" cy="16" r="6.5" fill="var(--lit)"/>'
    return own or Mark("0 0 32 32", lamp)


def clean_mark(source: str) -> Mark:
    """Raises WrongValue for what is no drawing."""
    if re.search(r"<!(?:DOCTYPE|ENTITY)", source, re.IGNORECASE):
        # Entities could make little into much.
        source = re.sub(r"<!DOCTYPE\s[^\[\]<>]*>", "", source, count=1, flags=re.IGNORECASE)
        if "<!D" in source.upper() or "<!E" in source.upper():
            raise WrongValue("must not declare entities")
    try:
        root = ElementTree.fromstring(source)  # noqa: S314  without a DTD there are no entities to expand
    except ElementTree.ParseError as error:
        raise WrongValue(f"must be an SVG: {error}") from None
    if root.tag != f"{_SVG}svg":
        raise WrongValue("must be an SVG, with an <svg> around it in SVG's namespace")
    left_out: dict[str, None] = {}
    view_box = _view_box(root)
    for name in root.attrib:
        if (plain := _plain(name)) not in _SILENT | _PAINT:
            left_out[plain] = None
    around = _attributes(root, _PAINT, left_out)
    drawing = "".join(_written(child, left_out, 1) for child in root)
    if around:
        drawing = f"<g{around}>{drawing}</g>"
    if not re.search(r"<(?!g\b|/)", drawing):
        raise WrongValue("draws nothing that is kept: paths, rectangles, circles, ellipses, lines and polygons are")
    if len(drawing.encode()) > MOST_BYTES:
        raise WrongValue(
            f"must be at most {MOST_BYTES} bytes, because it is in every page: {len(drawing.encode())} are left of it"
        )
    return Mark(view_box, drawing, tuple(left_out))


def _view_box(root: Element) -> str:
    numbers = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    if len(numbers) != 4:
        sides = [re.fullmatch(r"([\d.]+)(?:px)?", root.get(side, "").strip()) for side in ("width", "height")]
        numbers = ["0", "0", *(side[1] for side in sides if side)]
    try:
        box = [float(number) for number in numbers]
    except ValueError:
        box = []
    if len(box) != 4 or not all(-100_000 < number < 100_000 for number in box) or min(box[2:]) <= 0:
        raise WrongValue('must have a viewBox of four numbers on its <svg>, like viewBox="0 0 32 32"')
    return " ".join(f"{number:g}" for number in box)


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _written(element: Element, left_out: dict[str, None], depth: int) -> str:
    tag = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
    if tag not in _KEPT or depth > _MOST_DEPTH:
        if tag and not tag.startswith("{") and tag not in {"title", "desc", "metadata"}:
            left_out[f"<{tag}>"] = None
        elif tag.startswith("{") and "sodipodi" not in tag and "inkscape" not in tag:
            left_out[f"<{_plain(tag)}>"] = None
        return ""
    inner = "".join(_written(child, left_out, depth + 1) for child in element)
    attributes = _attributes(element, _KEPT[tag], left_out)
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _attributes(element: Element, kept: set[str], left_out: dict[str, None]) -> str:
    written = ""
    for name, value in element.attrib.items():
        if name in kept and (safe := _safe(name, value.strip())) is not None:
            written += f' {name}="{escape(safe)}"'
        elif (element.tag != f"{_SVG}svg" and _plain(name) not in _SILENT) or name in kept:
            left_out[_plain(name)] = None
    return written


def _safe(name: str, value: str) -> str | None:
    """The value with its ids in a room of their own, apart from those of the page; None where it may not be kept."""
    if name == "id":
        return f"mark-{value}" if _ID.fullmatch(value) else None
    if own := _OWN_REFERENCE.fullmatch(value):
        return f"url(#mark-{own[1]})"
    if not _VALUE.fullmatch(value) or {call.lower() for call in _CALL.findall(value)} - _CALLS:
        return None
    return value
