"""What only the clinic can tell is asked for in the order of its worth, and each answer is saved in place, alone."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from consults import booking
from content.prelaunch import findings
from pages.models import Clinic, Picture, Provider
from pages.models.safety import PHOTOGRAPHS, SAFETY
from pages.supply import PEOPLE, everything, read_supply
from tests.browsers import hidden_fields
from tests.builders import WEDNESDAY, colleague, local, submit
from tests.pages.test_public_pages import PUBLIC
from tests.staff.signing_in import PASSWORD

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
PAGE, INTERVIEW = "/admin/pages/clinic/missing/", "/admin/pages/clinic/interview/"


def signed_in(client, role: str):
    client.force_login(colleague("rosa", role))
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    return client


def asked(page: str) -> list[str]:
    return re.findall(r'<section class="card" id="(\w+)"', page)


def answer(client, fact: str, text: str, **others):
    seen = re.search(r'name="seen" value="(\w*)"', client.get(PAGE).content.decode())[1]
    return client.post(PAGE, {"fact": fact, "seen": seen, fact: text} | others)


def test_every_fact_that_may_be_unset_is_asked_for_once_and_each_page_that_it_names_is_there():
    asked_elsewhere = {
        # The two numbers only make sense together.
        *("announcement_until", "nondiscrimination_notice", "language_notice", "latitude", "longitude"),
        *("confirmed_answer_days", "confirmed_erase_days", "confirmed_privacy_on"),
    }
    facts = [one.fact for one in everything()]
    may_be_unset = {field.name for field in Clinic._meta.fields if field.null} - asked_elsewhere
    assert sorted(facts) == sorted(may_be_unset | {PEOPLE})
    optional = {*SAFETY, *PHOTOGRAPHS, "fax", "map_url", "areas_served", "profiles"}
    assert {one.fact for one in everything() if one.optional} == optional
    assert {path for one in everything() for path, _ in one.shown} <= {*PUBLIC, "/book-a-consult/"}


def test_the_worthiest_comes_first_with_its_reason_its_pages_and_a_field(client):
    Clinic.objects.update(phone="(507) 555-0100", fees="")
    page = signed_in(client, "Owners").get(PAGE).content.decode()
    assert asked(page) == [one.fact for one in read_supply().everything if one.fact != "phone"]
    assert asked(page)[:4] == ["people", "consult_fee", "fees", "consult_kind"]
    for one in read_supply().missing:
        section = page.partition(f'<section class="card" id="{one.fact}"')[2].partition("</section>")[0]
        assert escape(one.why) in section
        assert f'<a href="{one.shown[0][0]}">{one.shown[0][1]}</a>' in section
        assert ("/admin/pages/provider/add/" in section) == (one.fact == PEOPLE)
        assert ("/admin/pages/picture/add/" in section) == (one.fact in PHOTOGRAPHS)
        assert (f'name="{one.fact}"' in section) == (one.fact != PEOPLE)
    Provider.objects.create(name="Real Person", is_published=True)
    assert "people" not in asked(client.get(PAGE).content.decode())


def test_how_to_join_by_video_is_asked_only_where_consults_are_by_video_and_shown_on_no_page(client):
    client = signed_in(client, "Owners")
    for kind, is_asked in ((None, False), ("By phone.", False), ("By video call.", True)):
        Clinic.objects.update(consult_kind=kind)
        page = client.get(PAGE).content.decode()
        assert ("video_link" in asked(page)) == is_asked
        wanted = "Not set: how to join by video."
        blockers = [one for one in findings(now=WEDNESDAY) if one.what == wanted]
        assert [one.why.endswith("Shown in letters.") for one in blockers] == [True] * is_asked
    section = page.partition('id="video_link"')[2].partition("</section>")[0]
    assert "It will show in letters, and on no page" in " ".join(section.split())
    answer(client, "video_link", "Open https://video.example.com/us.")
    assert Clinic.objects.get().video_link == "Open https://video.example.com/us."
    for path in ("/visit/", "/book-a-consult/", "/faqs/"):
        assert "video.example.com" not in client.get(path).content.decode()


def test_an_answer_is_saved_alone_with_its_history(client):
    client = signed_in(client, "Owners")
    Clinic.objects.update(ages="We see adults from 18.")
    picture = Picture.objects.create(name="Door", alt="A door.", digest="a" * 64, width=320, height=200, widths=[320])
    for fact, text in (("fees", "A treatment costs $400."), ("entrance", str(picture.pk)), ("federal_funds", "false")):
        # Other fields of the form have no effect.
        saved = answer(client, fact, text, ages="Forged.", email="forged@evil.example")
        assert saved["Location"] == PAGE, fact
    clinic = Clinic.objects.get()
    assert (clinic.fees, clinic.entrance, clinic.federal_funds) == ("A treatment costs $400.", picture, False)
    assert (clinic.ages, clinic.email) == ("We see adults from 18.", None)
    # Not by date: the content was loaded at the real time, which may be after the test's.
    assert [record.history_user.username for record in clinic.history.order_by("-history_id")[:3]] == ["rosa"] * 3
    assert LogEntry.objects.filter(object_id="1").count() == 3
    # Who comes with an old page overwrites nothing.
    answer(client, "fees", "Another price.")
    assert Clinic.objects.get().fees == "A treatment costs $400."


def test_a_refused_answer_is_kept_and_said_why_and_nothing_is_saved(client):
    client = signed_in(client, "Owners")
    for fact, text, code in (
        ("phone", "call <us>", "phone"),
        ("consult_kind", "By phone or Zoom.", "unclear_kind"),
        ("fees", "  ", "required"),
        # Letters would leave them out in silence.
        ("preparation", "Bring your records of ketamine.", "tells"),
        ("parking", "Park behind the Infusions sign.", "tells"),
        ("good_faith_contact", "Call Ann about antidepressants.", "tells"),
    ):
        refused = answer(client, fact, text)
        row = next(row for row in refused.context["rows"] if row["wanted"].fact == fact)
        assert (refused.status_code, row["field"].errors.as_data()[0].code) == (422, code)
        section = refused.content.decode().partition(f'id="{fact}"')[2].partition("</section>")[0]
        assert 'class="errornote"' in section
        assert text.strip() in unescape(section)
        assert code != "tells" or re.search(r"“(ketamine|Infusions|antidepressants)”: it tells what a visit is about", section)
        assert not getattr(Clinic.objects.get(), fact)
    seen = re.search(r'name="seen" value="(\w+)"', client.get(PAGE).content.decode())[1]
    Clinic.objects.update(ages="We see adults from 18.")
    stale = client.post(PAGE, {"fact": "fees", "seen": seen, "fees": "Typed for long."})
    section = stale.content.decode().partition('id="fees"')[2].partition("</section>")[0]
    assert "Someone else saved this text while you were editing it." in section
    assert "Typed for long." in section
    assert client.post(PAGE, hidden_fields(f"<form>{section}") | {"fees": "Typed for long."}).status_code == 302
    assert Clinic.objects.get().fees == "Typed for long."


def test_what_was_typed_while_a_colleague_set_the_same_fact_is_shown_again_and_may_replace_theirs(client):
    client = signed_in(client, "Owners")
    old = re.search(r'name="seen" value="(\w+)"', client.get(PAGE).content.decode())[1]
    Clinic.objects.update(fees="A colleague's text.")
    new = re.search(r'name="seen" value="(\w+)"', client.get(PAGE).content.decode())[1]
    told = {old: "Someone else saved this text while you were editing it.", new: "This was set in the meantime."}
    for seen, message in told.items():
        shown = client.post(PAGE, {"fact": "fees", "seen": seen, "fees": "Typed for long."})
        section = shown.content.decode().partition('id="fees"')[2].partition("</section>")[0]
        assert (shown.status_code, message in section, "Typed for long." in section) == (422, True, True)
        assert Clinic.objects.get().fees == "A colleague's text."
    # Nothing is lost of the same text, or of none.
    for text in ("A colleague's text.", " "):
        assert client.post(PAGE, {"fact": "fees", "seen": old, "fees": text})["Location"] == PAGE
    assert client.post(PAGE, hidden_fields(f"<form>{section}") | {"fees": "Typed for long."}).status_code == 302
    assert Clinic.objects.get().fees == "Typed for long."
    assert "fees" not in asked(client.get(PAGE).content.decode())


def test_only_who_may_change_a_fact_is_given_its_field_and_owners_give_the_password_first(client):
    editor = signed_in(client, "Editors")
    page = editor.get(PAGE).content.decode()
    assert 'name="fees"' in page
    assert 'name="phone"' not in page
    assert "An owner enters this one." in page
    assert answer(editor, "phone", "(507) 555-0100").status_code == 403
    assert Clinic.objects.get().phone is None
    client.force_login(colleague("anna", "Front desk"))
    assert [client.get(path).status_code for path in (PAGE, INTERVIEW)] == [403, 403]
    assert "39 set" not in client.get("/admin/").content.decode()
    client.logout()
    client.force_login(colleague("olga", "Owners"))
    looked = client.get(PAGE)
    assert looked.status_code == 200, "looking takes no password"
    page = looked.content.decode()
    assert 'name="fees"' in page
    assert 'name="phone"' not in page, "else what is typed would be lost when the password is asked for"
    assert f'href="/admin/reauthenticate/?next={PAGE}%23phone"' in page
    refused = client.post(PAGE, {"fact": "phone", "phone": "(507) 555-0100"})
    assert refused["Location"].startswith("/admin/reauthenticate/")
    assert Clinic.objects.get().phone is None
    entered = client.post("/admin/reauthenticate/", {"password": PASSWORD, "next": f"{PAGE}#phone"})
    assert entered["Location"] == f"{PAGE}#phone"
    assert 'name="phone"' in client.get(PAGE).content.decode()


def test_another_place_asks_first_here_too(client, staff):
    visit = booking.confirm_request(submit(starts_at=local("2026-12-07 16:00")), by=staff, now=WEDNESDAY)
    client = signed_in(client, "Owners")
    question = answer(client, "consult_kind", "By phone.").content.decode()
    assert visit.reference in question
    assert Clinic.objects.get().consult_kind is None
    told = question.partition('name="told" value="')[2].partition('"')[0]
    saved = client.post(PAGE, hidden_fields(question) | {"told": told}, follow=True).content.decode()
    assert f">{visit.reference}</a>" in saved
    assert Clinic.objects.get().consult_kind == "By phone."


def test_the_front_page_counts_what_is_set_and_names_three_for_one_query(client):
    def queries(role: str) -> tuple[int, str]:
        client.force_login(colleague(role.lower().replace(" ", "-"), role))
        client.get("/admin/")
        with CaptureQueriesContext(connection) as taken:
            page = client.get("/admin/").content.decode()
        return sum('"pages_provider"' in query["sql"] for query in taken), page

    taken, page = queries("Editors")
    assert taken == 1
    assert re.search(r"0 of 39 set</a>", page)
    assert re.findall(r'missing/#(\w+)"', page) == ["people", "phone", "consult_fee"]


def test_the_interview_sheet_asks_everything_in_the_same_order_on_two_pages(client):
    page = signed_in(client, "Owners").get(INTERVIEW).content.decode()
    questions = re.findall(r"<strong>(\d+)\. (.*?)</strong>", page)
    assert [unescape(question) for _, question in questions] == [one.ask for one in read_supply().everything]
    assert [int(number) for number, _ in questions] == list(range(1, len(read_supply().everything) + 1))
    assert page.count('<section class="paper">') == 2
    assert page.count("(on the site already)") == read_supply().count
