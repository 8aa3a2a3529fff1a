"""A clinic's mark is somebody else's SVG: what could act is left out of it, and what draws is kept."""

import re

import pytest

from clinic_site.clinic_folder import read_folder
from clinic_site.clinic_keys import WrongValue
from clinic_site.clinic_mark import MOST_BYTES, clean_mark
from tests.clinic_folders import write_folder

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 32 32"'
DOT = '<circle cx="1" cy="1" r="1"/>'


@pytest.mark.parametrize(
    ("inner", "left_out"),
    [
        pytest.param("<script>alert(1)</script>", ["<script>"], id="a script"),
        pytest.param("<style>*{fill:red}</style>", ["<style>"], id="a style"),
        pytest.param('<path onload="a()" onclick="b()" d="M0 0h1"/>', ["onload", "onclick"], id="handlers"),
        pytest.param('<path style="fill:url(http://x.example)" d="M0 0h1"/>', ["style"], id="a style of its own"),
        pytest.param('<a xlink:href="javascript:a()"><path d="M0 0h1"/></a>', ["<a>"], id="a link, with what is in it"),
        pytest.param('<image href="http://x.example/a.png"/>', ["<image>"], id="a picture"),
        pytest.param('<use xlink:href="http://x.example/#a"/>', ["<use>"], id="a drawing from elsewhere"),
        pytest.param('<path fill="url(http://x.example/#a)" d="M0 0h1"/>', ["fill"], id="a paint from elsewhere"),
        pytest.param('<path fill="url(//x.example/#a)" d="M0 0h1"/>', ["fill"], id="without a scheme"),
        pytest.param('<path fill="u\\72l(#a)" d="M0 0h1"/>', ["fill"], id="an escape"),
        pytest.param('<path fill="image-set(#a)" d="M0 0h1"/>', ["fill"], id="another function"),
        pytest.param('<path d="M0 0h1" class="a" tabindex="0"/>', ["class", "tabindex"], id="what belongs to a page"),
        pytest.param('<animate attributeName="href"/><set attributeName="d"/>', ["<animate>", "<set>"], id="what moves"),
        pytest.param("<text>Call now</text>", ["<text>"], id="words"),
        pytest.param('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>', ["<foreignObject>"], id="HTML"),
        pytest.param('<b xmlns="http://x.example" onload="a()"/>', ["<b>"], id="an element of another language"),
        pytest.param("<g>" * 40 + DOT + "</g>" * 40, ["<g>"], id="too deep"),
    ],
)
def test_what_could_act_is_left_out_and_named(inner, left_out):
    mark = clean_mark(f"{HEAD}>{inner}{DOT}</svg>")
    assert list(mark.left_out) == left_out
    assert mark.drawing.endswith(DOT)
    assert not re.search(r"script|style|on\w+=|href|url\(|http|alert|Call|class", mark.drawing)


def test_what_draws_is_kept_and_its_names_are_apart_from_the_pages():
    inner = (
        '<defs><linearGradient id="g" x2="1"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        '<g transform="translate(1 2) scale(.5)"><path fill="url(#g)" fill-rule="evenodd" d="M0,0 l1e1-2z"/></g>'
    )
    mark = clean_mark(f'<?xml version="1.0"?><!-- by a program -->{HEAD} onload="a()" width="9" fill="none">{inner}</svg>')
    kept = inner.replace('id="g"', 'id="mark-g"').replace("url(#g)", "url(#mark-g)")
    assert mark.drawing == f'<g fill="none">{kept}</g>'
    assert mark.left_out == ("onload",)
    assert mark.file == f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{mark.drawing}</svg>'
    assert 'aria-hidden="true"' in mark.inline


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param("a picture", "must be an SVG", id="no XML"),
        pytest.param(f"<svg>{DOT}</svg>", "namespace", id="no namespace"),
        pytest.param('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1"/></svg>', "viewBox", id="no size"),
        pytest.param(f"{HEAD}><text>A</text></svg>", "draws nothing", id="words alone"),
        pytest.param(f"{HEAD}><g/></svg>", "draws nothing", id="nothing"),
        pytest.param(f'<!DOCTYPE svg [<!ENTITY a "b">]>{HEAD}>{DOT}</svg>', "must not declare entities", id="entities"),
        pytest.param(f"{HEAD}>{DOT * (MOST_BYTES // len(DOT) + 1)}</svg>", "at most", id="too much for every page"),
    ],
)
def test_what_is_no_mark_is_refused(source, told):
    with pytest.raises(WrongValue, match=told):
        clean_mark(source)


def test_a_refusal_names_the_file_and_so_does_one_of_a_file_that_nobody_reads(tmp_path):
    write_folder(tmp_path, static__mark="")
    with pytest.raises(WrongValue, match=r"static/mark\.svg must be an SVG"):
        read_folder(tmp_path)
    (tmp_path / "static" / "mark.svg").rename(tmp_path / "static" / "logo.svg")
    with pytest.raises(WrongValue, match=r"static/logo\.svg would not be read: static/ takes mark\.svg"):
        read_folder(tmp_path)
