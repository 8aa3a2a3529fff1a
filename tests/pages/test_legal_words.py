"""What the legal pages say is what the software does."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from clinic_site.thinning import KEPT
from consults.erasure import QUARANTINE_LASTS
from consults.models import ConsultPolicy
from consults.models.request_queryset import TOKEN_LIVES_ON
from consults.public.form import ConsultRequestForm
from consults.public.views.request_consult import _SENT_SECONDS
from content.files import read_content_file
from pages.models import Clinic, Page

PAGES = Path(__file__).resolve().parents[2] / "pages/content/pages"


def test_the_privacy_policy_names_what_the_software_keeps_and_for_how_long():
    policy = read_content_file(PAGES / "privacy-policy.md")
    kept_for = f"{ConsultPolicy().erase_after_days} days after your request has ended"
    assert kept_for in policy.facts["in_short"]
    for words in (
        kept_for,
        f"{QUARANTINE_LASTS.days} days after it was set aside",
        f"stops working {TOKEN_LIVES_ON.days} days after your request has ended",
        f"| {_SENT_SECONDS // 60} minutes |",
        f"| Up to {settings.SESSION_COOKIE_AGE // 3600} hours |",
        f"a note of up to {ConsultRequestForm.base_fields['note'].max_length} characters",
        f"| {KEPT.days} nights. Then newer ones take their place |",
        f"up to {KEPT.days} nights",
    ):
        assert words in policy.body


@pytest.mark.django_db
def test_a_legal_page_says_that_it_is_a_draft_until_counsel_has_read_it(client, content):
    for name in Page.LEGAL:
        assert "A lawyer has not checked this page yet." in client.get(f"/{name}/").content.decode(), name
    assert "reviewed by a lawyer" not in client.get("/what-is-ketamine/").content.decode()
    Page.objects.update(counsel_reviewed_on=date(2026, 12, 1))
    for name in Page.LEGAL:
        assert "reviewed by a lawyer" not in client.get(f"/{name}/").content.decode(), name


@pytest.mark.django_db
def test_a_change_of_the_text_ends_the_review_by_counsel(superuser, content):
    row = Page.objects.get(key="disclaimer")
    url = f"/admin/pages/page/{row.pk}/change/"
    form = superuser.get(url).context["adminform"].form
    posted = {name: form.initial.get(name) or "" for name in form.fields} | {"medical": "on"}
    assert superuser.post(url, posted | {"counsel_reviewed_on": "2026-12-01"}).status_code == 302
    assert not Page.objects.get(key="disclaimer").awaits_counsel
    form = superuser.get(url).context["adminform"].form
    posted = {name: form.initial.get(name) or "" for name in form.fields} | {"medical": "on"}
    assert superuser.post(url, posted | {"lede": "Other words."}).status_code == 302
    assert Page.objects.get(key="disclaimer").awaits_counsel


@pytest.mark.django_db
def test_the_notices_that_federal_funds_ask_for_are_on_the_accessibility_page(client, content):
    Clinic.objects.update(nondiscrimination_notice="NOTICE-ONE <b>", language_notice="NOTICE-TWO", federal_funds=False)
    assert "NOTICE" not in client.get("/accessibility/").content.decode()
    Clinic.objects.update(federal_funds=True)
    page = client.get("/accessibility/").content.decode()
    assert "NOTICE-ONE &lt;b&gt;" in page
    assert "NOTICE-TWO" in page
    home = client.get("/").content.decode()
    assert 'href="/accessibility/#nondiscrimination"' in home
    assert 'href="/accessibility/#languages"' in home


@pytest.mark.django_db
def test_the_page_of_the_privacy_notice_keeps_its_text_when_the_notice_is_linked(client, content):
    page = client.get("/notice-of-privacy-practices/").content.decode()
    assert "The notice is being prepared" in page
    assert "Practices</a>, if we have one." in client.get("/faqs/").content.decode()
    Clinic.objects.update(privacy_notice_url="https://clinic.example/notice.pdf")
    page = client.get("/notice-of-privacy-practices/").content.decode()
    assert "being prepared" not in page
    assert "there is none" not in page
    assert 'href="https://clinic.example/notice.pdf"' in page
    assert "Your records in Minnesota" in page
    assert "if we have one" not in client.get("/faqs/").content.decode()
