"""From two colors every other is made, by day and by night, and words can be read in all of them."""

import io
import re

import pytest
from PIL import Image

from clinic_site.clinic_folder import read_folder
from clinic_site.clinic_keys import SCENES, WrongValue
from clinic_site.clinic_look import GROUNDS, LEAST, WORDS, Look, look_from, shipped_look
from clinic_site.clinic_static import made_static
from clinic_site.colors import color, contrast, shade
from clinic_site.static_files import BROWSERS
from tests.clinic_folders import FACTS, write_folder

LOOK = FACTS + '[look]\nprimary = "#14532d"\nlight = "#ffe0a3"\n'


def pairs(look: Look):
    """(word, what it is on) of everything that is read."""
    for at in (0, 1):
        tokens = {name: pair[at] for name, pair in look.tokens.items()}
        yield from ((tokens[word], tokens[ground]) for word in (*WORDS, "error") for ground in GROUNDS)
        yield tokens["error"], tokens["error-tint"]
        yield from ((tokens["on-brand"], tokens[button]) for button in ("brand", "brand-hi"))
        yield from ((word, tokens["land"]) for word in (tokens["on-land"], *look.on_land.values()))
        # An announcement, in static/css/header.css.
        yield "#23283d", tokens["lit"]


@pytest.mark.parametrize(
    ("primary", "light"),
    [
        pytest.param("#22384a", "#ffd391", id="the clinic that ships"),
        pytest.param("#14532d", "#bbf7d0", id="green on green"),
        pytest.param("#5b1a2e", "#ffd9a0", id="wine"),
        pytest.param("#3b1d60", "#f5d0fe", id="violet"),
        pytest.param("#0b3d91", "#cfe8ff", id="blue"),
        pytest.param("#4a3300", "#ffe600", id="brown and yellow"),
        pytest.param("#0b5563", "#ffb454", id="both as near as they may be"),
        pytest.param("#000000", "#ffffff", id="black and white"),
    ],
)
def test_words_are_read_at_seven_to_one_and_edges_are_seen(primary, light):
    look = look_from(primary, light)
    assert (look.by_day("land"), look.by_day("lit"), look.by_night("lit")) == (primary, light, light)
    assert min(contrast(*pair) for pair in pairs(look)) >= LEAST
    for at in (0, 1):
        assert min(contrast(look.tokens["edge"][at], look.tokens[ground][at]) for ground in GROUNDS[:3]) >= 3


def test_the_look_that_ships_reads_as_well():
    assert min(contrast(*pair) for pair in pairs(shipped_look())) >= LEAST


@pytest.mark.parametrize(
    ("key", "given"), [("primary", "#3f7fbf"), ("primary", "#ffffff"), ("light", "#b06a1c"), ("light", "#101010")]
)
def test_a_color_in_which_words_cannot_be_read_is_refused_with_the_nearest_that_can(tmp_path, key, given):
    facts = re.sub(rf"{key} = .*", f'{key} = "{given}"', LOOK)
    with pytest.raises(WrongValue, match=rf"clinic\.toml, line 3\d: {key} reaches \d\.\d:1") as refused:
        read_folder(write_folder(tmp_path, facts=facts))
    nearest = re.search(r'"(#\w{6})"$', str(refused.value))[1]
    colors = {"primary": "#14532d", "light": "#ffe0a3"} | {key: nearest}
    assert min(contrast(*pair) for pair in pairs(look_from(**colors))) >= LEAST
    hue = shade(nearest).hue - shade(given).hue
    assert abs(hue) < 0.1 or shade(nearest).chroma < 0.01, "the same hue"


def test_a_color_is_itself_again_after_its_shade():
    for given in ("#22384a", "#ffd391", "#000000", "#ffffff", "#ff0000", "#00ff88", "#777777"):
        assert color(shade(given)) == given


@pytest.mark.parametrize("scene", SCENES)
def test_the_folders_files_are_made_once_in_its_colors(tmp_path, scene):
    folder = read_folder(write_folder(tmp_path / "clinic", facts=f'{LOOK}scene = "{scene}"\n'))
    made = made_static(folder, tmp_path / "static")
    when = {path: path.stat().st_mtime_ns for path in made.rglob("*.*")}
    assert {str(path.relative_to(made)) for path in when} == {
        *("css/look.css", "staff/look.css", "img/favicon.svg", "img/apple-touch-icon.png", "img/share.png")
    }
    assert made_static(folder, tmp_path / "static") == made
    assert {path: path.stat().st_mtime_ns for path in when} == when
    picture = Image.open(io.BytesIO((made / "img" / "share.png").read_bytes())).convert("RGB")
    assert (picture.size, picture.getpixel((600, 625))) == ((1200, 630), (0x14, 0x53, 0x2D)), "land in the primary color"
    assert "var(" not in (made / "img" / "favicon.svg").read_text()
    assert "--brand: light-dark(#14532d, #ffe0a3);" in (made / "css" / "look.css").read_text()


def test_the_stylesheet_is_in_the_layer_of_the_tokens_and_older_browsers_can_read_it(tmp_path):
    lightningcss = pytest.importorskip("lightningcss")
    folder = read_folder(write_folder(tmp_path / "clinic", facts=LOOK))
    path = made_static(folder, tmp_path / "static") / "css" / "look.css"
    bundle = lightningcss.bundle_css(str(path), browsers_list=BROWSERS, minify=True)
    assert bundle.startswith("@layer tokens{:root{")
    assert "light-dark" not in bundle
