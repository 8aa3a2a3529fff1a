"""The look of a clinic from two colors: every color of `static/css/tokens.css` again, by day and by night.

Each keeps how light it is and takes its hue from `primary` (land, links, buttons, text) or from `light` (lamps, dusk, links by
night). Words are at 7:1 or better on whatever is behind them: a color of words that is too near is moved, and one of the two on
which white, or dark, words cannot be so is refused.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from clinic_site.clinic_keys import WrongValue
from clinic_site.colors import color, contrast, nearest, shade

LEAST = 7.0
_TOKENS = Path(__file__).resolve().parent.parent / "static" / "css" / "tokens.css"
_TOKEN = re.compile(r"--([\w-]+): (?:light-dark\((#\w+), (#\w+)\)|(#\w+));")
DAY, NIGHT = 0, 1
# Token -> the base color that gives its hue, by day and by night.
_P, _L = "primary", "light"
_HUES = {
    **dict.fromkeys(("paper", "tint", "ink", "soft", "line", "edge", "sky-1", "sky-2", "land", "tile"), (_P, _P)),
    **dict.fromkeys(("far", "trees", "field", "river-2"), (_P, _P)),
    **dict.fromkeys(("brand", "brand-hi", "sky-3"), (_P, _L)),
    **dict.fromkeys(("sky-4", "glow", "river-1", "lamp", "lit"), (_L, _L)),
    "sky-3": (_L, _P),
    "card": ("", _P),
    "halo": ("", _L),
    "on-brand": ("", _P),
}
# What words are on, in each scheme.
GROUNDS = ("paper", "card", "tint", "sky-1", "sky-2", "sky-3")
WORDS = ("ink", "soft", "brand", "brand-hi")
# On land and on what is lit, which are the same by day and by night.
_ON_LAND = {"soft": "#c8c5d1", "brand": "#f2c68e", "brand-hi": "#ffdcae"}
_ON_LIT, _WHITE = "#23283d", "#ffffff"
# A vivid color would leave nothing calm.
_MOST_CHROMA = 1.5


@dataclass(frozen=True)
class Look:
    """`tokens`: (by day, by night) of each name. `on_land`: what other words take on land."""

    tokens: dict[str, tuple[str, str]]
    on_land: dict[str, str]

    def by_day(self, name: str) -> str:
        return self.tokens[name][DAY]

    def by_night(self, name: str) -> str:
        return self.tokens[name][NIGHT]

    @property
    def rules(self) -> str:
        """As CSS, without a layer."""
        day_and_night = "".join(
            f"  --{name}: {day if day == night else f'light-dark({day}, {night})'};\n"
            for name, (day, night) in self.tokens.items()
        )
        on_land = "".join(f"  --{name}: {value};\n" for name, value in self.on_land.items())
        lamp = self.by_day("lit")
        return (
            f":root {{\n{day_and_night}  --evening: linear-gradient({self.by_day('lamp')}, {lamp});\n}}\n"
            f".land > *, .crisis > *, .crisis-card > * {{\n{on_land}}}\n"
        )


@cache
def shipped() -> dict[str, tuple[str, str]]:
    """The colors of the site's own tokens."""
    found = _TOKEN.findall(_TOKENS.read_text(encoding="utf-8").partition("\n}")[0])
    return {name: (day or both, night or both) for name, day, night, both in found}


def shipped_look() -> Look:
    return Look(shipped(), _ON_LAND)


def look_from(primary: str, light: str) -> Look:
    """Raises WrongValue for a color on which no words can be read, with the nearest on which they can."""
    _refuse_where_nothing_is_read("primary", primary, _WHITE, darker=True)
    _refuse_where_nothing_is_read("light", light, _ON_LIT, darker=False)
    bases = {_P: primary, _L: light}
    tokens = {name: list(pair) for name, pair in shipped().items()}
    for name, hues in _HUES.items():
        for scheme in (DAY, NIGHT):
            if hues[scheme]:
                tokens[name][scheme] = _in_hue_of(bases, hues[scheme], tokens[name][scheme])
    tokens["land"][DAY] = tokens["tile"][DAY] = tokens["brand"][DAY] = primary
    tokens["lit"], tokens["brand"][NIGHT] = [light, light], light
    for name in (*WORDS, "error"):
        for scheme in (DAY, NIGHT):
            against = [tokens[ground][scheme] for ground in (*GROUNDS, *(["error-tint"] if name == "error" else []))]
            tokens[name][scheme] = _moved(tokens[name][scheme], against, darker=scheme == DAY)
    for scheme in (DAY, NIGHT):
        buttons = [tokens["brand"][scheme], tokens["brand-hi"][scheme]]
        tokens["on-brand"][scheme] = _moved(tokens["on-brand"][scheme], buttons, darker=scheme == NIGHT)
    tokens["on-land"] = [_moved(tokens["on-land"][DAY], tokens["land"], darker=False)] * 2
    on_land = {name: _in_hue_of(bases, _L if "brand" in name else _P, of) for name, of in _ON_LAND.items()} | {"brand": light}
    on_land = {name: _moved(of, tokens["land"], darker=False) for name, of in on_land.items()}
    return Look({name: (day, night) for name, (day, night) in tokens.items()}, on_land)


def _in_hue_of(bases: dict[str, str], base: str, of: str) -> str:
    """The color `of` as light as it is, in the hue of a base color, and as vivid beside it as beside the site's own."""
    own = shade({_P: shipped()["land"][DAY], _L: shipped()["lit"][DAY]}[base])
    given, old = shade(bases[base]), shade(of)
    chroma = old.chroma * min(given.chroma / own.chroma, _MOST_CHROMA)
    return color(old._replace(chroma=chroma, hue=given.hue))


def _moved(one: str, against: list[str], *, darker: bool) -> str:
    return nearest(one, against=against, least=LEAST, darker=darker) or ("#000000" if darker else "#ffffff")


def _refuse_where_nothing_is_read(name: str, given: str, words: str, *, darker: bool) -> None:
    if (reached := contrast(given, words)) < LEAST:
        found = nearest(given, against=[words], least=LEAST, darker=darker)
        raise WrongValue(
            f'{name} reaches {reached:.1f}:1 with the words on it, and takes {LEAST:.0f}:1; the nearest is "{found}"'
        )
