"""One number that every change to what the public pages print moves forward, in the change's own transaction.

Database triggers do it, so that no way of writing can forget it: the admin, `load_content`, a shell,
`queryset.update()`, plain SQL. The page cache compares the number at most once a second.
"""

from django.apps import apps
from django.db import connections, models


class PublicContent(models.Model):
    """Base of every table whose rows are printed on public pages."""

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
        """The number now; 0 before the first change."""
        return cls.objects.filter(id=1).values_list("number", flat=True).first() or 0


# By a random step: a number that was seen in a transaction that was undone never comes back with other content.
_MOVE_FORWARD = (
    "INSERT INTO pages_contentversion (id, number) VALUES (1, {step})"
    " ON CONFLICT (id) DO UPDATE SET number = pages_contentversion.number + {step}"
)
_SQLITE_STEP, _POSTGRESQL_STEP = "1 + (random() & 16777215)", "1 + floor(random() * 16777216)::bigint"


def install_triggers(*, using: str = "default", **_) -> None:
    """Creates or replaces the triggers on every table of PublicContent. Safe to run again (post_migrate)."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    tables = [model._meta.db_table for model in apps.get_models() if issubclass(model, PublicContent)]
    if ContentVersion._meta.db_table not in present:
        return
    # Booking locks this row: it has to be there before the first request.
    ContentVersion.objects.using(using).get_or_create(id=1)
    statements = _sqlite(tables, present) if connection.vendor == "sqlite" else _postgresql(tables, present)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite(tables: list[str], present: set[str]):
    for table in sorted(present.intersection(tables)):
        for event in ("insert", "update", "delete"):
            yield f"DROP TRIGGER IF EXISTS content_version_{table}_{event}"
            move = _MOVE_FORWARD.format(step=_SQLITE_STEP)
            yield f"CREATE TRIGGER content_version_{table}_{event} AFTER {event} ON {table} BEGIN {move}; END"


def _postgresql(tables: list[str], present: set[str]):
    yield (
        "CREATE OR REPLACE FUNCTION move_content_version() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {_MOVE_FORWARD.format(step=_POSTGRESQL_STEP)}; RETURN NULL; END $$"
    )
    for table in sorted(present.intersection(tables)):
        yield f"DROP TRIGGER IF EXISTS content_version ON {table}"
        yield (
            f"CREATE TRIGGER content_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION move_content_version()"
        )
