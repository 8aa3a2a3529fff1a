"""No value of another type gets into a row, where it would stop everybody's letters, or the front page of the desk."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models.expressions import RawSQL
from django.db.models.signals import pre_migrate

from consults.models import MonthlyCount
from tests.builders import WEDNESDAY, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]
NO_TEXT, WORD = b"\xff\xfe\x00", "zzz"
OTHER_TYPES = {
    "consults_outboxmessage": {"attempts": WORD, "created_at": NO_TEXT, "done_at": WORD, "is_first": WORD, "kind": NO_TEXT},
    "consults_consultrequest": {"length_minutes": WORD, "answer_by": WORD, "starts_at": NO_TEXT, "calendar_uid": WORD},
    "consults_consultpolicy": {"capacity": WORD, "notice_hours": NO_TEXT},
    "consults_openinghours": {"closes": WORD},
}


def test_who_edits_the_database_by_hand_can_put_no_value_of_another_type_into_a_row():
    submit()
    taken = []
    for table, columns in OTHER_TYPES.items():
        for column, value in columns.items():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"UPDATE {table} SET {column} = %s", [value])
                    taken.append((table, column, cursor.rowcount))
            except DatabaseError:
                continue
    assert taken == []
    with pytest.raises(DatabaseError), transaction.atomic():
        MonthlyCount.objects.bulk_create(
            [MonthlyCount(month=WEDNESDAY.date(), subject="sheet", code="x", number=RawSQL("%s", [WORD]))]
        )


def test_a_migration_can_remove_a_column():
    with connection.cursor() as cursor:
        remove = "ALTER TABLE consults_outboxmessage DROP COLUMN call_again_at"
        with pytest.raises(DatabaseError, match="trigger"), transaction.atomic():
            cursor.execute(remove)
        consults = apps.get_app_config("consults")
        pre_migrate.send(sender=consults, app_config=consults, using="default", verbosity=0, interactive=False)
        cursor.execute(remove)
