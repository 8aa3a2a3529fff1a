"""Templates and stylesheets can be read: short lines, and nothing in them that belongs in a file of its own."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLESHEETS = sorted((ROOT / "static").rglob("*.css"))
LONGEST_LINE = 120
INLINE = re.compile(r"""<style\b|<script(?![^>]*\ssrc=)|\s(?:style|on[a-z]+)=["']""", re.I)
COLOR = re.compile(r"#[0-9a-f]{3,8}\b(?=[^{}]*[;}])", re.I)


def test_no_line_is_too_long_to_read():
    lines = {path: path.read_text().splitlines() for path in TEMPLATES + STYLESHEETS}
    assert lines
    long = {f"{path.relative_to(ROOT)}:{number}": len(line) for path in lines for number, line in enumerate(lines[path], 1)}
    assert {place: length for place, length in long.items() if length > LONGEST_LINE} == {}


def test_no_template_holds_a_style_or_a_script_of_its_own():
    # Mail programs read no stylesheet.
    found = {path: INLINE.findall(path.read_text()) for path in TEMPLATES if "mail" not in (path.parent.name, path.stem)}
    assert {path: held for path, held in found.items() if held} == {}


@pytest.mark.parametrize("held", ["<p style='color: red'>", "<style>", "<script>", '<a onclick="go()">'])
def test_an_inline_style_or_script_would_be_noticed(held):
    assert INLINE.search(held)
    assert not INLINE.search('<script src="/static/js/site.js" defer></script><p class="style">')


def test_staff_stylesheets_take_their_colors_from_the_tokens():
    """Two colors are the theme's own, each by day and by night: no public page is urgent or good."""
    found = {path.name: COLOR.findall(path.read_text()) for path in (ROOT / "static" / "staff").glob("*.css")}
    assert {name: len(colors) for name, colors in found.items() if colors} == {"theme.css": 4}
