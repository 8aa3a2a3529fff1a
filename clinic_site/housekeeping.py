"""What the background worker does by the clock beside its letters: tidying, pending changes, backups, delivery reports."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from clinic_site import backups, erased_list, failing_backups, second_place
from clinic_site.backup_letters import write_letter_if_needed
from clinic_site.clock_watch import Every
from clinic_site.database_copy import BackupFailed
from clinic_site.delivery_reports import ReportReader
from clinic_site.due_changes import publish_due_changes
from clinic_site.due_letter import write_due_letter
from clinic_site.jobs import short_waits
from clinic_site.left_behind import delete_left_behind
from clinic_site.set_aside_letter import write_letter_if_set_aside
from consults.erasure import discard_due, erase_due
from consults.messages.outbox import forget_letters_to_staff
from consults.spam import forget_clients, forget_former_contacts
from guard.rate_limit import forget_idle_clients
from pages.models import Clinic
from staff.cleanup import delete_ended_sessions, delete_failed_sign_ins, delete_kept_words

logger = logging.getLogger("clinic.worker")

TIDY_EVERY = timedelta(minutes=10)
BACK_UP_EVERY = timedelta(minutes=15)
COPY_EVERY = timedelta(minutes=1)
PUBLISH_EVERY = timedelta(seconds=5)
READ_REPORTS_EVERY = timedelta(minutes=5)


class Done(NamedTuple):
    tidied: bool
    may_have_written: bool


class Housekeeping:
    """`do` runs one job, so that one which fails keeps no other waiting; `is_stopping` is asked between steps."""

    def __init__(self, do: Callable[..., Any], *, is_stopping: Callable[[], bool]) -> None:
        self._do, self._is_stopping = do, is_stopping
        self._tidy, self._back_up, self._copy = Every(TIDY_EVERY), Every(BACK_UP_EVERY), Every(COPY_EVERY)
        self._publish = Every(PUBLISH_EVERY)
        self._copier = second_place.Copier()
        self._read_reports, self._report_reader = Every(READ_REPORTS_EVERY), ReportReader()

    def keep(self, *, now: datetime, steady: float, waits_until: datetime | None) -> Done:
        """Does what is due. With `waits_until`, what was due at that instant waits for a yes."""
        with short_waits():
            return self._keep(now, steady, waits_until)

    def was_backed_up(self, steady: float, *, ago: timedelta) -> None:
        self._back_up.done(steady, ago=ago)

    def finish(self) -> None:
        """Waits for what goes on beside the turns."""
        self._copier.wait()
        self._report_reader.wait()

    def _keep(self, now: datetime, steady: float, waits_until: datetime | None) -> Done:
        thin = waits_until is None
        if self._publish.is_due(steady):
            self._publish.done(steady)
            self._do(self._do_publish_due_changes, now=now, after=waits_until)
        tidies, backs_up = self._tidy.is_due(steady), self._back_up.is_due(steady)
        # Done before it begins: what ends the turn has its next try at the next occasion, and not at once, without end.
        if tidies:
            self._tidy.done(steady)
            self._do_tidy(now, waits_until)
        if backs_up:
            self._back_up.done(steady)
            self._do(self._do_back_up, now=now, thin=thin)
            self._do(write_letter_if_needed, now=now)
        if self._copy.is_due(steady):
            self._copy.done(steady)
            self._do(self._do_copy, now=now, thin=thin)
        # Calls are made of what the database knows, and for when the clock says it is: both have to be right.
        if thin and (self._read_reports.is_due(steady) or self._report_reader.has_more):
            self._read_reports.done(steady)
            self._report_reader.read(now=now)
        return Done(tidied=tidies, may_have_written=tidies or backs_up)

    def _do_tidy(self, now: datetime, waits_until: datetime | None) -> None:
        self._do(forget_idle_clients, now=now)
        self._do(forget_clients, now=now)
        self._do(forget_former_contacts, now=now)
        self._do(delete_failed_sign_ins, now=now)
        self._do(delete_ended_sessions, now=now)
        self._do(delete_kept_words, now=now)
        self._do(erased_list.catch_up)
        self._do(erased_list.erase_again, now=now)
        # Before they would be erased.
        for job in (discard_due, erase_due):
            while self._do(job, now=now, after=waits_until) and not self._is_stopping():
                continue
        if waits_until is None:
            self._do(delete_left_behind, now=now)
            self._do(forget_letters_to_staff, now=now)
            self._do(self._do_due_letter, now=now)
            self._do(write_letter_if_set_aside, now=now)

    def _do_publish_due_changes(self, *, now: datetime, after: datetime | None) -> None:
        publish_due_changes(now=now, zone=Clinic.objects.current().zone, after=after)

    def _do_due_letter(self, *, now: datetime) -> None:
        write_due_letter(now=now, zone=Clinic.objects.current().zone)

    def _do_copy(self, *, now: datetime, thin: bool) -> None:
        self._copier.copy(now=now, zone=Clinic.objects.current().zone, thin=thin)

    def _do_back_up(self, *, now: datetime, thin: bool) -> None:
        try:
            backups.back_up_if_due(now=now, zone=Clinic.objects.current().zone, thin=thin)
        except BackupFailed as error:
            logger.error("no backup was made: %s", error)
            failing_backups.remember(error, now=now)
        else:
            failing_backups.forget()
