"""A drill: a backup is restored beside the running site, and compared with what the site has. Nothing of the site changes."""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from clinic_site import archive, database_copy, left_behind, postgresql_dump
from clinic_site.scratch_database import MayNotMakeOne, scratch_database
from consults.models import ConsultRequest, Event
from guard import rotation, sealing
from pages import pictures
from pages.models import Picture

# What was being stored while the backup was made may be in it or not.
_BEING_STORED = timedelta(minutes=1)
_MOST_NAMED = 5


@dataclass
class Report:
    """`problems`: what a restore of this backup would lose or not open, or be refused for; empty when the drill went well.
    `tried`: whether it was restored, and so whether anything is known of what it would lose.
    """

    tried: bool = True
    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def count(self, what: str, bad: list[str], checked: int) -> None:
        named = ", ".join(bad[:_MOST_NAMED]) + (" and more" if len(bad) > _MOST_NAMED else "")
        if bad:
            self.problems.append(f"{len(bad)} of {checked} {what}: {named}")
        else:
            self.lines.append(f"None of {checked} {what}")


def rehearse(backup: Path, *, made_at: datetime | None, now: datetime) -> Report:
    """Restores the backup into a scratch place and compares. `made_at`: when it was made (aware); None if its name does not tell.

    Raises BackupFailed when it cannot be opened at all.
    """
    report = Report()
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=left_behind.DRILL) as place:
        opened = Path(place)
        if not archive.unpack(backup, opened):
            report.problems.append("It is signed by no key of FIELD_KEYS: a restore takes it with --unsigned only")
        database = database_copy.find(opened)
        if connection.vendor == "postgresql":
            report.problems += postgresql_dump.obstacles(database)
        try:
            with scratch_database(database, now=now) as scratch:
                _migrate(scratch, report)
                _compare_tables(scratch, report)
                _compare_histories(scratch, report, made_at)
                _open_what_is_sealed(scratch, report)
                _find_pictures(scratch, opened / archive.UPLOADS, report)
        except MayNotMakeOne:
            report.tried = False
    return report


def _migrate(scratch: str, report: Report) -> None:
    """As the restore would: a backup of an older version is brought up to date."""
    loader = MigrationLoader(connections[scratch])
    unknown = sorted(f"{app} {name}" for app, name in loader.applied_migrations if app in loader.migrated_apps)
    unknown = [name for name in unknown if tuple(name.split(" ", 1)) not in loader.disk_migrations]
    report.count("migrations are of a newer version than this", unknown, len(loader.applied_migrations))
    executor = MigrationExecutor(connections[scratch])
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database=scratch, verbosity=0, interactive=False)
        report.lines.append(f"{len(plan)} migrations were run, because an older version made the backup")


def _compare_tables(scratch: str, report: Report) -> None:
    living, restored = _rows_by_table("default"), _rows_by_table(scratch)
    report.count("tables are missing", sorted(living.keys() - restored.keys()), len(living))
    report.lines.append(f"{sum(restored.values())} rows in {len(restored)} tables; the site has {sum(living.values())} now")
    for table in sorted(living.keys() & restored.keys()):
        if living[table] != restored[table]:
            report.lines.append(f"  {table}: {restored[table]} rows; the site has {living[table]}")


def _rows_by_table(alias: str) -> dict[str, int]:
    with connections[alias].cursor() as cursor:
        tables = set(connections[alias].introspection.table_names(cursor)) - set(database_copy.LEFT_OUT)
        if connections[alias].vendor == "postgresql":
            cursor.execute(postgresql_dump.OWN_TABLES)
            tables &= {name for (name,) in cursor.fetchall()}
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connections[alias].ops.quote_name(table)}")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def _compare_histories(scratch: str, report: Report, made_at: datetime | None) -> None:
    """No request and no event is ever deleted: those of the time before the backup are all in it."""
    if made_at is None:
        report.lines.append("When the backup was made is not known from its name, so requests and events were not compared")
        return
    until = made_at - _BEING_STORED
    for what, model, column in (("requests", ConsultRequest, "created_at"), ("events", Event, "at")):
        ids = [
            set(model.objects.using(alias).filter(**{f"{column}__lt": until}).values_list("pk", flat=True))
            for alias in ("default", scratch)
        ]
        report.count(f"{what} from before it are not in it", [str(number) for number in sorted(ids[0] - ids[1])], len(ids[0]))


def _open_what_is_sealed(scratch: str, report: Report) -> None:
    for kept in rotation.sealed_tables():
        checked, closed = 0, []
        what = str(kept.model._meta.verbose_name_plural).removeprefix("consult ")
        model: Any = kept.model
        for row in model.objects.using(scratch).exclude(sealed=b"").iterator(chunk_size=500):
            checked += 1
            try:
                kept.unseal(row)
            except sealing.CannotOpen:
                closed.append(kept.reference_of(row))
        report.count(f"{what} are opened by no key of FIELD_KEYS", closed, checked)


def _find_pictures(scratch: str, uploads: Path, report: Report) -> None:
    names = [picture.file_name(width) for picture in Picture.objects.using(scratch) for width in picture.widths]
    kept = uploads / pictures.folder().relative_to(settings.MEDIA_ROOT)
    report.count("files of pictures are missing", [name for name in names if not (kept / name).is_file()], len(names))
