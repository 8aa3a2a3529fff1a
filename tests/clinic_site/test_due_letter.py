"""What is due to be checked again reaches the staff inbox once a month, as any other letter does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from blog.models import Article
from clinic_site import due_letter
from clinic_site.due_letter import write_due_letter
from consults.messages.delivery import deliver_due
from consults.models import OutboxMessage
from tests.builders import CHICAGO, local
from tests.content.test_editing import make_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NOW = datetime(2026, 12, 2, 16, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def inbox(settings):
    settings.STAFF_INBOX = "staff@clinic.example"


def written() -> int:
    return OutboxMessage.objects.filter(kind=due_letter.KIND).count()


def test_one_letter_a_month_leaves_also_after_a_restart():
    make_article(review_by=TODAY)
    assert [write_due_letter(now=NOW, zone=CHICAGO) for _ in range(3)] == [True, False, False]
    assert deliver_due(now=NOW) == 1
    (letter,) = mail.outbox
    assert letter.to == ["staff@clinic.example"]
    assert "article “One”" in letter.body
    assert "/admin/blog/article/" in letter.body
    later = [write_due_letter(now=NOW + timedelta(days=days), zone=CHICAGO) for days in (28, 31)]
    assert later == [False, True]


@pytest.mark.parametrize(("day", "again"), [("2026-12-31 19:00", False), ("2027-01-01 01:00", True)])
def test_the_month_is_the_clinics(day, again):
    """Seven in the evening of the last day in Dundas is the next month in UTC."""
    make_article(review_by=TODAY)
    write_due_letter(now=NOW, zone=CHICAGO)
    assert write_due_letter(now=local(day), zone=CHICAGO) == again


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_could_not_be_written_is_written_later(monkeypatch):
    make_article(review_by=TODAY)
    with monkeypatch.context() as broken:
        broken.setattr(due_letter, "write_to_staff", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_due_letter(now=NOW, zone=CHICAGO)
    assert write_due_letter(now=NOW, zone=CHICAGO)
    assert written() == 1


def test_without_an_inbox_or_anything_due_there_is_no_letter(settings):
    make_article(review_by=TODAY)
    settings.STAFF_INBOX = ""
    assert not write_due_letter(now=NOW, zone=CHICAGO)
    settings.STAFF_INBOX = "staff@clinic.example"
    Article.objects.update(review_by=None)
    assert not write_due_letter(now=NOW, zone=CHICAGO)
    assert written() == 0
