"""Colors as hex, as OKLCH (lightness, chroma, hue: alike to the eye where alike in number) and their contrast by WCAG."""

from math import atan2, cos, hypot, sin
from typing import NamedTuple


class Shade(NamedTuple):
    """OKLCH. `light` from 0 to 1, `hue` in radians."""

    light: float
    chroma: float
    hue: float


def _rgb(color: str) -> tuple[float, float, float]:
    """Linear light of `#rrggbb` or `#rgb`, each from 0 to 1."""
    digits = color.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _luminance(color: str) -> float:
    red, green, blue = _rgb(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21 (WCAG 2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def shade(color: str) -> Shade:
    red, green, blue = _rgb(color)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    return Shade(light, hypot(a, b), atan2(b, a))


def color(wanted: Shade) -> str:
    """As hex, with as much of its chroma as a screen can show."""
    wanted = wanted._replace(light=min(max(wanted.light, 0.0), 1.0))
    if not _can_be_shown(wanted):
        low, high = 0.0, wanted.chroma
        for _ in range(16):
            middle = (low + high) / 2
            low, high = (middle, high) if _can_be_shown(wanted._replace(chroma=middle)) else (low, middle)
        wanted = wanted._replace(chroma=low)
    return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in _linear_of(wanted))


def _can_be_shown(wanted: Shade) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in _linear_of(wanted))


def _linear_of(wanted: Shade) -> tuple[float, float, float]:
    a, b = wanted.chroma * cos(wanted.hue), wanted.chroma * sin(wanted.hue)
    long = (wanted.light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (wanted.light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (wanted.light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _encoded(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def nearest(wanted: str, *, against: list[str], least: float, darker: bool) -> str | None:
    """The color itself, or the nearest darker or lighter one with this contrast against all others; None if there is none."""
    start = shade(wanted)
    for step in range(401):
        light = start.light + (-step if darker else step) / 400
        if not 0 <= light <= 1:
            break
        tried = color(start._replace(light=light)) if step else wanted
        if all(contrast(tried, other) >= least for other in against):
            return tried
    return None
