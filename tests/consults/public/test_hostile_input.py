"""Whatever is sent to the booking flow gets an answer from 200 to 499, and none of it reaches a log or breaks a letter."""

import re
from importlib import import_module
from itertools import count
from urllib.parse import quote, quote_from_bytes

import pytest
from django.core import mail
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from consults.messages.delivery import deliver_due
from consults.models import ConsultRequest, OutboxMessage
from consults.public.form_ticket import new_ticket
from tests.builders import WEDNESDAY, submit
from tests.examples import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
URL = "/book-a-consult/"
MARK = "zqxjkv"
MEGABYTE = 1_000_000
TURNS_OR_BREAKS_LINES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
FIELDS = [
    "starts_at",
    "earlier",
    "full_name",
    "email",
    "phone",
    "contact_by",
    "voicemail_ok",
    "note",
    "acknowledged",
    "website",
    "ticket",
]
GOOD = {
    "starts_at": "none",
    "full_name": "Ada Example",
    "email": "ada@example.com",
    "contact_by": "email",
    "acknowledged": "on",
}
SNAGS = [
    "\0",
    f"{MARK}\0{MARK}",
    "\ud800",
    f"\udfff{MARK}",
    "\u202e\u2066elpmaxe adA",
    "\ufeff\u200b\u2060",
    f"{MARK}\r\nBcc: all@example.com",
    f"{MARK}@example.com\nBcc: all@example.com",
    f'"{MARK}\r\n"@example.com',
    f"{MARK}@[127.0.0.1]",
    f"{MARK}@xn--.example",
    f"{MARK}@bücher.example",
    "A" * 121,
    "e\u0301" * 60,
    "\ufdfa" * 120,
    "🏳️‍🌈" * 20,
    "{{ 7|add:7 }}{% now %}",
    "<script>alert(1)</script>",
    "'; DROP TABLE consults_seat; --",
    "%00%0d%0a",
    "0" * 5000,
    "2026-12-07T16:00-06:00",
    "2026-12-07T16:00+99:99",
    "9999-12-31T23:59-23:59",
    "0001-01-01T00:00+14:00",
    "-06:00",
    "2026-12-07T16:00\u221206:00",
    "٢٠٢٦-١٢-٠٧T16:00-06:00",
    "on",
    "",
]
texts = st.one_of(st.sampled_from(SNAGS), st.text(max_size=60), st.text(st.characters(), max_size=60))
names = st.one_of(
    st.sampled_from([*FIELDS, *FIELDS, "full_name[]", "email[0]", "status", "reference", "id"]), st.text(max_size=8)
)
fields = st.lists(st.tuples(names, texts), max_size=12)
ENCODINGS = ["utf-8", "utf-16", "utf-7", "latin-1", "nonsense", "idna"]
content_types = st.one_of(
    st.sampled_from(ENCODINGS).map(lambda name: f"application/x-www-form-urlencoded; charset={name}"),
    st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            "multipart/form-data; boundary=",
            "multipart/form-data",
            f"multipart/form-data; boundary={'b' * 300}",
            "multipart/mixed; boundary=b",
            "application/json",
            "text/plain",
            "",
        ]
    ),
)


@pytest.fixture(autouse=True)
def _no_rate(settings):
    settings.BOOKING_RATE = None


@pytest.fixture
def client():
    """Answers 500 where a browser would get one, without raising."""
    return Client(raise_request_exception=False)


def urlencoded(pairs) -> bytes:
    return b"&".join(_quoted(name) + b"=" + _quoted(value) for name, value in pairs)


def _quoted(text: str) -> bytes:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode()


def multipart(pairs, boundary: str = "b") -> bytes:
    parts = []
    for number, (name, value) in enumerate(pairs):
        file = '; filename="a.txt"' if number % 4 == 3 else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        parts.append((head + value + "\r\n").encode("utf-8", "surrogatepass"))
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


# One after the other in one database: what earlier examples left behind is part of the trial.
IN_ONE_DATABASE = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


def is_answered(response) -> bool:
    return 200 <= response.status_code < 500


