"""Every change of what is printed moves the content version, however it is made."""

import pytest
from django.apps import apps
from django.db import connection, transaction

from consults.models import ConsultPolicy, OpeningHours, SpecialHours
from content.models import ContentVersion, PublicContent
from pages.models import Clinic, Question

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Clinic.objects.create(), id="a saved row"),
        pytest.param(
            lambda: Question.objects.bulk_create([Question(slug="x", group="safety", question="?", answer="!")]), id="bulk_create"
        ),
        pytest.param(lambda: OpeningHours.objects.update(opens="15:00"), id="queryset.update"),
        pytest.param(lambda: OpeningHours.objects.all().delete(), id="delete"),
        pytest.param(lambda: SpecialHours.objects.create(date="2026-12-25"), id="a special day"),
        pytest.param(lambda: ConsultPolicy.objects.create(), id="the policy"),
        pytest.param(lambda: connection.cursor().execute("UPDATE consults_openinghours SET closes = '21:00:00'"), id="plain SQL"),
    ],
)
def test_a_change_moves_the_version(change):
    OpeningHours.objects.create(weekday=0, opens="16:00", closes="20:00")
    before = ContentVersion.current()
    change()
    assert ContentVersion.current() > before


def test_a_change_that_is_rolled_back_moves_nothing():
    before = ContentVersion.current()
    with transaction.atomic():
        Clinic.objects.create()
        transaction.set_rollback(True)
    assert ContentVersion.current() == before


def test_every_public_table_has_its_triggers_after_all_migrations():
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, PublicContent)}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT tbl_name, COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'content_version_%'"
                " GROUP BY tbl_name"
            )
            assert dict.fromkeys(tables, 3).items() <= dict(cursor.fetchall()).items()
        else:
            cursor.execute("SELECT event_object_table FROM information_schema.triggers WHERE trigger_name = 'content_version'")
            assert tables <= {row[0] for row in cursor.fetchall()}
