"""A sheet to print: the clinic as it is now, the page's own address, and a QR code that owners can count."""

import re
from xml.etree import ElementTree

import pytest
import segno

from consults.models import PrintedSheet
from pages.models import Clinic, Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
SHEETS = {"for-clinicians": "Referring a patient", "for-family": "Taking somebody home"}
ORIGIN = "http://127.0.0.1:8000"


def read(client, path: str) -> str:
    return client.get(path).content.decode()


def sheet_of(page: str) -> str:
    return page.partition('<section class="wrap section sheet"')[2].partition("</section>")[0]


def dark_cells(svg: str) -> set[tuple[int, int]]:
    """The dark modules of a drawn code as (row, column), read from its path: runs on rows, a margin of four around them."""
    path = next(part for part in ElementTree.fromstring(svg).iter("path") if "stroke" in part.attrib)
    cells, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path.attrib["d"]):
        values = [float(number) for number in re.findall(r"-?[0-9]*\.?[0-9]+", numbers)]
        if command == "h":
            cells |= {(int(y) - 4, int(x) - 4 + step) for step in range(int(values[0]))}
            x += values[0]
        else:
            x, y = (values[0], values[1]) if command == "M" else (x + values[0], y + values[1])
    return cells


def test_each_sheet_has_the_clinic_its_page_and_a_code_that_is_counted(client):
    Clinic.objects.update(phone="(507) 555-0100", fax="(507) 555-0101", email="hello@clinic.example")
    for key, title in SHEETS.items():
        sheet = sheet_of(read(client, f"/{key}/"))
        for words in (
            *("Modern Therapeutics", "200 Schilling Dr S.", "4:00 PM to 8:00 PM", "8:00 AM to noon", title),
            *("(507) 555-0100", "Fax: (507) 555-0101", "hello@clinic.example", "off-label", "tel:988", "tel:911"),
            *(f"<strong>{ORIGIN}/{key}/</strong>", "Medical review: pending"),
        ):
            assert words in sheet, f"{words} on {key}"
        address = f"{ORIGIN}/{key}/?via={key}"
        matrix = segno.make(address, error="m", micro=False).matrix
        expected = {(row, column) for row, cells in enumerate(matrix) for column, dark in enumerate(cells) if dark}
        assert dark_cells(re.search(r"<svg.*?</svg>", sheet, re.S)[0]) == expected
        assert f'aria-label="QR code of {address}"' in sheet
        assert client.get(address.removeprefix(ORIGIN)).status_code == 200
    assert set(PrintedSheet.objects.counted().values_list("code", flat=True)) == set(SHEETS)
    assert set(Page.objects.exclude(sheet="").values_list("key", flat=True)) == set(SHEETS)


def test_a_page_with_a_sheet_repeats_no_id_and_leaves_the_sources_of_the_sheet_to_the_page(client):
    for key in SHEETS:
        page = read(client, f"/{key}/")
        ids = re.findall(r' id="([^"]+)"', page)
        assert sorted(set(ids)) == sorted(ids)
        assert "[@" not in page
        assert "#ref-" not in sheet_of(page)
        assert 'href="#sheet"' in page


def test_only_pages_with_a_sheet_load_its_stylesheet_and_print_it_alone(client):
    for path, has_one in {"/for-family/": True, "/treatment-day/": False, "/cost/": False, "/": False}.items():
        page = read(client, path)
        assert ("css/sheet" in page, 'class="has-sheet"' in page, bool(sheet_of(page))) == (has_one,) * 3, path


def test_the_site_takes_no_patient_data_from_who_refers(client):
    assert not re.search(r"<(form|input|textarea)", read(client, "/for-clinicians/"))


def test_what_clinicians_get_back_is_only_what_the_clinic_has_set(client):
    before = read(client, "/for-clinicians/")
    assert "Fax:" not in before
    assert before.count("Our phone and fax numbers are not on this website yet.") == 2, "on the page and on its sheet"
    assert before.count("Which notes we send, and how soon, is not on this website yet") == 2
    Clinic.objects.update(referral_reply="We write within five days.", fax="(507) 555-0101")
    after = read(client, "/for-clinicians/")
    assert after.count("We write within five days.") == 2, "on the page and on its sheet"
    assert "We write" not in before
    assert "Our phone number is not on this website yet. Until then" in after
    assert "Which notes we send" not in after
    Clinic.objects.update(phone="(507) 555-0100")
    assert "not on this website yet. Until then" not in read(client, "/for-clinicians/")


def test_the_page_on_cost_is_kept_from_search_engines_until_it_names_a_fee(client):
    def found() -> tuple[bool, bool]:
        return 'content="noindex"' in read(client, "/cost/"), f"{ORIGIN}/cost/<" in read(client, "/sitemap.xml")

    assert found() == (True, False)
    Clinic.objects.update(fees="")
    assert found() == (True, False)
    Clinic.objects.update(fees="A session costs two hundred dollars.")
    assert found() == (False, True)
    assert "noindex" not in read(client, "/for-family/")


def test_a_patient_who_is_handed_the_sheet_for_clinicians_is_told_where_to_book(client):
    booking = f"To book a consult: <strong>{ORIGIN}/book-a-consult/</strong>"
    assert booking in sheet_of(read(client, "/for-clinicians/"))
    assert "To book" not in sheet_of(read(client, "/for-family/"))


def test_the_sheet_for_clinicians_has_the_facts_on_safety_where_there_is_room_and_the_page_has_them_always(client):
    assert '<p class="brief">' not in read(client, "/for-clinicians/")
    Clinic.objects.update(monitoring="We measure blood pressure every 15 minutes.")
    page = read(client, "/for-clinicians/")
    assert "<strong>What we measure.</strong> We measure blood pressure every 15 minutes." in sheet_of(page)
    Clinic.objects.update(equipment="Oxygen. " * 100)
    page = read(client, "/for-clinicians/")
    assert '<dt id="equipment">' in page
    assert '<p class="brief">' not in sheet_of(page)
    assert '<p class="brief">' not in read(client, "/for-family/")
