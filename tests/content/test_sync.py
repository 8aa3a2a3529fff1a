"""A row nobody edited follows its file; an edited one is left alone and reported."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command

from blog.models import Article
from consults import booking
from consults.models import OpeningHours
from content.files import UnreadableContent, read_content_file
from content.sync import Report, sync_rows
from pages.models import Clinic, Page, Question
from tests.builders import WEDNESDAY, submit

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
LOAD = "clinic_site.management.commands.load_content._load"


def sync(*records) -> Report:
    report = Report()
    complete = [{"group": "safety", "answer": "A", "position": 1, "question": "Q?"} | record for record in records]
    sync_rows(Question, "slug", complete, report=report)
    return report


def test_an_untouched_row_follows_its_file():
    assert sync({"slug": "one"}).created == ["pages.question one"]
    assert sync({"slug": "one"}) == Report()
    assert sync({"slug": "one", "answer": "B"}).updated == ["pages.question one"]
    assert Question.objects.get().answer == "B"
    assert sync({"slug": "two"}).removed == ["pages.question one"]
    assert [question.slug for question in Question.objects.all()] == ["two"]


def test_an_edited_row_is_left_alone_and_reported():
    sync({"slug": "one"})
    Question.objects.update(answer="Edited by staff")
    for answer in ("B", "C"):
        assert sync({"slug": "one", "answer": answer}).kept == ["pages.question one"]
    assert sync({"slug": "two"}).kept == ["pages.question one (no longer shipped)"]
    assert Question.objects.get(slug="one").answer == "Edited by staff"


def test_an_edit_that_the_file_later_catches_up_with_follows_again():
    sync({"slug": "one"})
    Question.objects.update(answer="Better")
    assert sync({"slug": "one", "answer": "Better"}) == Report()
    assert sync({"slug": "one", "answer": "Best"}).updated == ["pages.question one"]


def test_a_row_that_staff_deleted_does_not_come_back():
    sync({"slug": "one"})
    Question.objects.all().delete()
    assert sync({"slug": "one"}).kept == ["pages.question one (deleted here)"]
    assert not Question.objects.exists()


def test_a_row_that_staff_made_first_is_theirs():
    Question.objects.create(slug="one", group="safety", question="Mine?", answer="Mine")
    assert sync({"slug": "one"}).kept == ["pages.question one"]


def test_dates_and_instants_compare_equal_after_the_database():
    record = {
        "slug": "a",
        "title": "T",
        "browser_title": "T",
        "description": "D",
        "summary": "S",
        "body": "B",
        "published_at": datetime(2024, 12, 11, 6, tzinfo=UTC),
        "updated_on": date(2026, 11, 23),
    }
    for expected in (["blog.article a"], []):
        report = Report()
        sync_rows(Article, "slug", [record], report=report)
        assert (report.created, report.kept, report.updated) == (expected, [], [])


@pytest.mark.slow
def test_load_content_twice_changes_nothing_and_keeps_edited_hours(capsys):
    call_command("load_content")
    assert "created: 0" not in capsys.readouterr().out
    assert OpeningHours.objects.count() == 6
    OpeningHours.objects.all().delete()
    Page.objects.filter(key="home").update(title="Our own title")
    call_command("load_content")
    told = capsys.readouterr().out
    assert "created: 0" in told
    assert "edited here, left alone: pages.page home" in told
    assert not OpeningHours.objects.exists()


@pytest.mark.usefixtures("clinic", "clock")
def test_facts_that_follow_their_file_name_the_visits_that_were_told_otherwise(monkeypatch, staff, capsys):
    """Nobody is asked, as at the desk, when an update of the site brings another address or time zone."""

    def load(**facts) -> str:
        monkeypatch.setattr(LOAD, lambda report: Clinic.objects.update(**facts))
        call_command("load_content", verbosity=0)
        return capsys.readouterr().err

    asked = submit()
    assert load(street="300 Schilling Dr S.") == "", "no visit is confirmed"
    visit = booking.confirm_request(asked, by=staff, now=WEDNESDAY)
    moved, zoned = load(street="100 Schilling Dr S."), load(time_zone="America/New_York")
    assert "to “Visit: 100 Schilling Dr S., Dundas, MN 55019”" in moved
    assert "from “Central Time (America/Chicago)” to “Central Time (America/New_York)”" in zoned
    for line in (moved, zoned):
        assert line.endswith(f"Tell these people, whose letters say otherwise: {visit.reference}\n")
    assert load(phone="507-555-0111") == ""


@pytest.mark.parametrize("text", ["no front matter", "+++\ntitle = \n+++\nx", "+++\ntitle = 'x'\nnever closed"])
def test_an_unreadable_file_is_named(tmp_path, text):
    path = tmp_path / "broken.md"
    path.write_text(text)
    with pytest.raises(UnreadableContent, match=r"broken\.md"):
        read_content_file(path)
