"""What the background worker does in one turn. The command reads the clocks and waits between turns."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection

from clinic_site import backups, erased_elsewhere, erased_list, gone_back, second_place
from clinic_site.clock_watch import MOST_OFF, ClockWatch, Every, two_clocks
from clinic_site.database_copy import BackupFailed
from clinic_site.delivery_reports import ReportReader
from clinic_site.due_letter import write_due_letter
from clinic_site.holds import due_at, may_fall_due, to_check, was_put_in_place
from clinic_site.late_backup import write_letter_if_late
from clinic_site.left_behind import delete_left_behind
from clinic_site.models import BY_HAND, EVERYTHING, Hold
from clinic_site.set_aside_letter import write_letter_if_set_aside
from consults import expiry
from consults.erasure import erase_due
from consults.messages.answers import Answers
from consults.messages.delivery import deliver_due
from consults.messages.outbox import forget_letters_to_staff
from consults.models import WorkerHeartbeat
from consults.models.worker_heartbeat import IS_WELL_FOR
from consults.spam import forget_clients, forget_former_contacts
from guard.rate_limit import forget_idle_clients
from pages.models import Clinic
from staff.cleanup import delete_expired
from staff.password_reset import answer_forgotten

logger = logging.getLogger("clinic.worker")

BEAT_EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(minutes=10)
BACK_UP_EVERY = timedelta(minutes=15)
COPY_EVERY = timedelta(minutes=1)
READ_REPORTS_EVERY = timedelta(minutes=5)
# After a longer pause a person decides about what fell due meanwhile.
LONG_PAUSE = timedelta(days=1)
# After more than MOST_OFF without a sign of life the clock may be wrong by as much. Time servers are asked within this time, and
# the step back is noticed; so is another worker's clock.
SETTLES_FOR = timedelta(minutes=10)
# `--once` is for what is due, also after some days. After more it may as well be the clock that is wrong.
LONG_PAUSE_ONCE = timedelta(days=7)


class BackgroundWork:
    """`is_stopping` is asked between steps. `once`: somebody asked for what is due, so a longer pause is none."""

    def __init__(self, *, once: bool = False, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self._once, self._is_stopping = once, is_stopping
        self._beat, self._tidy, self._back_up = Every(BEAT_EVERY), Every(TIDY_EVERY), Every(BACK_UP_EVERY)
        self._copy, self._copier = Every(COPY_EVERY), second_place.Copier()
        self._read_reports, self._report_reader = Every(READ_REPORTS_EVERY), ReportReader()
        self._answers = Answers()
        self._list_is_unread = False
        self._watch: ClockWatch | None = None
        # When it last wrote its sign of life. A turn that the database did not allow is part of a pause: nobody could answer.
        self._last_alive = 0.0
        # How many signs of life there were with its last, and until when another worker's clock counts as differing from its own.
        self._beats: int | None = None
        self._differs_until = float("-inf")
        # When it started, and until when (in steady seconds) it leaves alone what fell due before.
        self._started_at: datetime | None = None
        self._settles_until = float("-inf")
        # Tried again every TIDY_EVERY only: each attempt is in the log.
        self._cannot_expire: set[int] = set()
        self._cannot_answer: set[int] = set()

    def turn(self, *, now: datetime, steady: float, read_clock: Callable[[], datetime]) -> int:
        """Does what is due at the instant, with `steady` of `steady_seconds`. Returns how many messages it handed over.

        A turn that the database did not allow is logged, and repeated by the next one.
        """
        try:
            self._look_at_the_clocks(now, steady)
            if self._beat.is_due(steady):
                self._beats = WorkerHeartbeat.objects.beat(now=now)
                gone_back.remember(self._beats)
                self._beat.done(steady)
                self._last_alive = steady
            # Also after a yes: the owner saw one of the clocks.
            held_until = EVERYTHING if steady < self._differs_until else Hold.objects.waits_until()
            settles = steady < self._settles_until
            waits_until = EVERYTHING if settles else held_until
            if self._tidy.is_due(steady):
                self._do_tidy(now, waits_until)
                self._cannot_expire.clear()
                self._cannot_answer.clear()
                self._tidy.done(steady)
            self._erase_what_was_unread(now)
            if self._back_up.is_due(steady):
                self._do(self._do_back_up, now=now, thin=waits_until is None)
                self._do(write_letter_if_late, now=now)
                self._back_up.done(steady)
            if self._copy.is_due(steady):
                self._copier.copy(now=now, zone=Clinic.objects.current().zone, thin=waits_until is None)
                self._copy.done(steady)
            # Calls are made of what the database knows, and for when the clock says it is: both have to be right.
            if waits_until is None and (self._read_reports.is_due(steady) or self._report_reader.has_more):
                self._report_reader.read(now=now)
                self._read_reports.done(steady)
            self._do(expiry.expire_overdue, now=now, failed=self._cannot_expire, after=waits_until, but=to_check(now=now))
            self._do(answer_forgotten, now=now, failed=self._cannot_answer)
            stop = lambda: self._is_stopping() or read_clock() - now >= BEAT_EVERY  # noqa: E731
            # Somebody who asks now gets the letter about it all the same. Reminders were written long ago.
            these = {"after": held_until, "written_after": self._started_at if settles else None}
            return self._do(deliver_due, now=now, stop=stop, answers=self._answers, **these) or 0
        except DatabaseError as error:
            logger.warning("database: %s; trying again", type(error).__name__)
            connection.close()
            return 0

    @property
    def awaits_answers(self) -> bool:
        """Whether a mail server has yet to answer for a letter, which would be repeated otherwise."""
        return self._answers.are_awaited

    def finish(self) -> None:
        """Waits for what goes on beside the turns."""
        self._copier.wait()
        self._report_reader.wait()

    def _look_at_the_clocks(self, now: datetime, steady: float) -> None:
        """Puts a hold in place when the clock jumped or another server's differs, the pause was long or the database went back.

        Before the sign of life, which hides all of it.
        """
        report = ""
        if self._watch is None:
            # The page shows this as the time of the restore, and a copy may have it of a clock that was ahead.
            Hold.objects.open().filter(reason=Hold.Reason.RESTORED).date_again(now=now)
            last = WorkerHeartbeat.objects.last_beat()
            reason = self._reason_at_start(last, now)
            self._settle(last, now, steady)
            watch = ClockWatch(now, steady)
            # A worker that is started again and again does not copy the database each time.
            if newest := backups.last_made(now=now):
                self._back_up.done(steady, ago=now - newest)
        else:
            watch = self._watch
            paused = timedelta(seconds=steady - self._last_alive)
            reason = Hold.Reason.CLOCK if watch.jumped(now, steady) else self._reason_after_pause(paused, now)
        if self._beat.is_due(steady):
            other = self._other_clock(now, steady)
            if other and not Hold.objects.open().filter(reason=Hold.Reason.CLOCK).exclude(report="").exists():
                reason, report = Hold.Reason.CLOCK, two_clocks(now, other, zone=Clinic.objects.current().zone)
            if gone_back.has_gone_back():
                reason = Hold.Reason.RESTORED
        if reason:
            Hold.objects.put(reason, now=now, report=BY_HAND if reason == Hold.Reason.RESTORED else report)
            logger.error("%s: what is due waits until an owner presses Go on at /admin/hold/", Hold.Reason(reason).label)
            if reason != Hold.Reason.RESTORED:
                watch.trust(now, steady)
            self._last_alive = steady
        self._watch = watch

    def _other_clock(self, now: datetime, steady: float) -> datetime | None:
        """What the clock of another worker said a moment ago, if it is far from this one's."""
        if self._beats is None:
            return None
        well_for = IS_WELL_FOR.total_seconds()
        if steady - self._last_alive > well_for:
            # Its last sign of life may be long ago, too. What was known before the pause is true until the next look.
            other, differs = None, self._last_alive < self._differs_until
        else:
            other = WorkerHeartbeat.objects.of_another(after=self._beats)
            differs = other is not None and abs(now - other) > MOST_OFF
        if differs:
            self._differs_until = steady + well_for
        return other if differs else None

    def _reason_at_start(self, last_beat: datetime | None, now: datetime) -> str:
        if last_beat is None:
            return Hold.Reason.RESTORED if not self._once and was_put_in_place(now=now) else ""
        # No clock was watched meanwhile: a long pause may be a wrong clock, by which what is open would fall due too early.
        return self._reason_after_pause(now - last_beat, now, asks=may_fall_due)

    def _settle(self, last_beat: datetime | None, now: datetime, steady: float) -> None:
        """Also for the rest of the time of a worker that was stopped meanwhile: its sign of life was by the same clock."""
        self._started_at = now
        if self._once or last_beat is None:
            return
        until = now + SETTLES_FOR if now - last_beat > MOST_OFF else WorkerHeartbeat.objects.settles_until()
        if until is None or until <= now:
            return
        # One of a clock that was ahead is far away.
        left = min(until - now, SETTLES_FOR)
        WorkerHeartbeat.objects.settle(until=now + left)
        self._settles_until = steady + left.total_seconds()
        logger.info("no sign of life for long: what fell due before this start waits %d seconds", left.total_seconds())

    def _reason_after_pause(self, pause: timedelta, now: datetime, asks: Callable[[], bool] = lambda: False) -> str:
        if pause < -MOST_OFF:
            return Hold.Reason.CLOCK
        if pause <= (LONG_PAUSE_ONCE if self._once else LONG_PAUSE):
            return ""
        # Where nothing fell due, and `asks` knows of nothing, there is nothing to ask.
        return Hold.Reason.DOWNTIME if due_at(now) or (not self._once and asks()) else ""

    def _do_tidy(self, now: datetime, waits_until: datetime | None) -> None:
        self._do(forget_idle_clients, now=now)
        self._do(forget_clients, now=now)
        self._do(forget_former_contacts, now=now)
        self._do(delete_expired, now=now)
        self._do(erased_list.catch_up)
        self._do(erased_list.erase_again, now=now)
        while self._do(erase_due, now=now, after=waits_until) and not self._is_stopping():
            continue
        if waits_until is None:
            self._do(delete_left_behind, now=now)
            self._do(forget_letters_to_staff, now=now)
            self._do(write_due_letter, now=now, zone=Clinic.objects.current().zone)
            self._do(write_letter_if_set_aside, now=now)

    def _erase_what_was_unread(self, now: datetime) -> None:
        """As soon as the list that a restore left out was read: an owner may say yes at any moment."""
        was_unread, self._list_is_unread = self._list_is_unread, erased_elsewhere.is_to_be_read()
        if was_unread and not self._list_is_unread:
            self._do(erased_list.erase_again, now=now)

    def _do_back_up(self, *, now: datetime, thin: bool) -> None:
        try:
            backups.back_up_if_due(now=now, zone=Clinic.objects.current().zone, thin=thin)
        except BackupFailed as error:
            logger.error("no backup was made: %s", error)

    def _do(self, job: Callable[..., Any], **arguments) -> Any:
        """What `job` answers; None when it failed. One that fails keeps no other waiting, and is tried again."""
        try:
            return job(**arguments)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("%s failed", job.__name__)
            return None
