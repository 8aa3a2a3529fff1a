"""What stands between the site and its launch is listed, and nothing else is."""

import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import TextField

from blog.models import Article, Reference
from clinic_site.env import PublicURL
from consults.holiday_questions import open_questions
from consults.models import ConsultPolicy, SpecialHours
from content.citations import unused_references
from content.medical_review import stamp
from content.prelaunch import blockers
from pages.models import Clinic, Page, Picture, Provider, Question
from pages.models.safety import PHOTOGRAPHS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content", "clock")]
NOW = datetime(2026, 12, 2, 16, tzinfo=UTC)


def listed() -> set[str]:
    return {blocker.what for blocker in blockers(now=NOW)}


@pytest.fixture
def _ready(content, settings):
    """A clinic that has answered everything."""
    settings.PUBLIC = PublicURL("https", "clinic.example", "https://clinic.example")
    settings.STAFF_INBOX = "staff@clinic.example"
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}
    photograph = Picture.objects.create(name="P", alt="A.", digest="a" * 64, width=320, height=200, widths=[320])
    texts = [field.name for field in Clinic._meta.fields if field.null and isinstance(field, TextField)]
    Clinic.objects.update(
        **dict.fromkeys([*texts, "legal_name", "hosting_provider", "mail_provider"], "Known.") | {"consult_kind": "By phone."},
        federal_funds=True,
        phone="(507) 555-0100",
        email="desk@clinic.example",
        privacy_notice_url="https://clinic.example/notice.pdf",
        fax="(507) 555-0101",
        map_url="https://maps.example/clinic",
        copyright_since=2024,
        **dict.fromkeys(PHOTOGRAPHS, photograph),
        confirmed_answer_days=2,
        confirmed_erase_days=90,
        confirmed_privacy_on=date(2026, 12, 1),
    )
    for question in open_questions(now=NOW):
        SpecialHours.objects.create(date=question.day)
    # What no fact answers, staff answer in words of their own.
    Question.objects.exclude(answer__contains="{").update(clinic_must_answer=False)
    Page.objects.update(counsel_reviewed_on=date(2026, 12, 1))
    Reference.objects.update(last_checked=date(2026, 11, 23), verified="Opened, and checked against the page.")
    provider = Provider.objects.create(
        name="Real Person", license_type="registered-nurse", license_number="R 1", is_published=True
    )
    for row in [*Page.objects.filter(medical=True), *Article.objects.all()]:
        row.reviewed_by, row.reviewed_on = provider, date(2026, 12, 1)
        stamp(row)
        row.save()


@pytest.mark.usefixtures("_ready")
@pytest.mark.slow
def test_nothing_stands_in_the_way_of_a_clinic_that_has_answered_everything(capsys):
    assert listed() == set()
    call_command("prelaunch")
    assert capsys.readouterr().out == "Nothing blocks the launch.\n"


@pytest.mark.usefixtures("_ready")
@pytest.mark.parametrize(
    ("change", "what"),
    [
        pytest.param(lambda: Clinic.objects.update(phone=None), "Not set: phone.", id="an unset fact"),
        pytest.param(lambda: Clinic.objects.update(email=""), "Not set: email.", id="one of two ways to reach the clinic"),
        pytest.param(
            lambda: Clinic.objects.update(consult_kind="By phone or Zoom."),
            "Does not name one way: how a consult takes place. Letters say: visit, and “By phone or Zoom.” as the place.",
            id="a kind of consult that letters would have to guess",
        ),
        pytest.param(
            lambda: Clinic.objects.update(name="Dundas Ketamine Clinic"),
            "The name “Dundas Ketamine Clinic” tells what a visit is about: mail and calendar entries show it.",
            id="a name that tells others",
        ),
        *(
            pytest.param(
                lambda fact=fact: Clinic.objects.update(**{fact: "Ask for the infusion-room."}),
                f"{label}: “infusion” tells what a visit is about, so letters leave the whole text out.",
                id=f"{fact} that letters leave out",
            )
            for fact, label in (
                ("preparation", "Preparation"),
                ("parking", "Parking and access"),
                ("good_faith_contact", "Good faith estimate contact"),
            )
        ),
        pytest.param(lambda: Clinic.objects.update(federal_funds=None), "Not set: federal funds.", id="federal funds or none"),
        pytest.param(
            lambda: Clinic.objects.update(language_notice=None),
            "Not set: the language notice of 45 CFR 92.11, which is required with federal funds.",
            id="a notice that federal funds ask for",
        ),
        pytest.param(
            lambda: Clinic.objects.update(fees="A miracle for $10."),
            "Fees: says “miracle”.",
            id="a promise in a fact",
        ),
        pytest.param(
            lambda: Page.objects.filter(key="terms-of-service").update(counsel_reviewed_on=None),
            "Not reviewed by counsel: the page “Terms of service”.",
            id="a legal page that no lawyer has read",
        ),
        pytest.param(
            lambda: Clinic.objects.update(privacy_notice_url=None),
            "Not set: the URL of the Notice of Privacy Practices.",
            id="a missing legal slot",
        ),
        pytest.param(lambda: Page.objects.get(key="disclaimer").delete(), "Missing: the page “Disclaimer”.", id="a missing page"),
        pytest.param(
            lambda: ConsultPolicy.objects.update(answer_open_days=3),
            "Not confirmed: an answer within 3 open days.",
            id="an answer time that changed after it was confirmed",
        ),
        pytest.param(
            lambda: ConsultPolicy.objects.update(erase_after_days=30),
            "Not confirmed: requests are erased after 30 days.",
            id="retention",
        ),
        pytest.param(
            lambda: Question.objects.filter(slug="bladder").update(clinic_must_answer=True),
            "Part of the answer has to come from the clinic: “Can it hurt my bladder?”",
            id="an answer that only the clinic has",
        ),
        pytest.param(
            lambda: Article.objects.filter(slug="ketamine-benefits").update(summary="New words."),
            "Pending: article “The Benefits of Ketamine Therapy for Depression”.",
            id="an unreviewed text",
        ),
        pytest.param(
            lambda: Reference.objects.filter(key="lii-2023").update(verified=""),
            "lii-2023 does not say how it was verified.",
            id="an unverified source",
        ),
        pytest.param(
            lambda: Reference.objects.filter(key="nimh").update(verified="Read in a copy; the page itself was not opened."),
            "nimh is not verified yet: “Read in a copy; the page itself was not opened.”",
            id="a source that nobody opened",
        ),
        pytest.param(
            lambda: Reference.objects.filter(key="ketamine-label").update(verified="Read in part. Check before launch."),
            "ketamine-label is not verified yet: “Read in part. Check before launch.”",
            id="a source that asks for another look",
        ),
        pytest.param(
            lambda: Page.objects.filter(key="accessibility").update(lede="A miracle.", claims_justification="A title is quoted."),
            "page “Accessibility” says “miracle” (A title is quoted.).",
            id="a justified promise",
        ),
        pytest.param(
            lambda: Page.objects.filter(key="accessibility").update(body_html='<a href="/nope/">x</a>'),
            "page “Accessibility”: The link /nope/ is broken.",
            id="a broken link",
        ),
        pytest.param(lambda: Provider.objects.update(is_published=False), "No provider is published.", id="no provider"),
        pytest.param(
            lambda: Provider.objects.update(license_number=None),
            "Real Person: not set: license number.",
            id="a profile that nobody can look up",
        ),
        pytest.param(
            lambda: Provider.objects.update(portrait=Picture.objects.create(alt=" ", width=1, height=1)),
            "Real Person: the portrait has no alternative text.",
            id="a portrait that some cannot see",
        ),
    ],
)
def test_each_thing_is_listed_by_itself(change, what):
    Page.objects.filter(key="accessibility").update(title="Accessibility")
    change()
    assert what in listed()


