"""An older version of the site does not start on a database that a later one has changed."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from clinic_site.management.commands.serve import Command
from clinic_site.newer_database import refuse_to_start

pytestmark = pytest.mark.django_db


def test_an_older_version_does_not_start_on_a_newer_database():
    assert Command()._has_migrations_to_run() is False
    MigrationRecorder(connection).record_applied("consults", "0002_a_column_that_rows_need")
    with pytest.raises(CommandError, match=r"consults\.0002_a_column_that_rows_need\. Start that version"):
        Command()._has_migrations_to_run()


def test_what_a_library_left_behind_keeps_nothing_from_starting():
    MigrationRecorder(connection).record_applied("axes", "0999_gone_again")
    MigrationRecorder(connection).record_applied("an_app_that_was_removed", "0001_initial")
    refuse_to_start(MigrationLoader(connection))
