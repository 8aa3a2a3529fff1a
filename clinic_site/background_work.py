"""What the background worker does in one turn. The command reads the clocks and waits between turns."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, connection

from clinic_site import backups, erased_elsewhere, erased_list, gone_back, stale_journal
from clinic_site.clock_watch import MOST_OFF, ClockWatch, Every, two_clocks
from clinic_site.holds import due_at, may_fall_due, to_check, was_put_in_place
from clinic_site.housekeeping import Housekeeping
from clinic_site.jobs import Jobs, short_waits
from clinic_site.models import BY_HAND, EVERYTHING, Hold
from consults import expiry
from consults.messages.answers import Answers
from consults.messages.delivery import deliver_due
from consults.models import WorkerHeartbeat
from consults.models.worker_heartbeat import IS_WELL_FOR
from pages.models import Clinic
from staff.password_reset import answer_forgotten

logger = logging.getLogger("clinic.worker")

BEAT_EVERY = timedelta(seconds=5)
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
        self._beat = Every(BEAT_EVERY)
        self._jobs, self._answers = Jobs(), Answers()
        self._do = self._jobs.do
        self._housekeeping = Housekeeping(self._do, is_stopping=is_stopping)
        self._list_is_unread = False
        self._watch: ClockWatch | None = None
        # When it last wrote its sign of life. A turn that the database did not allow is part of a pause: nobody could answer.
        self._last_alive = 0.0
        # How many signs of life there were with its last, and until when another worker's clock counts as differing from its own.
        self._beats: int | None = None
        self._beats_of_file: int | None = None
        self._differs_until = float("-inf")
        # When it started, and until when (in steady seconds) it leaves alone what fell due before.
        self._started_at: datetime | None = None
        self._settles_until = float("-inf")
        # Tried again after each tidying only: each attempt is in the log.
        self._cannot_expire: set[int] = set()
        self._cannot_answer: set[int] = set()

    def turn(self, *, now: datetime, steady: float, read_clock: Callable[[], datetime]) -> int:
        """Does what is due at the instant, with `steady` of `steady_seconds`. Returns how many messages it handed over.

        A turn that the database did not allow is logged, and repeated by the next one.
        """
        try:
            self._jobs.begin(now=now, steady=steady)
            self._look_at_the_clocks(now, steady)
            # Also after a yes: the owner saw one of the clocks. Before the sign of life: without the holds nothing is done.
            waits_until = Hold.objects.waits_until()
            if self._beat.is_due(steady):
                self._beats = WorkerHeartbeat.objects.beat(now=now)
                # That of the turn before: what SQLite has just put into the file may not be on the disk yet.
                gone_back.remember(self._beats, of_file=self._beats_of_file)
                self._beats_of_file = stale_journal.beats_of_file()
                self._beat.done(steady)
                self._last_alive = steady
            held_until = EVERYTHING if steady < self._differs_until else waits_until
            settles = steady < self._settles_until
            waits_until = EVERYTHING if settles else held_until
            self._erase_what_was_unread(now)
            # Patients first: no housekeeping keeps a letter waiting.
            with short_waits():
                self._do(expiry.expire_overdue, now=now, failed=self._cannot_expire, after=waits_until, but=to_check(now=now))
                self._do(answer_forgotten, now=now, failed=self._cannot_answer)
            stop = lambda: self._is_stopping() or read_clock() - now >= BEAT_EVERY  # noqa: E731
            # Somebody who asks now gets the letter about it all the same. Reminders were written long ago.
            these = {"after": held_until, "written_after": self._started_at if settles else None}
            deliver = partial(self._do, deliver_due, now=now, stop=stop, answers=self._answers, **these)
            sent = deliver() or 0
            done = self._housekeeping.keep(now=now, steady=steady, waits_until=waits_until)
            if done.tidied:
                self._cannot_expire.clear()
                self._cannot_answer.clear()
            # What it wrote leaves in the same turn: somebody may have asked for one alone.
            return sent + ((deliver() or 0) if done.may_have_written else 0)
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
        self._housekeeping.finish()

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
                self._housekeeping.was_backed_up(steady, ago=now - newest)
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

    def _erase_what_was_unread(self, now: datetime) -> None:
        """As soon as the list that a restore left out was read: an owner may say yes at any moment."""
        was_unread, self._list_is_unread = self._list_is_unread, erased_elsewhere.is_to_be_read()
        if was_unread and not self._list_is_unread:
            self._do(erased_list.erase_again, now=now)
