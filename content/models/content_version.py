"""One number that rises with every change to what the public pages show, in the same transaction as the change.

Database triggers raise it, so that no way of writing can forget it: the admin, `load_content`, a shell,
`queryset.update()`, plain SQL. The page cache compares the number at most once a second.
"""

from django.apps import apps
from django.db import connection, models

from content import triggers


class PublicContent(models.Model):
    """Base of every table whose rows are shown on public pages."""

    class Meta:
        abstract = True


class ContentVersion(models.Model):
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_content_version")]

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def current(cls) -> int:
        """The current number; 0 before the first change. Asked with every decision: plain SQL costs a third of a query set."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM content_contentversion WHERE id = 1")
            row = cursor.fetchone()
        return row[0] if row else 0


# Random step, so a version seen in a rolled-back transaction is never reused for other content.
_MOVE_FORWARD = (
    "INSERT INTO content_contentversion (id, number) VALUES (1, {step})"
    " ON CONFLICT (id) DO UPDATE SET number = content_contentversion.number + {step}"
)
_SQLITE_STEP, _POSTGRESQL_STEP = "1 + (random() & 16777215)", "1 + floor(random() * 16777216)::bigint"


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers on every table of PublicContent (post_migrate)."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, PublicContent))
    statements = {"sqlite": _sqlite(tables), "postgresql": _postgresql(tables)}
    if triggers.install(using, [*tables, ContentVersion._meta.db_table], statements):
        ContentVersion.objects.using(using).get_or_create(id=1)


def _sqlite(tables: list[str]):
    for table in tables:
        for event in ("insert", "update", "delete"):
            yield f"DROP TRIGGER IF EXISTS content_version_{table}_{event}"
            move = _MOVE_FORWARD.format(step=_SQLITE_STEP)
            yield f"CREATE TRIGGER content_version_{table}_{event} AFTER {event} ON {table} BEGIN {move}; END"


def _postgresql(tables: list[str]):
    yield (
        "CREATE OR REPLACE FUNCTION move_content_version() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_MOVE_FORWARD.format(step=_POSTGRESQL_STEP)}; RETURN NULL; END $$"
    )
    for table in tables:
        yield f"DROP TRIGGER IF EXISTS content_version ON {table}"
        yield (
            f"CREATE TRIGGER content_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION move_content_version()"
        )