def test_the_command_names_where_to_fix_it_and_exits_with_1(capsys):
    with pytest.raises(SystemExit) as end:
        call_command("prelaunch")
    told = capsys.readouterr().out
    assert end.value.code == 1
    assert "Not set: phone.  [http://127.0.0.1:8000/admin/pages/clinic/missing/#phone]\n    People who have a question" in told
    order = ("No provider", ": phone.", ": fees.", ": insurance.", ": monitoring.", ": ages.", ": the area and the roads.")
    worth = [told.index(what) for what in order]
    assert worth == sorted(worth), "what helps patients most is asked for first"
    assert "Worth adding: monitoring." in told
    assert f"{len(blockers(now=NOW))} to settle before launch." in told
    assert "Nobody is notified of new requests.  [STAFF_INBOX]" in told
    assert re.search(r"\d+ to settle before launch\.", told)


@pytest.mark.usefixtures("_ready")
def test_what_only_counsel_can_see_is_listed_until_it_is_confirmed():
    Clinic.objects.update(confirmed_privacy_on=None)
    told = " ".join(listed())
    for what in ("HIPAA", "backups", "February 16, 2026", "144.292", "149.610", "where visits are scheduled", "319B", "333.01"):
        assert what in told


def test_the_admins_page_says_the_same(client):
    client.force_login(User.objects.create_superuser("alex"))
    Clinic.objects.update(consult_kind="By phone.")
    page = client.get("/admin/pages/clinic/prelaunch/").content.decode()
    assert f"{len(blockers(now=NOW))} to settle before launch." in page
    assert "<p>Letters say: call, by phone.</p>" in page
    assert "style=" not in page
    client.logout()
    assert client.get("/admin/pages/clinic/prelaunch/").status_code == 302


def test_references_that_no_text_cites_are_reported_and_block_nothing():
    before = listed()
    Reference.objects.create(key="unused-2020", authors="A", title="T")
    assert [reference.key for reference in unused_references()] == ["unused-2020"]
    assert listed() == before


def report(capsys) -> tuple[int, str]:
    """The exit status of the report, and what it printed."""
    try:
        call_command("content_report")
        status = 0
    except SystemExit as ended:
        status = ended.code
    return status, capsys.readouterr().out


def test_the_report_prints_length_grades_sources_and_last_reading_of_every_text(capsys):
    status, told = report(capsys)
    assert status == 0
    for path in ("/", "/what-is-ketamine/", "/blog/ketamine-benefits/", "/faqs/", "/faqs/#bladder"):
        assert re.search(rf"^ *\d+ +\d+\.\d +\d+\.\d +\d+  [-\d]+ +{re.escape(path)}$", told, re.M), path
    words, sources, read_on = re.search(r"^ *(\d+) .* (\d+)  (\S+) +/blog/ketamine-benefits/$", told, re.M).groups()
    assert int(words) >= 2000
    assert int(sources) >= 18
    assert date.fromisoformat(read_on) == Article.objects.get(slug="ketamine-benefits").updated_on
    assert "References that no text cites: none" in told
    assert "Broken links: none" in told
    assert "Above the limit: none" in told


def test_the_report_fails_while_a_page_is_above_its_limit(capsys):
    page = Page.objects.get(key="how-we-write")
    page.body = "Medical evaluation necessitates considerable deliberation, notwithstanding administrative complications. " * 150
    page.render()
    page.save()
    status, told = report(capsys)
    assert status == 1
    above = told.partition("Above the limit: ")[2]
    assert above.startswith("3")
    for what in (r"grade \d\d", r"SMOG \d\d", r"\d{4} words"):
        assert re.search(rf"/how-we-write/: {what}\S*, at most ", above)
