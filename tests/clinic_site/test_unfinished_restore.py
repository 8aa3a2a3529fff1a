"""Half a restore is marked, and neither the site nor its worker starts with it."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinic_site import unfinished_restore
from clinic_site.database_copy import BackupFailed


@pytest.fixture(autouse=True)
def _data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_with_half_a_restore_nothing_starts(command):
    with pytest.raises(ZeroDivisionError), unfinished_restore.marked():
        raise ZeroDivisionError
    with pytest.raises(CommandError, match="did not come to its end"):
        call_command(command)


def test_a_restore_that_changed_nothing_or_came_to_its_end_leaves_no_mark():
    with pytest.raises(BackupFailed), unfinished_restore.marked():
        raise BackupFailed("half a file")
    with unfinished_restore.marked():
        pass
    assert not unfinished_restore.is_marked()