@examples(150, **IN_ONE_DATABASE)
@given(pairs=fields, content_type=content_types, has_ticket=st.booleans(), is_whole=st.booleans(), junk=st.binary(max_size=20))
@example(
    pairs=[("note", "a" * MEGABYTE)], content_type="multipart/form-data; boundary=b", has_ticket=True, is_whole=True, junk=b""
)
@example(pairs=[("full_name", "a" * 900_000)], content_type="", has_ticket=True, is_whole=True, junk=b"")
@example(pairs=[("a", "b")] * 300, content_type="application/x-www-form-urlencoded", has_ticket=True, is_whole=True, junk=b"")
def test_a_post_of_anything_is_answered(client, caplog, pairs, content_type, has_ticket, is_whole, junk):
    pairs = [*(GOOD.items() if is_whole else ()), *pairs]
    if has_ticket:
        pairs.append(("ticket", str(new_ticket(now=WEDNESDAY))))
    body = (multipart(pairs) if content_type.startswith("multipart") else urlencoded(pairs)) + junk
    response = client.generic("POST", URL, body, content_type)
    assert is_answered(response)
    assert MARK not in caplog.text


def test_one_hostile_answer_in_a_whole_form_is_taken_or_refused_and_its_letter_leaves(client, caplog):
    numbers, left = count(), []

    @examples(150, **IN_ONE_DATABASE)
    @given(field=st.sampled_from(FIELDS), value=texts)
    def try_it(field, value):
        own = {"email": f"ada-{next(numbers)}@example.com", "ticket": str(new_ticket(now=WEDNESDAY))}
        pairs = GOOD | own | {field: value}
        response = client.generic("POST", URL, urlencoded(pairs.items()), "application/x-www-form-urlencoded")
        assert response.status_code in {303, 400, 403, 422}
        mail.outbox.clear()
        deliver_due(now=WEDNESDAY)
        for letter in mail.outbox:
            request = ConsultRequest.objects.latest("pk")
            assert not TURNS_OR_BREAKS_LINES.search(request.full_name + request.email + request.phone)
            assert letter.to == [request.email]
            assert letter.message()["Bcc"] is None
            left.append(letter)

    try_it()
    assert len(left) > next(numbers) / 5, "many of these forms are whole enough to be accepted"
    assert not OutboxMessage.objects.exclude(state="done").exists()
    assert MARK not in caplog.text


@examples(100, **IN_ONE_DATABASE)
@given(text=texts, name=st.sampled_from(["from", "q", "next", "token"]))
def test_any_address_of_the_flow_is_answered(client, caplog, text, name):
    value = quote(text.encode("utf-8", "surrogatepass"))
    for path in (f"{URL}?{name}={value}", f"{URL}sent/?{name}={value}", f"/consults/{value}/", f"/consults/{value}/calendar.ics"):
        assert is_answered(client.get(path[:3000]))
    assert MARK not in caplog.text


@examples(60, **IN_ONE_DATABASE)
@given(pairs=fields, action=st.one_of(st.sampled_from(["move", "withdraw"]), texts), query=texts)
def test_a_patients_own_page_answers_anything_and_forgets_nothing(client, caplog, pairs, action, query):
    request = ConsultRequest.objects.filter(status="requested").first() or submit(key=f"key-{ConsultRequest.objects.count()}")
    body = urlencoded([*pairs, ("action", action)])
    path = f"/consults/{request.token}/?from={quote(query.encode('utf-8', 'surrogatepass'))}"
    response = client.generic("POST", path, body, "application/x-www-form-urlencoded")
    assert is_answered(response)
    assert ConsultRequest.objects.get(pk=request.pk).full_name == "Ada Example"
    assert MARK not in caplog.text
    assert request.token not in caplog.text


@examples(40, **IN_ONE_DATABASE)
@given(value=st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters=";,"), max_size=60))
def test_any_cookie_is_answered(client, value):
    client.cookies["sent"] = value
    client.cookies["csrf"] = value
    assert is_answered(client.get(f"{URL}sent/"))
    assert is_answered(client.get(URL))


@pytest.mark.databases
def test_a_session_cookie_that_no_database_takes_counts_as_none(database, client):
    url = "/admin/login/"
    for value in (
        r'"\000aaaaaaaaaaaa"',
        r'"aaaaaaaa\000aaaaaaaaaaaaaaaaaaaaaaa"',
        r'"\355\240\200aaaaaaaa"',
        "a" * 5000,
        "a" * 31 + "\xe9",
    ):
        assert [client.get(path, headers={"cookie": f"session={value}"}).status_code for path in (url, URL, "/search/?q=x")] == [
            200
        ] * 3, value


def test_a_session_key_of_our_own_form_is_asked_for(client, settings):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["seen"] = "yes"
    session.save()
    client.cookies["session"] = session.session_key
    assert client.session["seen"] == "yes"
