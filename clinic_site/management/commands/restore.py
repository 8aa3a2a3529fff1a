"""Restores the site from a backup."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from clinic_site import backups, erased_elsewhere, erased_list, gone_back, stale_journal, unfinished_restore
from clinic_site.database_copy import BackupFailed
from clinic_site.drill import rehearse
from clinic_site.left_behind import delete_left_behind
from clinic_site.models import Hold
from clinic_site.restored_accounts import Before, keep_what_was_taken
from consults.models import WorkerHeartbeat

_UNREAD = (
    "The list of erased requests in BACKUP_DIR could not be read, so who was erased since the backup may be back. The site "
    "erases them again as soon as it can read the list. Do not go on before that: until then the desk says that backups do not "
    "reach their second place."
)

_NOT_TRIED = (
    "Whether a restore would bring everything back was not tried: the role of DATABASE_URL may not create a scratch database. "
    "The backup was read to its end, and that role may make tables in the site's schema."
)


class Command(BaseCommand):
    help = "Replace database and uploads with those of a backup. The site must be stopped."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path, nargs="?", help="A file in DATA_DIR/backups. Leave out to list them.")
        parser.add_argument(
            "--drill", action="store_true", help="Change nothing: restore the newest, or FILE, into a scratch place and compare."
        )
        parser.add_argument(
            "--hold", action="store_true", help="Restore nothing: for a database that another tool has restored, do the rest."
        )
        parser.add_argument(
            "--unsigned",
            action="store_true",
            help="Also take a backup, and a list of erased requests, that no key of FIELD_KEYS signed.",
        )
        parser.add_argument(
            "--without-list",
            action="store_true",
            help="Restore although the list of erased requests in BACKUP_DIR cannot be read; the site reads it once it can.",
        )
        parser.add_argument("--yes", action="store_true", help="Confirm that the current data is replaced.")

    def handle(
        self, *args, backup: Path | None, yes: bool, drill: bool, hold: bool, unsigned: bool, without_list: bool, **options
    ):
        now = timezone.now()
        if drill:
            self._rehearse(backup, now)
            return
        if backup is None and not hold:
            self._list(now)
            return
        if hold:
            stale_journal.refuse_to_start()
        if self._site_runs(now):
            raise CommandError("The site is running. Stop it first, then restore.")
        if backup is None:
            # Without a hold, the site would write to people who are back.
            theirs = self._read_what_is_erased_elsewhere(None, goes_on=True)
            self._take_over(theirs, unsigned)
            self._tell(self._hold(None, now, theirs is None), now=now)
            return
        if not yes:
            raise CommandError("This replaces the current data with the backup. Run it again with --yes.")
        self._list_what_is_erased()
        theirs = self._read_what_is_erased_elsewhere(backups.made_at(backup), goes_on=without_list)
        try:
            report = self._restore(backup, now, unsigned, theirs)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {backup}.")
        self._tell(report, now=now)

    def _restore(self, backup: Path, now: datetime, unsigned: bool, theirs: set[str] | None) -> list[str]:
        with unfinished_restore.marked() as before:
            backups.restore(backup, unsigned=unsigned)
            self._take_over(theirs, unsigned)
            return self._hold(before, now, theirs is None)

    def _hold(self, before: Before | None, now: datetime, list_is_unread: bool) -> list[str]:
        """What has to be done to any database of an earlier time, before the site runs on it."""
        call_command("migrate", verbosity=0, interactive=False)
        # Those of that time: some were ended since.
        Session.objects.all().delete()
        report = keep_what_was_taken(before)
        Hold.objects.put(Hold.Reason.RESTORED, now=now, report="\n".join([*report, *[_UNREAD] * list_is_unread]))
        gone_back.forget()
        return report

    def _list(self, now: datetime) -> None:
        for place in (backups.folder(), settings.BACKUP_DIR):
            for made_at, path in backups.existing(now=now, place=place) if place else []:
                self.stdout.write(f"{made_at:%Y-%m-%d %H:%M} UTC  {path}")

    def _rehearse(self, backup: Path | None, now: datetime) -> None:
        """Exit status 1 when a restore would not bring everything back."""
        delete_left_behind(now=now)
        known = {path: made_at for made_at, path in backups.existing(now=now)}
        backup = backup or max(known, key=known.__getitem__, default=None)
        if backup is None:
            raise CommandError("There is no backup.")
        try:
            report = rehearse(backup, made_at=backups.made_at(backup), now=now)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {backup} into a scratch place:" if report.tried else f"Read {backup} to its end.")
        for line in report.lines:
            self.stdout.write(line)
        if report.problems:
            raise CommandError("\n".join(["A restore would not bring everything back:", *report.problems]))
        self.stdout.write("A restore would bring everything back." if report.tried else _NOT_TRIED)

    def _site_runs(self, now: datetime) -> bool:
        try:
            return WorkerHeartbeat.objects.is_running(now=now)
        except DatabaseError:
            return False

    def _list_what_is_erased(self) -> None:
        """The database that is about to go may know of an erasure that the list does not have yet."""
        try:
            erased_list.catch_up()
        except DatabaseError as error:
            self.stderr.write(f"The list of erased requests could not be brought up to date: {error}")
        except OSError as error:
            raise CommandError(f"Nothing was restored, because the list of erased requests cannot be written: {error}") from error

    def _read_what_is_erased_elsewhere(self, made_at: datetime | None, *, goes_on: bool) -> set[str] | None:
        """The list in BACKUP_DIR; None where it cannot be read, and the restore `goes_on` without it."""
        try:
            return erased_elsewhere.read(made_at=made_at)
        except OSError as error:
            if not goes_on:
                raise CommandError(
                    f"Nothing was restored, because the list of erased requests in BACKUP_DIR cannot be read: {error}. Put that "
                    "right, or run this again with --without-list: who was erased since the backup is back then, until the site "
                    "can read the list."
                ) from error
            erased_elsewhere.read_later()
            self.stderr.write(f"{error}. {_UNREAD}")
            return None

    def _take_over(self, theirs: set[str] | None, unsigned: bool) -> None:
        try:
            left = erased_list.take_over(theirs or set(), unsigned=unsigned)
        except OSError as error:
            raise CommandError(
                f"The list of erased requests cannot be written: {error}. Put that right, and run this again."
            ) from error
        if left:
            self.stderr.write(
                f"{left} lines of the list of erased requests in BACKUP_DIR are signed by none of FIELD_KEYS and were left out; "
                "--unsigned takes them too."
            )

    def _tell(self, report: list[str], *, now: datetime) -> None:
        if report:
            self.stdout.write("Accounts that differ from before:")
            for line in report:
                self.stdout.write(f"  {line}")
            self.stdout.write("A new password: manage.py changepassword NAME.")
            path = backups.folder() / f"accounts-{now:%Y-%m-%dT%H%M%SZ}.txt"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text("\n".join([*report, ""]))
            self.stdout.write(f"These lines are also in {path}.")
        erased, failed = erased_list.erase_again(now=now)
        self.stdout.write(f"Erased again, because they had been erased since: {erased}")
        for reference in failed:
            self.stderr.write(f"{reference} had been erased and could not be erased again. The worker tries every ten minutes.")
        self.stdout.write(
            "Nothing is sent, expired or erased until an owner has looked: start the site, sign in, and open "
            f"{settings.PUBLIC_URL}/admin/hold/. The staff inbox is not told, because mail is held too."
        )
