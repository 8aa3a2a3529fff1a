"""A body that no form has is refused before anything reads it."""

from urllib.parse import urlencode

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from clinic_site.body_limit import LARGEST_FORM
from consults.public.form import ConsultRequestForm
from consults.public.form_ticket import new_ticket
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]

FORM = "application/x-www-form-urlencoded"
# Of four bytes, each sent as three characters.
WIDEST = "\N{GRINNING FACE}"


@pytest.fixture
def unread(monkeypatch):
    """Whoever reads a form fails."""

    def read(_):
        raise AssertionError("the form was read")

    monkeypatch.setattr(WSGIRequest, "_load_post_and_files", read)


def post(path: str, size: int, **more):
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrf"] = "a" * 32
    return client.post(path, "a" * size, content_type=FORM, **more)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("path", ["/", "/book-a-consult/", "/consults/abc/", "/faqs", "/nothing/", "/admin/login/", "/admin/"])
def test_what_is_larger_than_any_form_is_refused_unread(path):
    for answer in (post(path, LARGEST_FORM + 1), post(path, 10, HTTP_TRANSFER_ENCODING="chunked")):
        assert answer.status_code == 413
        page = answer.content.decode()
        assert ('href="tel:988"' in page, 'href="tel:911"' in page) == (True, True)
        assert ("Sign in again" in page) == path.startswith("/admin/")


@pytest.mark.usefixtures("unread")
def test_an_address_that_takes_no_post_says_so_before_the_form_is_read():
    for path in ("/", "/faqs/", "/search/", "/sitemap.xml", "/robots.txt", "/blog/feed/", "/book-a-consult/sent/", "/what/"):
        answer = post(path, 1000)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), path


def test_the_longest_honest_form_is_far_below_the_limit(client):
    fields = ConsultRequestForm.base_fields
    answers = {name: WIDEST * (field.max_length or 1) for name, field in fields.items() if hasattr(field, "max_length")}
    assert all(fields[name].max_length for name in ("full_name", "email", "phone", "note"))
    answers |= {"keep_email": WIDEST * fields["email"].max_length, "ticket": str(new_ticket(now=WEDNESDAY))}
    answers |= {"starts_at": "2026-12-08T16:00-06:00", "contact_by": "phone", "phone": "507-555-0100", "acknowledged": "on"}
    answers |= {"email": "", "website": "", "csrfmiddlewaretoken": "a" * 64}
    answers |= {"earlier": "on", "voicemail_ok": "yes", "send": "Send request"}
    body = urlencode(answers)
    assert len(body) + 12 * fields["email"].max_length < LARGEST_FORM / 4
    assert client.post("/book-a-consult/", body, content_type=FORM).status_code in (200, 303)
    too_long = urlencode(answers | {"note": WIDEST * 4000})
    page = client.post("/book-a-consult/", too_long, content_type=FORM).content.decode()
    assert "Your note must be 300 characters or fewer" in page


def test_who_is_signed_in_may_send_an_article(superuser):
    for path, size, status in (("/admin/", 200_000, 200), ("/faqs/", LARGEST_FORM + 1, 413)):
        assert superuser.post(path, "a" * size, content_type=FORM).status_code == status
