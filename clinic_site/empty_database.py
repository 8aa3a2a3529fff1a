"""Whether an empty database stands where a site already was: its disk is not mounted, or DATA_DIR or DATABASE_URL is mistyped.

Served as a new site, it would take requests for times that are taken, which nobody finds again when the right one is back.
"""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Model

from clinic_site import backups, gone_back, second_place_mark
from clinic_site.models import Hold
from consults.models import ConsultRequest, WorkerHeartbeat


def refuse_to_start() -> None:
    """Raises CommandError for a database without a request where there are traces of another. Nothing is migrated before.

    Only over https, where patients come: who tries the site out may change its database as they like.
    """
    if settings.PUBLIC.is_https and (trace := _trace_of_another()):
        raise CommandError(
            f"The database is empty, although {trace}. Is the disk of DATA_DIR ({settings.DATA_DIR}) mounted, and DATABASE_URL "
            "right? If the data is lost: manage.py restore FILE --yes. If this is to be a new site: manage.py serve --new-site"
        )


def _trace_of_another() -> str:
    """What tells that a site ran on another database than this one; empty when nothing does.

    A new site starts again without a question: its worker gave signs of life, and has used BACKUP_DIR from this DATA_DIR. Who
    restored a backup without requests has answered already, which its hold tells.
    """
    tables = set(connection.introspection.table_names())
    if _has_rows(ConsultRequest, tables) or _has_rows(Hold, tables, reason=Hold.Reason.RESTORED):
        return ""
    if not _has_rows(WorkerHeartbeat, tables):
        if gone_back.is_remembered():
            return "a site has run with this DATA_DIR"
        if _has_backups(backups.folder()):
            return f"{backups.folder()} holds backups"
    place = settings.BACKUP_DIR
    if place and not second_place_mark.is_known(place) and _has_backups(place):
        return f"BACKUP_DIR ({place}) holds backups of a site"
    return ""


def _has_rows(model: type[Model], tables: set[str], **only: str) -> bool:
    return model._meta.db_table in tables and model._base_manager.filter(**only).exists()


def _has_backups(place: Path) -> bool:
    """Under any key, and whatever the clock says. A share that is away stops no start."""
    try:
        return any(backups.made_at(path) for path in place.iterdir())
    except OSError:
        return False
