"""A database that a later version of the site has changed. An older one would start on it, and then store no request."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db.migrations.loader import MigrationLoader


def refuse_to_start(loader: MigrationLoader) -> None:
    """Raises CommandError if migrations of the site's own apps are applied that this version does not have."""
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR}
    unknown = [
        f"{app}.{name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in loader.graph.nodes
    ]
    if unknown:
        raise CommandError(
            f"A later version of the site has changed the database: it has {', '.join(sorted(unknown))}. Start that version, "
            "or go back as docs/deployment.md says."
        )
